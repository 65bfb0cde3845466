"""Who may do what is decided in the core, whichever way somebody comes."""

from __future__ import annotations

import pytest

from bot.commands import REGISTRY
from bot.commands.actions import DEEDS, Deed
from tests.world import World


def _values(deed: Deed) -> str:
    """What a button of this kind could carry in a world with a ticket, a reply and a contact."""
    first = {"contact": "console:carol"}.get(deed.argument, "1")
    return f"{first}|refund" if deed.also else first


@pytest.mark.parametrize("who", ["mallory", "carol"])
async def test_every_button_asks_for_its_role(world: World, who: str) -> None:
    """Outsiders, the contact among them: refused by each, and nothing has changed."""
    await world.write("human please")
    await world.run("bob", "/reply 1 We look.")
    ticket, messages = await world.ticket(), await world.messages()
    for action, deed in DEEDS.items():
        response = await world.press(who, action, _values(deed))
        role = REGISTRY[deed.command].role
        assert (response.ok, response.form) == (False, None), action
        assert response.text.startswith(f"Only {role}s may do this."), action
    assert await world.ticket() == ticket
    assert await world.messages() == messages


async def test_nobody_answers_for_another(world: World) -> None:
    """A question is decided by whoever was asked it; its token alone is of no use."""
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    asked = await world.run("bob", "/reply 1 We look.")
    send = next(one for one in asked.buttons if one.label == "Send once")
    for who in ("dana", "mallory", "carol"):
        refused = await world.press(who, send.action, send.value)
        assert not refused.ok
        assert "decided already" in refused.text
    assert "We look." not in world.heard()
    assert (await world.press("bob", send.action, send.value)).ok
    assert "We look." in str(world.heard())


async def test_a_role_that_is_lost_meanwhile_decides_nothing(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    asked = await world.run("bob", "/reply 1 We look.")
    send = next(one for one in asked.buttons if one.label == "Send once")
    await world.run("alice", "/desk member remove bob support")
    refused = await world.press("bob", send.action, send.value)
    assert "may do this" in refused.text
    assert "We look." not in str(world.heard())


async def test_only_the_author_or_a_supervisor_changes_a_reply(world: World) -> None:
    await world.change_team("support", members=("console:bob", "console:dana"))
    await world.write("human please")
    await world.run("bob", "/reply 1 We look.")
    said = (await world.messages())[-1].id
    for line in (f"/message edit {said} No.", f"/message delete {said}"):
        refused = await world.run("dana", line)
        assert "Only Bob or a supervisor" in refused.text
    assert (await world.run("alice", f"/message edit {said} We look at it.")).ok
