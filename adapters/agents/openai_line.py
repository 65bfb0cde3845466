"""The line to a model's server, which may be anybody's: bounded, and it leads nowhere else.

`httpx2` comes with the OpenAI client. Loaded with it, on first use.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import httpx2
from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

from adapters.agents.openai_faults import LARGEST_ANSWER, Unbounded

_ENDLESS = "sends more than any answer of a model."
# What is packed may be a thousand times as large once it is unpacked.
_PLAIN = {"Accept-Encoding": "identity"}


def line() -> httpx2.AsyncClient:
    """A redirect is an answer like others: what a contact wrote goes nowhere that it names."""
    return _Line(follow_redirects=False, headers=_PLAIN, event_hooks={"response": [_bounded]})


def blocking_line() -> httpx2.Client:
    """The same for threads, where nobody else looks at the time."""
    return _BlockingLine(
        follow_redirects=False, headers=_PLAIN, event_hooks={"response": [_bounded_in_thread]}
    )


class _Line(DefaultAsyncHttpxClient):
    """Hung up when nobody has it any more, as the OpenAI client does with one of its own."""

    def __del__(self) -> None:
        if not self.is_closed:
            with contextlib.suppress(RuntimeError):  # without a loop there is nothing to await
                asyncio.get_running_loop().create_task(self.aclose())


class _BlockingLine(DefaultHttpxClient):
    def __del__(self) -> None:
        if not self.is_closed:
            self.close()


async def _bounded(response: httpx2.Response) -> None:
    _check_plain(response)
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 - of an AsyncClient
    response.stream = _Stream(response.stream)


def _bounded_in_thread(response: httpx2.Response) -> None:
    _check_plain(response)
    assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 - of a Client
    seconds = response.request.extensions.get("timeout", {}).get("read")
    response.stream = _BlockingStream(response.stream, seconds)


def _check_plain(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unbounded("packs its answers (Content-Encoding), which nobody asked for.")


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LARGEST_ANSWER
        async for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise Unbounded(_ENDLESS)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BlockingStream(httpx2.SyncByteStream):
    """`seconds` are for the whole answer: httpx counts them anew for each piece of it."""

    def __init__(self, inner: httpx2.SyncByteStream, seconds: float | None) -> None:
        self._inner = inner
        self._ends = time.monotonic() + seconds if seconds else float("inf")

    def __iter__(self) -> Iterator[bytes]:
        left = LARGEST_ANSWER
        for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise Unbounded(_ENDLESS)
            if time.monotonic() > self._ends:
                raise httpx2.ReadTimeout("the answer comes too slowly")
            yield chunk

    def close(self) -> None:
        self._inner.close()
