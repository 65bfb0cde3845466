"""What a model may do beside speaking: search the help pages, or hand over. Nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field

from adapters.agents.knowledge import Knowledge
from adapters.agents.lexical import Hit
from adapters.agents.model import Call, Used
from adapters.agents.outgoing import clean, spoken_aloud, unsafe
from adapters.agents.passages import Passage
from adapters.agents.prompts import ESCALATE, SEARCH, passages_told
from adapters.agents.redaction import Openness, Privacy
from adapters.agents.sentences import quote

TOOLS = (ESCALATE, SEARCH)
_LONGEST_QUERY = 300
_LONGEST_REASON = 300
_WITHOUT_WORDS = "The agent decided that a person should go on."
_PASSAGES = 4
# Of one answer; a model that is stuck asks for hundreds.
_MOST_CALLS = 4
_TOO_MANY = "That are too many calls at once. Answer, or search for one thing."
_NOTHING_NEW = "What fits is among the passages that you have been given already."
# Around a call in the words of a model: marks of its training, or a fence.
_MARKS = re.compile(r"</?tool_call>|<\|/?\w+\|>|\[TOOL_CALLS\]|^```\w*$", re.MULTILINE)


@dataclass(kw_only=True)
class Shelf:
    """The passages that a model has been given in one turn, under their numbers."""

    knowledge: Knowledge
    privacy: Privacy = field(default_factory=Openness)
    found: list[Passage] = field(default_factory=list)

    async def fetch(self, query: str) -> str:
        """What fits a question, told under numbers that go on from those given before."""
        hits = await asyncio.to_thread(self._search, query)
        fitting = [hit.passage for hit in hits if hit.fits]
        fresh = [one for one in fitting if one not in self.found]
        if fitting and not fresh:
            return _NOTHING_NEW
        first = len(self.found) + 1
        self.found += fresh
        return passages_told(fresh, first)

    def _search(self, query: str) -> tuple[Hit, ...]:
        return self.knowledge.search(self.privacy.bare(query), _PASSAGES)

    @property
    def public(self) -> str:
        return "\n".join(one.text for one in self.found)


async def used(calls: tuple[Call, ...], shelf: Shelf) -> Used:
    """Perform the calls of one answer. A tool that does not exist is refused, not guessed."""
    found = [await _result(call, shelf) for call in calls[:_MOST_CALLS]]
    return Used(calls=calls, results=(*found, *[_TOO_MANY] * (len(calls) - len(found))))


async def _result(call: Call, shelf: Shelf) -> str:
    if call.name != SEARCH.name:
        return f"There is no tool {call.name[:80]!r}. Answer, search, or call escalate."
    query = _argument(call, "query")
    return await shelf.fetch(query[:_LONGEST_QUERY]) if query else "The query is missing."


def handover(calls: tuple[Call, ...], secret: str, privacy: Privacy) -> str:
    """The reason to hand over, where one of the calls does; empty where none does.

    A call that is badly written still means it: the safe side is a person.
    """
    wanted = [call for call in calls if call.name == ESCALATE.name]
    if not wanted:
        return ""
    reason = quote(clean(privacy.restore(_argument(wanted[0], "reason"))), _LONGEST_REASON)
    return reason if reason and not unsafe(reason, secret) else _WITHOUT_WORDS


def written(text: str) -> tuple[Call, ...]:
    """Calls that a server left in the words instead of setting them apart; most have none.

    Only where the words are nothing else. Nobody gains by getting a model to write one: whoever
    wants a person may have one, and everybody may search the help pages.
    """
    found: list[Call] = []
    for piece in _MARKS.sub("\n", spoken_aloud(text)).strip().splitlines():
        try:
            given = json.loads(piece or "null")
        except (ValueError, RecursionError):
            return ()
        if given is None:
            continue
        if not isinstance(given, dict) or given.get("name") not in {one.name for one in TOOLS}:
            return ()
        told = given.get("arguments", given.get("parameters"))
        arguments = told if isinstance(told, str) else json.dumps(told)
        found.append(Call(id=f"call_{len(found)}", name=given["name"], arguments=arguments))
    return tuple(found)


def _argument(call: Call, name: str) -> str:
    try:
        found = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return ""
    return str(found.get(name, "")).strip() if isinstance(found, dict) else ""
