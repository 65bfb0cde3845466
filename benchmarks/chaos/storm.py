"""Contacts and attendants write while the platform misbehaves and Baton is killed over and over."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.chaos.plan import Life
from benchmarks.chaos.program import Program
from benchmarks.chaos.scene import Ledger, Scene
from benchmarks.chaos.verdict import Said, Verdict, judge, missing, word

# Nothing takes longer than that to arrive once all is well again.
_PATIENCE_S = 90.0
# Long enough for what is sent a second time to be seen: events come again, posts are looked for.
_QUIET_S = 4.0
_OPENED_S = 60.0
_FLOWS_S = 15.0


@dataclass
class Storm:
    """`conversations` are open when it begins, as many more begin in it."""

    scene: Scene
    program: Program
    seed: int
    conversations: int
    quiet: float = _QUIET_S
    said: list[Said] = field(default_factory=list)
    _written: dict[int, int] = field(default_factory=dict)
    _replied: dict[int, int] = field(default_factory=dict)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def rage(self, lives: Sequence[Life], *, faults: bool = True) -> None:
        """Until every life has ended and all that is certain has arrived, or patience has."""
        await self.program.start()
        await self.begin()
        if faults:
            await self.scene.trouble()
        tasks = self._busy(faults=faults)
        try:
            await self._die(lives)
        finally:
            self._over.set()
            await asyncio.gather(*tasks)
        await self.scene.calm()
        await self.arrived()

    async def begin(self) -> None:
        """The first conversations, in peace."""
        await self.scene.ready()
        for number in range(self.conversations):
            await self.scene.join(number, in_peace=True)
            await self.write(number)
        await self._opened(self.conversations)

    async def _opened(self, count: int) -> None:
        async with asyncio.timeout(_OPENED_S):
            while len((await self.scene.ledger()).cards) < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)

    def _busy(self, *, faults: bool) -> list[asyncio.Task[None]]:
        work = [self._contact(number) for number in range(2 * self.conversations)]
        work.append(self._attendant())
        if faults:
            work.append(self._troublemaker())
        return [asyncio.create_task(one) for one in work]

    async def _die(self, lives: Sequence[Life]) -> None:
        await self.program.end()
        for life in lives:
            await self.program.start(life.failpoint)
            await self.program.kill_after(self._flows(), life.seconds)
            await asyncio.sleep(life.pause)
        await self.program.start()

    async def _flows(self) -> None:
        """Until something new stands somewhere, so that Baton dies at work and not at the start."""
        before = await self._standing()
        end = time.monotonic() + _FLOWS_S
        while await self._standing() == before:
            if time.monotonic() > end:
                break
            await asyncio.sleep(0.2)

    async def _standing(self) -> int:
        return sum(map(len, (await self.scene.ledger()).shown.values()))

    async def _contact(self, number: int) -> None:
        drawn = random.Random(f"contact {self.seed} {number}")
        if number not in self._written:
            await self._rest(drawn, 8.0)
            await self.scene.join(number, in_peace=False)
        while not self._over.is_set():
            await self.write(number)
            await self._rest(drawn, 1.6)

    async def _attendant(self) -> None:
        """Replies to whoever has a ticket by now."""
        drawn = random.Random(f"attendant {self.seed}")
        tickets: dict[int, int] = {}
        while not self._over.is_set():
            tickets |= (await self.scene.ledger()).tickets
            for conversation in drawn.sample(sorted(tickets), min(4, len(tickets))):
                await self.reply(conversation, tickets[conversation])
                await self._rest(drawn, 0.3)

    async def _troublemaker(self) -> None:
        drawn = random.Random(f"trouble {self.seed}")
        while not self._over.is_set():
            await self._rest(drawn, 5.0)
            await self.scene.stir(drawn)

    async def _rest(self, drawn: random.Random, most: float) -> None:
        """Or until it is over."""
        try:
            await asyncio.wait_for(self._over.wait(), drawn.uniform(0.1, most))
        except TimeoutError:
            return

    async def write(self, conversation: int) -> None:
        number = self._written.get(conversation, 0)
        self._written[conversation] = number + 1
        said = word("c", conversation, number)
        at = time.time()
        await self.scene.write(conversation, said)
        self._keep(said, conversation, at, certain=True)

    async def reply(self, conversation: int, ticket: int) -> None:
        number = self._replied.get(conversation, 0)
        self._replied[conversation] = number + 1
        said = word("r", conversation, number)
        at = time.time()
        certain = await self.scene.reply(ticket, said)
        self._keep(said, conversation, at, certain=certain)

    def _keep(self, said: str, conversation: int, at: float, *, certain: bool) -> None:
        self.said.append(Said(word=said, conversation=conversation, certain=certain, at=at))

    async def arrived(self) -> None:
        """What is still missing when patience ends is lost."""
        end = time.monotonic() + _PATIENCE_S
        while missing(self.said, (await self.scene.ledger()).shown):
            if time.monotonic() > end:
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(self.quiet)

    async def verdict(self) -> Verdict:
        ledger: Ledger = await self.scene.ledger()
        return judge(self.said, ledger.shown, ledger.cards)

    async def story(self, said: str) -> list[str]:
        """What happened to one word, in the order of time, kills included."""
        spoken = next((one.at for one in self.said if one.word == said), 0.0)
        events = [(spoken, "said"), *await self.scene.history(said)]
        latest = max(at for at, _ in events) + 2
        events += [one for one in self.program.story if spoken - 2 < one[0] < latest]
        return [f"{at - spoken:+9.3f} s  {what}" for at, what in sorted(events)]
