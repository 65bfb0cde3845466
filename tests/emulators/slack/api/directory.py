"""Who and where: auth, api, apps, users, usergroups, bots, team."""

from tests.emulators.slack.api.conversations import page
from tests.emulators.slack.api.registry import ANY, APP_LEVEL, NONE, Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.render import bot_profile, group_json, user_json


@method("api.test", token=NONE)
async def api_test(context: Context) -> Json:
    return {}


@method("auth.test", token=ANY)
async def auth_test(context: Context) -> Json:
    app, workspace = context.app, context.world.workspaces[context.app.team_id]
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": context.world.users[app.bot_user].name,
        "team_id": app.team_id,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", token=APP_LEVEL)
async def connections_open(context: Context) -> Json:
    """Slack: needs an app-level token with connections:write, and Socket Mode switched on."""
    if context.app.mode != "socket":
        raise ApiError("socket_mode_not_enabled")
    return {"url": context.core.sockets.url(context.app)}


@method("users.info", "users:read")
async def users_info(context: Context) -> Json:
    user = context.world.visible_user(context.app, context.args.required("user"))
    email = "users:read.email" in context.app.scopes
    return {"user": user_json(user, viewer=context.app, email=email)}


@method("users.getPresence", "users:read")
async def users_presence(context: Context) -> Json:
    user = context.world.visible_user(context.app, context.args.required("user"))
    return {"presence": user.presence}


@method("users.list", "users:read")
async def users_list(context: Context) -> Json:
    world, app = context.world, context.app
    found = [
        user
        for user in world.users.values()
        if user.team_id == app.team_id or world.shares_channel(app, user)
    ]
    shown, metadata = page(context, found, default=1000)
    email = "users:read.email" in app.scopes
    return {"members": [user_json(one, viewer=app, email=email) for one in shown], **metadata}


@method("users.lookupByEmail", "users:read.email")
async def users_lookup(context: Context) -> Json:
    email = context.args.required("email").lower()
    for user in context.world.users.values():
        if user.email.lower() == email and user.team_id == context.app.team_id:
            if user.deleted:
                break
            return {"user": user_json(user, viewer=context.app, email=True)}
    raise ApiError("users_not_found")


@method("usergroups.list", "usergroups:read")
async def usergroups_list(context: Context) -> Json:
    users = context.args.flag("include_users")
    disabled = context.args.flag("include_disabled")
    groups = [
        group_json(group, users=users)
        for group in context.world.groups.values()
        if group.team_id == context.app.team_id and (disabled or not group.disabled)
    ]
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroups:read")
async def usergroups_users_list(context: Context) -> Json:
    group = context.world.groups.get(context.args.required("usergroup"))
    if group is None or group.team_id != context.app.team_id:
        raise ApiError("no_such_subteam")
    if group.disabled and not context.args.flag("include_disabled"):
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


@method("bots.info", "users:read")
async def bots_info(context: Context) -> Json:
    bot = context.args.text("bot") or context.app.bot_id
    for app in context.world.apps.values():
        if app.bot_id == bot:
            return {"bot": {**bot_profile(app), "user_id": app.bot_user}}
    raise ApiError("bot_not_found")


@method("team.info", "team:read")
async def team_info(context: Context) -> Json:
    team_id = context.args.text("team") or context.app.team_id
    workspace = context.world.workspaces.get(team_id)
    if workspace is None:
        raise ApiError("team_not_found")
    body = {"id": team_id, "name": workspace.name, "domain": workspace.domain}
    return {"team": {**body, "icon": {}, "email_domain": ""}}
