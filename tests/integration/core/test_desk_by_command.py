"""A change of the desk is shown, saved, refused when stale, and taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import archive
from bot.commands.registry import Invocation, Response
from bot.domain.card import Button
from bot.domain.desk import Desk
from bot.domain.errors import BadInput
from bot.domain.identity import Person, Place
from bot.domain.message import Limits
from bot.services.replay import in_words, judged
from storage.store import open_store
from tests.fakes import FakeReader
from tests.integration.slack.export import SAID, exported
from tests.world import World, at_work


@pytest.fixture
async def at(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[World]:
    """What is tried here is the core's; the contract of the store has both databases."""
    (tmp_path / "baton.db").write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{tmp_path / 'baton.db'}", lambda _: Limits())
    async with at_work(store) as world:
        yield world
    await store.close()


async def desk(at: World) -> Desk:
    return await at.store.read(lambda tx: tx.desk.get())


async def submit(at: World, who: str, form: Response, **given: str) -> Response:
    """Fill a form in as a person would: what stands in it, and what they change."""
    assert form.form, form.text
    shown = {one.name: form.form.values.get(one.name, "") for one in form.form.arguments}
    return await at.baton.run(
        Invocation(
            person=Person(id=f"console:{who}", name=who.capitalize()),
            place=Place(workspace="console", channel="support"),
            command=form.form.command,
            values={**form.form.values, **shown, **given},
            preview=True,
        )
    )


def button(response: Response, label: str) -> Button:
    return next(one for one in response.buttons if one.label == label)


async def press(at: World, who: str, response: Response, label: str) -> Response:
    found = button(response, label)
    return await at.press(who, found.action, found.value)


async def test_a_form_shows_what_stands_and_its_change_before_saving(at: World) -> None:
    form = await at.run("alice", "/desk inactivity support")
    assert form.form
    assert form.form.values["warn_after"] == "20h"
    before = await desk(at)
    shown = await submit(at, "alice", form, warn_after="10h", closing="Bye.")
    assert "• Team support, inactivity, warn after: 20h → 10h" in shown.text
    assert "• Team support, inactivity, closing: “Closed for now.” → Bye." in shown.text
    assert [one.label for one in shown.buttons] == ["Save", "Edit", "Cancel"]
    assert await desk(at) == before, "nothing is saved yet"
    saved = await press(at, "alice", shown, "Save")
    assert saved.ok, saved.text
    assert (await desk(at)).teams[0].inactivity.closing == "Bye."
    assert not (await press(at, "alice", shown, "Save")).ok, "a decision is taken once"


async def test_a_form_that_changes_nothing_saves_nothing(at: World) -> None:
    for line in ("/desk hours support", "/desk team edit support", "/routing edit refunds"):
        form = await at.run("alice", line)
        assert (await submit(at, "alice", form)).text == "Nothing to change: it is so already."


async def test_a_preview_can_be_edited_and_dropped(at: World) -> None:
    form = await at.run("alice", "/desk agent edit")
    shown = await submit(at, "alice", form, prompt="Be kind.")
    again = await press(at, "alice", shown, "Edit")
    assert again.form
    assert again.form.values["prompt"] == "Be kind."
    shown = await submit(at, "alice", again, prompt="Be brief.")
    assert (await press(at, "alice", shown, "Cancel")).text == "Nothing was changed."
    assert (await desk(at)).agent.prompt == ""


async def test_rules_are_tried_on_past_conversations_before_they_are_saved(at: World) -> None:
    await at.write("I need a lawyer", who="zoe")
    await at.write("How do I pay?", who="carol")
    form = await at.run("alice", "/routing add")
    shown = await submit(at, "alice", form, name="legal", keyword="lawyer", team="billing")
    assert "1 of 2 past conversations would have gone another way:" in shown.text
    assert "Zoe" in shown.text
    assert "no ticket → billing at normal by rule legal" in shown.text
    typed = await at.run("alice", "/routing remove refunds preview=yes")
    assert "None of 2 past conversations" in typed.text
    assert [one.name for one in (await desk(at)).rules] == ["refunds"]
    assert await at.tickets() == []


async def test_a_stale_preview_is_refused_with_what_changed(at: World) -> None:
    form = await at.run("alice", "/desk hours support")
    shown = await submit(at, "alice", form, week="mon-fri 9-17")
    await at.run("alice", "/desk admin add console:bob")
    await at.run("bob", "/desk set team.support.capacity 3")
    refused = await press(at, "alice", shown, "Save")
    assert not refused.ok
    assert "Bob: team.support.capacity is 3 now." in refused.text
    assert (await desk(at)).teams[0].hours is None
    again = await press(at, "alice", refused, "Look again")
    assert "New: Team support, hours: mon-fri 09:00-17:00" in again.text
    assert (await press(at, "alice", again, "Save")).ok
    saved = (await desk(at)).teams[0]
    assert (saved.capacity, bool(saved.hours)) == (3, True)


