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
    """`argument` takes the button's value, `also` what stands in it after a bar (`42|2`); `asks`
    opens the command's form first.
    """

    command: str
    argument: str
    also: str = ""
    asks: bool = False

    def values(self, value: str) -> dict[str, str]:
        """What a button with that value says for the command."""
        if not self.also:
            return {self.argument: value}
        first, _, second = value.partition("|")
        return {self.argument: first, self.also: second}


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
    "ticket:page": Deed(command="ticket history", argument="ticket", also="page"),
    "ticket:found": Deed(command="ticket search", argument="page", also="query"),
    "ticket:tag": Deed(command="ticket tag", argument="ticket", asks=True),
    "ticket:contact": Deed(command="ticket contact", argument="ticket"),
    "ticket:transcript": Deed(command="ticket transcript", argument="ticket"),
    "ticket:snippet": Deed(command="ticket snippet", argument="ticket"),
    "ticket:use": Deed(command="ticket snippet", argument="ticket", also="snippet"),
    "ticket:suggest": Deed(command="ticket suggest", argument="ticket"),
    "ticket:summary": Deed(command="ticket summary", argument="ticket"),
    "message:edit": Deed(command="message edit", argument="message", asks=True),
    "message:delete": Deed(command="message delete", argument="message"),
    "message:retry": Deed(command="deliveries retry", argument="message"),
    "takeover:reply": Deed(command="say", argument="conversation", asks=True),
    "takeover:resume": Deed(command="resume", argument="conversation"),
    "takeover:escalate": Deed(command="escalate", argument="conversation", asks=True),
    "contact:unblock": Deed(command="desk unblock", argument="contact"),
    "away:hand_back": Deed(command="away", argument="tickets"),
    "away:keep": Deed(command="away", argument="tickets"),
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
        "ticket:snippet": "Snippets",
        "ticket:priority": "Priority",
        "ticket:tag": "Tags",
        "ticket:release": "Release",
        "ticket:contact": "Contact",
        "ticket:history": "History",
        "ticket:transcript": "Transcript",
        "ticket:summary": "Refresh summary",
    }
    return tuple(
        Button(action=action, label=label, value=number) for action, label in labels.items()
    )
