"""A team's figures over some days, from the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.domain import report_figures as figures
from bot.domain import span as spans
from bot.domain.desk import Desk, Targets
from bot.domain.errors import BadInput, NotFound
from bot.domain.promise import read_terms
from bot.domain.report import Agent, Material, Report, Row
from bot.domain.span import Span
from bot.ports.store import Tx
from bot.services.record import PROMISED


def report(
    tx: Tx, team: str, period: str, now: datetime, *, without: frozenset[str] = frozenset()
) -> Report:
    """Of a team, or of all but those `without` where `team` is empty; in that team's time zone.

    Raises `NotFound` for a team that is not there, `BadInput` for what is no period.
    """
    desk = tx.desk.get()
    if team and desk.team(team) is None:
        known = ", ".join(one.name for one in desk.teams)
        raise NotFound(what="team", name=team, hint=f"The teams are {known}." if known else "")
    try:
        span = spans.parse(period, now, zone(desk, team))
    except ValueError as error:
        raise BadInput(problem=str(error)) from None
    return figures.report(_material(tx, desk, team, span, without), span, now)


def zone(desk: Desk, team: str) -> tzinfo:
    """A team's time zone; for all teams that of the first which has hours."""
    hours = [one.hours for one in desk.teams if one.hours and team in {"", one.name}]
    return ZoneInfo(hours[0].timezone) if hours else UTC


def _material(tx: Tx, desk: Desk, team: str, span: Span, without: frozenset[str]) -> Material:
    found = tx.reports.rows(team, span.start, span.end)
    rows = [_of_one(desk, one) for one in found if one.team not in without]
    holders = {one.last_holder for one in rows if one.last_holder}
    return Material(
        team=team,
        rows=rows,
        older=tx.reports.older(team, span.start, span.end)
        - sum(tx.reports.older(one, span.start, span.end) for one in without),
        targets=_targets(tx, rows),
        names={person: tx.people.get(person).name for person in holders},
        agent=_agent(tx, desk, team, span, without),
    )


def _of_one(desk: Desk, row: Row) -> Row:
    """With its holder by the one id that they are known by now."""
    known = desk.attendant(row.last_holder) if row.last_holder else None
    return row if known == row.last_holder else replace(row, last_holder=known)


def _targets(tx: Tx, rows: list[Row]) -> dict[str, Targets]:
    """What was promised, by the digest of the terms: one ticket's log is asked for each."""
    targets = {}
    for digest, number in {one.terms: one.number for one in rows if one.terms}.items():
        for event in tx.events.of_ticket(number):
            if event.kind == PROMISED:
                terms = read_terms(event.data["terms"])
                if terms.digest == digest:
                    targets[digest] = terms.targets
    return targets


def _agent(tx: Tx, desk: Desk, team: str, span: Span, without: frozenset[str]) -> Agent:
    """A conversation belongs to the team that its channel's escalations go to."""
    mine = []
    for one in tx.reports.agent(span.start, span.end):
        channel = desk.channel_at(one.workspace, one.channel, direct=one.direct)
        owner = desk.default_team(channel)
        name = owner.name if owner else ""
        if name not in without and team in {"", name}:
            mine.append(one)
    return Agent(
        conversations=sum(one.conversations for one in mine), alone=sum(one.alone for one in mine)
    )
