"""The agent that is configured: a model with the offline agent behind it, or that one alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from adapters.agents.breaker import Breaker
from adapters.agents.embedding import Embedder, EmbeddingAccess
from adapters.agents.knowledge import Knowledge
from adapters.agents.lexical import LexicalIndex
from adapters.agents.meaning import MeaningIndex, MeasuredIndex
from adapters.agents.model import ModelFault, Prompt, Said
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import REQUEST_TIMEOUT, Access, OpenAIModel
from adapters.agents.passages import Passage
from adapters.agents.player import ModelPlayer, ScriptedPlayer
from adapters.agents.tools import TOOLS
from bot.domain.errors import CannotRun
from bot.ports.agent import AgentPort
from bot.ports.media import MediaPort
from bot.ports.player import PlayerPort

# Where a key is given and no model: small, cheap, sees pictures, calls tools.
DEFAULT_MODEL = "gpt-5-mini"


def access(
    *,
    key: str,
    base_url: str,
    model: str,
    api: Literal["auto", "chat", "responses"],
    timeout: float = REQUEST_TIMEOUT,
) -> Access | None:
    """How to reach the model; None where neither a key nor an address is given.

    `auto`: Responses at OpenAI itself, Chat Completions at any other server. `timeout`: seconds for
    one request.
    """
    if not key and not base_url:
        return None
    if api == "auto":
        api = "chat" if base_url else "responses"
    return Access(
        model=model or DEFAULT_MODEL, api=api, api_key=key, base_url=base_url, timeout=timeout
    )


async def reach(access: Access) -> str:
    """Ask the model something, tools and all. Raises `CannotRun` with what is wrong."""
    model = OpenAIModel(access)
    question = Said(role="user", text="Answer with one word: ready.")
    prompt = Prompt(instructions="This is a check of the connection.", said=(question,))
    try:
        await model.ask(replace(prompt, tools=TOOLS))
    except ModelFault as fault:
        raise CannotRun(problem=f"The model {model.name} {fault.reason}") from fault
    finally:
        await model.close()
    where = access.base_url or "OpenAI"
    return f"{model.name} at {where} answers ({access.api}) and takes tools"


def player(access: Access | None) -> PlayerPort:
    """Who plays the customers of practice tickets."""
    script = ScriptedPlayer()
    return script if access is None else ModelPlayer(OpenAIModel(access), script)


async def reach_embeddings(access: EmbeddingAccess) -> str:
    """Embed something. Raises `CannotRun` with what is wrong."""
    embedder = Embedder(replace(access, cache=None))
    try:
        await asyncio.to_thread(embedder.query, "A check of the connection.")
    except ModelFault as fault:
        raise CannotRun(problem=f"The model {embedder.name} {fault.reason}") from fault
    return f"{embedder.name} at {access.base_url or 'OpenAI'} embeds"


def by_meaning(
    access: EmbeddingAccess, *, patient: bool = False
) -> Callable[[Sequence[Passage], LexicalIndex], MeaningIndex]:
    """What makes an index that asks a model; one embedder serves all of them."""
    embedder = Embedder(access)

    def make(passages: Sequence[Passage], words: LexicalIndex) -> MeaningIndex:
        return MeaningIndex(passages, words, embedder, patient=patient)

    return make


def measured(access: EmbeddingAccess) -> Callable[[Sequence[Passage]], MeasuredIndex]:
    """What makes an index for an evaluation, which has time. It raises `CannotRun`."""
    embedder = Embedder(access, patient=True)
    return lambda passages: MeasuredIndex(passages, LexicalIndex(passages), embedder)


def agent(
    folder: Path,
    access: Access | None,
    media: MediaPort | None = None,
    embedding: EmbeddingAccess | None = None,
) -> AgentPort:
    """Raises `CannotRun` for a knowledge folder that cannot be used."""
    knowledge = Knowledge(folder, meaning=by_meaning(embedding) if embedding else None)
    offline = OfflineAgent(knowledge)
    if access is None:
        return offline
    thinking = OpenAIAgent(
        OpenAIModel(access), knowledge, offline, media=media, deadline=access.turn_timeout
    )
    return Breaker(thinking, offline)
