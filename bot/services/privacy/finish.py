"""What goes on after a contact was erased, a step at a time and over crashes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.erasure import Erasure, Progress, Remnant
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx

_OF_CONVERSATIONS = {LaneKind.CONTACT, LaneKind.AGENT, LaneKind.SUMMARY}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An erasure that goes on. `files` are still there and nobody else's; `removing` tells whether
    copies are yet to be taken away.
    """

    erasure: Erasure
    files: tuple[str, ...]
    removing: bool


def unfinished(tx: Tx) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            erasure=one,
            files=_own(tx, one.files),
            removing=any(tx.outbox.unfinished(lane, "") for lane in one.lanes),
        )
        for one in tx.privacy.unfinished()
    )


def unfiled(tx: Tx, erasure_id: int) -> None:
    """The files are gone."""
    if erasure := _held(tx, erasure_id):
        tx.privacy.put(replace(erasure, files=()))


def removed(tx: Tx, erasure_id: int) -> None:
    """Every copy is gone or has been given up: forget where they stood, keep what is left."""
    erasure = _held(tx, erasure_id)
    if erasure is None or erasure.progress is not Progress.REMOVING:
        return
    remnants = (*erasure.remnants, *_left(tx, erasure))
    for lane_id in erasure.lanes:
        tx.privacy.forget_lane(lane_id)
        lane = tx.outbox.get_lane(lane_id)
        if lane.kind in _OF_CONVERSATIONS and not tx.conversations.get(lane.ref).channel:
            tx.privacy.hide_lane(lane_id)
    tx.privacy.put(replace(erasure, progress=Progress.CLEANING, remnants=remnants))


def scrubbed(tx: Tx, erasure_id: int, now: datetime) -> None:
    """The database's own files are clean; once the copies are gone, that was the last of it."""
    erasure = _held(tx, erasure_id)
    if erasure is None:
        return
    if erasure.progress is Progress.CLEANING:
        erasure = replace(erasure, progress=Progress.DONE, finished_at=now)
    tx.privacy.put(replace(erasure, scrubbed=True))


def _own(tx: Tx, files: tuple[str, ...]) -> tuple[str, ...]:
    used = tx.privacy.used(files)
    return tuple(one for one in files if one not in used)


def _left(tx: Tx, erasure: Erasure) -> list[Remnant]:
    """The copies whose removal a platform refuses."""
    found = []
    for lane_id in erasure.lanes:
        for effect in tx.outbox.dead_of(lane_id, ""):
            copy = tx.outbox.copy(lane_id, effect.subject)
            if copy and not copy.deleted:
                where = f"{copy.workspace} {copy.channel} {copy.platform_id}"
                found.append(Remnant(where=where, problem=effect.problem))
    return found


def _held(tx: Tx, erasure_id: int) -> Erasure | None:
    """None when another process has finished it meanwhile."""
    return next((one for one in tx.privacy.unfinished() if one.id == erasure_id), None)
