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
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from adapters.slack import manifest
from adapters.slack.app import UNREADABLE
from bot import desk_file
from tests.emulators.slack.client import connected
from tests.emulators.slack.http_mode import signature
from tests.emulators.slack.server import running
from tests.fuzz import slack_acts, slack_events
from tests.fuzz.payloads import EXAMPLES, Breaking
from tests.fuzz.remembered import everything
from tests.fuzz.slack_events import MESSAGE, envelope
from tests.integration.slack import world as slack_world
from tests.integration.slack.world import SlackWorld
from tests.world import keep_desk

# What reading a payload may raise in the adapter; an id of some kilobytes is more than the emulator
# takes in an address. The core never raises any of these.
EXPECTED = (*UNREADABLE, aiohttp.ClientError)
FORM = "application/x-www-form-urlencoded"
SUBSCRIBED = manifest.manifest()["settings"]["event_subscriptions"]["bot_events"]
SENT = {
    "event": {
        name: envelope(event) for one in SUBSCRIBED for name, event in slack_events.of(one).items()
    },
    "interaction": slack_acts.interactions(),
    "command": slack_acts.commands(),
}
OUTSIDER = "U0MALLORY"
_AT_ONCE = 60
_READING = ("adapters.slack", "slack_sdk", "slack_bolt")


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

    async def send(self, kind: str, payload: Any) -> int:
        """The status that it was answered with, once all that it began is done."""
        body = json.dumps(payload)
        if kind == "interaction":
            body = urlencode({"payload": body})
        elif kind == "command":
            fields = payload if isinstance(payload, dict) else {"text": payload}
            body = urlencode({name: _flat(value) for name, value in fields.items()})
        form = "application/json" if kind == "event" else FORM
        answer = await self.post(body.encode(), form)
        while later := set(self._at.parts.platforms[0]._tools.later):  # type: ignore[attr-defined]
            await asyncio.wait(later)
        return answer.status


