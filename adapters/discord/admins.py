"""Those who can mend what is wrong on Discord are told of it once, in a direct message."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

import discord

from adapters.discord.convert import clipped
from adapters.discord.messages import Messages
from adapters.discord.places import workspaces
from adapters.discord.session import Session
from adapters.discord.views.body import CONTENT, Body
from bot.domain.identity import local_id, workspace_of
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
_SAID = "discord:said:"


class Admins:
    """Baton's admins who are on Discord; while there is none, the owners of its servers."""

    def __init__(self, store: Store, session: Session, messages: Messages) -> None:
        self._store = store
        self._session = session
        self._messages = messages

    async def once(self, topic: str, words: str) -> None:
        """Say it unless it was the last that was said of this topic; no words settle the topic."""
        if await self._store.read(_said, topic) == words:
            return
        if words:
            await self.tell(words)
        await self._store.transact(_say, topic, words)

    async def tell(self, words: str) -> None:
        """One whom Discord does not let Baton write to hears nothing; the log has it."""
        log.warning("%s", words)
        http = await self._session.http()
        for admin in await self._store.read(_admins) or await self._owners():
            try:
                direct = await http.start_private_message(str(admin))
                key = hashlib.sha256(f"{admin} {words}".encode()).hexdigest()[:25]
                body = Body(content=clipped(words, CONTENT))
                await self._messages.send(int(direct["id"]), body, key)
            except discord.HTTPException as error:
                log.warning("the admin %s cannot be told on Discord: %s", admin, error)

    async def _owners(self) -> Sequence[int]:
        http = await self._session.http()
        found = []
        for space in await self._store.read(_spaces):
            try:
                guild = await http.get_guild(int(local_id(space)), with_counts=False)
            except discord.HTTPException:
                continue
            found.append(int(guild["owner_id"]))
        return found


def _spaces(tx: Tx) -> tuple[str, ...]:
    return workspaces(tx.desk.get())


def _admins(tx: Tx) -> list[int]:
    people = tx.desk.get().admin.members
    return [
        int(local_id(one))
        for one in people
        if workspace_of(one).startswith("discord:") and "-role:" not in one
    ]


def _said(tx: Tx, topic: str) -> str:
    return tx.meta.get(_SAID + topic) or ""


def _say(tx: Tx, topic: str, words: str) -> None:
    tx.meta.put(_SAID + topic, words or None)
