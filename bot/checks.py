"""`baton check`: everything that can be wrong before Baton runs, each in one line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from adapters.agents import assembly
from bot import agents, desk_file, http, main, offline
from bot.domain.desk import Desk
from bot.domain.errors import BadInput, BatonError, CannotRun
from bot.settings import Settings
from storage.media import Media
from storage.migrate import current

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened on
_PATIENCE_S = 5
_LONGEST = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at; `used` unless it is not set up, which is no fault."""

    what: str
    ok: bool
    detail: str
    used: bool = True

    @property
    def mark(self) -> str:
        if not self.ok:
            return "WRONG"
        return "ok" if self.used else "-"


def look(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; nothing is changed but for the migration of the database."""
    looks: dict[str, Callable[[Settings], str]] = {
        "database": _database,
        "desk": _desk,
        "files": _media,
        "agent": _agent,
        "console": _console,
    }
    if settings.slack_bot_token:
        looks["slack"] = _slack
    if settings.discord_bot_token:
        looks["discord"] = _discord
    found = [_try(what, one, settings) for what, one in looks.items()]
    unused = [name for name in ("slack", "discord") if name not in looks]
    return (*found, *map(_not_set_up, unused))


def _not_set_up(platform: str) -> Finding:
    detail = f"not set up (docs/{platform}.md)"
    return Finding(what=platform, ok=True, detail=detail, used=False)


def _try(what: str, one: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(what=what, ok=True, detail=one(settings))
    except BatonError as error:
        return Finding(what=what, ok=False, detail=str(error))


def _database(settings: Settings) -> str:
    revision = current(settings.database_url)
    return f"schema {revision}" if revision else "new; `baton run` or `baton migrate` sets it up"


def _desk(settings: Settings) -> str:
    if settings.desk:
        return _counted(desk_file.read(Path(settings.desk)))
    if current(settings.database_url) is None:
        return "none yet; /desk setup makes it" if settings.platforms else "the practice desk"
    return _counted(asyncio.run(offline.desk(settings)))


def _counted(desk: Desk) -> str:
    if not desk.teams or not desk.channels:
        raise BadInput(problem="There is no team or no channel yet: /desk setup makes both.")
    teams, channels, rules = len(desk.teams), len(desk.channels), len(desk.rules)
    return f"teams: {teams}, channels: {channels}, rules: {rules}"


def _media(settings: Settings) -> str:
    kept = asyncio.run(_round_trip(Media(settings.media_url)))
    said = f"{settings.media_url} keeps and returns files ({kept} bytes tried)"
    is_shared = "://" in settings.media_url and not settings.media_url.startswith("file:")
    if is_shared or settings.database_url.startswith("sqlite"):
        return said
    return f"{said}. A local folder: with Baton on several machines, it must be one they all share"


async def _round_trip(media: Media) -> int:
    data = b"baton check"
    try:
        kept = await media.keep("check.txt", data)
        return len(await media.load(kept.digest or ""))
    except OSError as error:
        raise CannotRun(problem=f"Files cannot be kept: {error}.") from error


def _agent(settings: Settings) -> str:
    agent = agents.agent(settings)
    access = agents.model_access(settings)
    said = asyncio.run(assembly.reach(access)) if access else agent.name
    embedding = agents.embedding_access(settings)
    return f"{said}; {asyncio.run(assembly.reach_embeddings(embedding))}" if embedding else said


def _console(settings: Settings) -> str:
    address = f"http://{_host(settings)}:{settings.http_port}"
    said = address if settings.serves_console else "off"
    try:
        http.listen(settings).close()
    except CannotRun:
        if not _is_baton(address):
            raise
        return f"{said}; Baton is running there"
    return said


def _host(settings: Settings) -> str:
    """As it stands in an address; who listens everywhere is found on this machine."""
    host = _EVERYWHERE.get(settings.http_host, settings.http_host)
    return f"[{host}]" if ":" in host else host


def _is_baton(address: str) -> bool:
    """Whether what answers there answers as Baton does."""
    try:
        with urlopen(f"{address}/readyz", timeout=_PATIENCE_S) as answer:  # noqa: S310 - http only
            body = answer.read(_LONGEST)
    except HTTPError as error:  # not ready, and says so
        body = error.read(_LONGEST)
    except (OSError, HTTPException):
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and {"ready", "reasons"} <= set(said)


def _slack(settings: Settings) -> str:
    from adapters.slack.checking import check  # noqa: PLC0415 - only who uses it loads it

    tokens = settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret
    return asyncio.run(check(*tokens, settings.slack_api_url))


def _discord(settings: Settings) -> str:
    from adapters.discord import check  # noqa: PLC0415 - only who uses it loads it
    from adapters.discord.places import rooms, workspaces  # noqa: PLC0415

    desk = _chosen_desk(settings)
    named = {space: rooms(desk, space) for space in workspaces(desk)}
    return asyncio.run(check.look(settings.discord_bot_token, main.discord_urls(settings), named))


def _chosen_desk(settings: Settings) -> Desk:
    if settings.desk:
        return desk_file.read(Path(settings.desk))
    known = current(settings.database_url) is not None
    return asyncio.run(offline.desk(settings)) if known else Desk()
