"""What can be chosen in a form: teams, attendants, tickets."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import resolve
from bot.ports.store import Tx
from bot.services import inbox

Option = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Pairs of what a command takes and how it is called."""

    teams: tuple[Option, ...] = ()
    people: tuple[Option, ...] = ()
    tickets: tuple[Option, ...] = ()


def choices(tx: Tx, person: str) -> Choices:
    """What one person may choose from, their own tickets first."""
    labels = tx.queue.labels(inbox.within_reach(tx, tx.people.get(person)))
    return Choices(
        teams=tuple((team.name, team.name) for team in tx.desk.get().teams),
        people=tuple((one, tx.people.get(one).name) for one in resolve.attendants(tx)),
        tickets=tuple((str(one.number), f"#{one.number} · {one.contact}") for one in labels),
    )


def matching(found: Choices, typed: str) -> Choices:
    """Those whose name holds what was typed."""
    wanted = typed.casefold().strip().removeprefix("@").removeprefix("#")

    def fits(option: Option) -> bool:
        return wanted in option[1].casefold()

    return Choices(
        teams=tuple(filter(fits, found.teams)),
        people=tuple(filter(fits, found.people)),
        tickets=tuple(filter(fits, found.tickets)),
    )
