"""What people do with an app: buttons, commands, shortcuts, modals, the Home tab."""

from typing import Any

from tests.emulators.slack import events
from tests.emulators.slack.blocks.check import Check
from tests.emulators.slack.blocks.elements import check_option_list
from tests.emulators.slack.core import Core
from tests.emulators.slack.dispatch import COMMAND, INTERACTIVE
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.model import App, Channel, User
from tests.emulators.slack.outcome import Outcome
from tests.emulators.slack.places import Place, button_place, view_place
from tests.emulators.slack.render import message_json, view_json
from tests.emulators.slack.responses import new_response_url, respond_with_ack
from tests.emulators.slack.triggers import new_trigger
from tests.emulators.slack.values import entered

HIDDEN_NAMES = {"group": "privategroup", "im": "directmessage", "mpim": "privategroup"}


def channel_ref(channel: Channel) -> Json:
    """Slack: the names of private conversations are not given away."""
    return {"id": channel.id, "name": HIDDEN_NAMES.get(channel.kind, channel.name)}


def frame(core: Core, app: App, user: User, kind: str) -> Json:
    """The fields that every interaction payload begins with."""
    workspace = core.world.workspaces[app.team_id]
    who = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}
    return {
        "type": kind,
        "team": {"id": app.team_id, "domain": workspace.domain},
        "user": who,
        "api_app_id": app.id,
        "token": app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def refuse_outsiders(channel: Channel, user: User) -> None:
    if user.id not in channel.members:
        raise ControlError("user_not_in_channel", user=user.id, channel=channel.id)


def said(outcome: Outcome) -> Json:
    """What the person sees of it: nothing, or an error."""
    if outcome.ok:
        return {"ok": True, "outcome": "acked"}
    return {"ok": True, "outcome": "failed", "reason": outcome.reason}


async def command(
    core: Core, *, user: User, name: str, text: str, channel: Channel, thread_ts: str | None
) -> Json:
    """Slack: commands do not work in threads, nor for guests from other workspaces."""
    if thread_ts:
        raise ControlError("command_not_available_in_threads", command=name)
    refuse_outsiders(channel, user)
    owner = next(
        (
            app
            for app in core.world.apps.values()
            if name in app.commands and app.team_id == user.team_id and not app.revoked
        ),
        None,
    )
    if owner is None:
        raise ControlError("no_such_command", command=name)
    url = new_response_url(core, owner, user.id, channel.id)
    payload = {
        "token": owner.verification_token,
        "team_id": owner.team_id,
        "team_domain": core.world.workspaces[owner.team_id].domain,
        "channel_id": channel.id,
        "channel_name": channel_ref(channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": owner.id,
        "is_enterprise_install": "false",
        "response_url": url.id,
        "trigger_id": new_trigger(core, owner, user.id),
    }
    outcome = await core.dispatcher.interact(owner, COMMAND, name, payload)
    if outcome.ok:
        respond_with_ack(core, owner, url, outcome.body)
    return said(outcome)


async def act(core: Core, *, user: User, place: Place, name: str, value: Any = None) -> Json:
    """Press a button, or choose `value` in a select, date picker or check box."""
    place.refuse_others(user)
    app, (block, element) = place.app, place.element(name)
    action: Json = {"action_id": element["action_id"], "block_id": block["block_id"]}
    if element["type"] == "button":
        action |= {"type": "button", "text": element["text"]}
        if "value" in element:
            action["value"] = element["value"]
    else:
        suggested = place.suggested.get(element["action_id"], [])
        chosen = entered(core, app, user.id, element, value, suggested)
        place.remember(block, element, chosen)
        action |= chosen
    action["action_ts"] = core.clock.ts()
    payload = frame(core, app, user, "block_actions") | place.describe(core)
    payload["trigger_id"] = new_trigger(core, app, user.id, view=place.view_id)
    payload["actions"] = [action]
    if place.channel is not None:
        refuse_outsiders(place.channel, user)
        payload["channel"] = channel_ref(place.channel)
        url = new_response_url(core, app, user.id, place.channel.id, place=place)
        payload["response_url"] = url.id
    outcome = await core.dispatcher.interact(app, INTERACTIVE, "block_actions", payload)
    return said(outcome)


async def suggest(core: Core, *, user: User, place: Place, name: str, query: str) -> Json:
    """Type into an external select: the app answers with options. Slack: at most 100."""
    place.refuse_others(user)
    block, element = place.element(name)
    if element["type"] not in {"external_select", "multi_external_select"}:
        raise ControlError("not_an_external_select", type=element["type"])
    if len(query) < element.get("min_query_length", 3):
        raise ControlError("query_too_short", min=element.get("min_query_length", 3))
    payload = frame(core, place.app, user, "block_suggestion") | place.describe(core)
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"]}
    payload["value"] = query
    if place.channel is not None:
        payload["channel"] = channel_ref(place.channel)
    outcome = await core.dispatcher.interact(place.app, INTERACTIVE, "block_suggestion", payload)
    if not outcome.ok:
        return said(outcome)
    body = outcome.body if isinstance(outcome.body, dict) else {}
    check = Check()
    if "option_groups" in body:
        groups = [group for group in body["option_groups"] if isinstance(group, dict)]
        options = [option for group in groups for option in group.get("options", [])]
    else:
        options = body.get("options", [])
    check_option_list(check, options, "/options", limit=100, minimum=0)
    if check.problems:
        return {"ok": True, "outcome": "invalid_response", "problems": check.problems}
    place.suggested[element["action_id"]] = options
    return {"ok": True, "outcome": "acked", "options": options}


async def message_shortcut(
    core: Core, *, user: User, channel: Channel, ts: str, callback_id: str
) -> Json:
    """Slack: works on every message the person can see, threads included."""
    refuse_outsiders(channel, user)
    app = _with_shortcut(core, user, callback_id, "message")
    message = core.world.message(channel.id, ts)
    payload = frame(core, app, user, "message_action")
    url = new_response_url(core, app, user.id, channel.id)
    payload |= {
        "action_ts": core.clock.ts(),
        "callback_id": callback_id,
        "trigger_id": new_trigger(core, app, user.id),
        "response_url": url.id,
        "message_ts": ts,
        "channel": channel_ref(channel),
        "message": message_json(core.world, message),
    }
    return said(await core.dispatcher.interact(app, INTERACTIVE, "message_action", payload))


async def global_shortcut(core: Core, *, user: User, callback_id: str) -> Json:
    app = _with_shortcut(core, user, callback_id, "global")
    payload = frame(core, app, user, "shortcut")
    payload |= {"action_ts": core.clock.ts(), "callback_id": callback_id}
    payload["trigger_id"] = new_trigger(core, app, user.id)
    return said(await core.dispatcher.interact(app, INTERACTIVE, "shortcut", payload))


def _with_shortcut(core: Core, user: User, callback_id: str, kind: str) -> App:
    for app in core.world.apps.values():
        if app.shortcuts.get(callback_id) == kind and app.team_id == user.team_id:
            return app
    raise ControlError("no_such_shortcut", callback_id=callback_id, type=kind)


def open_home(core: Core, *, user: User, app: App, tab: str) -> Json:
    """Slack: app_home_opened carries the view that is there so far."""
    if not app.home_tab:
        raise ControlError("home_tab_not_enabled")
    channel = core.world.direct_message(app, user.id)
    event: Json = {"type": "app_home_opened", "user": user.id, "tab": tab}
    event["channel"] = channel.id if channel else core.ids.new("D")
    view = core.world.homes.get((app.id, user.id))
    if view is not None:
        event["view"] = view_json(view, app=app)
    events.emit_to(core, app, event)
    return {"ok": True}


def place_for(core: Core, body: Json) -> Place:
    """The message, ephemeral message or view that a test points at."""
    if view_id := body.get("view"):
        return view_place(core, view_id)
    return button_place(core, body["channel"], body["ts"])
