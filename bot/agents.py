"""The agent that the settings ask for, and the model behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from adapters.agents import assembly
from adapters.agents.embedding import EmbeddingAccess
from adapters.agents.knowledge import Index
from adapters.agents.lexical import LexicalIndex
from adapters.agents.openai_model import Access
from adapters.agents.passages import Passage
from bot.ports.agent import AgentPort
from bot.ports.media import MediaPort
from bot.ports.player import PlayerPort
from bot.settings import Settings


def agent(settings: Settings, media: MediaPort | None = None) -> AgentPort:
    """The configured agent; the offline one where no model is."""
    folder = settings.knowledge_dir or str(files("bot.sample") / "knowledge")
    return assembly.agent(Path(folder), model_access(settings), media, embedding_access(settings))


def player(settings: Settings) -> PlayerPort:
    """Who plays customers: the model, or a script where there is none."""
    return assembly.player(model_access(settings))


def model_access(settings: Settings) -> Access | None:
    """How to reach the model; None for the offline agent."""
    return assembly.access(
        key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        api=settings.openai_api,
        timeout=settings.openai_timeout,
    )


def embedding_access(settings: Settings) -> EmbeddingAccess | None:
    """How the knowledge is embedded; None where it is searched by words."""
    if not settings.openai_embedding_model:
        return None
    return EmbeddingAccess(
        model=settings.openai_embedding_model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_embedding_base_url or settings.openai_base_url,
        cache=Path(settings.embedding_cache),
    )


def searching(settings: Settings) -> Callable[[Sequence[Passage]], Index]:
    """How an evaluation searches: as the configured agent does, with every passage embedded."""
    access = embedding_access(settings)
    return assembly.measured(access) if access else LexicalIndex
