"""A duty that one of all processes has: who has it, and that whoever lost it cannot go on with it.

What stands there changes with every sign of life, so that others can tell by their own clocks how
long there was none; no two clocks are ever compared.
"""

from __future__ import annotations

from bot.ports.store import Tx


def standing(tx: Tx, name: str) -> str | None:
    """The last sign of life of whoever has a duty; None when nobody has it."""
    return tx.meta.get(_key(name))


def owner_of(sign: str) -> str:
    return sign.partition(" ")[2]


def take(tx: Tx, name: str, owner: str, seen: str | None) -> bool:
    """Take a duty as it was seen; whether nobody was faster."""
    number = _held(tx, name)
    if standing(tx, name) != seen:
        return False
    tx.meta.put(_key(name), f"{number} {owner}")
    return True


def live(tx: Tx, name: str, owner: str) -> bool:
    """Give a sign of life; whether the duty is still one's own."""
    number = _held(tx, name)
    if owner_of(standing(tx, name) or "") != owner:
        return False
    tx.meta.put(_key(name), f"{number} {owner}")
    return True


def leave(tx: Tx, name: str, owner: str) -> None:
    """Let others have it at once."""
    _held(tx, name)
    if owner_of(standing(tx, name) or "") == owner:
        tx.meta.put(_key(name), None)


def _held(tx: Tx, name: str) -> int:
    """Counting holds the counter's row: whoever else wants the duty waits for this transaction."""
    return tx.meta.count(_key(name), 1)


def _key(name: str) -> str:
    return f"duty:{name}"
