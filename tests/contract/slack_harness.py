"""Slack as the contract of the outlet port looks at it: on the emulator, with the real client."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

from adapters.slack.outlet import SlackOutlet
from adapters.slack.workspace import opened
from bot.domain.identity import Place
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from storage.media import Media
from tests.contract.seen import Seen
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import BOT, populated

Json = dict[str, Any]
# What a mrkdwn text may hold: dates and links that we have written.
_HARMLESS = re.compile(r"<(?:!date\^|https?://|mailto:)[^<>]*>")
_PINGING = {"user", "usergroup", "broadcast", "channel"}


class SlackHarness:
    """Reads the emulator's channels as a person's client would show them."""

    team = Place(workspace="slack:T0001", channel="C0TEAM")
    contact = Place(workspace="slack:T0001", channel="D0CAROL")
    member = "slack:T0001/U0ALICE"

    def __init__(self, slack: Slack, outlet: Outlet, media: MediaPort) -> None:
        self.outlet, self.media, self._slack = outlet, media, slack

    async def standing(self, place: Place) -> list[Seen]:
        """Files that go with a post stand in a message of their own below it."""
        await self._slack.settled()
        found: list[tuple[Json, list[Json]]] = []
        for message in await self._slack.messages(place.channel):
            thread = message.get("thread_ts")
            below = thread if thread != message["ts"] else None
            if message.get("subtype") == "tombstone" or below != place.thread:
                continue
            if message.get("files") and found and not message["text"]:
                found[-1][1].append(message)
            else:
                found.append((message, []))
        return [await self._seen(message, shared) for message, shared in found]

    async def remove(self, place: Place, platform_id: str) -> None:
        place_of = {"channel": place.channel, "ts": platform_id.partition("+")[0]}
        await self._slack.user("U0ALICE").delete(place_of)

    async def _seen(self, message: Json, shared: list[Json]) -> Seen:
        blocks = message.get("blocks") or []
        files = {
            one["name"]: await self._slack.file_content(one["id"])
            for other in shared
            for one in other["files"]
        }
        return Seen(
            platform_id=message["ts"]
            + "".join(
                f"+{one['ts']}:{','.join(file['id'] for file in one['files'])}" for one in shared
            ),
            words="\n".join([str(message.get("username") or ""), *_words(blocks)]),
            files=files,
            buttons=tuple(
                element["text"]["text"]
                for block in blocks
                if block["type"] == "actions"
                for element in block["elements"]
            ),
            pings=frozenset(_whom(one) for one in message["pings"]),
            alive=tuple(_alive(blocks)),
        )


def _whom(ping: str) -> str:
    return f"slack:T0001/{ping[1:]}" if ping.startswith("@") else "everyone"


def _walk(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one)


def _words(blocks: list[Json]) -> Iterator[str]:
    for one in _walk(blocks):
        if one.get("type") == "mrkdwn":
            yield unescape(one["text"]).replace("\u2060", "")
        elif one.get("type") in {"plain_text", "text"}:
            yield one["text"]
        elif one.get("type") == "link":
            yield one.get("text") or one["url"]


def _alive(blocks: list[Json]) -> Iterator[str]:
    """Whatever Slack would interpret that is neither a date nor a link of ours nor a mention."""
    for one in _walk(blocks):
        if one.get("type") in _PINGING:
            yield str(one)
        elif one.get("type") == "mrkdwn":
            rest = _HARMLESS.sub("", one["text"])
            yield from re.findall(r"<(?!@U|!subteam)[^>]*>", rest)
            if not one.get("verbatim"):
                yield one["text"]
        elif one.get("type") == "link" and not one["url"].startswith(("http", "mailto:")):
            yield one["url"]


@asynccontextmanager
async def slack(folder: Path, template: Path) -> AsyncIterator[SlackHarness]:
    del template
    async with running(seed=3) as emulator, connected(emulator.control_url) as client:
        app = await populated(client)
        await client.config(message_rate=0)
        await client.add_channel("D0CAROL", kind="im", members=[BOT, "U0CAROL"])
        media = Media(str(folder / "media"))
        async with opened(app["bot_token"], emulator.api_url) as workspace:
            await workspace.identify()
            yield SlackHarness(client, SlackOutlet(workspace, media), media)
