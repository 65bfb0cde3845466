"""What the commands about the desk have in common: how a change is shown, asked about and saved.

A command with all that it needs saves at once, as people and programs who write it know what they
want; what a form says is shown first, and so is anything with a question in it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.commands import resolve, wording
from bot.commands.registry import (
    Argument,
    Command,
    Context,
    Fill,
    Handler,
    Kind,
    Response,
    condition,
)
from bot.commands.trial import DryRun
from bot.domain.desk import Desk, Role
from bot.domain.desk_changes import differences
from bot.domain.errors import StaleDesk
from bot.services import configure, record, replay, undo

TEAM = Argument(name="team", kind=Kind.TEAM, help="the team's name", subject=True)
NEW_TEAM = Argument(name="team", kind=Kind.WORD, help="the team's name, one word")
CHANNEL = Argument(name="channel", kind=Kind.CHANNEL, help="a channel, or dm")
PERSON = Argument(name="person", kind=Kind.PERSON, help="who, like @alice")
PREVIEW = replace(
    condition("preview", "yes: show what it would change before it is saved", "yes", "no"),
    typed=True,
)
_TRIED = 100  # past conversations, newest first


def save(
    context: Context, desk: Desk, what: str, *, people: str = "", asks: bool = False
) -> Response:
    """Make this the desk, or show what it would change where that was asked for, or is asked about.

    `people` are names as they were typed: those that may not be right are asked about. Raises what
    `configure.save` raises, and `StaleDesk` where the desk is not what the person saw.
    """
    now, version = context.tx.desk.get(), context.tx.desk.version
    if desk == now:
        return Response(text="Nothing to change: it is so already.")
    doubts, warnings = _unsure(context, people)
    if sooner := now.retention.shortened(desk.retention):
        doubts.append(
            f"⚠️ What is older goes for good, soon after you save this: {', '.join(sooner)}. "
            "/desk undo does not bring it back."
        )
    call = context.call
    wants_to_see = call.preview or context.get("preview") == "yes"
    if call.seen is None and (wants_to_see or doubts or asks):
        return _proposal(context, now, desk, (what, *doubts, *warnings))
    if call.seen is not None and call.seen != version:
        raise StaleDesk(changes=_since(context, call.seen))
    configure.save(context.tx, desk, context.me, wording.plain(what), context.now)
    return Response(
        text="\n".join((f"{what} This holds from now on; /desk undo takes it back.", *warnings)),
        moves_places=_places(desk) != _places(now),
    )


def _proposal(context: Context, now: Desk, wanted: Desk, words: tuple[str, ...]) -> Response:
    configure.check(context.tx, wanted)
    shown = wording.changes(context, differences(now, wanted))
    what, *more = words
    lines = (f"To be saved: {what}", *more, "", "**What would change**", shown, "")
    text = "\n".join((*lines, "Nothing is saved yet."))
    trial = None
    if (now.rules, now.agent.attempts) != (wanted.rules, wanted.agent.attempts):
        past = replay.past(context.tx, _TRIED)
        trial = DryRun(text=text, past=past, before=now, after=wanted)
    return Response(text=text, proposes=context.tx.desk.version, errand=trial)


def _unsure(context: Context, people: str) -> tuple[list[str], list[str]]:
    """Questions about the people who were typed, and else what should be known about them."""
    doubts, warnings = [], []
    for typed in people.split(","):
        if typed.strip():
            person = resolve.person(context, typed)
            doubt = resolve.doubt(context, typed, person)
            doubts += [doubt] if doubt else []
            warnings += [] if doubt else [resolve.warning(context, person)]
    return doubts, [one for one in warnings if one]


def _since(context: Context, seen: int) -> str:
    newer = [
        f"{record.name(context.tx, one.actor)}: {one.what}" for one in undo.since(context.tx, seen)
    ]
    return " ".join(newer) or "By whom is not known."


def _places(desk: Desk) -> set[tuple[str, str, bool]]:
    teams = {(team.workspace, team.channel, True) for team in desk.teams}
    return teams | {(one.workspace, one.channel, False) for one in desk.channels}


def command(
    name: str,
    text: str,
    handler: Handler,
    *arguments: Argument,
    fill: Fill | None = None,
    edits: bool = False,
) -> Command:
    return Command(
        name=f"desk {name}",
        help=text,
        role=Role.OUTSIDER if name == "admin" else Role.ADMIN,
        handler=handler,
        arguments=arguments,
        fill=fill,
        edits=edits,
    )
