"""Slack in a process of its own that is never killed; contacts write in threads and directly."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from typing import Any

from benchmarks.chaos.scene import CALL_RATE, EVENT_RATE, Ledger, contact_name
from benchmarks.chaos.verdict import CONTACT, TEAM, is_opening, openings, words
from tests.emulators.slack.client import Slack

Json = dict[str, Any]
_CALLS = {
    "ratelimited": {"retry_after": 1},
    "error_before": {"status": 503},
    "error_after": {"status": 500},
    "drop_before": {},
    "drop_after": {},
    "slow": {"delay": 0.5},
    "slow_after": {"delay": 1.0},
}
_EVENTS = {
    "duplicate": {},
    "reorder": {"delay": 0.2},
    "delay": {"delay": 0.15},
    "lose_ack": {},
}
_CONNECTION = ("abort", "close", "refresh_requested", "warning")
_ATTENDANT = "U0ALICE"
_TICKET = re.compile(r"#(\d+) · ")
_REPLY = re.compile(r"'message:edit'.*?'value': '(\d+)'")
_CHANGED, _TAKEN_BACK = "Changed, also", "Deleted, also"
# Slack sends again at once, after 60 s and after 300 s; here after 1.2 s and 6 s.
_TIME_SCALE = 0.02


class SlackScene:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._roots: dict[int, Json] = {}
        self._directs: dict[int, str] = {}
        self._written: dict[str, tuple[str, Json]] = {}

    async def prepare(self) -> None:
        await self._slack.config(message_rate=0, time_scale=_TIME_SCALE)

    async def ready(self) -> None:
        await self._slack.wait_for(self._slack.sockets, within=60, what="a connection")

    async def join(self, conversation: int, *, in_peace: bool) -> None:  # noqa: ARG002 - Slack lists direct messages
        """Every other one writes directly, the rest in the channel's threads."""
        user, name = _user(conversation), contact_name(conversation)
        person = await self._slack.add_user(user, name=name.lower(), real_name=name)
        if conversation % 2:
            self._directs[conversation] = await person.open_dm()
        else:
            await person.join("C0HELP")

    async def write(self, conversation: int, word: str) -> None:
        person = self._slack.user(_user(conversation))
        if direct := self._directs.get(conversation):
            is_first = is_opening(word)
            said = await person.post(direct, f"a refund {word}" if is_first else word)
        elif root := self._roots.get(conversation):
            said = await person.post("C0HELP", word, thread=root)
        else:
            said = self._roots[conversation] = await person.post("C0HELP", f"a refund {word}")
        self._written[word] = person.id, said

    async def note(self, thread: str, word: str) -> None:
        said = await self._slack.user(_ATTENDANT).post("C0TEAM", word, thread=thread)
        self._written[word] = _ATTENDANT, said

    async def edit(self, word: str, mark: str) -> None:
        who, said = self._written[word]
        await self._slack.user(who).edit(said, f"{word} {mark}")

    async def delete(self, word: str) -> None:
        who, said = self._written[word]
        await self._slack.user(who).delete(said)

    async def reply(self, ticket: int, word: str) -> bool:
        return await self._command("/reply", f"{ticket} {word}", "Sent to the contact")

    async def revise(self, reply: str, text: str) -> bool:
        if text:
            return await self._command("/message", f"edit {reply} {text}", _CHANGED)
        return await self._command("/message", f"delete {reply}", _TAKEN_BACK)

    async def _command(self, name: str, line: str, confirmation: str) -> bool:
        """Whether Baton has said so."""
        before = await self._whispered(confirmation)
        answer = await self._slack.user(_ATTENDANT).command(name, line, "C0TEAM")
        return answer["outcome"] == "acked" and await self._whispered(confirmation) > before

    async def _whispered(self, text: str) -> int:
        shown = await self._slack.ephemerals(user=_ATTENDANT)
        return sum(text in str(one.get("text")) for one in shown)

    async def trouble(self) -> None:
        for kind, more in _CALLS.items():
            await self._slack.fault(kind, "*", times=None, probability=CALL_RATE, **more)
        for kind, more in _EVENTS.items():
            await self._slack.fault(kind, "message*", times=None, probability=EVENT_RATE, **more)
        await self._slack.fault("lose_ack", "/reply", times=None, probability=EVENT_RATE)

    async def stir(self, drawn: random.Random) -> None:
        await self._slack.sockets(drawn.choice(_CONNECTION))

    async def calm(self) -> None:
        await self._slack.clear_faults()

    async def forget_keys(self) -> None:
        await self._slack.config(metadata_shown=False)

    async def ledger(self) -> Ledger:
        shown: dict[tuple[int, str], list[str]] = defaultdict(list)
        cards: Counter[int] = Counter()
        tickets: dict[int, int] = {}
        owners: dict[str, int] = {}
        texts: dict[tuple[str, str], str] = {}
        replies: dict[str, str] = {}
        for one in await self._slack.messages("C0TEAM"):
            root = str(one.get("thread_ts") or one["ts"])
            if root == one["ts"] and (number := _TICKET.search(str(one))):
                conversation = _owner(str(one))
                owners[root] = conversation
                cards[conversation] += 1
                shown[conversation, TEAM] += openings(str(one))
                tickets[conversation] = int(number.group(1))
            elif root in owners and one.get("bot_id"):
                said = words(str(one))
                shown[owners[root], TEAM] += said
                texts |= {(TEAM, word): str(one) for word in said}
                if number := _REPLY.search(str(one)):
                    replies |= dict.fromkeys(said, number.group(1))
        for conversation, channel, root in self._places():
            for one in await self._slack.messages(channel):
                is_there = root is None or one.get("thread_ts") == root
                if is_there and one.get("bot_id"):
                    said = words(str(one))
                    shown[conversation, CONTACT] += said
                    texts |= {(CONTACT, word): str(one) for word in said}
        return Ledger(
            shown=shown,
            cards=cards,
            tickets=tickets,
            threads={conversation: root for root, conversation in owners.items()},
            texts=texts,
            replies=replies,
        )

    def _places(self) -> list[tuple[int, str, str | None]]:
        threads = [(number, "C0HELP", str(one["ts"])) for number, one in self._roots.items()]
        return [*threads, *((number, channel, None) for number, channel in self._directs.items())]

    async def history(self, word: str) -> list[tuple[float, str]]:
        calls = [
            (float(one["at"]), f"{one['method']} {one['status']} {one['fault'] or ''}")
            for one in await self._slack.calls()
            if word in json.dumps(one["args"])
        ]
        events = [
            (float(tried["at"]), f"{one['name']} sent {one['fault'] or ''}: {tried['result']}")
            for one in await self._slack.deliveries()
            if word in json.dumps(one["payload"])
            for tried in one["attempts"]
        ]
        return [*calls, *events]


def _user(conversation: int) -> str:
    return f"U1C{conversation:02}"


def _owner(card: str) -> int:
    """The conversation of a card: whose name is on it."""
    found = re.search(r"Person(\d\d)", card)
    return int(found.group(1)) if found else -1
