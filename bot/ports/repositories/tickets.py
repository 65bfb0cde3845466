"""Tickets, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.search import Query
from bot.domain.states import Status
from bot.domain.ticket import Ticket


class TicketRepository(Protocol):
    def add(self, ticket: Ticket) -> Ticket:
        """Store it under the next number. Numbers have no gaps."""

    def get(self, number: int) -> Ticket: ...
    def lock(self, number: int) -> Ticket: ...
    def put(self, ticket: Ticket) -> None: ...
    def open_of(self, conversation_id: int) -> Ticket | None: ...
    def last_of(self, conversation_id: int) -> Ticket | None: ...
    def numbers(self, team: str, limit: int) -> list[int]:
        """Of some of a team's tickets that are not closed, the lowest first."""

    def of_contact(self, contact: str) -> list[Ticket]: ...
    def page(
        self,
        *,
        statuses: Sequence[Status],
        team: str,
        contact: str,
        below: int | None,
        limit: int,
    ) -> list[Ticket]:
        """Tickets with a number `below` that one, newest first; what is empty does not matter."""

    def latest_of_contact(self, contact: str, limit: int) -> list[Ticket]:
        """A contact's newest tickets in any place, newest first."""

    def practice(self) -> list[Ticket]:
        """The open tickets of played customers."""

    def open_after(self, team: str, conversation_id: int, limit: int) -> list[Ticket]:
        """A team's tickets that are not closed, by conversation, those of later ones than this."""

    def inactive(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets whose inactivity step is due, claimed for this transaction.

        None whose contact writes in a place that is catching up: the answer may be on its way.
        """

    def promised(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets of which people have to be told that a promise is in danger or broken, claimed
        for this transaction. None of a place that is catching up either.
        """

    def unclaimed(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets whose claim ladder calls somebody now, claimed for this transaction."""

    def unassigned(self, team: str, limit: int) -> list[Ticket]:
        """A team's tickets that wait and are nobody's, by due time."""

    def of_attendant(self, person: str) -> list[Ticket]:
        """The open tickets that somebody holds or is assigned, by number."""

    def begun(self, team: str, signal: str, since: datetime, *, below: int) -> bool:
        """Whether a team has an open ticket of that signal, opened since then, with a number
        `below` that one.
        """

    def responsible(self) -> list[str]:
        """Everybody who holds an open ticket or is assigned one."""

    def tally(self) -> Mapping[tuple[str, str], int]:
        """How many tickets are open, by status and team; practice is not counted."""

    def load(self, people: Sequence[str]) -> Mapping[str, int]:
        """How many open tickets each of them holds or, where nobody does, is assigned."""


class TagRepository(Protocol):
    """Tags are given normalized, as `bot.domain.tags` has them."""

    def of(self, number: int) -> tuple[str, ...]:
        """A ticket's tags, by the alphabet."""

    def put(self, number: int, tags: Sequence[str]) -> None:
        """Let a ticket have these and no others."""

    def used(self, limit: int) -> list[str]:
        """The tags in use, the most frequent first."""


class SearchRepository(Protocol):
    """The index of words follows messages, notes, reasons, tags and names by itself, in the same
    transaction; what is changed or deleted there is so here.
    """

    def tickets(
        self, query: Query, *, me: str, teams: Sequence[str] | None, limit: int, offset: int = 0
    ) -> list[Ticket]:
        """The tickets that fit, newest first: those of `teams` (None: of all), and one's own."""

    def passage(self, ticket: Ticket, word: str) -> str:
        """The newest message or note of the ticket's conversation with a word; empty for none."""

    def compact(self) -> bool:
        """One short step of letting go what deleted words have left behind in the index; whether
        there is more to do.
        """


class DueRepository(Protocol):
    def kinds(self, now: datetime, slow: datetime) -> frozenset[str]:
        """The jobs that have something to do at `now`, by name; a message that has been on its way
        since before `slow` is some. A hint that costs next to nothing: what is due is claimed when
        the job runs.
        """
