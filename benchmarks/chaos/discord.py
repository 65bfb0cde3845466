"""Discord in a process of its own that is never killed; contacts write directly and in threads."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from typing import Any

from benchmarks.chaos.scene import CALL_RATE, Ledger, contact_name
from benchmarks.chaos.verdict import CONTACT, TEAM, is_opening, openings, words
from tests.emulators.discord.client import Bot, Discord, Refused
from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE, text

Json = dict[str, Any]
_CALLS = {
    "rate_limited": {"seconds": 0.3},
    "global_rate_limited": {"seconds": 0.2},
    "error": {"status": 503},
    "stored_then_error": {"status": 502},
    "drop_before": {},
    "drop_after": {},
    "reset_before": {},
    "reset_after": {},
    "slow": {"seconds": 0.5},
    "slow_after": {"seconds": 1.0},
}
# Cloudflare's ban is left out: Baton keeps away for a minute then, which has tests of its own.
_CONNECTION: tuple[tuple[str, Json], ...] = (
    ("drop", {}),
    ("reconnect", {}),
    ("close", {"code": 4000}),
    ("invalidate", {"resumable": True}),
    ("invalidate", {"resumable": False}),
    ("forget", {}),
    ("duplicate", {"count": 3}),
    ("reorder", {"count": 1}),
    ("skip_acks", {"count": 1}),
)
_SUPPORT, _HELP = CHANNELS["support"], CHANNELS["help"]
_TICKET = re.compile(r"#(\d+) · ")
_REPLY = re.compile(r"message:edit:(\d+)")
_CHANGED, _TAKEN_BACK = "Changed, also", "Deleted, also"


class DiscordScene:
    def __init__(self, discord: Discord, bot: Bot, seed: int) -> None:
        self._discord = discord
        self._bot = bot
        self._seed = seed
        self._people: dict[int, str] = {}
        self._directs: dict[int, str] = {}
        self._roots: dict[int, str] = {}
        self._written: dict[str, tuple[str, Json]] = {}

    async def prepare(self) -> None:
        await self._discord.do("seed", seed=self._seed)

    async def ready(self) -> None:
        await self._discord.wait_for(self._discord.connected, within=60)

    async def join(self, conversation: int, *, in_peace: bool) -> None:
        """Every other one writes directly, the rest in the channel and the thread made there.

        Discord lists nobody's direct messages to a bot: the first words of a person who never wrote
        before cannot be fetched, so those who come while Baton may be away write in the channel.
        """
        name = contact_name(conversation)
        user = await self._discord.create_user(name.lower(), display_name=name, guilds=[GUILD])
        self._people[conversation] = user
        if conversation % 2 and in_peace:
            self._directs[conversation] = await self._discord.dm_channel(user, self._bot)

    async def write(self, conversation: int, word: str) -> None:
        user = self._people[conversation]
        said = f"human please. It is {word}" if is_opening(word) else word
        if direct := self._directs.get(conversation):
            post = await self._discord.post(user, direct, said)
        elif conversation in self._roots:
            post = await self._discord.post(user, await self._thread(conversation), said)
        else:
            post = await self._discord.post(user, _HELP, said)
            self._roots[conversation] = post["id"]
        self._written[word] = user, post

    async def note(self, thread: str, word: str) -> None:
        post = await self._discord.post(PEOPLE["alice"], thread, word)
        self._written[word] = PEOPLE["alice"], post

    async def edit(self, word: str, mark: str) -> None:
        user, post = self._written[word]
        await self._discord.edit(user, post["channel_id"], post["id"], f"{word} {mark}")

    async def delete(self, word: str) -> None:
        user, post = self._written[word]
        await self._discord.delete(user, post["channel_id"], post["id"])

    async def _thread(self, conversation: int) -> str:
        """The thread below the first words, once there is one."""
        root = self._roots[conversation]
        threads = {one["id"] for one in await self._discord.threads(GUILD)}
        return root if root in threads else _HELP

    async def reply(self, ticket: int, word: str) -> bool:
        return await self._command("reply", "Sent to the contact", ticket=str(ticket), text=word)

    async def revise(self, reply: str, text: str) -> bool:
        if text:
            return await self._command("message edit", _CHANGED, message=reply, text=text)
        return await self._command("message delete", _TAKEN_BACK, message=reply)

    async def _command(self, name: str, confirmation: str, **options: str) -> bool:
        """Whether Baton has said so."""
        answer = await self._discord.slash(PEOPLE["alice"], _SUPPORT, name, **options)
        return confirmation in str(answer.get("message"))

    async def trouble(self) -> None:
        for kind, more in _CALLS.items():
            await self._discord.fault(kind, times=-1, probability=CALL_RATE, **more)

    async def stir(self, drawn: random.Random) -> None:
        what, more = drawn.choice(_CONNECTION)
        await self._discord.gateway(what, **more)

    async def calm(self) -> None:
        await self._discord.do("clear_faults")

    async def forget_keys(self) -> None:
        await self._discord.settings(enforce_nonce=False)

    async def ledger(self) -> Ledger:
        shown: dict[tuple[int, str], list[str]] = defaultdict(list)
        cards: Counter[int] = Counter()
        tickets: dict[int, int] = {}
        threads: dict[int, str] = {}
        texts: dict[tuple[str, str], str] = {}
        replies: dict[str, str] = {}
        is_open = {one["id"] for one in await self._discord.threads(GUILD)}
        for one in await self._discord.messages(_SUPPORT):
            if number := _TICKET.search(text(one)):
                conversation = _owner(text(one))
                cards[conversation] += 1
                if one["id"] in is_open:  # a kill may come between the card and its thread
                    tickets[conversation] = int(number.group(1))
                    threads[conversation] = one["id"]
                shown[conversation, TEAM] += openings(text(one))
                for post in await self._posts(one["id"]):
                    said = words(text(post))
                    shown[conversation, TEAM] += said
                    texts |= {(TEAM, word): text(post) for word in said}
                    if number := _REPLY.search(str(post)):
                        replies |= dict.fromkeys(said, number.group(1))
        for conversation in list(self._people):
            place = self._directs.get(conversation) or self._roots.get(conversation)
            for post in await self._posts(place):
                said = words(text(post))
                shown[conversation, CONTACT] += said
                texts |= {(CONTACT, word): text(post) for word in said}
        return Ledger(
            shown=shown, cards=cards, tickets=tickets, threads=threads, texts=texts, replies=replies
        )

    async def _posts(self, channel: str | None) -> list[Json]:
        """What the bot posted there; nothing where there is no such thread."""
        if channel is None:
            return []
        try:
            standing = await self._discord.messages(channel)
        except Refused:
            return []
        return [one for one in standing if one["author"].get("bot")]

    async def history(self, word: str) -> list[tuple[float, str]]:
        return [
            (
                float(one["at"]),
                f"{one['method']} {one['path']} {one['status']} {one['fault'] or ''}"
                + (" (known nonce)" if one["deduplicated"] else ""),
            )
            for one in await self._discord.calls()
            if word in str(one["body"])
        ]


def _owner(card: str) -> int:
    """The conversation of a card: whose name is on it."""
    found = re.search(r"Person(\d\d)", card)
    return int(found.group(1)) if found else -1
