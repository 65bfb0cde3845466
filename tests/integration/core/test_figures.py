"""Whatever happens to a ticket, its log of events tells the same figures as the ticket itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection

from bot import desk_file
from bot.domain.desk import Hours, Priority, Targets
from bot.domain.errors import BatonError
from bot.domain.escalation import Escalation, Signal
from bot.domain.figures import Figures
from bot.domain.identity import Person
from bot.domain.message import Limits
from bot.domain.promise import Clock
from bot.domain.reading import Reading
from bot.domain.ticket import Ticket
from bot.ports.inbound import Written
from bot.ports.store import Tx
from bot.services import claim, close, delivered, reopen, reply, transfer
from bot.services.escalate import escalate
from bot.services.promises import sweep_promises
from bot.services.receive import receive
from bot.services.record import BREACHED
from bot.services.recount import recount
from storage import engines
from storage.transaction import Transaction
from storage.vault import SecretVault
from storage.work import Office
from tests.world import DESK, keep_desk

STAFF = st.sampled_from(["console:alice", "console:bob", "console:dana"])
TEAMS = st.sampled_from(["support", "billing"])
# Minutes that bring the clocks to the end of short promises and long ones, and over nights.
PASSING = st.sampled_from([0, 1, 7, 29, 30, 31, 60, 240, 700, 1_500, 4_000])
SPANS = st.none() | st.sampled_from([10, 30, 60, 480]).map(lambda n: timedelta(minutes=n))
TARGETS = st.builds(Targets, first_response=SPANS, next_response=SPANS, resolution=SPANS)
SHIFTS = ("09:00-12:00", "13:00-17:00")
HOURS = st.sampled_from(
    [
        None,
        Hours(timezone="Europe/Berlin", mon=SHIFTS, tue=SHIFTS, wed=SHIFTS, fri=("22:00-06:00",)),
        Hours(timezone="America/Sao_Paulo", **dict.fromkeys(("sat", "sun", "mon"), SHIFTS)),
    ]
)


@pytest.fixture(scope="module", autouse=True)
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One empty database for all stories: none of them is ever committed."""
    path = tmp_path_factory.mktemp("figures") / "baton.db"
    shutil.copy(sqlite_template, path)
    engine = engines.sqlite_writer(engines.address(f"sqlite:///{path}"))
    with engine.connect() as Desk.connection:
        yield
    engine.dispose()


def live(ticket: Ticket) -> dict[str, Any]:
    """What stands on a ticket."""
    return {
        "status": ticket.status,
        "reopened": ticket.reopened,
        "first_response": ticket.first_response,
        "first_response_late": ticket.first_response_late,
        "next_responses": ticket.next_responses,
        "next_responses_late": ticket.next_responses_late,
        "resolution": (ticket.resolution, ticket.resolution_business, ticket.resolution_late),
    }


def told(found: Figures) -> dict[str, Any]:
    """The same by the log."""
    waits = (*found.responses, *found.unanswered)
    first, done = next(iter(found.responses), None), found.resolution
    return {
        "status": found.status,
        "reopened": found.reopened,
        "first_response": first.business if first else None,
        "first_response_late": any(o.late for o in waits if o.clock is Clock.FIRST_RESPONSE),
        "next_responses": len(found.responses[1:]),
        "next_responses_late": sum(o.late for o in waits if o.clock is Clock.NEXT_RESPONSE),
        "resolution": (done.wall, done.business, done.late) if done else (None, None, False),
    }


