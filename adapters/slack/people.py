"""People, groups and channels by their ids and by the names that others know them by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.forwarded import shared
from adapters.slack.mrkdwn import Names, mentioned, unnamed
from adapters.slack.workspace import Workspace
from bot.domain.identity import Person, qualify, readable

Json = dict[str, Any]
log = logging.getLogger(__name__)
_FRESH_S = 3_600.0
_LISTS_FRESH_S = 600.0
# What could not be asked is asked again soon: until then nobody is in a group.
_FAILED_FRESH_S = 15.0
_PAGE = 200
_FAILED = (SlackApiError, aiohttp.ClientError, TimeoutError)


class People:
    """Asks Slack once in an hour for each; what cannot be asked is shown by its id."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._users: dict[str, tuple[float, Json]] = {}
        self._lists: dict[str, tuple[float, Mapping[str, str]]] = {}

    async def person(self, user: str) -> Person:
        """Somebody as Slack shows them; of another workspace too, where a channel is shared."""
        profile = _profile(await self._user(user))
        name = profile.get("display_name") or profile.get("real_name") or user
        avatar = profile.get("image_192") or profile.get("image_72") or ""
        return Person(
            id=qualify(self._workspace.id, user),
            name=readable(str(name), user),
            avatar=str(avatar),
            groups=await self._groups_of(user),
        )

    async def is_owner(self, user: str) -> bool:
        return bool((await self._user(user)).get("is_owner"))

    async def names(self, message: Json) -> Names:
        """What everybody is called whom a message mentions."""
        users, groups = mentioned(message, *shared(message))
        channels = unnamed(message, *shared(message))
        if not users and not groups and not channels:
            return Names()
        people = await asyncio.gather(*(self.person(user) for user in users))
        known = await self.groups() if groups else {}
        listed = await self.channels() if channels else {}
        return Names(
            users={user: one.name for user, one in zip(users, people, strict=True)},
            groups={group: handle for handle, group in known.items() if group in groups},
            channels={one: name for name, one in listed.items() if one in channels},
        )

    async def groups(self) -> Mapping[str, str]:
        """Handles of the user groups that are in use, with their ids."""
        return await self._list("groups", self._fetch_groups)

    async def handles(self) -> Mapping[str, str]:
        """What people are called, in lower case, with their ids."""
        return await self._list("users", self._fetch_users)

    async def channels(self) -> Mapping[str, str]:
        """Names of channels the app can see, with their ids."""
        return await self._list("channels", self._fetch_channels)

    async def handle(self, name: str) -> str | None:
        """The id of whoever is called so; asked anew for a name that is not known yet."""
        return await self._sought(name, "users", self.handles)

    async def channel(self, name: str) -> str | None:
        return await self._sought(name, "channels", self.channels)

    async def _sought(
        self, name: str, listed: str, known: Callable[[], Awaitable[Mapping[str, str]]]
    ) -> str | None:
        wanted = name.casefold()
        if found := (await known()).get(wanted):
            return found
        self.forget(listed)
        return (await known()).get(wanted)

    def forget(self, name: str) -> None:
        """Ask anew next time: `users`, `groups`, `members`, `channels`."""
        self._lists.pop(name, None)

    async def _groups_of(self, user: str) -> tuple[str, ...]:
        members = await self._list("members", self._fetch_members)
        known = members.get(user, "").split()
        return tuple(f"slack-group:{self._workspace.team}/{group}" for group in known)

    async def _user(self, user: str) -> Json:
        kept = self._users.get(user)
        if kept and monotonic() - kept[0] < _FRESH_S:
            return kept[1]
        try:
            answer = await self._workspace.client.users_info(user=user)
        except _FAILED as error:
            log.warning("Slack does not say who %s is: %s", user, error)
            return kept[1] if kept else {}
        found: Json = answer["user"]
        self._users[user] = (monotonic(), found)
        return found

    async def _list(
        self, name: str, fetch: Callable[[], Awaitable[Mapping[str, str]]]
    ) -> Mapping[str, str]:
        kept = self._lists.get(name)
        if kept and monotonic() - kept[0] < _LISTS_FRESH_S:
            return kept[1]
        try:
            found = await fetch()
        except _FAILED as error:
            log.warning("Slack does not list its %s: %s", name, error)
            found = kept[1] if kept else {}
            asked_at = monotonic() - _LISTS_FRESH_S + _FAILED_FRESH_S
        else:
            asked_at = monotonic()
        self._lists[name] = (asked_at, found)
        return found

    async def _fetch_groups(self) -> Mapping[str, str]:
        answer = await self._workspace.client.usergroups_list()
        named = [one for one in answer["usergroups"] if one.get("handle") and one.get("id")]
        return {str(one["handle"]): str(one["id"]) for one in named}

    async def _fetch_members(self) -> Mapping[str, str]:
        """The groups of everybody who is in one, with blanks between them."""
        answer = await self._workspace.client.usergroups_list(include_users=True)
        found: dict[str, str] = {}
        for group in answer["usergroups"]:
            users = group.get("users")
            for user in users if isinstance(users, list) and group.get("id") else ():
                found[str(user)] = f"{found.get(str(user), '')} {group['id']}".strip()
        return found

    async def _fetch_users(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        async for page in await self._workspace.client.users_list(limit=_PAGE):
            for one in page["members"]:
                if not one.get("deleted") and one.get("id"):
                    found |= {name.casefold(): str(one["id"]) for name in _called(one)}
        return found

    async def _fetch_channels(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        async for page in await self._workspace.client.conversations_list(
            types="public_channel,private_channel", exclude_archived=True, limit=_PAGE
        ):
            named = [one for one in page["channels"] if one.get("name") and one.get("id")]
            found |= {str(one["name"]): str(one["id"]) for one in named}
        return found


def _profile(user: Json) -> Json:
    found = user.get("profile")
    return found if isinstance(found, dict) else {}


def _called(user: Json) -> list[str]:
    """Every name somebody may be addressed by; the handle last, as it is theirs alone."""
    profile = _profile(user)
    names = (profile.get("real_name"), profile.get("display_name"), user.get("name"))
    return [str(name) for name in names if name]
