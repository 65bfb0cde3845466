"""The command line as its user meets it: one clear line, the right status, never a traceback."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import aiohttp
import pytest

from bot.__main__ import main
from bot.failpoints import NAMES
from tests.ports import free_port
from tests.unit.test_desk_file import FULL

Captured = pytest.CaptureFixture[str]


class Cli:
    """Runs `baton` in a folder of its own: in a process of its own, or (quicker) in this one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._captured = capfd
        self.env = {
            **{name: value for name, value in os.environ.items() if not _configures(name)},
            "BATON_DATABASE_URL": f"sqlite:///{folder}/baton.db",
            "BATON_MEDIA_URL": f"{folder}/media",
            "BATON_HTTP_PORT": str(free_port()),
        }

    def __call__(self, *words: str, **env: str) -> tuple[int, str, str]:
        """Status, stdout, stderr; as the installed program does it, without starting one."""
        self._captured.readouterr()
        root = logging.getLogger()
        handlers, level, on_term = root.handlers[:], root.level, signal.getsignal(signal.SIGTERM)
        with self._patch.context() as patch:
            patch.chdir(self.folder)
            _environment(patch, {**self.env, **env})
            patch.setattr(sys, "argv", ["baton", *words])
            status = _status()
        root.handlers[:], root.level = handlers, level
        signal.signal(signal.SIGTERM, on_term)
        out, err = self._captured.readouterr()
        assert "Traceback" not in err
        return status, out, err

    async def process(self, *words: str, **env: str) -> tuple[int, str, str]:
        """Status, stdout, stderr of a program."""
        process = await self.start(*words, **env)
        out, err = await asyncio.wait_for(process.communicate(), 120)
        assert "Traceback" not in err.decode()
        return process.returncode or 0, out.decode(), err.decode()

    async def start(self, *words: str, **env: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.folder,
            env={**self.env, "PYTHONPATH": str(Path(__file__).parents[3]), **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """`baton run`, ready."""
        process = await self.start("run")
        try:
            async with asyncio.timeout(120):
                while not await self.ready():
                    assert process.returncode is None, (await process.communicate())[1]
                    await asyncio.sleep(0.05)
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def ready(self) -> bool:
        return (await self.get("/readyz"))[0] == 200

    async def get(self, path: str) -> tuple[int, str]:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.env['BATON_HTTP_PORT']}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""


def _environment(patch: pytest.MonkeyPatch, wanted: dict[str, str]) -> None:
    """In the mapping that is there: rich keeps the one that it finds when it is loaded."""
    for name in os.environ.keys() - wanted.keys():
        patch.delenv(name)
    for name, value in wanted.items():
        patch.setenv(name, value)


def _status() -> int:
    try:
        main()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _configures(name: str) -> bool:
    return name.startswith(("BATON_", "SLACK_", "DISCORD_", "OPENAI_"))


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Captured) -> Cli:
    return Cli(tmp_path, monkeypatch, capfd)


async def test_run_serves_and_stops_cleanly_on_sigterm(cli: Cli) -> None:
    async with cli.running() as process:
        assert await cli.get("/healthz") == (200, '{"ok":true}')
        assert json.loads((await cli.get("/readyz"))[1]) == {"ready": True, "reasons": []}
        status, figures = await cli.get("/metrics")
        assert status == 200
        assert "baton_effects" in figures
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_the_demo_plays_the_whole_story(cli: Cli) -> None:
    status, out, _ = await cli.process("demo", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["ok"] is True
    names = [step["name"] for step in told["steps"]]
    assert names == [
        "agent_answers",
        "escalate",
        "summary",
        "claim",
        "reply",
        "attachment",
        "note",
        "contact_replies",
        "transfer",
        "close",
        "contact_writes_again",
        "reopen",
        "inactivity_close",
    ]
    assert all(step["ok"] for step in told["steps"])
    assert told["ticket"]["reopened"] == 1
    answer = next(line for line in told["transcript"] if line["author"] == "agent")
    assert "calendar" in answer["text"].lower(), "the agent answered from its knowledge"


def test_a_desk_goes_out_and_in_again(cli: Cli) -> None:
    (cli.folder / "desk.toml").write_text(FULL, encoding="utf-8")
    assert cli("config", "apply", "desk.toml")[0] == 0
    assert cli("config", "diff", "desk.toml")[:2] == (0, "")
    status, exported, _ = cli("config", "export")
    assert status == 0
    changed = exported.replace("capacity = 4", "capacity = 5")
    (cli.folder / "changed.toml").write_text(changed, encoding="utf-8")
    status, out, _ = cli("config", "diff", "changed.toml")
    assert status == 1
    assert "+capacity = 5" in out
    assert "-capacity = 4" in out


def test_a_bad_desk_file_is_named_and_changes_nothing(cli: Cli) -> None:
    (cli.folder / "desk.toml").write_text(FULL.replace("chan", "chen", 1), encoding="utf-8")
    status, _, err = cli("config", "apply", "desk.toml")
    assert status == 2
    assert "desk.toml" in err
    assert 'did you mean "channel"?' in err
    assert err.count("\n") == 1
    status, _, err = cli("run", BATON_DESK="desk.toml")
    assert status == 2
    status, _, err = cli("config", "apply", "nowhere.toml")
    assert status == 2
    assert "there is no such file" in err


@pytest.mark.parametrize(
    ("env", "complaint"),
    [
        ({"BATON_HTTP_PORT": "99999"}, "is no port"),
        ({"BATON_CONSOLE": "maybe"}, "is unknown; use auto, on, off"),
        ({"BATON_LOG": "loud"}, "is unknown"),
        ({"BATON_HTTP_HOST": "0.0.0.0", "BATON_CONSOLE": "on"}, "BATON_CONSOLE_PASSWORD"),
        ({"BATON_DATABASE_URL": "mysql://x"}, "BATON_DATABASE_URL"),
        ({"BATON_DATABASE_URL": "sqlite:////nowhere/at/all/baton.db"}, "/nowhere/at/all"),
        ({"BATON_KNOWLEDGE_DIR": "/nowhere/at/all"}, "/nowhere/at/all"),
        ({"BATON_FAILPOINT": "never"}, "is no failpoint"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, "mixed up"),
        ({"BATON_MEDIA_URL": "nowhere://x"}, "BATON_MEDIA_URL"),
    ],
)
def test_a_setting_that_cannot_be_is_named(cli: Cli, env: dict[str, str], complaint: str) -> None:
    status, _, err = cli("run", **env)
    assert status == 1
    assert complaint in err
    assert err.startswith("baton: ")
    assert err.count("\n") == 1


def test_a_port_in_use_is_named(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(cli.env["BATON_HTTP_PORT"])))
        taken.listen()
        status, _, err = cli("run")
    assert status == 1
    assert "Set BATON_HTTP_PORT" in err


