"""Whatever Slack (or who pretends to be it) sends: no fault of ours, and the next message arrives.

The quick part of `make fuzz`: the same with more examples.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from adapters.slack.app import UNREADABLE
from tests.emulators.slack.client import connected
from tests.emulators.slack.http_mode import signature
from tests.emulators.slack.server import running
from tests.fuzz.payloads import EXAMPLES, broken
from tests.fuzz.slack_payloads import COMMANDS, EVENTS, INTERACTIONS, envelope
from tests.integration import slack_world
from tests.integration.slack_world import SlackWorld

# An id of some kilobytes is more than the emulator takes in an address.
EXPECTED = (*UNREADABLE, aiohttp.ClientError)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def at(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[SlackWorld]:
    async with slack_world.world(tmp_path, sqlite_template, mode="http") as started:
        yield started


class Slack:
    """Signs and sends, and keeps what came back."""

    def __init__(self, at: SlackWorld, session: aiohttp.ClientSession) -> None:
        self._at, self._session = at, session
        self.seen: Counter[int] = Counter()

    async def post(
        self, body: bytes, kind: str, *, stamp: int | None = None, secret: str = ""
    ) -> aiohttp.ClientResponse:
        moment = str(int(time.time()) if stamp is None else stamp)
        known = secret or self._at.app["signing_secret"]
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": signature(known, moment, body.decode("latin-1")),
        }
        if not body.isascii():
            headers["X-Slack-Signature"] = "v0=0"
        url = f"{self._at.url}/slack/events"
        async with self._session.post(url, data=io.BytesIO(body), headers=headers) as answer:
            text = await answer.text()
            self.seen[answer.status] += 1
            assert "Traceback" not in text
            return answer

    async def send(self, kind: str, payload: Any) -> None:
        body = json.dumps(payload)
        if kind == "interaction":
            body = urlencode({"payload": body})
        elif kind == "command":
            fields = payload if isinstance(payload, dict) else {"text": payload}
            body = urlencode({name: _flat(value) for name, value in fields.items()})
        form = "application/json" if kind == "event" else FORM
        answer = await self.post(body.encode(), form)
        assert answer.status < 500, (answer.status, payload)


def _flat(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return shown.encode(errors="replace").decode()


def examples(count: int) -> Iterator[tuple[str, Any]]:
    """So many broken payloads with their kind, the same in each run."""
    known: dict[str, list[Any]] = {
        "event": [envelope(one) for one in EVENTS.values()],
        "inner": list(EVENTS.values()),
        "interaction": list(INTERACTIONS.values()),
        "command": list(COMMANDS.values()),
    }
    for seed in range(count):
        random = Random(seed)
        kind = random.choice(["event", "inner", "inner", "interaction", "interaction", "command"])
        payload = broken(random, known[kind])
        yield ("event", envelope(payload)) if kind == "inner" else (kind, payload)


def _faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What went wrong beyond that a payload cannot be read."""
    errors = [one.exc_info[1] for one in caplog.records if one.exc_info]
    return [repr(one) for one in errors if not isinstance(one, EXPECTED)]


async def _is_alive(at: SlackWorld, words: str) -> None:
    await at.carol.post("C0HELP", f"a refund, {words}")
    await at.says("C0TEAM", words)


async def test_whatever_comes_by_http(at: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        for number, (kind, payload) in enumerate(examples(EXAMPLES)):
            with caplog.at_level(logging.ERROR):
                caplog.clear()
                await slack.send(kind, payload)
                await asyncio.gather(*at.parts.platforms[0]._tools.later, return_exceptions=True)  # type: ignore[attr-defined]
            assert not _faults(caplog), (number, kind, payload, _faults(caplog))
    await _is_alive(at, "still there")
    print(f"slack http: {dict(slack.seen)}")  # noqa: T201 - what `make fuzz` shows


async def test_whatever_comes_by_socket(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kinds = {"event": "events_api", "interaction": "interactive", "command": "slash_commands"}
    seen: Counter[str] = Counter()
    async with running(seed=7) as emulator, connected(emulator.control_url) as client:
        app = await slack_world.populated(client)
        chosen = slack_world.settings(tmp_path, app, emulator.api_url, sqlite_template)
        async with slack_world.at_work(chosen, client, app) as at:
            core = emulator.core
            [known] = core.world.apps.values()
            for kind, payload in examples(EXAMPLES):
                if not isinstance(payload, dict):
                    continue  # an envelope holds nothing else
                with caplog.at_level(logging.ERROR):
                    caplog.clear()
                    sent = await core.sockets.send(
                        known, kinds[kind], payload, retry=(0, ""), seconds=5
                    )
                seen["acknowledged" if sent.ok else sent.reason] += 1
                assert not _faults(caplog), (kind, payload, _faults(caplog))
            await _is_alive(at, "still there")
    print(f"slack socket: {dict(seen)}")  # noqa: T201 - what `make fuzz` shows


async def test_a_signature_holds_for_five_minutes(at: SlackWorld) -> None:
    """Replayed requests are refused, each way; so are those signed with another secret."""
    body = json.dumps(envelope(EVENTS["message"])).encode()
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        now = int(time.time())
        for stamp in (now - 301, now + 301, 0, -1, 10**12):
            assert (await slack.post(body, "application/json", stamp=stamp)).status == 401
        assert (await slack.post(body, "application/json", secret="another")).status == 401
        assert (await slack.post(body, "application/json")).status == 200


async def test_a_request_that_comes_twice_counts_once(at: SlackWorld) -> None:
    event = {
        **EVENTS["message"],
        "text": "a refund, once",
        "blocks": [],
        "ts": f"{time.time():.6f}",
    }
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        for _ in range(3):
            await slack.send("event", envelope(event))
    await at.card()
    messages = await at.read(lambda tx: tx.messages.of(1))
    assert [one.text for one in messages] == ["a refund, once"]


async def test_a_body_is_judged_after_its_signature(at: SlackWorld) -> None:
    bodies = {b"{": 400, b"[]": 400, b"null": 400, b'"x"': 400, b"payload=%7B": 400}
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        for body, status in bodies.items():
            kind = FORM if body.startswith(b"payload") else "application/json"
            assert (await slack.post(body, kind)).status == status
            assert (await slack.post(body, kind, secret="another")).status == 401
        deep = b'{"event":' + b"[" * 100_000
        assert (await slack.post(deep, "application/json")).status == 400
        assert (await slack.post(b" " * 4_000_001, "application/json")).status == 401
