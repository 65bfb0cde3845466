"""Past conversations from an export of a Slack workspace, to try rules on.

Slack: `channels.json`, `users.json`, and a folder a channel with a file of messages a day; direct
messages are there only in some plans' exports (`dms.json`).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from adapters.slack.mrkdwn import Names, from_text
from bot.domain.conversation import JOINS_WITHIN, Conversation
from bot.domain.desk import DIRECT, Desk
from bot.domain.duration import roughly
from bot.domain.errors import BadInput
from bot.domain.message import Author, Message
from bot.services.replay import Past

Json = dict[str, Any]
# Unpacked; more than this is no export of conversations, or wants to fill the memory.
_LARGEST = 500 * 1024 * 1024
_USERS = "users.json"
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_SAID = {"", "bot_message", "file_share", "me_message", "thread_broadcast"}


def read(source: bytes | Path, desk: Desk) -> tuple[Past, ...]:
    """The conversations in a zip file or a folder, newest first.

    Those of the channels that the desk connects, or of all where it connects none of them. Who
    began a conversation is its contact, everybody else in it the team. Raises `BadInput` for what
    is no export.
    """
    files = _folder(source) if isinstance(source, Path) and source.is_dir() else _zip(source)
    export = _Export.of(_unwrapped(files))
    found = [
        past
        for channel in export.wanted(desk)
        for past in _conversations(export, channel, export.messages(channel))
    ]
    found.sort(key=lambda one: one.conversation.started_at, reverse=True)
    numbered = enumerate(found, start=1)
    return tuple(_numbered(past, number) for number, past in numbered)


Files = Mapping[str, Callable[[], bytes]]


def _folder(path: Path) -> Files:
    return {
        one.relative_to(path).as_posix(): one.read_bytes for one in sorted(path.rglob("*.json"))
    }


def _unwrapped(files: Files) -> Files:
    """Without the folder into which everything was packed again, as computers do."""
    tops = [name.removesuffix(_USERS) for name in files if f"/{name}".endswith(f"/{_USERS}")]
    top = min(tops, key=len, default="")
    return {name.removeprefix(top): load for name, load in files.items() if name.startswith(top)}


def _zip(source: bytes | Path) -> Files:
    if isinstance(source, Path) and not source.exists():
        raise BadInput(problem=f"{source}: there is no such file.")
    try:
        packed = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(
            problem=f"This is no Slack export, as a zip file or its folder: {error}."
        ) from None
    if sum(one.file_size for one in packed.infolist()) > _LARGEST:
        raise BadInput(problem="This export is larger than 500 MB unpacked. Export fewer days.")
    names = [one for one in packed.namelist() if one.endswith(".json")]
    return {name: lambda name=name: packed.read(name) for name in names}  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True)
class _Channel:
    id: str
    folder: str
    direct: bool = False


@dataclass(kw_only=True)
class _Export:
    files: Files
    users: Mapping[str, Json]
    channels: tuple[_Channel, ...]

    @classmethod
    def of(cls, files: Files) -> _Export:
        if _USERS not in files or "channels.json" not in files:
            raise BadInput(
                problem="This is no Slack export: channels.json and users.json are not in it."
            )
        users = {str(one.get("id")): one for one in _list(files, _USERS)}
        named = [one for name in ("channels.json", "groups.json") for one in _list(files, name)]
        channels = [_Channel(id=str(one.get("id")), folder=str(one.get("name"))) for one in named]
        direct = [
            _Channel(id=str(one.get("id")), folder=str(one.get("id")), direct=True)
            for one in _list(files, "dms.json")
        ]
        return cls(files=files, users=users, channels=(*channels, *direct))

    @property
    def workspace(self) -> str:
        teams = [str(one["team_id"]) for one in self.users.values() if one.get("team_id")]
        return f"slack:{teams[0]}" if teams else "slack:"

    @cached_property
    def names(self) -> Names:
        return Names(users={one: self.name(one) for one in self.users})

    @cached_property
    def days(self) -> Mapping[str, list[str]]:
        """The files of each folder."""
        found: dict[str, list[str]] = {}
        for name in self.files:
            found.setdefault(PurePosixPath(name).parent.name, []).append(name)
        return found

    def wanted(self, desk: Desk) -> list[_Channel]:
        here = {one.channel for one in desk.channels if one.workspace == self.workspace}
        teams = {one.channel for one in desk.teams if one.workspace == self.workspace}
        connected = [
            one for one in self.channels if one.id in here or (one.direct and DIRECT in here)
        ]
        return connected or [one for one in self.channels if one.id not in teams]

    def messages(self, channel: _Channel) -> list[Json]:
        """What was said in a channel, in order."""
        found = [
            one
            for name in self.days.get(channel.folder, ())
            for one in _list(self.files, name)
            if _is_said(one)
        ]
        return sorted(found, key=lambda one: float(one["ts"]))

    def name(self, user: str) -> str:
        one = self.users.get(user) or {}
        profile = one.get("profile")
        profile = profile if isinstance(profile, dict) else {}
        known = (profile.get("display_name"), profile.get("real_name"), one.get("name"))
        return str(next((name for name in known if name), user))

    def is_bot(self, said: Json) -> bool:
        user = self.users.get(str(said.get("user"))) or {}
        return bool(said.get("bot_id") or user.get("is_bot") or not said.get("user"))


def _is_said(one: Json) -> bool:
    """Whether it is a message with a time; an export may have been written by anything."""
    if one.get("type") != "message" or str(one.get("subtype") or "") not in _SAID:
        return False
    try:
        return 0 < float(str(one.get("ts"))) < _LATEST
    except ValueError:
        return False


def _conversations(export: _Export, channel: _Channel, messages: Iterable[Json]) -> Iterable[Past]:
    """By thread; what a contact writes at the top within half an hour belongs together."""
    threads: dict[str, list[Json]] = {}
    latest: dict[str, str] = {}  # the newest thread of each contact
    for said in messages:
        root = str(said.get("thread_ts") or said["ts"])
        user = str(said.get("user"))
        is_root = root == str(said["ts"]) and not channel.direct
        if channel.direct:
            root = channel.id
        elif is_root and not export.is_bot(said):
            before = latest.get(user)
            if before and float(said["ts"]) - float(threads[before][-1]["ts"]) <= (
                JOINS_WITHIN.total_seconds()
            ):
                root = before
            latest[user] = root
        threads.setdefault(root, []).append(said)
    for root, said_there in threads.items():
        if not export.is_bot(said_there[0]):
            yield _past(export, channel, root, said_there)


def _past(export: _Export, channel: _Channel, root: str, said: list[Json]) -> Past:
    contact = str(said[0]["user"])
    messages = tuple(
        _message(export, contact, one, number) for number, one in enumerate(said, start=1)
    )
    conversation = Conversation(
        workspace=export.workspace,
        channel=channel.id,
        thread=None if channel.direct else root,
        direct=channel.direct,
        contact=f"{export.workspace}/{contact}",
        contact_name=export.name(contact),
        started_at=messages[0].at,
        last_message_at=messages[-1].at,
    )
    return Past(conversation=conversation, messages=messages, outcome=_outcome(messages))


def _message(export: _Export, contact: str, said: Json, number: int) -> Message:
    user = str(said.get("user") or said.get("bot_id") or "")
    author = Author.ATTENDANT
    if export.is_bot(said):
        author = Author.AGENT
    elif user == contact:
        author = Author.CONTACT
    return Message(
        id=number,
        conversation_id=0,
        author=author,
        author_id=f"{export.workspace}/{user}",
        author_name=export.name(user),
        text=from_text(str(said.get("text") or ""), export.names),
        at=datetime.fromtimestamp(float(said["ts"]), UTC),
    )


def _outcome(messages: tuple[Message, ...]) -> str:
    """Who answered, and how soon."""
    first = next((one for one in messages if one.author is Author.ATTENDANT), None)
    if first:
        return f"{first.author_name} answered after {roughly(first.at - messages[0].at)}"
    bot = any(one.author is Author.AGENT for one in messages)
    return "a bot answered" if bot else "nobody answered"


def _numbered(past: Past, number: int) -> Past:
    return replace(past, conversation=replace(past.conversation, id=number))


def _list(files: Files, name: str) -> list[Json]:
    """The objects in a file. Raises `BadInput` naming it."""
    if name not in files:
        return []
    try:
        found = json.loads(files[name]())
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise BadInput(problem=f"{name} in this export cannot be read: {error}.") from None
    if not isinstance(found, list):
        raise BadInput(problem=f"{name} in this export is no list, so this is no Slack export.")
    return [one for one in found if isinstance(one, dict)]
