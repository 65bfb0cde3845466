"""The Bolt app: events go through one middleware, all else to its listener."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError

from adapters.slack.workspace import Workspace, sdk_log
from bot.domain.errors import CannotKeep

Json = dict[str, Any]
Take = Callable[[Json], Awaitable[None]]
log = logging.getLogger(__name__)
# Slack: sent in place of events, once a minute, while there are more than 30,000 in an hour.
_RATE_LIMITED = "app_rate_limited"
# What reading a payload raises that is not as Slack documents it. It is the same each time it
# comes, so Slack is not asked to send it again; for everything else it is.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)


def bolt(
    workspace: Workspace, signing_secret: str, take: Take, dropped: Callable[[], None]
) -> AsyncApp:
    """An app that acknowledges an event once `take` has it; `dropped` hears that Slack left some
    out, as there were too many.

    Bolt acknowledges before its listeners run, so what is stored in a listener is lost in a crash;
    a global middleware can have Slack send the event again. `process_before_response`
    answers commands ten times sooner, as Bolt else polls for the acknowledgement.
    """
    app = AsyncApp(
        client=workspace.client,
        signing_secret=signing_secret or "socket mode needs none",
        process_before_response=True,
        # What people delete of the app's own posts counts as its own events.
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        logger=sdk_log(),
    )

    @app.middleware
    async def take_events(body: Json, next: Callable[[], Awaitable[None]]) -> BoltResponse | None:  # noqa: A002 - Bolt passes arguments by name
        event = body.get("event")
        if body.get("type") == _RATE_LIMITED:
            log.warning("Slack left out events, as there were too many; they are fetched")
            dropped()
            return _answer(is_done=True)
        if event is None:
            await next()
            return None
        return _answer(is_done=await taken(take, event))

    @app.error
    async def cannot(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            log.info("Slack sent something that Baton has no use for: %s", error.body.get("type"))
            return _answer(is_done=True)
        return _answer(is_done=_is_hopeless(error))

    return app


async def taken(take: Take, event: Json) -> bool:
    """Have an event taken in; whether Slack may forget it."""
    try:
        await take(event)
    except Exception as error:  # noqa: BLE001 - whatever it was is logged
        return _is_hopeless(error)
    return True


def _is_hopeless(error: Exception) -> bool:
    """Whether the same request would fail again."""
    if isinstance(error, CannotKeep):
        log.warning("Slack's request comes again: %s", error)
        return False
    if isinstance(error, UNREADABLE):
        log.error("Slack sent something that cannot be read; it is left out", exc_info=error)
        return True
    log.error("Slack's request could not be handled; it comes again", exc_info=error)
    return False


def _answer(*, is_done: bool) -> BoltResponse:
    return BoltResponse(status=200 if is_done else 500, body="")
