"""Reports: every figure against a slow, obvious count; periods, words, the table, the picture."""

from __future__ import annotations

import csv
import io
import math
import statistics
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.charts import Charts
from bot.domain import report_csv, report_words
from bot.domain.desk import Priority, Targets
from bot.domain.promise import Alert
from bot.domain.report import Agent, Material, Report, Row, Share
from bot.domain.report_figures import report, spread
from bot.domain.span import Span, parse
from bot.domain.states import Status

LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 10, 28, 15, 0, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TARGETS = {"t": Targets(first_response=30 * MINUTE, next_response=HOUR, resolution=8 * HOUR)}
WEEK = parse("last 7 days", NOW, LISBON)


def row(number: int = 1, **facts: Any) -> Row:
    given: dict[str, Any] = {
        "number": number,
        "team": "support",
        "last_holder": "console:alice",
        "priority": Priority.NORMAL,
        "status": Status.CLOSED,
        "signal": "keyword",
        "rule": "billing",
        "opened_at": NOW - 5 * HOUR,
        "closed_at": NOW - HOUR,
        "closed_by": "console:alice",
        "first_replied_at": NOW - 4 * HOUR,
        "first_response": 20 * MINUTE,
        "first_response_late": False,
        "response_alert": Alert.NONE,
        "next_responses": 0,
        "next_responses_late": 0,
        "resolution": 4 * HOUR,
        "resolution_business": 2 * HOUR,
        "resolution_late": False,
        "reopened": 0,
        "rating": None,
        "terms": "t",
    }
    return Row(**{**given, **facts})


def over(*rows: Row, span: Span = WEEK, **facts: Any) -> Report:
    given: dict[str, Any] = {
        "team": "support",
        "rows": rows,
        "older": 0,
        "targets": TARGETS,
        "names": {"console:alice": "Alice", "console:bob": "Bob"},
    }
    return report(Material(**{**given, **facts}), span, NOW)


moments = st.integers(-9 * 24 * 60, 0).map(lambda minutes: NOW + minutes * MINUTE)
spans = st.integers(0, 600).map(lambda minutes: minutes * MINUTE)


@st.composite
def tickets(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(0, 12))):
        opened = draw(moments)
        closed = draw(st.none() | spans.map(lambda span, opened=opened: opened + 3 * span))
        replied = draw(st.none() | spans)
        rows.append(
            row(
                number,
                team=draw(st.sampled_from(["support", "billing"])),
                last_holder=draw(st.sampled_from([None, "console:alice", "console:bob"])),
                signal=draw(st.sampled_from(["keyword", "a person"])),
                rule=draw(st.sampled_from(["", "billing"])),
                status=Status.OPEN if closed is None else Status.CLOSED,
                opened_at=opened,
                closed_at=closed,
                closed_by=draw(st.sampled_from(["baton", "console:bob"])),
                first_replied_at=None if replied is None else opened + 2 * replied,
                first_response=replied,
                first_response_late=draw(st.booleans()),
                response_alert=draw(st.sampled_from(list(Alert))),
                next_responses=draw(st.integers(0, 3)),
                next_responses_late=draw(st.integers(0, 3)),
                resolution=None if closed is None else closed - opened,
                resolution_business=draw(spans) if closed else None,
                resolution_late=draw(st.booleans()),
                reopened=draw(st.integers(0, 2)),
                rating=draw(st.none() | st.integers(1, 5)),
                terms=draw(st.sampled_from(["", "t", "unknown"])),
            )
        )
    return rows


def days_of(moment: datetime | None) -> date | None:
    return moment.astimezone(LISBON).date() if moment else None


