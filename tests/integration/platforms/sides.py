"""The two sides of a handover on each platform, as people there act and read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from adapters.console import places
from adapters.console.inbound import Inbound
from bot import main
from bot.domain.card import Card, Post, Transcript
from bot.domain.identity import Person, Place
from bot.main import Parts
from bot.ports.store import Tx
from bot.settings import Settings
from tests.emulators.discord.client import Bot, Discord, File
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.discord import world as discord_world
from tests.integration.discord.world import PEOPLE
from tests.integration.slack import world as slack_world

PLATFORMS = ("slack", "discord", "console")
_SPACES = {"slack": "slack:T0001", "discord": "discord:900", "console": "console"}
_TEAMS = {"slack": "C0TEAM", "discord": "700", "console": "support"}
_OTHERS = {"slack": "C0BILL", "discord": "710", "console": "billing"}
_ALICES = {
    "slack": "slack:T0001/U0ALICE",
    "discord": f"discord:900/{PEOPLE['alice']}",
    "console": "console:alice",
}
Attached = tuple[str, bytes]


class Customer(Protocol):
    """Carol, who writes to Baton directly."""

    async def write(self, text: str, file: Attached | None = None) -> None: ...
    async def reads(self) -> tuple[str, dict[str, bytes]]:
        """All that she has been shown, and the files by name."""


class Crew(Protocol):
    """Alice, an attendant."""

    async def command(self, line: str, file: Attached | None = None) -> None:
        """A command without its number: `reply Hello`, `ticket claim`."""

    async def reads(self) -> tuple[str, dict[str, bytes]]: ...
    async def told(self, who: str) -> str:
        """All that a member, like `bob`, was sent directly."""


@dataclass
class Stage:
    customer: Customer
    crew: Crew
    parts: Parts
    slack: Slack | None = None
    discord: Discord | None = None
    bot: Bot | None = None

    @staticmethod
    async def until(
        side: Customer | Crew, found: Callable[[str, dict[str, bytes]], bool], what: str
    ) -> None:
        """Wait for what is read on a side."""
        words = ""
        try:
            async with asyncio.timeout(60):
                while True:
                    words, files = await side.reads()
                    if found(words, files):
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{what} is not read in: {words}") from None

    async def passes(self, span: timedelta) -> None:
        """Time passes, once it is known of all that was said that it has arrived: only then do
        the clocks start that wait for the contact. Baton looks at once at what is due then.
        """
        async with asyncio.timeout(60):
            while await self.parts.store.read(_under_way):
                await asyncio.sleep(0.01)
        self.parts.clock.offset += span
        await self.parts.jobs.look()


def _under_way(tx: Tx) -> bool:
    return bool(tx.messages.slow(datetime.max.replace(tzinfo=UTC), 1))


async def staged(
    customer: str, team: str, folder: Path, stack: AsyncExitStack, policy: str = ""
) -> Stage:
    """A Baton between two platforms, with only these started. `policy` is more of the first
    team's part of the desk file.
    """
    needed = {customer, team}
    settings: dict[str, Any] = {}
    slack: Slack | None = None
    discord: Discord | None = None
    bot: Bot | None = None
    if "slack" in needed:
        emulator = await stack.enter_async_context(running(seed=9))
        slack = await stack.enter_async_context(connected(emulator.control_url))
        app = await slack_world.populated(slack)
        await stack.enter_async_context(slack_world.unhurried(slack))
        settings |= {f"slack_{name}": app[name] for name in ("bot_token", "app_token")}
        settings |= {"slack_api_url": emulator.api_url}
    if "discord" in needed:
        discord = await stack.enter_async_context(discord_world.emulated())
        bot = await discord_world.populated(discord)
        await stack.enter_async_context(discord_world.unhurried(discord))
        settings |= {
            "discord_bot_token": bot.token,
            "discord_api_url": discord.api_url,
            "discord_gateway_url": discord.gateway_url,
            "discord_cdn_url": discord.cdn_url,
        }
    (folder / "desk.toml").write_text(_desk(customer, team, policy), encoding="utf-8")
    chosen = Settings(
        database_url=f"sqlite:///{folder / 'baton.db'}",
        desk=str(folder / "desk.toml"),
        media_url=str(folder / "media"),
        console="off",
        **settings,
    )
    parts = await stack.enter_async_context(main.assembled(chosen))
    await stack.enter_async_context(main.working(parts))
    async with asyncio.timeout(60):
        while any(one.unready() for one in parts.platforms):
            await asyncio.sleep(0.02)
    customers: dict[str, Callable[[], Awaitable[Customer]]] = {
        "slack": lambda: _slack_customer(slack),
        "discord": lambda: _discord_customer(discord, bot),
        "console": lambda: _console_customer(parts),
    }
    crews: dict[str, Callable[[], Crew]] = {
        "slack": lambda: SlackCrew(slack),
        "discord": lambda: DiscordCrew(discord, bot),
        "console": lambda: ConsoleCrew(parts),
    }
    return Stage(
        customer=await customers[customer](),
        crew=crews[team](),
        parts=parts,
        slack=slack,
        discord=discord,
        bot=bot,
    )


def _desk(customer: str, team: str, policy: str) -> str:
    return f"""
