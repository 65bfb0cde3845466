"""One control request from arrival to answer."""

from aiohttp import web

from tests.emulators.slack.control import acting, breaking, places, reading, seeding
from tests.emulators.slack.control.registry import VERBS, Verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json

FAMILIES = (acting, breaking, places, reading, seeding)


class Control:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["verb"]
        body: Json = await request.json() if request.can_read_body else {}
        try:
            return web.json_response(await _find(name)(self._core, body))
        except ControlError as error:
            return web.json_response(error.body(), status=error.status)
        except KeyError as error:
            return web.json_response({"ok": False, "error": f"missing_field: {error}"}, status=400)


def _find(name: str) -> Verb:
    if name not in VERBS:
        raise ControlError("unknown_verb", status=404, known=sorted(VERBS))
    return VERBS[name]
