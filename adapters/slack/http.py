"""HTTP mode: events, commands and interactions at /slack/events."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from urllib.parse import parse_qs

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from adapters.slack.app import UNREADABLE

log = logging.getLogger(__name__)
PATH = "/slack/events"
_FORM = "application/x-www-form-urlencoded"
# Slack: the largest payloads are modals of 250 KB; this is well above.
_LARGEST = 4_000_000


def mount(app: Starlette, bolt: AsyncApp, secret: str, is_ready: Callable[[], bool]) -> None:
    """Until it is ready, Slack is told to come again."""
    verifier = SignatureVerifier(secret)

    async def slack_events(request: Request) -> Response:
        """Signed requests only, and none that Bolt would stumble over before it checks that."""
        headers = dict(request.headers)
        body = await _bounded(request)
        if body is None or not _is_signed(verifier, body, headers):
            return Response(status_code=401)
        if not _is_readable(body, headers.get("content-type", "")):
            return Response(status_code=400)
        if not is_ready():
            return Response(status_code=503)
        try:
            answer = await bolt.async_dispatch(to_async_bolt_request(request, body))
        except UNREADABLE as error:  # Bolt looks for what it is before it calls a listener
            log.warning("Slack sent something that cannot be read: %r", error)
            return Response(status_code=400)
        return to_starlette_response(answer)

    app.add_route(PATH, slack_events, methods=["POST"])


async def _bounded(request: Request) -> bytes | None:
    """The body, read no further than any payload of Slack's goes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return bytes(body)


def _is_signed(verifier: SignatureVerifier, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return bool(verifier.is_valid_request(body, headers))
    except (UnicodeDecodeError, ValueError):
        return False


def _is_readable(body: bytes, content_type: str) -> bool:
    """Slack: a form of fields, or of one `payload` in JSON; everything else is JSON."""
    try:
        text = body.decode()
        if not content_type.startswith(_FORM):
            return isinstance(json.loads(text), dict)
        payloads = parse_qs(text).get("payload", [])
        return all(isinstance(json.loads(one), dict) for one in payloads)
    except (ValueError, RecursionError):
        return False