[[team]]
name = "support"
workspace = "{_SPACES[team]}"
channel = "{_TEAMS[team]}"
members = ["{_ALICES[team]}"]
supervisors = ["{_ALICES[team]}"]
{policy}
[[team]]
name = "billing"
workspace = "{_SPACES[team]}"
channel = "{_OTHERS[team]}"
members = ["{_ALICES[team]}"]
[[channel]]
workspace = "{_SPACES[customer]}"
channel = "dm"
team = "support"
[admin]
members = ["{_ALICES[team]}"]
"""


async def _slack_customer(slack: Any) -> Customer:
    carol = slack.user("U0CAROL")
    return SlackCustomer(slack, carol, await carol.open_dm())


@dataclass
class SlackCustomer:
    slack: Slack
    carol: Any
    channel: str

    async def write(self, text: str, file: Attached | None = None) -> None:
        more = {"file": file} if file else {}
        await self.carol.post(self.channel, text, **more)

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        return await _slack_reads(self.slack, [self.channel], but=("U0CAROL",))


@dataclass
class SlackCrew:
    slack: Any

    async def command(self, line: str, file: Attached | None = None) -> None:
        alice = self.slack.user("U0ALICE")
        if file is not None:
            card = await self.slack.wait_for_message("C0TEAM", "#1 · ")
            await alice.click(card, "ticket:reply")
            text = line.partition(" ")[2]
            await alice.submit(await alice.modal(), {"text": text, "files": [file]})
            return
        name, words = _numbered(line)
        command, _, first = name.partition(" ")
        await alice.command(f"/{command}", f"{first} {words}".strip(), "C0TEAM")

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        return await _slack_reads(self.slack, ["C0TEAM", "C0BILL"])

    async def told(self, who: str) -> str:
        channel = await self.slack.user(f"U0{who.upper()}").open_dm()
        return (await _slack_reads(self.slack, [channel]))[0]


async def _slack_reads(
    slack: Slack, channels: list[str], but: tuple[str, ...] = ()
) -> tuple[str, dict[str, bytes]]:
    words, files = [], {}
    for channel in channels:
        for message in await slack.messages(channel):
            if message.get("user") in but and not message.get("bot_id"):
                continue
            words.append(f"{message.get('text')} {message.get('blocks')}")
            for one in message.get("files") or []:
                files[one["name"]] = await slack.file_content(one["id"])
    return "\n".join(words), files


async def _discord_customer(discord: Any, bot: Any) -> Customer:
    return DiscordCustomer(discord, await discord.dm_channel(PEOPLE["carol"], bot))


@dataclass
class DiscordCustomer:
    discord: Discord
    channel: str

    async def write(self, text: str, file: Attached | None = None) -> None:
        files = [File(*file)] if file else []
        await self.discord.post(PEOPLE["carol"], self.channel, text, files=files)

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        return await _discord_reads(self.discord, [self.channel], but=PEOPLE["carol"])


@dataclass
class DiscordCrew:
    discord: Any
    bot: Any

    async def command(self, line: str, file: Attached | None = None) -> None:
        name, _, rest = line.partition(" ")
        options = {"ticket": "1"}
        if name == "ticket":
            action, _, rest = rest.partition(" ")
            name = f"ticket {action}"
        if rest:
            options["target" if "transfer" in name else "text"] = rest
        files = {"file": File(*file)} if file else {}
        await self.discord.slash(PEOPLE["alice"], "700", name, files=files, **options)

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        threads = [one["id"] for one in await self.discord.threads("900")]
        return await _discord_reads(self.discord, ["700", "710", *threads])

    async def told(self, who: str) -> str:
        channel = await self.discord.dm_channel(PEOPLE[who], self.bot)
        return (await _discord_reads(self.discord, [channel]))[0]


async def _discord_reads(
    discord: Discord, channels: list[str], but: str = ""
) -> tuple[str, dict[str, bytes]]:
    words, files = [], {}
    for channel in channels:
        for message in await discord.messages(channel):
            if message["author"]["id"] == but:
                continue
            words.append(discord_world.text(message))
            for one in message["files"]:
                files[one["filename"]] = await discord.file(one["id"])
    return "\n".join(words), files


async def _console_customer(parts: Parts) -> Customer:
    return ConsoleCustomer(parts)


_CAROL = Person(id="console:carol", name="Carol")
_ALICE = Person(id="console:alice", name="Alice")


@dataclass
class ConsoleCustomer:
    parts: Parts

    async def write(self, text: str, file: Attached | None = None) -> None:
        inbound = Inbound(self.parts.baton)
        kept = (await inbound.keep(*file),) if file else ()
        await inbound.write(_CAROL, text, kept)

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        return await _console_reads(self.parts, [places.direct(_CAROL.id).channel], but=_CAROL.id)


@dataclass
class ConsoleCrew:
    parts: Parts

    async def command(self, line: str, file: Attached | None = None) -> None:
        inbound = Inbound(self.parts.baton)
        kept = (await inbound.keep(*file),) if file else ()
        place = Place(workspace="console", channel="support")
        answer = await inbound.say(_ALICE, place, "/{} {}".format(*_numbered(line)), kept)
        assert answer.ok, answer.text

    async def reads(self) -> tuple[str, dict[str, bytes]]:
        return await _console_reads(self.parts, ["support", "billing"])

    async def told(self, who: str) -> str:
        return (await _console_reads(self.parts, [f"dm:{who}", f"@{who}"]))[0]


async def _console_reads(
    parts: Parts, channels: list[str], but: str = ""
) -> tuple[str, dict[str, bytes]]:
    words, files = [], {}
    for post in await parts.store.read(lambda tx: _posts(tx, channels)):
        if post.author == but or post.deleted:
            continue
        words.append(_words(post.content))
        if isinstance(post.content, Post):
            for one in post.content.attachments:
                files[one.name] = await parts.media.load(one.digest or "")
    return "\n".join(words), files


def _posts(tx: Any, channels: list[str]) -> list[Any]:
    roots = [one for channel in channels for one in tx.posts.at(places.thread(channel, None))]
    below = [
        one for root in roots for one in tx.posts.at(places.thread(root.channel, str(root.id)))
    ]
    return roots + below


def _words(content: Any) -> str:
    match content:
        case Card():
            promised = f"{content.due} due {content.resolved}"
            return f"{content.title} {content.reason} {content.who} {content.status} {promised}"
        case Transcript():
            return "\n".join(line.text for line in content.lines)
    return f"{content.text} {content.aside}"


def _numbered(line: str) -> tuple[str, str]:
    """`ticket close solved` → `ticket close`, `1 solved`."""
    first, _, rest = line.partition(" ")
    if first != "ticket":
        return first, f"#1 {rest}"
    action, _, rest = rest.partition(" ")
    return f"ticket {action}", f"1 {rest}".strip()
