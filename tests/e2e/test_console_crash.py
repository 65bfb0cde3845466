"""Baton is killed between a contact's post and taking it in: nothing is lost, nothing doubles."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.baton import running
from tests.e2e.browsing import CHROMIUM, MESSAGE, chromium, opened

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]
WORDS = "I want to talk to a human, please."


async def test_a_message_survives_a_kill_before_it_is_taken_in(tmp_path: Path) -> None:
    async with chromium() as browser:
        context = await browser.new_context()
        with running(tmp_path, BATON_FAILPOINT="console.posted") as dying:
            tab = await opened(context, f"{dying.url}/contact?contact=console:dan")
            await tab.type(MESSAGE, WORDS)
            dying.process.wait(15)
            await tab.page.close()
        with running(tmp_path) as living:
            team = await opened(context, f"{living.url}/team?as=console:alice&channel=support")
            await team.sees("#1 · Dan")
            contact = await opened(context, f"{living.url}/contact?contact=console:dan")
            await contact.sees("Delivered")
            await expect(contact.page.get_by_text(WORDS, exact=True)).to_have_count(
                2
            )  # and example
