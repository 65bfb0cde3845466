"""A report in words: for the command line, beside a picture, and where no picture can be shown."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.domain.report import Part, Ratings, Report, Share, Spread

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_MANY = 25
ALL_TEAMS = "All teams"


def title(report: Report) -> str:
    return report.team or ALL_TEAMS


def file_name(report: Report) -> str:
    """Without an ending, of characters that every system takes: `report-support-2026-10-01…`."""
    team = re.sub(r"[^a-z0-9]+", "-", title(report).casefold()).strip("-") or "team"
    first, last = report.span.first, report.span.last
    days = f"{first}" if first == last else f"{first}-to-{last}"
    return f"report-{team[:40]}-{days}"


def short(span: timedelta | None) -> str:
    """Two units at most, as one says it: `45 s`, `12 min`, `2 h 5 min`, `3 d 4 h`; a dash for
    nothing.
    """
    if span is None:
        return "-"
    seconds = round(span.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min" if seconds < _HOUR - _MINUTE / 2 else "1 h"
    if seconds < _DAY:
        return _two(seconds, _HOUR, "h", _MINUTE, "min")
    return _two(seconds, _DAY, "d", _HOUR, "h")


def percent(share: Share) -> str:
    """`83 %`; a dash for a share of nothing. Neither 0 nor 100 unless it is exactly that."""
    if share.rate is None:
        return "-"
    rate = 100 * share.rate
    if 0 < rate < 1:
        return "<1 %"
    return ">99 %" if 99 < rate < 100 else f"{rate:.0f} %"  # noqa: PLR2004 - per cent


def of(share: Share) -> str:
    """`83 % (5 of 6)`."""
    return f"{percent(share)} ({share.part} of {share.whole})" if share.whole else "-"


def headline(report: Report) -> str:
    """The report in two lines."""
    if report.is_empty:
        return f"{title(report)}, {report.span.dates}: nothing happened."
    first = (
        f"{title(report)}, {report.span.dates}: {report.opened} opened, {report.closed} closed, "
        f"{report.left_open} still open."
    )
    told = []
    if report.first_response.count:
        told.append(f"First response {short(report.first_response.median)} (median)")
    if report.kept.all.whole:
        told.append(f"SLA met {percent(report.kept.all)}")
    if report.agent.conversations:
        told.append(f"the agent resolved {percent(report.agent.share)} alone")
    words = ", ".join(told)
    return f"{first}\n{words[0].upper()}{words[1:]}." if words else first


def in_words(report: Report) -> str:
    """All of it, in plain lines."""
    lines = [f"{title(report)}, {report.span.dates} ({_zone(report)})", ""]
    if report.is_empty:
        return "\n".join([*lines, "Nothing happened in this time."])
    lines += _table(_facts(report))
    lines += _section("Why", [(name, str(count)) for name, count in report.reasons])
    if len(report.teams) > 1:
        lines += _parts("By team", report.teams)
    lines += _parts("By attendant", report.attendants)
    lines += _parts("By rule", report.rules)
    return "\n".join(lines)


def _facts(report: Report) -> list[tuple[str, str]]:
    kept = report.kept
    return [
        ("Opened", str(report.opened)),
        ("Closed", f"{report.closed}{_silent(report)}"),
        ("Still open", str(report.left_open)),
        ("First response, business time", _spread(report.first_response)),
        ("First response, by the clock", _spread(report.first_response_wall)),
        ("Resolution, business time", _spread(report.resolution)),
        ("Resolution, by the clock", _spread(report.resolution_wall)),
        ("SLA met, first response", of(kept.first_response)),
        ("SLA met, next response", of(kept.next_response)),
        ("SLA met, resolution", of(kept.resolution)),
        ("Reopened", of(report.reopened)),
        *([("Rating", _rated(report.ratings))] if report.ratings.count else []),
        ("Resolved by the agent alone", of(report.agent.share)),
    ]


def stars(ratings: Ratings) -> str:
    """The average: `4.3`; a dash where nobody rated."""
    return "-" if ratings.average is None else f"{ratings.average:.1f}"


def _rated(ratings: Ratings) -> str:
    each = ", ".join(
        f"{count} gave {number}" for number, count in enumerate(ratings.counts, start=1) if count
    )
    return f"{stars(ratings)} of 5 on average ({each})"


def _silent(report: Report) -> str:
    return f" ({report.silent} for silence)" if report.silent else ""


def _spread(spread: Spread) -> str:
    if not spread.count:
        return "-"
    return f"median {short(spread.median)}, p90 {short(spread.p90)}"


def _parts(name: str, parts: tuple[Part, ...]) -> list[str]:
    rows = [(one.name, _part(one)) for one in parts[:_MANY]]
    if len(parts) > _MANY:
        rows.append((f"and {len(parts) - _MANY} more", "they are in the CSV file"))
    return _section(name, rows)


def _part(part: Part) -> str:
    said = [f"{part.opened} opened, {part.closed} closed"]
    if part.first_response.count:
        said.append(f"first response {short(part.first_response.median)}")
    if part.resolution.count:
        said.append(f"resolution {short(part.resolution.median)}")
    if part.kept.whole:
        said.append(f"SLA met {percent(part.kept)}")
    if part.ratings.count:
        said.append(f"rating {stars(part.ratings)}")
    return ", ".join(said)


def _section(name: str, rows: list[tuple[str, str]]) -> list[str]:
    return ["", name, *(f"  {line}" for line in _table(rows))] if rows else []


def _table(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {value}" for name, value in rows]


def _zone(report: Report) -> str:
    return getattr(report.span.zone, "key", "UTC")


def _two(seconds: int, big: int, big_name: str, small: int, small_name: str) -> str:
    """Rounded to the smaller unit first, so that no `1 h 60 min` comes about."""
    whole, rest = divmod(round(seconds / small), big // small)
    if small == _MINUTE and whole == _DAY // _HOUR:
        return "1 d"
    return f"{whole} {big_name} {rest} {small_name}" if rest else f"{whole} {big_name}"
