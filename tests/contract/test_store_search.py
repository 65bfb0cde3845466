"""Tags, blocked contacts and the index of words do what their port says, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.blocking import Block
from bot.domain.queue import Sight
from bot.domain.search import Query, words
from bot.domain.states import Status
from bot.domain.thread import Note
from bot.ports.store import Store, Tx
from tests.contract.test_store import NOW, conversation, message, ticket

HOUR = timedelta(hours=1)
VIP = Sight(person="", teams=None, tag="vip")


def found(tx: Tx, said: str = "", **more: object) -> list[int]:
    query = replace(Query(words=words(said)), **more)  # type: ignore[arg-type]
    return [one.number for one in tx.search.tickets(query, me="console:bob", teams=None, limit=50)]


async def test_tags_come_back_by_the_alphabet_and_are_counted(store: Store) -> None:
    def unit(tx: Tx) -> None:
        one, two = (ticket(tx, conversation(tx)).number for _ in range(2))
        tx.tags.put(one, ["vip", "billing"])
        tx.tags.put(two, ["vip"])
        assert tx.tags.of(one) == ("billing", "vip")
        assert tx.tags.used(5) == ["vip", "billing"]
        assert {ticket.number for ticket in tx.queue.first(VIP, 9)} == {one, two}
        tx.tags.put(one, ["billing"])
        assert tx.tags.of(one) == ("billing",)
        tx.tickets.put(replace(tx.tickets.get(two), status=Status.CLOSED, closed_at=NOW))
        assert tx.queue.first(VIP, 9) == [], "only open tickets stand in the queue"

    await store.transact(unit)


async def test_a_block_is_kept_counted_and_lifted(store: Store) -> None:
    def unit(tx: Tx) -> None:
        block = Block(contact="console:eve", name="Eve", by="console:bob", at=NOW, reason="spam")
        assert tx.blocks.get("console:eve") is None
        tx.blocks.put(block)
        tx.blocks.kept_out("console:eve")
        tx.blocks.kept_out("console:nobody")
        assert tx.blocks.get("console:eve") == replace(block, kept_out=1)
        assert tx.blocks.all() == [replace(block, kept_out=1)]
        assert tx.blocks.remove("console:eve")
        assert not tx.blocks.remove("console:eve")

    await store.transact(unit)


async def test_words_are_found_wherever_they_stand(store: Store) -> None:
    """In messages, notes, the reason, the tags, the contact's name; all of them in one ticket."""

    def unit(tx: Tx) -> None:
        here = conversation(tx, contact_name="Ana Müller")
        one = ticket(tx, here, reason="The parcel is late").number
        other = ticket(tx, conversation(tx), reason="something else").number
        message(tx, here, ticket_number=one, text="Where is my GIFT-card?")
        tx.notes.add(
            Note(
                conversation_id=here.id,
                ticket_number=one,
                author_id="console:bob",
                author_name="Bob",
                text="Called the carrier",
                at=NOW,
            )
        )
        tx.tags.put(one, ["very-important"])
        for said in ("gift card", "carrier", "parcel", "muller", "MÜLLER", "important", "parc"):
            assert found(tx, said) == [one], said
        assert found(tx, "gift carrier parcel ana very") == [one]
        assert found(tx, "gift else") == []
        assert found(tx, "nowhere") == []
        assert found(tx) == [other, one]

    await store.transact(unit)


