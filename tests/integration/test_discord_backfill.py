"""What Discord is asked for is compared with what Baton knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from adapters.discord.backfill import Backfill
from bot.domain.conversation import Conversation
from bot.domain.identity import Place
from bot.domain.message import Author, Message
from bot.ports.store import Tx
from tests.world import World


class Http:
    """Knows no message any more."""

    async def get_message(self, _channel: int, _message: int) -> Any:
        answer: Any = SimpleNamespace(status=404, reason="Not Found")
        raise discord.NotFound(answer, {"code": 10008, "message": "Unknown Message"})


class Session:
    async def http(self) -> Http:
        return Http()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_thread_that_opens_while_it_is_looked_for_hides_no_deletion(world: World) -> None:
    """It was not there yet when the threads were listed, and is open when they are compared."""

    def known(tx: Tx) -> int:
        where = {"workspace": "discord:9", "channel": "600"}
        spoken = {"contact": "discord:9/1", "contact_name": "Carol"}
        times = {"started_at": world.clock.now(), "last_message_at": world.clock.now()}
        begun: Any = {**where, **spoken, **times, "thread": "7", "contact_avatar": ""}
        conversation = tx.conversations.add(Conversation(**begun, direct=False))
        tx.sources.watch(*where.values(), "7", "7")  # its thread is open
        said: Any = {"conversation_id": conversation.id, "text": "hello", "at": world.clock.now()}
        who: Any = {"author": Author.CONTACT, "author_id": "discord:9/1", "author_name": "Carol"}
        return tx.messages.add(Message(**said, **who, source_id="8")).id

    async def is_deleted() -> bool:
        found = await world.store.read(lambda tx: tx.messages.get(message))
        return found.deleted_at is not None

    message = await world.store.transact(known)
    given: Any = (world.baton, Session(), None, None)
    looking, root = Backfill(*given), Place(workspace="discord:9", channel="600")
    await looking._compare(root, {None: {1}}, [])
    assert not await is_deleted(), "nobody has looked there"
    await looking._compare(root, {None: {1}}, [], {"7"})
    assert await is_deleted()
