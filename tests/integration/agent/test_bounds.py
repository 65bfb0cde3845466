"""A model's server that never ends, sends a flood, packs a bomb, or leads elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from adapters.agents.embedding import Embedder, EmbeddingAccess
from adapters.agents.model import ModelFault, Prompt, Said
from adapters.agents.openai_faults import LARGEST_ANSWER
from adapters.agents.openai_model import Access, OpenAIModel
from tests.serving import serving

WORDS = "what the contact wrote in confidence"
PROMPT = Prompt(instructions="Answer.", said=(Said(role="user", text=WORDS),))
_CHUNK = b" " * (1 << 20)


@dataclass
class Server:
    """`how` it answers; `sent` counts the bytes it got rid of, `heard` is what reached `/else`."""

    how: str = ""
    url: str = ""
    sent: int = 0
    heard: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/else"):
            self.heard.append(await request.text())
        if self.how == "redirect":
            raise web.HTTPTemporaryRedirect(f"{self.url}/else{request.path}")
        if self.how == "bomb":
            packed = gzip.compress(b" " * (LARGEST_ANSWER * 4), 1)
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            return web.Response(body=packed, headers=headers)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        chunk = _CHUNK if self.how == "flood" else b" "
        while True:
            await response.write(chunk)
            self.sent += len(chunk)
            await asyncio.sleep(0 if self.how == "flood" else 0.02)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served = Server()
    async with serving(served.answer) as served.url:
        yield served


CASES = [
    ("drip", "did not answer in time"),
    ("flood", "more than any answer"),
    ("bomb", "packs its answers"),
    ("redirect", "final address"),
]


@pytest.mark.parametrize(("how", "said"), CASES)
async def test_a_model_is_bounded_in_time_and_size_and_leads_nowhere(
    server: Server, how: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.agents.openai_model._MOST_ATTEMPTS", 1)
    server.how = how
    limit = 0.3 if how == "drip" else 60.0
    model = OpenAIModel(Access(model="m", api="chat", base_url=f"{server.url}/v1", timeout=limit))
    with pytest.raises(ModelFault, match=said):
        await model.ask(PROMPT)
    await model.close()
    assert server.sent < 3 * LARGEST_ANSWER
    assert server.heard == []


@pytest.mark.parametrize(("how", "said"), CASES)
async def test_so_is_one_that_embeds(
    server: Server, how: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 0.3 if how == "drip" else 60.0
    monkeypatch.setattr("adapters.agents.embedding._QUERY_TIMEOUT", limit)
    server.how = how
    embedder = Embedder(EmbeddingAccess(model="m", base_url=f"{server.url}/v1"))
    with pytest.raises(ModelFault, match=said):
        await asyncio.to_thread(embedder.query, WORDS)
    embedder._opened().close()
    assert server.sent < 3 * LARGEST_ANSWER
    assert server.heard == []
