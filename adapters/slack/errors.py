"""Slack's errors in the core's words; the one place that knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.ports.outlet import Busy, Gone, OutletError, Refused, Unclear, Unreachable

# Slack: each method's page lists its errors. What the destination suffers from, in words for an
# admin; nothing is wrong with the message.
UNREACHABLE = {
    "access_denied": "Slack denies the app access.",
    "accesslimited": "Slack takes no calls from this network; see the app's allowed addresses.",
    "account_inactive": "The Slack app was uninstalled, or its user switched off.",
    "channel_is_archived": "The channel is archived in Slack.",
    "channel_not_found": "Slack knows no such channel, or the app is not in it.",
    "ekm_access_denied": "The workspace's key management denies access.",
    "enterprise_is_restricted": "The organisation does not let the app do this.",
    "external_channel_migrating": "Slack is moving the shared channel; it works again afterwards.",
    "invalid_auth": "Slack does not accept the token; check SLACK_BOT_TOKEN.",
    "is_archived": "The channel is archived in Slack.",
    "messages_tab_disabled": "The app's Messages tab is switched off in its App Home settings.",
    "missing_scope": "The app lacks a permission; reinstall it with manifest.yml.",
    "no_permission": "The app may not do this in the workspace.",
    "not_allowed_token_type": "SLACK_BOT_TOKEN is no bot token; it begins with xoxb-.",
    "not_authed": "There is no token; set SLACK_BOT_TOKEN.",
    "not_in_channel": "The app is not in the channel; /invite it there.",
    "org_login_required": "The workspace is being moved to an organisation.",
    "restricted_action": "The workspace's settings do not allow the app to post there.",
    "restricted_action_non_threadable_channel": "The channel allows no threads.",
    "restricted_action_read_only_channel": "The channel is read-only for the app.",
    "restricted_action_thread_locked": "The thread is locked.",
    "team_access_not_granted": "The app was not granted access to this workspace.",
    "team_added_to_org": "The workspace is being moved to an organisation.",
    "token_expired": "The Slack token has expired.",
    "token_revoked": "The Slack token was revoked; install the app again.",
    "two_factor_setup_required": "The workspace demands two-factor authentication.",
    "user_disabled": "This person's account is deactivated.",
}
_GONE = {"cannot_reply_to_message", "file_deleted", "message_not_found", "thread_not_found"}
# Slack: of these it says that something may have happened all the same.
_UNCLEAR = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,6})?", re.ASCII)
# HTTP: with 4xx nothing has happened.
_REFUSED = 4
_BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded"}


@contextmanager
def translated(*, repeatable: bool = False) -> Iterator[None]:
    """Raise an `OutletError` for whatever goes wrong inside.

    `repeatable`: doing it twice does no harm, so what is unclear is simply tried again.
    """
    try:
        yield
    except SlackApiError as error:
        raise _mild(of_answer(error), repeatable=repeatable) from error
    except aiohttp.ClientConnectorError as error:
        raise Busy("Slack cannot be reached.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _mild(Unclear("Slack did not answer."), repeatable=repeatable) from error


def code(error: SlackApiError) -> str:
    """Slack's name of an error; empty when the answer was not Slack's."""
    answer: Any = error.response
    try:
        name = answer.get("error")
    except (AttributeError, ValueError):
        return ""
    return name if isinstance(name, str) else ""


def of_answer(error: SlackApiError) -> OutletError:
    """What an answer that is not ok means."""
    name, answer = code(error), error.response
    status = int(getattr(answer, "status_code", None) or getattr(answer, "status", 0) or 0)
    if status == HTTPStatus.TOO_MANY_REQUESTS or name in _BUSY:
        return Busy("Slack asks to wait.", wait=_retry_after(answer))
    if name in UNREACHABLE:
        return Unreachable(_with_scope(error, UNREACHABLE[name]))
    if name in _GONE:
        return Gone(name)
    if not name and status != HTTPStatus.REQUEST_TIMEOUT and status // 100 == _REFUSED:
        return Unreachable(f"What answers there is not Slack (status {status}).")
    if name in _UNCLEAR or not name:
        return Unclear(f"Slack failed: {name or f'status {status}'}.")
    return Refused(f"Slack refuses it: {name}{_details(answer)}.")


def no_connection(name: str) -> str:
    """Why apps.connections.open gives none."""
    return (
        f"SLACK_APP_TOKEN: Slack answers {name}; it needs connections:write, and Socket Mode "
        "switched on."
    )


def _mild(error: OutletError, *, repeatable: bool) -> OutletError:
    return Busy(str(error)) if repeatable and isinstance(error, Unclear) else error


def _retry_after(answer: Any) -> timedelta:
    """Slack: whole seconds in Retry-After. A proxy may give a part of one, or none that helps."""
    headers = {str(name).lower(): value for name, value in dict(answer.headers).items()}
    found = _SECONDS.fullmatch(str(headers.get("retry-after", "")))
    return timedelta(seconds=float(found[0]) if found else 1)


def _with_scope(error: SlackApiError, words: str) -> str:
    needed = error.response.get("needed") if code(error) == "missing_scope" else ""
    return f"{words} Needed: {needed}." if needed else words


def _details(answer: Any) -> str:
    found = (answer.get("response_metadata") or {}).get("messages") or answer.get("messages") or []
    return f" ({'; '.join(str(one) for one in found[:3])})" if found else ""
