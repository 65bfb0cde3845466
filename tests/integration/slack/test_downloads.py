"""Files of Slack are fetched from Slack, and its token is shown to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.slack.downloads import Downloads
from adapters.slack.hosts import is_slacks
from adapters.slack.workspace import opened
from storage.media import Media
from tests.serving import serving

API = "https://slack.com/api/"
TOKEN = "xoxb-the-bot"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", True),
        ("https://acme.enterprise.slack.com/files/a.png", True),
        ("https://slack-files.com/T1-F1-abc", True),
        ("https://files.slack.com:443/a.png", True),
        ("http://files.slack.com/a.png", False),
        ("https://files.slack.com:8443/a.png", False),
        ("https://slack.com.evil.example/a.png", False),
        ("https://evil-slack.com/a.png", False),
        ("https://files.slack.com@evil.example/a.png", False),
        ("https://evil.example/?https://files.slack.com/", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://127.0.0.1:8420/metrics", False),
        ("file:///etc/passwd", False),
        ("https://files.slack.com:99999/a", False),
        ("https://[broken/a.png", False),
        ("", False),
    ],
)
def test_which_addresses_are_slacks(url: str, *, expected: bool) -> None:
    assert is_slacks(url, API) is expected


def test_a_proxy_of_the_api_may_serve_files() -> None:
    assert is_slacks("http://127.0.0.1:9000/files/1", "http://127.0.0.1:9000/api/")
    assert is_slacks("http://localhost:9000/files/1", "http://127.0.0.1:9000/api/")
    assert not is_slacks("http://127.0.0.1:9001/files/1", "http://127.0.0.1:9000/api/")


@dataclass
class Host:
    """A server, and the tokens it was shown."""

    url: str = ""
    redirect: str = ""
    shown: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/api/files.info":
            return web.json_response({"ok": False, "error": "file_not_found"})
        self.shown.append(request.headers.get("authorization", ""))
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        return web.Response(body=b"the bytes", content_type="image/png")


@asynccontextmanager
async def host() -> AsyncIterator[Host]:
    served = Host()
    async with serving(served.answer) as served.url:
        yield served


@asynccontextmanager
async def fetching(api: str, folder: Path) -> AsyncIterator[Downloads]:
    async with opened(TOKEN, f"{api}/api/") as workspace:
        yield Downloads(workspace, Media(str(folder)))


def _file(url: str) -> dict[str, Any]:
    return {"id": "F1", "name": "a.png", "size": 9, "mimetype": "image/png", "url_private": url}


async def test_a_link_elsewhere_is_not_followed(tmp_path: Path) -> None:
    async with host() as slack, host() as inside, fetching(slack.url, tmp_path) as downloads:
        [file] = await downloads.fetch([_file(f"{inside.url}/metrics")])
        assert (file.problem, inside.shown) == ("Slack did not hand it out", [])
        [file] = await downloads.fetch([_file(f"{slack.url}/a.png")])
        assert (file.problem, file.size) == ("", 9)
        assert slack.shown == [f"Bearer {TOKEN}"]


async def test_a_redirect_elsewhere_is_not_followed(tmp_path: Path) -> None:
    async with host() as slack, host() as inside, fetching(slack.url, tmp_path) as downloads:
        slack.redirect = f"{inside.url}/latest/meta-data"
        [file] = await downloads.fetch([_file(f"{slack.url}/a.png")])
        assert (file.problem, inside.shown) == ("Slack did not hand it out", [])


async def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    async with host() as slack, fetching(slack.url, tmp_path) as downloads:
        slack.redirect = "/again"
        [file] = await downloads.fetch([_file(f"{slack.url}/a.png")])
        assert file.problem == "Slack did not hand it out"
        assert len(slack.shown) == 3


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"mode": "hidden_by_limit"}, "the workspace's plan hides files of this age"),
        (
            {"mode": "external", "is_external": True, "url_private": "https://docs.example/1"},
            "it is kept outside of Slack: https://docs.example/1",
        ),
        ({"mode": "external", "is_external": True}, "it is kept outside of Slack"),
        ({"file_access": "access_denied"}, "Slack did not hand it out"),
    ],
)
async def test_a_file_that_slack_does_not_have_says_why(
    tmp_path: Path, told: dict[str, Any], problem: str
) -> None:
    async with host() as slack, fetching(slack.url, tmp_path) as downloads:
        assert await downloads.fetch([{"id": "F0", "mode": "tombstone"}]) == ()
        [file] = await downloads.fetch([{"id": "F1", **told}])
        assert (file.name, file.problem, slack.shown) == ("file", problem, [])


async def test_a_workspace_is_known_by_little() -> None:
    """Slack: auth.test tells the bot's id only for a bot's token."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1"})

    async with serving(answer) as url, opened(TOKEN, f"{url}/api/") as workspace:
        await workspace.identify()
        assert (workspace.id, workspace.bot_user, workspace.url) == ("slack:T1", "U1", "")
