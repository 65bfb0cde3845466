"""Nothing secret stands in the whole log of a day with Baton, whatever level is on."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import CannotRun
from bot.logs import JsonLines, TextLines
from bot.secrecy import Secrets
from bot.settings import Settings
from storage.migrate import migrate
from tests.emulators.slack.client import connected
from tests.emulators.slack.server import running
from tests.integration.slack import world as slack_world

KEY, TOKEN, PASSWORD = "sk-of-the-model-0123456789", "api-token-of-the-house", "console pass"
SIGNS = "whsec_" + "c2VjcmV0LW9mLXRoZS13ZWJob29rLTAxMjM0NTY3ODk="
# Nobody listens there: what fails is logged, with whatever the libraries say about it.
NOWHERE = "http://127.0.0.1:9"
WEBHOOK = f"""
[[webhook]]
name = "crm"
url = "{NOWHERE}/told"
secret = "{SIGNS}"
"""


@contextmanager
def written(settings: Settings) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at the most talkative level, in both formats."""
    text, root = io.StringIO(), logging.getLogger()
    level = root.level
    handlers = []
    for lines in (TextLines, JsonLines):
        handler = logging.StreamHandler(text)
        handler.setFormatter(lines(Secrets(settings)))
        handlers.append(handler)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


async def test_no_secret_is_in_the_whole_log(tmp_path: Path, sqlite_template: Path) -> None:
    """Connecting, a model and a webhook that cannot be reached, a handover, a reply, a fault."""
    async with running(seed=7) as emulator, connected(emulator.control_url) as slack:
        app = await slack_world.populated(slack)
        chosen = replace(
            slack_world.settings(tmp_path, app, emulator.api_url, sqlite_template),
            openai_api_key=KEY,
            openai_base_url=f"{NOWHERE}/v1",
            api_token=TOKEN,
            console_password=PASSWORD,
            webhook_allow="127.0.0.0/8",
        )
        desk = tmp_path / "desk.toml"
        desk.write_text(slack_world.DESK + WEBHOOK, encoding="utf-8")
        with written(chosen) as text:
            async with slack_world.at_work(chosen, slack, app) as at:
                await slack.fault("ratelimited", "chat.postMessage", times=1, retry_after=1)
                await at.carol.post("C0HELP", "Can I have a refund?")
                await at.card()
                await at.alice.command("/reply", "1 It is on its way.", "C0TEAM")
                await at.says("C0HELP", "It is on its way.")
                await slack.sockets("abort")
            careless = logging.getLogger("a.careless.package")
            for secret in (*(secrets := _of(app)), KEY, TOKEN, PASSWORD, SIGNS):
                careless.debug("Authorization: %s", secret)
        log = text.getvalue()
    assert log.count("\n") > 100, "that was not much of a log"
    assert "chat.postMessage" in log, "libraries are heard too"
    assert log.count("Authorization: ") >= 2 * len((*secrets, KEY, TOKEN, PASSWORD, SIGNS))
    for secret in (*secrets, KEY, TOKEN, PASSWORD, SIGNS, SIGNS.removeprefix("whsec_")):
        assert secret not in log


def _of(app: dict[str, str]) -> tuple[str, ...]:
    return app["bot_token"], app["app_token"], app["signing_secret"]


def test_a_database_out_of_reach_is_named_without_its_password() -> None:
    address = "postgresql+psycopg://baton:a-database-password@127.0.0.1:9/baton"
    with written(Settings(database_url=address)) as text:
        with pytest.raises(CannotRun) as refused:
            migrate(address)
        logging.getLogger("bot").error("it failed", exc_info=refused.value)
    assert "127.0.0.1:9" in str(refused.value)
    assert "a-database-password" not in f"{refused.value}{text.getvalue()}"
