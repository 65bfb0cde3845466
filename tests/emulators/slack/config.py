"""Slack's limits and waits, each changeable by a test."""

from dataclasses import dataclass, field, fields
from typing import Any

from tests.emulators.slack.errors import ControlError


@dataclass(kw_only=True)
class Config:
    """Seconds unless it says otherwise."""

    ack_timeout: float = 3.0
    """Slack: every event, command and interaction is acknowledged within 3 seconds."""

    retry_delays: list[float] = field(default_factory=lambda: [0.0, 60.0, 300.0])
    """Slack: a failed event is sent again at once, after 1 minute, after 5 minutes."""

    time_scale: float = 1.0
    """Multiplies `retry_delays`: 0.01 turns the minute into 0.6 s."""

    trigger_ttl: float = 3.0
    """Slack: a trigger_id can be exchanged for 3 seconds."""

    response_url_ttl: float = 1800.0
    response_url_uses: int = 5
    """Slack: a response_url works five times within 30 minutes."""

    file_delay: float = 0.05
    """How long an upload is processed before its share appears."""

    message_rate: float = 1.0
    message_burst: int = 30
    """Slack: one message a second a channel, short bursts tolerated. A rate of 0: no limit."""

    tiers: bool = False
    """Slack: methods have tiers of calls a minute. Off, as they would only slow tests."""

    non_marketplace: bool = False
    """Slack: history and replies give 15 items once a minute to unlisted commercial apps."""

    max_sockets: int = 10
    """Slack: an app may hold ten Socket Mode connections."""

    greets: bool = True
    """Off: a connection is made without a hello."""

    cursors: bool = True
    """Off: a history says that there is more and gives no cursor, as without any pagination."""

    shares_told: bool = True
    """Off: files.info leaves out where a file stands."""

    metadata_shown: bool = True
    """Off: messages are read without their metadata, so that no key is found: a control."""

    def change(self, changes: dict[str, Any]) -> None:
        known = {one.name for one in fields(self)}
        if unknown := set(changes) - known:
            raise ControlError("unknown_setting", names=sorted(unknown))
        for name, value in changes.items():
            setattr(self, name, value)
