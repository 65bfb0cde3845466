"""What a command wants of the agent: done after its transaction, since it may take a while."""

from __future__ import annotations

from datetime import datetime

from bot.commands.registry import Draft, Errand, Response, Shell, Trial
from bot.ports.agent import AgentPort, Answer, Failure, Found, Handover, Meter, Outcome
from bot.ports.store import Tx
from bot.services import spending

_SHOWN = 160


async def run(errand: Draft | Trial | Errand, agent: AgentPort | None, shell: Shell) -> Response:
    """Nothing is sent or changed by it; the person who asked is the only one who sees it."""
    if not isinstance(errand, Draft | Trial):
        return await errand.run(shell)
    if agent is None:
        return Response(text="There is no agent here.", ok=False)
    match errand:
        case Draft():
            return _draft(errand, await agent.suggest(errand.case))
        case Trial():
            found = await agent.look_up(errand.turn)
            outcome = await agent.answer(errand.turn)
            errand.meter.tokens, errand.meter.written = outcome.tokens, outcome.written
            return _trial(found, outcome, agent.name)


def paid(tx: Tx, errand: Draft | Trial, now: datetime) -> None:
    """What an errand cost counts like any other use of the model."""
    if isinstance(errand, Draft):
        spending.spend_on_ticket(tx, errand.number, errand.case.meter, now)
    else:
        spending.spend(tx, None, errand.meter, now)


def cost(errand: Draft | Trial) -> Meter:
    return errand.case.meter if isinstance(errand, Draft) else errand.meter


def _draft(errand: Draft, text: str) -> Response:
    if not text:
        return Response(text=f"The agent has no draft for #{errand.number}.", ok=False)
    return Response(text=f"A draft for #{errand.number}. Nothing was sent:\n\n{text}", draft=text)


def _trial(found: tuple[Found, ...], outcome: Outcome, name: str) -> Response:
    passages = [
        f"{at}. {one.source} ({one.fit:.0%}): {' '.join(one.text.split())[:_SHOWN]}"
        for at, one in enumerate(found, start=1)
    ]
    lines = ["**Passages**", *(passages or ["None fits."]), "", f"**{name}**", _told(outcome)]
    return Response(text="\n".join(lines))


def _told(outcome: Outcome) -> str:
    match outcome:
        case Answer(text=text):
            return text
        case Handover(reason=reason):
            return f"Hands over: {reason}"
        case Failure(reason=reason):
            return f"Cannot answer: {reason}"
