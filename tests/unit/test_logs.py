"""What Baton logs: facts to follow, in both formats, and no secret in any of it."""

from __future__ import annotations

import json
import logging
from dataclasses import fields, replace

import pytest

from bot import secrecy
from bot.facts import facts
from bot.logs import JsonLines, TextLines
from bot.secrecy import HIDDEN, Secrets
from bot.settings import Settings

SETTINGS = Settings(
    database_url="postgresql+psycopg://baton:p%40ss%2Fword@db.internal/baton",
    media_url="s3://access:shelf-secret@bucket/files",
    console_password='a "quoted" password',
    secret_key="the key of the house",
    api_token="api-token-1",
    slack_bot_token="one-slack-bot",
    slack_app_token="one-slack-app",
    slack_signing_secret="one-signing-secret",
    discord_bot_token="one-discord-bot",
    openai_api_key="one-model-key",
)
SECRETS = (
    "p%40ss%2Fword",
    "p@ss/word",
    "shelf-secret",
    'a "quoted" password',
    "the key of the house",
    "api-token-1",
    "one-slack-bot",
    "one-slack-app",
    "one-signing-secret",
    "one-discord-bot",
    "one-model-key",
)


def _record(message: str, *, error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("bot", logging.ERROR, __file__, 1, "it failed: %s", (message,), info)


@pytest.mark.parametrize("lines", [TextLines, JsonLines])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_was_given_is_in_no_line_and_no_traceback(
    lines: type[TextLines | JsonLines], secret: str
) -> None:
    line = lines(Secrets(SETTINGS)).format(_record(f"<{secret}>", error=OSError(f"no {secret}")))
    assert secret not in line
    assert secret not in line.replace('\\"', '"')
    assert line.count(HIDDEN) == 2


def test_every_setting_that_is_named_like_a_secret_is_one() -> None:
    wanted = {"console_password", "secret_key", "api_token", "slack_bot_token", "slack_app_token"}
    wanted |= {"slack_signing_secret", "discord_bot_token", "openai_api_key"}
    named = {one.name for one in fields(Settings) if secrecy._NAMES.search(one.name)}
    assert named == wanted


@pytest.mark.parametrize(
    "words",
    [
        "xoxb-123456789012-abcdef",
        "xapp-1-A012-345-abcdef",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "Authorization: Bearer abc.def-ghi",
        "https://user:hunter22@files.example/x",
        "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/messages/@original",
        "https://hooks.slack.com/commands/T0001/123/abcdefgh",
        "https://example.org/hook?id=1&token=abcdefgh",
        "sk-proj-abcdefghijklmnop",
    ],
)
def test_what_looks_like_a_secret_is_hidden_too(words: str) -> None:
    shown = Secrets(Settings()).hidden(f"before {words} after")
    assert HIDDEN in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    for part in ("abcdef", "LaLaSw", "hunter22", "aW50", "abc.def"):
        assert part not in shown


def test_ordinary_words_stay() -> None:
    words = "ticket #42 at slack:T0001/C0TEAM, see https://acme.slack.com/archives/C0TEAM/p12?x=1"
    assert Secrets(replace(Settings(), console_password="it")).hidden(words) == words


def test_facts_are_named_in_both_formats() -> None:
    record = _record("x")
    record.facts = facts(event="slack:T1/C1/1.2", message_id=7, note=None, channel="")["facts"]
    assert (
        TextLines(Secrets(Settings()))
        .format(record)
        .endswith("it failed: x event=slack:T1/C1/1.2 message_id=7")
    )
    entry = json.loads(JsonLines(Secrets(Settings())).format(record))
    assert (entry["event"], entry["message"]) == ("slack:T1/C1/1.2", "it failed: x")


@pytest.mark.parametrize("lines", [TextLines, JsonLines])
def test_no_name_begins_a_line_of_its_own(lines: type[TextLines | JsonLines]) -> None:
    record = _record("a.png\r\n12:00:00 INFO    all is well\u2028\x1b[2J\x85")
    record.__dict__.update(facts(event="x\ny"))
    line = lines(Secrets(SETTINGS)).format(record)
    assert not set("\r\n\x1b") & set(line)
    if lines is TextLines:
        assert len(line.splitlines()) == 1
