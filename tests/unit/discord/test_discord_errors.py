"""What Discord raises, in the port's words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from adapters.discord.errors import translated
from bot.ports.outlet import Busy, Gone, Refused, Unclear, Unreachable
from tests.emulators.discord.sdk import discord


def raised(status: int, code: int = 0) -> Exception:
    response: Any = SimpleNamespace(
        status=status, reason="", headers={"Content-Type": "application/json"}
    )
    return discord.HTTPException(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised(404, 10003), Gone),
        (raised(404, 10008), Gone),
        (raised(403, 50001), Unreachable),
        (raised(403, 50013), Unreachable),
        (raised(400, 160005), Unreachable),
        (raised(400, 160006), Unreachable),
        (raised(401), Unreachable),
        (raised(403, 50007), Refused),
        (raised(413, 40005), Refused),
        (raised(400, 50035), Refused),
        (raised(429), Busy),
        (raised(502), Unclear),
        (discord.RateLimited(40.0), Busy),
        (discord.LoginFailure("x"), Unreachable),
        (aiohttp.ServerDisconnectedError(), Unclear),
        (ConnectionResetError(), Unclear),
    ],
)
def test_every_error_has_its_kind(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind), translated():
        raise error


def test_a_long_wait_goes_back_to_the_lane() -> None:
    with pytest.raises(Busy) as busy, translated():
        raise discord.RateLimited(90.0)
    assert busy.value.wait is not None
    assert busy.value.wait.total_seconds() == 90