class Desk(RuleBasedStateMachine):
    """One contact's ticket, through whatever people, the clock and the desk do with it."""

    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(lambda _: Limits(), SecretVault(""))
        self.connection.begin()
        self.now = datetime(2026, 3, 27, 9, tzinfo=UTC)  # two days before Berlin's clocks change
        self.ids = count(1)

    def do(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a unit of work; one that is refused changes nothing."""
        driver: Any = self.connection.connection.driver_connection
        driver.execute("SAVEPOINT unit")
        try:
            return unit(Transaction(self.office.session(self.connection)), *args, **kwargs)
        except BatonError:
            driver.execute("ROLLBACK TO unit")
            self.office.forget_desk()
        finally:
            driver.execute("RELEASE unit")
        return None

    @initialize(promised=TARGETS, hours=HOURS)
    def begin(self, promised: Targets, hours: Hours | None) -> None:
        self.do(keep_desk, desk_file.parse(DESK))
        self.promise("support", promised, hours, Priority.NORMAL)
        self.write("Hello")
        self.do(self._hand_over)

    def _hand_over(self, tx: Tx) -> None:
        escalation = Escalation(signal=Signal.PERSON, reason="because", team="support")
        escalate(tx, tx.conversations.get(1), escalation, self.now)

    @rule(minutes=PASSING)
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(minutes=PASSING)
    def time_passes_and_jobs_run(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.sweep()

    def sweep(self) -> None:
        self.do(close.sweep_inactive, self.now)
        while self.do(sweep_promises, self.now):
            pass

    @rule(text=st.sampled_from(["Where is it?", "thanks"]))
    def contact(self, text: str) -> None:
        self.write(text)

    def write(self, text: str) -> None:
        written = Written(
            workspace="console",
            channel="dm:carol",
            direct=True,
            source_id=f"m{next(self.ids)}",
            author=Person(id="console:carol", name="Carol"),
            text=text,
            at=self.now,
        )
        self.do(receive, written, Reading(language="en", pleasantry=text == "thanks"), self.now)

    @rule(who=STAFF)
    def somebody_claims(self, who: str) -> None:
        self.do(claim.claim, 1, who, self.now)

    @rule(who=STAFF)
    def somebody_releases(self, who: str) -> None:
        self.do(claim.release, 1, who, self.now)

    @rule(who=STAFF, how=st.sampled_from(["ask", "take over", "send once"]), arrives=st.booleans())
    def somebody_replies(self, who: str, how: Any, *, arrives: bool) -> None:
        message = self.do(reply.reply, 1, who, "We are on it?", self.now, collision=how)
        if message and arrives:
            self.do(delivered.succeeded, message, self.now)

    @rule(priority=st.sampled_from(Priority))
    def priority_changes(self, priority: Priority) -> None:
        self.do(claim.prioritize, 1, priority, "console:alice", self.now)

    @rule(team=TEAMS)
    def another_team_gets_it(self, team: str) -> None:
        self.do(transfer.to_team, 1, team, "console:alice", self.now)

    @rule(who=STAFF)
    def another_attendant_gets_it(self, who: str) -> None:
        self.do(transfer.to_attendant, 1, who, "console:alice", self.now)

    @rule()
    def somebody_closes(self) -> None:
        self.do(close.close, 1, "console:alice", "", self.now)

    @rule()
    def somebody_reopens(self) -> None:
        self.do(reopen.reopen, 1, "console:alice", self.now)

    @rule(team=TEAMS, promised=TARGETS, hours=HOURS, priority=st.sampled_from(Priority))
    def promise(
        self, team: str, promised: Targets, hours: Hours | None, priority: Priority
    ) -> None:
        self.do(self._promise, team, promised, hours, priority)

    @staticmethod
    def _promise(
        tx: Tx, name: str, targets: Targets, hours: Hours | None, priority: Priority
    ) -> None:
        desk = tx.desk.get()
        teams = tuple(
            replace(one, sla={**one.sla, priority: targets}, hours=hours, reopen="auto")
            if one.name == name
            else one
            for one in desk.teams
        )
        tx.desk.put(replace(desk, teams=teams))

    @invariant()
    def the_log_and_the_ticket_agree(self) -> None:
        numbers = self.do(lambda tx: [one.number for one in tx.tickets.of_contact("console:carol")])
        for number in numbers or []:
            ticket, found = self.do(self._both, number)
            assert told(found) == live(ticket)

    def _both(self, tx: Tx, number: int) -> tuple[Ticket, Figures | None]:
        return tx.tickets.get(number), recount(tx, number, self.now)

    def teardown(self) -> None:
        """Once the clockwork has looked, every broken promise was told of, each once."""
        try:
            self._check_alerts()
        finally:
            self.connection.rollback()

    def _check_alerts(self) -> None:
        self.do(self._touch)
        self.sweep()
        found = self.do(recount, 1, self.now)
        events = self.do(lambda tx: tx.events.of_ticket(1))
        if events:
            alerts = [one.data["clock"] for one in events if one.kind == BREACHED]
            assert sorted(alerts) == sorted(found.breaches)

    def _touch(self, tx: Tx) -> None:
        """A ticket whose desk has changed is looked at by its new promises."""
        ticket = tx.tickets.get(1)
        if ticket.is_open:
            claim.prioritize(tx, 1, ticket.priority, "console:alice", self.now)


Desk.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTheLogTellsTheFigures = Desk.TestCase


def test_the_comparison_can_fail() -> None:
    """Negative control: a ticket whose figures were changed behind the log's back is found out."""
    desk = Desk()
    desk.begin(Targets(first_response=timedelta(minutes=30)), None)
    desk.time_passes(31)
    desk.somebody_replies("console:alice", "ask", arrives=True)
    desk.the_log_and_the_ticket_agree()

    def cheat(tx: Tx) -> None:
        tx.tickets.put(replace(tx.tickets.get(1), first_response=timedelta(minutes=1)))

    desk.do(cheat)
    with pytest.raises(AssertionError):
        desk.the_log_and_the_ticket_agree()
    desk.teardown()
