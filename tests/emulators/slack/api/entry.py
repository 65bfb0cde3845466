"""One call from arrival to answer: arguments, token, scope, faults, ledger."""

import asyncio
import json

from aiohttp import web

from tests.emulators.slack.api import (
    chat,
    conversations,
    directory,
    files,
    membership,
    reactions,
    views,
)
from tests.emulators.slack.api.arguments import Args, read_arguments
from tests.emulators.slack.api.registry import ANY, APP_LEVEL, METHODS, NONE, Context, Method
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.faults import Fault
from tests.emulators.slack.ledger import Call
from tests.emulators.slack.limits import ratelimited
from tests.emulators.slack.model import App

FAMILIES = (chat, conversations, directory, files, membership, reactions, views)


class WebApi:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            args, token = await read_arguments(request)
        except ApiError as error:
            return _answer(error.body(), status=error.status)
        app = self._core.world.app_by_token(token) if token else None
        call = self._core.ledger.begin(name, app.id if app else None, args, self._core.clock.now())
        self._core.world.touch()
        fault = self._core.faults.for_call(name, call.app, args)
        call.fault = fault.kind if fault else None
        if fault is not None and (early := await self._before(request, call, fault)):
            return early
        response = await self._run(name, app, token, call)
        if fault is not None:
            response = await self._after(request, call, fault, response)
        self._core.world.touch()
        return response

    async def _run(
        self, name: str, app: App | None, token: str | None, call: Call
    ) -> web.StreamResponse:
        try:
            body: Json = {"ok": True, **await self._execute(name, app, token, call.args)}
            status, headers = 200, {}
        except ApiError as error:
            body, status, headers = error.body(), error.status, error.headers
            call.error = error.error
            if error.error == "unknown_method":
                body["req_method"] = name
        call.status = status
        call.answer = {key: body[key] for key in ("ts", "channel", "error") if key in body}
        if app is not None:
            headers = {**headers, "X-OAuth-Scopes": ",".join(sorted(app.scopes))}
        return _answer(body, status=status, headers=headers)

    async def _execute(self, name: str, app: App | None, token: str | None, args: Json) -> Json:
        known = METHODS.get(name)
        if known is None:
            raise ApiError("unknown_method")
        if known.token == NONE:
            echoed: Json = {"args": args} if args else {}
            if "error" in args:
                raise ApiError(str(args["error"]), **echoed)
            return echoed
        checked = _authorise(known, app, token)
        self._core.limits.check(
            self._core.config,
            app=checked.id,
            method=name,
            channel=str(args.get("channel", "")),
            now=self._core.clock.now(),
        )
        context = Context(core=self._core, app=checked, args=Args(args))
        if known.scopes:
            context.need(*known.scopes)
        return await known.run(context)

    async def _before(
        self, request: web.Request, call: Call, fault: Fault
    ) -> web.StreamResponse | None:
        kind = fault.kind
        if kind == "drop_before":
            return self._cut(request, call)
        if kind == "slow":
            await asyncio.sleep(fault.delay)
        if kind == "ratelimited":
            error = ratelimited(fault.retry_after)
        elif kind == "error":
            error = ApiError(fault.error)
        elif kind == "error_before":
            return self._broken(call, fault)
        else:
            return None
        call.status, call.error = error.status, error.error
        return _answer(error.body(), status=error.status, headers=error.headers)

    async def _after(
        self, request: web.Request, call: Call, fault: Fault, response: web.StreamResponse
    ) -> web.StreamResponse:
        if fault.kind == "drop_after":
            return self._cut(request, call)
        if fault.kind == "error_after":
            return self._broken(call, fault)
        if fault.kind == "bare" and isinstance(response, web.Response):
            body: Json = json.loads(response.text or "{}")
            kept = {"ok", *fault.keeps.split(",")}
            return _answer({name: value for name, value in body.items() if name in kept})
        if fault.kind == "slow_after":
            self._core.world.touch()
            await asyncio.sleep(fault.delay)
        return response

    def _cut(self, request: web.Request, call: Call) -> web.StreamResponse:
        call.dropped = True
        return cut(request)

    def _broken(self, call: Call, fault: Fault) -> web.StreamResponse:
        call.status = fault.status
        return web.Response(status=fault.status, text="upstream error", content_type="text/html")


def cut(request: web.Request) -> web.Response:
    """The caller sees its connection reset."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _authorise(known: Method, app: App | None, token: str | None) -> App:
    if not token:
        raise ApiError("not_authed")
    if app is None:
        raise ApiError("invalid_auth")
    if app.revoked:
        raise ApiError("token_revoked")
    app_level = token == app.app_token
    if known.token != ANY and app_level != (known.token == APP_LEVEL):
        raise ApiError("not_allowed_token_type")
    return app


def _answer(
    body: Json, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
