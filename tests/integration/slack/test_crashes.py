"""Killed in the middle of sending, Baton loses nothing and doubles nothing in Slack.

Slack runs in a process of its own that is never killed. It holds an answer back, before or after it
has done what was asked; Baton is killed while it waits, and started again.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bot.settings import Settings
from tests.emulators.slack.client import Slack, separate_process
from tests.integration.slack.world import PATIENCE_S, Json, populated, settings
from tests.nursery import Program, program

# Done and not known to be: what happened before the call is tested for all platforms alike.
CUTS = [
    ("slow_after", "chat.postMessage"),
    ("slow_after", "files.completeUploadExternal"),
]


@asynccontextmanager
async def baton(chosen: Settings) -> AsyncIterator[Program]:
    process = await program("tests.integration.slack.process", json.dumps(asdict(chosen)))
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def killed(slack: Slack, process: Program, method: str) -> None:
    """Kill it while it waits for the answer to a call."""

    async def waits() -> bool:
        return any(call["fault"] for call in await slack.calls(method))

    await slack.wait_for(waits, within=PATIENCE_S, what=f"{method} to wait")
    await asyncio.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await slack.clear_faults()


async def test_kills_while_sending_lose_nothing_and_double_nothing(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with separate_process() as slack:
        app = await populated(slack)
        chosen = settings(tmp_path, app, slack.api_url, sqlite_template)
        first: Json = {}
        for number, (kind, method) in enumerate(CUTS):
            async with baton(chosen) as process:
                if not number:
                    first = await slack.user("U0CAROL").post("C0HELP", "a refund")
                await reply(slack, number, kind, method)
                await killed(slack, process, method)
            await slack.user("U0CAROL").post("C0HELP", f"question {number}", thread=first)
        async with baton(chosen):
            await slack.user("U0ALICE").command("/reply", "1 the end", "C0TEAM")
            for channel in ("C0HELP", "C0TEAM"):
                await slack.wait_for_message(channel, "the end", within=PATIENCE_S)
            await slack.wait_for_message("C0TEAM", f"question {len(CUTS) - 1}", within=PATIENCE_S)
            await slack.settled()
            await look(slack)


async def reply(slack: Slack, number: int, kind: str, method: str) -> None:
    """With words and two files, whose way to the contact is cut at one step."""
    alice = slack.user("U0ALICE")
    card = await slack.wait_for_message("C0TEAM", "#1 · ", within=PATIENCE_S)
    await alice.click(card, "ticket:reply")
    modal = await alice.modal()
    await slack.fault(kind, method, delay=30.0, channel="C0HELP")
    files = [(f"{number}a.txt", b"first file"), (f"{number}b.txt", b"second file")]
    await alice.submit(modal, {"text": f"words {number}", "files": files})


async def look(slack: Slack) -> None:
    """Every reply once and in order for the contact, and everything once in the thread."""
    contact = shown(await slack.messages("C0HELP"))
    said = [(f"words {number}", f"{number}a.txt {number}b.txt") for number in range(len(CUTS))]
    replies = [one for one in contact if "refund" not in one and "question" not in one]
    assert replies == [*(one for pair in said for one in pair), "the end"]
    card = await slack.wait_for_message("C0TEAM", "#1 · ")
    thread = shown(await slack.thread("C0TEAM", card["ts"]))
    assert Counter(thread).most_common(1)[0][1] == 1, thread
    questions = {f"question {number}" for number in range(len(CUTS))}
    assert {*replies, *questions} <= set(thread)


def shown(messages: list[Json]) -> list[str]:
    """What each message says, or the names of its files."""
    names = [" ".join(file["name"] for file in one.get("files", [])) for one in messages]
    return [name or one["text"] for name, one in zip(names, messages, strict=True)]
