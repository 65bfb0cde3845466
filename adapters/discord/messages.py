"""Sending, changing, removing and finding messages of the bot's own."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import discord
from discord.http import MultipartParameters, handle_message_parameters

from adapters.discord.errors import Code
from adapters.discord.session import Json, Session
from adapters.discord.views.body import Body, allowed
from bot.domain.errors import NotFound
from bot.domain.message import Attachment
from bot.ports.media import MediaPort

_PAGE = 100
# Discord keeps these characters of a file's name; where there are others, the name is said beside.
_KEPT = re.compile(r"[A-Za-z0-9_.\-]+")
_DESCRIPTION = 1_024
_NOBODY = discord.AllowedMentions.none()


class Messages:
    """Raises what discord.py raises."""

    def __init__(self, session: Session, media: MediaPort) -> None:
        self._session = session
        self._media = media

    async def send(
        self, channel_id: int, body: Body, key: str, reply_to: int | None = None
    ) -> int | None:
        """The message's id; None when it was sent before and somebody has deleted it since.

        Discord: within minutes, `enforce_nonce` answers with the message that is there already.
        """
        http = await self._session.http()
        with await self.written(body, nonce=key, reply_to=reply_to) as params:
            try:
                sent = await http.send_message(channel_id, params=params)
            except discord.NotFound as error:
                if error.code == Code.UNKNOWN_MESSAGE:
                    return None
                raise
        return int(sent["id"])

    async def written(
        self,
        body: Body,
        *,
        nonce: str | None = None,
        reply_to: int | None = None,
        beside: Mapping[str, Any] | None = None,
    ) -> MultipartParameters:
        """A new message as Discord wants it; `beside` is what a forum's post has besides it."""
        more: dict[str, Any] = {"channel_payload": dict(beside)} if beside else {}
        if reply_to is not None:
            more["message_reference"] = {"message_id": str(reply_to), "fail_if_not_exists": False}
        if files := await self._files(body):
            more["files"] = files
        if body.layout is None:
            more["content"] = body.content
        if body.embed is not None:
            more["embed"] = body.embed
        if view := body.view:
            more["view"] = view
        return handle_message_parameters(
            nonce=nonce, allowed_mentions=allowed(body.mentions), **more
        )

    async def edit(self, channel_id: int, message_id: int, body: Body) -> None:
        """Files stay as they are; nobody is pinged by a change."""
        more: dict[str, Any] = {"view": body.view}
        if body.layout is None:
            embeds = [body.embed] if body.embed else []
            more |= {"content": body.content, "embeds": embeds}
        http = await self._session.http()
        params = handle_message_parameters(allowed_mentions=_NOBODY, **more)
        try:
            await http.edit_message(channel_id, message_id, params=params)
        except discord.HTTPException as error:
            if error.code != Code.THREAD_ARCHIVED:
                raise
            await http.edit_channel(channel_id, archived=False)
            await http.edit_message(channel_id, message_id, params=params)

    async def delete(self, channel_id: int, message_id: int) -> None:
        """One that is gone already is no error."""
        http = await self._session.http()
        try:
            await http.delete_message(channel_id, message_id)
        except discord.NotFound:
            return
        except discord.HTTPException as error:
            if error.code != Code.THREAD_ARCHIVED:
                raise
            await http.edit_channel(channel_id, archived=False)
            await http.delete_message(channel_id, message_id)

    async def like(self, channel_id: int, bodies: Iterable[Body], since: int) -> AsyncIterator[int]:
        """The bot's own messages after `since` that look like one of these, oldest first."""
        http, me = await self._session.http(), await self._session.me()
        wanted = {_look(_as_sent(body)) for body in bodies}
        while True:
            page = await http.logs_from(channel_id, _PAGE, after=since)
            for message in sorted(page, key=lambda one: int(one["id"])):
                since = int(message["id"])
                if int(message["author"]["id"]) == me and _look(message) in wanted:
                    yield since
            if len(page) < _PAGE:
                return

    async def _files(self, body: Body) -> list[discord.File]:
        files = [await self._file(one) for one in body.attachments]
        if body.document:
            name, data = body.document
            files.append(discord.File(io.BytesIO(data), name))
        return files

    async def _file(self, one: Attachment) -> discord.File:
        try:
            data = await self._media.load(one.digest or "")
        except NotFound:
            return discord.File(io.BytesIO(b"This file is no longer kept."), f"{one.name}.txt")
        description = None if _KEPT.fullmatch(one.name) else one.name[:_DESCRIPTION]
        return discord.File(io.BytesIO(data), one.name, description=description)


def _as_sent(body: Body) -> Json:
    view = body.view
    return {
        "content": body.content,
        "embeds": [body.embed.to_dict()] if body.embed else [],
        "components": view.to_components() if view else [],
        "attachments": [*body.attachments, *([body.document] if body.document else [])],
    }


def _look(message: Any) -> tuple[object, ...]:
    """What a reader sees of a message, for comparison: Discord trims and adds to all the rest."""
    return (
        message.get("content", "").strip(),
        *((one.get("title"), (one.get("description") or "").strip()) for one in message["embeds"]),
        *_texts(message.get("components", [])),
        len(message["attachments"]),
    )


def _texts(components: list[Any]) -> list[str]:
    """Texts and button ids, however deep they stand."""
    found = []
    for one in components:
        found += [str(one[name]).strip() for name in ("content", "custom_id") if one.get(name)]
        found += _texts(one.get("components", []))
    return found