def _flat(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return shown.encode(errors="replace").decode()


def examples(count: int) -> Iterator[tuple[str, Any]]:
    """So many broken payloads with their kind, the same in each run.

    Half of what comes are things that people do, as there are the most kinds of these.
    """
    broken = {kind: Breaking(known).examples(count) for kind, known in SENT.items()}
    for number in range(count):
        kind = ("interaction", "event", "interaction", "command")[number % 4]
        yield kind, next(broken[kind])[1]


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What went wrong beyond that the adapter cannot read a payload."""
    errors = [(one.name, one.exc_info[1]) for one in caplog.records if one.exc_info]
    return [
        f"{name}: {error!r}"
        for name, error in errors
        if name != "aiohttp.server"  # the emulator's
        and not (name.startswith(_READING) and isinstance(error, EXPECTED))
    ]


async def _is_alive(at: SlackWorld, words: str) -> None:
    """As the desk was, and for somebody of whom no payload speaks: all else may be done by now."""
    await at.parts.store.transact(keep_desk, desk_file.parse(slack_world.DESK))
    await at.slack.add_user("U0ERIN", name="erin", real_name="Erin")
    await at.slack.user("U0ERIN").join("C0HELP")
    await at.slack.user("U0ERIN").post("C0HELP", f"a refund, {words}")
    await at.says("C0TEAM", words)


def test_every_event_of_the_manifest_is_known_here() -> None:
    for one in SUBSCRIBED:
        assert slack_events.of(one), one


async def test_whatever_comes_by_http(
    at: SlackWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is refused is sent once more to a Baton at rest, and nothing is written."""
    refused = []
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        for number, (kind, payload) in enumerate(examples(EXAMPLES)):
            with caplog.at_level(logging.ERROR):
                caplog.clear()
                status = await slack.send(kind, payload)
            assert status < 500, (number, kind, payload)
            assert not faults(caplog), (number, kind, payload, faults(caplog))
            refused += [(kind, payload)] if status >= 400 else []
        seen = dict(slack.seen)
        await at.settle()
        before = everything(tmp_path / "baton.db")
        for kind, payload in refused:
            await slack.send(kind, payload)
        assert everything(tmp_path / "baton.db") ^ before == set()
    await _is_alive(at, "still there")
    print(f"slack http: {seen}")  # noqa: T201 - what `make fuzz` shows


async def test_whatever_comes_by_socket(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What Bolt itself cannot read is not acknowledged; the connection stays all the same."""
    kinds = {"event": "events_api", "interaction": "interactive", "command": "slash_commands"}
    seen: Counter[str] = Counter()
    async with running(seed=7) as emulator, connected(emulator.control_url) as client:
        app = await slack_world.populated(client)
        chosen = slack_world.settings(tmp_path, app, emulator.api_url, sqlite_template)
        async with slack_world.at_work(chosen, client, app) as at:
            core = emulator.core
            [known], [connection] = core.world.apps.values(), core.sockets.connections

            async def send(kind: str, payload: Any) -> None:
                sent = await core.sockets.send(
                    known, kinds[kind], payload, retry=(0, ""), seconds=2
                )
                seen["acknowledged" if sent.ok else sent.reason] += 1

            thrown = [one for one in examples(EXAMPLES) if isinstance(one[1], dict)]
            for first in range(0, len(thrown), _AT_ONCE):
                batch = thrown[first : first + _AT_ONCE]
                with caplog.at_level(logging.ERROR):
                    caplog.clear()
                    await asyncio.gather(*(send(*one) for one in batch))
                assert not faults(caplog), (batch, faults(caplog))
            assert core.sockets.connections == [connection]
            await _is_alive(at, "still there")
    print(f"slack socket: {dict(seen)}")  # noqa: T201 - what `make fuzz` shows


async def test_whatever_a_stranger_does_writes_nothing(
    at: SlackWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every button, form, completion, shortcut and command by somebody who is in no team.

    `/link` is anybody's: it gives out a code; and whoever asks for help has a name from then on.
    """
    for user, name in ((OUTSIDER, "mallory"), ("U0FRED", "fred")):
        await at.slack.add_user(user, name=name, real_name=name.capitalize())
    await at.carol.post("C0HELP", "a refund, please")
    await at.card()
    await at.settle()
    acts = [("interaction", one) for one in slack_acts.interactions(OUTSIDER).values()]
    commands = slack_acts.commands(OUTSIDER)
    acts += [("command", one) for line, one in commands.items() if line != "/link"]
    before = everything(tmp_path / "baton.db")
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        for kind, payload in acts[:: max(1, len(acts) // EXAMPLES)]:
            with caplog.at_level(logging.ERROR):
                await slack.send(kind, {**payload, "response_url": f"{at.url}/healthz"})
        assert not [one.getMessage() for one in caplog.records if one.exc_info]
        assert set(slack.seen) <= {200, 404}  # 404: what Baton never asked for
    written = everything(tmp_path / "baton.db") ^ before
    assert not [row for row in written if not row.startswith(f"people ('slack:T0001/{OUTSIDER}'")]


async def test_a_signature_holds_for_five_minutes(at: SlackWorld) -> None:
    """Replayed requests are refused, each way; so are those signed with another secret."""
    body = json.dumps(envelope(MESSAGE)).encode()
    async with aiohttp.ClientSession() as session:
        slack = Slack(at, session)
        now = int(time.time())
        for stamp in (now - 301, now + 301, 0, -1, 10**12):
            assert (await slack.post(body, "application/json", stamp=stamp)).status == 401
        assert (await slack.post(body, "application/json", secret="another")).status == 401
        assert (await slack.post(body, "application/json")).status == 200


async def test_a_request_that_comes_twice_counts_once(at: SlackWorld) -> None:
    event = {
        **MESSAGE,
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


async def test_a_form_without_a_field_says_in_its_place_what_is_wrong(at: SlackWorld) -> None:
    """A text that is too long for Slack's form leaves nothing in it to show a problem at."""
    sent = slack_acts.interactions("U0BOB")["command:desk snippet edit of desk snippet edit sent"]
    payload = json.dumps({**sent, "view": {**sent["view"], "blocks": []}})
    async with aiohttp.ClientSession() as session:
        answer = await Slack(at, session).post(urlencode({"payload": payload}).encode(), FORM)
        told = json.loads(await answer.text())
    assert told["response_action"] == "update"
    assert "Only admins may do this" in json.dumps(told["view"])
