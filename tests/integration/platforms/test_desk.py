"""Admins run the desk from Slack, from Discord and from the console, each in its own way."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from adapters.console.inbound import Inbound
from bot import desk_file
from bot.domain.desk import Priority
from bot.domain.identity import Person, Place
from bot.ports.store import Tx
from tests.emulators.discord.client import File
from tests.integration.discord import world as discord_world
from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE
from tests.integration.slack import world as slack_world
from tests.integration.slack.export import SAID, exported

Json = dict[str, Any]
HELP = CHANNELS["help"]


def _desk(tx: Tx) -> Any:
    return tx.desk.get()


async def test_slack_forms_previews_and_files(tmp_path: Path, sqlite_template: Path) -> None:
    async with slack_world.world(tmp_path, sqlite_template) as at:
        await at.alice.command("/desk", "hours support", "C0TEAM")
        modal = await at.alice.modal()
        assert "Hours: support" in str(modal)
        given = {"week": "mon-fri 9-12,13-18", "timezone": "Europe/Berlin"}
        shown = await at.alice.submit(modal, given)
        assert "mon-fri 09:00-12:00,13:00-18:00 (Europe/Berlin)" in str(shown["view"])
        assert (await at.read(_desk)).teams[0].hours is None
        await at.alice.click(await at.alice.modal(), "choice:save")
        await at.slack.wait_for(lambda: _has_hours(at))

        await at.alice.command("/routing", "edit refunds", "C0TEAM")
        modal = await at.alice.modal()
        shown = await at.alice.submit(modal, {"keyword": "refund, money back", "priority": "low"})
        assert "money back" in str(shown["view"])
        assert "Tried on past conversations" in str(shown["view"])
        await at.alice.click(await at.alice.modal(), "choice:save")
        await at.slack.wait_for(lambda: _is_low(at))
        await at.alice.command("/desk", "undo", "C0TEAM")
        await at.whispered("U0ALICE", "Took back change")
        assert (await at.read(_desk)).rules[0].priority is Priority.HIGH

        await at.alice.command("/desk", "export", "C0TEAM")
        await at.whispered("U0ALICE", "as a file by direct message")
        found = await at.slack.wait_for(lambda: _files(at, "desk.toml"))
        text = (await at.slack.file_content(found[0]["id"])).decode()
        assert '"slack:T0001/U0ALICE", # Alice' in text
        assert desk_file.parse(text) == await at.read(_desk)

        await at.alice.command("/desk", "apply", "C0TEAM")
        changed = text.replace('keyword = ["refund"]', 'keyword = ["chargeback"]').encode()
        shown = await at.alice.submit(await at.alice.modal(), {"files": [("d.toml", changed)]})
        assert "chargeback" in str(await at.alice.modal())
        await at.alice.command("/audit", "kind=desk", "C0TEAM")
        await at.whispered("U0ALICE", "Alice changed the desk")
        await at.bob.command("/audit", "", "C0TEAM")
        await at.whispered("U0BOB", "Only supervisors may do this")

        await at.alice.command("/routing", "replay source=export", "C0TEAM")
        modal = await at.alice.modal()
        refused = await at.alice.submit(modal, {})
        assert "Give the zip file of a Slack export along." in str(refused)
        await at.alice.submit(modal, {"files": [("export.zip", exported(SAID))]})
        tried = "2 conversations: 1 would have one by these rules"
        await at.slack.wait_for(lambda: _shows(at, tried), within=60)

        await at.carol.post("C0HELP", "My parcel never came")
        await at.slack.wait_for(lambda: at.read(lambda tx: tx.people.seen("slack:T0001/U0CAROL")))
        await at.alice.command("/privacy", "export @carol", "C0TEAM")
        [found] = await at.slack.wait_for(lambda: _files(at, "contact.zip"))
        assert "My parcel never came" in _dossier(await at.slack.file_content(found["id"]))
        refused = [one for one in await at.slack.calls() if one["error"]]
        assert refused == []


def _dossier(packed: bytes) -> str:
    """What the file about a contact says to read."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {"data.json", "conversations.md"} <= set(archive.namelist())
        return archive.read("conversations.md").decode()


async def _shows(at: Any, words: str) -> bool:
    return words in str(await at.alice.modal())


async def _has_hours(at: Any) -> bool:
    return (await at.read(_desk)).teams[0].hours is not None


async def _is_low(at: Any) -> bool:
    return (await at.read(_desk)).rules[0].priority is Priority.LOW


async def _files(at: Any, name: str) -> list[Json]:
    return [one for one in await at.slack.files() if one["name"] == name]