def test_what_is_no_database_is_named_and_left_alone(cli: Cli) -> None:
    (cli.folder / "baton.db").write_bytes(b"this is a letter, not a database" * 100)
    status, _, err = cli("run")
    assert status == 1
    assert "baton.db" in err
    assert (cli.folder / "baton.db").read_bytes().startswith(b"this is a letter")


def test_a_locked_database_is_named(cli: Cli) -> None:
    assert cli("migrate")[0] == 0
    with sqlite3.connect(cli.folder / "baton.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        status, _, err = cli("config", "export")
    assert status == 1
    assert "baton.db" in err


def test_a_database_of_a_newer_version_is_refused(cli: Cli) -> None:
    assert cli("migrate")[0] == 0
    with sqlite3.connect(cli.folder / "baton.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    status, _, err = cli("run")
    assert status == 1
    assert "newer" in err


def test_check_names_what_is_wrong(cli: Cli) -> None:
    status, out, _ = cli("check")
    assert (status, "WRONG" in out) == (0, False)
    assert "-      slack: not set up (docs/slack.md)\n-      discord: not set up" in out
    status, out, _ = cli("check", BATON_KNOWLEDGE_DIR="/nowhere/at/all")
    assert status == 1
    assert "WRONG  agent: " in out


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"<h1>It works!</h1>", 1, "WRONG  console: Port {} on 127.0.0.1 cannot be used"),
        (
            b'{"ready": false, "reasons": ["starting"]}',
            0,
            "ok     console: http://127.0.0.1:{}; Baton is running there",
        ),
    ],
)
def test_check_says_who_has_the_port(cli: Cli, answer: bytes, status: int, said: str) -> None:
    """Somebody else: it cannot run. Baton itself: it does."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(answer)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1]
        found, out, _ = cli("check", BATON_HTTP_PORT=str(port))
        server.shutdown()
    assert found == status
    assert said.format(port) in out


def test_check_tells_a_new_desk_from_the_one_to_practice_on(cli: Cli) -> None:
    assert "ok     desk: the practice desk" in cli("check")[1]
    refused = cli("check", DISCORD_BOT_TOKEN="x", DISCORD_API_URL="http://127.0.0.1:9/")[1]
    assert "ok     desk: none yet; /desk setup makes it" in refused


def test_check_lists_the_failpoints(cli: Cli) -> None:
    _, out, _ = cli("check", "--failpoints")
    assert [line.split()[0] for line in out.splitlines()] == list(NAMES)


def test_routing_test_shows_and_does_nothing(cli: Cli) -> None:
    (cli.folder / "desk.toml").write_text(FULL, encoding="utf-8")
    cli("config", "apply", "desk.toml")
    status, out, _ = cli("routing", "test", "I want a refund")
    assert status == 0
    assert 'Goes to support at high priority, by rule "billing".' in out


def test_wrong_words_are_status_2(cli: Cli) -> None:
    assert cli("fly")[0] == 2
    assert cli("config", "apply")[0] == 2
