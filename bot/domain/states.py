"""The life of a ticket: every transition in one table.

The diagram in docs/architecture.md is generated from this table (`make docs`).
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.errors import IllegalMove


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in progress"
    AWAITING = "awaiting response"
    CLOSED = "closed"


class Action(StrEnum):
    ASSIGN = "assign"
    CLAIM = "claim"
    REPLY = "reply"
    CONTACT_WRITES = "contact writes"
    PLEASANTRY = "pleasantry"
    WARN = "warn"
    NOTE = "note"
    PRIORITIZE = "prioritize"
    TRANSFER = "transfer"
    RELEASE = "release"
    CLOSE = "close"
    REOPEN = "reopen"
    REOPEN_FOR_ASSIGNED = "reopen for assigned"


# What a ticket's state can forbid, as words that follow “to”.
_DO = {
    Action.ASSIGN: "assign it",
    Action.CLAIM: "claim it",
    Action.REPLY: "reply",
    Action.WARN: "ask the contact",
    Action.NOTE: "add a note",
    Action.PRIORITIZE: "change its priority",
    Action.TRANSFER: "transfer it",
    Action.RELEASE: "release it",
    Action.REOPEN: "reopen it",
    Action.REOPEN_FOR_ASSIGNED: "reopen it",
}

_OPEN, _PROGRESS, _AWAITING, _CLOSED = Status

TRANSITIONS: dict[Status, dict[Action, Status]] = {
    _OPEN: {
        Action.ASSIGN: _OPEN,
        Action.CLAIM: _PROGRESS,
        Action.REPLY: _AWAITING,
        Action.CONTACT_WRITES: _OPEN,
        Action.PLEASANTRY: _OPEN,
        Action.NOTE: _OPEN,
        Action.PRIORITIZE: _OPEN,
        Action.TRANSFER: _OPEN,
        Action.CLOSE: _CLOSED,
    },
    _PROGRESS: {
        Action.REPLY: _AWAITING,
        Action.CONTACT_WRITES: _PROGRESS,
        Action.PLEASANTRY: _PROGRESS,
        Action.NOTE: _PROGRESS,
        Action.PRIORITIZE: _PROGRESS,
        Action.TRANSFER: _OPEN,
        Action.RELEASE: _OPEN,
        Action.CLOSE: _CLOSED,
    },
    _AWAITING: {
        # A released or transferred ticket stays awaiting, unheld, until somebody claims it.
        Action.CLAIM: _AWAITING,
        Action.REPLY: _AWAITING,
        Action.CONTACT_WRITES: _PROGRESS,
        Action.PLEASANTRY: _AWAITING,
        Action.WARN: _AWAITING,
        Action.NOTE: _AWAITING,
        Action.PRIORITIZE: _AWAITING,
        Action.TRANSFER: _AWAITING,
        Action.RELEASE: _AWAITING,
        Action.CLOSE: _CLOSED,
    },
    _CLOSED: {
        Action.CONTACT_WRITES: _CLOSED,
        Action.PLEASANTRY: _CLOSED,
        Action.REOPEN: _PROGRESS,
        Action.REOPEN_FOR_ASSIGNED: _OPEN,
    },
}

# What happens to a ticket rather than being asked for by somebody: never offered as a way out.
_NOT_ASKED_FOR = {
    Action.CONTACT_WRITES,
    Action.PLEASANTRY,
    Action.WARN,
    Action.ASSIGN,
    Action.REOPEN_FOR_ASSIGNED,
}


def possible(status: Status) -> tuple[Action, ...]:
    """What a person can do with a ticket in this status."""
    return tuple(action for action in TRANSITIONS[status] if action not in _NOT_ASKED_FOR)


def after(status: Status, action: Action, *, number: int) -> Status:
    """The status that an action leads to.

    Raises `IllegalMove`, which names what is possible instead.
    """
    try:
        return TRANSITIONS[status][action]
    except KeyError:
        raise IllegalMove(
            number=number, status=status.value, way_out=_way_out(status, action)
        ) from None


def _way_out(status: Status, action: Action) -> str:
    """The end of a sentence that begins with the status."""
    if status is Status.CLOSED:
        return " already." if action is Action.CLOSE else f". Reopen it to {_DO[action]}."
    return f": there is no way to {_DO[action]}. Possible now: {', '.join(possible(status))}."


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    name = {status: status.name.lower() for status in Status}
    lines = ["stateDiagram-v2", "    [*] --> open: escalation"]
    lines += [f'    state "{status.value}" as {name[status]}' for status in Status]
    for status, moves in TRANSITIONS.items():
        for target in dict.fromkeys(moves.values()):
            actions = ", ".join(action for action, to in moves.items() if to is target)
            lines.append(f"    {name[status]} --> {name[target]}: {actions}")
    return "\n".join(lines) + "\n"
