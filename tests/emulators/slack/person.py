"""What one person does in Slack, for tests."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.emulators.slack.errors import Json

if TYPE_CHECKING:
    from tests.emulators.slack.client import Slack

File = tuple[str, bytes]


class Person:
    """One user. Messages and views are the dictionaries that this client returned."""

    def __init__(self, slack: Slack, user: str) -> None:
        self._slack = slack
        self.id = user

    async def _do(self, verb: str, **body: Any) -> Json:
        return await self._slack.control(verb, user=self.id, **body)

    async def post(
        self,
        channel: str,
        text: str = "",
        *,
        thread: Json | str | None = None,
        file: File | None = None,
        files: list[File] | None = None,
        **options: Any,
    ) -> Json:
        """Options: literal (typed, nothing means anything), broadcast, blocks."""
        everything = [*(files or []), *([file] if file else [])]
        answer = await self._do(
            "post",
            channel=channel,
            text=text,
            thread_ts=root_of(thread),
            files=[encoded(one) for one in everything],
            **options,
        )
        return dict(answer["message"])

    async def edit(self, message: Json, text: str, **options: Any) -> Json:
        place = {"channel": message["channel"], "ts": message["ts"]}
        return dict((await self._do("edit", text=text, **place, **options))["message"])

    async def delete(self, message: Json) -> None:
        await self._do("delete", channel=message["channel"], ts=message["ts"])

    async def react(self, message: Json, name: str, *, remove: bool = False) -> None:
        place = {"channel": message["channel"], "ts": message["ts"]}
        await self._do("react", name=name, remove=remove, **place)

    async def command(
        self, command: str, text: str = "", channel: str = "", *, thread: Json | None = None
    ) -> Json:
        """`outcome` is `acked`, or `failed` with a reason."""
        thread_ts = root_of(thread)
        return await self._do(
            "command", command=command, text=text, channel=channel, thread_ts=thread_ts
        )

    async def click(self, place: Json, action: str) -> Json:
        """Press a button in a message, an ephemeral message or a view, by its action_id."""
        return await self._do("act", action=action, **pointed(place))

    async def select(self, place: Json, action: str, value: Any) -> Json:
        return await self._do("act", action=action, value=value, **pointed(place))

    async def suggest(self, place: Json, action: str, query: str) -> Json:
        """Type into an external select; `options` is what the app answered."""
        return await self._do("suggest", action=action, query=query, **pointed(place))

    async def submit(self, view: Json, values: Json | None = None) -> Json:
        """`outcome`: closed, errors, updated, pushed, cleared, invalid_response or failed.
        Values by block_id; files as (name, bytes) pairs.
        """
        return await self._do("submit", view=view["id"], values=_plain(values or {}))

    async def fill(self, view: Json, values: Json) -> Json:
        return await self._do("fill", view=view["id"], values=_plain(values))

    async def close(self, view: Json, *, whole_stack: bool = False) -> Json:
        return await self._do("close", view=view["id"], whole_stack=whole_stack)

    async def shortcut(self, message: Json | None, callback_id: str) -> Json:
        """A message shortcut, or without a message a global one."""
        place = {"channel": message["channel"], "ts": message["ts"]} if message else {}
        return await self._do("shortcut", callback_id=callback_id, **place)

    async def open_home(self, *, app: str | None = None) -> None:
        await self._do("home", app=app)

    async def open_dm(self, *, app: str | None = None) -> str:
        """The id of this person's direct conversation with the app."""
        return str((await self._do("open_dm", app=app))["channel"])

    async def join(self, channel: str) -> None:
        await self._do("join", channel=channel)

    async def leave(self, channel: str) -> None:
        await self._do("leave", channel=channel)

    async def modal(self, *, within: float = 60.0) -> Json:
        """The modal on top, waited for."""

        async def top() -> Json | None:
            views = await self._slack.views(user=self.id, type="modal")
            return views[-1] if views else None

        view = await self._slack.wait_for(top, within=within, what=f"a modal of {self.id}")
        return view or {}

    async def home(self) -> Json | None:
        views = await self._slack.views(user=self.id, type="home")
        return views[-1] if views else None

    async def ephemerals(self, channel: str | None = None) -> list[Json]:
        return await self._slack.ephemerals(user=self.id, channel=channel)


def root_of(thread: Json | str | None) -> str | None:
    """The ts of a thread's root, from any message in it."""
    if isinstance(thread, dict):
        return str(thread.get("thread_ts") or thread["ts"])
    return thread


def pointed(place: Json) -> Json:
    """A view has an id; a message has a channel and a ts."""
    if "id" in place and "blocks" in place and "channel" not in place:
        return {"view": place["id"]}
    return {"channel": place["channel"], "ts": place["ts"]}


def encoded(file: File) -> Json:
    name, content = file
    return {"name": name, "content": base64.b64encode(content).decode()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes):
        return encoded((str(value[0]), value[1]))
    return value
