"""The table of methods, and what a method is handed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.emulators.slack.api.arguments import Args
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import App, Channel
from tests.emulators.slack.world import World

BOT = "bot"
APP_LEVEL = "app"
ANY = "any"
NONE = "none"


@dataclass(kw_only=True)
class Context:
    core: Core
    app: App
    args: Args

    @property
    def world(self) -> World:
        return self.core.world

    def need(self, *scopes: str) -> None:
        """Slack: any one of the scopes will do; the answer names what is needed and there."""
        if not any(scope in self.app.scopes for scope in scopes):
            raise ApiError(
                "missing_scope",
                needed=",".join(scopes),
                provided=",".join(sorted(self.app.scopes)),
            )

    def channel(self, name: str = "channel") -> Channel:
        return self.world.visible_channel(self.app, self.args.required(name))

    def joined_channel(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if self.app.bot_user not in channel.members:
            raise ApiError("not_in_channel")
        return channel


Handler = Callable[[Context], Awaitable[Json]]


@dataclass(frozen=True, kw_only=True)
class Method:
    name: str
    scopes: tuple[str, ...]
    token: str
    run: Handler


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, token: str = BOT) -> Callable[[Handler], Handler]:
    """Register a method. `scopes`: any one of them is asked for before it runs."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name=name, scopes=scopes, token=token, run=handler)
        return handler

    return register
