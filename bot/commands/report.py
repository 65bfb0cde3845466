"""`/report`: the figures of a team as a picture and a table, in the team's channel."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.commands.registry import Argument, Command, Context, File, Kind, Response, Shell
from bot.domain import report_csv, report_words
from bot.domain.desk import Desk, Role, Team
from bot.domain.errors import BadInput, TeamIsPrivate
from bot.domain.identity import Place
from bot.domain.report import Report
from bot.ports.outlet import OutletError
from bot.services import access, reporting

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """An errand: draw a report, and show it in a team's channel or give it to who asked."""

    report: Report
    to: Place | None

    async def run(self, shell: Shell) -> Response:
        report = self.report
        text = report_words.headline(report)
        name = report_words.file_name(report)
        table = report_csv.write(report).encode()
        files = [(f"{name}.csv", "text/csv", table)]
        if shell.charts is not None:
            picture = await asyncio.to_thread(shell.charts.png, report)
            files.insert(0, (f"{name}.png", "image/png", picture))
        if self.to is not None and shell.share is not None:
            try:
                await shell.share(self.to, text, files)
            except OutletError as error:
                log.warning("a report cannot be posted in %s: %s", self.to.channel, error)
            else:
                return Response(text="The report is in this channel, for everybody here.")
        return Response(
            text=text, files=tuple(File(name=name, data=data) for name, _, data in files)
        )


def _report(context: Context) -> Response:
    """Without a team: the one whose channel this is, else all of them."""
    desk = context.tx.desk.get()
    here = desk.team_at(context.call.place.workspace, context.call.place.channel)
    team, period = context.get("team").strip(), context.get("period").strip()
    is_guess = bool(team) and desk.team(team) is None and not _is_all(team)
    if is_guess:
        team, period = "", f"{team} {period}".strip()  # `/report last month`
        known = _starts_with_team(period, [one.name for one in desk.teams])
        if known:
            team, period = known, period[len(known) :].strip()
    if not team and here:
        team = here.name
    team = "" if _is_all(team) else team
    to = context.call.place if here and not _is_secret(desk, team, here) else None
    without = _private(context, here if to else None) if not team else frozenset()
    if team and not access.sees_team(context.tx, context.call.person, team):
        raise TeamIsPrivate(what="The report", team=team)
    try:
        found = reporting.report(context.tx, team, period, context.now, without=without)
    except BadInput as error:
        if is_guess:  # it may have been meant as either
            names = ", ".join(one.name for one in desk.teams)
            raise BadInput(problem=f"{error} The teams are: {names}.") from error
        raise
    return Response(errand=Drawing(report=found, to=to))


def _is_secret(desk: Desk, team: str, here: Team) -> bool:
    """A private team's figures are not shown in another's channel."""
    found = desk.team(team)
    return found is not None and found.private and found != here


def _private(context: Context, here: Team | None) -> frozenset[str]:
    """The teams that do not count among all: in a channel every private one but its own, else
    those that the person may not see.
    """
    tx, person = context.tx, context.call.person
    hidden = [
        one.name
        for one in tx.desk.get().teams
        if one.private and one != here and (here or not access.sees_team(tx, person, one.name))
    ]
    return frozenset(hidden)


def _starts_with_team(words: str, names: list[str]) -> str:
    """A team's name may have spaces in it; the longest that fits."""
    fits = [one for one in names if f"{words} ".startswith(f"{one} ")]
    return max(fits, key=len, default="")


def _is_all(team: str) -> bool:
    return team.casefold() == "all"


REPORTS = (
    Command(
        name="report",
        help="Figures of a team as a picture and a table: in its channel, else by direct message",
        role=Role.SUPERVISOR,
        handler=_report,
        arguments=(
            Argument(
                name="team",
                kind=Kind.TEAM,
                help="its name, or all; in a team's channel that team",
                required=False,
            ),
            Argument(
                name="period",
                kind=Kind.TEXT,
                help="today, last 7 days, last month, 2026-10, 2026-10-01..2026-10-31",
                required=False,
            ),
        ),
    ),
)
