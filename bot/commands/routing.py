"""Commands about the rules of escalation."""

from __future__ import annotations

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.domain.desk import Priority, Role, Rule, When
from bot.services import configure, dry_run

_FLAGS = ("asks_for_human", "agent_decides", "agent_failed")


def describe(rule: Rule) -> str:
    """A rule in one line: what it waits for, and where it leads."""
    when = rule.when
    waits = [f"“{keyword}”" for keyword in when.keyword]
    waits += [f"pattern {when.regex}"] if when.regex else []
    waits += [f"{when.sentiment} sentiment"] if when.sentiment else []
    waits += [f"{when.attempts} attempts"] if when.attempts else []
    waits += [flag.replace("_", " ") for flag in _FLAGS if getattr(when, flag)]
    where = rule.team or rule.attendant or "the channel's team"
    hours = "" if rule.hours == "any" else f", when {rule.hours}"
    return f"**{rule.name}**: {' or '.join(waits)} → {where}, {rule.priority}{hours}"


def _list(context: Context) -> Response:
    rules = context.tx.desk.get().rules
    lines = [f"{number}. {describe(rule)}" for number, rule in enumerate(rules, start=1)]
    return Response(text="\n".join(lines) or "There are no rules. /routing add makes one.")


def _add(context: Context) -> Response:
    desk = context.tx.desk.get()
    rule = _rule(context)
    configure.save(
        context.tx, configure.with_rule(desk, rule), context.me, f"rule {rule.name}", context.now
    )
    return Response(text=f"Added as the last rule: {describe(rule)}")


def _rule(context: Context) -> Rule:
    attempts = context.get("attempts")
    attendant = context.get("attendant")
    return Rule(
        name=context.get("name"),
        when=When(
            keyword=_several(context.get("keyword")),
            regex=context.get("regex"),
            sentiment="negative" if context.get("sentiment") else "",
            attempts=resolve.number(attempts, "attempts") if attempts else None,
            asks_for_human=context.get("asks_for_human") == "true",
            agent_decides=context.get("agent_decides") == "true",
            agent_failed=context.get("agent_failed") == "true",
        ),
        channels=_several(context.get("channels")),
        hours=context.get("hours") or "any",  # type: ignore[arg-type]
        priority=Priority(context.get("priority") or Priority.NORMAL),
        team=resolve.team(context, context.get("team")).name if context.get("team") else "",
        attendant=resolve.attendant(context, attendant) if attendant else "",
    )


def _remove(context: Context) -> Response:
    name = context.get("name")
    desk = configure.without_rule(context.tx.desk.get(), name)
    configure.save(context.tx, desk, context.me, f"removed rule {name}", context.now)
    return Response(text=f"Removed rule {name}.")


def _test(context: Context) -> Response:
    text = context.get("text").strip().strip('"“”')
    reading = context.reader.read(text)
    trial = dry_run.try_text(context.tx.desk.get(), text, reading, context.now)
    return Response(text=dry_run.in_words(trial))


def _several(typed: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in typed.split(",") if one.strip())


def _option(name: str, text: str, *choices: str) -> Argument:
    return Argument(name=name, kind=Kind.WORD, help=text, required=False, choices=choices)


_NAME = Argument(name="name", kind=Kind.WORD, help="the rule's name")

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
            _NAME,
            _option("keyword", "words or phrases, with commas between"),
            _option("team", "the team it goes to"),
            _option("priority", "how urgent it is", *Priority),
            _option("attendant", "the attendant it goes to"),
            _option("regex", "a regular expression"),
            _option("sentiment", "the mood", "negative"),
            _option("attempts", "answers by the agent without a resolution"),
            _option("asks_for_human", "the contact asks for a human", "true", "false"),
            _option("agent_decides", "the agent decides to hand over", "true", "false"),
            _option("agent_failed", "the agent cannot answer", "true", "false"),
            _option("channels", "only in these channels"),
            _option("hours", "when it holds", "any", "open", "closed"),
        ),
    ),
    Command(
        name="routing remove",
        help="Remove a rule",
        role=Role.ADMIN,
        handler=_remove,
        arguments=(_NAME,),
    ),
    Command(
        name="routing test",
        help="What the rules would do with a text; nothing happens",
        role=Role.SUPERVISOR,
        handler=_test,
        arguments=(Argument(name="text", kind=Kind.TEXT, help="what a contact might write"),),
    ),
)
