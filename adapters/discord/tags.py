"""A ticket's status as a tag on the contact's forum post.

It stands beside the lanes: what should show is compared with what was shown last, at most every
few seconds, so a tag that cannot be set holds no message up. The post is never renamed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord.admins import Admins
from adapters.discord.errors import Code, translated
from adapters.discord.places import PREFIX
from adapters.discord.session import Json, Session
from bot.domain.desk import DIRECT
from bot.domain.states import Status
from bot.ports.outlet import Busy, OutletError, Unclear
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
_EVERY = 5.0
_SHOWN = "discord:tags"
# Discord: 5 tags on a post, 20 in a forum; flag 16 of a forum wants one on every post.
_ON_A_POST, _IN_A_FORUM, _REQUIRED = 5, 20, 1 << 4
_ALL = tuple(str(one) for one in Status)


class Tags:
    """What was shown last is kept by post, `forum/thread`, until its ticket is closed."""

    def __init__(self, store: Store, session: Session, admins: Admins) -> None:
        self._store = store
        self._session = session
        self._admins = admins
        self._others: set[str] = set()

    async def run(self) -> None:
        """Until cancelled: bring the tags up to date."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.refresh()
            except OutletError as error:
                log.warning("the tags of forum posts cannot be changed: %s", error)

    async def refresh(self) -> None:
        for post, status in (await self._store.read(_behind, frozenset(self._others))).items():
            forum, _, thread = post.partition("/")
            if forum in self._others:
                continue
            try:
                with translated():
                    if not await self._session.is_forum(int(forum)):
                        self._others.add(forum)
                        continue
                    await self._show(int(forum), int(thread), status)
            except (Busy, Unclear) as error:
                log.info("the tag of %s has to wait: %s", post, error)
                return
            except OutletError as error:
                log.warning("the post %s cannot be tagged: %s", post, error)
            await self._store.transact(_showing, post, status)

    async def _show(self, forum_id: int, thread_id: int, status: str) -> None:
        """Tags that are not Baton's stay. Discord: one in an archived post wakes it first."""
        http = await self._session.http()
        forum: Any = await http.get_channel(forum_id)
        tags = await self._tags(forum)
        thread: Any = await http.get_channel(thread_id)
        now = [str(one) for one in thread.get("applied_tags", [])]
        wanted = [one for one in now if one not in tags.values()]
        if status in tags and len(wanted) < _ON_A_POST:
            wanted.append(tags[status])
        if sorted(wanted) == sorted(now) or (not wanted and forum.get("flags", 0) & _REQUIRED):
            return
        if thread["thread_metadata"]["archived"]:
            await http.edit_channel(thread_id, applied_tags=wanted, archived=False)
            await http.edit_channel(thread_id, archived=True)
        else:
            await http.edit_channel(thread_id, applied_tags=wanted)

    async def _tags(self, forum: Json) -> dict[str, str]:
        """The ids of the forum's status tags, by status; a missing one is made, if allowed."""
        tags = _by_status(forum["available_tags"])
        if len(tags) < len(_ALL):
            tags = await self._made(forum, tags)
        lacking = [one for one in _ALL if one not in tags]
        await self._admins.once(f"tags:{forum['id']}", _request(forum, lacking))
        return tags

    async def _made(self, forum: Json, tags: dict[str, str]) -> dict[str, str]:
        new = [{"name": one, "moderated": True} for one in _ALL if one not in tags]
        wanted = [*forum["available_tags"], *new]
        if len(wanted) > _IN_A_FORUM:
            return tags
        http = await self._session.http()
        try:
            changed: Any = await http.edit_channel(int(forum["id"]), available_tags=wanted)
        except discord.HTTPException as error:
            if error.code not in {Code.MISSING_PERMISSION, Code.MISSING_ACCESS}:
                raise
            return tags
        return _by_status(changed["available_tags"])


def _by_status(tags: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    named = {str(one["name"]).strip().casefold(): str(one["id"]) for one in tags}
    return {status: named[status] for status in _ALL if status in named}


def _request(forum: Json, lacking: Sequence[str]) -> str:
    if not lacking:
        return ""
    names = ", ".join(f"“{one}”" for one in lacking)
    where = f"#{forum['name']}"
    return (
        f"Posts in {where} cannot show the status of their ticket: these tags are missing there: "
        f"{names}. Add them, or allow Baton Manage Channels in {where} and it adds them itself. "
        "Everything else works as it is."
    )


def _behind(tx: Tx, others: frozenset[str]) -> dict[str, str]:
    """The posts whose tag may differ from their ticket's status; `others` are no forums."""
    shown = _shown(tx)
    forums = {
        (one.workspace, one.channel)
        for one in tx.desk.get().channels
        if one.workspace.startswith(PREFIX) and one.channel != DIRECT and one.channel not in others
    }
    if not forums:
        return {}
    wanted = dict.fromkeys(shown, str(Status.CLOSED))
    for workspace, channel in forums:
        for thread, status in tx.queue.standing(workspace, channel).items():
            wanted[f"{channel}/{thread}"] = str(status)
    return {post: status for post, status in wanted.items() if shown.get(post) != status}


def _shown(tx: Tx) -> dict[str, str]:
    return dict(json.loads(tx.meta.get(_SHOWN) or "{}"))


def _showing(tx: Tx, post: str, status: str) -> None:
    shown = _shown(tx)
    shown[post] = status
    if status == Status.CLOSED:
        del shown[post]
    tx.meta.put(_SHOWN, json.dumps(shown))
