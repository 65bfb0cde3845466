"""Rate limits. Slack: docs on rate limits — tiers a minute, messages a second and channel."""

import math
from dataclasses import dataclass

from tests.emulators.slack.config import Config
from tests.emulators.slack.errors import ApiError

TIERS = {
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.list": 20,
    "conversations.info": 50,
    "conversations.members": 100,
    "conversations.open": 50,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "users.info": 100,
    "users.list": 20,
    "usergroups.list": 20,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "files.info": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "reactions.add": 50,
}
HISTORY = {"conversations.history", "conversations.replies"}
POSTS = {"chat.postMessage"}


@dataclass
class Bucket:
    """Tokens that refill with time; an empty bucket says how long to wait."""

    tokens: float
    at: float

    def take(self, *, rate: float, burst: float, now: float) -> float:
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / rate


class Limits:
    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def check(self, config: Config, *, app: str, method: str, channel: str, now: float) -> None:
        """Raise `ratelimited` with Retry-After where a limit is used up."""
        if method in POSTS and config.message_rate:
            key, rate, burst = (app, f"post {channel}"), config.message_rate, config.message_burst
        elif method in HISTORY and config.non_marketplace:
            key, rate, burst = (app, method), 1 / 60, 1
        elif config.tiers and method in TIERS:
            key, rate, burst = (app, method), TIERS[method] / 60, TIERS[method]
        else:
            return
        bucket = self._buckets.setdefault(key, Bucket(float(burst), now))
        if wait := bucket.take(rate=rate, burst=burst, now=now):
            raise ratelimited(wait)


def ratelimited(wait: float) -> ApiError:
    """Slack: status 429, `ratelimited`, whole seconds in Retry-After."""
    after = str(max(1, math.ceil(wait)))
    return ApiError("ratelimited", status=429, headers={"Retry-After": after})
