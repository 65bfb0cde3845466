"""HTTP dispatch to an app's request URLs, signed the way Slack signs."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import App
from tests.emulators.slack.outcome import Outcome


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack: HMAC-SHA256 over `v0:<timestamp>:<body>`."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpSender:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def send(
        self, app: App, kind: str, payload: Json, *, retry: tuple[int, str], seconds: float
    ) -> Outcome:
        url, content_type, body = _request(app, kind, payload)
        if not url:
            return Outcome(ok=False, reason="connection_failed")
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(app.signing_secret, stamp, body),
        }
        if retry[0]:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        return await self._post(url, body, headers, seconds)

    async def _post(self, url: str, body: str, headers: dict[str, str], seconds: float) -> Outcome:
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open().post(
                url, data=body.encode(), headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                text = await answer.text()
                return Outcome(
                    ok=200 <= answer.status < 300,
                    reason="" if 200 <= answer.status < 300 else "http_error",
                    body=_decode(answer.content_type, text),
                    stop="X-Slack-No-Retry" in answer.headers,
                )
        except TimeoutError:
            return Outcome(ok=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Outcome(ok=False, reason="connection_failed")


def _request(app: App, kind: str, payload: Json) -> tuple[str, str, str]:
    """Slack: events are JSON; commands are forms; interactions a form with one JSON field."""
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return app.request_url, "application/json", json.dumps(payload)
    if kind == "slash_commands":
        return app.commands_url or app.request_url, form, urlencode(payload)
    url = app.interactivity_url or app.request_url
    return url, form, urlencode({"payload": json.dumps(payload)})


def _decode(content_type: str, text: str) -> Any:
    if content_type != "application/json" or not text:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
