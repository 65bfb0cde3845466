"""Commands of an admin about the AI agent: who it is, what it is told, what it would say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.commands.desk import command, save
from bot.commands.registry import Argument, Context, Kind, Response, Trial
from bot.domain.desk import Agent
from bot.domain.errors import BadInput
from bot.domain.message import Author, Message
from bot.ports.agent import Turn

_BUDGETS = ("contact_turns", "desk_turns", "contact_tokens", "desk_tokens")
_KEYS = ("name", "prompt", "languages", "attempts", *_BUDGETS)


def _show(context: Context) -> Response:
    agent = context.tx.desk.get().agent
    spans = [
        f"{key.replace('_', ' ')} a day: {value}"
        for key in _BUDGETS
        if (value := getattr(agent.budget, key)) is not None
    ]
    lines = [
        f"**{agent.name}**",
        f"languages: {', '.join(agent.languages) or 'the one the contact writes in'}",
        f"attempts before people are called: {agent.attempts}",
        *(spans or ["no budget is set"]),
        "",
        agent.prompt or "It is told nothing yet: /desk agent set prompt … says how it should be.",
    ]
    return Response(text="\n".join(lines))


def _set(context: Context) -> Response:
    key, value = context.get("key"), context.get("value").strip()
    desk = context.tx.desk.get()
    agent = _changed(desk.agent, key, value)
    shown = "changed" if key == "prompt" else value or "empty"
    return save(context, replace(desk, agent=agent), f"The agent's {key} is {shown} now.")


def _changed(agent: Agent, key: str, value: str) -> Agent:
    """The agent with one setting changed. Raises `BadInput`."""
    changes: dict[str, Any] = {key: value}
    if key == "languages":
        codes = [one.strip().casefold() for one in value.split(",") if one.strip()]
        if wrong := [one for one in codes if len(one) != 2 or not one.isalpha()]:  # noqa: PLR2004
            raise BadInput(problem=f"{wrong[0]!r} is no language code; write en,pt.")
        changes = {key: tuple(codes)}
    elif key in _BUDGETS:
        number = None if value == "off" else _number(value)
        changes = {"budget": replace(agent.budget, **{key: number})}
    elif key == "attempts":
        changes = {key: _number(value)}
    elif key == "name" and not value:
        raise BadInput(problem="The agent needs a name.")
    return replace(agent, **changes)


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value[:10]) < 10**9):
        raise BadInput(problem=f"{value!r} is no number from 1 on.")
    return int(value)


def _ask(context: Context) -> Response:
    """As if a contact had asked it first thing."""
    question = Message(
        conversation_id=0,
        author=Author.CONTACT,
        author_id=context.me,
        author_name=context.call.person.name,
        text=context.get("question").strip().strip('"“”'),
        at=context.now,
    )
    return Response(
        errand=Trial(turn=Turn(persona=context.tx.desk.get().agent, messages=(question,)))
    )


AGENT = (
    command("agent show", "The agent's name, languages, limits and instructions", _show),
    command(
        "agent set",
        "Change one setting of the agent",
        _set,
        Argument(name="key", kind=Kind.WORD, help="which setting", choices=_KEYS),
        Argument(name="value", kind=Kind.TEXT, help="its new value", long=True),
    ),
    command(
        "agent ask",
        "Which passages fit a question, and what the agent would answer; nothing happens",
        _ask,
        Argument(name="question", kind=Kind.TEXT, help="what a contact might write"),
    ),
)
