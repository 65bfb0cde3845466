"""A mood that cannot be judged is unknown: it is no reason to hand over, and hides none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.desk import Rule, When
from bot.domain.reading import Reading
from bot.ports.store import Tx
from tests.world import World


class Moods:
    """Reads the mood off a number; words have none."""

    def read(self, text: str) -> Reading:
        try:
            score = float(text)
        except ValueError:
            return Reading(language="es")
        return Reading(language="en", sentiment=score, negative=score <= -0.4)


def listen_to_moods(tx: Tx) -> None:
    desk = tx.desk.get()
    rule = Rule(name="moods", when=When(sentiment="negative"), team="billing")
    tx.desk.put(replace(desk, rules=(rule,)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (("0.5", "hola", "0.1", "no sé", "-0.1"), "The contact's mood is falling."),
        (("0.5", "hola", "-0.1", "no sé", "qué mal", "terrible"), ""),
        (("hola", "qué mal", "terrible", "peor", "fatal"), ""),
        (("hola", "-0.8"), "The contact sounds unhappy."),
    ],
)
async def test_an_unknown_mood_neither_counts_nor_begins_anew(
    world: World, said: tuple[str, ...], reason: str
) -> None:
    await world.store.transact(listen_to_moods)
    world.baton._readings.reader = Moods()
    for text in said[:-1]:
        await world.write(text)
    assert await world.tickets() == []
    await world.write(said[-1])
    assert [one.reason for one in await world.tickets()] == ([reason] if reason else [])
