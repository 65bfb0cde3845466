"""The HTTP API: what a program next door may do, and what it is told when it may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters import api
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOKEN = "a long token"


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(docs_url=None, openapi_url=None)

    async def unready() -> list[str]:
        return []

    api.mount(app, world.baton, token=TOKEN, unready=unready)
    transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1))
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://baton", headers=headers
    ) as made:
        yield made


def detail(answer: httpx.Response, status: int) -> str:
    """The words of a problem, which has the form that RFC 9457 gives it."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code == status, body
    assert body["type"] == "about:blank"
    return str(body["detail"])


async def test_people_are_called_and_the_ticket_is_read(
    world: World, client: httpx.AsyncClient
) -> None:
    await world.write("How do I pay?")
    known = (await client.get("/api/v1/conversations?contact=console:carol")).json()
    [conversation] = known["conversations"]
    assert (conversation["mode"], conversation["ticket"]) == ("agent", None)
    made = await client.post(
        f"/api/v1/conversations/{conversation['id']}/escalate",
        json={"reason": "VIP", "priority": "urgent", "team": "billing"},
    )
    assert made.status_code == 201
    ticket = made.json()
    assert (ticket["number"], ticket["team"], ticket["priority"]) == (1, "billing", "urgent")
    await world.settle()
    assert world.outlet.cards("billing")[0].reason == "VIP"
    note = await client.post("/api/v1/tickets/1/notes", json={"text": "They pay by invoice."})
    assert (note.status_code, note.json()["author"]["name"]) == (201, "HTTP API")
    await world.settle()
    assert "They pay by invoice." in world.seen("billing")
    story = (await client.get("/api/v1/tickets/1")).json()
    assert [one["author"] for one in story["messages"]] == ["contact", "agent"]
    assert story["notes"][0]["text"] == "They pay by invoice."
    assert story["summary"]["reason"] == "VIP"
    assert story["ticket"]["contact"] == {"id": "console:carol", "name": "Carol"}


async def test_a_ticket_for_a_contact_and_what_is_not_possible(
    world: World, client: httpx.AsyncClient
) -> None:
    await world.write("hello")
    opened = await client.post("/api/v1/tickets", json={"contact": "console:carol"})
    assert opened.status_code == 201
    again = await client.post("/api/v1/tickets", json={"conversation": 1})
    assert "#1 is open" in detail(again, 409)
    assert "never wrote" in detail(await client.post("/api/v1/tickets", json={"contact": "x"}), 404)
    assert "one of the two" in detail(await client.post("/api/v1/tickets", json={}), 422)
    both = {"conversation": 1, "contact": "console:carol"}
    assert "one of the two" in detail(await client.post("/api/v1/tickets", json=both), 422)
    wrong = await client.post("/api/v1/conversations/1/escalate", json={"team": "nobody"})
    assert "no team nobody" in detail(wrong, 404)
    typo = await client.post("/api/v1/tickets/1/notes", json={"txt": "x"})
    assert "txt" in detail(typo, 422)
    assert "no ticket 9" in detail(await client.get("/api/v1/tickets/9"), 404)
    await world.run("alice", "/ticket close 1")
    closed = await client.post("/api/v1/tickets/1/notes", json={"text": "late"})
    assert "closed" in detail(closed, 409)
    broken = await client.post("/api/v1/tickets", content=b"{")
    assert detail(broken, 422)
    assert detail(await client.get("/api/v1/nothing"), 404)


async def test_pages_and_filters(world: World, client: httpx.AsyncClient) -> None:
    for who in ("carol", "dan", "erin"):
        await world.write("human please", who=who)
    await world.run("alice", "/ticket claim 2")
    first = (await client.get("/api/v1/tickets?limit=2")).json()
    assert ([one["number"] for one in first["tickets"]], first["next"]) == ([3, 2], "2")
    rest = (await client.get(f"/api/v1/tickets?limit=2&cursor={first['next']}")).json()
    assert ([one["number"] for one in rest["tickets"]], rest["next"]) == ([1], None)
    for query, numbers in {
        "status=open": [3, 1],
        "status=in progress": [2],
        "status=open&status=in progress": [3, 2, 1],
        "team=billing": [],
        "contact=console:dan": [2],
        "contact=console:dan&status=open&team=support": [],
    }.items():
        found = (await client.get(f"/api/v1/tickets?{query}")).json()
        assert [one["number"] for one in found["tickets"]] == numbers, query


async def test_a_repeated_call_happens_once(world: World, client: httpx.AsyncClient) -> None:
    await world.write("human please")
    key = {"idempotency-key": "5e9c"}
    text = {"text": "Called them."}
    first = await client.post("/api/v1/tickets/1/notes", json=text, headers=key)
    again = await client.post("/api/v1/tickets/1/notes", json=text, headers=key)
    assert first.json() == again.json()
    other = await client.post("/api/v1/tickets/1/notes", json={"text": "Else."}, headers=key)
    assert "Idempotency-Key" in detail(other, 422)
    story = (await client.get("/api/v1/tickets/1")).json()
    assert [one["text"] for one in story["notes"]] == ["Called them."]


async def test_a_failed_call_does_not_use_up_its_key(
    world: World, client: httpx.AsyncClient
) -> None:
    key = {"idempotency-key": "77"}
    body = {"contact": "console:carol"}
    assert (await client.post("/api/v1/tickets", json=body, headers=key)).status_code == 404
    await world.write("hello")
    assert (await client.post("/api/v1/tickets", json=body, headers=key)).status_code == 201


async def test_the_token_and_whoever_guesses_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/health")).json() == {"ready": True, "reasons": []}
    nothing = await client.get("/api/v1/health", headers={"authorization": ""})
    assert "Bearer" in detail(nothing, 401)
    for _ in range(4):
        wrong = await client.get("/api/v1/health", headers={"authorization": "Bearer guess"})
        assert "wrong" in detail(wrong, 401)
    wait = await client.get("/api/v1/health")
    assert "Try again" in detail(wait, 429), "also with the right one: it may be a lucky guess"
    assert int(wait.headers["retry-after"]) > 200


async def test_no_body_larger_than_a_note(client: httpx.AsyncClient) -> None:
    large = await client.post("/api/v1/tickets", content=b"x" * 300_000)
    assert "256 KB" in detail(large, 413)

    async def endless() -> AsyncIterator[bytes]:
        yield b"{}"

    assert "Content-Length" in detail(await client.post("/api/v1/tickets", content=endless()), 411)


async def test_its_page_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    """The machine may be offline: every file of the page is on board."""
    page = await client.get("/api/docs", headers={"authorization": ""})
    assert page.status_code == 200
    assert "://" not in page.text.replace("http://www.w3.org", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/api/static-offline-docs/{name}" in page.text
        assert (await client.get(f"/api/static-offline-docs/{name}")).status_code == 200
    described = (await client.get("/api/openapi.json")).json()
    assert set(described["paths"]) == {
        "/v1/health",
        "/v1/tickets",
        "/v1/tickets/{number}",
        "/v1/tickets/{number}/notes",
        "/v1/conversations",
        "/v1/conversations/{number}/escalate",
    }
    assert described["servers"] == [{"url": "/api"}]
