"""The emulator of an OpenAI-compatible server, driven by the real client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx2
import pytest

from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import OpenAIEmulator, running

if TYPE_CHECKING:
    from openai import AsyncOpenAI

HELLO: Any = [{"role": "user", "content": "Hello"}]
PARAMETERS = {
    "type": "object",
    "properties": {"reason": {"type": "string"}},
    "required": ["reason"],
    "additionalProperties": False,
}
FUNCTION: Any = {"name": "escalate", "description": "d", "parameters": PARAMETERS, "strict": True}
CHAT_TOOL: Any = {"type": "function", "function": FUNCTION}
FLAT_TOOL: Any = {"type": "function", **FUNCTION}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def sdk() -> Any:
    """It takes a second to load, which only whoever runs these tests should spend."""
    import openai  # noqa: PLC0415

    return openai


@pytest.fixture
async def emulator() -> AsyncIterator[OpenAIEmulator]:
    async with running() as server:
        yield server


@pytest.fixture
async def client(emulator: OpenAIEmulator) -> AsyncIterator[AsyncOpenAI]:
    async with sdk().AsyncOpenAI(
        base_url=emulator.base_url, api_key="sk-test", max_retries=0, timeout=60
    ) as made:
        yield made


async def chat(client: AsyncOpenAI, **more: Any) -> Any:
    return await client.chat.completions.create(**{"model": "gpt-test", "messages": HELLO, **more})


async def respond(client: AsyncOpenAI, **more: Any) -> Any:
    return await client.responses.create(**{"model": "gpt-test", "input": "Hello", **more})


async def test_both_interfaces_answer(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    emulator.say(Reply(text="Good morning"), Reply(text="Good evening"))
    said = await chat(client)
    assert said.choices[0].message.content == "Good morning"
    assert said.choices[0].finish_reason == "stop"
    assert (await respond(client)).output_text == "Good evening"
    assert [one.api for one in emulator.requests] == ["chat", "responses"]
    assert said.usage.total_tokens > 0


async def test_tools_are_called_and_answered(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    call = Reply(kind="tool", tool="escalate", arguments={"reason": "angry"})
    emulator.say(call, Reply(text="Done"))
    said = await chat(client, tools=[CHAT_TOOL], parallel_tool_calls=False)
    message = said.choices[0].message
    assert said.choices[0].finish_reason == "tool_calls"
    assert json.loads(message.tool_calls[0].function.arguments) == {"reason": "angry"}
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "ok"}
    turn = {"role": "assistant", "tool_calls": [message.tool_calls[0].model_dump()]}
    said = await chat(client, messages=[*HELLO, turn, result], tools=[CHAT_TOOL])
    assert said.choices[0].message.content == "Done"


async def test_tools_of_responses_are_flat(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    call = Reply(kind="tool", tool="escalate", arguments={"reason": "angry"})
    emulator.say(call, Reply(text="Done"))
    said = await respond(client, tools=[FLAT_TOOL])
    [item] = said.output
    assert (item.type, item.name) == ("function_call", "escalate")
    items = [
        {"role": "user", "content": "Hello"},
        {
            "type": "function_call",
            "call_id": item.call_id,
            "name": item.name,
            "arguments": item.arguments,
        },
        {"type": "function_call_output", "call_id": item.call_id, "output": "ok"},
    ]
    assert (await respond(client, input=items, tools=[FLAT_TOOL])).output_text == "Done"


async def test_a_schema_is_filled_in(client: AsyncOpenAI) -> None:
    schema = {"name": "s", "schema": PARAMETERS, "strict": True}
    said = await chat(client, response_format={"type": "json_schema", "json_schema": schema})
    assert json.loads(said.choices[0].message.content) == {"reason": "something"}
    answered = await respond(client, text={"format": {"type": "json_schema", **schema}})
    assert json.loads(answered.output_text) == {"reason": "something"}


async def test_pictures_are_taken_in(client: AsyncOpenAI) -> None:
    see = {"type": "image_url", "image_url": {"url": PIXEL, "detail": "auto"}}
    content = [{"type": "text", "text": "What is it?"}, see]
    assert await chat(client, messages=[{"role": "user", "content": content}])
    parts = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": PIXEL, "detail": "auto"},
    ]
    assert await respond(client, input=[{"role": "user", "content": parts}])


LOOSE = {**PARAMETERS, "additionalProperties": True}
OPTIONAL = {**PARAMETERS, "required": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"temprature": 1},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user", "content": "x", "sender": "y"}]},
        {"messages": [{"role": "tool", "tool_call_id": "c", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
        {"messages": []},
        {"tools": [FLAT_TOOL]},
        {"tools": [{"type": "function", "function": {**FUNCTION, "parameters": LOOSE}}]},
        {"tools": [{"type": "function", "function": {**FUNCTION, "parameters": OPTIONAL}}]},
        {"tools": [{"type": "function", "function": {**FUNCTION, "name": "no blanks"}}]},
        {"parallel_tool_calls": False},
        {"tool_choice": "required"},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "s", "schema": OPTIONAL, "strict": True},
            }
        },
    ],
    ids=repr,
)
async def test_chat_refuses_what_the_api_refuses(
    client: AsyncOpenAI, wrong: dict[str, Any]
) -> None:
    known = {"messages", "tools", "parallel_tool_calls", "tool_choice", "response_format"}
    extra = {key: value for key, value in wrong.items() if key not in known}
    with pytest.raises(sdk().BadRequestError):
        await chat(
            client,
            **{key: value for key, value in wrong.items() if key in known},
            extra_body=extra,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"input": [{"role": "robot", "content": "x"}]},
        {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        {"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]},
        {"tools": [CHAT_TOOL]},
        {"tools": [{**FLAT_TOOL, "parameters": OPTIONAL}]},
        {"extra_body": {"messages": HELLO}},
    ],
    ids=repr,
)
async def test_responses_refuse_what_the_api_refuses(
    client: AsyncOpenAI, wrong: dict[str, Any]
) -> None:
    with pytest.raises(sdk().BadRequestError):
        await respond(client, **wrong)


@pytest.mark.parametrize("ask", [chat, respond])
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(kind="unauthorized"), "AuthenticationError"),
        (Reply(kind="forbidden"), "PermissionDeniedError"),
        (Reply(kind="unknown_model"), "NotFoundError"),
        (Reply(kind="rate_limited"), "RateLimitError"),
        (Reply(kind="quota"), "RateLimitError"),
        (Reply(kind="filtered"), "BadRequestError"),
        (Reply(kind="too_long"), "BadRequestError"),
        (Reply(kind="error", status=503), "InternalServerError"),
        (Reply(kind="drop"), "APIConnectionError"),
        (Reply(kind="truncated"), json.JSONDecodeError),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
async def test_every_failure_is_the_clients_own_error(
    client: AsyncOpenAI, emulator: OpenAIEmulator, ask: Any, reply: Reply, error: Any
) -> None:
    emulator.say(reply)
    kind = getattr(sdk(), error) if isinstance(error, str) else error
    with pytest.raises(kind):
        await ask(client)


async def test_a_rate_limit_says_when_to_come_back(
    client: AsyncOpenAI, emulator: OpenAIEmulator
) -> None:
    emulator.say(Reply(kind="rate_limited", retry_after=7))
    with pytest.raises(sdk().RateLimitError) as caught:
        await chat(client)
    assert caught.value.response.headers["retry-after"] == "7"


async def test_a_late_answer_times_out(emulator: OpenAIEmulator) -> None:
    emulator.say(Reply(text="late", delay=1))
    async with sdk().AsyncOpenAI(
        base_url=emulator.base_url, api_key="k", max_retries=0, timeout=0.1
    ) as hasty:
        with pytest.raises(sdk().APITimeoutError):
            await chat(hasty)


async def test_an_answer_is_held_until_it_is_released(
    client: AsyncOpenAI, emulator: OpenAIEmulator
) -> None:
    emulator.say(Reply(text="at last", hold="gate"))
    asking = asyncio.create_task(chat(client))
    async with asyncio.timeout(60):
        while not emulator.started:
            await asyncio.sleep(0.01)
    assert (emulator.started, emulator.ended) == (1, 0)
    emulator.release("gate")
    assert (await asking).choices[0].message.content == "at last"


async def test_odd_answers_come_through_as_measured(
    client: AsyncOpenAI, emulator: OpenAIEmulator
) -> None:
    """What the client lets pass, the agent has to notice."""
    kinds = ("html", "empty_choices", "refusal", "length", "content_filter", "bad_arguments")
    emulator.say(*(Reply(kind=kind, text="some") for kind in kinds))
    assert isinstance(await chat(client), str)
    assert (await chat(client)).choices == []
    assert (await chat(client)).choices[0].message.refusal == "some"
    assert (await chat(client)).choices[0].finish_reason == "length"
    assert (await chat(client)).choices[0].finish_reason == "content_filter"
    call = (await chat(client)).choices[0].message.tool_calls[0]
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(call.function.arguments)


async def test_odd_answers_of_responses(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    emulator.say(Reply(kind="length", text="some"), Reply(kind="refusal", text="no"))
    cut = await respond(client)
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert (await respond(client)).output[0].content[0].type == "refusal"


async def test_chat_streams(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    emulator.say(Reply(text="Good morning to you"), Reply(kind="tool", tool="escalate"))
    stream = await chat(client, stream=True, stream_options={"include_usage": True})
    seen = [chunk async for chunk in stream]
    said = "".join(one.choices[0].delta.content or "" for one in seen if one.choices)
    assert said == "Good morning to you"
    assert [one.choices[0].finish_reason for one in seen if one.choices][-1] == "stop"
    assert seen[-1].usage is not None
    calls = [
        chunk.choices[0].delta.tool_calls
        async for chunk in await chat(client, stream=True, tools=[CHAT_TOOL])
        if chunk.choices[0].delta.tool_calls
    ]
    assert calls[0][0].function.name == "escalate"


async def test_responses_stream(client: AsyncOpenAI, emulator: OpenAIEmulator) -> None:
    emulator.say(Reply(text="Good morning to you"))
    stream = await respond(client, stream=True)
    seen = [event async for event in stream]
    deltas = [one.delta for one in seen if one.type == "response.output_text.delta"]
    assert "".join(deltas) == "Good morning to you"
    assert seen[-1].type == "response.completed"
    assert seen[-1].response.output_text == "Good morning to you"


async def test_a_stream_that_breaks_off_has_no_finish(
    client: AsyncOpenAI, emulator: OpenAIEmulator
) -> None:
    emulator.say(Reply(kind="truncated", text="Good morning to you, all of you"))
    seen = [chunk async for chunk in await chat(client, stream=True)]
    assert all(one.choices[0].finish_reason is None for one in seen)
    emulator.say(Reply(kind="drop", text="Good morning to you, all of you"))
    with pytest.raises((sdk().OpenAIError, httpx2.HTTPError)):
        [chunk async for chunk in await chat(client, stream=True)]


async def test_a_key_is_needed_and_the_model_has_to_exist(
    emulator: OpenAIEmulator, client: AsyncOpenAI
) -> None:
    async with (
        aiohttp.ClientSession() as web,
        web.post(f"{emulator.base_url}/chat/completions", json={}) as answer,
    ):
        assert answer.status == 401
    with pytest.raises(sdk().NotFoundError):
        await chat(client, model="gpt-none")
    assert [one.id async for one in client.models.list()] == ["gpt-test", "embed-test"]


def test_it_runs_by_itself_and_is_controlled_over_http() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.emulators.openai"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        try:
            asyncio.run(_controlled(urls))
        finally:
            process.terminate()
        assert process.wait(60) == 0


async def _controlled(urls: dict[str, str]) -> None:
    control = urls["control_url"]
    async with (
        aiohttp.ClientSession() as web,
        sdk().AsyncOpenAI(base_url=urls["base_url"], api_key="k", max_retries=0) as client,
    ):
        replies = [{"kind": "text", "text": "for bananas", "match": "banana"}]
        await web.post(f"{control}say", json={"replies": replies})
        assert "emulator" in (await chat(client)).choices[0].message.content
        said = await chat(client, messages=[{"role": "user", "content": "a banana"}])
        assert said.choices[0].message.content == "for bananas"
        async with web.post(f"{control}requests") as answer:
            assert len(await answer.json()) == 2
        async with web.post(f"{control}say", json={"replies": [{"kind": "nonsense"}]}) as answer:
            assert answer.status == 400