@given(tickets())
def test_every_figure_is_what_counting_by_hand_gives(rows: list[Row]) -> None:
    found = over(*rows, older=2, agent=Agent(conversations=4, alone=1))
    opened = [one for one in rows if days_of(one.opened_at) in WEEK.days]
    closed = [one for one in rows if days_of(one.closed_at) in WEEK.days]
    assert found.opened == len(opened)
    assert found.closed == len(closed)
    assert found.left_open == 2 + len([one for one in opened if one not in closed])
    assert found.silent == len([one for one in closed if one.closed_by == "baton"])
    for day in found.days:
        assert day.opened == len([one for one in opened if days_of(one.opened_at) == day.day])
        assert day.closed == len([one for one in closed if days_of(one.closed_at) == day.day])
    for signal, count in found.reasons:
        assert count == len([one for one in opened if one.signal == signal])
    assert sum(count for _, count in found.reasons) == len(opened)
    assert found.first_response.count == len([one for one in opened if one.first_response != None])  # noqa: E711 - obvious
    assert found.reopened.part == len([one for one in closed if one.reopened])
    given = [one.rating for one in closed if one.rating]
    assert found.ratings.count == len(given)
    assert found.ratings.average == (sum(given) / len(given) if given else None)
    assert_kept(found, opened, closed)
    assert_parts(found, opened, closed)


def assert_kept(found: Report, opened: list[Row], closed: list[Row]) -> None:
    first = next_part = next_whole = resolution = 0
    first_met = resolution_met = 0
    for one in opened:
        if one.terms != "t":
            continue
        waits_late = one.status is Status.OPEN and one.response_alert is Alert.BROKEN
        if one.first_response is not None:
            first += 1
            first_met += not one.first_response_late
        elif one.first_response_late or waits_late:
            first += 1
        whole = max(one.next_responses, one.next_responses_late)
        next_whole += whole
        next_part += whole - one.next_responses_late
    for one in closed:
        if one.terms == "t":
            resolution += 1
            resolution_met += not one.resolution_late
    assert found.kept.first_response == Share(part=first_met, whole=first)
    assert found.kept.next_response == Share(part=next_part, whole=next_whole)
    assert found.kept.resolution == Share(part=resolution_met, whole=resolution)


def assert_parts(found: Report, opened: list[Row], closed: list[Row]) -> None:
    for parts in (found.teams, found.attendants, found.rules):
        assert sum(one.opened for one in parts) == len(opened)
        assert sum(one.closed for one in parts) == len(closed)
        assert sum((one.kept for one in parts), Share()) == found.kept.all
    [bob] = [one for one in found.attendants if one.name == "Bob"] or [None]
    if bob:
        assert bob.closed == len([one for one in closed if one.last_holder == "console:bob"])


@given(st.lists(st.none() | spans))
def test_median_and_p90(found: list[timedelta | None]) -> None:
    known = sorted(one.total_seconds() for one in found if one is not None)
    result = spread(found)
    assert result.count == len(known)
    if not known:
        assert result.median is result.p90 is None
        return
    assert result.median == timedelta(seconds=statistics.median(known))
    assert result.p90 is not None
    nine_tenths = math.ceil(len(known) * 9 / 10)
    shorter = [one for one in known if one <= result.p90.total_seconds()]
    below = [one for one in known if one < result.p90.total_seconds()]
    assert len(shorter) >= nine_tenths > len(below)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("", "2026-10-22", "2026-10-28"),
        ("today", "2026-10-28", "2026-10-28"),
        ("Yesterday", "2026-10-27", "2026-10-27"),
        ("this week", "2026-10-26", "2026-10-28"),
        ("last week", "2026-10-19", "2026-10-25"),
        ("last  30 days", "2026-09-29", "2026-10-28"),
        ("7d", "2026-10-22", "2026-10-28"),
        ("last month", "2026-09-01", "2026-09-30"),
        ("this month", "2026-10-01", "2026-10-28"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-10", "2026-10-01", "2026-10-28"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("2026-10-01..2026-10-31", "2026-10-01", "2026-10-28"),
    ],
)
def test_a_period_as_people_write_it(words: str, first: str, last: str) -> None:
    span = parse(words, NOW, LISBON)
    assert (str(span.first), str(span.last)) == (first, last)


