"""Whatever is thrown at the API, it answers as it says it does, and never with a fault of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adapters import api
from bot import desk_file
from bot.application import Baton
from bot.domain.identity import Person
from bot.domain.message import Limits
from bot.ports.inbound import Written
from storage.migrate import migrate
from storage.store import open_store
from tests.fakes import FakeClock, FakeReader
from tests.world import DESK, keep_desk

TOKEN = "token"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The API over a real store, with a ticket to read."""
    folder: Path = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder / 'baton.db'}"
    migrate(url)
    store = open_store(url, lambda _: Limits())
    clock = FakeClock()
    baton = Baton(store, FakeReader(), media=None, clock=clock)  # type: ignore[arg-type]

    async def begin() -> None:
        await store.transact(keep_desk, desk_file.parse(DESK))
        await baton.receive(
            Written(
                workspace="console",
                channel="dm:carol",
                direct=True,
                source_id="1",
                author=Person(id="console:carol", name="Carol"),
                text="human please",
                at=clock.now(),
            )
        )

    async def unready() -> list[str]:
        return []

    asyncio.run(begin())
    app = FastAPI(docs_url=None, openapi_url=None)
    api.mount(app, baton, token=TOKEN, unready=unready)
    yield app
    asyncio.run(store.close())


def test_no_fault_of_ours(served: FastAPI) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", served)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 7
    for operation in operations:
        _hold(operation)


def _hold(operation: Any) -> None:
    """Whatever fits the description, and much that nearly does."""

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def holds(case: Any) -> None:
        response = case.call(headers={"authorization": f"Bearer {TOKEN}"})
        case.validate_response(response, checks=CHECKS)

    holds()
