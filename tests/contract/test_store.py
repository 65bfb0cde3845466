"""Every repository does what its port says, on both databases."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.card import Post, Transcript
from bot.domain.conversation import Conversation, Mode
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, Author, Delivery, Message
from bot.domain.states import Status
from bot.domain.summary import Point, Summary
from bot.domain.thread import Event, Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import LaneKind
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Store, Tx
from storage.store import open_store
from tests.contract.listening import all_ears

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def conversation(tx: Tx, **facts: Any) -> Conversation:
    given: dict[str, Any] = {
        "workspace": "console",
        "channel": "shop",
        "contact": "console:ana",
        "contact_name": "Ana",
        "agent_after": 0,
        "started_at": NOW,
        "last_message_at": NOW,
    }
    return tx.conversations.add(Conversation(**{**given, **facts}))


def message(tx: Tx, of: Conversation, **facts: Any) -> Message:
    given: dict[str, Any] = {
        "conversation_id": of.id,
        "author": Author.CONTACT,
        "author_id": "console:ana",
        "author_name": "Ana",
        "text": "Hello",
        "at": NOW,
    }
    return tx.messages.add(Message(**{**given, **facts}))


def ticket(tx: Tx, of: Conversation, **facts: Any) -> Ticket:
    given: dict[str, Any] = {
        "conversation_id": of.id,
        "team": "support",
        "signal": "keyword",
        "reason": "refund",
        "opened_at": NOW,
        "restarted_at": NOW,
    }
    return tx.tickets.add(Ticket(**{**given, **facts}))


async def test_a_conversation_comes_back_as_it_was(store: Store) -> None:
    def unit(tx: Tx) -> None:
        full = conversation(
            tx,
            thread="7.1",
            direct=True,
            contact_avatar="https://a/b.png",
            mode=Mode.TAKEOVER,
            epoch=3,
            answers=2,
            takeover_by="console:bob",
            takeover_until=NOW + HOUR,
        )
        assert full.id
        assert tx.conversations.get(full.id) == full == tx.conversations.lock(full.id)
        later = replace(full, mode=Mode.AGENT, thread=None, takeover_until=None)
        tx.conversations.put(later)
        assert tx.conversations.get(full.id) == later
        with pytest.raises(NotFound):
            tx.conversations.get(404)
        with pytest.raises(NotFound):
            tx.conversations.lock(404)
        with pytest.raises(NotFound):
            tx.conversations.put(replace(full, id=404))

    await store.transact(unit)


async def test_conversations_are_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        first = conversation(tx, thread="1", last_message_at=NOW + HOUR)
        second = conversation(tx, thread="2")
        conversation(tx, channel="other", last_message_at=NOW + 9 * HOUR)
        conversation(tx, contact="console:eve", last_message_at=NOW + 9 * HOUR)
        found = tx.conversations
        assert found.in_thread("console", "shop", "1") == first
        assert found.in_thread("console", "other", "1") is None
        assert found.latest_of("console:ana", "console", "shop") == first
        assert found.latest_of("console:ana", "slack:T1", "shop") is None
        assert found.with_ticket_of("console:ana", "console", "shop") is None
        opened = ticket(tx, second)
        assert found.with_ticket_of("console:ana", "console", "shop") == second
        tx.tickets.put(replace(opened, status=Status.CLOSED))
        assert found.with_ticket_of("console:ana", "console", "shop") is None

    await store.transact(unit)


async def test_takeovers_come_due_and_the_agents_conversations_are_listed(store: Store) -> None:
    def unit(tx: Tx) -> None:
        agent = conversation(tx)
        over = conversation(tx, mode=Mode.TAKEOVER, takeover_until=NOW, last_message_at=NOW + HOUR)
        later = conversation(tx, mode=Mode.TAKEOVER, takeover_until=NOW + HOUR)
        conversation(tx, mode=Mode.TICKET)
        assert tx.conversations.takeovers_due(NOW - HOUR, 9) == []
        assert tx.conversations.takeovers_due(NOW, 9) == [over]
        assert tx.conversations.takeovers_due(NOW + HOUR, 9) == [over, later]
        assert tx.conversations.takeovers_due(NOW + HOUR, 1) == [over]
        assert tx.conversations.with_agent(NOW, 9) == [over, later, agent]
        assert tx.conversations.with_agent(NOW, 1) == [over]
        assert tx.conversations.with_agent(NOW + HOUR, 9) == [over]

    await store.transact(unit)


async def test_a_message_comes_back_as_it_was(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx)
        opened = ticket(tx, where)
        full = message(
            tx,
            where,
            ticket_number=opened.number,
            author=Author.ATTENDANT,
            text="Olá 👋 <b>\n" * 50,
            attachments=(
                Attachment(name="ä.png", media_type="image/png", size=3, digest="ab" * 32),
                Attachment(name="x", media_type="", size=0, problem="too large"),
            ),
            at=NOW.astimezone(),
            epoch=4,
            reply_to=1,
            source_id="1700.1",
            intro="Bob here",
            delivery=Delivery.PENDING,
            delivered_at=NOW,
            slow=True,
            problem="channel_archived",
            sentiment=-0.25,
            edited_at=NOW,
            source_edited_at=NOW,
            edited_after_reply=True,
            deleted_at=NOW,
        )
        assert tx.messages.get(full.id) == full
        tx.messages.put(replace(full, delivery=Delivery.DELIVERED, attachments=()))
        assert tx.messages.get(full.id).delivery is Delivery.DELIVERED
        assert tx.messages.get(full.id).attachments == ()
        with pytest.raises(NotFound):
            tx.messages.get(404)

    await store.transact(unit)


async def test_what_a_database_cannot_hold_does_not_stop_a_message(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx, contact_name="A\x00na")
        odd = Attachment(name="\ud83dx\x00", media_type="", size=1)
        full = message(tx, where, text="half \ud83d of a pair, \x00", attachments=(odd,))
        read = tx.messages.get(full.id)
        assert read.text == "half \ufffd of a pair, \ufffd"
        assert read.attachments[0].name == "\ufffdx\ufffd"
        tx.messages.add_revision(full.id, "\x00", NOW)
        tx.people.put(Person(id="console:o", name="O\x00"))
        assert tx.people.named("o\x00") == tx.people.named("O\ufffd") != []

    await store.transact(unit)


async def test_messages_are_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here, there = conversation(tx), conversation(tx, channel="other")
        one = message(tx, here, source_id="s1")
        two = message(tx, here, at=NOW - HOUR)
        three = message(tx, there, source_id="s1")
        found = tx.messages
        assert found.of(here.id) == [one, two], "commit order, whatever the platform's clock says"
        assert found.of(here.id, after=one.id) == [two]
        assert found.of(here.id, since=NOW) == [one]
        assert found.of(404) == []
        assert found.by_source(here.id, "s1") == one
        assert found.by_source(there.id, "s2") is None
        assert found.find_source("console", "other", "s1") == three
        assert found.find_source("slack:T1", "other", "s1") is None
        began = Place(workspace="console", channel="dm:ana")
        tx.outbox.lane(LaneKind.CONTACT, here.id, began)
        tx.outbox.lane(LaneKind.THREAD, there.id, began)
        assert found.find_moved("console", "dm:ana", "s1") == one
        assert found.find_moved("slack:T1", "dm:ana", "s1") is None
        assert (tx.outbox.began(here.id), tx.outbox.began(there.id)) == ("dm:ana", "")

    await store.transact(unit)


async def test_revisions_keep_what_was_said(store: Store) -> None:
    def unit(tx: Tx) -> None:
        said = message(tx, conversation(tx))
        tx.messages.add_revision(said.id, "first", NOW)
        tx.messages.add_revision(said.id, "second", NOW - HOUR)
        assert tx.messages.revisions(said.id) == [("first", NOW), ("second", NOW - HOUR)]
        assert tx.messages.revisions(404) == []

    await store.transact(unit)


async def test_slow_messages_are_those_still_under_way(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx)
        second = message(tx, where, delivery=Delivery.PENDING)
        first = message(tx, where, delivery=Delivery.PENDING, at=NOW - HOUR)
        message(tx, where, delivery=Delivery.PENDING, slow=True)
        message(tx, where, delivery=Delivery.DELIVERED)
        message(tx, where)
        assert tx.messages.slow(NOW, 9) == [first]
        assert tx.messages.slow(NOW + HOUR, 9) == [first, second]
        assert tx.messages.slow(NOW + HOUR, 1) == [first]

    await store.transact(unit)


async def test_ticket_numbers_have_no_gaps(store: Store) -> None:
    def open_one(tx: Tx, contact: str, *, fails: bool = False) -> int:
        number = ticket(tx, conversation(tx, contact=contact)).number
        if fails:
            raise BadInput(problem="no")
        return number

    with pytest.raises(BadInput):
        await store.transact(open_one, "console:x", fails=True)
    numbers = await asyncio.gather(*(store.transact(open_one, f"c{n}") for n in range(20)))
    assert sorted(numbers) == list(range(1, 21))


async def test_a_ticket_comes_back_as_it_was(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx)
        full = ticket(
            tx,
            where,
            status=Status.AWAITING,
            holder="console:bob",
            due_at=NOW,
            inactivity_at=NOW,
            resolution=timedelta(days=3, microseconds=1),
            reopened=2,
        )
        assert tx.tickets.get(full.number) == full == tx.tickets.lock(full.number)
        closed = replace(full, status=Status.CLOSED, resolution=timedelta(0), holder=None)
        tx.tickets.put(closed)
        assert tx.tickets.get(full.number) == closed
        with pytest.raises(NotFound):
            tx.tickets.get(404)

    await store.transact(unit)


async def test_tickets_are_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        ana, eve = conversation(tx), conversation(tx, contact="console:eve")
        old = ticket(tx, ana, status=Status.CLOSED)
        current = ticket(tx, ana)
        ticket(tx, eve)
        found = tx.tickets
        assert found.open_of(ana.id) == current == found.last_of(ana.id)
        assert found.of_contact("console:ana") == [old, current]
        found.put(replace(current, status=Status.CLOSED))
        assert found.open_of(ana.id) is None
        assert found.last_of(ana.id) == replace(current, status=Status.CLOSED)
        assert found.last_of(404) is None

    await store.transact(unit)


async def test_a_ticket_that_began_the_same_is_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        ticket(tx, conversation(tx), signal="agent failed")
        begun = tx.tickets.begun
        assert begun("support", "agent failed", NOW, below=2)
        assert not begun("support", "agent failed", NOW, below=1)
        assert not begun("billing", "agent failed", NOW, below=2)
        assert not begun("support", "keyword", NOW, below=2)
        assert not begun("support", "agent failed", NOW + HOUR, below=2)
        tx.tickets.put(replace(tx.tickets.get(1), status=Status.CLOSED))
        assert not begun("support", "agent failed", NOW, below=2)

    await store.transact(unit)


async def test_whoever_has_open_tickets_is_found_once(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert tx.tickets.responsible() == []
        for held in ({"holder": "b"}, {"holder": "a"}, {"holder": "b"}, {"assigned": "c"}, {}):
            ticket(tx, conversation(tx), **held)
        ticket(tx, conversation(tx), assigned="a")
        ticket(tx, conversation(tx), holder="gone", status=Status.CLOSED)
        assert tx.tickets.responsible() == ["a", "b", "c"]
        assert tx.tickets.numbers("support", 9) == [1, 2, 3, 4, 5, 6]
        assert len(tx.tickets.numbers("support", 2)) == 2
        assert tx.tickets.numbers("billing", 9) == []

    await store.transact(unit)


async def test_a_conversation_has_one_open_ticket(store: Store) -> None:
    where = await store.transact(conversation)
    await store.transact(ticket, where, status=Status.CLOSED)
    second = await store.transact(ticket, where)
    with pytest.raises(IntegrityError):
        await store.transact(ticket, where)
    await store.transact(lambda tx: tx.tickets.put(replace(second, status=Status.CLOSED)))
    assert (await store.transact(ticket, where)).number == 3


async def test_inactive_tickets_come_due(store: Store) -> None:
    def unit(tx: Tx) -> None:
        late = ticket(tx, conversation(tx), inactivity_at=NOW + HOUR)
        early = ticket(tx, conversation(tx), inactivity_at=NOW)
        ticket(tx, conversation(tx))
        assert tx.tickets.inactive(NOW - HOUR, 9) == []
        assert tx.tickets.inactive(NOW + HOUR, 9) == [early, late]
        assert tx.tickets.inactive(NOW + HOUR, 1) == [early]

    await store.transact(unit)


async def test_promises_come_due(store: Store) -> None:
    def unit(tx: Tx) -> None:
        late = ticket(tx, conversation(tx), sla_at=NOW + HOUR)
        early = ticket(tx, conversation(tx), sla_at=NOW)
        ticket(tx, conversation(tx))
        assert tx.tickets.promised(NOW - HOUR, 9) == []
        assert tx.tickets.promised(NOW + HOUR, 9) == [early, late]
        assert tx.tickets.promised(NOW + HOUR, 1) == [early]

    await store.transact(unit)


async def test_unclaimed_tickets_come_due(store: Store) -> None:
    def unit(tx: Tx) -> None:
        facts = {"unclaimed_since": NOW - HOUR, "reminded": 2, "reminded_at": NOW}
        late = ticket(tx, conversation(tx), ladder_at=NOW + HOUR, **facts)
        early = ticket(tx, conversation(tx), ladder_at=NOW)
        ticket(tx, conversation(tx))
        assert tx.tickets.unclaimed(NOW - HOUR, 9) == []
        assert tx.tickets.unclaimed(NOW + HOUR, 9) == [early, late]
        assert tx.tickets.unclaimed(NOW + HOUR, 1) == [early]

    await store.transact(unit)


async def test_nothing_comes_due_where_a_place_catches_up(store: Store) -> None:
    """They must not fill the batches either, while others are due."""

    def unit(tx: Tx) -> None:
        where = conversation(tx)
        waits = ticket(tx, where, sla_at=NOW, inactivity_at=NOW)
        there = where.workspace, where.channel
        tx.sources.watch(*there, "", "1")
        tx.sources.watch(*there, "a thread", "1")
        source = tx.sources.get(*there)
        assert source is not None
        for catching_up, due in ((True, []), (False, [waits])):
            tx.sources.put(replace(source, catching_up=catching_up))
            assert tx.tickets.promised(NOW, 9) == due
            assert tx.tickets.inactive(NOW, 9) == due

    await store.transact(unit)


async def test_who_has_how_many_open_tickets(store: Store) -> None:
    def unit(tx: Tx) -> None:
        ana, bob = "console:ana", "console:bob"
        held = ticket(tx, conversation(tx), holder=ana, status=Status.IN_PROGRESS)
        given = ticket(tx, conversation(tx), assigned=ana, due_at=NOW)
        other = ticket(tx, conversation(tx), holder=bob, assigned=ana, status=Status.AWAITING)
        ticket(tx, conversation(tx), holder=ana, status=Status.CLOSED)
        late = ticket(tx, conversation(tx), due_at=NOW + HOUR)
        never = ticket(tx, conversation(tx))
        soon = ticket(tx, conversation(tx), due_at=NOW)
        ticket(tx, conversation(tx), team="billing")
        assert tx.tickets.of_attendant(ana) == [held, given, other]
        assert tx.tickets.load([ana, bob, "console:eve"]) == {ana: 2, bob: 1}
        assert tx.tickets.load([]) == {}
        assert tx.tickets.unassigned("support", 9) == [soon, late, never]
        assert tx.tickets.unassigned("support", 1) == [soon]

    await store.transact(unit)


async def test_turns_are_kept_for_each_team(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert tx.people.turns("support") == {}
        tx.people.take_turn("support", "console:ana", 1)
        tx.people.take_turn("support", "console:bob", 2)
        tx.people.take_turn("support", "console:ana", 3)
        tx.people.take_turn("billing", "console:ana", 1)
        assert tx.people.turns("support") == {"console:ana": 3, "console:bob": 2}

    await store.transact(unit)


@ON_POSTGRES
async def test_a_due_row_is_claimed_by_one_process(store: Store, database_url: str) -> None:
    def prepare(tx: Tx) -> None:
        ticket(tx, conversation(tx), inactivity_at=NOW, sla_at=NOW)
        ticket(tx, conversation(tx), ladder_at=NOW)
        conversation(tx, mode=Mode.TAKEOVER, takeover_until=NOW)

    def claim(tx: Tx) -> tuple[int, int, int]:
        inactive, unclaimed = tx.tickets.inactive(NOW, 9), tx.tickets.unclaimed(NOW, 9)
        return len(inactive), len(unclaimed), len(tx.conversations.takeovers_due(NOW, 9))

    claimed, leave = threading.Event(), threading.Event()

    def hold(tx: Tx) -> tuple[int, int, int]:
        found = claim(tx)
        claimed.set()
        assert leave.wait(60)
        return found

    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]
    await store.transact(prepare)
    holding = asyncio.create_task(other.transact(hold))
    await asyncio.to_thread(claimed.wait, 60)
    assert await store.transact(claim) == (0, 0, 0)
    leave.set()
    assert await holding == (1, 1, 1)
    assert await store.transact(claim) == (1, 1, 1), "negative control: free again after the commit"
    await other.close()


async def test_of_two_who_lock_the_second_sees_what_the_first_did(
    store: Store, database_url: str
) -> None:
    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]
    where = await store.transact(conversation)

    def count(tx: Tx) -> None:
        current = tx.conversations.lock(where.id)
        tx.conversations.put(replace(current, answers=current.answers + 1))

    await asyncio.gather(*(one.transact(count) for one in (store, other) for _ in range(20)))
    assert (await store.read(lambda tx: tx.conversations.get(where.id))).answers == 40
    await other.close()


async def test_a_held_contact_begins_one_conversation(store: Store, database_url: str) -> None:
    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]

    def begin(tx: Tx) -> int:
        tx.conversations.hold_contact("console:ana", "console", "shop")
        found = tx.conversations.latest_of("console:ana", "console", "shop")
        return (found or conversation(tx)).id

    ids = await asyncio.gather(*(one.transact(begin) for one in (store, other) for _ in range(9)))
    assert len(set(ids)) == 1
    await other.close()


async def test_threads_are_found_until_they_are_cut_off(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx)
        opened = ticket(tx, where)
        facts = {"conversation_id": where.id, "team": "support", "workspace": "console"}
        old = tx.threads.add(
            Thread(**facts, channel="team", ticket_number=opened.number, opened_at=NOW)
        )
        assert tx.threads.of_ticket(opened.number) == old == tx.threads.get(old.id)
        assert tx.threads.of_takeover(where.id) is None
        tx.threads.put(replace(old, cut_off=True, anchor="9.1", link="https://x"))
        assert tx.threads.of_ticket(opened.number) is None
        new = tx.threads.add(
            replace(old, predecessor_id=old.id, anchor="9.2", channel="second line")
        )
        assert tx.threads.of_ticket(opened.number) == new
        assert tx.threads.at("console", "team", "9.1") == replace(
            old, cut_off=True, anchor="9.1", link="https://x"
        )
        assert tx.threads.at("console", "team", "9.2") is None
        takeover = tx.threads.add(Thread(**facts, channel="team", opened_at=NOW))
        assert tx.threads.of_takeover(where.id) == takeover

    await store.transact(unit)


async def test_notes_summaries_and_events_are_kept(store: Store) -> None:
    def unit(tx: Tx) -> None:
        where = conversation(tx)
        opened = ticket(tx, where)
        note = tx.notes.add(
            Note(
                conversation_id=where.id,
                author_id="console:bob",
                author_name="Bob",
                text="vip",
                attachments=(Attachment(name="a", media_type="b", size=1),),
                at=NOW,
                source_id="3.1",
            )
        )
        assert tx.notes.get(note.id) == note
        assert tx.notes.of(where.id) == [note]
        summary = Summary(
            ticket_number=opened.number,
            reason=Point(text="refund", cites=(1, 2)),
            topics=(Point(text="a"), Point(text="b", cites=(3,))),
            last_action=Point(text="asked", cites=(4,)),
            by="offline agent",
            at=NOW,
        )
        tx.summaries.add(summary)
        second = tx.summaries.add(replace(summary, last_action=None, topics=()))
        assert tx.summaries.latest(opened.number) == second
        assert tx.summaries.latest(404) is None
        first = tx.events.add(
            Event(
                at=NOW,
                kind="claimed",
                actor="console:bob",
                conversation_id=where.id,
                ticket_number=opened.number,
                line="Bob claimed it",
                data={"b": "2", "a": "1"},
            )
        )
        other = tx.events.add(Event(at=NOW, kind="desk changed", actor="console:bob", data={}))
        assert tx.events.get(first.id) == first
        assert tx.events.of_ticket(opened.number) == [first]
        assert tx.events.of_ticket(opened.number, since=NOW) == [first]
        assert tx.events.of_ticket(opened.number, since=NOW + timedelta(seconds=1)) == []
        assert tx.events.recent(9) == [other, first]
        assert tx.events.recent(1) == [other]

    await store.transact(unit)


async def test_people_are_known_by_id_and_by_name(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert tx.people.get("slack:T1/U1") == Person(id="slack:T1/U1", name="U1")
        zoe = Person(id="slack:T1/U1", name="Zoë Straße", avatar="https://a")
        tx.people.put(replace(zoe, name="Before"))
        tx.people.put(zoe)
        tx.people.put(replace(zoe, id="discord:9/1"))
        assert tx.people.get("slack:T1/U1") == zoe
        assert {one.id for one in tx.people.named("zoë STRASSE")} == {"slack:T1/U1", "discord:9/1"}
        assert tx.people.named("Before") == []
        grouped = replace(zoe, groups=("discord-role:9/5", "discord-role:9/6"))
        tx.people.put(grouped)
        assert tx.people.get(zoe.id) == grouped
        assert tx.people.in_groups(["discord-role:9/6", "discord-role:9/7"]) == [grouped]
        tx.people.put(zoe)
        assert tx.people.in_groups(["discord-role:9/6"]) == []
        tx.people.set_away("slack:T1/U1", away=True)
        tx.people.set_away("slack:T1/U1", away=True)
        tx.people.set_away("slack:T1/U2", away=True)
        assert tx.people.away() == {"slack:T1/U1", "slack:T1/U2"}
        tx.people.set_away("slack:T1/U1", away=False)
        assert tx.people.away() == {"slack:T1/U2"}
        assert tx.people.get("slack:T1/U2").name == "U2"

    await store.transact(unit)


async def test_posts_stand_in_their_place(store: Store) -> None:
    def unit(tx: Tx) -> None:
        root = Place(workspace="console", channel="team")
        hello, edited = Post(voice="line", text="hello"), Transcript(title="t", lines=())
        first = tx.posts.add(root, "baton", hello, "key1", NOW)
        assert tx.posts.add(root, "baton", edited, "key1", NOW) == first
        inside = replace(root, thread=str(first))
        reply = tx.posts.add(inside, "bob", hello, "key2", NOW)
        assert [post.id for post in tx.posts.at(root)] == [first]
        assert [post.id for post in tx.posts.at(inside)] == [reply]
        assert tx.posts.edit(first, edited)
        assert tx.posts.delete(reply)
        assert not tx.posts.delete(reply)
        assert not tx.posts.edit(reply, edited)
        assert not tx.posts.edit(404, edited)
        standing, gone = tx.posts.get(first), tx.posts.get(reply)
        assert standing is not None
        assert gone is not None
        assert (standing.content, standing.edited, standing.deleted) == (edited, True, False)
        assert (gone.content, gone.edited, gone.deleted) == (hello, False, True)
        assert (gone.channel, gone.thread, gone.author, gone.at) == ("team", str(first), "bob", NOW)
        assert tx.posts.get(404) is None
        assert tx.posts.channels(9) == ["team"]

    await store.transact(unit)


async def test_of_many_posts_the_newest_are_read(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert (tx.posts.last_id(), tx.posts.channels(9)) == (0, [])
        team = Place(workspace="console", channel="team")
        added = [
            tx.posts.add(place, author, Post(voice="line", text="x"), f"key{number}", NOW)
            for number, (place, author) in enumerate(
                [
                    (team, "bob"),
                    (replace(team, channel="dm:ana"), "ana"),
                    (team, "baton"),
                    (replace(team, thread="1"), "bob"),
                    (team, "ana"),
                    (team, "baton"),
                ]
            )
        ]
        tx.posts.delete(added[4])
        told = {one: number for number, one in enumerate(added)}

        def of(found: list[Posted]) -> list[int]:
            return [told[one.id] for one in found]

        assert of(tx.posts.latest(team, 9)) == [0, 2, 5]
        assert of(tx.posts.latest(team, 2)) == [2, 5]
        assert of(tx.posts.latest(replace(team, thread="1"), 9)) == [3]
        assert of(tx.posts.others("baton", after=added[0])) == [1, 3]
        assert of(tx.posts.newest_of_others("baton", 3)) == [1, 3, 4]
        assert tx.posts.last_id() == added[-1]
        assert tx.posts.channels(9) == ["team", "dm:ana"]
        assert tx.posts.channels(1) == ["team"]

    await store.transact(unit)


async def test_small_facts(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert tx.meta.get("a") is None
        tx.meta.put("a", "1")
        tx.meta.put("a", "2")
        assert tx.meta.get("a") == "2"
        tx.meta.put("a", None)
        tx.meta.put("a", None)
        assert tx.meta.get("a") is None

    await store.transact(unit)


async def test_changes_wake_who_shows_them(store: Store) -> None:
    await all_ears(store)
    topics: set[str] = set()
    store.listen(topics.update)
    where = await store.transact(conversation)
    assert topics == {"conversations"}
    opened = await store.transact(ticket, where)
    assert topics == {"conversations", "tickets"}
    topics.clear()
    await store.transact(lambda tx: tx.tickets.put(opened))
    await store.transact(lambda tx: tx.conversations.put(where))
    await store.transact(lambda tx: tx.posts.add(where.place, "a", Post(voice="line"), "k", NOW))
    await store.transact(lambda tx: tx.desk.put(tx.desk.get()))
    assert topics == {"tickets", "conversations", "posts", "desk"}
