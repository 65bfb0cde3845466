"""What a team's channel looks like to one member, read from the store in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from adapters.console import places
from adapters.console.outlet import standing
from adapters.console.views.cards import CardShown, due, waiting
from adapters.console.views.elements import clock_time
from adapters.console.views.posts import Shown
from bot.domain.card import Card, Post, Transcript
from bot.domain.errors import TicketError
from bot.domain.identity import Person
from bot.domain.queue import Sight
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Tx
from bot.services import note

_MOST_THREADS = 60
_MOST_POSTS = 300


@dataclass(frozen=True, kw_only=True)
class ChannelShown:
    name: str
    open: int
    current: bool


@dataclass(frozen=True, kw_only=True)
class TeamLook:
    """`thread` is empty when none is open; `root` is its card. `ended` says where the ticket went
    from a thread that takes nothing any more.
    """

    me: Person
    attendants: tuple[Person, ...]
    channels: tuple[ChannelShown, ...]
    channel: str
    feed: tuple[CardShown | Shown, ...]
    thread: str
    root: CardShown | None
    posts: tuple[Shown, ...]
    ended: str


def look(tx: Tx, attendant: str, channel: str, thread: str, now: datetime) -> TeamLook:
    """Whatever the address asks for and is not there falls back to what is."""
    people = places.attendants(tx)
    nobody = Person(id=places.WORKSPACE + ":visitor", name="Visitor")
    me = next((one for one in people if one.id == attendant), people[0] if people else nobody)
    names = places.team_channels(tx, me)
    root = _root(tx, channel, thread)
    if root and root.channel not in names:
        root = None
    if channel not in names:
        channel = root.channel if root else _home(tx, me, names)
    ended = _ended(tx, root) if root else ""
    return TeamLook(
        me=me,
        attendants=tuple(people),
        channels=tuple(_channel(tx, name, current=name == channel) for name in names),
        channel=channel,
        feed=_feed(tx, channel, str(root.id) if root else "", now),
        thread=str(root.id) if root else "",
        root=_card(tx, root, now) if root else None,
        posts=_posts(tx, root, now, over=bool(ended)) if root else (),
        ended=ended,
    )


def _root(tx: Tx, channel: str, thread: str) -> Posted | None:
    root = standing(tx, thread)
    fits = root and root.thread is None and isinstance(root.content, Card)
    return root if root and fits and channel in {"", root.channel} else None


def _home(tx: Tx, me: Person, names: list[str]) -> str:
    """Where something happened last, as nothing was chosen; else the member's own team."""
    lasts = [tx.posts.latest(places.thread(name, None), 1) for name in names]
    newest = max((post for last in lasts for post in last), key=lambda one: one.id, default=None)
    if newest:
        return newest.channel
    own = [team.channel for team in tx.desk.get().teams_of(me.id) if team.channel in names]
    return (own or names or [""])[0]


def _channel(tx: Tx, name: str, *, current: bool) -> ChannelShown:
    team = tx.desk.get().team_at(places.WORKSPACE, name)
    shares = tx.queue.shares(Sight(person="", teams=(team.name,))) if team else ()
    return ChannelShown(name=name, open=sum(one.count for one in shares), current=current)


def _feed(tx: Tx, channel: str, thread: str, now: datetime) -> tuple[CardShown | Shown, ...]:
    """The channel's own posts: in full, or as rows while one of the threads is open."""
    roots = tx.posts.latest(places.thread(channel, None), _MOST_THREADS) if channel else ()
    return tuple(
        _card(tx, one, now, compact=bool(thread), opens=True, current=str(one.id) == thread)
        if isinstance(one.content, Card)
        else _post(tx, one, now)
        for one in roots
    )


def _posts(tx: Tx, root: Posted, now: datetime, *, over: bool) -> tuple[Shown, ...]:
    """Nothing can be done any more where the thread is `over`: what could be done is not shown."""
    below = tx.posts.latest(places.thread(root.channel, str(root.id)), _MOST_POSTS)
    return tuple(_post(tx, one, now, over=over) for one in below)


def _ended(tx: Tx, root: Posted) -> str:
    thread = tx.threads.at(places.WORKSPACE, root.channel, str(root.id))
    try:
        if thread:
            note.still_here(tx, thread)
    except TicketError as error:
        return str(error)
    return ""


def _card(
    tx: Tx,
    posted: Posted,
    now: datetime,
    *,
    compact: bool = False,
    opens: bool = False,
    current: bool = False,
) -> CardShown:
    card = posted.content
    if not isinstance(card, Card):
        raise TypeError(card)
    promised, late = due(card.due_at, card.due, now)
    return CardShown(
        id=posted.id,
        card=card,
        when=clock_time(card.opened_at, now),
        waiting=waiting(card, now),
        due=promised,
        late=late,
        mentioned=_names(tx, card.mentions),
        compact=compact,
        opens=opens,
        current=current,
    )


def _post(tx: Tx, posted: Posted, now: datetime, *, over: bool = False) -> Shown:
    content = posted.content
    if not isinstance(content, Post | Transcript):
        content = Post(voice="line", text="")
    if over and isinstance(content, Post):
        content = replace(content, buttons=())
    mentions = content.mentions if isinstance(content, Post) else ()
    return Shown(
        id=posted.id,
        content=content,
        when=clock_time(posted.at, now),
        edited=posted.edited,
        mentioned=_names(tx, mentions),
    )


def _names(tx: Tx, people: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(places.shown(tx, one).name for one in people)
