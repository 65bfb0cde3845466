"""Where a person touches an element: a message, an ephemeral message, a view."""

from dataclasses import dataclass, field

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.model import App, Channel, Ephemeral, Message, User, View
from tests.emulators.slack.render import message_json, view_json
from tests.emulators.slack.values import place_of
from tests.emulators.slack.view_store import initial_state


@dataclass(kw_only=True)
class Place:
    app: App
    blocks: list[Json]
    channel: Channel | None = None
    message: Message | None = None
    ephemeral: Ephemeral | None = None
    view: View | None = None
    suggested: dict[str, list[Json]] = field(default_factory=dict)
    state: Json = field(default_factory=dict)

    @property
    def view_id(self) -> str | None:
        return self.view.id if self.view else None

    @property
    def message_ts(self) -> str | None:
        source = self.message or self.ephemeral
        return source.ts if source else None

    @property
    def thread_ts(self) -> str | None:
        source = self.message or self.ephemeral
        return source.thread_ts if source else None

    def refuse_others(self, user: User) -> None:
        """An ephemeral message or a view is touched by the one who sees it."""
        owner = self.ephemeral or self.view
        if owner is not None and owner.user != user.id:
            raise ControlError("not_visible_to_user", user=user.id)

    def element(self, name: str) -> tuple[Json, Json]:
        block_id, _, action_id = name.partition("|")
        return place_of(self.blocks, block_id, action_id or None)

    def remember(self, block: Json, element: Json, chosen: Json) -> None:
        state = self.view.state if self.view else self.state
        state.setdefault(block["block_id"], {})[element["action_id"]] = chosen

    def describe(self, core: Core) -> Json:
        """The container fields of a block_actions payload."""
        if self.view is not None:
            shown = view_json(self.view, app=self.app)
            return {"container": {"type": "view", "view_id": self.view.id}, "view": shown}
        container: Json = {
            "type": "message",
            "message_ts": self.message_ts,
            "channel_id": self.channel.id if self.channel else "",
            "is_ephemeral": self.ephemeral is not None,
        }
        if self.thread_ts:
            container["thread_ts"] = self.thread_ts
        values = initial_state(self.blocks)
        for block_id, chosen in self.state.items():
            values.setdefault(block_id, {}).update(chosen)
        body: Json = {"container": container, "state": {"values": values}}
        if self.message is not None:
            body["message"] = message_json(core.world, self.message)
        return body


def button_place(core: Core, channel_id: str, ts: str) -> Place:
    """Only messages that are really there can be touched."""
    channel = core.world.channel(channel_id)
    message = channel.messages.get(ts)
    if message is not None and message.app_id:
        app = core.world.app(message.app_id)
        return Place(app=app, blocks=message.blocks, channel=channel, message=message)
    for note in core.world.ephemerals:
        if note.ts == ts and note.channel == channel_id and not note.deleted:
            app = core.world.app(note.app_id)
            return Place(app=app, blocks=note.blocks, channel=channel, ephemeral=note)
    raise ControlError("no_such_message", channel=channel_id, ts=ts)


def view_place(core: Core, view_id: str) -> Place:
    view = core.world.views.get(view_id)
    if view is None or not view.open:
        raise ControlError("view_not_open", view=view_id)
    app = core.world.app(view.app_id)
    return Place(app=app, blocks=view.body["blocks"], view=view, suggested=view.suggested)
