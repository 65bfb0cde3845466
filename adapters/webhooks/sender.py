"""One signed POST, bounded in time and size, to where it was addressed and nowhere else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import aiohttp
from yarl import URL

from adapters.webhooks.addresses import Forbidden, Network, check, is_allowed, literal
from adapters.webhooks.resolver import GuardedResolver
from adapters.webhooks.signing import signed
from bot.ports.outlet import Busy, OutletError, Refused, Unclear, Unreachable
from bot.ports.webhook import Notice

_LIMIT = aiohttp.ClientTimeout(total=10, connect=5)
_LARGEST = 256 * 1024
# Quick at first; then the endpoint counts as down and is looked at again from time to time.
_TRIES = 3
# A message that an endpoint fails over for so long is given up, so that others come through.
_PATIENCE = timedelta(days=1)
# Of these the message itself is the cause; everything else is the endpoint's own trouble.
_REFUSES = {400, 409, 413, 415, 422}


class WebhookSender:
    """The `WebhookPort`. `allowed` are private networks that may be reached, without HTTPS too."""

    def __init__(self, allowed: tuple[Network, ...] = ()) -> None:
        self._allowed = allowed
        self._session: aiohttp.ClientSession | None = None

    async def tell(self, notice: Notice) -> None:
        if len(notice.body) > _LARGEST:
            raise Refused("It is larger than a webhook may be.")
        url = self._address(notice.url)
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "user-agent": "Baton",
            **signed(notice.id, int(now.timestamp()), notice.body, notice.key),
        }
        try:
            async with self._open().post(
                url, data=notice.body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
                answer.close()  # what it says is of no interest, however long it goes on
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unanswered(error, notice) from error
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise _refusal(status, answer.headers.get("retry-after", ""), notice, now)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _address(self, written: str) -> URL:
        """Raises `Unreachable` for what may not be called."""
        url = URL(written)
        host = literal(url.host or "")
        try:
            if host is not None:
                check(host, self._allowed)
        except Forbidden as error:
            raise Unreachable(f"{error}.") from error
        if host is None and (url.host or "").replace(".", "").isdigit():
            raise Unreachable(f"{url.host} is no address: write it as four numbers.")
        near = host is not None and is_allowed(host, self._allowed)
        if url.scheme != "https" and not (near or (url.host == "localhost" and self._allowed)):
            raise Unreachable("A webhook's address must begin with https://.")
        return url

    def _open(self) -> aiohttp.ClientSession:
        """No cookies, no proxy of the environment, and a name is looked up for each connection."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=GuardedResolver(self._allowed), use_dns_cache=False, force_close=True
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=_LIMIT,
                trust_env=False,
            )
        return self._session


def _unanswered(error: Exception, notice: Notice) -> OutletError:
    cause = error.__cause__ or error
    forbidden = next((one for one in _causes(error) if isinstance(one, Forbidden)), None)
    if forbidden is not None:
        return Unreachable(f"{forbidden}.")
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return _later("The endpoint does not answer in time.", notice)
    return _later(f"The endpoint cannot be reached: {type(cause).__name__}.", notice)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = getattr(error, "os_error", None)
        error = inner if inner is not None else error.__cause__ or error.__context__
    return found


def _refusal(status: int, retry_after: str, notice: Notice, now: datetime) -> OutletError:
    if status in _REFUSES:
        return Refused(f"The endpoint refuses it ({status}).")
    if status == HTTPStatus.TOO_MANY_REQUESTS and retry_after.isdecimal():
        wait = timedelta(seconds=min(int(retry_after[:6]), 3600))
        return Busy("The endpoint asks to wait.", wait=wait)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Unreachable(f"The endpoint redirects ({status}): give its final address.")
    if status == HTTPStatus.GONE:
        return Unreachable("The endpoint says that it is gone (410): remove the webhook.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and now - notice.since > _PATIENCE:
        return Refused(f"The endpoint has failed over it for a day ({status}).")
    return _later(f"The endpoint answers with {status}.", notice)


def _later(why: str, notice: Notice) -> OutletError:
    return Unclear(why) if notice.attempt < _TRIES else Unreachable(why)
