"""Faults, limits, time, and taking things away from the app."""

from tests.emulators.slack import events
from tests.emulators.slack.control.registry import verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.faults import Fault
from tests.emulators.slack.names import check_names


@verb("fault")
async def fault(core: Core, body: Json) -> Json:
    """Set a fault; see faults.py for the kinds and the fields."""
    try:
        made = Fault(**body)
    except TypeError as error:
        raise ControlError("bad_fault", reason=str(error)) from error
    return {"ok": True, "id": core.faults.add(made).id}


@verb("clear_faults")
async def clear_faults(core: Core, body: Json) -> Json:
    core.faults.clear()
    return {"ok": True}


@verb("faults")
async def faults(core: Core, body: Json) -> Json:
    return {"ok": True, "faults": core.faults.to_json()}


@verb("config")
async def config(core: Core, body: Json) -> Json:
    core.config.change(body)
    return {"ok": True, "config": vars(core.config)}


@verb("advance")
async def advance(core: Core, body: Json) -> Json:
    """Move the clock: triggers and response_urls grow old, rate limits recover."""
    core.clock.advance(float(body["seconds"]))
    core.world.touch()
    return {"ok": True, "now": core.clock.now()}


@verb("app_change")
async def app_change(core: Core, body: Json) -> Json:
    """Add or take away scopes and events, revoke, switch the mode, set request URLs."""
    app = core.world.app(body.get("app"))
    app.scopes = (app.scopes | set(body.get("add_scopes", []))) - set(body.get("remove_scopes", []))
    app.events = (app.events | set(body.get("add_events", []))) - set(body.get("remove_events", []))
    plain = ("mode", "request_url", "commands_url", "interactivity_url", "home_tab", "shortcuts")
    for name in plain:
        if name in body:
            setattr(app, name, body[name])
    if "revoked" in body:
        if body["revoked"] and body.get("announce"):
            tokens = {"bot": [app.bot_user], "oauth": []}
            events.emit_to(core, app, {"type": "tokens_revoked", "tokens": tokens})
        app.revoked = body["revoked"]
    check_names(app.scopes, app.events)
    core.world.touch()
    return {"ok": True, "scopes": sorted(app.scopes), "events": sorted(app.events)}


@verb("verify_url")
async def verify_url(core: Core, body: Json) -> Json:
    """Slack: a request URL is accepted only when it answers the challenge."""
    app = core.world.app(body.get("app"))
    app.request_url = body.get("request_url", app.request_url)
    outcome = await core.dispatcher.verify_url(app)
    return {"ok": outcome.ok, "error": outcome.reason, "body": outcome.body}


@verb("sockets")
async def sockets(core: Core, body: Json) -> Json:
    """`what`: count, close, abort, warning, refresh_requested, link_disabled."""
    app, what = core.world.app(body.get("app")), body.get("what", "count")
    if what == "count":
        count = len(core.sockets.of(app.id))
    elif what in {"close", "abort"}:
        count = await core.sockets.cut(app.id, abruptly=what == "abort")
    else:
        count = await core.sockets.ask_to_leave(app.id, what)
    return {"ok": True, "count": count}


@verb("redeliver")
async def redeliver(core: Core, body: Json) -> Json:
    """Send an event once more, with the same event_id."""
    number = body["number"]
    if not 1 <= number <= len(core.dispatcher.deliveries):
        raise ControlError("no_such_delivery", number=number)
    outcome = await core.dispatcher.again(core.dispatcher.deliveries[number - 1])
    return {"ok": True, "acked": outcome.ok, "reason": outcome.reason}


@verb("envelope")
async def envelope(core: Core, body: Json) -> Json:
    """Any payload at all, as it stands, to one app; answers with how it was acknowledged."""
    app, payload = core.world.app(body.get("app")), body["payload"]
    outcome = await core.dispatcher.interact(app, body["kind"], payload["type"], payload)
    return {"ok": True, "acked": outcome.ok, "reason": outcome.reason, "body": outcome.body}


@verb("event")
async def event(core: Core, body: Json) -> Json:
    """Any event at all, as it stands, to one app."""
    app = core.world.app(body.get("app"))
    core.dispatcher.event(app, body["event"], core.world.channels.get(body.get("channel", "")))
    core.world.touch()
    return {"ok": True}
