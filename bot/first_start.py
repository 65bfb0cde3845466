"""What a start finds or makes: the desk, and the code by which the first admin comes in."""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from bot import desk_file
from bot.domain.desk import Desk
from bot.domain.identity import Person, platform_of
from bot.ports.store import Store, Tx
from bot.services import configure
from bot.settings import Settings

log = logging.getLogger(__name__)
_DESK_SHA = "desk_sha256"


async def apply_desk(store: Store, settings: Settings) -> None:
    """A desk file replaces the desk when it differs from the last one applied.

    With nothing configured at all, the practice desk is there to try Baton on.
    """
    if settings.desk:
        path = Path(settings.desk)
        desk = await asyncio.to_thread(desk_file.read, path)
        await store.transact(_replace, desk, desk_file.digest(path))
    elif not settings.platforms:
        await store.transact(_practice)


def _replace(tx: Tx, desk: Desk, sha: str) -> None:
    if tx.meta.get(_DESK_SHA) != sha:
        configure.save(tx, desk, "file", "the desk file", datetime.now(UTC))
        tx.meta.put(_DESK_SHA, sha)


def _practice(tx: Tx) -> None:
    if tx.desk.get() == Desk():
        text = (files("bot.sample") / "desk.toml").read_text(encoding="utf-8")
        configure.save(tx, desk_file.parse(text), "baton", "the practice desk", datetime.now(UTC))
        for name in ("alice", "bob", "dana"):
            tx.people.put(Person(id=f"console:{name}", name=name.capitalize()))


async def welcome(store: Store, settings: Settings) -> None:
    """Say where Baton is, and how somebody becomes its first admin."""
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    log.info("Baton is ready at http://%s:%s", host, settings.http_port)
    code = await store.transact(_admin_code, settings.platforms)
    if code:
        log.info(
            "There is no admin yet. Become one with /desk admin %s (Discord: /desk admin become)",
            code,
        )


def _admin_code(tx: Tx, platforms: frozenset[str]) -> str | None:
    """The one-time code, as long as nobody has used it.

    None where there is an admin who can be reached: on one of the connected platforms, if any is.
    """
    admins = tx.desk.get().admin.members
    if any(not platforms or platform_of(admin) in platforms for admin in admins):
        return None
    code = tx.meta.get(configure.ADMIN_CODE)
    if code is None:
        code = secrets.token_hex(4)
        tx.meta.put(configure.ADMIN_CODE, code)
    return code
