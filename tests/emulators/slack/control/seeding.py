"""Workspaces, apps, users, groups and channels."""

from typing import Any

from tests.emulators.slack import events
from tests.emulators.slack.control.registry import verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.model import CHANNEL, App, Channel, Group, User, Workspace
from tests.emulators.slack.names import check_names
from tests.emulators.slack.render import channel_json, group_json


@verb("workspace")
async def workspace(core: Core, body: Json) -> Json:
    made = Workspace(
        id=body["id"],
        name=body.get("name", "Acme"),
        domain=body.get("domain", body["id"].lower()),
    )
    core.world.workspaces[made.id] = made
    return {"ok": True, "id": made.id}


@verb("app")
async def app(core: Core, body: Json) -> Json:
    """Install an app. A `manifest` may stand in for scopes, events, commands, shortcuts."""
    settings = {**_from_manifest(body.get("manifest") or {}), **body}
    app_id = settings.get("id", "A0APP")
    suffix = app_id.removeprefix("A")
    made = App(
        id=app_id,
        team_id=settings["team"],
        name=settings.get("name", "baton"),
        bot_id=settings.get("bot_id", f"B{suffix}"),
        bot_user=settings.get("bot_user", f"U{suffix}BOT"),
        bot_token=settings.get("bot_token", f"xoxb-{suffix}-bot"),
        app_token=settings.get("app_token", f"xapp-1-{app_id}-token"),
        signing_secret=settings.get("signing_secret", f"secret-{suffix}"),
        verification_token=core.ids.token(24),
        scopes=set(settings.get("scopes", [])),
        events=set(settings.get("events", [])),
        commands={name: {} for name in settings.get("commands", [])},
        shortcuts=dict(settings.get("shortcuts", {})),
        mode=settings.get("mode", "socket"),
        request_url=settings.get("request_url", ""),
        commands_url=settings.get("commands_url", ""),
        interactivity_url=settings.get("interactivity_url", ""),
        home_tab=settings.get("home_tab", True),
    )
    check_names(made.scopes, made.events)
    core.world.apps[made.id] = made
    core.world.users[made.bot_user] = User(
        id=made.bot_user,
        team_id=made.team_id,
        name=made.name.lower(),
        real_name=made.name,
        is_bot=True,
        bot_id=made.bot_id,
        app_id=made.id,
    )
    return _credentials(made)


def _credentials(made: App) -> Json:
    return {
        "ok": True,
        "id": made.id,
        "team_id": made.team_id,
        "bot_id": made.bot_id,
        "bot_user": made.bot_user,
        "bot_token": made.bot_token,
        "app_token": made.app_token,
        "signing_secret": made.signing_secret,
    }


def _from_manifest(manifest: Json) -> Json:
    """The parts of an app manifest that decide what the app may do and hears."""
    if not manifest:
        return {}
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    subscriptions = settings.get("event_subscriptions", {})
    scopes: dict[str, Any] = manifest.get("oauth_config", {}).get("scopes", {})
    shortcuts = {one["callback_id"]: one["type"] for one in features.get("shortcuts", [])}
    return {
        "name": features.get("bot_user", {}).get("display_name", "app"),
        "scopes": scopes.get("bot", []),
        "events": subscriptions.get("bot_events", []),
        "commands": [one["command"] for one in features.get("slash_commands", [])],
        "shortcuts": shortcuts,
        "mode": "socket" if settings.get("socket_mode_enabled") else "http",
        "home_tab": bool(features.get("app_home", {}).get("home_tab_enabled")),
    }


@verb("user")
async def user(core: Core, body: Json) -> Json:
    """A person; set again to change them. Of another workspace: seen in shared channels only."""
    made = User(
        id=body["id"],
        team_id=body["team"],
        name=body.get("name", body["id"].lower()),
        real_name=body.get("real_name") or body.get("name") or body["id"],
        display_name=body.get("display_name", ""),
        email=body.get("email", ""),
        image=body.get("image", f"https://avatars.example/{body['id']}.png"),
        tz=body.get("tz", "Etc/UTC"),
        locale=body.get("locale", "en-US"),
        is_owner=body.get("is_owner", False),
        is_admin=body.get("is_admin", False),
        is_restricted=body.get("is_restricted", False),
        deleted=body.get("deleted", False),
        presence=body.get("presence", "active"),
    )
    changed = made.id in core.world.users
    core.world.users[made.id] = made
    if changed:
        events.profile_changed(core, made)
    return {"ok": True, "id": made.id}


@verb("group")
async def group(core: Core, body: Json) -> Json:
    """A user group; set again to change it, `disabled` to take it away."""
    known = core.world.groups.get(body["id"])
    made = Group(
        id=body["id"],
        team_id=body["team"],
        handle=body.get("handle", body["id"].lower()),
        name=body.get("name") or body["id"],
        users=list(body.get("users", known.users if known else [])),
        disabled=body.get("disabled", False),
    )
    core.world.groups[made.id] = made
    shown = group_json(made, users=True)
    kind = "subteam_updated" if known else "subteam_created"
    events.emit(core, {"type": kind, "subteam": shown}, team=made.team_id)
    return {"ok": True, "usergroup": shown}


@verb("channel")
async def channel(core: Core, body: Json) -> Json:
    """`kind`: channel, group (private), im, mpim. Members are there from the start."""
    members = list(body.get("members", []))
    for member in members:
        core.world.user(member)
    if body.get("kind") == "im" and len(members) != 2:
        raise ControlError("im_has_two_members")
    made = Channel(
        id=body["id"],
        team_id=body["team"],
        name=body.get("name", body["id"].lower()),
        kind=body.get("kind", CHANNEL),
        creator=body.get("creator", ""),
        created=int(core.clock.now()),
        members=members,
        is_archived=body.get("is_archived", False),
        is_ext_shared=body.get("is_ext_shared", False),
    )
    core.world.channels[made.id] = made
    viewer = next(iter(core.world.apps.values()), None)
    return {"ok": True, "channel": channel_json(made, viewer=viewer) if viewer else {}}
