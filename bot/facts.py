"""Facts by which one message can be followed through the log, from a platform's event to delivery.

`trace` is the same in every line about a message, a note or a turn of the agent: `message:12`. No
line holds what anybody wrote.
"""

from __future__ import annotations


def facts(**known: object) -> dict[str, dict[str, object]]:
    """What a line is about, for the `extra` of logging; what is empty is left out."""
    return {"facts": {name: value for name, value in known.items() if value not in {None, ""}}}


def trace(subject: str) -> str:
    """`message:12:0`, a part of a message, belongs to `message:12`."""
    return ":".join(subject.split(":")[:2])
