"""The two apps that are measured, each as a process: `python -m benchmarks.slack_apps KIND JSON`.

`bare` is an echo with the SDK alone and nothing stored; `baton` is Baton as it runs, with its log.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs, loop, main
from bot.settings import Settings
from tests.integration.slack.world import ready

Json = dict[str, Any]


async def bare(chosen: Settings) -> None:
    """Contact → thread and reply → contact, one post each, from memory."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=chosen.slack_bot_token,
            base_url=chosen.slack_api_url,
            session=session,
            retry_handlers=[],
        )
        app = AsyncApp(client=client)
        threads: dict[str, str] = {}

        @app.event("message")
        async def relay(event: Json) -> None:
            if event.get("bot_id") or event["channel"] != "C0HELP":
                return
            root = event.get("thread_ts") or event["ts"]
            words = {"channel": "C0TEAM", "text": event["text"]}
            if root in threads:
                await client.chat_postMessage(thread_ts=threads[root], **words)
            else:
                posted = await client.chat_postMessage(**words)
                threads[root] = str(posted["ts"])

        @app.command("/reply")
        async def reply(ack: Any, command: Json) -> None:
            await ack()
            number, _, text = str(command["text"]).partition(" ")
            root = list(threads)[int(number) - 1]
            await client.chat_postMessage(channel="C0HELP", text=text, thread_ts=root)

        handler = AsyncSocketModeHandler(app, chosen.slack_app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await _serve()


async def baton(chosen: Settings) -> None:
    logs.configure(chosen)
    async with main.assembled(chosen) as parts, main.working(parts):
        await ready(parts)
        loop.loaded()
        await _serve()


async def _serve() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    given = Settings(**json.loads(sys.argv[2]))
    if sys.argv[1] == "baton":
        loop.run(baton(given))
    else:
        asyncio.run(bare(given))
