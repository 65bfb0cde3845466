"""Policies: data in, decision out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.retry import Again, GiveUp, Suspend, backoff
from bot.delivery.retry import decide as decide_retry
from bot.domain import duration
from bot.domain.desk import Inactivity, Priority, Rule, When
from bot.domain.escalation import Evidence, Signal, contains, decide
from bot.domain.hours import BusinessHours, elapsed, is_open, later, next_opening, parse_shift
from bot.domain.inactivity import Step, next_step
from bot.domain.message import Attachment, Limits, parts, split
from bot.domain.reading import Reading, falls, repeats
from bot.domain.states import Status
from bot.domain.summary import Point, Summary, checked
from bot.ports.outlet import Busy, Refused, Unclear, Unreachable
from tests.unit.test_states import NOW, ticket

NINE_TO_FIVE = BusinessHours(
    timezone=ZoneInfo("Europe/Berlin"),
    shifts={day: (parse_shift("09:00-12:00"), parse_shift("13:00-17:00")) for day in range(5)},
    holidays={datetime(2026, 12, 25, tzinfo=UTC).date()},
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


class TestHours:
    def test_a_lunch_break_does_not_count(self) -> None:
        assert later(NINE_TO_FIVE, berlin("2026-03-02 11:30"), timedelta(hours=1)) == berlin(
            "2026-03-02 13:30"
        )

    def test_a_night_and_a_weekend_do_not_count(self) -> None:
        assert later(NINE_TO_FIVE, berlin("2026-03-06 16:00"), timedelta(hours=2)) == berlin(
            "2026-03-09 10:00"
        )

    def test_a_holiday_does_not_count(self) -> None:
        assert later(NINE_TO_FIVE, berlin("2026-12-24 16:00"), timedelta(hours=2)) == berlin(
            "2026-12-28 10:00"
        )

    def test_a_change_of_the_clocks_keeps_the_shift_as_long_as_it_is(self) -> None:
        saturday_night = BusinessHours(
            timezone=ZoneInfo("Europe/Berlin"), shifts={5: (parse_shift("22:00-06:00"),)}
        )
        start, end = berlin("2026-03-28 22:00"), berlin("2026-03-29 06:00")
        assert elapsed(saturday_night, start, end) == timedelta(hours=7)

    def test_open_from_the_first_minute_and_closed_from_the_last(self) -> None:
        assert is_open(NINE_TO_FIVE, berlin("2026-03-02 09:00"))
        assert not is_open(NINE_TO_FIVE, berlin("2026-03-02 12:00"))
        assert next_opening(NINE_TO_FIVE, berlin("2026-03-06 20:00")) == berlin("2026-03-09 09:00")

    @given(
        start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 - made aware below
        minutes=st.integers(1, 3_000),
    )
    def test_later_agrees_with_counting_minute_by_minute(
        self, start: datetime, minutes: int
    ) -> None:
        at = start.replace(tzinfo=UTC, second=0, microsecond=0)
        end = later(NINE_TO_FIVE, at, timedelta(minutes=minutes))
        assert elapsed(NINE_TO_FIVE, at, end) == timedelta(minutes=minutes)
        counted, step = 0, at
        while counted < minutes:
            local = step.astimezone(NINE_TO_FIVE.timezone)
            works = local.weekday() < 5 and (9 <= local.hour < 12 or 13 <= local.hour < 17)
            counted += works and local.date() not in NINE_TO_FIVE.holidays
            step += timedelta(minutes=1)
        assert end == step

    @pytest.mark.parametrize("text", ["9-5", "25:00-26:00", "09:00", "", "09:00-24:01"])
    def test_what_is_no_shift_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no shift"):
            parse_shift(text)


class TestDuration:
    @given(st.integers(1, 3_650 * 86_400))
    def test_what_is_written_reads_back(self, seconds: int) -> None:
        span = timedelta(seconds=seconds)
        assert duration.parse(duration.write(span)) == span

    @pytest.mark.parametrize("text", ["", "5", "1x", "-3m", "0s", "9999999999d", "m5", "1h 1h"])
    def test_what_is_no_duration_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"duration|range"):
            duration.parse(text)


class TestInactivity:
    POLICY = Inactivity(warn_after=timedelta(hours=20), close_after=timedelta(hours=24))

    def waiting(self, **facts: object) -> object:
        awaited = {"status": Status.AWAITING, "holder": "alice", "reply_delivered_at": NOW}
        return ticket(**awaited, **facts)

    def test_it_counts_from_the_delivery_of_the_last_reply(self) -> None:
        due = next_step(self.waiting(), self.POLICY, None)  # type: ignore[arg-type]
        assert due is not None
        assert (due.step, due.at) == (Step.WARN, NOW + timedelta(hours=20))

    def test_nothing_happens_before_the_reply_is_delivered(self) -> None:
        undelivered = ticket(status=Status.AWAITING, holder="alice")
        assert next_step(undelivered, self.POLICY, None) is None

    @pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.CLOSED])
    def test_nothing_happens_while_people_are_waited_for(self, status: Status) -> None:
        assert next_step(ticket(status=status, reply_delivered_at=NOW), self.POLICY, None) is None

    def test_a_late_warning_leaves_the_contact_the_whole_span(self) -> None:
        warned = NOW + timedelta(hours=30)
        due = next_step(
            self.waiting(warning_id=5, warned_at=warned),  # type: ignore[arg-type]
            self.POLICY,
            None,
        )
        assert due is not None
        assert (due.step, due.at) == (Step.CLOSE, warned + timedelta(hours=4))

    def test_an_undelivered_warning_holds_the_closing(self) -> None:
        assert next_step(self.waiting(warning_id=5), self.POLICY, None) is None  # type: ignore[arg-type]

    def test_the_night_does_not_count(self) -> None:
        policy = Inactivity(close_after=timedelta(hours=1))
        delivered = berlin("2026-03-02 16:30")
        evening = ticket(status=Status.AWAITING, holder="alice", reply_delivered_at=delivered)
        due = next_step(evening, policy, NINE_TO_FIVE)
        assert due is not None
        assert due.at == berlin("2026-03-03 09:30")

    def test_what_is_due_when_a_shift_ends_waits_for_the_next(self) -> None:
        delivered = berlin("2026-03-02 16:00")
        evening = ticket(status=Status.AWAITING, holder="alice", reply_delivered_at=delivered)
        due = next_step(evening, Inactivity(warn_after=timedelta(hours=1)), NINE_TO_FIVE)
        assert due is not None
        assert due.at == berlin("2026-03-03 09:00")

    def test_what_nobody_holds_never_closes_by_itself(self) -> None:
        released = ticket(status=Status.AWAITING, reply_delivered_at=NOW)
        assert next_step(released, self.POLICY, None) is None

    def test_without_a_policy_nothing_closes(self) -> None:
        assert next_step(self.waiting(), Inactivity(), None) is None  # type: ignore[arg-type]


def judged(rules: tuple[Rule, ...], **facts: object) -> object:
    return decide(
        rules,
        Evidence(**facts),  # type: ignore[arg-type]
        workspace="slack:T1",
        channel="C1",
        attempts=3,
        is_open=lambda _: True,
    )


class TestEscalation:
    def test_the_first_rule_that_matches_wins(self) -> None:
        rules = (
            Rule(name="one", when=When(keyword=("refund",)), priority=Priority.LOW),
            Rule(name="two", when=When(asks_for_human=True), priority=Priority.URGENT),
        )
        found = judged(rules, text="A refund!", reading=Reading(asks_for_human=True))
        assert found.rule == "one"  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("facts", "signal"),
        [
            ({"reading": Reading(asks_for_human=True)}, Signal.ASKS_FOR_HUMAN),
            ({"answers": 3, "unresolved": True}, Signal.ATTEMPTS),
            ({"decision": "It is about a contract."}, Signal.AGENT_DECIDES),
            ({"failure": "It timed out."}, Signal.AGENT_FAILED),
        ],
    )
    def test_some_signals_are_enough_without_a_rule(
        self, facts: dict[str, object], signal: Signal
    ) -> None:
        found = judged((), **facts)
        assert found.signal is signal  # type: ignore[attr-defined]
        assert found.priority is Priority.NORMAL  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "facts",
        [
            {"text": "refund"},
            {"reading": Reading(negative=True, sentiment=-1.0)},
            {"answers": 2, "unresolved": True},
            {"answers": 9},
        ],
    )
    def test_others_are_not(self, facts: dict[str, object]) -> None:
        assert judged((), **facts) is None

    @pytest.mark.parametrize("channels", [("C1",), ("slack:T1/C1",), ()])
    def test_a_rule_holds_in_its_channels(self, channels: tuple[str, ...]) -> None:
        rule = Rule(name="r", when=When(keyword=("x",)), channels=channels)
        assert judged((rule,), text="x")
        assert not judged((replace(rule, channels=("C2",)),), text="x")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("REFUND now", True),
            ("my refund.", True),
            ("refunds", False),
            ("prerefund", False),
            ("charge\n back", True),
        ],
    )
    def test_a_keyword_is_whole_words_in_any_case(self, *, text: str, found: bool) -> None:
        assert any(contains(text, keyword) for keyword in ("refund", "charge back")) is found

    def test_a_rule_for_closed_hours_sleeps_while_open(self) -> None:
        rule = Rule(name="night", when=When(keyword=("x",)), hours="closed")
        assert judged((rule,), text="x") is None


class TestReading:
    def test_a_rephrased_question_repeats(self) -> None:
        assert repeats("How can I cancel my booking?", ("how do I cancel my booking",))
        assert not repeats("What does it cost?", ("how do I cancel my booking",))

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ("Where is it?", "where is it"),
            ("\u600e\u4e48\u53d6\u6d88\u9884\u8ba2", "\u6211\u600e\u4e48\u53d6\u6d88\u9884\u8ba2"),
            ("¿Dónde está mi pedido?", "dónde está mi pedido!!"),
        ],
    )
    def test_short_words_and_writing_without_blanks_repeat_too(
        self, first: str, again: str
    ) -> None:
        assert repeats(again, (first,))

    @pytest.mark.parametrize("nod", ["yes", "Yes, please", "ok", "\u597d\u7684", ""])
    def test_a_nod_given_twice_repeats_no_question(self, nod: str) -> None:
        assert not repeats(nod, (nod,))

    def test_a_mood_falls_over_three_known_messages(self) -> None:
        assert falls((0.5, None, 0.1, -0.2))
        assert not falls((0.5, 0.1))
        assert not falls((-0.5, 0.1, 0.4))


class TestMessage:
    @given(st.text(max_size=500), st.integers(5, 60))
    def test_no_piece_is_too_long_and_no_word_is_lost(self, text: str, limit: int) -> None:
        pieces = split(text, limit)
        assert all(len(piece) <= limit for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())

    def test_paragraphs_are_kept_whole_where_they_fit(self) -> None:
        assert split("one two.\n\nthree four.", 14) == ["one two.", "three four."]

    def test_files_go_with_the_last_words_and_in_batches(self) -> None:
        files = tuple(
            Attachment(name=f"{n}.txt", media_type="text/plain", size=1) for n in range(3)
        )
        cut = parts("one two", files, Limits(text=4, files=2))
        assert [(part.text, len(part.attachments)) for part in cut] == [
            ("one", 0),
            ("two", 2),
            ("", 1),
        ]


class TestSummary:
    def test_citations_that_do_not_exist_are_dropped_and_points_without_any(self) -> None:
        made = Summary(
            reason=Point(text="why", cites=(1, 99)),
            topics=(Point(text="real", cites=(2,)), Point(text="invented", cites=(99,))),
            by="a model",
            at=NOW,
        )
        kept = checked(made, {1, 2})
        assert kept.reason.cites == (1,)
        assert [point.text for point in kept.topics] == ["real"]


class TestRetry:
    def test_each_kind_of_error_has_its_consequence(self) -> None:
        assert decide_retry(Refused("too large"), 1) == GiveUp()
        assert isinstance(decide_retry(Unreachable("archived"), 99), Suspend)
        asked = Busy("slow down", timedelta(seconds=7))
        assert decide_retry(asked, 1) == Again(wait=timedelta(seconds=7), pause=True)
        assert decide_retry(Unclear("?"), 1) == Again(wait=backoff(1), uncertain=True)

    def test_an_outage_never_gives_up_and_waits_a_minute_at_most(self) -> None:
        decision = decide_retry(Busy("down"), 10_000)
        assert decision == Again(wait=timedelta(minutes=1))

    def test_a_fault_of_ours_does_not_hold_a_lane_for_ever(self) -> None:
        assert isinstance(decide_retry(KeyError("bug"), 4), Again)
        assert decide_retry(KeyError("bug"), 5) == GiveUp()
