"""Several `baton run` on one PostgreSQL between the emulators, any of which a test may kill.

`python -m tests.integration.process.replicas [--rounds N] [--seed N] [--slack http]` is the long
way: under load, again and again one is killed and started anew; in the end the emulators tell what
everybody was shown. By HTTP, Slack's requests reach the processes through a balancer, each the next
one, and Slack loses answers and sends things twice. What a hung process had, Slack sends again
after three seconds: that is counted as late, and has no place in the order.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from adapters.slack.outlet import SlackOutlet
from bot.__main__ import main as cli
from storage.migrate import migrate
from tests import postgres
from tests.emulators.balancer import balancing
from tests.emulators.discord.client import Discord
from tests.emulators.discord.client import launched as discord_process
from tests.emulators.slack.client import Slack
from tests.emulators.slack.client import separate_process as slack_process
from tests.integration.discord import world as discord_world
from tests.integration.slack import world as slack_world
from tests.nursery import Program, program
from tests.ports import free_port

PATIENCE_S = 150.0
# Slack: what may have been posted is looked for after this; nothing here arrives later than that.
_SETTLE_S = 1.0
# What is promised of messages that come by HTTP: so long the others wait for one.
_WAITED_FOR_S = 0.5
_DUTY = "duty:Discord's gateway"
_OURS = ("BATON_", "SLACK_", "DISCORD_", "OPENAI_")
DESK = """
[[team]]
name = "support"
workspace = "slack:T0001"
channel = "C0TEAM"
members = ["slack:T0001/U0ALICE"]
[[team]]
name = "discord"
workspace = "discord:900"
channel = "700"
members = ["discord:900/77"]
[[channel]]
workspace = "slack:T0001"
channel = "C0HELP"
team = "support"
[[channel]]
workspace = "discord:900"
channel = "dm"
team = "discord"
[admin]
members = ["slack:T0001/U0ALICE"]
"""


@dataclass
class Replica:
    """One process, its address, and what it said last."""

    folder: Path
    env: dict[str, str]
    number: int
    port: int
    process: Program | None = None
    ended: asyncio.Task[int] | None = None

    async def start(self) -> None:
        self.process = await program(
            *(
                "tests.integration.process.replicas",
                "--serve",
                str(_SETTLE_S),
                "--log",
                str(self._log),
            ),
            env=self.env | {"BATON_HTTP_PORT": str(self.port)},
            cwd=self.folder,
        )
        self.ended = asyncio.create_task(self.process.wait())

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """At once, as a power cut would."""
        self.send(signal.SIGKILL)
        assert self.ended is not None
        await self.ended

    async def stop(self) -> None:
        if self.process is None or self.ended is None or self.ended.done():
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        _, running = await asyncio.wait((self.ended,), timeout=15)
        if running:
            await self.kill()

    @property
    def _log(self) -> Path:
        return self.folder / f"log.{self.number}"

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    async def ready(self) -> None:
        """Raises `AssertionError` with its log when it does not come up."""
        async with aiohttp.ClientSession() as http:
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until and self.ended and not self.ended.done():
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(f"replica {self.number} did not become ready:\n{self.log}")


@dataclass
class Fleet:
    """The replicas, and the platforms around them. `direct` is Carol's channel on Discord."""

    slack: Slack
    discord: Discord
    database: str
    direct: str
    replicas: list[Replica]
    mode: str
    first: dict[str, Any] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=lambda: {"slack": [], "discord": []})
    replied: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        """A ticket on each platform."""
        self.first = await self.slack.user("U0CAROL").post("C0HELP", "human please")
        await self.discord.post(discord_world.PEOPLE["carol"], self.direct, "human please")
        for platform in self.said:
            await self.until(platform, "human please")

    async def write(self, words: str) -> None:
        """Carol goes on on both platforms."""
        self.said["slack"].append(words)
        await self.slack.user("U0CAROL").post("C0HELP", words, thread=self.first)
        self.said["discord"].append(words)
        await self.discord.post(discord_world.PEOPLE["carol"], self.direct, words)

    async def burst(self, number: int) -> None:
        """Carol writes three times within moments; then Alice replies by a command.

        Until she is told that it was sent, it is hers to repeat, and counts for nothing.
        """
        told = await self.slack.ephemerals(user="U0ALICE")
        for part in "abc":
            await self.write(f"[{number:04}{part}]")
        words = f"[r{number:04}]"
        typed = f"{await self._number()} {words}"
        await self.slack.user("U0ALICE").command("/reply", typed, "C0TEAM")
        answers = (await self.slack.ephemerals(user="U0ALICE"))[len(told) :]
        if [one for one in answers if "⚠️" not in str(one)]:
            self.replied.append(words)

    async def shown(self, platform: str) -> list[str]:
        """What stands in the ticket's thread of a platform, or in Carol's of Slack."""
        try:
            if platform == "replies":
                found = await self.slack.thread("C0HELP", self.first["ts"])
                return [one["text"] for one in found]
            return await (self._on_slack() if platform == "slack" else self._on_discord())
        except Exception:  # noqa: BLE001 - the thread is not there yet
            return []

    async def _root(self) -> dict[str, Any]:
        """Of the ticket's thread on Slack."""
        roots = [m for m in await self.slack.messages("C0TEAM") if "#" in m["text"]]
        return dict(roots[0])

    async def _number(self) -> str:
        """The ticket on Slack: which platform had the first one is chance."""
        return (await self._root())["text"].partition("#")[2].split()[0]

    async def _on_slack(self) -> list[str]:
        found = await self.slack.thread("C0TEAM", (await self._root())["ts"])
        return [f"{one['text']} {one.get('blocks', '')}" for one in found]

    async def _on_discord(self) -> list[str]:
        posts = await self.discord.messages("700")
        [card] = [one for one in posts if " · " in discord_world.text(one)]
        return [discord_world.text(one) for one in await self.discord.messages(card["id"])]

    async def until(self, platform: str, words: str) -> None:
        """Until these words are shown, for as long as anything more is: Slack takes one message a
        second in a channel.
        """
        end, count = time.monotonic() + PATIENCE_S, 0
        while time.monotonic() < end:
            shown = await self.shown(platform)
            if any(words in one for one in shown):
                return
            if len(shown) > count:
                end, count = time.monotonic() + PATIENCE_S, len(shown)
            await asyncio.sleep(0.1)
        logs = "\n".join(one.log[-3000:] for one in self.replicas)
        raise AssertionError(f"{words!r} is not shown on {platform} after {count} others\n{logs}")

    async def verdict(self, platform: str) -> dict[str, int]:
        """What the emulator tells: everything that was said, against what the team was shown."""
        said = self.replied if platform == "replies" else self.said[platform]
        await self.until(platform, said[-1])
        await asyncio.sleep(_SETTLE_S)
        shown = [word for one in await self.shown(platform) for word in said if word in one]
        count = Counter(shown)
        late = await self._late() if (platform, self.mode) == ("slack", "http") else set()
        first = [word for word in dict.fromkeys(shown) if word not in late]
        written = [word for word in said if word in count and word not in late]
        found = {
            "said": len(said),
            "lost": len(set(said) - set(shown)),
            "doubled": sum(number - 1 for number in count.values()),
            "out of order": sum(a != b for a, b in zip(first, written, strict=True)),
        }
        return found | ({"late": len(late)} if late else {})

    async def _late(self) -> set[str]:
        """What no process answered for Slack until others had no reason to wait for it any more."""
        taken: dict[str, float] = {}
        for one in await self.slack.deliveries("message"):
            event = one["payload"]["event"]
            answered = [tried["answered"] for tried in one["attempts"] if tried.get("ok")]
            waited = min(answered, default=math.inf) - float(event["ts"])
            taken[event["text"]] = min(waited, taken.get(event["text"], math.inf))
        return {word for word in self.said["slack"] if taken[word] > _WAITED_FOR_S}

    def owner(self) -> Replica:
        """Who has Discord's gateway, as the database says."""
        with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = %s", (_DUTY,)).fetchone()
        assert found is not None, "nobody has Discord's gateway"
        pid = int(found[0].split(" ")[1].split(":")[1])
        [one] = [one for one in self.replicas if one.process and one.process.pid == pid]
        return one

    async def relieved(self, former: Replica) -> float:
        """Seconds until another is at Discord's gateway."""
        began = time.monotonic()
        while (now := self.owner()) is former:
            assert time.monotonic() - began < PATIENCE_S, former.log
            await asyncio.sleep(0.05)
        await now.ready()
        return time.monotonic() - began


