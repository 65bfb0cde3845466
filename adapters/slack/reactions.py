"""A thumb up under a reply is a kind word: it offers the team to close, and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.slack.people import People
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.conversation import Conversation
from bot.domain.identity import qualify
from bot.domain.states import Status
from bot.ports.inbound import Written
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx

Json = dict[str, Any]
# Slack: skin tones follow the name after `::`.
KIND = {"+1": "👍", "thumbsup": "👍", "heart": "❤️", "pray": "🙏", "ok_hand": "👌"}


class Reactions:
    def __init__(self, workspace: Workspace, baton: Baton, people: People) -> None:
        self._workspace = workspace
        self._baton = baton
        self._people = people

    async def added(self, event: Json) -> None:
        """Only where the ticket's contact reacts to a reply and is awaited; else it is no word."""
        word = KIND.get(str(event.get("reaction", "")).partition("::")[0])
        item: Json = event.get("item") or {}
        if word is None or item.get("type") != "message":
            return
        user, channel, ts = str(event["user"]), str(item["channel"]), str(item["ts"])
        person = qualify(self._workspace.id, user)
        found = await self._baton.store.read(_awaiting, self._workspace.id, channel, ts, person)
        if found is None:
            return
        await self._baton.receive(
            Written(
                workspace=self._workspace.id,
                channel=channel,
                thread=found.thread,
                direct=found.direct,
                source_id=f"{ts}/{user}/{event['reaction']}",
                author=await self._people.person(user),
                text=word,
                at=datetime.fromtimestamp(float(event.get("event_ts") or ts), UTC),
            )
        )


def _awaiting(tx: Tx, workspace: str, channel: str, ts: str, person: str) -> Conversation | None:
    """The conversation whose ticket waits for an answer to the reply that stands there."""
    found = tx.outbox.copy_at(workspace, channel, ts)
    if found is None or found[1].kind is not LaneKind.CONTACT:
        return None
    conversation = tx.conversations.get(found[1].ref)
    ticket = tx.tickets.open_of(conversation.id)
    awaited = ticket is not None and ticket.status is Status.AWAITING
    return conversation if awaited and conversation.contact == person else None
