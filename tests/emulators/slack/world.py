"""Everything the emulator remembers, and how to find it."""

import asyncio

from tests.emulators.slack.errors import ApiError, ControlError
from tests.emulators.slack.model import (
    CHANNEL,
    IM,
    App,
    Channel,
    Ephemeral,
    File,
    Group,
    Message,
    ResponseUrl,
    Trigger,
    User,
    View,
    Workspace,
)


class World:
    """Records by id. `touch` wakes whoever waits for a change."""

    def __init__(self) -> None:
        self.workspaces: dict[str, Workspace] = {}
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.upload_urls: dict[str, str] = {}
        self.ephemerals: list[Ephemeral] = []
        self.revision = 0
        self._changed = asyncio.Event()

    def touch(self) -> None:
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, since: int, seconds: float) -> None:
        if self.revision == since:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                return

    def app_by_token(self, token: str) -> App | None:
        tokens = (app for app in self.apps.values() if token in {app.bot_token, app.app_token})
        return next(tokens, None)

    def visible_channel(self, app: App, channel_id: str) -> Channel:
        """Slack: a private conversation the bot is not in does not exist for it."""
        channel = self.channels.get(channel_id)
        if channel is None or not self._reaches(app, channel):
            raise ApiError("channel_not_found")
        return channel

    def _reaches(self, app: App, channel: Channel) -> bool:
        if app.bot_user in channel.members:
            return True
        return channel.kind == CHANNEL and channel.team_id == app.team_id

    def channel_named(self, app: App, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next(
            (
                one
                for one in self.channels.values()
                if one.name == wanted and one.kind == CHANNEL and one.team_id == app.team_id
            ),
            None,
        )

    def direct_message(self, app: App, user: str) -> Channel | None:
        wanted = {app.bot_user, user}
        found = (c for c in self.channels.values() if c.kind == IM and set(c.members) == wanted)
        return next(found, None)

    def visible_user(self, app: App, user_id: str) -> User:
        """Slack: strangers are visible only through a shared channel."""
        user = self.users.get(user_id)
        if user is None or not (user.team_id == app.team_id or self.shares_channel(app, user)):
            raise ApiError("user_not_found")
        return user

    def shares_channel(self, app: App, user: User) -> bool:
        return any(
            user.id in channel.members and app.bot_user in channel.members
            for channel in self.channels.values()
        )

    def names(self, team_id: str) -> dict[str, str]:
        return {user.name: user.id for user in self.users.values() if user.team_id == team_id}

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise ControlError("no_such_user", user=user_id)
        return self.users[user_id]

    def app(self, app_id: str | None) -> App:
        if app_id is None and len(self.apps) == 1:
            return next(iter(self.apps.values()))
        if app_id not in self.apps:
            raise ControlError("no_such_app", app=app_id)
        return self.apps[app_id]

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise ControlError("no_such_channel", channel=channel_id)
        return self.channels[channel_id]

    def message(self, channel_id: str, ts: str) -> Message:
        message = self.channel(channel_id).messages.get(ts)
        if message is None:
            raise ControlError("no_such_message", channel=channel_id, ts=ts)
        return message
