"""Slack, put together: connected, kept connected, and stopped without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette

from adapters.slack import http, listeners
from adapters.slack.app import bolt
from adapters.slack.catching_up import CatchUp
from adapters.slack.commands import Commands
from adapters.slack.dialogs import Dialogs
from adapters.slack.direct import Direct
from adapters.slack.directory import Directory
from adapters.slack.downloads import Downloads
from adapters.slack.errors import of_answer
from adapters.slack.health import Health
from adapters.slack.homes import Homes
from adapters.slack.intake import Intake
from adapters.slack.listeners.tools import Tools
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.reactions import Reactions
from adapters.slack.socket import Socket
from adapters.slack.whisper import Whisper
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.duty import Duty
from bot.patience import Patience
from bot.supervision import ended, supervised

Json = dict[str, Any]
log = logging.getLogger(__name__)
_WATCH_S = 0.5
_ASK_S = 2.0
_HELLO_S = 5.0
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_LOOK_AGAIN = {
    "channel_archive",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_left",
    "group_unarchive",
    "subteam_updated",
    "tokens_revoked",
}


class Slack:
    """One workspace. With an app token over Socket Mode, else over HTTP, where it may be shared
    with other processes: then what one takes in may have been written before what another has.
    """

    name = "slack"

    def __init__(
        self,
        workspace: Workspace,
        baton: Baton,
        *,
        app_token: str = "",
        signing_secret: str = "",
        prefix: str = "",
        is_shared: bool = False,
    ) -> None:
        self._workspace = workspace
        self._baton = baton
        self._duty = Duty(baton.store, "Slack's connection")
        self._app_token = app_token
        self._secret = signing_secret
        self._people = People(workspace)
        whisper, direct = Whisper(workspace), Direct(workspace)
        downloads = Downloads(workspace, baton.media)
        places = Places(workspace, baton)
        self._intake = Intake(
            workspace,
            baton,
            self._people,
            downloads,
            whisper,
            ordered=bool(app_token) or not is_shared,
        )
        self._catch_up = CatchUp(workspace, baton, self._intake, places)
        self._homes = Homes(workspace, baton, self._people)
        self._health = Health(workspace, baton, self._people, direct)
        self._reactions = Reactions(workspace, baton, self._people)
        self._directory = Directory(workspace, baton, self._people)
        self._tools = Tools(
            workspace=workspace,
            baton=baton,
            people=self._people,
            commands=Commands(workspace, self._people, self._directory),
            downloads=downloads,
            places=places,
            whisper=whisper,
            dialogs=Dialogs(workspace, baton),
            direct=direct,
            prefix=prefix,
        )
        self._bolt = bolt(workspace, signing_secret, self._take, self._catch_up.dropped)
        listeners.register(self._bolt, self._tools)
        self._trouble = "it is not connected yet"
        self._begun: asyncio.Task[None] | None = None
        self._is_open = False
        self._is_greeted = False

    def mount(self, app: Starlette) -> None:
        """Serve HTTP mode; Socket Mode wins when both are configured."""
        if self._secret and not self._app_token:
            http.mount(app, self._bolt, self._secret, lambda: self._is_open)

    def unready(self) -> list[str]:
        """What keeps Slack from working, in words for whoever operates Baton."""
        trouble = self._health.broken or ("" if self._duty.stands_by else self._trouble)
        return [f"Slack: {trouble}"] if trouble else []

    @property
    def problems(self) -> list[str]:
        """What is wrong with single channels, groups and permissions."""
        return self._health.problems

    async def run(self) -> None:
        """Until cancelled: connected, and connected again."""
        self._intake.begin()
        try:
            if not self._app_token:  # Slack: a request is answered within three seconds
                await self._baton.prepare()
            await self._identified()
            await self._open()
            async with asyncio.TaskGroup() as tasks:
                for name, work in {
                    "slack duty": lambda: self._duty.run(self._on_duty),
                    "slack health": self._health.run,
                    "slack directory": self._directory.run,
                }.items():
                    tasks.create_task(supervised(name, work), name=name)
        finally:
            self._trouble, self._is_open = "it is stopped", False
            await self._intake.finish()
            await self._tools.finish()

    async def _identified(self) -> None:
        """Find out whose token it is, however long that takes."""
        for pause in _forever(_PAUSES):
            try:
                await self._workspace.identify()
            except SlackApiError as error:
                self._trouble = str(of_answer(error))
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._trouble = "Slack cannot be reached."
            else:
                return
            log.error("Slack: %s", self._trouble)
            await asyncio.sleep(pause)

    async def _open(self) -> None:
        """HTTP: what Slack delivers from now on waits for what was missed before, unless another
        process is at work, which has seen to that.
        """
        if not self._app_token and await self._duty.is_free():
            await self._begin()
        self._is_open = True

    async def _on_duty(self) -> None:
        """What one process does for all.

        With several connections Slack gives each its share of the events: what two processes take
        in at the same time, or what is sent again as one was killed, would come out of order.
        """
        beside = [
            asyncio.create_task(supervised(f"slack {name}", work), name=f"slack {name}")
            for name, work in (("homes", self._homes.run), ("connection", self._connected))
        ]
        try:
            await self._catch_up.run()
        finally:
            await ended(*beside)

    async def _connected(self) -> None:
        if self._app_token:
            await self._socket()
        else:
            self._trouble = (
                "" if self._secret else "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing"
            )
            self._catch_up.request()
            await asyncio.Event().wait()

    async def _socket(self) -> None:
        handler = Socket(self._bolt, self._app_token, self._take)
        handler.client.message_listeners.append(self._hears)
        self._begun = asyncio.create_task(self._begin(), name="slack begins")
        self._intake.begin(self._begun)
        connecting: asyncio.Task[None] | None = None
        try:
            await self._begun  # before anything comes in live
            self._is_greeted = False
            connect = handler.client.connect()  # type: ignore[no-untyped-call]
            connecting = asyncio.create_task(connect, name="slack connects")
            await self._watch(handler)
        finally:
            handler.client.message_listeners.remove(self._hears)
            if connecting is not None:
                await ended(connecting)
            if self._begun is not None:
                self._begun.cancel()
                self._begun = None
            await self._intake.finish()
            with contextlib.suppress(Exception):
                await handler.close_async()  # type: ignore[no-untyped-call]

    async def _watch(self, handler: Socket) -> None:
        """Until cancelled: know whether the connection stands, and why not."""
        was_there, looks = False, 0
        while True:
            is_there = await handler.client.is_connected()
            if is_there and not was_there:
                asyncio.get_running_loop().call_later(_HELLO_S, self._unless_greeted)
            was_there, looks = is_there, 0 if is_there else looks + 1
            if looks > 1:
                handler.ask_anew()
            self._trouble = "" if is_there else await self._why_lost(handler)
            await asyncio.sleep(_WATCH_S if is_there else _ASK_S)

    async def _why_lost(self, handler: Socket) -> str:
        """A revoked token ends the connection without saying so; Slack says it when asked."""
        try:
            async with asyncio.timeout(_ASK_S):
                await self._workspace.client.auth_test()
        except SlackApiError as error:
            return str(of_answer(error))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "Slack cannot be reached."
        return handler.refused or "there is no connection; it is made again"

    async def _hears(self, _client: Any, message: Json, _raw: str | None) -> None:
        """Slack: each new connection begins with hello; something may have been missed before."""
        if message.get("type") == "hello":
            self._is_greeted = True
            if self._begun is None or self._begun.done():
                self._begun = asyncio.create_task(self._begin(), name="slack begins")
            self._intake.begin(self._begun)
            self._catch_up.request()

    def _unless_greeted(self) -> None:
        """What comes in waits for a look; it is not to wait for a greeting that never comes."""
        if not self._is_greeted:
            self._catch_up.request()

    async def _begin(self) -> None:
        """From here on live messages wait until what was missed is fetched."""

        async def begin() -> None:
            await self._baton.begin_catching_up(self._workspace.id)

        for pause in _forever(_PAUSES):  # whatever it was: until then nothing may be taken in
            try:
                await Patience().until_kept(begin)
            except Exception:
                log.exception("Slack: what comes in waits")
                await asyncio.sleep(pause)
            else:
                return

    async def _take(self, event: Json) -> None:
        kind = event.get("type")
        if kind == "message":
            await self._intake.live(event)
        elif kind == "reaction_added":
            await self._reactions.added(event)
        elif kind == "app_home_opened" and event.get("tab", "home") == "home":
            self._tools.go_on(self._homes.opened(str(event["user"])))
        elif kind in _LOOK_AGAIN:
            self._health.look_soon()


def _forever(pauses: tuple[float, ...]) -> Any:
    yield from pauses
    while True:
        yield pauses[-1]
