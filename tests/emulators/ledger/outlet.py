"""The ledger as an outlet: a platform over a real socket."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp

from bot.domain.card import Card, Content, Post
from bot.domain.identity import Place
from bot.domain.message import Limits
from bot.ports.outlet import Attempt, Busy, Gone, Sent, Unclear


class LedgerOutlet:
    """`knows_keys`: the ledger recognises a repeated key; else Baton has to look it up."""

    limits = Limits()

    def __init__(self, base: str, *, knows_keys: bool) -> None:
        self._base = base
        self._query = "?dedupe=1" if knows_keys else ""
        self.settle = None if knows_keys else timedelta(seconds=0.2)

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        body = {
            "channel": place.channel,
            "thread": place.thread,
            "key": attempt.key,
            "kind": type(content).__name__,
            "text": words(content),
        }
        return _sent(place, content, await self._call("POST", f"/posts{self._query}", body))

    async def edit(self, sent: Sent, content: Content) -> None:
        await self._call("PATCH", f"/posts/{sent.platform_id}", {"text": words(content)})

    async def delete(self, sent: Sent) -> None:
        await self._call("DELETE", f"/posts/{sent.platform_id}", {})

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        """Blind in the negative control: then nothing is ever found."""
        if os.environ.get("LEDGER_BLIND"):
            return None
        found = await self._call("GET", f"/posts?key={attempt.key}", {})
        return _sent(place, content, found[0]) if found else None

    async def link(self, sent: Sent) -> str:
        return ""

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, self._base + path, json=body) as answer,
            ):
                if answer.status == 404:
                    raise Gone("not in the ledger")
                return await answer.json()
        except aiohttp.ClientConnectorError as error:
            raise Busy("the ledger is not there") from error
        except aiohttp.ClientError as error:
            raise Unclear("the ledger did not answer") from error


def words(content: Content) -> str:
    """What a post says; a card is known by its title."""
    if isinstance(content, Post):
        return content.text + "".join(f" [{one.name}]" for one in content.attachments)
    return content.title


def _sent(place: Place, content: Content | None, stored: dict[str, Any]) -> Sent:
    thread = place.thread or (stored["id"] if isinstance(content, Card) else None)
    return Sent(place=replace(place, thread=thread), platform_id=stored["id"])
