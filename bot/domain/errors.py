"""The one error tree. An error's docstring is the message its reader sees; facts are attributes."""

from __future__ import annotations

import inspect
from typing import Any


class BatonError(Exception):
    """Something went wrong."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        template = inspect.cleandoc(type(self).__doc__ or "")
        super().__init__(" ".join(template.format_map(facts).split()))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["facts"][name]
        except KeyError:
            raise AttributeError(name) from None


# What a person asked for does not exist, or may not be done by them.


class NotFound(BatonError):
    """There is no {what} {name}. {hint}"""

    def __init__(self, *, what: str, name: object, hint: str = "") -> None:
        super().__init__(what=what, name=name, hint=hint)


class NotAllowed(BatonError):
    """Only {needed}s may do this. An admin can give you that role with /desk member."""


class TeamIsPrivate(BatonError):
    """{what} is with {team}, which is private: only its members and admins can see it."""


class BadInput(BatonError):
    """{problem}"""


# What the life of a ticket forbids.


class TicketError(BatonError):
    """Ticket #{number} does not allow that."""


class IllegalMove(TicketError):
    """Ticket #{number} is {status}{way_out}"""


class AlreadyHeld(TicketError):
    """{holder} already has ticket #{number}."""


class HeldByOther(TicketError):
    """{holder} has ticket #{number}. Take it over, or send this one message?"""


class TicketClosed(TicketError):
    """Ticket #{number} is closed. Reopen it and send?"""


class TargetUncertain(TicketError):
    """To {name}, #{number}: {text}"""


class NumberUncertain(TicketError):
    """Is {meant} the ticket, or do your words to the contact of #{number} begin with it?"""


class SnippetShown(TicketError):
    """To {name}, #{number}: {text}"""

    def __str__(self) -> str:
        """With the lines of the text as they will be sent."""
        return f"To {self.name}, #{self.number}:\n\n{self.text}"


class OtherTicketOpen(TicketError):
    """Ticket #{number} cannot be reopened: #{other} of the same conversation is open."""


class ContactErased(TicketError):
    """The contact of ticket #{number} was erased: nothing of it is left to go on with."""


class ThreadCutOff(TicketError):
    """Ticket #{number} went on in another thread: {link}"""


class OpenTicketsOfBlocked(BatonError):
    """{name} has open tickets: {numbers}. Close them, or leave them open?"""


class AlreadyHandled(BatonError):
    """This conversation is already with people: {who}."""


class NotTakenOver(BatonError):
    """Nobody has taken this conversation over, so there is nothing to resume."""


# What a message cannot be.


class EmptyMessage(BadInput):
    """There is nothing to send: write something or attach a file."""


class MessageTooLong(BadInput):
    """This message has {length:,} characters; {limit:,} is the most. Shorten it, or attach it as
    a file.
    """


class FileTooLarge(BadInput):
    """{name} is {size}; {limit} is the most that can be passed on."""


class NotYourMessage(BadInput):
    """Only {author} or a supervisor can change this message."""


# What the configuration cannot be.


class BadDesk(BatonError):
    """{problem}"""


class TeamHasTickets(BadDesk):
    """Team {team} has open tickets ({numbers}), so it cannot be removed. Close or transfer them
    first.
    """


class TeamCannotMove(BadDesk):
    """Team {team} has open tickets ({numbers}) in its channel, so it cannot move to another. Close
    or transfer them first.
    """


class StaleDesk(BadDesk):
    """Nothing was saved: the desk has changed since you looked. {changes}"""


# What keeps Baton from running at all.


class CannotRun(BatonError):
    """{problem}"""


class CannotKeep(CannotRun):
    """{problem}"""

    # The database or the files take nothing in for now: what came in is tried again, never dropped.
