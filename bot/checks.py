"""`baton check`: everything that can be wrong before Baton runs, each in one line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.agents import assembly
from bot import desk_file, main, offline
from bot.domain.desk import Desk
from bot.domain.errors import BadInput, BatonError, CannotRun
from bot.settings import Settings
from storage.media import Media
from storage.migrate import current


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


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
    return tuple(_try(what, one, settings) for what, one in looks.items())


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
        return "the practice desk"
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
    agent = main.agent(settings)
    access = main.model_access(settings)
    said = asyncio.run(assembly.reach(access)) if access else agent.name
    embedding = main.embedding_access(settings)
    return f"{said}; {asyncio.run(assembly.reach_embeddings(embedding))}" if embedding else said


def _console(settings: Settings) -> str:
    if not settings.serves_console:
        return "off"
    return f"http://{settings.http_host}:{settings.http_port}"


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
