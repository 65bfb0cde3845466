"""The only reader of the environment and of `.env`; the real environment wins."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from dotenv import dotenv_values

from bot.domain.errors import CannotRun

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LAST_PORT = 65535
# Whoever waits longer than this for one answer of a model waits for nothing.
_LONGEST_TIMEOUT = 600


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What docs/operations.md says of each variable; empty means not set."""

    database_url: str = "sqlite:///baton.db"
    desk: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = 8420
    console: Literal["auto", "on", "off"] = "auto"
    console_password: str = ""
    secret_key: str = ""
    api_token: str = ""
    webhook_allow: str = ""
    media_url: str = "media/"
    knowledge_dir: str = ""
    log: str = "info"
    log_format: Literal["text", "json"] = "text"
    failpoint: str = ""
    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = ""
    slack_command_prefix: str = ""
    discord_bot_token: str = ""
    discord_api_url: str = ""
    discord_gateway_url: str = ""
    discord_cdn_url: str = ""
    openai_api_key: str = ""
    openai_base_url: str = ""
    openai_model: str = ""
    openai_api: Literal["auto", "chat", "responses"] = "auto"
    openai_timeout: int = 40
    openai_embedding_model: str = ""
    openai_embedding_base_url: str = ""
    embedding_cache: str = "embeddings.db"

    @property
    def platforms(self) -> frozenset[str]:
        """The outside platforms that are configured."""
        tokens = {"slack": self.slack_bot_token, "discord": self.discord_bot_token}
        return frozenset(name for name, token in tokens.items() if token)

    @property
    def serves_console(self) -> bool:
        """`auto`: on when only this machine can reach it."""
        if self.console == "auto":
            return self.http_host in LOOPBACK
        return self.console == "on"


_PREFIXED = (
    "database_url",
    "desk",
    "http_host",
    "console_password",
    "secret_key",
    "api_token",
    "webhook_allow",
    "media_url",
    "knowledge_dir",
    "failpoint",
    "embedding_cache",
)
_PLAIN = (
    "slack_bot_token",
    "slack_app_token",
    "slack_signing_secret",
    "slack_api_url",
    "slack_command_prefix",
    "discord_bot_token",
    "discord_api_url",
    "discord_gateway_url",
    "discord_cdn_url",
    "openai_api_key",
    "openai_base_url",
    "openai_model",
    "openai_embedding_model",
    "openai_embedding_base_url",
)
# Every variable that is text as it stands.
VARIABLES = frozenset(
    (*(f"BATON_{name.upper()}" for name in _PREFIXED), *(name.upper() for name in _PLAIN))
)


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises `CannotRun` naming the variable that cannot be."""
    if environment is None:
        file = {name: value or "" for name, value in dotenv_values(Path.cwd() / ".env").items()}
        environment = {**file, **os.environ}
    given = {name: environment.get(f"BATON_{name.upper()}", "").strip() for name in _PREFIXED}
    given |= {name: environment.get(name.upper(), "").strip() for name in _PLAIN}
    settings = Settings(
        **{name: value for name, value in given.items() if value},
        http_port=_whole(
            environment,
            "BATON_HTTP_PORT",
            Settings.http_port,
            _LAST_PORT,
            problem="is no port; use 1 to 65535.",
        ),
        console=cast(
            "Literal['auto', 'on', 'off']",
            _one_of(environment, "BATON_CONSOLE", "auto", "on", "off"),
        ),
        log=_one_of(environment, "BATON_LOG", "info", "debug", "warning", "error"),
        log_format=cast(
            "Literal['text', 'json']", _one_of(environment, "BATON_LOG_FORMAT", "text", "json")
        ),
        openai_api=cast(
            "Literal['auto', 'chat', 'responses']",
            _one_of(environment, "OPENAI_API", "auto", "chat", "responses"),
        ),
        openai_timeout=_whole(
            environment,
            "OPENAI_TIMEOUT",
            Settings.openai_timeout,
            _LONGEST_TIMEOUT,
            problem="is no time limit; use 1 to 600 seconds.",
        ),
    )
    if (
        settings.serves_console
        and settings.http_host not in LOOPBACK
        and not settings.console_password
    ):
        raise CannotRun(
            problem="The console would be open to anybody who can reach "
            f"{settings.http_host}: set BATON_CONSOLE_PASSWORD, or BATON_CONSOLE=off."
        )
    _check_slack(settings)
    return settings


def _check_slack(settings: Settings) -> None:
    """Slack hands out several secrets on several pages, and each is easily taken for another."""
    bot, app = settings.slack_bot_token, settings.slack_app_token
    if bot.startswith("xapp-") or app.startswith("xoxb-"):
        raise CannotRun(
            problem="SLACK_BOT_TOKEN begins with xoxb-, and SLACK_APP_TOKEN with xapp-: these two "
            "are mixed up."
        )
    if not bot and (app or settings.slack_signing_secret):
        other = "SLACK_APP_TOKEN" if app else "SLACK_SIGNING_SECRET"
        raise CannotRun(problem=f"{other} is set, and SLACK_BOT_TOKEN is missing (docs/slack.md).")


def _whole(
    environment: Mapping[str, str], name: str, default: int, most: int, *, problem: str
) -> int:
    """A whole number from 1 to `most`."""
    value = environment.get(name, "").strip()
    if not value:
        return default
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(most))
    if not digits or not 0 < int(value) <= most:
        raise CannotRun(problem=f"{name}={value} {problem}")
    return int(value)


def _one_of(environment: Mapping[str, str], name: str, *known: str) -> str:
    value = environment.get(name, "").strip().lower() or known[0]
    if value not in known:
        raise CannotRun(problem=f"{name}={value} is unknown; use {', '.join(known)}.")
    return value
