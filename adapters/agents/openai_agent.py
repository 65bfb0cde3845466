"""An agent with a language model behind an OpenAI-compatible interface."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from adapters.agents import prompts, smalltalk, summary_shape
from adapters.agents.actions import called, last_action
from adapters.agents.addresses import invented, mails
from adapters.agents.citing import resolved
from adapters.agents.dialogue import dialogue, noted, numbered
from adapters.agents.knowledge import Knowledge
from adapters.agents.model import Model, ModelFault, Prompt, Said, Spoken, Used
from adapters.agents.outgoing import clean, unsafe
from adapters.agents.pictures import pictures
from adapters.agents.redaction import Privacy, privacy
from adapters.agents.tools import TOOLS, Shelf, handover, used, written
from adapters.agents.transcript import by, open_question, said, seen, with_source
from bot.domain.message import LONGEST_TEXT, Author, Message
from bot.domain.summary import Point, Summary
from bot.ports.agent import (
    AgentPort,
    Answer,
    Case,
    Failure,
    Found,
    Handover,
    Meter,
    Outcome,
    Turn,
)
from bot.ports.media import MediaPort

log = logging.getLogger(__name__)
Result = TypeVar("Result")

# Answers of the model in one turn, the last of which may not search any more.
_ROUNDS = 4
_NOT_JSON = "That is not JSON of the shape asked for. Answer with the JSON alone."
_AGAIN = "That cannot be sent: {problem}. Answer the customer's question without it."


@dataclass(frozen=True, kw_only=True)
class _Room:
    """What one question is answered with. `secret` must not leave; `said` may be repeated."""

    secret: str
    shelf: Shelf
    said: str
    meter: Meter

    @property
    def privacy(self) -> Privacy:
        return self.shelf.privacy


class OpenAIAgent:
    """`fallback` makes the summaries and drafts that the model cannot.

    `deadline`: seconds for a whole turn, with every search and every further attempt.
    """

    def __init__(
        self,
        model: Model,
        knowledge: Knowledge,
        fallback: AgentPort,
        *,
        media: MediaPort | None = None,
        deadline: float,
    ) -> None:
        self.name = model.name
        self._model = model
        self._knowledge = knowledge
        self._fallback = fallback
        self._media = media
        self._deadline = deadline
        # Stands in the instructions and nowhere else: where it turns up, they have leaked.
        self._mark = f"mark-{secrets.token_hex(6)}"

    async def answer(self, turn: Turn) -> Outcome:
        meter = Meter()
        try:
            return await self._in_time(self._answer, turn, meter)
        except ModelFault as fault:
            log.warning("the model %s %s", self.name, fault.reason)
            reason = f"the model {self.name} {fault.reason}"
            return Failure(
                reason=reason, tokens=meter.tokens, written=meter.written, outage=fault.outage
            )
        except Exception:
            log.exception("the agent could not answer")
            reason = "the agent met an unexpected error; the log has it."
            return Failure(reason=reason, tokens=meter.tokens, written=meter.written)

    async def summarize(self, case: Case, now: datetime) -> Summary:
        extract = await self._fallback.summarize(case, now)
        if not by(case.messages, Author.CONTACT):
            return replace(extract, by=self.name)  # there is nothing to understand
        if case.over_budget:
            return replace(extract, by=f"{extract.by} ({case.over_budget.rstrip('.')})")
        try:
            return await self._in_time(self._summarize, case, extract)
        except ModelFault as fault:
            log.warning("no summary: the model %s %s", self.name, fault.reason)
            return replace(extract, by=f"{extract.by} ({self.name} {fault.reason.rstrip('.')})")
        except Exception:
            log.exception("the model's summary could not be used")
            return replace(extract, by=f"{extract.by} ({self.name} failed)")

    async def look_up(self, turn: Turn) -> tuple[Found, ...]:
        return await self._fallback.look_up(turn)

    async def suggest(self, case: Case) -> str:
        if not seen(case.messages):
            return ""
        if case.over_budget:
            return await self._fallback.suggest(case)
        try:
            return await self._in_time(self._suggest, case)
        except ModelFault as fault:
            log.warning("no draft: the model %s %s", self.name, fault.reason)
        except Exception:
            log.exception("the model's draft could not be used")
        return await self._fallback.suggest(case)

    async def _in_time(self, work: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
        """Raises `ModelFault` when the whole of it takes too long."""
        try:
            async with asyncio.timeout(self._deadline):
                return await work(*arguments)
        except TimeoutError as error:
            reason = f"did not answer within {self._deadline:.0f} seconds."
            raise ModelFault(reason, outage=True) from error

    async def _answer(self, turn: Turn, meter: Meter) -> Outcome:
        asked = open_question(turn.messages)
        room = self._room(prompts.instructions(turn.persona, self._mark), turn, meter)
        told = await room.shelf.fetch(said(asked))
        talk = await asyncio.to_thread(dialogue, turn.messages, room.privacy.hide)
        if talk and not turn.persona.redact:  # nobody can tell what a picture shows
            talk = (*talk[:-1], replace(talk[-1], pictures=await pictures(asked, self._media)))
        prompt = Prompt(
            instructions=f"{room.secret}\n\n# Passages of the help pages\n{told}",
            said=talk,
            tools=TOOLS,
        )
        return await self._converse(prompt, room, turn)

    def _room(self, secret: str, about: Turn | Case, meter: Meter) -> _Room:
        shelf = Shelf(knowledge=self._knowledge, privacy=privacy(about.persona))
        return _Room(secret=secret, shelf=shelf, said=_repeatable(about.messages), meter=meter)

    async def _converse(self, prompt: Prompt, room: _Room, turn: Turn) -> Outcome:
        """Until the model answers or hands over; one more try for an answer that may not leave."""
        problem, meter = "", room.meter
        for left in reversed(range(_ROUNDS)):
            spoken = await self._ask(replace(prompt, last=not left), meter)
            calls = spoken.calls or written(spoken.text)
            if reason := handover(calls, room.secret, room.privacy):
                return Handover(reason=reason, tokens=meter.tokens, written=meter.written)
            if calls:
                prompt = _and(prompt, await used(calls, room.shelf))
                continue
            answer = _answered(spoken.text, room, turn)
            again, problem = problem, _problem(answer.text, room)
            if not problem:
                return answer
            if again:
                break
            prompt = _and(prompt, Said(role="user", text=_AGAIN.format(problem=problem)))
        reason = problem or "it searched again and again, and gave no answer"
        raise ModelFault(f"wrote nothing that could be sent: {reason}.")

    async def _ask(self, prompt: Prompt, meter: Meter) -> Spoken:
        spoken = await self._model.ask(prompt)
        meter.tokens += spoken.tokens
        meter.written += spoken.written
        return spoken

    async def _summarize(self, case: Case, extract: Summary) -> Summary:
        """The model's understanding; where it rests on nothing, the extract's words."""
        hidden, told = privacy(case.persona), seen(case.messages)
        draft = await self._draft(case, hidden)
        done = called_last(case) or summary_shape.point(draft.last_action, told, hidden)
        return replace(
            extract,
            reason=summary_shape.point(draft.reason, told, hidden) or extract.reason,
            topics=summary_shape.topics(draft, told, hidden) or extract.topics,
            last_action=extract.last_action if done is None else done,
            wants=summary_shape.point(draft.wants, told, hidden) or extract.wants,
            sentiment=summary_shape.mood(draft),
            language=summary_shape.language(draft) or extract.language,
            by=self.name,
        )

    async def _draft(self, case: Case, hidden: Privacy) -> summary_shape.Draft:
        """What the model filled in; a second try, told what was wrong with the first."""
        told = await asyncio.to_thread(numbered, case.messages, hidden.hide)
        prompt = Prompt(
            instructions=prompts.summarizing(hidden.hide(case.reason)),
            said=(Said(role="user", text=told),),
            shape=summary_shape.shape(),
        )
        try:
            spoken = await self._ask(prompt, case.meter)
        except ModelFault as fault:
            if not fault.asked_wrong:
                raise
            prompt = replace(prompt, shape=None)  # not every server knows structured answers
            spoken = await self._ask(prompt, case.meter)
        try:
            return summary_shape.parsed(spoken.text)
        except ModelFault:
            wrong = Said(role="assistant", text=spoken.text or "…")
            prompt = _and(_and(prompt, wrong), Said(role="user", text=_NOT_JSON))
            spoken = await self._ask(prompt, case.meter)
            return summary_shape.parsed(spoken.text)

    async def _suggest(self, case: Case) -> str:
        room = self._room(prompts.suggesting(case.persona, self._mark), case, case.meter)
        told = await room.shelf.fetch(said(open_question(case.messages)))
        notes = noted(case.notes, room.privacy.hide)
        parts = [f"{room.secret}\n\n# Passages of the help pages\n{told}"]
        parts += [f"# Internal notes\n{notes}"] if notes else []
        talk = await asyncio.to_thread(dialogue, case.messages, room.privacy.hide)
        task = Said(role="user", text="Write the colleague's next reply to the customer.")
        prompt = Prompt(instructions="\n\n".join(parts), said=(*talk, task))
        spoken = await self._ask(prompt, case.meter)
        text, _ = resolved(clean(room.privacy.restore(spoken.text)), room.shelf.found)
        if problem := _problem(text, replace(room, secret=f"{room.secret}\n{notes}")):
            raise ModelFault(f"wrote no draft that can be used: {problem}.")
        return text


def called_last(case: Case) -> Point | None:
    """The last action, where the conversation has it on record: what it says is exact."""
    calls = any(called(one.text) for one in by(case.messages, Author.AGENT))
    return last_action(case.messages) if calls else None


def _repeatable(messages: Sequence[Message]) -> str:
    """What was said, but for the links of outsiders: an answer must lead nobody to those."""
    desks = by(messages, Author.AGENT, Author.ATTENDANT)
    others = by(messages, Author.CONTACT, Author.PARTICIPANT)
    return "\n".join((said(desks), *mails(said(others))))


def _and(prompt: Prompt, more: Said | Used) -> Prompt:
    return replace(prompt, said=(*prompt.said, more))


def _answered(text: str, room: _Room, turn: Turn) -> Answer:
    words, sources = resolved(clean(room.privacy.restore(text)), room.shelf.found)
    if words and sources:
        question = said(open_question(turn.messages))
        label = smalltalk.speech(question, turn.persona.languages).source
        words = with_source(words, label, "; ".join(sources))
    meter = room.meter
    return Answer(text=words, sources=sources, tokens=meter.tokens, written=meter.written)


def _problem(text: str, room: _Room) -> str:
    """Why an answer may not leave; empty when it may."""
    if not text:
        return "it was empty"
    if len(text) > LONGEST_TEXT:
        return "it was far too long"
    if address := invented(text, f"{room.secret}\n{room.shelf.public}\n{room.said}"):
        return f"it named an address that stands in no help page, {address!r}"
    return unsafe(text, room.secret, room.shelf.public)
