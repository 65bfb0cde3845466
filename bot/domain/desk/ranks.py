"""What somebody may do, and what comes first."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each role may also do what the ones before it may."""

    OUTSIDER = "outsider"
    ATTENDANT = "attendant"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)
