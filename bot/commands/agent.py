"""Commands of an admin about the AI agent: who it is, what it is told, what it would say."""

from __future__ import annotations

from dataclasses import replace

from bot import extras
from bot.commands import settings
from bot.commands.desk import command, save
from bot.commands.registry import Argument, Context, Kind, Response, Trial
from bot.commands.settings import AMOUNT, CODES, FLAG, FLAGS, NUMBER, TEXT, WORD, Setting
from bot.domain.desk import Agent
from bot.domain.errors import BadInput
from bot.domain.message import Author, Message
from bot.ports.agent import Turn

_COUNTS = ("contact_turns", "desk_turns", "contact_tokens", "desk_tokens")
_COSTS = ("contact_cost", "desk_cost")
_PRICES = ("price_read", "price_written")
_SETTINGS = (
    Setting(name="name", help="what contacts see", codec=WORD),
    Setting(name="prompt", help="what it is told about its work", codec=TEXT, long=True),
    Setting(name="languages", help="like en,pt; off: the contact's own", codec=CODES),
    Setting(name="attempts", help="answers before an unhappy contact gets a human", codec=NUMBER),
    Setting(name="redact", help="keep personal data from it", codec=FLAG, choices=FLAGS),
)
_SPENDING = (
    *(
        Setting(name=key, help=f"{key.replace('_', ' ')} a day; off: no limit", codec=NUMBER)
        for key in _COUNTS
    ),
    *(
        Setting(name=key, help=f"{key.replace('_', ' ')} of a million tokens", codec=AMOUNT)
        for key in _PRICES
    ),
    *(
        Setting(name=key, help=f"{key.replace('_', ' ')} a day; off: no limit", codec=AMOUNT)
        for key in _COSTS
    ),
)
_KEYS = tuple(one.name for one in (*_SETTINGS, *_SPENDING))


def _show(context: Context) -> Response:
    agent = context.tx.desk.get().agent
    spans = [
        f"{key.replace('_', ' ')} {span}: {value:.15g}"
        for keys, span in ((_COUNTS + _COSTS, "a day"), (_PRICES, "of a million tokens"))
        for key in keys
        if (value := getattr(agent.budget, key)) is not None
    ]
    lines = [
        f"**{agent.name}**",
        f"languages: {', '.join(agent.languages) or 'the one the contact writes in'}",
        f"attempts before people are called: {agent.attempts}",
        f"personal data is {'kept from' if agent.redact else 'shown to'} the model",
        *(spans or ["no budget is set"]),
        "",
        agent.prompt or "It is told nothing yet: /desk agent set prompt … says how it should be.",
    ]
    return Response(text="\n".join(lines))


def _set(context: Context) -> Response:
    key, value = context.get("key"), context.get("value").strip()
    desk = context.tx.desk.get()
    settings_of = {one.name: one for one in (*_SETTINGS, *_SPENDING)}
    budget = key in {one.name for one in _SPENDING}
    part = desk.agent.budget if budget else desk.agent
    found = {key: settings.read(context, part, settings_of[key], value)}
    changes = {"budget": replace(desk.agent.budget, **found)} if budget else found
    shown = "changed" if key == "prompt" else value or "empty"
    agent = _checked(replace(desk.agent, **changes))
    return save(context, replace(desk, agent=agent), f"The agent's {key} is {shown} now.")


def _edit(context: Context) -> Response:
    desk = context.tx.desk.get()
    agent = settings.changed(context, desk.agent, _SETTINGS)
    agent = replace(agent, budget=settings.changed(context, agent.budget, _SPENDING))
    return save(context, replace(desk, agent=_checked(agent)), "Changed the agent.")


def _standing(context: Context) -> dict[str, str]:
    agent = context.tx.desk.get().agent
    return {
        **settings.filled(context, agent, _SETTINGS),
        **settings.filled(context, agent.budget, _SPENDING),
    }


def _checked(agent: Agent) -> Agent:
    if not agent.name.strip():
        raise BadInput(problem="The agent needs a name.")
    if agent.redact and (problem := extras.missing("redaction")):
        raise BadInput(problem=f"Personal data cannot be left out: {problem}")
    return agent


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
        Argument(name="value", kind=Kind.TEXT, help="its new value", long=True, plain=True),
    ),
    command(
        "agent edit",
        "See and change the agent, in a form",
        _edit,
        *settings.arguments((*_SETTINGS, *_SPENDING)),
        fill=_standing,
        edits=True,
    ),
    command(
        "agent ask",
        "Which passages fit a question, and what the agent would answer; nothing happens",
        _ask,
        Argument(name="question", kind=Kind.TEXT, help="what a contact might write"),
    ),
)
