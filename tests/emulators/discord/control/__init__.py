"""The control API: ``POST /control/{action}`` with a JSON object, for tests."""

import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.emulators.discord.control import acting, faulting, people, reading, setup
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.errors import ApiError, ControlError

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator

ACTIONS: dict[str, Action] = {
    **setup.ACTIONS,
    **people.ACTIONS,
    **acting.ACTIONS,
    **reading.ACTIONS,
    **faulting.ACTIONS,
}


async def handle(emulator: "Emulator", request: web.Request) -> web.StreamResponse:
    """400 with the reason where a person could not do that in Discord."""
    action = ACTIONS.get(request.match_info["action"])
    if action is None:
        return web.json_response({"error": "unknown action"}, status=404)
    body = json.loads(await request.read() or b"{}")
    try:
        return web.json_response(await action(emulator, body))
    except (ControlError, ApiError, KeyError, TypeError, ValueError) as error:
        code = error.code if isinstance(error, ApiError) else None
        text = f"{type(error).__name__}: {error}"
        return web.json_response({"error": text, "code": code}, status=400)