async def test_discord_forms_previews_and_files(tmp_path: Path, sqlite_template: Path) -> None:
    alice, support = PEOPLE["alice"], CHANNELS["support"]
    async with discord_world.emulated() as discord:
        bot = await discord_world.populated(discord)
        role = await discord.create_role(GUILD, "Manager", permissions=["manage_guild"])
        await discord.set_member(GUILD, alice, roles=[role])
        chosen = discord_world.settings(tmp_path, discord, bot, template=sqlite_template)
        async with discord_world.at_work(chosen, discord, bot) as world:
            opened = await discord.slash(alice, support, "desk inactivity", team="support")
            shown = await discord.submit(opened, warn_after="10h", close_after="12h")
            message = shown["message"]
            assert "Nothing is saved yet." in message["content"]
            buttons = [one for row in message["components"] for one in row["components"]]
            save = next(one for one in buttons if one["label"] == "Save")
            await discord.click(alice, support, message["id"], save["custom_id"])
            await world.until(lambda tx: _desk(tx).teams[0].inactivity.close_after)

            done = await discord.slash(
                alice, support, "desk member add", person="<@80>", team="billing"
            )
            assert (
                "Carol (discord:900/80) is an attendant of billing." in done["message"]["content"]
            )
            assert "has been seen yet" not in done["message"]["content"], "Discord knows them"
            await discord.create_channel(GUILD, "crew", channel_id="720")
            done = await discord.slash(
                alice, support, "desk setup", team="crew", team_channel="720", customer_channel=HELP
            )
            assert "#crew can be read by everyone on this server" in done["message"]["content"]

            done = await discord.slash(alice, support, "desk export")
            assert "by direct message" in done["message"]["content"]
            direct = await world.direct("alice")
            sent = (await discord.messages(direct))[-1]["files"][0]
            text = (await discord.file(sent["id"])).decode()
            assert desk_file.parse(text) == await world.read(_desk)
            file = File("desk.toml", text.replace('"refund"', '"chargeback"').encode())
            asked = await discord.slash(alice, support, "desk apply", files={"file": file})
            await discord.wait_for(lambda: _answered(discord, asked, "chargeback"), within=60)
            packed = {"file": File("export.zip", exported(SAID))}
            asked = await discord.slash(alice, support, "routing replay", files=packed)
            tried = "2 conversations: 1 would have one by these rules"
            await discord.wait_for(lambda: _answered(discord, asked, tried), within=60)

            await discord.post(PEOPLE["mallory"], HELP, "My parcel never came")
            contact = f"discord:{GUILD}/{PEOPLE['mallory']}"
            await world.until(lambda tx: tx.privacy.conversations(contact))
            before = len(await discord.messages(direct))
            await discord.slash(alice, support, "privacy export", contact=contact)
            await discord.wait_for(lambda: _told(discord, direct, before), within=60)
            sent = (await discord.messages(direct))[-1]["files"][0]
            assert "My parcel never came" in _dossier(await discord.file(sent["id"]))
            done = await discord.slash(alice, support, "audit", kind="desk")
            assert "Alice changed the desk" in done["message"]["content"]
        assert await discord.violations() == []


async def _told(discord: Any, channel: str, before: int) -> bool:
    return len(await discord.messages(channel)) > before


async def _answered(discord: Any, begun: Json, words: str) -> bool:
    now = await discord.interaction(begun)
    said = [now["message"] or {}, *now["followups"]]
    return any(words in str(one.get("content", "")) for one in said)


async def test_the_console_runs_the_same_commands(tmp_path: Path, sqlite_template: Path) -> None:
    async with slack_world.world(tmp_path, sqlite_template) as at:
        inbound = Inbound(at.parts.baton)
        ann = Person(id="slack:T0001/U0ALICE", name="Alice")
        place = Place(workspace="console", channel="support")
        form = await inbound.say(ann, place, "/desk sla support high")
        assert form.form
        given = {"first_response": "5m", "next_response": "", "resolution": ""}
        shown = await inbound.submit(ann, place, form.form, given)
        saved = await inbound.press(ann, place, shown.buttons[0])
        assert saved.ok, saved.text
        assert (await at.read(_desk)).teams[0].sla[Priority.HIGH].next_response is None
        exported = await inbound.say(ann, place, "/desk export")
        kept = await inbound.keep("desk.toml", exported.files[0].data.replace(b'"5m"', b'"7m"'))
        shown = await inbound.say(ann, place, "/desk apply", (kept,))
        assert "first response: 5m → 7m" in shown.text
        assert (await inbound.press(ann, place, shown.buttons[0])).ok
        assert not (await inbound.say(ann, place, "/desk apply", (kept,))).buttons, (
            "it is so already"
        )
