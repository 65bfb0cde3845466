"""Commands about the rules of escalation."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import resolve, settings, wording
from bot.commands.desk import PREVIEW, save
from bot.commands.registry import Argument, Command, Context, Form, Kind, Response, condition
from bot.commands.settings import (
    ATTENDANT,
    CHANNELS,
    FLAG,
    FLAGS,
    NUMBER,
    SEVERAL,
    TEAM,
    WORD,
    Codec,
    Setting,
)
from bot.commands.trial import Replay
from bot.domain.desk import Priority, Role, Rule, When
from bot.domain.errors import BadInput
from bot.services import configure, dry_run, replay

_REPLAYED, _MOST = 100, 500
_PRIORITY = Codec(read=lambda _, typed: Priority(typed), show=lambda _, value: str(value))
# The first five are those that a small form shows.
_KEYWORD = Setting(
    name="keyword", help="words or phrases, with commas between", codec=SEVERAL, placed=True
)
_WHERE = (
    Setting(name="team", help="the team it goes to", codec=TEAM, placed=True),
    Setting(
        name="priority",
        help="how urgent it is",
        codec=_PRIORITY,
        choices=tuple(Priority),
        placed=True,
    ),
    Setting(
        name="hours",
        help="when it holds: any time, or while the team is open or closed",
        codec=WORD,
        choices=("any", "open", "closed"),
    ),
)
_MORE_WHERE = (
    Setting(name="attendant", help="the attendant it goes to", codec=ATTENDANT),
    Setting(name="channels", help="only in these channels, with commas", codec=CHANNELS),
)
_MORE_WHEN = (
    Setting(name="regex", help="a regular expression", codec=WORD),
    Setting(name="sentiment", help="the contact's mood", codec=WORD, choices=("negative", "off")),
    Setting(name="attempts", help="answers by the agent without a resolution", codec=NUMBER),
    Setting(name="asks_for_human", help="the contact asks for a human", codec=FLAG, choices=FLAGS),
    Setting(name="agent_decides", help="the agent decides to hand over", codec=FLAG, choices=FLAGS),
    Setting(name="agent_failed", help="the agent cannot answer", codec=FLAG, choices=FLAGS),
)
_WHEN = (_KEYWORD, *_MORE_WHEN)
_ALL_WHERE = (*_WHERE, *_MORE_WHERE)
_SETTINGS = (_KEYWORD, *_WHERE, *_MORE_WHEN, *_MORE_WHERE)


def _list(context: Context) -> Response:
    rules = context.tx.desk.get().rules
    lines = [f"{number}. {wording.rule(context, one)}" for number, one in enumerate(rules, start=1)]
    return Response(text="\n".join(lines) or "There are no rules. /routing add makes one.")


def _add(context: Context) -> Response:
    """As the last rule, or before the one at a position."""
    desk = context.tx.desk.get()
    rule = _changed(context, Rule(name=context.get("name").strip()))
    desk = configure.with_rule(desk, rule)
    place = "as the last rule"
    if typed := context.get("position"):
        position = _position(typed, len(desk.rules))
        desk = configure.with_rule_at(desk, rule.name, position)
        place = f"as rule {position}"
    return save(context, desk, f"Added {place}: {wording.rule(context, rule)}.")


def _edit(context: Context) -> Response:
    rule = _changed(context, _rule(context))
    desk = configure.with_changed_rule(context.tx.desk.get(), rule)
    return save(context, desk, f"Changed: {wording.rule(context, rule)}.")


def _changed(context: Context, rule: Rule) -> Rule:
    """A rule with what was given; what it waits for stands one level deeper."""
    rule = settings.changed(context, rule, _ALL_WHERE)
    return replace(rule, when=settings.changed(context, rule.when, _WHEN))


def _standing(context: Context) -> dict[str, str]:
    rule = _rule(context)
    return {
        **settings.filled(context, rule, _ALL_WHERE),
        **settings.filled(context, rule.when, _WHEN),
    }


def _blank(context: Context) -> dict[str, str]:
    rule = Rule(name="")
    return {
        **settings.filled(context, rule, _ALL_WHERE),
        **settings.filled(context, When(), _WHEN),
    }


def _rule(context: Context) -> Rule:
    return configure.rule(context.tx.desk.get(), context.get("name"))


def _move(context: Context) -> Response:
    rule, desk = _rule(context), context.tx.desk.get()
    position = _position(context.get("position"), len(desk.rules))
    desk = configure.with_rule_at(desk, rule.name, position)
    return save(context, desk, f"{rule.name} is rule {position} of {len(desk.rules)} now.")


def _position(typed: str, count: int) -> int:
    words = {"first": 1, "last": count}
    plain = typed.strip().casefold()
    position = words[plain] if plain in words else resolve.number(plain, "rule")
    if not 1 <= position <= count:
        raise BadInput(problem=f"There are {count} rules; write a position from 1 to {count}.")
    return position


def _remove(context: Context) -> Response:
    name = _rule(context).name
    desk = configure.without_rule(context.tx.desk.get(), name)
    return save(context, desk, f"Removed rule {name}.")


def _replay(context: Context) -> Response:
    """On the own history, or on the export that came along."""
    limit = _how_many(context.get("last"))
    if len(context.files) > 1:
        raise BadInput(problem="Give one Slack export along, as its zip file.")
    archive = context.files[0] if context.files else None
    if archive is None and context.get("source") == "export":
        return _asking_for_export(context)
    past = () if archive is not None else replay.past(context.tx, limit)
    return Response(
        errand=Replay(
            past=past,
            desk=context.tx.desk.get(),
            every=context.get("every") == "yes",
            archive=archive,
            last=limit if context.get("last") else None,
        )
    )


def _asking_for_export(context: Context) -> Response:
    """A form to give it by: what is typed in Slack brings no file along."""
    if context.call.preview:
        raise BadInput(problem="Give the zip file of a Slack export along.")
    form = Form(
        command="routing replay",
        title="Replay an export",
        arguments=(),
        values=context.values,
        files=True,
    )
    return Response(form=form)


def _how_many(typed: str) -> int:
    if not typed:
        return _REPLAYED
    if not (typed.isascii() and typed.isdigit() and int(typed[:6])):
        raise BadInput(problem=f"{typed!r} is no number of conversations; write 1 to {_MOST}.")
    return min(int(typed[:6]), _MOST)


def _test(context: Context) -> Response:
    text = context.get("text").strip().strip('"“”')
    reading = context.reader.read(text)
    trial = dry_run.try_text(context.tx.desk.get(), text, reading, context.now)
    return Response(text=dry_run.in_words(trial))


_NAME = Argument(name="name", kind=Kind.WORD, help="the rule's name", subject=True)
_NEW_NAME = replace(_NAME, subject=False)
_AT = Argument(name="position", kind=Kind.WORD, help="its number in the list, first or last")

ROUTING = (
    Command(
        name="routing list",
        help="The rules of escalation; the first that matches wins",
        role=Role.SUPERVISOR,
        handler=_list,
    ),
    Command(
        name="routing add",
        help="Add a rule: what it waits for, and where it leads",
        role=Role.ADMIN,
        handler=_add,
        arguments=(
            _NEW_NAME,
            *settings.arguments(_SETTINGS),
            replace(_AT, required=False, named=True),
            PREVIEW,
        ),
        fill=_blank,
    ),
    Command(
        name="routing edit",
        help="See and change a rule",
        role=Role.ADMIN,
        handler=_edit,
        arguments=(_NAME, *settings.arguments(_SETTINGS), PREVIEW),
        fill=_standing,
        edits=True,
    ),
    Command(
        name="routing move",
        help="Put a rule at another place; the first that matches wins",
        role=Role.ADMIN,
        handler=_move,
        arguments=(_NAME, _AT, PREVIEW),
    ),
    Command(
        name="routing remove",
        help="Remove a rule",
        role=Role.ADMIN,
        handler=_remove,
        arguments=(_NAME, PREVIEW),
    ),
    Command(
        name="routing replay",
        help="What the rules would have done to past conversations, or to a Slack export's",
        role=Role.SUPERVISOR,
        handler=_replay,
        arguments=(
            Argument(name="last", kind=Kind.WORD, help="how many, newest first", required=False),
            condition("every", "also those that would go the same way", "yes", "no"),
            Argument(
                name="source",
                kind=Kind.WORD,
                help="our own history, or an export's zip file that comes along",
                required=False,
                choices=("history", "export"),
            ),
        ),
        files=True,
        opens=True,
    ),
    Command(
        name="routing test",
        help="What the rules would do with a text; nothing happens",
        role=Role.SUPERVISOR,
        handler=_test,
        arguments=(Argument(name="text", kind=Kind.TEXT, help="what a contact might write"),),
    ),
)