@asynccontextmanager
async def fleet(
    folder: Path, database: str, size: int = 3, *, mode: str = "socket"
) -> AsyncIterator[Fleet]:
    """All started, connected, and a ticket open on each platform."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_process())
        discord = await stack.enter_async_context(discord_process())
        app = await slack_world.populated(slack, mode=mode)
        bot = await discord_world.populated(discord)
        (folder / "desk.toml").write_text(DESK, encoding="utf-8")
        env = {name: "" for name in os.environ if name.startswith(_OURS)} | {
            "BATON_DATABASE_URL": database,
            "BATON_DESK": str(folder / "desk.toml"),
            "BATON_MEDIA_URL": str(folder / "media"),
            "BATON_SECRET_KEY": "the same for all",
            "BATON_CONSOLE": "off",
            "SLACK_BOT_TOKEN": app["bot_token"],
            "SLACK_APP_TOKEN": app["app_token"] if mode == "socket" else "",
            "SLACK_SIGNING_SECRET": app["signing_secret"],
            "SLACK_API_URL": slack.api_url,
            "DISCORD_BOT_TOKEN": bot.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_CDN_URL": discord.cdn_url,
        }
        replicas = [Replica(folder, env, number, free_port()) for number in range(size)]
        direct = await discord.dm_channel(discord_world.PEOPLE["carol"], bot)
        if mode == "http":
            addresses = [f"http://127.0.0.1:{one.port}" for one in replicas]
            balancer = await stack.enter_async_context(balancing(addresses))
            await slack.change_app(mode="http", request_url=f"{balancer.url}/slack/events")
            await slack.config(time_scale=0.02)  # the minute until Slack's second try
        try:
            for one in replicas:
                await one.start()
            for one in replicas:
                await one.ready()
            made = Fleet(slack, discord, database, direct, replicas, mode)
            await made.begin()
            yield made
        finally:
            for one in replicas:
                await one.stop()


def serve(settle: float, log: Path) -> None:
    """`baton run`, which looks sooner for what it may have posted in Slack."""
    with log.open("ab") as told:
        for output in (1, 2):
            os.dup2(told.fileno(), output)
    facts = SlackOutlet.__init__.__kwdefaults__ or {}
    facts["settle"] = timedelta(seconds=settle)
    sys.argv = ["baton", "run"]
    cli()


async def rounds(number: int, seed: int, mode: str = "socket") -> bool:
    """Kill, or stop for longer than a lease, and start again, under load; prints the table."""
    chance = random.Random(seed)
    with postgres.running() as server, tempfile.TemporaryDirectory() as folder:
        migrate(server.make_template())
        with server.clone() as database:
            async with fleet(Path(folder), database, mode=mode) as made:
                waits: dict[str, list[float]] = {"killed": [], "hung": []}
                load = asyncio.create_task(_load(made, mode))
                for turn in range(number):
                    await asyncio.sleep(chance.uniform(0.5, 2.0))
                    owner = made.owner()
                    victim = owner if turn % 2 == 0 else chance.choice(made.replicas)
                    how = "hung" if turn % 4 == 2 else "killed"
                    await victim.kill() if how == "killed" else victim.send(signal.SIGSTOP)
                    if victim is owner:
                        waits[how].append(await made.relieved(victim))
                    await victim.start() if how == "killed" else victim.send(signal.SIGCONT)
                    await victim.ready()
                load.cancel()
                await asyncio.gather(load, return_exceptions=True)
                judged = [*made.said, *(["replies"] if made.replied else [])]
                verdicts = {platform: await made.verdict(platform) for platform in judged}
    for platform, one in verdicts.items():
        facts = ", ".join(f"{name} {value}" for name, value in one.items())
        sys.stdout.write(f"seed {seed}, {platform}: {facts}\n")
    for how, seconds in waits.items():
        listed = ", ".join(f"{one:.1f}" for one in seconds)
        sys.stdout.write(f"gateway taken over from the {how}, seconds: {listed or '-'}\n")
    return all(
        one[fault] == 0
        for one in verdicts.values()
        for fault in ("lost", "doubled", "out of order")
    )


async def _load(made: Fleet, mode: str) -> None:
    for number in itertools.count():
        if mode == "socket":
            await made.write(f"[{number:04}]")
            await asyncio.sleep(0.2)
            continue
        for kind in ("duplicate", "lose_ack"):
            await made.slack.fault(kind, "message", probability=0.1, times=1)
        await made.burst(number)
        await asyncio.sleep(1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slack", choices=("socket", "http"), default="socket")
    chosen = parser.parse_args()
    if chosen.serve is not None:
        serve(chosen.serve, chosen.log)
    elif not asyncio.run(rounds(chosen.rounds, chosen.seed, chosen.slack)):
        sys.exit(1)


if __name__ == "__main__":
    main()
