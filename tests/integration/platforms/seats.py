"""Where an attendant sits: what they type, press and fill in, and what they are shown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from adapters.console.inbound import Inbound
from bot.commands.registry import Response
from bot.domain.card import Button
from bot.domain.identity import Person, Place
from bot.main import Parts
from tests.emulators.discord.client import Bot, Discord
from tests.emulators.slack.client import Slack
from tests.integration.discord import world as discord_world
from tests.integration.discord.world import GUILD, PEOPLE

Json = dict[str, Any]


class Seat(Protocol):
    """Alice's. Each deed answers with the words that she alone is shown, or the form's fields."""

    async def run(self, command: str, **values: str) -> str:
        """`ticket tag` with values by name."""

    async def press(self, label: str) -> str:
        """A button of the last answer."""

    async def press_card(self, action: str) -> str:
        """A button of ticket 1's card."""

    async def fill(self, **values: str) -> str:
        """The form that is open."""

    async def finish(self, **values: str) -> None:
        """The form that is open, where what came of it shows by itself."""

    async def files(self) -> dict[str, bytes]:
        """What she was given to keep, by name."""


@dataclass
class ConsoleSeat:
    parts: Parts
    kept: dict[str, bytes] = field(default_factory=dict)
    last: Response = field(default_factory=Response)
    me: Person = field(default_factory=lambda: Person(id="console:alice", name="Alice"))

    async def run(self, command: str, **values: str) -> str:
        text = " ".join(f'{name}="{value}"' for name, value in values.items())
        return self._shown(await self._in.say(self.me, self._place, f"/{command} {text}"))

    async def press(self, label: str) -> str:
        [button] = [one for one in self.last.buttons if one.label == label]
        return self._shown(await self._in.press(self.me, self._place, button))

    async def press_card(self, action: str) -> str:
        button = Button(action=action, label="", value="1")
        return self._shown(await self._in.press(self.me, self._place, button))

    async def fill(self, **values: str) -> str:
        form = self.last.form
        assert form is not None
        return self._shown(await self._in.submit(self.me, self._place, form, values))

    async def finish(self, **values: str) -> None:
        await self.fill(**values)

    async def files(self) -> dict[str, bytes]:
        return self.kept

    @property
    def _in(self) -> Inbound:
        return Inbound(self.parts.baton)

    @property
    def _place(self) -> Place:
        return Place(workspace="console", channel="support")

    def _shown(self, response: Response) -> str:
        self.last = response
        self.kept |= {one.name: one.data for one in response.files}
        if response.form:
            return f"form {response.form.arguments}"
        return response.text


@dataclass
class SlackSeat:
    slack: Slack
    last: Json = field(default_factory=dict)
    user: str = "U0ALICE"

    async def run(self, command: str, **values: str) -> str:
        root, _, rest = command.partition(" ")
        text = " ".join(f'{name}="{value}"' for name, value in values.items())
        before = await self._state()
        await self._alice.command(f"/{root}", f"{rest} {text}".strip(), "C0TEAM")
        return await self._shown(before)

    async def press(self, label: str) -> str:
        [action] = [one for one in _buttons(self.last) if one["text"]["text"] == label]
        before = await self._state()
        await self._alice.click(self.last, action["action_id"])
        return await self._shown(before)

    async def press_card(self, action: str) -> str:
        card = await self.slack.wait_for_message("C0TEAM", "#1 · ", within=60)
        before = await self._state()
        await self._alice.click(card, action)
        return await self._shown(before)

    async def fill(self, **values: str) -> str:
        before = await self._state()
        await self._alice.submit(await self._alice.modal(), values)
        return await self._shown(before)

    async def finish(self, **values: str) -> None:
        done = await self._alice.submit(await self._alice.modal(), values)
        assert done["outcome"] in {"cleared", "closed"}, done

    async def files(self) -> dict[str, bytes]:
        channel = await self._alice.open_dm()
        found = [
            file for one in await self.slack.messages(channel) for file in one.get("files", [])
        ]
        return {one["name"]: await self.slack.file_content(one["id"]) for one in found}

    @property
    def _alice(self) -> Any:
        return self.slack.user(self.user)

    async def _state(self) -> tuple[list[str], list[str]]:
        """What is shown to her now, to tell what is new."""
        whispers = [str(one) for one in await self.slack.ephemerals(user=self.user)]
        views = [str(one["blocks"]) for one in await self.slack.views(user=self.user, type="modal")]
        return whispers, views

    async def _shown(self, before: tuple[list[str], list[str]]) -> str:
        whispers, views = before

        async def news() -> str:
            for one in reversed(await self.slack.views(user=self.user, type="modal")):
                if str(one["blocks"]) not in views and "One moment" not in str(one["blocks"]):
                    return f"form {one['blocks']}"
            for one in reversed(await self.slack.ephemerals(user=self.user)):
                if str(one) not in whispers:
                    self.last = one
                    return f"{one.get('text')} {one.get('blocks')}"
            return ""

        return await self.slack.wait_for(news, within=60, what="an answer")


