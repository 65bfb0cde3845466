"""The knowledge searched by meaning: what is asked, kept, and what happens when it fails."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.agents import assembly
from adapters.agents.embedding import Embedder, EmbeddingAccess
from adapters.agents.knowledge import Knowledge
from adapters.agents.lexical import LexicalIndex
from adapters.agents.meaning import MeaningIndex
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.passages import Passage
from bot.domain.desk import Agent
from bot.domain.errors import CannotRun
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import OpenAIEmulator, running
from tests.unit.agents.conversations import conversation, turn

PAGES = (
    Passage(page="billing.md", headings=("Billing",), text="An invoice can be downloaded."),
    Passage(page="login.md", headings=("Login",), text="Reset your password on that page."),
)
MEANT = {"billing": (1.0, 0.0, 0.1), "login": (0.0, 1.0, 0.1)}


def meaning(text: str) -> list[float]:
    """Bills are about billing, whatever words they use; the rest is about nothing."""
    low = text.casefold()
    if any(word in low for word in ("billing", "invoice", "receipt")):
        return list(MEANT["billing"])
    if any(word in low for word in ("login", "password")):
        return list(MEANT["login"])
    return [0.0, 0.0, 1.0]


@pytest.fixture
async def server() -> AsyncIterator[OpenAIEmulator]:
    async with running() as started:
        started.embed = meaning
        yield started


@pytest.fixture
def way(server: OpenAIEmulator, tmp_path: Path) -> EmbeddingAccess:
    cache = tmp_path / "embeddings.db"
    return EmbeddingAccess(model="embed-test", base_url=server.base_url, cache=cache)


def made(way: EmbeddingAccess, *, patient: bool = True) -> MeaningIndex:
    return MeaningIndex(PAGES, LexicalIndex(PAGES), Embedder(way), patient=patient)


def pages(index: MeaningIndex, query: str) -> list[str]:
    return [hit.passage.page for hit in index.search(query) if hit.fits]


async def test_other_words_for_the_same_are_found(way: EmbeddingAccess) -> None:
    index = await asyncio.to_thread(made, way)
    assert await asyncio.to_thread(pages, index, "my receipt") == ["billing.md"]
    assert await asyncio.to_thread(pages, index, "penguins") == []
    assert LexicalIndex(PAGES).search("my receipt") == (), "words alone do not find it"


async def test_of_pages_that_mean_the_same_the_one_with_the_words_comes_first(
    way: EmbeddingAccess,
) -> None:
    paper = Passage(page="paper.md", headings=("Receipts on paper",), text="We post a receipt.")
    both = (paper, *PAGES)
    index = await asyncio.to_thread(
        lambda: MeaningIndex(both, LexicalIndex(both), Embedder(way), patient=True)
    )
    assert await asyncio.to_thread(pages, index, "download an invoice") == [
        "billing.md",
        "paper.md",
    ]
    assert await asyncio.to_thread(pages, index, "post a receipt") == ["paper.md", "billing.md"]
    assert await asyncio.to_thread(pages, index, "penguins on that page") == [], "words alone"


async def test_pages_are_embedded_once_and_questions_are_not_kept(
    way: EmbeddingAccess, server: OpenAIEmulator
) -> None:
    index = await asyncio.to_thread(made, way)
    before = len(server.embedded)
    await asyncio.to_thread(pages, index, "my receipt")
    again = await asyncio.to_thread(made, way)
    assert server.embedded[before:] == ["my receipt"]
    assert await asyncio.to_thread(pages, again, "my receipt") == ["billing.md"]
    assert way.cache
    with sqlite3.connect(way.cache) as file:
        [(kept,)] = file.execute("SELECT count(*) FROM vectors")
    file.close()
    assert kept == before
    other = await asyncio.to_thread(made, replace(way, base_url=f"{way.base_url}/"))
    assert other
    assert len(server.embedded) > 2 * before, "another server may mean another thing"


@pytest.mark.parametrize("kind", ["unauthorized", "rate_limited", "html", "drop", "error"])
async def test_words_serve_while_the_server_fails(
    way: EmbeddingAccess, server: OpenAIEmulator, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.agents.embedding._WAIT", 0.0)
    monkeypatch.setattr("adapters.agents.meaning._REST", 0.0)
    server.embed_as = Reply(kind=kind)
    index = await asyncio.to_thread(made, way)
    assert await asyncio.to_thread(pages, index, "download an invoice") == ["billing.md"]
    server.embed_as = None
    async with asyncio.timeout(60):  # it is tried again by itself
        while not await asyncio.to_thread(pages, index, "my receipt"):
            await asyncio.sleep(0.02)
    assert await asyncio.to_thread(pages, index, "my receipt") == ["billing.md"]
    server.embed_as = Reply(kind=kind)
    assert await asyncio.to_thread(pages, index, "download an invoice") == ["billing.md"]


@pytest.mark.parametrize("vector", [[], [0.0, 0.0], [float("nan"), 1.0]])
async def test_vectors_that_are_none_are_not_used(
    way: EmbeddingAccess, server: OpenAIEmulator, vector: list[float]
) -> None:
    server.embed = lambda _: vector
    index = await asyncio.to_thread(made, way)
    assert await asyncio.to_thread(pages, index, "download an invoice") == ["billing.md"]


async def test_a_cache_that_cannot_be_written_costs_only_time(
    way: EmbeddingAccess, tmp_path: Path
) -> None:
    (tmp_path / "junk.db").write_text("this is no database" * 100)
    for cache in (tmp_path / "junk.db", tmp_path / "no" / "folder.db"):
        index = await asyncio.to_thread(made, replace(way, cache=cache))
        assert await asyncio.to_thread(pages, index, "my receipt") == ["billing.md"]


async def test_nothing_is_asked_where_personal_data_is_to_stay(
    way: EmbeddingAccess, server: OpenAIEmulator, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "billing.md").write_text("# Billing\n\nAn invoice can be downloaded.\n")
    agent = OfflineAgent(Knowledge(folder, meaning=assembly.by_meaning(way, patient=True)))
    lines = conversation("> an invoice for carol@mail.example")
    for redact in (True, False):
        question = turn(lines, Agent(redact=redact))
        await agent.look_up(question)
        await agent.answer(question)
        assert any("carol" in text for text in server.embedded) is not redact


async def test_a_changed_folder_is_embedded_anew(
    way: EmbeddingAccess, server: OpenAIEmulator, tmp_path: Path
) -> None:
    """What appears is found by its meaning, and what vanishes is not."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "login.md").write_text("# Login\n\nReset your password on that page.\n")
    meaning = assembly.by_meaning(way, patient=True)
    knowledge = Knowledge(folder, meaning=meaning, look_every=0)

    def found() -> list[str]:
        return [hit.passage.page for hit in knowledge.search("my receipt") if hit.fits]

    assert await asyncio.to_thread(found) == []
    (folder / "billing.md").write_text("# Billing\n\nAn invoice can be downloaded.\n")
    assert await asyncio.to_thread(found) == ["billing.md"]
    (folder / "billing.md").unlink()
    assert await asyncio.to_thread(found) == []


async def test_what_is_measured_is_never_a_mixture(
    way: EmbeddingAccess, server: OpenAIEmulator
) -> None:
    measured = assembly.measured(way)
    index = await asyncio.to_thread(measured, PAGES)
    hits = await asyncio.to_thread(index.search, "my receipt")
    assert [hit.passage.page for hit in hits if hit.fits] == ["billing.md"]
    server.embed_as = Reply(kind="unauthorized")
    with pytest.raises(CannotRun, match="The model embed-test refused the key"):
        await asyncio.to_thread(index.search, "my receipt")
    other = (Passage(page="new.md", text="It is new."),)
    with pytest.raises(CannotRun, match="The model embed-test refused the key"):
        await asyncio.to_thread(measured, other)


async def test_the_check_says_what_is_wrong(way: EmbeddingAccess) -> None:
    assert "embed-test" in await assembly.reach_embeddings(way)
    with pytest.raises(CannotRun, match="The model nope is not there"):
        await assembly.reach_embeddings(replace(way, model="nope"))
