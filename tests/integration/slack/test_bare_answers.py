"""Slack's answers may be right and hold less than they should, or come from somebody who only looks
like Slack: no word is lost or said twice by that, and whoever can act hears of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.slack import reading, uploads
from adapters.slack.dialogs import Dialogs
from adapters.slack.mrkdwn import to_markdown
from adapters.slack.outlet import SlackOutlet
from adapters.slack.people import People
from adapters.slack.workspace import Workspace, opened
from bot.domain.card import Post
from bot.domain.identity import Person, Place
from bot.domain.values import replace
from bot.ports.outlet import Attempt, Busy, Gone, Refused, Unclear
from storage.media import Media
from tests.contract.test_outlet import attempt, post
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import populated
from tests.serving import serving

Json = dict[str, Any]
TEAM = Place(workspace="slack:T0001", channel="C0TEAM")
BOB = Person(id="slack:T0001/U0BOB", name="Bob")


@dataclass(kw_only=True)
class Bench:
    """The outlet at a Slack whose answers are cut short; `kept` is an effect's progress."""

    slack: Slack
    workspace: Workspace
    outlet: SlackOutlet
    media: Media
    kept: Json = field(default_factory=dict)

    def attempt(self, first: Attempt) -> Attempt:
        """A further try of the same effect."""

        async def save(progress: Any) -> None:
            self.kept = dict(progress)

        return replace(first, progress=self.kept, save=save)

    async def texts(self, place: Place) -> list[str]:
        await self.slack.settled()
        shown = await self.slack.messages(place.channel)
        below = [one for one in shown if (one.get("thread_ts") or one["ts"]) != one["ts"]]
        return [one["text"] for one in (below if place.thread else shown)]

    async def root(self) -> Place:
        sent = await self.outlet.post(TEAM, post("The root"), attempt())
        return sent.place


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with running(seed=3) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        media = Media(str(tmp_path))
        async with opened(app["bot_token"], emulator.api_url) as workspace:
            await workspace.identify()
            yield Bench(
                slack=slack,
                workspace=workspace,
                outlet=SlackOutlet(workspace, media),
                media=media,
            )


async def test_a_post_of_which_slack_does_not_say_where_it_stands_is_looked_for(
    bench: Bench,
) -> None:
    await bench.slack.fault("bare", "chat.postMessage")
    first = attempt()
    with pytest.raises(Unclear):
        await bench.outlet.post(TEAM, post("Once"), bench.attempt(first))
    found = await bench.outlet.find(TEAM, post("Once"), bench.attempt(first))
    assert found is not None
    assert await bench.texts(TEAM) == ["Once"]


async def test_what_slack_took_and_nobody_finds_is_not_said_again_unasked(bench: Bench) -> None:
    """A human is told, who can look for it."""
    await bench.slack.config(metadata_shown=False)
    await bench.slack.fault("bare", "chat.postMessage")
    first = attempt()
    with pytest.raises(Unclear):
        await bench.outlet.post(TEAM, post("Once"), bench.attempt(first))
    assert await bench.outlet.find(TEAM, post("Once"), bench.attempt(first)) is None
    with pytest.raises(Refused, match="Look whether it is there"):
        await bench.outlet.post(TEAM, post("Once"), bench.attempt(first))
    assert await bench.texts(TEAM) == ["Once"]


@pytest.mark.parametrize("reads", [True, False])
async def test_a_post_whose_answer_does_not_name_its_thread_is_in_it(
    bench: Bench, *, reads: bool
) -> None:
    thread = await bench.root()
    await bench.slack.fault("bare", "chat.postMessage", keeps="channel,ts")
    if not reads:
        await bench.slack.fault("error", "conversations.replies", error="unknown_method")
    sent = await bench.outlet.post(thread, post("Below"), attempt())
    assert sent.place == thread
    assert await bench.texts(thread) == ["Below"]


async def test_a_post_whose_answer_does_not_name_its_thread_may_have_missed_it(
    bench: Bench,
) -> None:
    nowhere = replace(TEAM, thread="1700000000.000100")
    await bench.slack.fault("bare", "chat.postMessage", keeps="channel,ts")
    with pytest.raises(Gone):
        await bench.outlet.post(nowhere, post("Below"), attempt())
    assert await bench.texts(TEAM) == []


async def test_what_missed_its_thread_is_taken_away_though_slack_asks_to_wait(
    bench: Bench,
) -> None:
    nowhere = replace(TEAM, thread="1700000000.000100")
    await bench.slack.fault("ratelimited", "chat.delete")
    first = attempt()
    with pytest.raises(Busy):
        await bench.outlet.post(nowhere, post("Below"), bench.attempt(first))
    with pytest.raises(Gone):
        await bench.outlet.post(nowhere, post("Below"), bench.attempt(first))
    assert await bench.texts(TEAM) == []


