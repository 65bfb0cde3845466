"""Bytes: the upload URL and the private download URLs."""

import asyncio

from aiohttp import BodyPartReader, web

from tests.emulators.slack.api.entry import cut
from tests.emulators.slack.api.files import sees
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.faults import Fault
from tests.emulators.slack.model import App, File

LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in</body></html>"


class Transfers:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Slack: raw bytes or a multipart form; answers `OK - <size>` as plain text."""
        file_id = self._core.world.upload_urls.get(request.match_info["ticket"], "")
        file = self._core.world.files.get(file_id)
        fault = self._note("upload", {"file": file_id})
        if fault is not None and (early := await _early(request, fault)):
            return early
        if file is None or file.completed:
            return web.Response(status=404, text="not found")
        content = await _content(request)
        if len(content) != file.length:
            return web.Response(status=400, text="length mismatch")
        file.content, file.uploaded = content, True
        if fault is not None and fault.kind == "drop_after":
            return cut(request)
        if fault is not None and fault.kind == "error_after":
            return web.Response(status=fault.status, text="error")
        return web.Response(text=f"OK - {len(content)}")

    def _note(self, method: str, args: Json) -> Fault | None:
        fault = self._core.faults.for_call(method, None, args)
        call = self._core.ledger.begin(method, None, args, self._core.clock.now())
        call.fault = fault.kind if fault else None
        return fault

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Slack: without a token that may see the file, a login page with status 200."""
        team_and_file = request.match_info["place"]
        file = self._core.world.files.get(team_and_file.rpartition("-")[2])
        fault = self._note("download", {"file": file.id if file else team_and_file})
        if fault is not None and (early := await _early(request, fault)):
            return early
        app = self._reader(request)
        if app is None or file is None or not self._may_read(app, file):
            return web.Response(text=LOGIN, content_type="text/html")
        if file.deleted:
            return web.Response(status=404, text=LOGIN, content_type="text/html")
        return web.Response(body=file.content, content_type=file.mimetype)

    def _reader(self, request: web.Request) -> App | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        app = self._core.world.app_by_token(token) if scheme.lower() == "bearer" else None
        return None if app is None or app.revoked or token != app.bot_token else app

    def _may_read(self, app: App, file: File) -> bool:
        return "files:read" in app.scopes and sees(self._core.world, app, file)


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    part = await (await request.multipart()).next()
    return bytes(await part.read()) if isinstance(part, BodyPartReader) else b""


async def _early(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    if fault.kind == "slow":
        await asyncio.sleep(fault.delay)
    if fault.kind == "drop_before":
        return cut(request)
    if fault.kind == "error_before":
        return web.Response(status=fault.status, text="error")
    if fault.kind == "ratelimited":
        return web.Response(status=429, headers={"Retry-After": str(int(fault.retry_after))})
    return None
