"""A few questions to a real model, where one is configured: `BATON_TEST_MODEL_URL`."""

from __future__ import annotations

import os
from importlib.resources import as_file, files

import pytest

from adapters.agents.assembly import agent, reach
from adapters.agents.openai_model import Access
from bot.ports.agent import Answer, Handover
from tests.unit.agents.conversations import NOW, case, conversation, turn

URL = os.environ.get("BATON_TEST_MODEL_URL", "")
pytestmark = pytest.mark.skipif(not URL, reason="BATON_TEST_MODEL_URL names no model server")
ACCESS = Access(
    model=os.environ.get("BATON_TEST_MODEL", "default"),
    api="chat",
    base_url=URL,
    api_key=os.environ.get("BATON_TEST_MODEL_KEY", ""),
)


async def test_it_can_be_reached() -> None:
    assert await reach(ACCESS)


async def test_it_answers_summarizes_and_drafts() -> None:
    """That it does so at all; how well is what `baton evaluate` measures."""
    with as_file(files("bot.sample") / "knowledge") as folder:
        made = agent(folder, ACCESS)
    lines = conversation("> How can I download an invoice?")
    assert isinstance(await made.answer(turn(lines)), Answer | Handover)
    assert (await made.summarize(case(lines), NOW)).topics
    assert await made.suggest(case(lines))
