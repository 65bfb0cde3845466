"""An agent with a language model behind an OpenAI-compatible interface."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from adapters.agents import prompts, smalltalk, summary_shape
from adapters.agents.actions import called, last_action
from adapters.agents.citing import resolved
from adapters.agents.dialogue import Redact, as_it_is, dialogue, noted, numbered
from adapters.agents.knowledge import Knowledge
from adapters.agents.model import Model, ModelFault, Prompt, Said, Spoken, Used
from adapters.agents.outgoing import clean, unsafe
from adapters.agents.pictures import pictures
from adapters.agents.tools import TOOLS, Shelf, handover, used
from adapters.agents.transcript import by, open_question, said, seen, with_source
from bot.domain.message import LONGEST_TEXT, Author
from bot.domain.summary import Point, Summary
from bot.ports.agent import AgentPort, Answer, Case, Failure, Found, Handover, Outcome, Turn
from bot.ports.media import MediaPort

log = logging.getLogger(__name__)
Result = TypeVar("Result")

# Seconds for a whole turn, with every search and every further attempt.
TURN_DEADLINE = 90.0
# Answers of the model in one turn, the last of which may not search any more.
_ROUNDS = 4
_NOT_JSON = "That is not JSON of the shape asked for. Answer with the JSON alone."
_AGAIN = "That cannot be sent: {problem}. Answer the customer's question without it."


@dataclass(kw_only=True)
class _Meter:
    tokens: int = 0


class OpenAIAgent:
    """`fallback` makes the summaries and drafts that the model cannot."""

    def __init__(
        self,
        model: Model,
        knowledge: Knowledge,
        fallback: AgentPort,
        *,
        media: MediaPort | None = None,
        redact: Redact = as_it_is,
        deadline: float = TURN_DEADLINE,
    ) -> None:
        self.name = model.name
        self._model = model
        self._knowledge = knowledge
        self._fallback = fallback
        self._media = media
        self._redact = redact
        self._deadline = deadline
        # Stands in the instructions and nowhere else: where it turns up, they have leaked.
        self._mark = f"mark-{secrets.token_hex(6)}"

    async def answer(self, turn: Turn) -> Outcome:
        meter = _Meter()
        try:
            return await self._in_time(self._answer, turn, meter)
        except ModelFault as fault:
            log.warning("the model %s %s", self.name, fault.reason)
            reason = f"the model {self.name} {fault.reason}"
            return Failure(reason=reason, tokens=meter.tokens, outage=fault.outage)
        except Exception:
            log.exception("the agent could not answer")
            reason = "the agent met an unexpected error; the log has it."
            return Failure(reason=reason, tokens=meter.tokens)

    async def summarize(self, case: Case, now: datetime) -> Summary:
        extract = await self._fallback.summarize(case, now)
        if not by(case.messages, Author.CONTACT):
            return replace(extract, by=self.name)  # there is nothing to understand
        try:
            return await self._in_time(self._summarize, case, extract)
        except ModelFault as fault:
            log.warning("no summary: the model %s %s", self.name, fault.reason)
            return replace(extract, by=f"{extract.by} ({self.name} {fault.reason.rstrip('.')})")
        except Exception:
            log.exception("the model's summary could not be used")
            return replace(extract, by=f"{extract.by} ({self.name} failed)")

    async def look_up(self, question: str) -> tuple[Found, ...]:
        return await self._fallback.look_up(question)

    async def suggest(self, case: Case) -> str:
        if not seen(case.messages):
            return ""
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

    async def _answer(self, turn: Turn, meter: _Meter) -> Outcome:
        asked = open_question(turn.messages)
        shelf = Shelf(knowledge=self._knowledge)
        secret = prompts.instructions(turn.persona, self._mark)
        told = await shelf.fetch(said(asked))
        talk = dialogue(turn.messages, self._redact)
        if talk:
            talk = (*talk[:-1], replace(talk[-1], pictures=await pictures(asked, self._media)))
        prompt = Prompt(
            instructions=f"{secret}\n\n# Passages of the help pages\n{told}",
            said=talk,
            tools=TOOLS,
        )
        return await self._converse(prompt, shelf, secret, turn, meter)

    async def _converse(
        self, prompt: Prompt, shelf: Shelf, secret: str, turn: Turn, meter: _Meter
    ) -> Outcome:
        """Until the model answers or hands over; one more try for an answer that may not leave."""
        problem = ""
        for left in reversed(range(_ROUNDS)):
            spoken = await self._ask(replace(prompt, last=not left), meter)
            if reason := handover(spoken.calls, secret):
                return Handover(reason=reason, tokens=meter.tokens)
            if spoken.calls:
                prompt = _and(prompt, await used(spoken.calls, shelf))
                continue
            answer = _answered(spoken.text, shelf, turn, meter)
            again, problem = problem, _problem(answer.text, secret, shelf)
            if not problem:
                return answer
            if again:
                break
            prompt = _and(prompt, Said(role="user", text=_AGAIN.format(problem=problem)))
        reason = problem or "it searched again and again, and gave no answer"
        raise ModelFault(f"wrote nothing that could be sent: {reason}.")

    async def _ask(self, prompt: Prompt, meter: _Meter) -> Spoken:
        spoken = await self._model.ask(prompt)
        meter.tokens += spoken.tokens
        return spoken

    async def _summarize(self, case: Case, extract: Summary) -> Summary:
        """The model's understanding; where it rests on nothing, the extract's words."""
        draft = await self._draft(case)
        known = {message.id for message in case.messages}
        done = called_last(case) or summary_shape.point(draft.last_action, known)
        return replace(
            extract,
            reason=summary_shape.point(draft.reason, known) or extract.reason,
            topics=summary_shape.topics(draft, known) or extract.topics,
            last_action=extract.last_action if done is None else done,
            wants=summary_shape.point(draft.wants, known) or extract.wants,
            sentiment=summary_shape.mood(draft),
            language=summary_shape.language(draft) or extract.language,
            by=self.name,
        )

    async def _draft(self, case: Case) -> summary_shape.Draft:
        """What the model filled in; a second try, told what was wrong with the first."""
        prompt = Prompt(
            instructions=prompts.summarizing(case.reason),
            said=(Said(role="user", text=numbered(case.messages, self._redact)),),
            shape=summary_shape.shape(),
        )
        try:
            spoken = await self._model.ask(prompt)
        except ModelFault as fault:
            if not fault.asked_wrong:
                raise
            prompt = replace(prompt, shape=None)  # not every server knows structured answers
            spoken = await self._model.ask(prompt)
        try:
            return summary_shape.parsed(spoken.text)
        except ModelFault:
            wrong = Said(role="assistant", text=spoken.text or "…")
            prompt = _and(_and(prompt, wrong), Said(role="user", text=_NOT_JSON))
            spoken = await self._model.ask(prompt)
            return summary_shape.parsed(spoken.text)

    async def _suggest(self, case: Case) -> str:
        secret = prompts.suggesting(case.persona, self._mark)
        shelf = Shelf(knowledge=self._knowledge)
        told = await shelf.fetch(said(open_question(case.messages)))
        notes = noted(case.notes, self._redact)
        parts = [f"{secret}\n\n# Passages of the help pages\n{told}"]
        parts += [f"# Internal notes\n{notes}"] if notes else []
        talk = dialogue(case.messages, self._redact)
        task = Said(role="user", text="Write the colleague's next reply to the customer.")
        spoken = await self._model.ask(Prompt(instructions="\n\n".join(parts), said=(*talk, task)))
        text, _ = resolved(clean(spoken.text), shelf.found)
        if problem := _problem(text, f"{secret}\n{notes}", shelf):
            raise ModelFault(f"wrote no draft that can be used: {problem}.")
        return text


def called_last(case: Case) -> Point | None:
    """The last action, where the conversation has it on record: what it says is exact."""
    calls = any(called(one.text) for one in by(case.messages, Author.AGENT))
    return last_action(case.messages) if calls else None


def _and(prompt: Prompt, more: Said | Used) -> Prompt:
    return replace(prompt, said=(*prompt.said, more))


def _answered(text: str, shelf: Shelf, turn: Turn, meter: _Meter) -> Answer:
    words, sources = resolved(clean(text), shelf.found)
    if words and sources:
        question = said(open_question(turn.messages))
        label = smalltalk.speech(question, turn.persona.languages).source
        words = with_source(words, label, "; ".join(sources))
    return Answer(text=words, sources=sources, tokens=meter.tokens)


def _problem(text: str, secret: str, shelf: Shelf) -> str:
    """Why an answer may not leave; empty when it may."""
    if not text:
        return "it was empty"
    if len(text) > LONGEST_TEXT:
        return "it was far too long"
    return unsafe(text, secret, shelf.public)
