"""`python -m tests.e2e.pictures FOLDER`: play the story, and keep its picture for the README."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.baton import running
from tests.e2e.browsing import MESSAGE, NOTE, Tab, chromium, opened
from tests.e2e.samples import picture

_QUESTION = "How do I cancel my subscription?"
_GIVES_UP = "Thanks, but I was charged after I cancelled. I want to talk to a human, please."


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch)) as baton:
        async with chromium() as browser:
            tab = await _story(browser, baton.url, Path(scratch))
            await tab.page.screenshot(path=folder / "console.png")


async def _story(browser: Browser, url: str, scratch: Path) -> Tab:
    tab = await opened(await browser.new_context(color_scheme="light"), url)
    await tab.type(MESSAGE, _QUESTION)
    await expect(tab.page.get_by_text("AI agent", exact=True)).to_be_visible()
    await tab.type(MESSAGE, _GIVES_UP)
    await tab.press("Claim")
    await tab.press("Open thread")
    await tab.sees("Held by Alice")
    await tab.type(NOTE, "Cancelled on the 3rd, billed on the 5th. Refund the second one.")
    await tab.press("Reply")
    await tab.attach(tab.dialog(), [picture(scratch / "refund.png", 220, 70)])
    await tab.submit("Send", Text="Hi Carol, you are right. The **refund** is on its way.")
    await tab.sees("You are now talking to Alice.")
    await tab.sees("awaiting response")
    await expect(tab.page.get_by_role("img", name="refund.png")).to_have_count(2)
    await expect(tab.page.locator(".q-notification")).to_have_count(0)
    return tab


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")))
