"""What the desk says of a place on Discord."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from bot.domain.desk import DIRECT, Desk
from bot.domain.identity import Place
from bot.ports.store import Tx

PREFIX = "discord:"
ROLE = "discord-role:"
_NAME = 100


class Side(Enum):
    TEAM = "team"
    CONTACT = "contact"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place with what is needed to post there.

    `wants_thread`: the contact's thread is yet to be opened. `refuges` are the channels in
    which a contact who takes no direct messages may get a private thread.
    """

    place: Place
    side: Side
    direct: bool = False
    refuges: tuple[str, ...] = ()
    contact_name: str = ""

    @property
    def workspace(self) -> str:
        return self.place.workspace

    @property
    def channel(self) -> int:
        return int(self.place.channel)

    @property
    def target(self) -> int:
        """The channel that Discord knows it by: a thread is one of its own."""
        return int(self.place.thread or self.place.channel)

    @property
    def wants_thread(self) -> bool:
        return self.side is Side.CONTACT and not self.direct and self.place.thread is None

    @property
    def thread_name(self) -> str:
        return thread_name(self.contact_name)

    def within(self, thread: int) -> Spot:
        return replace(self, place=replace(self.place, thread=str(thread)))


def thread_name(contact: str) -> str:
    """Of a contact's thread. Discord: 100 characters."""
    return " ".join(f"Help for {contact or 'you'}".split())[:_NAME]


def spot(tx: Tx, place: Place) -> Spot:
    desk = tx.desk.get()
    if desk.team_at(place.workspace, place.channel):
        return Spot(place=place, side=Side.TEAM)
    connected = desk.channel_at(place.workspace, place.channel, direct=False)
    found = None
    if place.thread:
        found = tx.conversations.in_thread(place.workspace, place.channel, place.thread)
    return Spot(
        place=place,
        side=Side.CONTACT,
        direct=connected is None and place.thread is None,
        refuges=_refuges(desk, place.workspace),
        contact_name=found.contact_name if found else "",
    )


def workspaces(desk: Desk) -> tuple[str, ...]:
    """Every guild that the desk names, in its order; what cannot be one is for `baton check`."""
    named = [one.workspace for one in desk.channels] + [one.workspace for one in desk.teams]
    return tuple(dict.fromkeys(one for one in named if _is_guild(one)))


def direct_workspaces(desk: Desk) -> tuple[str, ...]:
    """The guilds whose members may write to Baton directly."""
    here = [one.workspace for one in desk.channels if one.channel == DIRECT]
    return tuple(one for one in here if _is_guild(one))


def _is_guild(workspace: str) -> bool:
    return workspace.startswith(PREFIX) and workspace.removeprefix(PREFIX).isdecimal()


def rooms(desk: Desk, workspace: str) -> tuple[str, ...]:
    """The channels of a guild that Baton follows: those of contacts, and those of teams."""
    contacts = [one.channel for one in desk.channels if one.workspace == workspace]
    teams = [one.channel for one in desk.teams if one.workspace == workspace]
    return tuple(dict.fromkeys(one for one in (*contacts, *teams) if one != DIRECT))


def _refuges(desk: Desk, workspace: str) -> tuple[str, ...]:
    here = [one.channel for one in desk.channels if one.workspace == workspace]
    return tuple(one for one in here if one.isdecimal())
