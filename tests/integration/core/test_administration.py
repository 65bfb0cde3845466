"""Admins change the desk by slash command, and it holds at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.commands.registry import Invocation
from bot.domain.identity import Person, Place
from bot.ports.agent import Answer
from bot.services import inbox
from tests.world import World


async def test_a_rule_holds_from_the_next_message_on(world: World) -> None:
    tried = await world.run("alice", "/routing test I will sue you")
    assert "the agent answers" in tried.text
    added = await world.run(
        "alice", '/routing add legal keyword="sue, lawyer" priority=urgent team=billing'
    )
    assert added.ok, added.text
    tried = await world.run("alice", "/routing test I will sue you")
    assert 'Goes to billing at urgent priority, by rule "legal".' in tried.text
    await world.write("I will sue you")
    ticket = await world.ticket()
    assert (ticket.team, ticket.priority, ticket.rule) == ("billing", "urgent", "legal")
    assert "**legal**" in (await world.run("alice", "/routing list")).text
    await world.run("alice", "/routing remove legal")
    assert "legal" not in (await world.run("alice", "/routing list")).text


PREVIEWS = (
    ("desk channel add", {"channel": "lobby", "agent": "off"}, "Connected #lobby."),
    ("desk channel add", {"channel": "lobby", "agent": "off"}, "• Channel #lobby, agent: on → off"),
    ("desk channel add", {"channel": "dm", "agent": "off"}, "• Direct messages, agent: on → off"),
    ("desk channel add", {"channel": "VIP_Help"}, "• New: Channel #VIP_Help: the agent answers"),
    ("desk channel remove", {"channel": "lobby"}, "• Gone: Channel #lobby: the agent answers"),
    ("desk team edit", {"team": "support", "channel": "Desk_1"}, "channel: #support → #Desk_1"),
    ("desk team add", {"team": "vip", "channel": "vip"}, "• New: team vip in #vip, with Alice"),
    ("routing add", {"name": "VAT", "keyword": "vat", "channels": "lobby"}, ", only in #lobby"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_preview_names_channels_as_they_are_called(world: World) -> None:
    alice, place = world.at("alice")
    for command, values, shown in PREVIEWS:
        asked = await world.baton.run(
            Invocation(person=alice, place=place, command=command, values=values, preview=True)
        )
        assert shown in asked.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_channel_of_another_platform_is_shown_with_where_it_is(world: World) -> None:
    alice, place = world.at("alice")
    elsewhere = replace(place, workspace="slack:T1")
    connected = await world.baton.typed(alice, elsewhere, "/desk channel add <#C0HELP> agent=off")
    assert connected.text.startswith("Connected <#C0HELP>.")
    line = "/routing add VAT keyword=vat channels=slack:T1/C0HELP"
    assert "only in C0HELP (slack:T1)" in (await world.run("alice", line)).text
    changes = (await world.run("alice", "/desk changes")).text
    assert "Connected C0HELP." in changes
    assert "Channel C0HELP (slack:T1): no agent" in changes
    assert "<#" not in changes


async def test_a_team_is_made_staffed_and_removed(world: World) -> None:
    assert (await world.run("alice", "/desk team add tier2 #tier2 @bob")).ok
    assert (await world.run("alice", "/desk member add @dana tier2 supervisor")).ok
    listed = await world.run("alice", "/desk team list")
    assert "**tier2** in #tier2 (console): Bob, Dana" in listed.text
    assert (await world.run("alice", "/desk member remove @bob tier2")).ok
    assert (await world.run("alice", "/desk team remove tier2")).ok
    assert "tier2" not in (await world.run("alice", "/desk team list")).text


async def test_a_team_with_open_tickets_stays(world: World) -> None:
    await world.write("human please")
    refused = await world.run("alice", "/desk team remove support")
    assert not refused.ok
    assert "still named by channel dm, channel lobby" in refused.text
    for channel in ("dm", "lobby"):
        assert (await world.run("alice", f"/desk channel remove {channel}")).ok
    refused = await world.run("alice", "/desk team remove support")
    assert "has open tickets (#1)" in refused.text


async def test_a_teams_channel_cannot_be_a_customers_channel_too(world: World) -> None:
    refused = await world.run("alice", "/desk channel add #support")
    assert not refused.ok
    assert "team's notes would reach contacts" in refused.text


@pytest.mark.parametrize(
    "line",
    [
        "/desk team add support elsewhere",
        "/desk team set support capacity many",
        "/desk team set support identity mask",
        "/desk team set support reopen_within soon",
        "/desk team set nobody capacity 3",
        "/desk member add @alice nobody",
        "/desk channel remove #nowhere",
        "/desk admin 1234",
        "/routing add empty",
        "/routing add bad regex=(",
        "/routing add refunds keyword=x",
        "/routing add x keyword=y team=nobody",
        "/routing remove nothing",
    ],
)
async def test_what_cannot_be_is_said_and_changes_nothing(world: World, line: str) -> None:
    before = await world.store.read(lambda tx: tx.desk.get())
    refused = await world.run("alice", line)
    assert not refused.ok
    assert refused.text
    assert await world.store.read(lambda tx: tx.desk.get()) == before


async def test_setup_makes_a_team_a_channel_and_a_test_ticket(world: World) -> None:
    done = await world.run("alice", "/desk setup crew #crew #help")
    assert done.ok, done.text
    [ticket] = await world.tickets()
    assert (ticket.team, ticket.practice) == ("crew", True), "no figure counts it"
    [card] = world.outlet.cards("crew")
    assert card.title == "#1 · Test contact (practice)"
    assert (await world.run("alice", "/reply 1 It works.")).ok
    assert "It works." in world.seen("crew")
    assert (await world.run("alice", "/ticket close 1")).ok
    assert world.heard("alice") == [], "nobody real is written to"


async def test_setting_a_practice_team_up_elsewhere_leaves_its_people_behind(world: World) -> None:
    ann, place = (
        Person(id="slack:T0001/U0ANN", name="Ann"),
        Place(workspace="slack:T0001", channel="C"),
    )
    await world.run("alice", f"/desk admin add {ann.id}")
    done = await world.baton.typed(ann, place, "/desk setup billing C0TEAM C0HELP")
    assert done.ok, done.text
    team = (await world.store.read(lambda tx: tx.desk.get())).team("billing")
    assert team is not None
    assert (team.workspace, team.channel) == ("slack:T0001", "C0TEAM")
    assert team.members == team.supervisors == (ann.id,)


@pytest.mark.parametrize(
    ("who", "line", "allowed"),
    [
        ("mallory", "/queue", False),
        ("bob", "/queue", True),
        ("bob", "/routing list", False),
        ("bob", "/desk team list", False),
        ("alice", "/desk team list", True),
        ("mallory", "/help", True),
    ],
)
async def test_a_role_reaches_as_far_as_it_should(
    world: World, who: str, line: str, *, allowed: bool
) -> None:
    assert (await world.run(who, line)).ok is allowed


async def test_help_shows_what_one_may_do(world: World) -> None:
    assert "/desk team add" not in (await world.run("bob", "/help")).text
    text = (await world.run("alice", "/help")).text
    assert "/desk team add" in text
    assert text.startswith("What you can do\n\n**In one word**\n`/reply")
    assert "\n\n**/ticket**\n`/ticket claim" in text


async def test_the_queue_tells_mine_from_the_others(world: World) -> None:
    for number in range(1, 5):
        await world.write("human please", who=f"contact{number}")
    await world.write("How do I pay?", who="contact5")
    await world.run("alice", "/ticket claim 1")
    await world.run("bob", "/ticket claim 2")
    await world.run("bob", "/reply 3 Hello")
    queue = await world.baton.queue("console:alice")
    assert [one.number for one in queue.mine] == [1]
    assert [one.number for one in queue.unclaimed] == [4]
    assert [one.number for one in queue.awaiting] == [3]
    assert [one.number for one in queue.in_progress] == [2]
    assert [one.contact for one in queue.with_agent] == ["Contact5"]
    assert dict(queue.load) == {"Alice": 1, "Bob": 2}
    told = await world.run("alice", "/queue")
    assert told.queue is not None
    assert "**With the agent**" in told.text


async def test_the_queue_shows_what_was_said_last_in_one_line(world: World) -> None:
    world.agent.outcome = Answer(text=f"**Hours**\n\nWe open at nine {'o' * 90}")
    await world.write("When do you open?")
    told = (await world.run("alice", "/queue")).text
    [line] = told.partition("**With the agent**\n")[2].splitlines()
    assert "**Hours** We open at nine ooo" in line
    assert line.endswith("o…")


async def test_the_queue_has_the_tickets_of_ones_own_teams(world: World) -> None:
    await world.write("human please")

    async def waiting(who: str) -> tuple[list[int], int]:
        queue = await world.baton.queue(f"console:{who}")
        return [one.number for one in queue.unclaimed], queue.total("unclaimed")

    assert await waiting("alice") == ([1], 1)
    assert await waiting("dana") == ([], 0)
    await world.run("alice", "/ticket transfer 1 billing")
    assert await waiting("alice") == ([], 0)
    assert await waiting("dana") == ([1], 1)


async def test_a_long_queue_lists_the_first_and_counts_them_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_MOST", 2)
    for number in range(1, 6):
        await world.write("human please", who=f"contact{number}")
    await world.run("bob", "/ticket claim 5")
    queue = await world.baton.queue("console:alice")
    assert [one.number for one in queue.unclaimed] == [1, 2]
    assert (queue.total("unclaimed"), queue.total("in_progress"), queue.total("mine")) == (4, 1, 0)
    told = (await world.run("alice", "/queue")).text
    assert "**Unclaimed (4)**" in told
    assert "and 2 more: /ticket search finds them" in told
    assert told.count("more:") == 1
