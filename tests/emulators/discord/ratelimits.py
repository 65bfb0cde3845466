"""Rate limits: buckets for each route and major parameter, and one global for each bot.

Source: "Rate Limits". The numbers are those that Discord's headers show; they are not promised.
"""

import hashlib
from dataclasses import dataclass

from tests.emulators.discord.clock import Clock
from tests.emulators.discord.constants import Json
from tests.emulators.discord.settings import Settings

MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")
# Requests and seconds of a window.
LIMITS: dict[str, tuple[int, float]] = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "POST /channels/{channel_id}/messages/bulk-delete": (1, 1.0),
    "GET /channels/{channel_id}/messages": (10, 5.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": (1, 0.25),
    "POST /channels/{channel_id}/typing": (5, 5.0),
    "PATCH /channels/{channel_id}": (5, 15.0),
    "POST /channels/{channel_id}/threads": (50, 300.0),
    "POST /channels/{channel_id}/messages/{message_id}/threads": (50, 300.0),
    "POST /users/@me/channels": (10, 10.0),
    "PUT /applications/{application_id}/commands": (5, 20.0),
    "PUT /applications/{application_id}/guilds/{guild_id}/commands": (5, 20.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": (5, 2.0),
    "POST /interactions/{interaction_id}/{interaction_token}/callback": (50, 1.0),
}
DEFAULT = (10, 5.0)
# Discord: renaming a channel or setting its topic, 2 per 10 minutes.
RENAME = (2, 600.0)


@dataclass
class Window:
    limit: int
    ends: float
    used: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``retry_after`` is None when the request may pass."""

    headers: dict[str, str]
    retry_after: float | None = None
    is_global: bool = False


class RateLimits:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def check(self, *, route: str, params: dict[str, str], who: str, body: Json) -> Verdict:
        """Count one request; ``route`` is like ``GET /channels/{channel_id}``."""
        if not self._settings.rate_limits:
            return Verdict(headers={})
        if "webhook_token" not in params and "interaction_token" not in params:
            late = self._global(who)
            if late is not None:
                return Verdict(headers=_scope("global"), retry_after=late, is_global=True)
        limit, seconds = LIMITS.get(route, DEFAULT)
        limit *= self._settings.rate_limit_factor
        bucket = hashlib.md5(route.encode()).hexdigest()
        major = "+".join(params[name] for name in MAJOR if name in params)
        key = f"{who}:{bucket}:{major}"
        window = self._window(key, limit, seconds)
        renames = route == "PATCH /channels/{channel_id}" and {"name", "topic"} & set(body)
        sub = self._window(f"{key}:rename", *RENAME) if renames else None
        if sub and sub.used >= sub.limit:
            left = sub.ends - self._clock.time()
            return Verdict(headers=self._headers(window, bucket) | _scope("user"), retry_after=left)
        if window.used >= window.limit:
            left = window.ends - self._clock.time()
            return Verdict(headers=self._headers(window, bucket) | _scope("user"), retry_after=left)
        window.used += 1
        if sub:
            sub.used += 1
        return Verdict(headers=self._headers(window, bucket))

    def _window(self, key: str, limit: int, seconds: float) -> Window:
        now = self._clock.time()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = Window(limit, now + seconds * self._settings.rate_limit_scale)
            self._windows[key] = window
        return window

    def _global(self, who: str) -> float | None:
        window = self._window(f"global:{who}", self._settings.global_per_second, 1.0)
        if window.used >= self._settings.global_per_second:
            return window.ends - self._clock.time()
        window.used += 1
        return None

    def _headers(self, window: Window, bucket: str) -> dict[str, str]:
        after = max(window.ends - self._clock.time(), 0.0)
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.limit - window.used),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": bucket,
        }


def _scope(name: str) -> dict[str, str]:
    if name == "global":
        return {"X-RateLimit-Scope": name, "X-RateLimit-Global": "true"}
    return {"X-RateLimit-Scope": name}