def test_days_are_the_teams_own_and_as_long_as_they_are() -> None:
    """Lisbon's clocks went back on 25 October 2026: that day had 25 hours."""
    span = parse("2026-10-25", NOW, LISBON)
    assert span.start == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert span.end - span.start == 25 * HOUR
    assert parse("today", NOW, ZoneInfo("Asia/Tokyo")).first == date(2026, 10, 29)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("whenever", "is no period"),
        ("2026-13", "is no period"),
        ("2026-02-30", "is no period"),
        ("0d", "is no period"),
        ("2026-10-05..", "is no period"),
        ("2026-10-05..2026-10-01", "ends before it begins"),
        ("2020-01-01..2026-10-01", "two years at most"),
        ("2026-11", "has not begun"),
    ],
)
def test_what_is_no_period_is_said(words: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(words, NOW, LISBON)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "-"),
        (0, "0 s"),
        (59.6, "1 min"),
        (3_569, "59 min"),
        (3_599, "1 h"),
        (3_700, "1 h 2 min"),
        (7_199, "2 h"),
        (86_399, "1 d"),
        (90_000, "1 d 1 h"),
        (863_999, "10 d"),
    ],
)
def test_spans_are_said_short(seconds: float | None, words: str) -> None:
    span = None if seconds is None else timedelta(seconds=seconds)
    assert report_words.short(span) == words


def test_shares_are_never_rounded_to_all_or_none() -> None:
    assert report_words.percent(Share(part=999, whole=1000)) == ">99 %"
    assert report_words.percent(Share(part=1, whole=1000)) == "<1 %"
    assert report_words.percent(Share(part=3, whole=3)) == "100 %"
    assert report_words.percent(Share()) == "-"


def test_a_report_in_words() -> None:
    told = report_words.in_words(over(row(1), row(2, last_holder=None, first_response_late=True)))
    assert "support, 22 to 28 Oct 2026 (Europe/Lisbon)" in told
    assert "median 20 min, p90 20 min" in told
    assert "50 % (1 of 2)" in told
    assert "nobody" in told
    assert "Nothing happened" in report_words.in_words(over())


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(tickets(), st.text(st.characters(codec="utf-8"), max_size=8))
def test_the_table_reads_back_and_its_totals_are_the_reports(rows: list[Row], name: str) -> None:
    found = over(*rows, names={"console:alice": name})
    lines = read(report_csv.write(found))
    assert [line["ticket"] for line in lines] == [
        *(str(one.number) for one in found.rows),
        "total",
        "median",
        "p90",
        "average",
    ]
    total, median, _, average = lines[-4:]
    assert (total["opened"], total["closed"]) == (str(found.opened), str(found.closed))
    assert total["first_response_met"] == str(found.kept.first_response.part)
    assert total["next_responses_promised"] == str(found.kept.next_response.whole)
    if found.ratings.average is not None:
        assert float(average["rating"]) == round(found.ratings.average, 2)
    assert total["resolution_met"] == str(found.kept.resolution.part)
    if found.resolution.median is not None:
        assert int(median["resolution_s"]) == round(found.resolution.median.total_seconds())
    for line, one in zip(lines, found.rows, strict=False):
        if one.last_holder == "console:alice":
            assert line["attendant"] in {name, f"'{name}"}
            assert not line["attendant"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_nothing_in_the_table_is_a_formula() -> None:
    text = report_csv.write(over(row(team='=HYPERLINK("http://evil")', rule="@SUM(A1)")))
    [line, *_] = read(text)
    assert line["team"] == '\'=HYPERLINK("http://evil")'
    assert line["rule"] == "'@SUM(A1)"


@pytest.mark.parametrize(
    "rows", [[], [row(rule="", first_replied_at=None, first_response=None)]], ids=["empty", "one"]
)
def test_a_picture_of_little(rows: list[Row]) -> None:
    assert size(Charts().png(over(*rows))) == (1600, 1200)


def test_a_picture_of_names_that_no_font_has_and_no_mathematics() -> None:
    rows = [row(n, last_holder=f"p{n}", opened_at=NOW - n * HOUR) for n in range(9)]
    names = {f"p{n}": name for n, name in enumerate(["$x_{$", "日本", "\U0001f600", "a" * 300])}
    assert size(Charts().png(over(*rows, names=names, team="$\\bad{$" * 20))) == (1600, 1200)


def size(png: bytes) -> tuple[int, int]:
    """PNG: width and height stand behind the signature and the name of the first chunk."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
