"""Rules on trial: what they would do to conversations that are over. Nothing happens."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.commands.registry import Response, Shell
from bot.domain.desk import Desk
from bot.domain.errors import BadInput
from bot.services import replay
from bot.services.replay import Past


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """An errand: what a change of the rules would have changed. `text` stands before it."""

    text: str
    past: tuple[Past, ...]
    before: Desk
    after: Desk

    async def run(self, shell: Shell) -> Response:
        words = await asyncio.to_thread(self._words, shell)
        return Response(text=f"{self.text}\n\n**Tried on past conversations**\n{words}")

    def _words(self, shell: Shell) -> str:
        shifts = replay.compare(self.past, self.before, self.after, shell.reader.read)
        return replay.shifts_in_words(len(self.past), shifts)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """An errand: what the rules of a desk would have done, against what was done.

    An `archive` is another place's export, to be tried on instead of the own past; of its
    conversations the `last` ones, or all of them.
    """

    past: tuple[Past, ...]
    desk: Desk
    every: bool = False
    archive: bytes | None = None
    last: int | None = None

    async def run(self, shell: Shell) -> Response:
        try:
            return Response(text=await asyncio.to_thread(self._words, shell))
        except BadInput as error:
            return Response(text=str(error), ok=False)

    def _words(self, shell: Shell) -> str:
        past = self.past
        if self.archive is not None:
            if shell.unpack is None:
                raise BadInput(problem="Exports cannot be read here.")
            past = shell.unpack(self.archive, self.desk)[: self.last]
        found = replay.judged(past, self.desk, shell.reader.read)
        return replay.in_words(found, every=self.every)