async def test_undo_and_undo_of_the_undo(at: World) -> None:
    first = await desk(at)
    await at.run("alice", "/routing remove refunds")
    undone = await at.run("alice", "/desk undo")
    assert "Took back change 2 by Alice: Removed rule refunds." in undone.text
    assert await desk(at) == first
    await at.run("alice", "/desk undo")
    assert (await desk(at)).rules == ()
    listed = (await at.run("alice", "/desk changes")).text
    assert "Alice: Removed rule refunds." in listed
    assert "Gone: rule **refunds**" in listed


async def test_undo_leaves_what_came_later_and_refuses_where_it_touches(at: World) -> None:
    await at.run("alice", "/desk set team.support.capacity 3")
    await at.run("alice", "/desk team set support identity team")
    assert (await at.run("alice", "/desk undo 2")).ok
    support = (await desk(at)).teams[0]
    assert (support.capacity, support.identity) == (8, "team")
    await at.run("alice", "/desk team set support identity anonymous")
    refused = await at.run("alice", "/desk undo 3")
    assert not refused.ok
    assert "Alice has changed team support, identity since, in change 5" in refused.text
    assert not (await at.run("alice", "/desk undo 99")).ok
    assert not (await at.run("alice", "/desk undo soon")).ok


async def test_somebody_elses_change_is_shown_before_it_is_taken_back(at: World) -> None:
    await at.run("alice", "/desk admin add console:bob")
    await at.run("bob", "/desk set team.support.capacity 3")
    shown = await at.run("alice", "/desk undo")
    assert "by Bob: team.support.capacity is 3 now." in shown.text
    assert (await desk(at)).teams[0].capacity == 3
    assert (await press(at, "alice", shown, "Save")).ok
    assert (await desk(at)).teams[0].capacity == 8


async def test_a_name_nobody_has_is_asked_about_and_an_id_is_warned_about(at: World) -> None:
    asked = await at.run("alice", "/desk member add zed support")
    assert "Nobody called zed has been seen here. Is console:zed right?" in asked.text
    assert "console:zed" not in (await desk(at)).attendants
    assert (await press(at, "alice", asked, "Save")).ok
    assert "console:zed" in (await desk(at)).attendants
    warned = await at.run("alice", "/desk team set support notify slack:T1/U1")
    assert warned.ok
    assert "⚠️ Nobody with the id slack:T1/U1 has been seen yet" in warned.text
    refused = await at.run("alice", "/desk team set support notify slak:T1/U1")
    assert '"slak:T1/U1" is nobody\'s id' in refused.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/desk team add tier2 #support", "share the channel support"),
        ("/desk team add tier2 #lobby", "team's notes would reach contacts"),
        ("/desk hours support monday", "write it as mon-fri 09:00-12:00,13:00-18:00"),
        ("/desk hours support timezone=Europe/Berlin", "Say the hours as well: week=mon-fri"),
        ("/desk sla support normal soon", "'soon' is no duration; write it as 90s"),
        ("/desk inactivity support 5h 4h", "warn_after must be shorter"),
        ("/routing move refunds 7", "write a position from 1 to 1"),
        ("/routing edit refund priority=low", "There are: refunds."),
        ("/routing edit refunds keyword=off", "has no condition"),
        ("/desk set retention.media soon", "retention.media: 'soon' is no duration"),
        ("/desk set retenton.media 3d", "did you mean retention?"),
        ("/desk snippet edit nothing text", "There is no snippet nothing."),
        ("/desk webhook remove nobody", "There is no webhook"),
        ("/desk show nothing", "The desk says nothing about nothing."),
        ("/desk agent set attempts none", "Nothing to change"),
        ("/routing edit refunds keyword=", "has no condition"),
        ("/desk team remove billing", "Team billing is still named by rule refunds."),
        (f"/desk team add {'x' * 61} #x", "a name has 60 characters at most"),
        ("/desk team edit support backup=tier2", "Nobody called tier2 has been seen here."),
        ("/desk set team.support.capacity two", "should be a whole number, not 'two'"),
        ("/desk reopen support sometimes", "reopen is one of: offer, auto, never; not"),
        ("/desk member remove @dana support", "console:dana is no member of support."),
        ("/desk retention messages=1d", "What is older goes for good, soon after you save this"),
        ("/report nobody", "The teams are: support, billing."),
        ("/audit period=soon", "'soon' is no period. Write today, yesterday"),
        ("/audit ticket=x", "is no number of a ticket"),
    ],
)
async def test_what_is_wrong_is_answered_with_what_would_be_right(
    at: World, line: str, words: str
) -> None:
    before = await desk(at)
    assert words in (await at.run("alice", line)).text
    assert await desk(at) == before