async def with_file(bench: Bench) -> Post:
    kept = await bench.media.keep("list.txt", b"one, two", "text/plain")
    return post("See", attachments=(kept,))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares are not waited for."""
    monkeypatch.setattr(uploads, "_POLLS", (0.0,))


async def test_files_are_found_where_slack_does_not_tell_of_shares(bench: Bench) -> None:
    await bench.slack.config(shares_told=False)
    content = await with_file(bench)
    for place in (await bench.root(), TEAM):
        bench.kept = {}
        sent = await bench.outlet.post(place, content, bench.attempt(attempt()))
        await bench.outlet.delete(sent)
        assert "+1" in sent.platform_id, "the message of the files is known"
    assert await bench.texts(TEAM) == ["The root"]


@pytest.mark.usefixtures("hurried")
async def test_files_that_slack_took_are_given_to_it_once(bench: Bench) -> None:
    """However long it takes until they show."""
    await bench.slack.config(file_delay=3_600)
    content, first = await with_file(bench), attempt()
    with pytest.raises(Unclear):
        await bench.outlet.post(TEAM, content, bench.attempt(first))
    sent = await bench.outlet.find(TEAM, content, bench.attempt(first))
    assert sent is not None
    assert len(await bench.slack.calls("files.completeUploadExternal")) == 1
    await bench.outlet.delete(sent)
    assert len(await bench.slack.calls("files.delete")) == 1


async def test_somebody_of_whom_slack_says_nothing_is_shown_by_their_id(bench: Bench) -> None:
    for method in ("users.info", "usergroups.list"):
        await bench.slack.fault("bare", method, times=None)
    person = await People(bench.workspace).person("U0CAROL")
    assert (person.name, person.groups) == ("U0CAROL", ())


async def test_a_channel_that_comes_without_its_name_gets_it(bench: Bench) -> None:
    bold = {"type": "text", "text": "look at", "style": {"bold": True}}
    leaves = [bold, {"type": "text", "text": " "}, {"type": "channel", "channel_id": "C0TEAM"}]
    rich = {"type": "rich_text_section", "elements": leaves}
    for said in (
        {"text": "*look at* <#C0TEAM>"},
        {"text": "*look at* <#C0TEAM|>"},
        {"text": "…", "blocks": [{"type": "rich_text", "elements": [rich]}]},
    ):
        names = await People(bench.workspace).names(said)
        assert to_markdown(said, names) == "**look at** #support"


async def test_a_modal_of_which_slack_says_nothing_is_open(bench: Bench) -> None:
    await bench.slack.fault("error", "views.open", error="expired_trigger_id")
    dialogs = Dialogs(bench.workspace, None)  # type: ignore[arg-type]
    assert await dialogs.open("1", {"type": "modal"}) is None
    async with answering({"views.open": {"ok": True}}) as workspace:
        dialogs = Dialogs(workspace, None)  # type: ignore[arg-type]
        assert await dialogs.open("1", {"type": "modal"}) == {}


async def test_a_history_without_cursors_is_read_to_its_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGE", 3)
    await bench.slack.config(cursors=False)
    carol = bench.slack.user("U0CAROL")
    root = await carol.post("C0HELP", "root")
    for number in range(7):
        await carol.post("C0HELP", f"word {number}")
        await carol.post("C0HELP", f"reply {number}", thread=root)
    reader = reading.Reading(bench.workspace)
    listed = await reader.channel("C0HELP", "0", ())
    below = await reader.thread("C0HELP", root["ts"], "0")
    assert {one["text"] for one in listed.found.values()} == {
        "root",
        *(f"word {number}" for number in range(7)),
    }
    assert len(below) == 8


@pytest.mark.parametrize("ts", [None, 17, "", "x", ["1.0"]])
async def test_a_place_that_is_none_is_no_place(tmp_path: Path, ts: object) -> None:
    async with answering({"chat.postMessage": {"ok": True, "ts": ts}}) as workspace:
        outlet = SlackOutlet(workspace, Media(str(tmp_path)))
        with pytest.raises(Unclear):
            await outlet.post(TEAM, post("Once"), attempt())


@asynccontextmanager
async def answering(answers: Json) -> AsyncIterator[Workspace]:
    """A Slack that says nothing but this, whoever asks."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(answers.get(request.path.removeprefix("/api/")))

    async with serving(answer) as url, opened("xoxb-the-bot", f"{url}/api/") as workspace:
        yield workspace


ODD = [
    ("users.info", {"ok": True, "user": None}),
    ("users.info", {"ok": True, "user": {"profile": ["?"]}}),
    ("usergroups.list", {"ok": True, "usergroups": [None]}),
    ("usergroups.list", {"ok": True, "usergroups": [{"users": 3, "id": "S1"}]}),
]


@pytest.mark.parametrize(("method", "answer"), ODD)
async def test_whatever_slack_says_of_somebody_their_words_are_taken_in(
    method: str, answer: Json
) -> None:
    async with answering({method: answer}) as workspace:
        assert (await People(workspace).person("U1")).name == "U1"
