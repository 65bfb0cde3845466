"""Contacts and attendants write, edit and delete while Baton and all around it have a bad day."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.chaos.notes import kept
from benchmarks.chaos.plan import Life
from benchmarks.chaos.program import Program
from benchmarks.chaos.scene import Ledger, Scene
from benchmarks.chaos.verdict import Change, Said, Verdict, judge, missing, word

# Once all is well again, something more arrives within this until all has.
_PATIENCE_S = 90.0
# Long enough for what is sent a second time to be seen: events come again, posts are looked for.
_QUIET_S = 4.0
_OPENED_S = 60.0
_FLOWS_S = 15.0
# How often a contact, or an attendant with a note or a reply, changes one of their last words.
_CHANGES, _DELETIONS = 0.2, 0.08
_LATEST = 3
_NOTED = 0.3


@dataclass
class Storm:
    """`conversations` are open when it begins, as many more begin in it."""

    scene: Scene
    program: Program
    seed: int
    conversations: int
    quiet: float = _QUIET_S
    said: list[Said] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _count: dict[tuple[str, int], int] = field(default_factory=dict)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def rage(self, lives: Sequence[Life], *, faults: bool = True) -> None:
        """Until every life has ended and all that is certain has arrived, or patience has."""
        await self.during(lambda: self._die(lives), faults=faults)

    async def during(self, trial: Callable[[], Awaitable[None]], *, faults: bool = True) -> None:
        """Everybody writes as long as the trial lasts; then all that is certain is to arrive."""
        await self.program.start()
        await self.begin()
        if faults:
            await self.scene.trouble()
        tasks = self._busy(faults=faults)
        try:
            await trial()
        except BaseException:
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
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
            await self.program.kill_after(self.flows, life.seconds)
            await asyncio.sleep(life.pause)
        await self.program.start()

    async def flows(self) -> None:
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
        if ("c", number) not in self._count:
            await self._rest(drawn, 8.0)
            await self.scene.join(number, in_peace=False)
        while not self._over.is_set():
            await self.write(number)
            await self._rest(drawn, 1.6)
            await self._change_mind(drawn, "c", number)

    async def _attendant(self) -> None:
        """Replies to whoever has a ticket by now, and keeps notes about them."""
        drawn = random.Random(f"attendant {self.seed}")
        while not self._over.is_set():
            ledger = await self.scene.ledger()
            known = sorted(ledger.tickets)
            for conversation in drawn.sample(known, min(4, len(known))):
                await self.reply(conversation, ledger.tickets[conversation])
                await self._revise(drawn, conversation, ledger)
                if drawn.random() < _NOTED:
                    await self.note(conversation, ledger.threads[conversation])
                    await self._change_mind(drawn, "n", conversation)
                await self._rest(drawn, 0.3)

    async def _change_mind(self, drawn: random.Random, side: str, conversation: int) -> None:
        """Edit or delete one of the last things that were said on this side, or leave them."""
        chance = drawn.random()
        open_to = [one for one in self._latest(side, conversation) if not one.endswith("x0x")]
        if not open_to or chance > _CHANGES + _DELETIONS:
            return
        chosen = drawn.choice(open_to)
        mark = f"v{len(self.changes)}v" if chance < _CHANGES else ""
        self.changes.append(Change(word=chosen, mark=mark, certain=True))
        if mark:
            await self.scene.edit(chosen, mark)
        else:
            await self.scene.delete(chosen)

    async def _revise(self, drawn: random.Random, conversation: int, ledger: Ledger) -> None:
        """The same for replies, by command."""
        chance = drawn.random()
        open_to = [one for one in self._latest("r", conversation) if one in ledger.replies]
        if not open_to or chance > _CHANGES + _DELETIONS:
            return
        chosen = drawn.choice(open_to)
        mark = f"v{len(self.changes)}v" if chance < _CHANGES else ""
        at = len(self.changes)
        change = Change(word=chosen, mark=mark, certain=False)
        self.changes.append(change)
        text = f"{chosen} {mark}" if mark else ""
        certain = await self.scene.revise(ledger.replies[chosen], text)
        self.changes[at] = replace(change, certain=certain)

    def _latest(self, side: str, conversation: int) -> list[str]:
        """The last words that stand for certain and were not deleted."""
        deleted = {one.word for one in self.changes if not one.mark}
        own = [
            one.word
            for one in self.said
            if one.conversation == conversation and one.certain and one.word.startswith(side)
        ]
        return [one for one in own[-_LATEST:] if one not in deleted]

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
        said, at = self._next("c", conversation), time.time()
        await self.scene.write(conversation, said)
        self._keep(said, conversation, at, certain=True)

    async def note(self, conversation: int, thread: str) -> None:
        said, at = self._next("n", conversation), time.time()
        await self.scene.note(thread, said)
        self._keep(said, conversation, at, certain=True)

    async def reply(self, conversation: int, ticket: int) -> None:
        said, at = self._next("r", conversation), time.time()
        certain = await self.scene.reply(ticket, said)
        self._keep(said, conversation, at, certain=certain)

    def _next(self, side: str, conversation: int) -> str:
        number = self._count.get((side, conversation), 0)
        self._count[side, conversation] = number + 1
        return word(side, conversation, number)

    def _keep(self, said: str, conversation: int, at: float, *, certain: bool) -> None:
        self.said.append(Said(word=said, conversation=conversation, certain=certain, at=at))

    async def arrived(self) -> None:
        """What is still missing when nothing more comes is lost."""
        least, end = len(self.said) + 1, 0.0
        while least:
            found = await self._found()
            left = len(missing(self.said, found.shown, self.changes, found.texts))
            if left < least:
                least, end = left, time.monotonic() + _PATIENCE_S
            if time.monotonic() > end:
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(self.quiet)

    async def verdict(self) -> Verdict:
        found = await self._found()
        return judge(self.said, found.shown, found.cards, self.changes, found.texts)

    async def _found(self) -> Ledger:
        """What stands on the platform, and the notes that Baton keeps."""
        ledger = await self.scene.ledger()
        notes = await kept(self.program.settings.database_url)
        return replace(ledger, shown=ledger.shown | notes.shown, texts=ledger.texts | notes.texts)

    async def story(self, said: str) -> list[str]:
        """What happened to one word, in the order of time, kills included."""
        spoken = next((one.at for one in self.said if one.word == said), 0.0)
        events = [(spoken, "said"), *await self.scene.history(said)]
        latest = max(at for at, _ in events) + 2
        events += [one for one in self.program.story if spoken - 2 < one[0] < latest]
        return [f"{at - spoken:+9.3f} s  {what}" for at, what in sorted(events)]
