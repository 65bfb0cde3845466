"""The life of a ticket, for every status and every action."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain import ticket as moves
from bot.domain.desk import Priority
from bot.domain.errors import AlreadyHeld, IllegalMove, TicketClosed, TicketError
from bot.domain.states import TRANSITIONS, Action, Status, after, diagram, possible
from bot.domain.ticket import Ticket

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "architecture.md"
OPEN, PROGRESS, AWAITING, CLOSED = Status

# The table of the product, written down a second time and by hand.
LEGAL = {
    (OPEN, Action.ASSIGN): OPEN,
    (OPEN, Action.CLAIM): PROGRESS,
    (OPEN, Action.REPLY): AWAITING,
    (PROGRESS, Action.REPLY): AWAITING,
    (AWAITING, Action.REPLY): AWAITING,
    (OPEN, Action.CONTACT_WRITES): OPEN,
    (PROGRESS, Action.CONTACT_WRITES): PROGRESS,
    (AWAITING, Action.CONTACT_WRITES): PROGRESS,
    (CLOSED, Action.CONTACT_WRITES): CLOSED,
    (OPEN, Action.PLEASANTRY): OPEN,
    (PROGRESS, Action.PLEASANTRY): PROGRESS,
    (AWAITING, Action.PLEASANTRY): AWAITING,
    (CLOSED, Action.PLEASANTRY): CLOSED,
    (AWAITING, Action.WARN): AWAITING,
    (AWAITING, Action.CLAIM): AWAITING,
    (OPEN, Action.NOTE): OPEN,
    (PROGRESS, Action.NOTE): PROGRESS,
    (AWAITING, Action.NOTE): AWAITING,
    (OPEN, Action.PRIORITIZE): OPEN,
    (PROGRESS, Action.PRIORITIZE): PROGRESS,
    (AWAITING, Action.PRIORITIZE): AWAITING,
    (OPEN, Action.TRANSFER): OPEN,
    (PROGRESS, Action.TRANSFER): OPEN,
    (AWAITING, Action.TRANSFER): AWAITING,
    (PROGRESS, Action.RELEASE): OPEN,
    (AWAITING, Action.RELEASE): AWAITING,
    (OPEN, Action.CLOSE): CLOSED,
    (PROGRESS, Action.CLOSE): CLOSED,
    (AWAITING, Action.CLOSE): CLOSED,
    (CLOSED, Action.REOPEN): PROGRESS,
    (CLOSED, Action.REOPEN_FOR_ASSIGNED): OPEN,
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_pair_is_legal_as_the_product_says_or_refused(status: Status, action: Action) -> None:
    if (status, action) in LEGAL:
        assert after(status, action, number=7) is LEGAL[status, action]
        return
    with pytest.raises(IllegalMove) as refused:
        after(status, action, number=7)
    assert "#7" in str(refused.value)
    assert status.value in str(refused.value)


def test_the_table_has_nothing_that_the_product_does_not_say() -> None:
    there = {(status, action) for status, row in TRANSITIONS.items() for action in row}
    assert there == set(LEGAL)


def test_a_refusal_names_what_is_possible_instead() -> None:
    with pytest.raises(IllegalMove, match=r"#1 is closed\. Reopen it to claim it\."):
        after(CLOSED, Action.CLAIM, number=1)
    with pytest.raises(IllegalMove, match=r"Possible now: claim, reply"):
        after(OPEN, Action.RELEASE, number=1)


def test_what_is_closed_is_closed_already() -> None:
    with pytest.raises(IllegalMove, match=r"^Ticket #1 is closed already\.$"):
        after(CLOSED, Action.CLOSE, number=1)


def test_what_merely_happens_is_never_offered() -> None:
    offered = {action for status in Status for action in possible(status)}
    assert not offered & {Action.CONTACT_WRITES, Action.WARN, Action.PLEASANTRY}


def test_the_diagram_in_the_documentation_is_of_this_table() -> None:
    assert diagram().strip() in DOCS.read_text(encoding="utf-8"), "run `make docs`"


def ticket(**facts: object) -> Ticket:
    plain: dict[str, object] = {
        "number": 1,
        "conversation_id": 1,
        "team": "support",
        "signal": "keyword",
        "reason": "because",
        "opened_at": NOW,
        "restarted_at": NOW,
        "waiting_since": NOW,
    }
    return Ticket(**{**plain, **facts})  # type: ignore[arg-type]


def test_the_first_claim_wins() -> None:
    held = moves.claim(ticket(), "alice", NOW)
    assert (held.status, held.holder) == (PROGRESS, "alice")
    with pytest.raises(AlreadyHeld, match="alice already has ticket #1"):
        moves.claim(held, "bob", NOW)


def test_a_reply_claims_what_nobody_has() -> None:
    replied = moves.reply(ticket(), "alice", 5, NOW)
    assert (replied.status, replied.holder, replied.waiting_since) == (AWAITING, "alice", None)


def test_a_transfer_while_awaiting_changes_the_holder_and_stays_awaiting() -> None:
    awaiting = moves.reply(ticket(), "alice", 5, NOW)
    moved = moves.transfer_to(awaiting, "bob")
    assert (moved.status, moved.holder, moved.assigned) == (AWAITING, "bob", None)


def test_a_transfer_in_progress_waits_for_the_other_to_claim() -> None:
    moved = moves.transfer_to(moves.claim(ticket(), "alice", NOW), "bob")
    assert (moved.status, moved.holder, moved.assigned) == (OPEN, None, "bob")


def test_a_released_awaiting_ticket_opens_when_the_contact_writes() -> None:
    released = moves.release(moves.reply(ticket(), "alice", 5, NOW))
    assert (released.status, released.holder) == (AWAITING, None)
    assert moves.contact_writes(released, NOW).status is OPEN


def test_what_nobody_holds_cannot_be_released() -> None:
    with pytest.raises(IllegalMove, match="nobody has it"):
        moves.release(moves.release(moves.reply(ticket(), "alice", 5, NOW)))


def test_resolution_counts_from_the_last_opening() -> None:
    closed = moves.close(ticket(), "alice", "done", NOW + timedelta(hours=2))
    assert closed.resolution == timedelta(hours=2)
    again = moves.reopen(closed, "alice", NOW + timedelta(hours=5))
    assert (again.resolution, again.reopened) == (None, 1)
    assert moves.close(again, "alice", "", NOW + timedelta(hours=6)).resolution == timedelta(
        hours=1
    )


def test_a_closed_ticket_cannot_be_replied_to_or_taken() -> None:
    closed = moves.close(ticket(), None, "", NOW)
    with pytest.raises(TicketClosed):
        moves.check_reply(closed, "alice", once=False)
    with pytest.raises(TicketClosed):
        moves.take_from_holder(closed, "alice")


class Life(RuleBasedStateMachine):
    """Any order of anybody's moves keeps a ticket in one piece."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.ticket = ticket()

    def attempt(self, move: object, *args: object) -> None:
        """A move either succeeds or is refused with a typed error and changes nothing."""
        before = self.ticket
        self.now += timedelta(minutes=1)
        try:
            self.ticket = move(self.ticket, *args)  # type: ignore[operator]
        except TicketError:
            assert self.ticket is before

    @initialize(assigned=st.none() | st.just("alice"))
    def begin(self, assigned: str | None) -> None:
        self.ticket = ticket(assigned=assigned)

    @rule(who=st.sampled_from(["alice", "bob"]))
    def claims(self, who: str) -> None:
        self.attempt(moves.claim, who, self.now)

    @rule(who=st.sampled_from(["alice", "bob"]), message=st.integers(1, 9))
    def replies(self, who: str, message: int) -> None:
        self.attempt(moves.reply, who, message, self.now)

    @rule()
    def contact_writes(self) -> None:
        self.attempt(moves.contact_writes, self.now)

    @rule()
    def contact_is_kind(self) -> None:
        before = self.ticket
        self.attempt(moves.pleasantry)
        assert self.ticket == before

    @rule(who=st.sampled_from(["alice", "bob"]))
    def transferred(self, who: str) -> None:
        self.attempt(moves.transfer_to, who)

    @rule(team=st.sampled_from(["support", "billing"]))
    def to_team(self, team: str) -> None:
        self.attempt(moves.transfer_to_team, team)

    @rule()
    def released(self) -> None:
        self.attempt(moves.release)

    @rule(priority=st.sampled_from(Priority))
    def prioritized(self, priority: Priority) -> None:
        self.attempt(moves.prioritize, priority)

    @rule(message=st.integers(10, 19))
    def warned(self, message: int) -> None:
        self.attempt(moves.warn, message)

    @rule()
    def closes(self) -> None:
        self.attempt(moves.close, "alice", "done", self.now)

    @rule(who=st.none() | st.sampled_from(["alice", "bob"]))
    def reopens(self, who: str | None) -> None:
        self.attempt(moves.reopen, who, self.now)

    @invariant()
    def in_progress_means_held(self) -> None:
        if self.ticket.status is PROGRESS:
            assert self.ticket.holder is not None

    @invariant()
    def open_means_unheld(self) -> None:
        if self.ticket.status is OPEN:
            assert self.ticket.holder is None

    @invariant()
    def nobody_is_both_holder_and_assigned(self) -> None:
        assert not (self.ticket.holder and self.ticket.assigned)

    @invariant()
    def closed_means_finished(self) -> None:
        closed = self.ticket.status is CLOSED
        assert closed == (self.ticket.closed_at is not None) == (self.ticket.resolution is not None)
        if closed:
            assert self.ticket.inactivity_at is None
            assert self.ticket.waiting_since is None

    @invariant()
    def somebody_always_waits_for_somebody(self) -> None:
        """While it is open, either the contact waits for people or they for the contact."""
        if self.ticket.status in {OPEN, PROGRESS}:
            assert self.ticket.waiting_since is not None or self.ticket.first_replied_at is not None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
