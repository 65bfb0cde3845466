"""Past conversations under other rules."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.desk import Rule, When
from bot.ports.store import Tx
from bot.services.replay import Replayed, in_words, replay
from tests.fakes import FakeReader
from tests.world import World

PAYING = Rule(name="paying", when=When(keyword=("pay",)), team="billing")


def replayed(tx: Tx, *rules: Rule) -> tuple[Replayed, ...]:
    desk = tx.desk.get()
    return replay(tx, replace(desk, rules=rules or desk.rules), FakeReader().read, 10)


async def test_the_rules_in_force_change_nothing(world: World) -> None:
    await world.write("How do I pay?", who="c1")
    await world.write("I want a refund", who="c2")
    await world.write("human please", who="c3")
    found = await world.store.read(replayed)
    assert not any(one.differs for one in found)
    assert [one.team for one in found] == ["support", "billing", ""]
    assert in_words(found).splitlines() == [
        "By asks for a human: 1",
        "By rule refunds: 1",
        "3 conversations: 2 had a ticket, 2 would have one by these rules; 0 would go another way.",
    ]


async def test_a_new_rule_is_tried_without_saving_it(world: World) -> None:
    await world.write("How do I pay?", who="c1")
    found = await world.store.read(replayed, PAYING)
    [one] = found
    assert one.differs
    assert "then: none · by these rules: billing, rule paying" in in_words(found)
    assert await world.tickets() == []


async def test_attempts_are_counted_as_they_were(world: World) -> None:
    for text in ("How?", "And how exactly?", "Please say how"):
        await world.write(text)
    await world.write("That did not help")
    assert len(await world.tickets()) == 1
    [one] = await world.store.read(replayed)
    assert one.escalation
    assert one.escalation.signal == "attempts without resolution"
    assert not one.differs
