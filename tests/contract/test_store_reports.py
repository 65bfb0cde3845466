"""The rows of reports, on both databases: as many as there are, and found by index."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from bot.domain.conversation import Conversation
from bot.domain.message import Author
from bot.domain.report import Alone, Row
from bot.domain.states import Status
from bot.domain.thread import Thread
from bot.domain.ticket import Ticket
from bot.ports.store import Store, Tx
from storage.repositories import reports
from tests.contract.test_store import NOW, conversation, message, ticket

HOUR = timedelta(hours=1)
START, END = NOW, NOW + 10 * HOUR


def some_tickets(tx: Tx) -> list[Ticket]:
    """With every border of the period among them."""
    dice = Random(7)
    around = (-3, -1, 0, 1, 5, 9, 10, 11)
    made = []
    for opened in around:
        for closed in (*around, None):
            if closed is not None and closed < opened:
                continue
            made.append(
                ticket(
                    tx,
                    conversation(tx),
                    team=dice.choice(["support", "billing"]),
                    status=Status.CLOSED if closed is not None else Status.OPEN,
                    opened_at=NOW + opened * HOUR,
                    closed_at=None if closed is None else NOW + closed * HOUR,
                    first_response=timedelta(seconds=dice.randrange(99)),
                    practice=dice.random() < 0.2,
                )
            )
    return made


def held(moment: datetime | None) -> bool:
    return moment is not None and START <= moment < END


@pytest.mark.parametrize("team", ["", "support"])
async def test_the_tickets_of_a_period(store: Store, team: str) -> None:
    def unit(tx: Tx) -> None:
        made = [one for one in some_tickets(tx) if not one.practice and team in {"", one.team}]
        wanted = [one for one in made if held(one.opened_at) or held(one.closed_at)]
        found = tx.reports.rows(team, START, END)
        assert [one.number for one in found] == [one.number for one in wanted]
        for row, one in zip(found, wanted, strict=True):
            for name in (field.name for field in fields(Row)):
                assert getattr(row, name) == getattr(one, name), name
        before = [one for one in made if one.opened_at < START]
        still = [one for one in before if one.closed_at is None or one.closed_at >= END]
        assert tx.reports.older(team, START, END) == len(still)

    await store.transact(unit)


async def test_what_the_agent_resolved_alone(store: Store) -> None:
    def unit(tx: Tx) -> None:
        def answered(**facts: Any) -> Conversation:
            one = conversation(tx, started_at=NOW + HOUR, **facts)
            message(tx, one, author=Author.AGENT)
            message(tx, one, author=Author.AGENT)
            return one

        answered()
        answered(channel="lobby", direct=True)
        ticket(tx, answered())
        taken = answered()
        tx.threads.add(
            Thread(
                conversation_id=taken.id,
                team="support",
                workspace="console",
                channel="support",
                opened_at=NOW,
                history_to=0,
            )
        )
        conversation(tx, started_at=NOW + HOUR)  # nobody answered yet
        message(tx, conversation(tx, started_at=END), author=Author.AGENT)
        answered(workspace="practice")
        found = {(one.channel, one.direct): one for one in tx.reports.agent(START, END)}
        shop = Alone(workspace="console", channel="shop", direct=False, conversations=3, alone=1)
        lobby = Alone(workspace="console", channel="lobby", direct=True, conversations=1, alone=1)
        assert found == {("shop", False): shop, ("lobby", True): lobby}

    await store.transact(unit)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_statement_reads_whole_tables(store: Store) -> None:
    def unit(tx: Any) -> None:
        connection = tx.reports.session.connection
        facts = {"team": "", "start": START.isoformat(), "end": END.isoformat()}
        wanted = (
            {"tickets_opened"},
            {"tickets_closed"},
            {"tickets_one_open", "tickets_queue", "tickets_holder", "tickets_assigned"},
            {"tickets_closed"},
            {"conversations_started"},
        )
        for statement, indexes in zip(reports.STATEMENTS, wanted, strict=True):
            compiled = statement.compile(connection.engine)
            values = tuple({**compiled.params, **facts}[name] for name in compiled.positiontup)
            plan = connection.connection.driver_connection.execute(
                f"EXPLAIN QUERY PLAN {compiled}", values
            )
            steps = [str(row[3]) for row in plan]
            assert set(steps[0].split()) & indexes, steps
            assert not [one for one in steps if one.startswith("SCAN") and " USING " not in one]

    await store.transact(unit)
