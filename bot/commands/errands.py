"""What a command wants of the agent: done after its transaction, since it may take a while."""

from __future__ import annotations

from bot.commands.registry import Draft, Errand, Response, Shell, Trial
from bot.ports.agent import AgentPort, Answer, Failure, Found, Handover, Outcome

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
            [question] = errand.turn.messages
            found = await agent.look_up(question.text)
            return _trial(found, await agent.answer(errand.turn), agent.name)


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