async def test_the_log_tells_who_did_what(at: World) -> None:
    await at.write("human please")
    await at.run("bob", "/ticket claim 1")
    await at.run("bob", "/note 1 hm")
    await at.run("bob", "/reply 1 Hello")
    await at.run("alice", "/ticket transfer 1 billing")
    await at.run("alice", "/desk set team.support.capacity 3")
    told = (await at.run("alice", "/audit")).text.splitlines()
    said = [line.partition(" · ")[2] for line in told]
    assert said == [
        "Alice changed the desk: team.support.capacity is 3 now.",
        "#1 · It went on in another thread.",
        "#1 · Alice transferred it to billing.",
        "#1 · Bob replied to the contact.",
        "#1 · Bob wrote a note.",
        "#1 · Bob claimed it.",
        said[-1],
    ]
    assert said[-1].startswith("#1 · Baton opened it: The contact asks for a human.")
    assert "Alice" not in (await at.run("alice", "/audit @bob")).text
    assert (await at.run("alice", "/audit kind=desk")).text.count("\n") == 0
    assert (await at.run("alice", "/audit ticket=#1 kind=claimed")).text.endswith("Bob claimed it.")
    assert (await at.run("alice", "/audit period=yesterday")).text == "Nothing in the log fits."
    assert not (await at.run("bob", "/audit")).ok


async def test_the_log_is_turned_page_by_page(at: World) -> None:
    for number in range(1, 28):
        await at.run("alice", f"/desk set team.support.capacity {number + 8}")
    first = await at.run("alice", "/audit kind=desk")
    assert "capacity is 35 now" in first.text.splitlines()[0]
    second = await press(at, "alice", first, "Older")
    assert len(first.text.splitlines()) == 20
    assert len(second.text.splitlines()) == 7
    assert second.buttons == ()


async def test_the_desk_goes_out_as_a_file_and_comes_back(at: World) -> None:
    exported = await at.run("alice", "/desk export")
    [file] = exported.files
    assert b'"console:alice", # Alice' in file.data
    form = await at.run("alice", "/desk apply")
    assert form.form
    assert form.form.files


async def test_rules_are_tried_on_a_slackexported(at: World) -> None:
    found = judged(archive.read(exported(SAID), await desk(at)), await desk(at), FakeReader().read)
    assert [one.past.outcome for one in found] == ["a bot answered", "Sam answered after 10 min"]
    assert found[1].past.messages[0].text == "Hi, @Sam"
    told = in_words(found, every=True)
    assert "Zoe · then: Sam answered after 10 min · by these rules: billing, rule refunds" in told
    assert "2 conversations: 1 would have one by these rules; 1 would go another way." in told


def test_an_export_may_be_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(SAID))) as packed:
        packed.extractall(tmp_path)
    assert len(archive.read(tmp_path, Desk())) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no zip", "This is no Slack export"),
        (exported([]).replace(b"channels.json", b"chandels.json"), "not in it"),
    ],
)
def test_what_is_no_export_is_named(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        archive.read(data, Desk())


def test_an_export_of_wrong_files_is_named() -> None:
    with pytest.raises(BadInput, match=r"users\.json in this export is no list"):
        archive.read(exported(SAID, users={}), Desk())


@pytest.mark.parametrize(
    "odd",
    [
        {"ts": None},
        {"ts": "abc"},
        {"ts": "nan"},
        {"ts": "1e30"},
        {"ts": "-5"},
        {"ts": {}},
        {"subtype": ["x"]},
        {"type": {}},
    ],
)
def test_what_is_no_message_is_passed_over(odd: dict[str, Any]) -> None:
    desk = replace(Desk(), channels=())
    message = {"type": "message", "user": "U1", "text": "?", "ts": "5.0"}
    assert archive.read(exported([message | odd]), desk) == ()
    [past] = archive.read(
        exported([message | odd, message], users=[{"id": "U1", "profile": 7}]), desk
    )
    assert past.conversation.contact_name == "U1"
    assert len(past.messages) == 1


def test_an_export_that_was_packed_again_is_read(tmp_path: Path) -> None:
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported(SAID))) as packed, zipfile.ZipFile(again, "w") as out:
        for name in packed.namelist():
            out.writestr(f"Our export/{name}", packed.read(name))
            out.writestr(f"__MACOSX/Our export/._{name}", b"junk")
    assert len(archive.read(again.getvalue(), Desk())) == 2


def test_a_damaged_or_missing_export_is_named(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("users.json", "[" + " " * 500 + "]")
        out.writestr("channels.json", "[]")
    damaged = bytearray(packed.getvalue())
    at = damaged.find(b"users.json") + len("users.json")
    damaged[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(BadInput, match=r"users\.json in this export cannot be read"):
        archive.read(bytes(damaged), Desk())
    with pytest.raises(BadInput, match="there is no such file"):
        archive.read(tmp_path / "none.zip", Desk())


async def test_a_replay_without_a_past_says_so(at: World) -> None:
    nothing = "There are no past conversations to try the rules on."
    assert (await at.run("alice", "/routing replay")).text == nothing
    await at.write("How?")
    assert "1 conversation:" in (await at.run("alice", "/routing replay 1")).text
    for typed in ("0", "-1", "many"):
        response = await at.run("alice", f"/routing replay {typed}")
        assert (response.ok, f"{typed!r} is no number of conversations" in response.text) == (
            False,
            True,
        )