async def test_what_was_said_before_a_ticket_belongs_to_the_next_one(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        message(tx, here, text="first aardvark", at=NOW)
        one = ticket(tx, here, status=Status.CLOSED, opened_at=NOW + HOUR).number
        message(tx, here, text="then badger", at=NOW + 2 * HOUR)
        two = ticket(tx, here, status=Status.CLOSED, opened_at=NOW + 3 * HOUR).number
        message(tx, here, text="last cormorant", at=NOW + 4 * HOUR)
        message(tx, conversation(tx), text="only the agent knows the dingo")
        assert found(tx, "aardvark") == [one]
        assert found(tx, "badger") == [two]
        assert found(tx, "cormorant") == [two]
        assert found(tx, "dingo") == []

    await store.transact(unit)


async def test_the_index_follows_edits_renames_and_removals(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx, contact_name="Ana")
        one = ticket(tx, here).number
        said = message(tx, here, ticket_number=one, text="the old password is swordfish")
        tx.tags.put(one, ["urgent-matter"])
        tx.messages.put(replace(said, text="(removed)"))
        tx.conversations.put(replace(here, contact_name="Beatrix"))
        tx.tags.put(one, [])
        assert found(tx, "swordfish") == []
        assert found(tx, "ana") == []
        assert found(tx, "matter") == []
        assert found(tx, "beatrix removed") == [one]
        while tx.search.compact():
            pass
        assert found(tx, "beatrix removed") == [one]

    await store.transact(unit)


async def test_a_note_that_was_deleted_is_shown_to_nobody(store: Store) -> None:
    def unit(tx: Tx) -> None:
        one = ticket(tx, conversation(tx))
        note = tx.notes.add(
            Note(
                conversation_id=one.conversation_id,
                ticket_number=one.number,
                author_id="console:bob",
                author_name="Bob",
                text="The password is swordfish",
                at=NOW,
            )
        )
        assert found(tx, "swordfish") == [one.number]
        tx.notes.put(replace(note, deleted_at=NOW))
        assert found(tx, "swordfish") == []
        assert tx.search.passage(one, "swordfish") == ""

    await store.transact(unit)


async def test_a_row_that_is_deleted_leaves_no_words(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        one = ticket(tx, here).number
        said = message(tx, here, ticket_number=one, text="swordfish")
        assert found(tx, "swordfish") == [one]
        session = tx.search.session  # type: ignore[attr-defined]
        session.run(text(f"DELETE FROM messages WHERE id = {said.id}"))
        assert found(tx, "swordfish") == []

    await store.transact(unit)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_compacting_leaves_nothing_of_a_deleted_word(store: Store) -> None:
    def unit(tx: Tx) -> list[str]:
        here = conversation(tx)
        said = [message(tx, here, text=f"common rare{number}") for number in range(40)]
        session = tx.search.session  # type: ignore[attr-defined]
        session.run(
            text("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_words, row)")
        )
        for one in said[1:]:
            session.run(text(f"DELETE FROM messages WHERE id = {one.id}"))
        for _ in range(100):
            if not tx.search.compact():
                break
        else:
            raise AssertionError("it never ends")
        rows = session.run(text("SELECT term FROM temp.terms")).scalars()
        return [one for one in rows if one.startswith("rare")]

    assert await store.transact(unit) == ["rare0"]


async def test_a_unit_that_fails_leaves_no_words(store: Store) -> None:
    def unit(tx: Tx) -> None:
        message(tx, conversation(tx), text="swordfish")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.transact(unit)

    def after(tx: Tx) -> list[int]:
        here = conversation(tx)
        ticket(tx, here)
        return found(tx, "swordfish")

    assert await store.transact(after) == []


async def test_conditions_narrow_and_others_tickets_stay_hidden(store: Store) -> None:
    def unit(tx: Tx) -> None:
        mine = ticket(tx, conversation(tx), team="billing", holder="console:bob").number
        theirs = ticket(tx, conversation(tx), team="billing").number
        closed = ticket(tx, conversation(tx), status=Status.CLOSED, last_holder="console:al").number
        late = ticket(tx, conversation(tx), opened_at=NOW + HOUR).number
        tx.tags.put(closed, ["vip"])
        assert found(tx, team="billing") == [theirs, mine]
        assert found(tx, status=Status.CLOSED) == [closed]
        assert found(tx, tag="vip") == [closed]
        assert found(tx, tag="vip", team="billing") == []
        assert found(tx, holder="console:al") == [closed]
        assert found(tx, since=NOW + HOUR) == [late]
        assert found(tx, "refund", since=NOW + HOUR) == [late]
        seen = tx.search.tickets(Query(), me="console:bob", teams=["support"], limit=9)
        assert [one.number for one in seen] == [late, closed, mine]
        paged = tx.search.tickets(Query(), me="", teams=None, limit=2, offset=1)
        assert [one.number for one in paged] == [closed, theirs]

    await store.transact(unit)


@pytest.mark.parametrize(
    "said", ['" OR 1', "a'b -c", "AND NOT NEAR", "word*:&|!()", "日本語 текст"]
)
async def test_no_query_can_be_more_than_words(store: Store, said: str) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        one = ticket(tx, here).number
        assert found(tx, said) == []
        message(tx, here, ticket_number=one, text=f"x {said} y")
        assert found(tx, said) == [one]

    await store.transact(unit)


async def test_monstrous_words_are_stored_all_the_same(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        one = ticket(tx, here).number
        message(tx, here, ticket_number=one, text="x" * 40_000 + " needle")
        assert found(tx, "needle") == [one]

    await store.transact(unit)


async def test_a_passage_shows_where_the_word_stands(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        one = ticket(tx, here)
        message(tx, here, text="An old Parcel")
        message(tx, here, text="A new parcel")
        assert tx.search.passage(one, "parcel") == "A new parcel"
        assert tx.search.passage(one, "par%new") == ""

    await store.transact(unit)


async def test_practice_tickets_and_a_contacts_newest_are_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        here = conversation(tx)
        numbers = [
            ticket(tx, here, status=Status.CLOSED, practice=number == 1).number
            for number in range(3)
        ]
        played = ticket(tx, conversation(tx, contact="practice:nora"), practice=True)
        assert tx.tickets.practice() == [played]
        latest = tx.tickets.latest_of_contact("console:ana", 2)
        assert [one.number for one in latest] == numbers[:0:-1]
        assert [one.id for one in tx.conversations.of_contact("console:ana")] == [here.id]
        assert [one.id for one in tx.conversations.called("AN", 5)][-1] == here.id

    await store.transact(unit)
