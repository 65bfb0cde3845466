"""`baton` as a program, on Slack: check, run, a clean stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import PATIENCE_S, Json, populated, settings
from tests.ports import free_port


def environment(folder: Path, app: Json, api_url: str, template: Path, port: int) -> dict[str, str]:
    chosen = settings(folder, app, api_url, template)
    return {
        **os.environ,
        "BATON_DATABASE_URL": chosen.database_url,
        "BATON_DESK": chosen.desk,
        "BATON_MEDIA_URL": chosen.media_url,
        "BATON_HTTP_PORT": str(port),
        "BATON_CONSOLE": "off",
        "SLACK_BOT_TOKEN": app["bot_token"],
        "SLACK_APP_TOKEN": app["app_token"],
        "SLACK_API_URL": api_url,
    }


async def baton(env: dict[str, str], *args: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def until_ready(port: int, wanted: int) -> Json:
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == wanted:
                        return dict(await answer.json())
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


@pytest.fixture
def port() -> int:
    return free_port()


async def test_it_runs_says_when_it_is_ready_and_stops_cleanly(
    tmp_path: Path, sqlite_template: Path, port: int
) -> None:
    async with running(seed=2) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        env = environment(tmp_path, app, emulator.api_url, sqlite_template, port)
        process = await baton(env, "run")
        await until_ready(port, 200)
        await slack.user("U0CAROL").post("C0HELP", "a refund")
        await slack.wait_for_message("C0TEAM", "#1 · ", within=PATIENCE_S)
        await slack.change_app(revoked=True)
        await slack.sockets("abort")
        reasons = await until_ready(port, 503)
        assert "Slack: The Slack token was revoked" in str(reasons)
        process.send_signal(signal.SIGTERM)
        output, _ = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == 0, output.decode()


async def checked(env: dict[str, str]) -> tuple[int, str]:
    process = await baton(env, "check")
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, " ".join(output.decode().split())


async def test_check_names_what_is_missing(
    tmp_path: Path, sqlite_template: Path, port: int
) -> None:
    async with running(seed=2) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        env = environment(tmp_path, app, emulator.api_url, sqlite_template, port)
        assert "Acme (slack:T0001), over Socket Mode" in (await checked(env))[1]
        await lacking(slack, env)


async def lacking(slack: Slack, env: dict[str, str]) -> None:
    await slack.change_app(remove_scopes=["files:write"])
    status, said = await checked(env)
    assert status == 1
    assert "The app lacks files:write: reinstall it with manifest.yml." in said