def _buttons(message: Json) -> list[Json]:
    rows = [one for one in message.get("blocks", []) if one["type"] == "actions"]
    return [button for row in rows for button in row["elements"]]


@dataclass
class DiscordSeat:
    discord: Discord
    bot: Bot
    last: Json = field(default_factory=dict)
    user: str = PEOPLE["alice"]

    async def run(self, command: str, **values: str) -> str:
        return await self._shown(await self.discord.slash(self.user, "700", command, **values))

    async def press(self, label: str) -> str:
        message = self.last["message"] or self.last["followups"][-1]
        [button] = [one for one in _components(message["components"]) if one.get("label") == label]
        return await self._shown(
            await self.discord.click(self.user, "700", message["id"], button["custom_id"])
        )

    async def press_card(self, action: str) -> str:
        async def there() -> list[Json]:
            found = await self.discord.messages("700")
            return [one for one in found if "#1 · " in discord_world.text(one)]

        card = (await self.discord.wait_for(there, within=60))[0]
        begun = await self.discord.click(self.user, "700", card["id"], f"{action}:1")
        return await self._shown(begun)

    async def fill(self, **values: str) -> str:
        given = {k: [v] if k in {"snippet", "priority"} else v for k, v in values.items()}
        return await self._shown(await self.discord.submit(self.last, **given))

    async def finish(self, **values: str) -> None:
        await self.fill(**values)

    async def files(self) -> dict[str, bytes]:
        channel = await self.discord.dm_channel(self.user, self.bot)
        found = [file for one in await self.discord.messages(channel) for file in one["files"]]
        return {one["filename"]: await self.discord.file(one["id"]) for one in found}

    async def _shown(self, begun: Json) -> str:
        async def there() -> Json | None:
            now: Json = await self.discord.interaction(begun)
            said = [now.get("message") or {}, *now["followups"]]
            has_words = any(one.get("content") for one in said)
            return now if now.get("modal") or has_words else None

        self.last = await self.discord.wait_for(there, within=60)
        if self.last.get("modal"):
            return f"form {self.last['modal']}"
        said = [self.last.get("message") or {}, *self.last["followups"]]
        return "\n".join(str(one.get("content", "")) for one in said)


def _components(rows: list[Json]) -> list[Json]:
    return [one for row in rows for one in (row, *_components(row.get("components", [])))]


async def seated(platform: str, parts: Parts, slack: Any, discord: Any, bot: Any) -> Seat:
    """Alice's seat; on Discord she may manage the server, so that she is shown /desk."""
    if platform == "slack":
        return SlackSeat(slack)
    if platform == "discord":
        role = await discord.create_role(GUILD, "Manager", permissions=["manage_guild"])
        await discord.set_member(GUILD, PEOPLE["alice"], roles=[role])
        return DiscordSeat(discord, bot)
    return ConsoleSeat(parts)


async def keep_snippets(parts: Parts, *snippets: Any) -> None:
    def keep(tx: Any) -> None:
        tx.desk.put(replace(tx.desk.get(), snippets=snippets))

    await parts.store.transact(keep)
    await asyncio.sleep(0)
