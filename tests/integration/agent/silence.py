"""What the tests of silence share: who may not hear the agent, and a look at every step."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.delivery.courier import Courier
from bot.delivery.lanes import advance
from bot.delivery.work import Call
from bot.domain.card import Post
from bot.domain.conversation import Conversation
from bot.domain.message import Author, Delivery
from bot.ports.agent import Answer
from bot.ports.store import Store, Tx
from bot.services import answer
from tests.world import World

# How many lives to try; by default as many as a suite has the time for.
LONG_WAY = int(os.environ.get("BATON_SILENCE", "0"))


@dataclass
class Witness:
    """Knows for whom people speak, and looks at every step of the lanes."""

    muted: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def watch(self, courier: Courier) -> None:
        courier._store = _Watched(courier._store, self)  # type: ignore[assignment]

    def forget(self) -> None:
        self.muted.clear()
        self.broken.clear()

    def judge(self, step: object, muted_before: frozenset[str]) -> None:
        if not isinstance(step, Call) or not isinstance(step.content, Post):
            return
        if step.content.voice == "agent" and step.place.channel in muted_before:
            self.broken.append(f"{step.place.channel}: {step.content.text}")


@dataclass
class _Watched:
    store: Store
    witness: Witness

    async def transact(self, unit: Callable[..., Any], *facts: Any, **more: Any) -> Any:
        before = frozenset(self.witness.muted)
        step = await self.store.transact(unit, *facts, **more)
        if unit is advance:
            self.witness.judge(step, before)
        return step

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


async def act(world: World, who: str, what: str) -> bool:
    """What a contact or the team does about a contact's conversation; whether it was possible."""
    match what:
        case "write" | "human" | "thanks":
            text = {"write": "How?", "human": "human please", "thanks": "thanks"}[what]
            await world.write(text, who=who, settle=False)
            return True
    conversation = (await world.store.read(conversation_of, who)).id
    last = await world.store.read(lambda tx: tx.tickets.last_of(conversation))
    ticket = last.number if last else 0
    line = {
        "escalate": f"/escalate {conversation}",
        "takeover": f"/takeover {conversation}",
        "resume": f"/resume {conversation}",
        "claim": f"/ticket claim {ticket}",
        "reply": f"/ticket reply {ticket} Hello from a person",
        "close": f"/ticket close {ticket}",
        "reopen": f"/ticket reopen {ticket}",
    }[what]
    person, place = world.at("alice")
    return (await world.baton.typed(person, place, line)).ok


async def check_books(world: World, who: str) -> Counter[str]:
    """What the agent said has either reached the contact, once, or been withheld."""
    found = await world.store.read(conversation_of, who)
    said = [one for one in await world.messages(found.id) if one.author is Author.AGENT]
    assert {one.delivery for one in said} <= {Delivery.DELIVERED, Delivery.WITHHELD}
    delivered = [one for one in said if one.delivery is Delivery.DELIVERED]
    assert world.heard(who).count("An answer.") == len(delivered)
    return Counter(str(one.delivery) for one in said)


def let_through(tx: Tx, conversation: Conversation, _: int, said: Answer, now: datetime) -> None:
    """For controls: what a service without the check of the epoch would do."""
    answer._say(tx, conversation, said, now)


def conversation_of(tx: Tx, who: str) -> Conversation:
    """The conversation of a contact in their direct messages."""
    found = tx.conversations.latest_of(f"console:{who}", "console", f"dm:{who}")
    assert found
    return found
