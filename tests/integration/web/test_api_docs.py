"""What docs/api.md tells people to type works, against Baton over a real socket."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from adapters.console.inbound import Inbound
from adapters.webhooks.signing import signed
from bot import main
from bot.domain.identity import Person
from bot.http import http_app, listen
from bot.settings import Settings

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_every_curl_does_what_it_says(tmp_path: Path) -> None:
    [script] = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'baton.db'}",
        media_url=str(tmp_path / "media"),
        console="off",
        api_token="docs token",
        http_port=0,
    )
    listener = listen(settings)
    async with main.assembled(settings) as parts, main.working(parts):
        inbound = Inbound(parts.baton)
        await inbound.write(Person(id="console:carol", name="Carol"), "I want a human")
        await inbound.write(Person(id="console:dan", name="Dan"), "How do refunds work?")
        server = uvicorn.Server(uvicorn.Config(http_app(parts), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        told = await _run(script, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        await serving
    page, story, note, known, opened, health = told
    assert [one["number"] for one in page["tickets"]] == [1]
    assert story["messages"][0]["text"] == "I want a human"
    assert note["text"] == "They pay by invoice."
    assert known["conversations"][0]["contact"]["id"] == "console:dan"
    assert (opened["number"], opened["priority"]) == (2, "high")
    assert health == {"ready": True, "reasons": []}


async def _run(script: str, base: str) -> list[Any]:
    """The answers, one a curl."""
    separate = script.replace("curl -s", "curl -s -w '\\n'")
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-ec",
        separate,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "BATON": base, "BATON_API_TOKEN": "docs token"},
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return [json.loads(line) for line in said.decode().splitlines() if line]


def test_the_recipe_to_verify_a_signature_is_right() -> None:
    [recipe] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    named: dict[str, Any] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(recipe, named)
    secret = "whsec_" + base64.b64encode(b"s" * 24).decode()
    ours = signed("baton-1-2", 1_700_000_000, b"{}", b"s" * 24)["webhook-signature"]
    assert named["signature"](secret, "baton-1-2", "1700000000", b"{}") == ours
