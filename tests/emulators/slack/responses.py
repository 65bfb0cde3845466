"""Answers to interactions: with the ack, or through a response_url."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.slack import messages
from tests.emulators.slack.api.arguments import Args
from tests.emulators.slack.api.content import Content, read_content
from tests.emulators.slack.api.entry import cut
from tests.emulators.slack.api.registry import Context
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import App, Ephemeral, Message, ResponseUrl

if TYPE_CHECKING:
    from tests.emulators.slack.core import Core
    from tests.emulators.slack.places import Place


def new_response_url(
    core: Core, app: App, user: str, channel: str, *, place: Place | None = None
) -> ResponseUrl:
    url = ResponseUrl(
        id=f"{core.base}/response/{app.id}/{core.ids.token(24)}",
        app_id=app.id,
        user=user,
        channel=channel,
        created=core.clock.now(),
        message_ts=place.message_ts if place else None,
        ephemeral=bool(place and place.ephemeral),
        thread_ts=place.thread_ts if place else None,
    )
    core.world.response_urls[url.id] = url
    return url


def respond_with_ack(core: Core, app: App, url: ResponseUrl, body: Any) -> None:
    """Slack: what a command is acknowledged with is shown; an empty body shows nothing."""
    if isinstance(body, str) and body.strip():
        body = {"text": body}
    if isinstance(body, dict) and body:
        try:
            _apply(core, app, url, body, source="ack")
        except ApiError as error:
            call = core.ledger.begin("ack", app.id, body, core.clock.now())
            call.error = error.error


class ResponseUrls:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        core = self._core
        try:
            body = await request.json()
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        url = core.world.response_urls.get(f"{core.base}{request.path}")
        app = core.world.apps.get(url.app_id) if url else None
        call = core.ledger.begin("response_url", app.id if app else None, body, core.clock.now())
        fault = core.faults.for_call("response_url", call.app, body)
        call.fault = fault.kind if fault else None
        if fault is not None and fault.kind == "drop_before":
            return cut(request)
        if fault is not None and fault.kind == "error_before":
            call.status = fault.status
            return web.Response(status=fault.status)
        status, text = self._use(app, url, body)
        call.status, call.error = status, None if status == 200 else text
        if fault is not None and fault.kind == "drop_after":
            return cut(request)
        if fault is not None and fault.kind == "error_after":
            call.status = fault.status
            return web.Response(status=fault.status)
        return web.Response(status=status, text=text)

    def _use(self, app: App | None, url: ResponseUrl | None, body: Any) -> tuple[int, str]:
        """Slack: five uses within 30 minutes."""
        core = self._core
        if url is None or app is None or not isinstance(body, dict):
            return 404, "no_service"
        if core.clock.now() - url.created > core.config.response_url_ttl:
            return 404, "expired_url"
        if url.uses >= core.config.response_url_uses:
            return 404, "used_url"
        url.uses += 1
        try:
            _apply(core, app, url, body, source="response_url")
        except ApiError as error:
            return 400, error.error
        return 200, "ok"


def _apply(core: Core, app: App, url: ResponseUrl, body: Json, *, source: str) -> None:
    context = Context(core=core, app=app, args=Args(body))
    if context.args.flag("delete_original"):
        _delete_original(core, url)
        return
    content = read_content(context)
    if context.args.flag("replace_original"):
        _replace_original(core, app, url, content)
    elif context.args.text("response_type") == "in_channel":
        _post(core, app, url, content, thread_ts=context.args.text("thread_ts"))
    else:
        _whisper(core, url, content, source=source, thread_ts=context.args.text("thread_ts"))
    core.world.touch()


def _original(core: Core, url: ResponseUrl) -> Message | Ephemeral:
    if url.ephemeral:
        for note in core.world.ephemerals:
            if note.ts == url.message_ts and not note.deleted:
                return note
    message = core.world.channels[url.channel].messages.get(url.message_ts or "")
    if message is None:
        raise ApiError("message_not_found")
    return message


def _delete_original(core: Core, url: ResponseUrl) -> None:
    original = _original(core, url)
    if isinstance(original, Ephemeral):
        original.deleted = True
    else:
        messages.delete(core, original)
    core.world.touch()


def _replace_original(core: Core, app: App, url: ResponseUrl, content: Content) -> None:
    original = _original(core, url)
    if isinstance(original, Ephemeral):
        original.text, original.blocks = content.text, content.blocks
        return
    changes: Json = {"text": content.text, "blocks": content.blocks}
    changes["made_blocks"] = content.made_blocks
    messages.edit(core, original, editor=app.bot_user, changes=changes)


def _post(core: Core, app: App, url: ResponseUrl, content: Content, *, thread_ts: str) -> None:
    """Slack: such a message has subtype bot_message and no user."""
    channel = core.world.channels[url.channel]
    message = Message(
        ts=core.clock.ts(),
        channel=channel.id,
        team=app.team_id,
        text=content.text,
        blocks=content.blocks,
        made_blocks=content.made_blocks,
        subtype="bot_message",
        username=app.name,
        bot_id=app.bot_id,
        app_id=app.id,
        thread_ts=thread_ts or None,
    )
    messages.post(core, channel, message)


def _whisper(
    core: Core, url: ResponseUrl, content: Content, *, source: str, thread_ts: str
) -> None:
    note = Ephemeral(
        ts=core.clock.ts(),
        channel=url.channel,
        user=url.user,
        app_id=url.app_id,
        text=content.text,
        blocks=content.blocks,
        thread_ts=thread_ts or url.thread_ts,
        source=source,
    )
    core.world.ephemerals.append(note)
