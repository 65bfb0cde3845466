"""Every way a model can fail ends with people, who read on the card what went wrong."""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import Access, OpenAIModel
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import running
from tests.world import World

# What the team reads after “The agent could not answer: the model gpt-test …”.
FAILURES = {
    "unauthorized": "refused the key. Check OPENAI_API_KEY.",
    "forbidden": "may not be used with this key.",
    "unknown_model": "is not there. Check OPENAI_MODEL and OPENAI_BASE_URL.",
    "rate_limited": "is asked more than it may be at the moment (rate limit).",
    "quota": "is not paid for any more: the account's quota is used up.",
    "filtered": "did not take the request: its content filter stopped it.",
    "too_long": "cannot hold a conversation as long as this one.",
    "error": "has a fault (status 500).",
    "drop": "cannot be reached.",
    "truncated": "sent an answer that breaks off.",
    "html": "something else answered",
    "refusal": "refused to answer",
    "content_filter": "content filter",
    "length": "cut off in the middle",
    "empty_choices": "gave no answer",
    "empty": "wrote nothing that could be sent: it was empty.",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_card_tells_how_the_model_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contact hears nothing, and the summary is made all the same."""
    monkeypatch.setattr("adapters.agents.openai_model._FIRST_WAIT", 0.01)
    with as_file(files("bot.sample") / "knowledge") as folder:
        knowledge = Knowledge(folder)
    async with running() as server:
        model = OpenAIModel(Access(model="gpt-test", api="chat", base_url=server.base_url))
        offline = OfflineAgent(knowledge)
        world.courier._agent = OpenAIAgent(model, knowledge, offline, deadline=600)
        for kind in FAILURES:
            server.say(Reply(kind=kind, match=f"about {kind}.", times=None))
            await world.write(f"It is about {kind}.", who=kind, settle=False)
        await world.settle()
        await model.close()
    assert {one.signal for one in await world.tickets()} == {"agent failed"}
    cards = {card.contact.id.partition(":")[2]: card for card in world.outlet.cards("support")}
    assert cards.keys() == FAILURES.keys()
    for kind, words in FAILURES.items():
        assert world.heard(kind) == []
        card = cards[kind]
        assert card.reason.startswith("The agent could not answer: the model gpt-test "), kind
        assert words in card.reason, kind
        assert f"It is about {kind}." in card.topics[0]
        assert card.summary_by.startswith("offline agent (gpt-test "), kind
