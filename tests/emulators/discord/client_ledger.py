"""Reading what happened from a test, and faults, time and settings."""

import asyncio
import base64
import inspect
from collections.abc import Callable
from typing import Any

from tests.emulators.discord.client_base import Caller
from tests.emulators.discord.constants import Json


class LedgerClient(Caller):
    """Messages, calls, violations; waiting for a change."""

    async def messages(self, channel: str, *, everything: bool = False) -> list[Json]:
        """In order; deleted and ephemeral ones too when ``everything``."""
        stored: list[Json] = await self.do("messages", channel=channel)
        if everything:
            return stored
        return [item for item in stored if not item["deleted"] and not item["ephemeral"]]

    async def contents(self, channel: str) -> list[str]:
        return [message["content"] for message in await self.messages(channel)]

    async def file(self, attachment: str) -> bytes:
        """An attachment's bytes, past the CDN."""
        return base64.b64decode((await self.do("file", attachment=attachment))["data"])

    async def channel(self, channel: str) -> Json:
        """With ``members`` (ids) for a thread."""
        answer: Json = await self.do("channel", channel=channel)
        return answer

    async def threads(self, guild: str) -> list[Json]:
        everything: list[Json] = await self.do("channels", guild=guild)
        return [channel for channel in everything if "thread_metadata" in channel]

    async def calls(self, route: str | None = None) -> list[Json]:
        """``route`` like ``POST /channels/{channel_id}/messages``."""
        answer: list[Json] = await self.do("calls", route=route)
        return answer

    async def count(self, route: str) -> int:
        """Calls of a route, whatever became of them."""
        counted = (await self.do("counts"))["calls"]
        return sum(number for name, number in counted.items() if name.startswith(f"{route} "))

    async def violations(self) -> list[Json]:
        answer: list[Json] = await self.do("violations")
        return answer

    async def connected(self) -> bool:
        return any(session["connected"] for session in await self.do("sessions"))

    async def wait_for(self, predicate: Callable[[], Any], *, within: float = 60.0) -> Any:
        """Ask again after every change in Discord until the answer is truthy; return it."""
        deadline = asyncio.get_running_loop().time() + within
        revision = -1
        while True:
            answer = predicate()
            result = await answer if inspect.isawaitable(answer) else answer
            if result:
                return result
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise TimeoutError(f"not within {within} s: {inspect.getsource(predicate)}")
            step = await self.do("wait", since=revision, timeout=min(left, 0.25))
            revision = step["revision"]

    async def wait_for_message(self, channel: str, text: str, *, within: float = 60.0) -> Json:
        """A message there whose content holds ``text``."""

        async def there() -> list[Json]:
            return [m for m in await self.messages(channel) if text in m["content"]]

        found: list[Json] = await self.wait_for(there, within=within)
        return found[-1]


class FaultClient(Caller):
    """Faults, the gateway's troubles, time, settings."""

    async def fault(self, kind: str, route: str = "", **more: Any) -> None:
        """See ``faults.Fault``: times, after, probability, status, seconds."""
        await self.do("fault", kind=kind, route=route, **more)

    async def gateway(self, what: str, **more: Any) -> None:
        """See ``control.faulting.gateway``."""
        await self.do("gateway", do=what, **more)

    async def settings(self, **values: float) -> Json:
        """See ``settings.Settings``."""
        answer: Json = await self.do("settings", **values)
        return answer

    async def advance(self, seconds: float) -> None:
        await self.do("advance", seconds=seconds)
