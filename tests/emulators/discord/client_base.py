"""The wire to the control API, and the small values that tests pass around."""

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.emulators.discord.constants import Json


class Refused(Exception):
    """The emulator says that a person could not do this: {args}"""

    def __init__(self, text: str, code: int | None) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class Bot:
    application_id: str
    user_id: str
    token: str


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    content_type: str | None = None

    def packed(self) -> Json:
        data = base64.b64encode(self.data).decode()
        return {"name": self.name, "data": data, "content_type": self.content_type}


def packed(files: Sequence[File]) -> list[Json]:
    return [file.packed() for file in files]


class Caller:
    """Sends control actions as long as it is entered."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"{self.base_url.replace('http', 'ws', 1)}/gateway"

    @property
    def cdn_url(self) -> str:
        return f"{self.base_url}/cdn"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()

    async def do(self, action: str, **body: Any) -> Any:
        """Any control action by name; arguments that are None are left out."""
        if self._session is None:
            raise RuntimeError("use it as a context manager")
        given = {name: value for name, value in body.items() if value is not None}
        url = f"{self.base_url}/control/{action}"
        packed = io.BytesIO(json.dumps(given).encode())
        async with self._session.post(url, data=packed) as response:
            answer = await response.json()
            if response.status != 200:
                raise Refused(answer["error"], answer.get("code"))
            return answer
