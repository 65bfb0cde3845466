"""Everything about one contact: found by who they are, and removed for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, delete, or_, select, text, update

from bot.domain.conversation import Conversation
from bot.domain.erasure import Erasure
from bot.domain.identity import Place
from bot.domain.message import Message
from bot.domain.thread import Event, Thread, without_words
from bot.ports.outbox import Effect, Lane, LaneKind, State
from bot.ports.repositories.platforms import ANY_DIRECT
from storage import tables
from storage.repositories.lanes import LANES
from storage.repositories.outlived import Outlived
from storage.rows import Rows

_CONVERSATIONS = Rows(tables.Conversations, Conversation)
_MESSAGES = Rows(tables.Messages, Message)
_EVENTS = Rows(tables.Events, Event)
_THREADS = Rows(tables.Threads, Thread)
_EFFECTS = Rows(tables.Effects, Effect)
_ERASURES = Rows(tables.Erasures, Erasure)
_M, _N, _E = _MESSAGES.table.c, tables.table(tables.Notes).c, _EVENTS.table.c
_TICKETS = tables.table(tables.Tickets)
_SUMMARIES = tables.table(tables.Summaries)
_REVISIONS = tables.table(tables.Revisions)
_COPIES = tables.table(tables.Copies)
_PEOPLE = tables.table(tables.People)
_MEMBERSHIPS = tables.table(tables.Memberships)
_ABSENCES = tables.table(tables.Absences)
_POSTS = tables.table(tables.Posts)
_SOURCES = tables.table(tables.Sources)
_PARKED = tables.table(tables.Parked)
_META = tables.table(tables.Meta)
_NOTES = tables.table(tables.Notes)
_VERSIONS = tables.table(tables.DeskVersions)

_OF_CONTACT = _CONVERSATIONS.select.where(
    _CONVERSATIONS.table.c.contact == bindparam("contact")
).order_by(_CONVERSATIONS.table.c.id)
_ELSEWHERE = _MESSAGES.select.where(
    text("author = 'participant'"), _M.author_id == bindparam("contact")
).order_by(_M.id)
_EVENTS_OF = _EVENTS.select.where(_E.conversation_id == bindparam("conversation_id")).order_by(
    _E.id
)
_THREADS_OF = _THREADS.select.where(
    _THREADS.table.c.conversation_id == bindparam("conversation_id")
).order_by(_THREADS.table.c.id)
_L = LANES.table.c
_OF_THREADS = (LaneKind.THREAD.value, LaneKind.CARD.value)
_OF_CONVERSATIONS = (LaneKind.CONTACT.value, LaneKind.AGENT.value, LaneKind.SUMMARY.value)
_LANES_OF = LANES.select.where(
    or_(
        and_(_L.kind.in_(_OF_CONVERSATIONS), _L.ref == bindparam("conversation_id")),
        and_(
            _L.kind == LaneKind.NOTICE.value,
            _L.ref.in_(select(_E.id).where(_E.conversation_id == bindparam("conversation_id"))),
        ),
        and_(
            _L.kind.in_(_OF_THREADS),
            _L.ref.in_(
                select(_THREADS.table.c.id).where(
                    _THREADS.table.c.conversation_id == bindparam("conversation_id")
                )
            ),
        ),
    )
).order_by(_L.id)
_F = _EFFECTS.table.c
_UNSURE = _EFFECTS.select.where(
    _F.lane_id == bindparam("lane_id"),
    or_(
        _F.state == State.SENDING.value,
        and_(_F.state == State.PENDING.value, _F.uncertain),
    ),
).order_by(_F.id)
_X = _ERASURES.table.c
_OF_DIGEST = _ERASURES.select.where(_X.digest == bindparam("digest")).order_by(_X.id.desc())
_UNFINISHED = _ERASURES.select.where(text(tables.UNFINISHED)).order_by(_X.id)
_NEWEST = _ERASURES.select.order_by(_X.id.desc()).limit(bindparam("limit"))
_FILES_OF_MESSAGES = select(cast(_M.attachments, String)).where(text(tables.WITH_FILES))
_FILES_OF_NOTES = select(cast(_N.attachments, String)).where(text(tables.WITH_FILES))
_MANY = 500  # values in one IN (…)


class Privacy(Outlived):
    def conversations(self, contact: str) -> list[Conversation]:
        return _CONVERSATIONS.all(self.session, _OF_CONTACT, contact=contact)

    def elsewhere(self, contact: str) -> list[Message]:
        return _MESSAGES.all(self.session, _ELSEWHERE, contact=contact)

    def events(self, conversation_id: int) -> list[Event]:
        return _EVENTS.all(self.session, _EVENTS_OF, conversation_id=conversation_id)

    def threads(self, conversation_id: int) -> list[Thread]:
        return _THREADS.all(self.session, _THREADS_OF, conversation_id=conversation_id)

    def lanes(self, conversation_id: int) -> list[Lane]:
        return LANES.all(self.session, _LANES_OF, conversation_id=conversation_id)

    def forget_messages(self, message_ids: Sequence[int]) -> None:
        for ids in _some(message_ids):
            self.session.run(delete(_REVISIONS).where(_REVISIONS.c.message_id.in_(ids)))
            self.session.run(delete(_MESSAGES.table).where(_M.id.in_(ids)))

    def forget_notes(self, note_ids: Sequence[int]) -> None:
        for ids in _some(note_ids):
            self.session.run(delete(_NOTES).where(_N.id.in_(ids)))

    def forget_summaries(self, conversation_id: int) -> None:
        own = select(_TICKETS.c.number).where(_TICKETS.c.conversation_id == conversation_id)
        self.session.run(delete(_SUMMARIES).where(_SUMMARIES.c.ticket_number.in_(own)))

    def forget_words(self, conversation_id: int) -> None:
        own = _TICKETS.c.conversation_id == conversation_id
        self.session.run(update(_TICKETS).where(own).values(reason="", close_reason=""))
        for event in self.events(conversation_id):
            self._blank(event)

    def forget_person(self, contact: str, names: Sequence[str]) -> None:
        self.session.run(delete(_MEMBERSHIPS).where(_MEMBERSHIPS.c.person == contact))
        self.session.run(delete(_ABSENCES).where(_ABSENCES.c.person == contact))
        self.session.run(delete(_PEOPLE).where(_PEOPLE.c.id == contact))
        known = cast(_VERSIONS.c.desk, String).contains(_as_json(contact), autoescape=True)
        self.session.run(delete(_VERSIONS).where(known))
        for name in (contact, *names):
            called = _VERSIONS.c.what.contains(name, autoescape=True)
            self.session.run(update(_VERSIONS).where(called).values(what=""))
            written = _as_json(name)
            drafts = _META.c.key.startswith("draft:") & _META.c.value.contains(
                written, autoescape=True
            )
            self.session.run(delete(_META).where(drafts))
            for event in self._naming(name, written):
                self._blank(event)

    def forget_place(self, place: Place) -> None:
        thread = place.thread
        for table in (_POSTS, _SOURCES):
            here = and_(
                table.c.workspace == place.workspace,
                table.c.channel == place.channel,
                *([] if thread is None else [table.c.thread == thread]),
            )
            self.session.run(delete(table).where(here))
        if thread is not None and thread.isdecimal() and place.workspace == "console":
            root = and_(_POSTS.c.channel == place.channel, _POSTS.c.id == int(thread))
            self.session.run(delete(_POSTS).where(root))
        self.session.topics.add("posts")

    def forget_parked(self, contact: str, place: Place) -> list[str]:
        waiting = _PARKED.c.channel.in_([place.channel, ANY_DIRECT])
        here = and_(_PARKED.c.workspace == place.workspace, waiting)
        found = self.session.run(select(_PARKED.c.id, _PARKED.c.inbound).where(here)).fetchall()
        gone = [(number, kept) for number, kept in found if _concerns(kept, contact, place)]
        for ids in _some([number for number, _ in gone]):
            self.session.run(delete(_PARKED).where(_PARKED.c.id.in_(ids)))
        return [kept for _, kept in gone]

    def forget_actor(self, contact: str, alias: str, conversation_ids: Sequence[int]) -> None:
        for ids in _some(conversation_ids):
            theirs = and_(_E.conversation_id.in_(ids), _E.actor == contact)
            self.session.run(update(_EVENTS.table).where(theirs).values(actor=alias))

    def forget_lane(self, lane_id: int) -> None:
        dead = _F.state == State.DEAD.value
        kept = select(_F.subject).where(_F.lane_id == lane_id, dead)
        self.session.run(delete(_EFFECTS.table).where(_F.lane_id == lane_id, ~dead))
        self.session.run(
            delete(_COPIES).where(_COPIES.c.lane_id == lane_id, _COPIES.c.subject.not_in(kept))
        )

    def hide_lane(self, lane_id: int) -> None:
        self.session.run(update(LANES.table).where(_L.id == lane_id).values(channel=""))

    def unsure(self, lane_id: int) -> list[Effect]:
        return _EFFECTS.all(self.session, _UNSURE, lane_id=lane_id)

    def used(self, digests: Sequence[str]) -> frozenset[str]:
        """One pass over all that carries files: cheaper than a search for each of them."""
        wanted, found = set(digests), set()
        if not wanted:
            return frozenset()
        for statement in (_FILES_OF_MESSAGES, _FILES_OF_NOTES):
            for (kept,) in self.session.run(statement):
                found |= wanted & {one.get("digest") for one in json.loads(kept)}
        waiting = [select(_PARKED.c.inbound), select(_META.c.value).where(_DRAFTS)]
        for statement in waiting:
            for (kept,) in self.session.run(statement):
                found |= {one for one in wanted if one in kept}
        return frozenset(found)

    def add(self, erasure: Erasure) -> Erasure:
        return _ERASURES.add(self.session, erasure)

    def put(self, erasure: Erasure) -> None:
        _ERASURES.put(self.session, erasure)

    def erasure(self, digest: str) -> Erasure | None:
        return _ERASURES.first(self.session, _OF_DIGEST, digest=digest)

    def unfinished(self) -> list[Erasure]:
        return _ERASURES.all(self.session, _UNFINISHED)

    def recent(self, limit: int) -> list[Erasure]:
        return _ERASURES.all(self.session, _NEWEST, limit=limit)

    def _naming(self, name: str, written: str) -> list[Event]:
        """Log lines of no conversation, such as a change of the desk, that name somebody."""
        told = or_(
            _E.line.contains(name, autoescape=True),
            cast(_E.data, String).contains(written, autoescape=True),
        )
        return _EVENTS.all(self.session, _EVENTS.select.where(_E.conversation_id.is_(None), told))

    def _blank(self, event: Event) -> None:
        bare = without_words(event)
        if bare != event:
            _EVENTS.put(self.session, bare)


_DRAFTS = _META.c.key.startswith("draft:")


def _some(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + _MANY] for at in range(0, len(ids), _MANY)]


def _as_json(words: str) -> str:
    """How words stand inside a JSON column."""
    return json.dumps(words)[1:-1]


def _concerns(kept: str, contact: str, place: Place) -> bool:
    inbound: dict[str, Any] = json.loads(kept)
    author = inbound.get("author") or {}
    threads = {inbound.get("thread"), inbound.get("opens")}
    inside = inbound["channel"] == place.channel and place.thread in {None, *threads}
    return inside or author.get("id") == contact
