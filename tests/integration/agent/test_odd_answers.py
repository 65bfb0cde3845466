"""Answers of servers that are only nearly compatible: read where they can be, else named."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from typing import Any, Literal

import pytest

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import Access, OpenAIModel
from bot.domain.message import Attachment
from bot.ports.agent import Answer, Failure, Handover, Outcome
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import OpenAIEmulator, running
from tests.unit.agents.conversations import NOW, case, conversation, turn

Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n"
QUESTION = conversation("> How can I download an invoice?")
UNREADABLE = Failure(reason="the model gpt-test sent an answer that cannot be read.", outage=True)
ELSE = Failure(
    reason="the model gpt-test is not at this address: something else answered. "
    "Check OPENAI_BASE_URL.",
    outage=True,
)
NO_REASON = Handover(reason="The agent decided that a person should go on.")


def chat(content: Any, *calls: Json, **more: Any) -> Json:
    message = {"role": "assistant", "content": content, "tool_calls": list(calls) or None, **more}
    return {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def called(arguments: Any, **more: Any) -> Json:
    function = {"name": "escalate", "arguments": arguments}
    return {"id": "call_1", "type": "function", "function": function, **more}


def response(*items: Any, **more: Any) -> Json:
    return {"object": "response", "status": "completed", "output": list(items), **more}


def spoke(*parts: Any) -> Json:
    return {"type": "message", "role": "assistant", "content": list(parts)}


def text(words: Any) -> Json:
    return {"type": "output_text", "text": words, "annotations": []}


CHAT: Mapping[str, tuple[Any, Outcome]] = {
    "content in parts": (chat([{"type": "text", "text": "Hello."}]), Answer(text="Hello.")),
    "content is a number": (chat(5), UNREADABLE),
    "no message": ({"choices": [{"index": 0, "finish_reason": "stop"}]}, UNREADABLE),
    "choices are no list": ({"choices": {"a": 1}}, UNREADABLE),
    "an error with status 200": (
        {"error": {"message": "All busy", "code": 502}},
        Failure(reason="the model gpt-test answered with an error: All busy", outage=True),
    ),
    "arguments unwritten": (chat(None, called({"reason": "Law."})), Handover(reason="Law.")),
    "arguments of another shape": (chat(None, called(["Law."])), NO_REASON),
    "no arguments": (chat(None, called(None)), NO_REASON),
    "no id": (chat(None, called('{"reason": "Law."}', id=None)), Handover(reason="Law.")),
    "no type": (chat(None, called('{"reason": "Law."}', type=None)), Handover(reason="Law.")),
    "words and a call": (chat("Done!", called('{"reason": "Law."}')), Handover(reason="Law.")),
    "two calls": (
        chat(None, called('{"reason": "Law."}'), called('{"reason": "More."}', id="call_2")),
        Handover(reason="Law."),
    ),
    "a call of nothing": (chat(None, called("{}", function=None)), UNREADABLE),
    "a name that is none": (chat(None, called("{}", function={"name": 7})), UNREADABLE),
    "NUL and half a character": (chat("a\x00b \ud800"), Answer(text="ab ?")),
    "the same in a reason": (
        chat(None, called('{"reason": "a\\u0000b \\ud800"}')),
        Handover(reason="ab ?"),
    ),
    "blanks": (
        chat(" \n "),
        Failure(reason="the model gpt-test wrote nothing that could be sent: it was empty."),
    ),
    "a list": ([], ELSE),
    "nothing": (None, ELSE),
}
RESPONSES: Mapping[str, tuple[Any, Outcome]] = {
    "no content": (response({"type": "message", "role": "assistant", "content": None}), UNREADABLE),
    "words that are none": (response(spoke(text(None))), UNREADABLE),
    "output of words": (response("Hello."), UNREADABLE),
    "an unknown item": (response({"type": "new"}, spoke(text("Hi."))), Answer(text="Hi.")),
    "arguments unwritten": (
        response({"type": "function_call", "name": "escalate", "arguments": {"reason": "Law."}}),
        Handover(reason="Law."),
    ),
    "cancelled": (
        response(spoke(text("Hi.")), status="cancelled"),
        Failure(reason="the model gpt-test broke off in the middle of its answer.", outage=True),
    ),
    "failed": (
        response(status="failed"),
        Failure(reason="the model gpt-test failed: it did not say why.", outage=True),
    ),
    "a refusal without words": (
        response(spoke({"type": "refusal", "refusal": None})),
        Failure(reason="the model gpt-test refused to answer."),
    ),
    "an error with status 200": (
        {"error": {"message": "All busy"}},
        Failure(reason="the model gpt-test answered with an error: All busy", outage=True),
    ),
    "NUL and half a character": (response(spoke(text("a\x00b \ud800"))), Answer(text="ab ?")),
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    with as_file(files("bot.sample") / "knowledge") as folder:
        return Knowledge(folder)


class Drawer:
    """One picture."""

    async def keep(self, name: str, data: bytes, media_type: str = "") -> Attachment:
        raise NotImplementedError

    async def load(self, digest: str) -> bytes:
        return PNG


@asynccontextmanager
async def asked_of(
    knowledge: Knowledge, api: Literal["chat", "responses"]
) -> AsyncIterator[tuple[OpenAIEmulator, OpenAIAgent]]:
    async with running() as server:
        model = OpenAIModel(Access(model="gpt-test", api=api, base_url=server.base_url))
        offline = OfflineAgent(knowledge)
        yield server, OpenAIAgent(model, knowledge, offline, media=Drawer(), deadline=60)
        await model.close()


@pytest.mark.parametrize(("api", "odd"), [("chat", CHAT), ("responses", RESPONSES)])
async def test_odd_answers_are_read_or_named(
    knowledge: Knowledge,
    monkeypatch: pytest.MonkeyPatch,
    api: Literal["chat", "responses"],
    odd: Mapping[str, tuple[Any, Outcome]],
) -> None:
    """Nor does a summary or a draft come to grief over them."""
    monkeypatch.setattr("adapters.agents.openai_model._MOST_ATTEMPTS", 1)
    found = {}
    async with asked_of(knowledge, api) as (server, agent):
        for name, (body, _) in odd.items():
            server.script.replies = [Reply(kind="raw", value=body, times=None)]
            found[name] = await agent.answer(turn(QUESTION))
            assert (await agent.summarize(case(QUESTION), NOW)).topics, name
            assert (await agent.suggest(case(QUESTION))).encode(), name
    assert found == {name: expected for name, (_, expected) in odd.items()}


@pytest.mark.parametrize(
    ("name", "media_type", "sees"),
    [("shot.png", "image/png", True), ("a.pdf", "application/pdf", False)],
)
async def test_a_file_without_words_is_told_and_a_picture_shown(
    knowledge: Knowledge, name: str, media_type: str, *, sees: bool
) -> None:
    file = Attachment(name=name, media_type=media_type, size=8, digest="d")
    [message] = conversation("> ")
    message = replace(message, text="", attachments=(file,))
    async with asked_of(knowledge, "chat") as (server, agent):
        server.say(Reply(text="What shall I look at?"))
        outcome = await agent.answer(turn((message,)))
        asked = server.requests[0]
    assert isinstance(outcome, Answer)
    assert f"[attached: {name}, {media_type}" in asked.said
    assert (base64.b64encode(PNG).decode() in str(asked.body)) is sees
