"""The command that has a customer played."""

from __future__ import annotations

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.domain.desk import Role, Team
from bot.domain.errors import BadInput
from bot.domain.scenarios import SCENARIOS
from bot.services import practice

_NAMES = tuple(one.name for one in SCENARIOS)
_COUNT = "practices"


def _practice(context: Context) -> Response:
    """Without a scenario the next one in turn, so that each comes round."""
    begun = context.tx.meta.count(_COUNT, 1)
    wanted = context.get("scenario") or _NAMES[(begun - 1) % len(_NAMES)]
    scenario = next(one for one in SCENARIOS if one.name == wanted)
    team = _team(context)
    ticket = practice.begin(context.tx, scenario, team, context.me, context.now)
    return Response(
        text=f"Practice ticket #{ticket.number} is open with {team.name}: {scenario.about}. The "
        "customer is played; answer as you would a real one. It is in no figures, and ends when "
        "you close it or leave it for half an hour."
    )


def _team(context: Context) -> Team:
    """The one that is named, else one's own, else the first. Raises `BadInput`, `NotFound`."""
    if context.get("team"):
        return resolve.team(context, context.get("team"))
    desk = context.tx.desk.get()
    found = (*desk.teams_of(*context.call.person.ids), *desk.teams)
    if not found:
        raise BadInput(problem="There is no team yet. /desk team add makes one.")
    return found[0]


PRACTICE = (
    Command(
        name="desk practice",
        help="Have a customer played, to train or to try Baton; no real contact is in it",
        role=Role.ATTENDANT,
        handler=_practice,
        arguments=(
            Argument(
                name="scenario",
                kind=Kind.WORD,
                help="which customer; empty: the next one",
                required=False,
                choices=_NAMES,
            ),
            Argument(name="team", kind=Kind.TEAM, help="who gets the ticket", required=False),
        ),
    ),
)
