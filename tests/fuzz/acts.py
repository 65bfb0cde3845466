"""What people can do on a platform, read off the commands and the buttons that there are."""

from __future__ import annotations

from collections.abc import Iterator

from bot.commands import REGISTRY, actions, decisions
from bot.commands.registry import Argument, Command, Form
from bot.domain.card import Button
from bot.services import rating

_ANSWERS = sorted(
    {
        "save", "edit", "cancel", "older",
        *(answer for asked in decisions._QUESTIONS.values() for _, answer in asked),
    }
)  # fmt: skip
# What stands in the value of a button, by the argument that it is for; of all others a number.
_SUBJECTS = {"tickets": "keep", "page": "1|refund"}


def buttons(contact: str = "slack:T0001/U0CAROL") -> Iterator[Button]:
    """Every button that any version of Baton may have posted."""
    known = {**_SUBJECTS, "contact": contact}
    for action, deed in actions.DEEDS.items():
        value = known.get(deed.argument, "1|1" if deed.also else "1")
        yield Button(action=action, label="x", value=value)
    yield Button(action=actions.MORE, label="x", value="1")
    for answer in _ANSWERS:
        yield Button(action=f"{actions.CHOICE}:{answer}", label="x", value="a-token")
    for stars in range(1, 6):
        yield Button(action=f"{rating.ACTION}:{stars}", label="x", value="1")


def forms() -> Iterator[Form]:
    """The form of every command that has one."""
    for command in REGISTRY.values():
        if command.arguments or command.files:
            subjects = [one for one in command.arguments if one.subject or one.here]
            yield Form(
                command=command.name,
                title="x",
                arguments=tuple(one for one in command.arguments if one not in subjects),
                values={one.name: "1" for one in subjects},
                files=command.files,
            )


def lines(values: dict[str, str]) -> Iterator[tuple[Command, str]]:
    """Every command with its values as they are typed. `values` has some of them by their kind."""
    for command in REGISTRY.values():
        typed = [_typed(one, values) for one in command.arguments if not one.named]
        named = [f"{one.name}={_typed(one, values)}" for one in command.arguments if one.named]
        yield command, " ".join((*named, *typed))


def _typed(argument: Argument, values: dict[str, str]) -> str:
    if argument.choices:
        return argument.choices[0]
    return values.get(argument.kind, "1")
