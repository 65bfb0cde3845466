"""What every REST call goes through: faults, identity, limits, specification, errors, ledger."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.emulators.discord import faults, openapi
from tests.emulators.discord.constants import Json
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.faults import Fault, Faults
from tests.emulators.discord.files import Upload
from tests.emulators.discord.ledger import Call
from tests.emulators.discord.model import Application
from tests.emulators.discord.ratelimits import RateLimits
from tests.emulators.discord.state import World

MAX_REQUEST = 200 * 1024 * 1024
NO_CONTENT = 204


@dataclass(kw_only=True)
class Request:
    """A call as handlers see it."""

    world: World
    method: str
    route: str
    params: dict[str, str]
    query: dict[str, str]
    body: Any = None
    uploads: list[Upload] = field(default_factory=list)
    application: Application | None = None
    deduplicated: bool = False

    @property
    def app(self) -> Application:
        """The bot that calls; routes without one never ask."""
        if self.application is None:
            raise ApiError(0)
        return self.application

    @property
    def me(self) -> str:
        return self.app.bot_id

    @property
    def json(self) -> Json:
        """The body where an object is expected."""
        if not isinstance(self.body, dict):
            raise ApiError(50109)
        return self.body

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in {"1", "true"}

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise invalid(name, "NUMBER_TYPE_MAX", f"int value should be between {low} and {high}.")
        return int(text)


Reply = tuple[int, Any]
Handler = Callable[[Request], Awaitable[Reply]]


@dataclass(frozen=True)
class Route:
    """``path`` is the template of the specification; ``bot`` asks for a bot's token."""

    method: str
    path: str
    handler: Handler
    bot: bool = True


class Pipeline:
    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults(world.random)
        self.limits = RateLimits(world.settings, world.clock)
        self.spec = openapi.shared()

    def bind(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(route, request)

        return handle

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """A route that Discord has not, or this emulator."""
        route = f"{request.method} {request.path}"
        self.world.ledger.violate("route", route, "unknown route")
        return answer(404, {"message": "404: Not Found", "code": 0}, {})

    async def _handle(self, route: Route, request: web.Request) -> web.StreamResponse:
        call = Call(
            method=route.method,
            route=route.path,
            path=request.path,
            status=0,
            at=self.world.clock.time(),
            audit_reason=request.headers.get("X-Audit-Log-Reason"),
        )
        fault = self.faults.draw(f"{route.method} {route.path} {request.path}")
        call.fault = fault.kind if fault else None
        response = await faults.before(fault, request) if fault else None
        if response is None:
            response = await self._serve(route, request, call)
            if fault and fault.kind in faults.AFTER:
                call.status = response.status
                response = await self._spoil(fault, request, response, call)
        call.status = call.status or response.status
        self.world.ledger.record(call)
        self.world.touch()
        return response

    async def _spoil(
        self, fault: Fault, request: web.Request, response: web.Response, call: Call
    ) -> web.Response:
        self.world.touch()
        return await faults.after(fault, request, response)

    async def _serve(self, route: Route, request: web.Request, call: Call) -> web.Response:
        headers: dict[str, str] = {}
        try:
            asked = await self._read(route, request)
            call.body = asked.body
            call.application_id = asked.application.id if asked.application else None
            limited = self._limit(route, asked, headers)
            if limited is not None:
                call.code = 0
                return limited
            self._check_request(route, asked)
            status, body = await route.handler(asked)
            call.deduplicated = asked.deduplicated
        except ApiError as error:
            status, body = error.status, error.body()
            call.code = error.code
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            call.code = 50035
            status, body = 400, ApiError(50035).body()
            problem = f"not understood: {type(error).__name__} {error}"
            self.world.ledger.violate("handler", f"{route.method} {route.path}", problem)
        self._check_response(route, status, body)
        return answer(status, body, headers)

    async def _read(self, route: Route, request: web.Request) -> Request:
        application = self._identify(request)
        if route.bot and application is None:
            raise ApiError(0)
        params = dict(request.match_info)
        for name, value in params.items():
            if name.endswith("_id") and not value.isdigit():
                raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        body, uploads = await read_body(request)
        return Request(
            world=self.world,
            method=route.method,
            route=route.path,
            params=params,
            query=dict(request.query),
            body=body,
            uploads=uploads,
            application=application,
        )

    def _identify(self, request: web.Request) -> Application | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.world.application_of(token) if scheme == "Bot" else None

    def _limit(self, route: Route, asked: Request, headers: dict[str, str]) -> web.Response | None:
        verdict = self.limits.check(
            route=f"{route.method} {route.path}",
            params=asked.params,
            who=asked.application.id if asked.application else "anonymous",
            body=asked.body if isinstance(asked.body, dict) else {},
        )
        headers.update(verdict.headers)
        if verdict.retry_after is None:
            return None
        return faults.rate_limited(
            verdict.retry_after, is_global=verdict.is_global, headers=headers
        )

    def _check_request(self, route: Route, asked: Request) -> None:
        if self.spec is None:
            return
        name = f"{route.method} {route.path}"
        if not self.spec.knows(route.method, route.path):
            self.world.ledger.violate("route", name, "not in the specification")
            return
        for problem in self.spec.query(route.method, route.path, asked.query):
            self.world.ledger.violate("query", name, problem)
        if asked.body is not None:
            for problem in self.spec.request(route.method, route.path, asked.body):
                self.world.ledger.violate("request", name, problem)

    def _check_response(self, route: Route, status: int, body: object) -> None:
        if self.spec is None or not self.spec.knows(route.method, route.path):
            return
        for problem in self.spec.response(route.method, route.path, status, body):
            self.world.ledger.violate("response", f"{route.method} {route.path}", problem)


def answer(status: int, body: object, headers: dict[str, str]) -> web.Response:
    """Discord: ``Content-Type`` is exactly ``application/json``."""
    shown = {"Via": "1.1 google", **headers}
    if status == NO_CONTENT:
        return web.Response(status=status, headers=shown)
    shown["Content-Type"] = "application/json"
    return web.Response(status=status, body=json.dumps(body).encode(), headers=shown)


async def read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    """JSON, or a form with ``payload_json`` and ``files[n]``."""
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raw = await request.read()
    if not raw:
        return None, []
    if request.content_type != "application/json":
        raise ApiError(50109)
    return _parse(raw), []


async def _read_form(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = {}
    uploads: list[Upload] = []
    reader = await request.multipart()
    while isinstance(part := await reader.next(), BodyPartReader):
        name = part.name or ""
        data = bytes(await part.read())
        if name == "payload_json":
            body = _parse(data)
        elif name.startswith("files[") and name.endswith("]"):
            uploads.append(
                Upload(
                    index=name[6:-1],
                    filename=part.filename or "unknown",
                    data=data,
                    content_type=part.headers.get("Content-Type"),
                )
            )
        else:
            raise invalid(name, "UNKNOWN_FORM_FIELD", "Only payload_json and files[n] are read")
    return body, uploads


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise ApiError(50109) from error
