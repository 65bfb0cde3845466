"""Practice tickets: a played customer answers, reaches nobody real, counts nowhere, and ends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.model import ModelFault, Prompt, Spoken
from adapters.agents.player import ModelPlayer, ScriptedPlayer
from bot.domain.desk import Desk, Priority, Targets
from bot.domain.message import Author
from bot.domain.scenarios import SCENARIOS
from bot.domain.states import Status
from bot.metrics import Metrics
from bot.ports.store import Tx
from bot.services.reporting import report
from tests.world import World

REFUND = SCENARIOS[0]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Nothing here is about the database."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    return f"sqlite:///{tmp_path / 'baton.db'}"


async def test_a_played_customer_comes_answers_and_goes(world: World) -> None:
    begun = await world.run("bob", "/desk practice refund")
    assert "Practice ticket #1 is open with support" in begun.text
    card = world.outlet.cards("support")[0]
    assert card.title == "#1 · Nora Feld (practice)"
    assert card.origin == "Practice, a played customer"
    assert "nobody real is waiting" in card.footer
    assert card.mentions == (), "nobody is pinged"
    await world.run("bob", "/reply 1 I am so sorry. What is your order number?")
    assert any("48213" in line for line in world.seen())
    assert (await world.ticket()).status is Status.IN_PROGRESS
    for number in range(6):
        await world.run("bob", f"/reply 1 We see to it, step {number}.")
        if REFUND.farewell in world.seen():
            break
    assert any("no more to say. Close the ticket" in line for line in world.seen())
    said = len(await world.messages())
    await world.run("bob", "/reply 1 Bye")
    assert len(await world.messages()) == said + 1, "who has left says nothing more"
    await world.run("bob", "/ticket close 1 well played")
    assert (await world.ticket()).close_reason == "well played"
    spoke = [one for one in await world.messages() if one.author is Author.AGENT]
    assert spoke == [], "the agent has no part in it"


async def test_it_reaches_nobody_real(world: World) -> None:
    await world.write("How do I pay?")
    heard = world.heard()
    await world.run("bob", "/desk practice parcel")
    await world.run("bob", "/reply 1 Hello")
    places = {one.place.channel for one in world.outlet.posts}
    assert places == {"dm:carol", "support"}
    assert world.heard() == heard


async def test_words_in_quick_succession_get_one_answer(world: World) -> None:
    await world.run("bob", "/desk practice refund")
    for words in ("Hello", "I am sorry", "What is the order number?"):
        await world.baton.typed(*world.at("bob"), f"/reply 1 {words}")
    await world.settle()
    spoken = [one for one in await world.messages() if one.author is Author.CONTACT]
    assert len(spoken) == len(REFUND.opening) + 1


async def test_no_figure_counts_it_and_no_clock_runs(world: World) -> None:
    targets = {priority: Targets(first_response=timedelta(minutes=5)) for priority in Priority}
    await world.change_team("support", sla=targets)
    await world.run("bob", "/desk practice refund")
    ticket = await world.ticket()
    assert ticket.practice
    assert ticket.due_at is None
    await world.run("bob", "/reply 1 Hello")
    assert (await world.ticket()).inactivity_at is None
    text = (await Metrics().text(world.store)).decode()
    assert 'team="support"' not in text
    assert "baton_escalations{" not in text
    shown = await world.store.read(report, "", "today", world.clock.now())
    assert shown.opened == 0
    await world.write("human please")
    assert (await world.store.read(report, "", "today", world.clock.now())).opened == 1


async def test_it_ends_by_itself_when_it_is_left(world: World) -> None:
    await world.run("bob", "/desk practice login")
    await world.passes(timedelta(minutes=29))
    assert (await world.ticket()).is_open
    await world.passes(timedelta(minutes=2))
    ticket = await world.ticket()
    assert ticket.status is Status.CLOSED
    assert ticket.close_reason == "the practice is over"
    queue = await world.baton.queue("console:bob")
    assert queue.with_agent == (), "nothing of it is left in the queue"


async def test_without_a_scenario_each_comes_in_turn(world: World) -> None:
    for scenario in (*SCENARIOS, SCENARIOS[0]):
        assert scenario.about in (await world.run("bob", "/desk practice")).text
    named = await world.run("bob", "/desk practice cancel billing")
    assert "with billing" in named.text


async def test_who_may_and_what_makes_no_sense(world: World) -> None:
    assert "Only attendants may do this." in (await world.run("carol", "/desk practice")).text
    assert not (await world.run("bob", "/desk practice opera")).ok
    assert not (await world.run("bob", "/desk practice refund nobody")).ok
    assert await world.tickets() == []


class _Model:
    """Says what it is told to, or fails."""

    name = "model"

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.asked: list[Prompt] = []

    async def ask(self, prompt: Prompt) -> Spoken:
        self.asked.append(prompt)
        if not self.words:
            raise ModelFault("is down.")
        return Spoken(text=self.words.pop(0), tokens=7)


async def test_a_model_plays_the_part_and_the_script_steps_in_for_it(world: World) -> None:
    model: Any = _Model("It leaks still!", "  ", "Thank you. [end]")
    world.courier._player = ModelPlayer(model, ScriptedPlayer())
    await world.run("bob", "/desk practice refund")
    await world.run("bob", "/reply 1 Hello, what is wrong?")
    assert "It leaks still!" in world.seen()
    prompt = model.asked[0]
    assert "Nora Feld" in prompt.instructions
    assert [one.role for one in prompt.said] == ["assistant", "assistant", "user"]
    await world.run("bob", "/reply 1 Which order?")
    assert any("48213" in line for line in world.seen()), "an empty answer is the script's turn"
    await world.run("bob", "/reply 1 All done")
    assert "Thank you." in world.seen()
    assert any("no more to say" in line for line in world.seen())
    await world.run("bob", "/desk practice parcel")
    await world.run("bob", "/reply 2 Which order?")
    assert any("77120" in line for line in world.seen()), "a model that is down is no silence"


async def test_it_works_with_no_customer_platform(world: World) -> None:
    def no_channels(tx: Tx) -> None:
        desk: Desk = tx.desk.get()
        tx.desk.put(replace(desk, channels=(), rules=()))

    await world.store.transact(no_channels)
    assert (await world.run("bob", "/desk practice")).ok
    await world.run("bob", "/reply 1 Hello")
    assert len(await world.messages()) > 2
