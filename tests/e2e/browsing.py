"""What people do on the console's pages, in a headless Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All pages are of one site: they need no walls between them, nor what guards those.
    "--disable-site-isolation-trials",
    "--disable-features=site-per-process,IsolateOrigins,PaintHolding,Translate,MediaRouter",
]
_PATIENCE_MS = 60_000  # of a machine with much else to do
MESSAGE = "Write a message"
NOTE = "Internal note, or / for a command"
expect.set_options(timeout=_PATIENCE_MS)
# Nothing fades or slides: a picture of every step in between is half the work of a browser.
_STILL = """
new MutationObserver((_, observer) => {
  if (!document.head) return;
  observer.disconnect();
  const style = document.createElement("style");
  style.textContent = "*,*::before,*::after{animation:none!important;transition:none!important}";
  document.head.append(style);
}).observe(document, { childList: true, subtree: true });
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True)
class Tab:
    """One person's browser tab. `problems` collects what the page's own scripts complain about."""

    page: Page
    problems: list[str]

    async def front(self) -> None:
        """What is acted on must stand still for two frames, and Chromium draws one tab at a time:
        another one comes to a frame a second.
        """
        await self.page.bring_to_front()

    async def go(self, path: str) -> None:
        """To another page, in the same tab."""
        await self.page.goto(urljoin(self.page.url, path))

    async def show(self, url: str, width: int, height: int = 900) -> None:
        await self.front()
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.goto(url)

    async def leave(self) -> None:
        """Nothing of what was there is known to whoever has the tab next."""
        await self.page.evaluate("sessionStorage.clear()")
        await self.page.goto("about:blank")
        self.problems.clear()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.front()
        await self.button(name).first.click()

    async def aim(self, name: str) -> None:
        """Find a button to `shoot` at: a click from here waits for one that stands still, which
        somebody else's may take away.
        """
        await self.button(name).first.evaluate("button => { window.aimed = button }")

    async def shoot(self, moment: float) -> None:
        """By the page itself at a moment (in seconds since 1970), as others may at the same."""
        click = "at => void setTimeout(() => window.aimed.click(), at - Date.now())"
        await self.page.evaluate(click, moment * 1000)

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def type(self, label: str, words: str) -> None:
        await self.front()
        box = self.page.get_by_label(label, exact=True)
        await box.fill(words)
        await box.press("Enter")

    async def attach(self, where: Locator, files: list[Path]) -> None:
        await self.front()
        async with self.page.expect_file_chooser() as chooser:
            await where.get_by_role("button", name="Attach files").first.click()
        await (await chooser.value).set_files(files)
        for file in files:
            await expect(where.locator(".pending").get_by_text(file.name)).to_be_visible()

    async def sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words).first).to_be_visible()

    async def sees_no(self, words: str) -> None:
        await expect(self.page.get_by_text(words)).to_have_count(0)

    async def toast(self, words: str) -> None:
        await expect(self.page.locator(".q-notification", has_text=words).first).to_be_visible()

    async def toasted(self) -> str:
        """The words of the first toast that comes."""
        return await self.page.locator(".q-notification").first.inner_text()

    async def submit(self, action: str, **fields: str) -> None:
        """Fill the open form in and send it."""
        await self.front()
        for label, words in fields.items():
            await self.dialog().get_by_label(label).fill(words)
        await self.dialog().get_by_role("button", name=action, exact=True).click()
        await expect(self.dialog()).to_have_count(0)

    async def work_as(self, name: str) -> None:
        await self.front()
        await self.page.get_by_label("Working as").click()
        await self.page.get_by_role("option", name=name).click()


async def opened(context: BrowserContext, url: str, width: int = 1400, height: int = 900) -> Tab:
    """A tab on a page of the console."""
    context.set_default_timeout(_PATIENCE_MS)
    page = await context.new_page()
    await page.add_init_script(_STILL)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(f"a script spoke: {dialog.message}"))
    tab = Tab(page, problems)
    await tab.show(url, width, height)
    return tab
