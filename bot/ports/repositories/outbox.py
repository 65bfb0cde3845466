"""What is to be done on the platforms, and what stands there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.identity import Place
from bot.ports.outbox import Backlog, Copy, Effect, Lane, LaneKind


class OutboxRepository(Protocol):
    """Effects and lanes. `now` is the wall clock's throughout."""

    def lane(self, kind: LaneKind, ref: int, place: Place) -> Lane:
        """The lane of that kind and ref, made when it is not there yet."""

    def began(self, conversation_id: int) -> str:
        """The channel in which a contact was first to be answered; empty while they were not."""

    def add(
        self,
        lane: Lane,
        subject: str,
        *,
        order_at: datetime,
        epoch: int | None = None,
        delay: timedelta = timedelta(),
        new: bool = False,
    ) -> Effect:
        """Queue an effect, due `delay` from now by the wall clock; wakes the lane then.

        Of what is `new` no copy stands in that lane yet.
        """

    def withdraw(self, lane: Lane, prefix: str) -> int:
        """Drop the pending effects of a lane whose subject begins so; answers with how many."""

    def get_lane(self, lane_id: int) -> Lane: ...
    def lease(self, lane_id: int, owner: str, until: datetime, now: datetime) -> Lane | None:
        """Take a lane, or keep it; None while another owner's lease holds.

        It holds until then, or for up to `FRESH` less when the owner has it already.
        """

    def release(self, lane_id: int, owner: str) -> None: ...
    def next(self, lane_id: int) -> Effect | None:
        """The first effect of the lane that is neither finished nor dead, due or not."""

    def due_lanes(self, now: datetime, limit: int) -> list[int]:
        """Lanes with something to do now that nobody holds."""

    def next_due(self) -> datetime | None:
        """When the next pending effect of any lane comes due."""

    def effect(self, effect_id: int) -> Effect: ...
    def put_effect(self, effect: Effect) -> None: ...
    def put_lane(self, lane: Lane) -> None:
        """Replace it, but for its lease. Unless suspended, its effects say when it is due."""

    def pending(self, lane_id: int, subject: str) -> Effect | None:
        """The effect for this subject that is queued and has not begun."""

    def hasten(self, effect: Effect, delay: timedelta) -> None:
        """Have an effect that waits for its first try wait no longer than `delay`."""

    def unfinished(self, lane_id: int, prefix: str) -> bool:
        """Whether any effect whose subject begins so is pending or being sent."""

    def kill(self, lane_id: int, prefix: str, problem: str) -> None:
        """Make dead letters of the pending effects whose subject begins so."""

    def owners(self) -> list[str]:
        """Everybody who holds a lease."""

    def free(self, owner: str) -> None:
        """Take all leases from an owner that is known to be dead."""

    def dead(self, limit: int) -> list[tuple[Effect, Lane]]:
        """The dead letters, newest first."""

    def dead_of(self, lane_id: int, prefix: str) -> list[Effect]: ...
    def suspended(self) -> list[Lane]: ...
    def copy(self, lane_id: int, subject: str) -> Copy | None: ...
    def copies(self, lane_id: int, prefix: str) -> list[Copy]: ...
    def copy_at(self, workspace: str, channel: str, platform_id: str) -> tuple[Copy, Lane] | None:
        """Which subject a post on a platform is a copy of."""

    def put_copy(self, copy: Copy) -> None:
        """Add it, or replace the one of the same lane and subject."""

    def pause(self, workspace: str, channel: str, until: datetime) -> None:
        """Send nothing to that channel before then."""

    def paused_until(self, workspace: str, channel: str) -> datetime | None: ...
    def backlog(self, now: datetime) -> Backlog: ...
