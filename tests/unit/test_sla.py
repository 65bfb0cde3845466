"""The clocks of a ticket: what they count, when they stand, and whom they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import ticket as moves
from bot.domain.desk import Hours, Priority, Targets, Team
from bot.domain.promise import Alert, Clock, Terms, lead, read_terms, terms_of
from bot.domain.sla import measured, told, upcoming
from bot.domain.ticket import Ticket
from bot.services.calendar import compiled
from tests.unit.test_states import NOW, ticket

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TARGETS = Targets(first_response=30 * MINUTE, next_response=HOUR, resolution=8 * HOUR)
ALWAYS = Terms(targets=TARGETS)
# Monday to Friday, Berlin; NOW is a Monday, 10:00 there.
DAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-12:00", "13:00-17:00"))
BERLIN = Terms(targets=TARGETS, hours=Hours(timezone="Europe/Berlin", **DAYS))


def after(
    one: Ticket, passed: timedelta, *, before: Terms = ALWAYS, terms: Terms = ALWAYS
) -> Ticket:
    """The ticket as it is stored that long after it was opened."""
    at = NOW + passed
    return measured(one, before=before, terms=terms, warning=None, calendar=compiled, now=at)[0]


@pytest.fixture
def opened() -> Ticket:
    return after(ticket(), timedelta())


def replied(one: Ticket, passed: timedelta) -> Ticket:
    return after(moves.reply(one, "alice", 1, NOW + passed), passed)


def wrote(one: Ticket, passed: timedelta) -> Ticket:
    return after(moves.contact_writes(one, NOW + passed), passed)


def closed(one: Ticket, passed: timedelta) -> Ticket:
    return after(moves.close(one, "alice", "", NOW + passed), passed)


def test_the_nearest_promise_is_due(opened: Ticket) -> None:
    assert (opened.due_clock, opened.due_at) == (Clock.FIRST_RESPONSE, NOW + 30 * MINUTE)


def test_a_reply_ends_the_wait_and_the_next_begins_with_the_contacts_words(opened: Ticket) -> None:
    answered = replied(opened, 20 * MINUTE)
    assert answered.first_response == 20 * MINUTE
    assert not answered.first_response_late
    assert answered.due_at is answered.sla_at is None
    again = wrote(answered, 5 * HOUR)
    assert (again.due_clock, again.due_at) == (Clock.NEXT_RESPONSE, NOW + 6 * HOUR)
    late = replied(again, 7 * HOUR)
    assert (late.next_responses, late.next_responses_late) == (1, 1)


def test_waiting_for_the_contact_does_not_count_towards_the_resolution(opened: Ticket) -> None:
    done = closed(wrote(replied(opened, HOUR), 50 * HOUR), 52 * HOUR)
    assert done.resolution == 52 * HOUR
    assert done.resolution_business == 3 * HOUR
    assert not done.resolution_late


def test_a_contact_who_writes_twice_waits_since_the_first_time(opened: Ticket) -> None:
    waiting = wrote(replied(opened, MINUTE), 2 * HOUR)
    assert wrote(waiting, 2 * HOUR + 30 * MINUTE).due_at == NOW + 3 * HOUR


def test_nights_and_lunch_do_not_count() -> None:
    first = after(ticket(), timedelta(), before=BERLIN, terms=BERLIN)
    assert first.due_at == NOW + 30 * MINUTE
    late = after(first, 8 * HOUR, before=BERLIN, terms=BERLIN)  # 18:00 in Berlin
    told_of = {one.clock: one.end for one in upcoming(late, BERLIN, None, compiled)}
    # 2 hours before lunch, 4 after it, and 2 more on Tuesday from 09:00 on.
    assert told_of[Clock.RESOLUTION] == NOW + timedelta(days=1) + HOUR


def test_reopening_begins_anew_and_the_first_response_stays(opened: Ticket) -> None:
    done = closed(replied(opened, 20 * MINUTE), 9 * HOUR)
    at = 20 * HOUR
    again = after(moves.reopen(done, "alice", NOW + at), at)
    assert (again.due_clock, again.due_at) == (Clock.NEXT_RESPONSE, NOW + at + HOUR)
    assert (again.resolution_spent, again.resolution_alert) == (timedelta(), Alert.NONE)
    assert again.first_response == 20 * MINUTE
    finished = closed(again, at + 30 * MINUTE)
    assert finished.resolution_business == 30 * MINUTE


def test_a_more_urgent_ticket_is_due_sooner_and_what_it_took_counts(opened: Ticket) -> None:
    urgent = Terms(targets=Targets(first_response=15 * MINUTE))
    moved = moves.prioritize(opened, Priority.URGENT)
    assert after(moved, 10 * MINUTE, terms=urgent).due_at == NOW + 15 * MINUTE
    late = after(moved, 20 * MINUTE, terms=urgent)
    assert late.due_at == NOW + 20 * MINUTE, "it is late at once"
    (due,) = upcoming(late, urgent, None, compiled)
    assert (due.alert, due.at) == (Alert.BROKEN, NOW + 20 * MINUTE)


def test_another_teams_hours_count_from_the_transfer_on(opened: Ticket) -> None:
    # At 18:00 the second team is closed until Tuesday, 09:00; 5 minutes are left then.
    at = 8 * HOUR
    waiting = replace(opened, response_since=NOW + at - 25 * MINUTE)
    moved = after(moves.transfer_to_team(waiting, "b"), at, terms=BERLIN)
    assert moved.response_spent == 25 * MINUTE
    assert moved.resolution_alert is Alert.BROKEN, "8 hours are spent already"
    (first,) = upcoming(moved, BERLIN, None, compiled)
    assert (first.clock, first.end) == (Clock.FIRST_RESPONSE, NOW + 23 * HOUR + 5 * MINUTE)


def test_a_promise_that_nobody_was_told_of_in_time_is_found_broken(opened: Ticket) -> None:
    answer = moves.reply(opened, "alice", 1, NOW + HOUR)
    _, broken = measured(
        answer, before=ALWAYS, terms=ALWAYS, warning=None, calendar=compiled, now=NOW + HOUR
    )
    assert broken == (Clock.FIRST_RESPONSE,)


def test_each_step_is_told_once(opened: Ticket) -> None:
    first, _ = upcoming(opened, ALWAYS, None, compiled)
    assert (first.alert, first.at) == (Alert.WARNED, NOW + 24 * MINUTE)
    warned = told(opened, first)
    second, _ = upcoming(warned, ALWAYS, None, compiled)
    assert (second.alert, second.at) == (Alert.BROKEN, NOW + 30 * MINUTE)
    (left,) = upcoming(told(warned, second), ALWAYS, None, compiled)
    assert left.clock is Clock.RESOLUTION


@pytest.mark.parametrize(
    ("target", "chosen", "expected"),
    [
        (50 * MINUTE, None, 10 * MINUTE),
        (2 * MINUTE, None, MINUTE),
        (30 * timedelta(seconds=1), None, timedelta(seconds=30)),
        (HOUR, 15 * MINUTE, 15 * MINUTE),
        (10 * MINUTE, 15 * MINUTE, 10 * MINUTE),
    ],
)
def test_a_warning_comes_a_fifth_before_the_end_or_as_the_team_has_it(
    target: timedelta, chosen: timedelta | None, expected: timedelta
) -> None:
    assert lead(target, chosen) == expected


@pytest.mark.parametrize("terms", [Terms(), ALWAYS, BERLIN])
def test_terms_read_back_as_they_were_written(terms: Terms) -> None:
    assert read_terms(terms.write()) == terms


def test_terms_are_of_the_priority() -> None:
    team = Team(name="t", workspace="console", channel="t", sla={Priority.HIGH: TARGETS})
    assert terms_of(team, Priority.HIGH) == ALWAYS
    assert terms_of(team, Priority.LOW).digest == terms_of(None, Priority.HIGH).digest == ""


def test_a_clock_that_was_moved_back_counts_nothing(opened: Ticket) -> None:
    early = moves.close(opened, "alice", "", NOW - HOUR)
    assert after(early, -HOUR).resolution_business == timedelta()
