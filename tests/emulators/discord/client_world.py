"""Making the world from a test."""

from collections.abc import Sequence
from typing import Any

from tests.emulators.discord.client_base import Bot, Caller
from tests.emulators.discord.constants import Json


class WorldClient(Caller):
    """Bots, guilds, roles, users, channels. Ids may be given, else they are made."""

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

    async def remove_member(self, guild: str, user: str) -> None:
        await self.do("remove_member", guild=guild, user=user)

    async def set_user(self, user: str, **values: Any) -> None:
        """username, global_name, avatar, refuses_dms."""
        await self.do("set_user", user=user, **values)

    async def set_role(
        self, guild: str, permissions: Sequence[str], *, role: str | None = None
    ) -> None:
        """A role's permissions; @everyone's unless a role is given."""
        await self.do("set_role", guild=guild, permissions=list(permissions), role=role)

    async def set_overwrites(self, channel: str, overwrites: Sequence[Json]) -> None:
        """Replace a channel's overwrites: id, allow, deny (names)."""
        await self.do("set_channel", channel=channel, overwrites=list(overwrites))

    async def delete_channel(self, channel: str) -> None:
        await self.do("delete_channel", channel=channel)

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
