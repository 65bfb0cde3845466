"""What Discord and discord.py raise, in the words of the outlet port. The only such place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum

import aiohttp
import discord

from bot.ports.outlet import Busy, Gone, OutletError, Refused, Unclear, Unreachable


class Code(IntEnum):
    """Discord's error codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes"""

    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_INTERACTION = 10062
    TOO_LARGE = 40005
    MISSING_ACCESS = 50001
    DM_REFUSED = 50007
    MISSING_PERMISSION = 50013
    THREAD_ARCHIVED = 50083
    THREAD_EXISTS = 160004
    THREAD_LOCKED = 160005
    TOO_MANY_THREADS = 160006


_UNREACHABLE = {
    Code.MISSING_ACCESS: "Baton cannot see the channel",
    Code.MISSING_PERMISSION: "Baton lacks a permission in the channel",
    Code.THREAD_LOCKED: "The thread is locked, and Baton may not unlock it (Manage Threads)",
    Code.TOO_MANY_THREADS: "The server has 1,000 active threads, the most that Discord allows",
}
_REFUSED = {
    Code.DM_REFUSED: "The contact does not take direct messages.",
    Code.TOO_LARGE: "A file is larger than Discord takes.",
}
_CLOUDFLARE_PAUSE = timedelta(minutes=1)
_TOO_MANY, _UNAUTHORIZED, _SERVER = 429, 401, 500


@contextmanager
def translated() -> Iterator[None]:
    """Let nothing of the vendor's out."""
    try:
        yield
    except discord.LoginFailure as error:
        raise Unreachable("Discord does not accept DISCORD_BOT_TOKEN.") from error
    except discord.RateLimited as error:
        raise _limited(error.retry_after) from error
    except discord.HTTPException as error:
        raise translate(error) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Busy(f"Discord cannot be reached: {error}") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Unclear(f"The line to Discord broke: {error or type(error).__name__}") from error


def translate(error: discord.HTTPException) -> OutletError:
    """By Discord's code first, then by the status."""
    if error.code in {Code.UNKNOWN_CHANNEL, Code.UNKNOWN_MESSAGE}:
        return Gone("It was deleted on Discord.")
    if error.code in _UNREACHABLE:
        return Unreachable(f"{_UNREACHABLE[Code(error.code)]}.")
    if error.code in _REFUSED:
        return Refused(_REFUSED[Code(error.code)])
    return _by_status(error)


def _by_status(error: discord.HTTPException) -> OutletError:
    if error.status == _TOO_MANY:
        return Busy("Discord has shut this address out for a while.", _CLOUDFLARE_PAUSE)
    if error.status == _UNAUTHORIZED:
        return Unreachable("Discord does not accept DISCORD_BOT_TOKEN.")
    if error.status >= _SERVER:
        return Unclear(f"Discord has a fault of its own ({error.status}).")
    is_discords = error.response.headers.get("Content-Type") == "application/json"
    is_told = isinstance(error.text, str) and error.text
    if not is_discords or not is_told:
        return Unclear(f"What answered is not Discord ({error.status}).")
    return Refused(f"Discord refuses it: {error.text or error.status}")


def _limited(seconds: float) -> Busy:
    return Busy("Discord asks to wait.", timedelta(seconds=seconds))
