"""Reports as people ask for them: the files arrive where they should, and say what happened."""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from adapters.console.inbound import Inbound
from bot.__main__ import main as command_line
from bot.commands.registry import Response
from bot.domain.identity import Person, Place
from tests.emulators.slack.client import Slack
from tests.integration.discord.world import PEOPLE
from tests.integration.platforms.sides import (
    PLATFORMS,
    ConsoleCrew,
    DiscordCrew,
    SlackCrew,
    Stage,
    staged,
)
from tests.world import World

HUMAN = "I want to talk to a human about my invoice"
PROMISE = """
[team.sla.normal]
first_response = "30m"
resolution = "5d"
"""


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


async def ask(crew: Any, line: str, *, elsewhere: bool = False) -> Response | None:
    """`/report` in the team's channel, or in one that is no team's; a console answers at once."""
    match crew:
        case SlackCrew():
            channel = "C0HELP" if elsewhere else "C0TEAM"
            await crew.slack.user("U0ALICE").command("/report", line, channel)
        case DiscordCrew():
            values = {"period": line} if line else {}
            await crew.discord.slash(
                PEOPLE["alice"], "600" if elsewhere else "700", "report", **values
            )
        case ConsoleCrew():
            place = Place(workspace="console", channel="lobby" if elsewhere else "support")
            alice = Person(id="console:alice", name="Alice")
            return await Inbound(crew.parts.baton).say(alice, place, f"/report {line}")
    return None


async def directly(at: Stage, answer: Response | None) -> dict[str, bytes]:
    """What Alice was given by direct message, or on the console's page."""
    crew: Any = at.crew
    if answer is not None:
        return {one.name: one.data for one in answer.files}
    async with asyncio.timeout(60):
        while True:
            is_slack = isinstance(crew, SlackCrew)
            found = await (_on_slack(crew.slack) if is_slack else _on_discord(at))
            if len(found) > 1:
                return found
            await asyncio.sleep(0.05)


async def _on_slack(slack: Slack) -> dict[str, bytes]:
    channel = await slack.user("U0ALICE").open_dm()
    found = [file for one in await slack.messages(channel) for file in one.get("files", [])]
    return {one["name"]: await slack.file_content(one["id"]) for one in found}


async def _on_discord(at: Stage) -> dict[str, bytes]:
    assert at.discord is not None
    assert at.bot is not None
    channel = await at.discord.dm_channel(PEOPLE["alice"], at.bot)
    found = [file for one in await at.discord.messages(channel) for file in one["files"]]
    return {one["filename"]: await at.discord.file(one["id"]) for one in found}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_report_comes_into_the_teams_channel_else_by_direct_message(
    platform: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        at = await staged(platform, platform, tmp_path, stack, PROMISE)
        await at.customer.write(HUMAN)
        await at.until(at.crew, lambda words, _: "about my invoice" in words, "the ticket")
        await at.crew.command("reply We are on it.")
        await at.until(at.customer, lambda words, _: "We are on it" in words, "the reply")
        await at.crew.command("ticket close")
        await at.until(at.crew, lambda words, _: "closed it" in words, "the close")

        await ask(at.crew, "30d")  # what is today may end at any moment
        await at.until(
            at.crew, lambda _, files: any(one.startswith("report-") for one in files), "the report"
        )
        words, files = await at.crew.reads()
        assert "1 opened, 1 closed, 0 still open" in words
        [picture] = [data for name, data in files.items() if name.endswith(".png")]
        assert picture.startswith(b"\x89PNG\r\n")
        [lines] = [table(data) for name, data in files.items() if name.endswith(".csv")]
        assert (lines[0]["ticket"], lines[0]["team"]) == ("1", "support")
        assert (lines[0]["first_response_met"], lines[0]["resolution_met"]) == ("1", "1")
        assert "alice" in lines[0]["attendant"].casefold()

        given = await directly(at, await ask(at.crew, "", elsewhere=True))
        assert sorted(Path(name).suffix for name in given) == [".csv", ".png"]
        assert all(name.startswith("report-all-teams") for name in given)
        words, _ = await at.customer.reads()
        assert "report" not in words


async def test_what_is_asked_for_is_found_out(world: World) -> None:
    alice = Person(id="console:alice", name="Alice")
    lobby = Place(workspace="console", channel="lobby")

    async def told(line: str, place: Place = lobby) -> str:
        return (await world.baton.typed(alice, place, f"/report {line}")).text

    assert (await told("")).startswith("All teams, ")
    assert (await told("", Place(workspace="console", channel="billing"))).startswith("billing, ")
    assert (await told("support last month")).startswith("support, ")
    assert (await told("last month")).startswith("All teams, ")
    assert "is no period" in await told("nonsense")
    assert "is no period" in await told("support nonsense")
    everything = await told("all 2026-01", Place(workspace="console", channel="billing"))
    assert everything.startswith(("All teams, ", "'2026-01' has not begun"))


async def test_a_private_teams_figures_are_for_its_people_and_admins(world: World) -> None:
    await world.write("I want a refund")  # the rule sends it to billing
    await world.write("human please", who="dan")
    await world.change_team("billing", private=True)
    await world.change_team("support", supervisors=("console:alice", "console:bob"))
    bob, alice = (Person(id=f"console:{one}", name=one) for one in ("bob", "alice"))
    lobby = Place(workspace="console", channel="lobby")
    support = Place(workspace="console", channel="support")

    async def told(person: Person, line: str, place: Place = lobby) -> str:
        return (await world.baton.typed(person, place, f"/report {line}")).text

    assert "1 opened, 0 closed, 1 still open" in await told(bob, "")
    assert "2 opened, 0 closed, 2 still open" in await told(alice, "")
    assert "1 opened" in await told(alice, "all", support), "others read that channel"
    assert "private" in await told(bob, "billing")
    assert "1 opened" in await told(alice, "billing")


async def test_only_supervisors_may_ask(world: World) -> None:
    bob = Person(id="console:bob", name="Bob")
    place = Place(workspace="console", channel="support")
    refused = await world.baton.typed(bob, place, "/report")
    assert not refused.ok
    assert not refused.files


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATON_DATABASE_URL", f"sqlite:///{tmp_path}/baton.db")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["baton", "report", *words])
        with pytest.raises(SystemExit) as ended:
            command_line()
        shown = capsys.readouterr()
        return int(str(ended.value.code)), shown.out + shown.err

    status, out = run("--csv", "figures.csv", "--png", "figures.png")
    assert (status, "Nothing happened in this time." in out) == (0, True)
    assert table((tmp_path / "figures.csv").read_bytes())[0]["ticket"] == "total"
    assert (tmp_path / "figures.png").read_bytes().startswith(b"\x89PNG")
    assert run("--period", "someday") == (2, run("--period", "someday")[1])
    assert "is no period" in run("--period", "someday")[1]
    status, out = run("--team", "nobody")
    assert (status, "nobody" in out) == (2, True)
    status, out = run("--csv", "nowhere/figures.csv")
    assert (status, "cannot be written" in out) == (2, True)
