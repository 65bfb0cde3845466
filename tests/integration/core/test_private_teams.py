"""A private team's tickets are seen and worked on by its people and by admins, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.console.pages import reports
from adapters.console.pages.team_look import look
from adapters.discord import completion
from bot.commands import REGISTRY
from bot.commands.actions import DEEDS
from bot.commands.registry import Argument, Command, Invocation, Kind
from bot.domain.identity import Person, Place
from bot.domain.message import Author
from bot.ports.store import Store, Tx
from bot.services import contact, inbox
from tests.world import World, at_work

PRIVATE = "which is private: only its members and admins"
DANA = Person(id="console:dana", name="Dana")  # of billing
_VALUES = {
    Kind.TICKET: "1",
    Kind.CONVERSATION: "1",
    Kind.TAGS: "vip",
    Kind.CONTACT: "1",
    Kind.DURATION: "15m",
}


@pytest.fixture
async def world(store: Store) -> AsyncIterator[World]:
    """Carol's ticket is Bob's; he has replied. Dana is a supervisor of another team."""
    async with at_work(store) as at:
        await at.change_team("support", private=True)
        await at.change_team("billing", supervisors=("console:dana",))
        await at.write("human please, my password is swordfish")
        await at.run("bob", "/reply 1 We look.")
        yield at


def _about_a_ticket(command: Command) -> bool:
    kinds = {Kind.TICKET, Kind.CONVERSATION}
    names = {one.name for one in command.arguments}
    return any(one.kind in kinds for one in command.arguments) or "message" in names


def _value(argument: Argument, message: int) -> str:
    if argument.name == "message":
        return str(message)
    choice = argument.choices[0] if argument.choices else "words"
    return _VALUES.get(argument.kind, str(choice))


async def test_every_act_of_another_team_is_refused(world: World) -> None:
    """By command, with a number and from the thread; nothing has changed after all of them."""
    before = await world.ticket(), await world.messages(), list(world.heard()), world.seen()
    reply = next(one.id for one in await world.messages() if one.author is Author.ATTENDANT)
    thread = await world.thread()
    there = Place(workspace="console", channel="support", thread=thread.anchor)
    acts = [one for one in REGISTRY.values() if _about_a_ticket(one)]
    assert len(acts) > 18
    for command in acts:
        values = {one.name: _value(one, reply) for one in command.arguments}
        values = {name: value for name, value in values.items() if name != "snippet"}
        subjects = ("ticket", "conversation")
        implied = {name: value for name, value in values.items() if name not in subjects}
        for given in (values, implied) if implied != values else (values,):
            call = Invocation(person=DANA, place=there, command=command.name, values=given)
            response = await world.baton.run(call)
            assert not response.ok, command.name
            assert PRIVATE in response.text, command.name
    await world.settle()
    assert (await world.ticket(), await world.messages(), world.heard(), world.seen()) == before


async def test_nothing_shows_them_to_another_team(world: World) -> None:
    def unit(tx: Tx) -> None:
        now = world.clock.now()
        assert inbox.queue(tx, DANA.id, now).is_empty
        assert not inbox.queue(tx, "console:alice", now).is_empty
        argument = Argument(name="ticket", kind=Kind.TICKET, help="")
        assert completion.choices(tx, DANA, argument, "", ()) == []
        assert completion.choices(tx, Person(id="console:bob", name="Bob"), argument, "", ()) != []
        profile = contact.profile(tx, "console:carol", DANA, most=9)
        assert (profile.total, profile.tickets) == (0, ())
        root = tx.posts.at(Place(workspace="console", channel="support"))
        shown = look(tx, DANA.id, "support", str(root[0].id) if root else "", now)
        assert [one.name for one in shown.channels] == ["billing"]
        assert (shown.channel, shown.root, shown.posts) == ("billing", None, ())

    await world.store.read(unit)
    for line in ("/ticket search swordfish", "/queue", "/audit ticket=1", "/audit"):
        said = await world.run("dana", line, channel="billing")
        for words in ("my password", "Carol", "#1 "):
            assert words not in said.text, line
    for action in ("ticket:history", "ticket:transcript", "ticket:contact", "ticket:suggest"):
        refused = await world.press("dana", action, "1")
        assert PRIVATE in refused.text
        assert not refused.files


async def test_a_conversation_of_its_channel_is_theirs_before_there_is_a_ticket(
    world: World,
) -> None:
    await world.write("How do I book?", who="erin")
    running = (await world.store.read(inbox.queue, "console:bob", world.clock.now())).with_agent
    assert [one.contact for one in running] == ["Erin"]
    number = running[0].conversation_id
    assert not (await world.store.read(inbox.queue, DANA.id, world.clock.now())).with_agent
    for line in (f"/takeover {number}", f"/escalate {number}"):
        assert PRIVATE in (await world.run("dana", line)).text
    assert (await world.run("bob", f"/takeover {number}")).ok


async def test_its_people_admins_and_who_was_given_it_may(world: World) -> None:
    assert "swordfish" in (await world.run("bob", "/ticket history 1")).text
    await world.change_team("support", members=("console:bob",), supervisors=())
    assert "swordfish" in (await world.run("alice", "/ticket history 1")).text  # an admin
    await world.run("bob", "/ticket transfer 1 @dana")
    ticket = await world.ticket()
    assert "console:dana" in {ticket.assigned, ticket.holder}
    assert "swordfish" in (await world.run("dana", "/ticket history 1")).text


async def test_who_may_not_see_it_does_not_speak_for_it_in_the_contacts_thread(
    world: World,
) -> None:
    """A member of another team is a participant there, as anybody is."""
    await world.write("human please", who="erin", channel="lobby", source="t1")
    await world.write("I am here", who="dana", channel="lobby", thread="t1")
    said = (await world.messages(2))[-1]
    assert (said.text, said.author) == ("I am here", Author.PARTICIPANT)
    assert (await world.ticket(2)).holder is None


async def test_a_card_tells_no_other_private_teams_tickets(world: World) -> None:
    await world.run("bob", "/ticket close 1 locked out by mistake")

    def unit(tx: Tx) -> None:
        old = tx.tickets.get(1)
        other = replace(old, number=2, team="billing")
        assert contact.earlier(tx, other) == ()
        assert len(contact.earlier(tx, replace(old, number=2))) == 1

    await world.store.read(unit)


async def test_every_team_is_open_to_all_unless_it_says_otherwise(world: World) -> None:
    await world.run("alice", "/desk team set support private off")
    assert "swordfish" in (await world.run("dana", "/ticket history 1")).text
    assert (await world.run("alice", "/desk team set support private on")).ok
    assert PRIVATE in (await world.run("dana", "/ticket history 1")).text


def test_every_button_stands_for_a_command_that_is_checked() -> None:
    kinds = {"ticket", "conversation", "message"}
    for deed in DEEDS.values():
        if deed.argument in kinds:
            assert _about_a_ticket(REGISTRY[deed.command]), deed


async def test_the_consoles_reports_tell_of_the_whole_desk(world: World) -> None:
    """Whoever is there may act as any member; `/report` asks who it is."""
    now = world.clock.now()
    for team in ("support", ""):
        shown = await world.store.read(reports.look, team, "today", now)
        assert "support" in shown.teams
        assert shown.report is not None
        assert shown.report.opened == 1
    refused = await world.run("dana", "/report support today", channel="billing")
    assert PRIVATE.split(",", maxsplit=1)[0] in refused.text
