"""The emulator as a server on a loopback port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Self

from aiohttp import web

from tests.emulators.openai import chat, embeddings, responses
from tests.emulators.openai.asked import Asked, bearer
from tests.emulators.openai.errors import ApiError, Json
from tests.emulators.openai.script import Reply, Script, failure

_LARGEST = 64 * 1024 * 1024
_PAGE = "<html><body><h1>Welcome to the proxy</h1></body></html>"


class OpenAIEmulator:
    """`async with running() as openai:` in a test, or `python -m tests.emulators.openai`.

    `think` may answer in the place of the script, in tests of the same process. `requests` are all
    that came, refused ones too; `started` and `ended` count the answers.
    """

    def __init__(self) -> None:
        self.script = Script()
        self.requests: list[Asked] = []
        self.refused: list[Json] = []
        self.think: Callable[[Asked], Reply] | None = None
        self.models = ["gpt-test", "embed-test"]
        self.embed: Callable[[str], list[float]] = embeddings.by_words
        self.embed_as: Reply | None = None
        self.embedded: list[str] = []
        self.started = 0
        self.ended = 0
        self.base = ""
        self._gates: dict[str, asyncio.Event] = {}
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """For `AsyncOpenAI(base_url=…)`."""
        return f"{self.base}/v1"

    def urls(self) -> Json:
        return {"base_url": self.base_url, "control_url": f"{self.base}/control/"}

    def say(self, *replies: Reply) -> None:
        """Answer with these, in order."""
        self.script.replies += replies

    def release(self, name: str) -> None:
        """Let what is held under a name go, now and from now on."""
        self._gate(name).set()

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> Self:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/responses", self._responses)
        app.router.add_post("/v1/embeddings", self._embeddings)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1/models/{model}", self._model)
        app.router.add_post("/control/{verb}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base = f"http://{host}:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        for gate in self._gates.values():
            gate.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._handle(request, chat.read)

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        return await self._handle(request, responses.read)

    async def _embeddings(self, request: web.Request) -> web.StreamResponse:
        """`embed_as` is what it fails as, while that is set."""
        try:
            bearer(request.headers)
            body = await _body(request)
            texts = embeddings.read(body)
            self._check_model(body["model"])
            reply = self.embed_as or Reply()
            if error := failure(reply):
                raise error
        except ApiError as error:
            return web.json_response(error.body, status=error.status, headers=error.headers)
        self.embedded += texts
        if reply.kind == "html":
            return web.Response(text=_PAGE, content_type="text/html")
        if reply.kind == "drop":
            _cut(request)
        return web.json_response(embeddings.response(body, texts, self.embed))

    async def _handle(
        self, request: web.Request, read: Callable[[Json], Asked]
    ) -> web.StreamResponse:
        try:
            bearer(request.headers)
            body = await _body(request)
            asked = read(body)
            asked.headers = dict(request.headers)
            self.requests.append(asked)
            self._check_model(asked.model)
            return await self._answer(request, asked)
        except ApiError as error:
            self.refused.append(error.body)
            return web.json_response(error.body, status=error.status, headers=error.headers)

    async def _answer(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        self.started += 1
        number = self.started
        reply = self.think(asked) if self.think else self.script.take(asked)
        await asyncio.sleep(reply.delay)
        if reply.hold:
            await self._gate(reply.hold).wait()
        self.ended += 1
        if reply.kind == "drop" and not asked.stream:
            _cut(request)
        if error := failure(reply):
            raise error
        if reply.kind == "html":
            return web.Response(text=_PAGE, content_type="text/html")
        if reply.kind == "raw":
            return web.json_response(reply.value)
        if asked.stream:
            return await _streamed(request, asked, reply, number)
        whole = chat.completion if asked.api == "chat" else responses.response
        body = json.dumps(whole(asked, reply, number))
        if reply.kind == "truncated":
            body = body[: len(body) // 2]
        return web.Response(text=body, content_type="application/json")

    async def _models(self, request: web.Request) -> web.Response:
        data = [_described(name) for name in self.models]
        return web.json_response({"object": "list", "data": data})

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["model"]
        try:
            self._check_model(name)
        except ApiError as error:
            return web.json_response(error.body, status=error.status)
        return web.json_response(_described(name))

    def _check_model(self, name: str) -> None:
        if name not in self.models:
            raise ApiError(404, f"The model `{name}` does not exist.", code="model_not_found")

    async def _control(self, request: web.Request) -> web.Response:
        """`say` replies, `release` what is held, `requests` that came, `reset` all of it."""
        given = await _body(request)
        match request.match_info["verb"]:
            case "say":
                try:
                    self.say(*(Reply(**one) for one in given["replies"]))
                except ApiError as error:
                    return web.json_response(error.body, status=error.status)
            case "release":
                self.release(given["name"])
            case "requests":
                return web.json_response([asdict(one) for one in self.requests])
            case "reset":
                self.script.replies.clear()
                self.requests.clear()
            case _:
                raise web.HTTPNotFound
        return web.json_response({"ok": True})

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())


async def _body(request: web.Request) -> Json:
    try:
        found = json.loads(await request.text() or "{}")
    except ValueError:
        raise ApiError(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(found, dict):
        raise ApiError(400, "The body is a JSON object.")
    return found


def _described(name: str) -> Json:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "emulator"}


def _cut(request: web.Request) -> None:
    """End the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError


async def _streamed(
    request: web.Request, asked: Asked, reply: Reply, number: int
) -> web.StreamResponse:
    """Server-sent events. `drop` and `truncated` end the stream in the middle of the words."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    if asked.api == "chat":
        lines = [f"data: {json.dumps(one)}" for one in chat.chunks(asked, reply, number)]
        lines.append("data: [DONE]")
    else:
        events = responses.events(asked, reply, number)
        lines = [f"event: {one['type']}\ndata: {json.dumps(one)}" for one in events]
    breaks = reply.kind in {"drop", "truncated"}
    for line in lines[: len(lines) // 2] if breaks else lines:
        await stream.write(f"{line}\n\n".encode())
    if reply.kind == "drop":
        _cut(request)
    await stream.write_eof()
    return stream


@asynccontextmanager
async def running(*, port: int = 0) -> AsyncIterator[OpenAIEmulator]:
    emulator = OpenAIEmulator()
    await emulator.start(port=port)
    try:
        yield emulator
    finally:
        await emulator.stop()
