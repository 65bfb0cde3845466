"""A model behind the OpenAI client: patient for a while, then clear about what is wrong."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass, replace
from typing import Any, Literal

from adapters.agents import openai_chat, openai_responses
from adapters.agents.model import ModelFault, Prompt, Said, Spoken
from adapters.agents.openai_faults import translated

log = logging.getLogger(__name__)

# Seconds for one request. The client's own default is ten minutes, with two silent retries.
REQUEST_TIMEOUT = 40.0
# As long as two slow answers take: a search and what follows from it, with a little to spare.
_REQUESTS_A_TURN = 2.25
_MOST_ATTEMPTS = 3
_FIRST_WAIT = 0.5
# Whoever says “come back in an hour” is not waited for: the contact waits too.
_LONGEST_WAIT = 10.0

Api = Literal["chat", "responses"]


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where the model is. An empty `base_url` is OpenAI itself."""

    model: str
    api: Api
    api_key: str = ""
    base_url: str = ""
    timeout: float = REQUEST_TIMEOUT

    @property
    def turn_timeout(self) -> float:
        """Seconds for a whole turn, with every search and every further attempt."""
        return _REQUESTS_A_TURN * self.timeout


class OpenAIModel:
    """The `Model` behind one address."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._sees = True

    @property
    def name(self) -> str:
        return self._access.model

    async def ask(self, prompt: Prompt) -> Spoken:
        """Tries again what may succeed a moment later. Raises `ModelFault`."""
        if not self._sees:
            prompt = _without_pictures(prompt)
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            try:
                return await self._once(prompt)
            except ModelFault as fault:
                if fault.asked_wrong and _has_pictures(prompt):
                    return await self._blindly(prompt)
                wait = _wait(fault, attempt)
                if wait is None:
                    raise
                log.info("model %s %s trying again in %.1f s", self.name, fault.reason, wait)
            await asyncio.sleep(wait)
        raise AssertionError(attempt)  # the last attempt returns or raises

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _blindly(self, prompt: Prompt) -> Spoken:
        """Without pictures; if that is taken, the model cannot see, and is shown no more."""
        spoken = await self.ask(_without_pictures(prompt))
        if self._sees:
            log.warning("model %s takes no pictures: they are left out from now on", self.name)
        self._sees = False
        return spoken

    async def _once(self, prompt: Prompt) -> Spoken:
        client = await self._opened()
        chat = self._access.api == "chat"
        request = openai_chat.request if chat else openai_responses.request
        create = client.chat.completions.create if chat else client.responses.create
        try:
            async with asyncio.timeout(self._access.timeout):
                given = await create(**request(self.name, prompt))
        except Exception as error:
            raise translated(error) from error
        try:
            return openai_chat.answer(given) if chat else openai_responses.answer(given)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # The client does not check what comes back: any part of it may be missing.
            raise ModelFault(
                "sent an answer that cannot be read.", again=True, outage=True
            ) from error

    async def _opened(self) -> Any:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._access)
        return self._client


def _client(access: Access) -> Any:
    # They take a second: loaded when they are needed.
    from openai import AsyncOpenAI  # noqa: PLC0415

    from adapters.agents.openai_line import line  # noqa: PLC0415

    return AsyncOpenAI(
        # Servers of one's own need no key, but the client refuses to go without.
        api_key=access.api_key or "none",
        base_url=access.base_url or None,
        timeout=access.timeout,
        max_retries=0,
        http_client=line(),
    )


def _wait(fault: ModelFault, attempt: int) -> float | None:
    """Seconds until the next attempt; None to give up."""
    if not fault.again or attempt >= _MOST_ATTEMPTS:
        return None
    if fault.wait is not None:
        return fault.wait if fault.wait <= _LONGEST_WAIT else None
    doubled: float = _FIRST_WAIT * 2 ** (attempt - 1)
    return doubled * random.uniform(0.75, 1.25)  # noqa: S311 - so that not all come at once


def _has_pictures(prompt: Prompt) -> bool:
    return any(isinstance(one, Said) and one.pictures for one in prompt.said)


def _without_pictures(prompt: Prompt) -> Prompt:
    said = tuple(replace(one, pictures=()) if isinstance(one, Said) else one for one in prompt.said)
    return replace(prompt, said=said)
