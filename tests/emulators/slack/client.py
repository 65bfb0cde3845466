"""What a test holds: Slack as people see it, over the control API.

async with connected(emulator.control_url) as slack:
    message = await slack.user("U0CAROL").post("C0HELP", "My invoice is wrong")
    await slack.user("U0ALICE").click(card, "ticket:claim")
"""

import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

from tests.emulators.slack.errors import Json
from tests.emulators.slack.person import Person

T = TypeVar("T")
TEAM = "T0001"


class ControlRefusedError(Exception):
    """The emulator refused what no person could have done: {error} {fields}."""

    def __init__(self, error: str, fields: Json) -> None:
        super().__init__(f"{error} {fields or ''}")
        self.error = error
        self.fields = fields


class Slack:
    """The whole workspace from outside."""

    def __init__(self, session: aiohttp.ClientSession, control_url: str) -> None:
        self._session = session
        self._url = control_url

    @property
    def api_url(self) -> str:
        return self._url.removesuffix("control/") + "api/"

    async def control(self, verb: str, **body: Any) -> Json:
        """Any control verb by name; see `control/` for what there is."""
        sent = {name: value for name, value in body.items() if value is not None}
        async with self._session.post(self._url + verb, json=sent) as response:
            answer: Json = await response.json()
        if response.status != 200:
            error = str(answer.pop("error", response.status))
            raise ControlRefusedError(error, answer)
        return answer

    async def workspace(self, team: str = TEAM, **fields: Any) -> Json:
        return await self.control("workspace", id=team, **fields)

    async def install(self, *, team: str = TEAM, **fields: Any) -> Json:
        """Install an app; the answer has its tokens. Fields: see `control.seeding.app`."""
        return await self.control("app", team=team, **fields)

    async def add_user(self, user: str, *, team: str = TEAM, **fields: Any) -> Person:
        await self.control("user", id=user, team=team, **fields)
        return self.user(user)

    async def add_group(self, group: str, *, team: str = TEAM, **fields: Any) -> Json:
        return await self.control("group", id=group, team=team, **fields)

    async def add_channel(self, channel: str, *, team: str = TEAM, **fields: Any) -> str:
        await self.control("channel", id=channel, team=team, **fields)
        return channel

    def user(self, user: str) -> Person:
        return Person(self, user)

    async def messages(self, channel: str | None = None, **options: Any) -> list[Json]:
        """In order, replies included. Options: thread_ts, deleted."""
        return list((await self.control("messages", channel=channel, **options))["messages"])

    async def thread(self, channel: str, ts: str) -> list[Json]:
        return await self.messages(channel, thread_ts=ts)

    async def ephemerals(self, **options: Any) -> list[Json]:
        """What single people were shown. Options: user, channel, deleted."""
        return list((await self.control("ephemerals", **options))["ephemerals"])

    async def views(self, **options: Any) -> list[Json]:
        """Open views. Options: user, type ("modal", "home"), all."""
        return list((await self.control("views", **options))["views"])

    async def files(self) -> list[Json]:
        return list((await self.control("files"))["files"])

    async def file_content(self, file: str) -> bytes:
        return base64.b64decode((await self.control("file_content", file=file))["content"])

    async def calls(self, method: str | None = None, **options: Any) -> list[Json]:
        return list((await self.control("calls", method=method, **options))["calls"])

    async def counts(self) -> dict[str, int]:
        return dict((await self.control("calls"))["counts"])

    async def deliveries(self, name: str | None = None) -> list[Json]:
        """Events, commands and interactions with every attempt."""
        return list((await self.control("deliveries", name=name))["deliveries"])

    async def fault(self, kind: str, match: str = "*", **fields: Any) -> int:
        """For calls: ratelimited, error, error_before, error_after, drop_before, drop_after,
        slow, slow_after, bare (`match`: a method, `upload`, `download`, `link`, `response_url`).
        For deliveries: duplicate, reorder, delay, lose, lose_ack (`match`: `message`,
        `message.message_changed`, `/reply`, `block_actions`…). Fields: times (None: for ever),
        skip, probability, status, retry_after, delay, error, keeps, channel, contains, app.
        """
        if fields.get("times", 1) is None:
            fields["times"] = sys.maxsize
        return int((await self.control("fault", kind=kind, match=match, **fields))["id"])

    async def clear_faults(self) -> None:
        await self.control("clear_faults")

    async def config(self, **changes: Any) -> Json:
        return dict((await self.control("config", **changes))["config"])

    async def advance(self, seconds: float) -> None:
        await self.control("advance", seconds=seconds)

    async def change_app(self, **changes: Any) -> Json:
        """add_scopes, remove_scopes, add_events, remove_events, revoked, mode, request_url."""
        return await self.control("app_change", **changes)

    async def sockets(self, what: str = "count", app: str | None = None) -> int:
        """count, close, abort, warning, refresh_requested, link_disabled."""
        return int((await self.control("sockets", what=what, app=app))["count"])

    async def archive(self, channel: str) -> None:
        await self.control("lifecycle", channel=channel, what="archive")

    async def kick(self, user: str, channel: str) -> None:
        await self.control("leave", user=user, channel=channel)

    async def wait_for(
        self, predicate: Callable[[], Awaitable[T]], *, within: float = 60.0, what: str = ""
    ) -> T:
        """Ask again whenever something changes, until the answer is truthy."""
        end = time.monotonic() + within
        revision = 0
        while True:
            revision = (await self.control("wait", revision=revision, timeout=0.0))["revision"]
            if result := await predicate():
                return result
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"waited {within} s for {what or predicate!r}")
            await self.control("wait", revision=revision, timeout=min(left, 1.0))

    async def wait_for_message(
        self,
        channel: str,
        text: str = "",
        *,
        where: Callable[[Json], object] = bool,
        within: float = 60.0,
    ) -> Json:
        """The last message that has `text` somewhere, blocks included, and fits `where`."""

        async def found() -> Json | None:
            fits = (
                one
                for one in reversed(await self.messages(channel))
                if text in json.dumps(one, ensure_ascii=False) and where(one)
            )
            return next(fits, None)

        message = await self.wait_for(found, within=within, what=f"{text!r} in {channel}")
        if message is None:
            raise TimeoutError(text)
        return message

    async def settled(self, *, within: float = 60.0) -> None:
        """Until nothing is being delivered and no file is being processed."""
        end = time.monotonic() + within
        revision = -1
        while True:
            state = await self.control("wait", revision=revision, timeout=0.2)
            if state["pending"] == 0 and state["processing"] == 0:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"still busy after {within} s: {state}")
            revision = state["revision"]


@asynccontextmanager
async def connected(control_url: str) -> AsyncIterator[Slack]:
    """A client for an emulator that runs here or elsewhere."""
    async with aiohttp.ClientSession() as session:
        yield Slack(session, control_url)


@asynccontextmanager
async def separate_process(*, seed: int = 0) -> AsyncIterator[Slack]:
    """An emulator in a process of its own, which outlives the app under test."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.emulators.slack", "--seed", str(seed)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the emulator has no output")
        urls = json.loads(await process.stdout.readline())
        async with connected(urls["control_url"]) as slack:
            yield slack
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
