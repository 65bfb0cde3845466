"""Canned answers are shown, edited and then sent; never sent by themselves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.desk import Snippet
from bot.ports.store import Tx
from tests.world import World

SNIPPETS = (
    Snippet(name="refund", text="Dear {contact},\nyour refund comes.\n{attendant}, {team}"),
    Snippet(name="parcel", text="Parcel {?parcel number} is on its way."),
    Snippet(name="refund-late", text="After 14 days there is no refund."),
)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Nothing here is about the database."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    return f"sqlite:///{tmp_path / 'baton.db'}"


@pytest.fixture
async def at(world: World) -> World:
    def keep(tx: Tx) -> None:
        tx.desk.put(replace(tx.desk.get(), snippets=SNIPPETS))

    await world.store.transact(keep)
    await world.write("human please")
    return world


async def test_a_snippet_is_previewed_then_sent(at: World) -> None:
    shown = await at.run("bob", "/reply 1 snippet:refund")
    whole = "Dear Carol,\nyour refund comes.\nBob, support"
    assert shown.text == f"To Carol, #1:\n\n{whole}"
    assert [one.label for one in shown.buttons] == ["Send", "Edit"]
    assert at.heard() == []
    sent = await at.press("bob", shown.buttons[0].action, shown.buttons[0].value)
    assert sent.ok
    assert at.heard() == [whole]
    again = await at.press("bob", shown.buttons[0].action, shown.buttons[0].value)
    assert not again.ok
    assert at.heard() == [whole]


async def test_a_snippet_is_edited_in_the_form_of_a_reply(at: World) -> None:
    shown = await at.run("bob", "/ticket snippet 1 refund")
    form = (await at.press("bob", shown.buttons[1].action, shown.buttons[1].value)).form
    assert form is not None
    assert form.command == "ticket reply"
    assert form.values["text"].startswith("Dear Carol")
    assert at.heard() == []


async def test_what_is_missing_is_asked_and_then_shown(at: World) -> None:
    form = (await at.run("bob", "/reply 1 snippet:parcel See you soon")).form
    assert form is not None
    assert [one.name for one in form.arguments] == ["parcel_number"]
    line = "/ticket snippet 1 parcel"
    assert (await at.run("bob", line)).form is not None
    call = await at.submit("bob", form, {"parcel_number": "77"})
    assert call.text.startswith("To Carol, #1:\n\nParcel 77 is on its way.")
    assert at.heard() == []


async def test_the_reply_form_offers_the_snippets_by_name(at: World) -> None:
    form = (await at.press("bob", "ticket:reply", "1")).form
    assert form is not None
    [offered] = [one for one in form.arguments if one.name == "snippet"]
    assert offered.choices == ("parcel", "refund", "refund-late")
    shown = await at.submit("bob", form, {"snippet": "refund", "text": "PS: sorry"})
    assert shown.text.endswith("Bob, support\n\nPS: sorry")
    assert at.heard() == []


async def test_without_snippets_the_form_asks_for_none(world: World) -> None:
    await world.write("human please")
    form = (await world.press("bob", "ticket:reply", "1")).form
    assert form is not None
    assert "snippet" not in {one.name for one in form.arguments}
    refused = await world.run("bob", "/ticket snippet 1 anything")
    assert "/desk snippet add" in refused.text


async def test_snippets_are_searched_and_chosen_by_button(at: World) -> None:
    listed = await at.run("bob", "/ticket snippet 1")
    assert [one.label for one in listed.buttons] == ["refund", "parcel", "refund-late"]
    found = await at.run("bob", "/ticket snippet 1 14 days")
    assert "After 14 days" in found.text
    near = await at.run("bob", "/reply 1 snippet:refnd")
    assert (near.ok, near.text) == (False, "There is no snippet refnd. Did you mean refund?")
    chosen = await at.press("bob", listed.buttons[2].action, listed.buttons[2].value)
    assert chosen.text == "To Carol, #1:\n\nAfter 14 days there is no refund."
    assert at.heard() == []


async def test_without_a_number_the_preview_says_to_whom(at: World) -> None:
    assert not (await at.run("bob", "/reply snippet:refund")).ok
    await at.run("bob", "/ticket claim 1")
    shown = await at.run("bob", "/reply snippet:refund")
    assert shown.text.startswith("To Carol, #1:")
    await at.press("bob", shown.buttons[0].action, shown.buttons[0].value)
    assert len(at.heard()) == 1


async def test_for_a_closed_or_held_ticket_sending_asks_once_more(at: World) -> None:
    await at.run("alice", "/ticket claim 1")
    shown = await at.run("bob", "/reply 1 snippet:refund")
    asked = await at.press("bob", shown.buttons[0].action, shown.buttons[0].value)
    assert [one.label for one in asked.buttons] == ["Take over and send", "Send once"]
    assert at.heard() == []
    await at.press("bob", asked.buttons[1].action, asked.buttons[1].value)
    assert len(at.heard()) == 1
