"""The application: itself, and its commands."""

from tests.emulators.discord import access, commands, render
from tests.emulators.discord.constants import Json
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.pipeline import Reply, Request, Route

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(request: Request) -> str:
    """Checks that it is the caller's application and a guild it is in."""
    if request.params["application_id"] != request.app.id:
        raise ApiError(50001)
    guild_id = request.params.get("guild_id", "")
    if guild_id:
        access.require_in_guild(request.world, request.me, guild_id)
    return guild_id


async def me(request: Request) -> Reply:
    return 200, render.application(request.world, request.app)


async def read(request: Request) -> Reply:
    return 200, request.app.commands.get(_scope(request), [])


async def replace(request: Request) -> Reply:
    if not isinstance(request.body, list):
        raise invalid("_", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    return 200, commands.sync(request.world, request.app, _scope(request), request.body)


async def create(request: Request) -> Reply:
    """Discord: a command of the same name and type is overwritten (200), else made (201)."""
    scope = _scope(request)
    item = request.json
    key = (item.get("type") or 1, item.get("name"))
    existing = request.app.commands.get(scope, [])
    others = [command for command in existing if (command["type"], command["name"]) != key]
    status = 201 if len(others) == len(existing) else 200
    requests: list[Json] = [*others, item]
    made = commands.sync(request.world, request.app, scope, requests)[-1]
    return status, made


def _command(request: Request) -> tuple[str, Json]:
    scope = _scope(request)
    for command in request.app.commands.get(scope, []):
        if command["id"] == request.params["command_id"]:
            return scope, command
    raise ApiError(10063)


async def one(request: Request) -> Reply:
    return 200, _command(request)[1]


async def delete(request: Request) -> Reply:
    scope, command = _command(request)
    request.app.commands[scope].remove(command)
    return 204, None


async def permissions(request: Request) -> Reply:
    """Discord: 10066 when nothing was set, which only a person can do."""
    _scope(request)
    raise ApiError(10066)


ROUTES = [
    Route("GET", "/oauth2/applications/@me", me),
    Route("GET", "/applications/@me", me),
    Route("GET", GLOBAL, read),
    Route("PUT", GLOBAL, replace),
    Route("POST", GLOBAL, create),
    Route("GET", f"{GLOBAL}/{{command_id}}", one),
    Route("DELETE", f"{GLOBAL}/{{command_id}}", delete),
    Route("GET", GUILD, read),
    Route("PUT", GUILD, replace),
    Route("POST", GUILD, create),
    Route("GET", f"{GUILD}/{{command_id}}", one),
    Route("DELETE", f"{GUILD}/{{command_id}}", delete),
    Route("GET", f"{GUILD}/{{command_id}}/permissions", permissions),
]
