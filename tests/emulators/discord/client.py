"""Drives the emulator from a test: make a world, act as people, read what happened.

Ids are strings, messages are Discord's JSON with what only the ledger knows besides
(``deleted``, ``ephemeral``, ``edits``, ``files``).
"""

import asyncio
import base64
import inspect
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import discord
import yarl

from tests.emulators.discord.constants import Json

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]


class Refused(Exception):
    """The emulator says that a person could not do this: {args}"""

    def __init__(self, text: str, code: int | None) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class Bot:
    application_id: str
    user_id: str
    token: str


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    content_type: str | None = None

    def packed(self) -> Json:
        data = base64.b64encode(self.data).decode()
        return {"name": self.name, "data": data, "content_type": self.content_type}


def _packed(files: Sequence[File]) -> list[Json]:
    return [file.packed() for file in files]


class Discord:
    """``async with Discord(base_url) as discord``."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"{self.base_url.replace('http', 'ws', 1)}/gateway"

    @property
    def cdn_url(self) -> str:
        return f"{self.base_url}/cdn"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()

    async def do(self, action: str, **body: Any) -> Any:
        """Any control action by name; arguments that are None are left out."""
        if self._session is None:
            raise RuntimeError("use it as a context manager")
        given = {name: value for name, value in body.items() if value is not None}
        url = f"{self.base_url}/control/{action}"
        packed = io.BytesIO(json.dumps(given).encode())
        async with self._session.post(url, data=packed) as response:
            answer = await response.json()
            if response.status != 200:
                raise Refused(answer["error"], answer.get("code"))
            return answer

    # The world.

    async def create_bot(
        self, token: str = "bot-token", *, privileged: Sequence[str] = (), name: str = "Baton"
    ) -> Bot:
        """``privileged``: members, presences, message_content."""
        return Bot(
            **await self.do("create_bot", token=token, privileged=list(privileged), name=name)
        )

    async def create_guild(
        self,
        name: str = "Acme",
        *,
        guild_id: str | None = None,
        everyone: Sequence[str] | None = None,
        premium_tier: int = 0,
    ) -> str:
        """``everyone``: names of the permissions of @everyone; Discord's defaults unless given."""
        names = None if everyone is None else list(everyone)
        answer = await self.do(
            "create_guild", name=name, id=guild_id, everyone=names, premium_tier=premium_tier
        )
        return str(answer["id"])

    async def create_user(
        self,
        username: str,
        *,
        guilds: Sequence[str] = (),
        display_name: str | None = None,
        user_id: str | None = None,
        avatar: str | None = None,
        refuses_dms: bool = False,
    ) -> str:
        answer = await self.do(
            "create_user",
            username=username,
            guilds=list(guilds),
            display_name=display_name,
            id=user_id,
            avatar=avatar,
            refuses_dms=refuses_dms,
        )
        return str(answer["id"])

    async def create_role(
        self,
        guild: str,
        name: str,
        *,
        permissions: Sequence[str] = (),
        mentionable: bool = False,
        role_id: str | None = None,
    ) -> str:
        answer = await self.do(
            "create_role",
            guild=guild,
            name=name,
            permissions=list(permissions),
            mentionable=mentionable,
            id=role_id,
        )
        return str(answer["id"])

    async def add_bot(
        self, guild: str, bot: Bot, permissions: Sequence[str] = ("administrator",)
    ) -> str:
        """Invite it with these permissions; the id of its own role."""
        answer = await self.do(
            "add_member", guild=guild, user=bot.user_id, permissions=list(permissions)
        )
        return str(answer["roles"][-1])

    async def add_member(self, guild: str, user: str, roles: Sequence[str] = ()) -> None:
        await self.do("add_member", guild=guild, user=user, roles=list(roles))

    async def set_member(
        self, guild: str, user: str, *, roles: Sequence[str] | None = None, nick: str | None = None
    ) -> None:
        chosen = None if roles is None else list(roles)
        await self.do("set_member", guild=guild, user=user, roles=chosen, nick=nick)

    async def create_channel(
        self,
        guild: str,
        name: str,
        *,
        kind: str = "text",
        parent: str | None = None,
        private_to: Sequence[str] | None = None,
        overwrites: Sequence[Json] = (),
        channel_id: str | None = None,
        flags: int = 0,
    ) -> str:
        """``kind``: text, category, announcement. An overwrite: id, allow, deny (names)."""
        answer = await self.do(
            "create_channel",
            guild=guild,
            name=name,
            kind=kind,
            parent=parent,
            private_to=None if private_to is None else list(private_to),
            overwrites=list(overwrites),
            id=channel_id,
            flags=flags,
        )
        return str(answer["id"])

    async def create_forum(
        self, guild: str, name: str, *, tags: Sequence[Json] = (), require_tag: bool = False
    ) -> tuple[str, dict[str, str]]:
        """The forum's id, and its tags' ids by name. A tag: name, moderated."""
        answer = await self.do(
            "create_channel",
            guild=guild,
            name=name,
            kind="forum",
            tags=list(tags),
            flags=1 << 4 if require_tag else 0,
        )
        return str(answer["id"]), answer["tags"]

    # People.

    async def post(
        self,
        user: str,
        channel: str,
        content: str = "",
        *,
        files: Sequence[File] = (),
        reply_to: str | None = None,
        forward: Json | None = None,
        stickers: Sequence[str] = (),
        voice: bool = False,
        flags: int = 0,
    ) -> Json:
        """``forward``: channel_id and message_id of the message passed on."""
        answer: Json = await self.do(
            "post",
            user=user,
            channel=channel,
            content=content,
            files=_packed(files),
            reply_to=reply_to,
            forward=forward,
            stickers=list(stickers),
            voice=voice,
            flags=flags,
        )
        return answer

    async def dm_channel(self, user: str, bot: Bot) -> str:
        return str((await self.do("dm", user=user, bot=bot.user_id))["id"])

    async def dm(self, user: str, bot: Bot, content: str = "", **more: Any) -> Json:
        """Write to the bot directly."""
        return await self.post(user, await self.dm_channel(user, bot), content, **more)

    async def edit(self, user: str, channel: str, message: str, content: str) -> Json:
        answer: Json = await self.do(
            "edit", user=user, channel=channel, message=message, content=content
        )
        return answer

    async def delete(self, user: str, channel: str, message: str) -> None:
        await self.do("delete", user=user, channel=channel, message=message)

    async def bulk_delete(self, user: str, channel: str, messages: Sequence[str]) -> None:
        await self.do("bulk_delete", user=user, channel=channel, messages=list(messages))

    async def react(self, user: str, channel: str, message: str, emoji: str) -> None:
        await self.do("react", user=user, channel=channel, message=message, emoji=emoji)

    async def forum_post(
        self, user: str, forum: str, title: str, content: str, *, tags: Sequence[str] = ()
    ) -> str:
        """The new thread's id; its first message has the same."""
        answer = await self.do(
            "forum_post", user=user, channel=forum, title=title, content=content, tags=list(tags)
        )
        return str(answer["id"])

    async def start_thread(
        self,
        user: str,
        channel: str,
        name: str,
        *,
        message: str | None = None,
        private: bool = False,
    ) -> str:
        answer = await self.do(
            "start_thread", user=user, channel=channel, name=name, message=message, private=private
        )
        return str(answer["id"])

    async def change_thread(self, user: str, thread: str, **change: Any) -> None:
        """archived, locked, name, applied_tags."""
        await self.do("change_thread", user=user, thread=thread, change=change)

    # What the bot offers.

    async def slash(
        self,
        user: str,
        channel: str,
        command: str,
        *,
        files: dict[str, File] | None = None,
        bot: Bot | None = None,
        **options: Any,
    ) -> Json:
        """``command`` with its subcommands: "ticket claim". The interaction as it was answered."""
        answer: Json = await self.do(
            "slash",
            user=user,
            channel=channel,
            command=command,
            options=options,
            files={name: file.packed() for name, file in (files or {}).items()},
            bot=bot and bot.application_id,
        )
        return answer

    async def autocomplete(
        self, user: str, channel: str, command: str, focused: str, typed: str = "", **options: Any
    ) -> list[Json]:
        """The choices offered while ``focused`` is typed."""
        answer = await self.do(
            "autocomplete",
            user=user,
            channel=channel,
            command=command,
            focused=focused,
            options={**options, focused: typed},
        )
        return list(answer["choices"] or [])

    async def click(
        self, user: str, channel: str, message: str, custom_id: str, *, wait: bool = True
    ) -> Json:
        answer: Json = await self.do(
            "click", user=user, channel=channel, message=message, custom_id=custom_id, wait=wait
        )
        return answer

    async def choose(
        self, user: str, channel: str, message: str, custom_id: str, *values: str
    ) -> Json:
        answer: Json = await self.do(
            "choose",
            user=user,
            channel=channel,
            message=message,
            custom_id=custom_id,
            values=list(values),
        )
        return answer

    async def submit(
        self, opened: Json, *, files: dict[str, Sequence[File]] | None = None, **values: Any
    ) -> Json:
        """Fill in the modal that the interaction ``opened`` shows; fields by custom_id."""
        answer: Json = await self.do(
            "submit",
            interaction=opened["id"],
            values=values,
            files={name: _packed(items) for name, items in (files or {}).items()},
        )
        return answer

    async def menu(self, user: str, channel: str, command: str, message: str) -> Json:
        """A context-menu command on a message."""
        answer: Json = await self.do(
            "menu", user=user, channel=channel, command=command, message=message
        )
        return answer

    async def interaction(self, begun: Json) -> Json:
        """How it stands by now: followups, messages filled in later."""
        answer: Json = await self.do("interaction", interaction=begun["id"])
        return answer

    # What happened.

    async def messages(self, channel: str, *, everything: bool = False) -> list[Json]:
        """In order; deleted and ephemeral ones too when ``everything``."""
        stored: list[Json] = await self.do("messages", channel=channel)
        if everything:
            return stored
        return [item for item in stored if not item["deleted"] and not item["ephemeral"]]

    async def contents(self, channel: str) -> list[str]:
        return [message["content"] for message in await self.messages(channel)]

    async def file(self, attachment: str) -> bytes:
        """An attachment's bytes, past the CDN."""
        return base64.b64decode((await self.do("file", attachment=attachment))["data"])

    async def channel(self, channel: str) -> Json:
        """With ``members`` (ids) for a thread."""
        answer: Json = await self.do("channel", channel=channel)
        return answer

    async def threads(self, guild: str) -> list[Json]:
        everything: list[Json] = await self.do("channels", guild=guild)
        return [channel for channel in everything if "thread_metadata" in channel]

    async def calls(self, route: str | None = None) -> list[Json]:
        """``route`` like ``POST /channels/{channel_id}/messages``."""
        answer: list[Json] = await self.do("calls", route=route)
        return answer

    async def count(self, route: str) -> int:
        """Calls of a route, whatever became of them."""
        counted = (await self.do("counts"))["calls"]
        return sum(number for name, number in counted.items() if name.startswith(f"{route} "))

    async def violations(self) -> list[Json]:
        answer: list[Json] = await self.do("violations")
        return answer

    async def connected(self) -> bool:
        return any(session["connected"] for session in await self.do("sessions"))

    async def wait_for(
        self, predicate: Callable[[], Awaitable[T] | T], *, within: float = 5.0
    ) -> T:
        """Ask again after every change in Discord until the answer is truthy; return it."""
        deadline = asyncio.get_running_loop().time() + within
        revision = -1
        while True:
            answer = predicate()
            result: T = await answer if inspect.isawaitable(answer) else answer
            if result:
                return result
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise TimeoutError(f"not within {within} s: {inspect.getsource(predicate)}")
            step = await self.do("wait", since=revision, timeout=min(left, 0.25))
            revision = step["revision"]

    async def wait_for_message(self, channel: str, text: str, *, within: float = 5.0) -> Json:
        """A message there whose content holds ``text``."""

        async def there() -> list[Json]:
            return [m for m in await self.messages(channel) if text in m["content"]]

        found: list[Json] = await self.wait_for(there, within=within)
        return found[-1]

    # Faults, time, settings.

    async def fault(self, kind: str, route: str = "", **more: Any) -> None:
        """See ``faults.Fault``: times, after, probability, status, seconds."""
        await self.do("fault", kind=kind, route=route, **more)

    async def gateway(self, what: str, **more: Any) -> None:
        """See ``control.faulting.gateway``."""
        await self.do("gateway", do=what, **more)

    async def settings(self, **values: float) -> Json:
        """See ``settings.Settings``."""
        answer: Json = await self.do("settings", **values)
        return answer

    async def advance(self, seconds: float) -> None:
        await self.do("advance", seconds=seconds)


@contextmanager
def library_pointed_at(emulated: Discord) -> Iterator[None]:
    """discord.py talks to the emulator as long as this lasts."""
    before = (
        discord.http.Route.BASE,
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
        discord.asset.Asset.BASE,
    )
    discord.http.Route.BASE = emulated.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(emulated.gateway_url)
    discord.asset.Asset.BASE = emulated.cdn_url
    try:
        yield
    finally:
        (
            discord.http.Route.BASE,
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
            discord.asset.Asset.BASE,
        ) = before


@asynccontextmanager
async def launched() -> AsyncIterator[Discord]:
    """The emulator as a process of its own, ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.emulators.discord",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output")
        urls = json.loads(await process.stdout.readline())
        async with Discord(urls["base_url"]) as emulated:
            yield emulated
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
