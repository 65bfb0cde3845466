"""The bot itself, other users, DMs, and the gateway's address."""

from tests.emulators.discord import render
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.pipeline import Reply, Request, Route


async def me(request: Request) -> Reply:
    return 200, render.me(request.world.user(request.me))


async def user(request: Request) -> Reply:
    return 200, render.user(request.world.user(request.params["user_id"]))


async def guilds(request: Request) -> Reply:
    """Discord: ordered by id, 200 a page."""
    limit = request.number("limit", 200, 1, 200)
    after, before = int(request.query.get("after", 0)), int(request.query.get("before", 0))
    mine = sorted(request.world.guilds_of(request.me), key=lambda guild: int(guild.id))
    chosen = [g for g in mine if int(g.id) > after and (not before or int(g.id) < before)]
    return 200, [render.own_guild(g, g.members[request.me]) for g in chosen[:limit]]


async def open_dm(request: Request) -> Reply:
    """Discord: opening always works; refusal shows only when something is sent."""
    recipient = request.json.get("recipient_id")
    if recipient is None:
        raise invalid("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
    other = request.world.user(str(recipient))
    if other.id == request.me:
        raise ApiError(50007)
    return 200, render.channel(request.world, request.world.dm(request.me, other.id), request.me)


async def gateway(request: Request) -> Reply:
    return 200, {"url": f"{request.world.base_url.replace('http', 'ws', 1)}/gateway"}


async def gateway_bot(request: Request) -> Reply:
    """Discord: how many IDENTIFYs are left today."""
    settings = request.world.settings
    return 200, {
        "url": f"{request.world.base_url.replace('http', 'ws', 1)}/gateway",
        "shards": 1,
        "session_start_limit": {
            "total": settings.session_starts,
            "remaining": max(request.world.starts_left(request.app.id), 0),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    }


ROUTES = [
    Route("GET", "/gateway", gateway, bot=False),
    Route("GET", "/gateway/bot", gateway_bot),
    Route("GET", "/users/@me", me),
    Route("GET", "/users/@me/guilds", guilds),
    Route("POST", "/users/@me/channels", open_dm),
    Route("GET", "/users/{user_id}", user),
]
