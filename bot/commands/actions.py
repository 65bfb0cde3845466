"""What a button does: each stands for a command, some ask for more before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.card import Button
from bot.domain.errors import BadInput

CHOICE = "choice"
MORE = "ticket:more"


@dataclass(frozen=True, kw_only=True)
class Deed:
    """`argument` takes the button's value; `asks` opens the command's form first."""

    command: str
    argument: str
    asks: bool = False


DEEDS: Mapping[str, Deed] = {
    "ticket:claim": Deed(command="ticket claim", argument="ticket"),
    "ticket:reply": Deed(command="ticket reply", argument="ticket", asks=True),
    "ticket:note": Deed(command="ticket note", argument="ticket", asks=True),
    "ticket:transfer": Deed(command="ticket transfer", argument="ticket", asks=True),
    "ticket:close": Deed(command="ticket close", argument="ticket", asks=True),
    "ticket:reopen": Deed(command="ticket reopen", argument="ticket"),
    "ticket:priority": Deed(command="ticket priority", argument="ticket", asks=True),
    "ticket:release": Deed(command="ticket release", argument="ticket"),
    "ticket:history": Deed(command="ticket history", argument="ticket"),
    "ticket:suggest": Deed(command="ticket suggest", argument="ticket"),
    "ticket:summary": Deed(command="ticket summary", argument="ticket"),
    "message:edit": Deed(command="message edit", argument="message", asks=True),
    "message:delete": Deed(command="message delete", argument="message"),
    "message:retry": Deed(command="deliveries retry", argument="message"),
    "takeover:reply": Deed(command="say", argument="conversation", asks=True),
    "takeover:resume": Deed(command="resume", argument="conversation"),
    "takeover:escalate": Deed(command="escalate", argument="conversation", asks=True),
    "conversation:takeover": Deed(command="takeover", argument="conversation", asks=True),
    "privacy:erase": Deed(command="privacy erase", argument="contact", asks=True),
    "conversation:escalate": Deed(command="escalate", argument="conversation", asks=True),
}


def deed(action: str) -> Deed:
    """Raises `BadInput` for a button that no version of Baton has made."""
    if action not in DEEDS:
        raise BadInput(problem="This button is from another version of Baton. Use the command.")
    return DEEDS[action]


def more(number: str) -> tuple[Button, ...]:
    """What stands behind More."""
    labels = {
        "ticket:suggest": "Suggest",
        "ticket:priority": "Priority",
        "ticket:release": "Release",
        "ticket:history": "History",
        "ticket:summary": "Refresh summary",
    }
    return tuple(
        Button(action=action, label=label, value=number) for action, label in labels.items()
    )
