"""An agent without a model: it answers in the words of the knowledge folder, or says it can't."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from adapters.agents import smalltalk
from adapters.agents.answering import draft, reply
from adapters.agents.clauses import clauses
from adapters.agents.knowledge import Knowledge
from adapters.agents.lexical import Hit
from adapters.agents.phrasebook import Sayings, no_answers
from adapters.agents.reader import asks_for_human
from adapters.agents.summarizing import is_matter, summary
from adapters.agents.topics import rank
from adapters.agents.transcript import by, open_question, said, source_of
from bot.domain.desk import Agent
from bot.domain.message import Author, Message
from bot.domain.reading import repeats
from bot.domain.summary import Summary
from bot.ports.agent import Answer, Case, Failure, Found, Handover, Outcome, Turn

log = logging.getLogger(__name__)

# To a question asked again another passage is an answer only if it fits nearly as well.
_NEARLY = 0.9

# A title of which every word was said is the topic.
_NAMED = 0.5


class OfflineAgent:
    """Deterministic: the same conversation gets the same answer."""

    name = "offline agent"

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def answer(self, turn: Turn) -> Outcome:
        try:
            return await asyncio.to_thread(self._answer, turn)
        except Exception:
            log.exception("the offline agent could not answer")
            return Failure(reason="The offline agent met an unexpected error; the log has it.")

    async def summarize(self, case: Case, now: datetime) -> Summary:
        return await asyncio.to_thread(summary, case, by=self.name, now=now, label=self._topic)

    async def look_up(self, turn: Turn) -> tuple[Found, ...]:
        question = said(open_question(turn.messages))
        redact = turn.persona.redact
        hits = await asyncio.to_thread(self._knowledge.search, question, at_home=redact)
        return tuple(
            Found(source=hit.passage.source, text=hit.passage.text, fit=hit.fit)
            for hit in hits
            if hit.fits
        )

    async def suggest(self, case: Case) -> str:
        try:
            return await asyncio.to_thread(self._suggest, case)
        except Exception:
            log.exception("the offline agent could not draft a reply")
            return ""

    def _topic(self, message: Message) -> str:
        """The title of the page that a message is about; empty where none is."""
        hits = [hit for hit in self._knowledge.search(message.text, 1, at_home=True) if hit.fits]
        if hits:
            return "".join(hits[0].passage.headings[:1])
        named = rank([message], self._knowledge.topics)[:1]
        return "".join(name for name, score in named if score >= _NAMED)

    def _answer(self, turn: Turn) -> Outcome:
        asked = open_question(turn.messages)
        question = said(asked)
        if asks_for_human(clauses(question)):
            return Handover(reason="The contact asks for a human.")
        last = by(turn.messages, Author.AGENT)[-1:]
        stuck = bool(last) and last[0].text.strip() in no_answers()
        if stuck and smalltalk.agrees(question):
            return Handover(reason="The contact accepted the offer of a person.")
        spoken = smalltalk.speech(question, turn.persona.languages)
        if stuck and smalltalk.declines(question):
            return Answer(text=spoken.thanks)
        return self._from_knowledge(turn, asked, spoken, stuck=stuck)

    def _from_knowledge(
        self, turn: Turn, asked: Sequence[Message], spoken: Sayings, *, stuck: bool
    ) -> Outcome:
        question = said(asked)
        given = _given(turn.messages, asked)
        if hit := self._fitting(question, turn.persona, given):
            return reply(hit, question, spoken)
        topics = self._knowledge.topics
        if courtesy := smalltalk.courtesy(question, spoken, turn.persona, topics):
            return Answer(text=courtesy)
        if stuck:
            return Handover(reason="Twice in a row the agent knew no answer.")
        return Answer(text=_nothing(asked, spoken, again=bool(given)))

    def _fitting(
        self, question: str, persona: Agent, given: frozenset[str] = frozenset()
    ) -> Hit | None:
        """The best passage; for a question asked again, one that was not `given` yet."""
        if smalltalk.only_courtesy(question):
            return None
        found = self._knowledge.search(question, at_home=persona.redact)
        hits = [hit for hit in found if hit.fits]
        near = (hit for hit in hits if hit.fit >= _NEARLY * hits[0].fit)
        return next((hit for hit in near if hit.passage.source not in given), None)

    def _suggest(self, case: Case) -> str:
        matters = [one.text for one in by(case.messages, Author.CONTACT) if is_matter(one.text)]
        notes = [note.text for note in case.notes]
        for query in (said(open_question(case.messages)), *matters[-1:], *notes[-1:]):
            if hit := self._fitting(query, case.persona):
                return draft(hit, query)
        return ""


def _given(messages: Sequence[Message], asked: Sequence[Message]) -> frozenset[str]:
    """The sources that were answered from, if the contact asks again what they asked before."""
    earlier = [one.text for one in by(messages, Author.CONTACT) if one not in asked]
    if not repeats(said(asked), tuple(earlier)):
        return frozenset()
    return frozenset(source_of(one.text) for one in by(messages, Author.AGENT))


def _nothing(asked: Sequence[Message], spoken: Sayings, *, again: bool) -> str:
    if again:
        return spoken.more
    only_files = not said(asked) and any(one.attachments for one in asked)
    return spoken.file if only_files else spoken.nothing
