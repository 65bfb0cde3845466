"""What people do with the agent: set it up, try it, have it draft, and bound what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk_file import parse
from bot.domain.desk import Agent, Budget
from bot.domain.errors import BadDesk
from bot.domain.summary import Point
from bot.jobs import Jobs
from bot.ports.agent import Answer, Failure, Handover
from bot.ports.store import Tx
from bot.services import configure
from storage.media import Media
from tests.world import DESK, World


async def test_the_agent_is_set_up_by_command(world: World) -> None:
    said = await world.run("alice", "/desk agent set languages PT, en")
    assert said.ok
    await world.run("alice", "/desk agent set prompt Be kind. Hand over contracts.")
    await world.run("alice", "/desk agent set name Lark")
    await world.run("alice", "/desk agent set attempts 5")
    await world.run("alice", "/desk agent set contact_turns 20")
    agent = await world.store.read(lambda tx: tx.desk.get().agent)
    assert agent == Agent(
        name="Lark",
        prompt="Be kind. Hand over contracts.",
        languages=("pt", "en"),
        attempts=5,
        budget=Budget(contact_turns=20),
    )
    shown = (await world.run("alice", "/desk agent show")).text
    for part in ("Lark", "pt, en", "5", "contact turns a day: 20", "Hand over contracts."):
        assert part in shown
    await world.run("alice", "/desk agent set contact_turns off")
    assert "no budget" in (await world.run("alice", "/desk agent show")).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_set_holds_at_once(world: World) -> None:
    """For the next answer, the next decision, the next draft, and whichever way it was changed."""
    await world.write("How?")
    await world.run("alice", "/desk agent set prompt Be kind.")
    await world.run("alice", "/desk agent set attempts 2")
    await world.write("And then?")
    assert [one.persona.prompt for one in world.agent.turns] == ["", "Be kind."]
    await world.write("That did not help")
    assert (await world.ticket()).reason.startswith("After 2 answers")
    await world.run("alice", "/ticket suggest 1")
    wanted = parse(f"{DESK}[agent]\nprompt = 'Be brief.'")
    await world.store.transact(
        configure.save, wanted, "command line", "the whole desk", world.clock.now()
    )
    await world.run("alice", "/ticket suggest 1")
    prompts = [one.persona.prompt for one in world.agent.cases]
    assert prompts[-2:] == ["Be kind.", "Be brief."]


@pytest.mark.parametrize(
    "line",
    [
        "/desk agent set attempts many",
        "/desk agent set attempts 0",
        "/desk agent set languages english",
        "/desk agent set desk_tokens -5",
        "/desk agent set colour blue",
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(world: World, line: str) -> None:
    before = await world.store.read(lambda tx: tx.desk.get())
    assert not (await world.run("alice", line)).ok
    assert await world.store.read(lambda tx: tx.desk.get()) == before


async def test_only_an_admin_may(world: World) -> None:
    assert not (await world.run("bob", "/desk agent set name Lark")).ok
    assert not (await world.run("bob", "/desk agent ask hello")).ok


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Answer(text="Like this."), "Like this."),
        (Handover(reason="It is about a contract."), "Hands over: It is about a contract."),
        (Failure(reason="it timed out."), "Cannot answer: it timed out."),
    ],
)
async def test_asking_shows_passages_and_answer_and_does_nothing(
    world: World, outcome: Any, told: str
) -> None:
    world.agent.outcome = outcome
    said = (await world.run("alice", '/desk agent ask "How do I pay?"')).text
    assert "help.md (80%): All about How do I pay?" in said
    assert told in said
    assert await world.tickets() == []
    assert world.outlet.posts == []


async def test_only_what_rests_on_messages_is_kept_of_a_summary(world: World) -> None:
    """Whatever an agent says it rests on, the conversation is asked."""
    made_up = Point(text="made up", cites=(99_999,))
    world.agent.summary = {"last_action": made_up, "wants": Point(text="x", cites=(1, 99_999))}
    await world.write("human please")
    summary = await world.store.read(lambda tx: tx.summaries.latest(1))
    assert summary
    assert [one.text for one in summary.topics] == ["a topic"]
    assert summary.last_action is None
    assert summary.wants == Point(text="x", cites=(1,))
    [card] = world.outlet.cards("support")
    assert "made up" not in repr(card)


async def test_a_draft_is_shown_to_the_attendant_and_never_sent(world: World) -> None:
    world.agent.draft, world.agent.tokens = "Try turning it off.", 50
    await world.write("human please")
    [more] = [
        b for b in (await world.press("bob", "ticket:more", "1")).buttons if "Sugg" in b.label
    ]
    said = await world.press("bob", more.action, more.value)
    assert "Try turning it off." in said.text
    assert "Nothing was sent" in said.text
    assert world.heard() == []
    assert (await world.ticket()).holder is None


async def test_a_draft_is_edited_in_the_form_of_a_reply(world: World) -> None:
    world.agent.draft = "Try turning it off."
    await world.write("human please")
    [button] = (await world.run("bob", "/ticket suggest 1")).buttons
    assert button.label == "Edit and send"
    form = (await world.press("bob", button.action, button.value)).form
    assert form
    assert form.command == "ticket reply"
    assert form.values["text"] == "Try turning it off."
    assert "text" in {one.name for one in form.arguments}
    assert world.heard() == []


async def test_what_nobody_decides_on_is_let_go_after_a_day(world: World, tmp_path: Path) -> None:
    """And the button that is left answers kindly."""
    world.agent.draft = "Try turning it off."
    await world.write("human please")
    [old] = (await world.run("bob", "/ticket suggest 1")).buttons
    world.clock.move(timedelta(hours=23))
    [new] = (await world.run("bob", "/ticket suggest 1")).buttons
    world.clock.move(timedelta(hours=2))
    await Jobs(world.store, world.clock, Media(str(tmp_path))).retention()
    said = await world.press("bob", old.action, old.value)
    assert not said.ok
    assert "older than a day" in said.text
    assert said.buttons == ()
    assert (await world.press("bob", new.action, new.value)).form


async def test_somebody_elses_draft_cannot_be_used(world: World) -> None:
    world.agent.draft = "Try turning it off."
    await world.write("human please")
    [button] = (await world.run("bob", "/ticket suggest 1")).buttons
    assert not (await world.press("alice", button.action, button.value)).ok


async def test_without_a_draft_or_for_a_closed_ticket_it_says_so(world: World) -> None:
    await world.write("human please")
    said = await world.run("bob", "/ticket suggest 1")
    assert (said.ok, said.text) == (False, "The agent has no draft for #1.")
    await world.run("bob", "/ticket close 1")
    assert not (await world.run("bob", "/ticket suggest 1")).ok


def budgeted(tx: Tx, budget: Budget) -> None:
    desk = tx.desk.get()
    tx.desk.put(replace(desk, agent=replace(desk.agent, budget=budget)))


@pytest.mark.parametrize(
    ("budget", "what"),
    [
        (Budget(contact_turns=2), "2 turns for this contact"),
        (Budget(desk_turns=2), "2 turns for the whole desk"),
        (Budget(contact_tokens=200), "200 tokens for this contact"),
        (Budget(desk_tokens=150), "150 tokens for the whole desk"),
    ],
)
async def test_a_spent_budget_is_a_handover_with_its_reason(
    world: World, budget: Budget, what: str
) -> None:
    await world.store.transact(budgeted, budget)
    world.agent.outcome = Answer(text="An answer.", tokens=100)
    await world.write("How?")
    await world.write("And what of that?")
    assert await world.tickets() == []
    await world.write("Something different now")
    [ticket] = await world.tickets()
    assert ticket.signal == "agent failed"
    assert (
        ticket.reason == f"The agent could not answer: its budget of {what} is used up for today."
    )
    assert world.heard() == ["An answer.", "An answer."]


PRICES = Budget(price_read=1, price_written=10)


@pytest.mark.parametrize(
    ("budget", "what"),
    [
        (replace(PRICES, contact_cost=0.02), "a cost of 0.02 for this contact"),
        (replace(PRICES, desk_cost=0.015), "a cost of 0.015 for the whole desk"),
        (replace(PRICES, desk_cost=0.021), ""),
    ],
)
async def test_a_spent_cost_is_a_handover_too(world: World, budget: Budget, what: str) -> None:
    """A thousand words read at 1 and nine hundred written at 10 a million cost a cent."""
    await world.store.transact(budgeted, budget)
    world.agent.outcome = Answer(text="An answer.", tokens=1_900, written=900)
    await world.write("How?")
    await world.write("And what of that?")
    assert await world.tickets() == []
    await world.write("Something different now")
    reasons = [one.reason for one in await world.tickets()]
    told = f"The agent could not answer: its budget of {what} is used up for today."
    assert reasons == ([told] if what else [])


async def test_summaries_and_drafts_are_paid_for_too(world: World) -> None:
    """And when the budget is spent, no model makes them."""
    await world.store.transact(budgeted, Budget(contact_tokens=100))
    world.agent.tokens = 60
    world.agent.draft = "Try turning it off."
    await world.write("human please")
    assert [case.over_budget for case in world.agent.cases] == [""]
    await world.run("bob", "/ticket suggest 1")
    await world.run("bob", "/ticket suggest 1")
    assert "100 tokens for this contact" in world.agent.cases[-1].over_budget


async def test_a_trial_is_paid_for_by_the_desk(world: World) -> None:
    await world.store.transact(budgeted, Budget(desk_tokens=100))
    world.agent.outcome = Answer(text="An answer.", tokens=100)
    assert (await world.run("alice", '/desk agent ask "How?"')).ok
    await world.write("How?")
    assert "100 tokens for the whole desk" in (await world.tickets())[-1].reason


async def test_prices_and_costs_are_set_in_any_currency(world: World) -> None:
    said = await world.run("alice", "/desk agent set desk_cost 5")
    assert (said.ok, "needs price_read and price_written" in said.text) == (False, True)
    for key, value in (("price_read", "0,25"), ("price_written", "2"), ("desk_cost", "5.50")):
        assert (await world.run("alice", f"/desk agent set {key} {value}")).ok
    shown = (await world.run("alice", "/desk agent show")).text
    assert "price read of a million tokens: 0.25" in shown
    assert "desk cost a day: 5.5" in shown
    for wrong in ("0", "-1", "much", "1e9", "nan", "inf"):
        assert not (await world.run("alice", f"/desk agent set desk_cost {wrong}")).ok
    assert (await world.run("alice", "/desk agent set desk_cost off")).ok


async def test_redaction_is_refused_where_it_cannot_be_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.extras.find_spec", lambda _: None)
    said = await world.run("alice", "/desk agent set redact on")
    assert not said.ok
    assert "baton[redaction]" in said.text
    with pytest.raises(BadDesk, match=r"baton\[redaction\]"):
        parse("[agent]\nredact = true\n")
    monkeypatch.setattr("bot.extras.find_spec", lambda name: name)
    assert (await world.run("alice", "/desk agent set redact on")).ok
    assert "kept from the model" in (await world.run("alice", "/desk agent show")).text


async def test_a_budget_is_of_a_contact_and_of_a_day(world: World) -> None:
    await world.store.transact(budgeted, Budget(contact_turns=1))
    await world.write("How?")
    await world.write("How?", who="dave")
    assert await world.tickets() == []
    world.clock.move(timedelta(days=1))
    await world.write("How again?")
    assert await world.tickets() == []
    await world.write("And now?")
    assert len(await world.tickets()) == 1


async def test_without_a_budget_nothing_is_counted(world: World) -> None:
    await world.write("How?")
    assert await world.store.read(lambda tx: tx.meta.get("budget day")) is None
