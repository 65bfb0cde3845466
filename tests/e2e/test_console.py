"""The main job in a real browser, against the process a newcomer would start."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.e2e.baton import Running, running
from tests.e2e.browsing import CHROMIUM, MESSAGE, NOTE, Tab, chromium, opened
from tests.e2e.samples import all_kinds

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]
HUMAN = "I want to talk to a human, please."
_HEIGHT = 600


@pytest.fixture(scope="module")
def baton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("baton")) as process:
        yield process


class Tabs:
    """Opens tabs, and takes their pictures when a test fails.

    `idle` are those of former tests: a new tab takes the browser a second, for its own process and
    to compile the pages' scripts.
    """

    def __init__(
        self, context: BrowserContext, idle: list[Tab], baton: Running, folder: Path
    ) -> None:
        self._context = context
        self._idle = idle
        self._baton = baton
        self._folder = folder
        self.open: list[Tab] = []

    async def __call__(
        self, path: str, *, width: int = 1000, context: BrowserContext | None = None
    ) -> Tab:
        url = self._baton.url + path
        if context is None and self._idle:
            self.open.append(self._idle.pop())
            await self.open[-1].show(url, width, _HEIGHT)
        else:
            self.open.append(await opened(context or self._context, url, width, _HEIGHT))
        return self.open[-1]

    async def contact(self, name: str) -> Tab:
        tab = await self(f"/contact?contact=console:{name}")
        await expect(tab.page.get_by_label(MESSAGE)).to_be_visible()
        return tab

    async def delivered(self, words: str) -> None:
        """Until what a page shows is known to be there: then clocks start that wait for answers."""
        asked = "SELECT delivered_at FROM messages WHERE text LIKE ? ORDER BY id DESC LIMIT 1"
        with closing(sqlite3.connect(self._baton.folder / "baton.db")) as database:
            async with asyncio.timeout(60):
                while database.execute(asked, (f"%{words}%",)).fetchone()[0] is None:
                    await asyncio.sleep(0.05)

    async def leave(self) -> list[str]:
        """What scripts complained about; the tabs are there for the next test."""
        found = [problem for tab in self.open for problem in tab.problems]
        for tab in self.open:
            if tab.page.context is self._context:
                await tab.leave()
                self._idle.append(tab)
            else:
                await tab.page.close()
        return found

    async def picture(self) -> None:
        for number, tab in enumerate(self.open):
            await tab.page.screenshot(path=self._folder / f"failed-{number}.png")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def context(browser: Browser) -> BrowserContext:
    """One cache for all tests; who somebody is stands in the address."""
    return await browser.new_context()


@pytest.fixture(scope="module")
def idle() -> list[Tab]:
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def tabs(
    baton: Running,
    context: BrowserContext,
    idle: list[Tab],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Tabs]:
    """Tabs for one test; no script on their pages may have complained, or spoken."""
    failed = request.session.testsfailed
    made = Tabs(context, idle, baton, tmp_path)
    yield made
    if request.session.testsfailed > failed:
        await made.picture()
    assert await made.leave() == []


async def ticket(tabs: Tabs, contact: Tab, name: str, attendant: str = "alice") -> Tab:
    """The contact asks for a person; the attendant stands in the ticket's thread."""
    await contact.type(MESSAGE, HUMAN)
    team = await tabs(f"/team?as=console:{attendant}&channel=support")
    card = team.page.get_by_role("article").filter(has_text=name).first
    await card.get_by_role("button", name="Open thread").click()
    await expect(team.page.get_by_label(NOTE)).to_be_visible()
    return team


async def test_the_whole_job(tabs: Tabs, tmp_path: Path) -> None:
    dan = await tabs.contact("dan")
    await the_agent_answers(dan)
    team = await ticket(tabs, dan, "Dan")
    await the_summary_is_there(team)
    await team.press("Claim")
    await team.sees("Held by Alice")
    await replies_with_files(team, dan, tmp_path)
    await answers_with_files(team, dan, tmp_path)
    await notes_stay_inside(team, dan)
    await transfers_and_closes(team)
    await writes_again_and_is_reopened(team, dan)
    await silence_closes(tabs, team, dan)


async def the_agent_answers(contact: Tab) -> None:
    await contact.type(MESSAGE, "How do I cancel my subscription?")
    await expect(contact.page.get_by_text("AI agent", exact=True)).to_be_visible()
    await contact.sees("Delivered")


async def the_summary_is_there(team: Tab) -> None:
    for name in ("Reason", "Topics", "Last action", "Unclaimed", "The conversation so far"):
        await team.sees(name)


async def replies_with_files(team: Tab, contact: Tab, folder: Path) -> None:
    """Text, image, audio and document reach the contact; so does an edit."""
    await team.press("Reply")
    await team.attach(team.dialog(), all_kinds(folder, "reply"))
    await team.submit("Send", Text="Hello **Dan**, see these.")
    await contact.sees("You are now talking to Alice.")
    await expect(contact.page.get_by_role("img", name="reply.png")).to_be_visible()
    await expect(contact.page.locator('audio[aria-label="reply.wav"]')).to_be_visible()
    await downloads(contact, "reply.pdf")
    await team.press("Edit")
    await team.submit("Edit", Text="Hello Dan, all of these.")
    await contact.sees("Hello Dan, all of these.")


async def downloads(tab: Tab, name: str) -> None:
    """A document is offered for downloading, never opened inside the console."""
    link = tab.page.get_by_role("link", name=f"Download {name}")
    address = await link.get_attribute("href")
    answer = await tab.page.request.get(urljoin(tab.page.url, address or ""))
    headers = answer.headers
    assert (await answer.body()).startswith(b"%PDF")
    assert headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert headers["x-content-type-options"] == "nosniff"


async def answers_with_files(team: Tab, contact: Tab, folder: Path) -> None:
    await contact.attach(contact.page.locator(".contact-panel"), all_kinds(folder, "answer"))
    await contact.type(MESSAGE, "Here are mine.")
    await team.sees("Here are mine.")
    await expect(team.page.get_by_role("img", name="answer.png")).to_be_visible()
    await expect(team.page.locator('audio[aria-label="answer.wav"]')).to_be_visible()
    await downloads(team, "answer.pdf")


async def notes_stay_inside(team: Tab, contact: Tab) -> None:
    await team.type(NOTE, "He is a friend of the house")
    await team.sees("Internal note · only the team sees it")
    await team.type(NOTE, "/reply Thanks, I have them.")
    await contact.sees("Thanks, I have them.")
    await contact.sees_no("friend of the house")


async def transfers_and_closes(team: Tab) -> None:
    await team.press("Transfer")
    await team.submit("Transfer", Target="@Bob")
    await team.sees("Alice transferred it to Bob.")
    await team.work_as("Bob")
    await team.press("Close")
    await team.submit("Close", **{"Reason (optional)": "sent it again"})
    await team.sees("Bob closed it: sent it again.")


async def writes_again_and_is_reopened(team: Tab, contact: Tab) -> None:
    await contact.type(MESSAGE, "The second page is empty, though")
    await team.sees("Dan wrote again: The second page is empty, though")
    await team.press("Reopen")
    await team.sees("Bob reopened it.")


async def silence_closes(tabs: Tabs, team: Tab, contact: Tab) -> None:
    """Two practice days later the contact was asked, and then the ticket closed by itself."""
    await team.type(NOTE, "/reply Which page do you mean?")
    await contact.sees("Which page do you mean?")
    start = await tabs("/")
    await tabs.delivered("Which page do you mean?")
    await start.press("+1 day")
    await contact.sees("Are you still there?")
    await tabs.delivered("Are you still there?")
    await start.press("+1 day")
    await team.sees("Baton closed it: the contact did not answer.")
    await contact.sees("We have closed this conversation")
    await start.press("Back to now")
    await start.sees("real time")


async def test_two_attendants_race_for_a_claim(tabs: Tabs, browser: Browser) -> None:
    """Two browsers of their own: one wins, the other is told who."""
    erin = await tabs.contact("erin")
    alice = await ticket(tabs, erin, "Erin", "alice")
    bob = await ticket_again(tabs, alice, "bob", await browser.new_context())
    # Listened for before there is anything: it is gone again after some seconds.
    toasts = asyncio.gather(alice.toasted(), bob.toasted())
    await asyncio.gather(*(tab.aim("Claim") for tab in (alice, bob)))
    moment = time.time() + 1
    await asyncio.gather(*(tab.shoot(moment) for tab in (alice, bob)))
    said = await toasts
    won = [text for text in said if "is yours" in text]
    lost = [text for text in said if "already has ticket" in text]
    assert len(won) == len(lost) == 1
    assert ("Alice" in lost[0]) == ("is yours" in said[0])


async def ticket_again(tabs: Tabs, first: Tab, attendant: str, context: BrowserContext) -> Tab:
    """The same thread for somebody else."""
    await expect(first.page).to_have_url(re.compile("thread="))
    query = first.page.url.partition("?")[2].replace("console:alice", f"console:{attendant}")
    tab = await tabs(f"/team?{query}", context=context)
    await expect(tab.button("Claim")).to_be_visible()
    return tab


async def test_what_is_being_typed_survives_a_refresh(tabs: Tabs) -> None:
    frank = await tabs.contact("frank")
    team = await ticket(tabs, frank, "Frank")
    box = team.page.get_by_label(NOTE)
    await box.press_sequentially("half a thou")
    await frank.type(MESSAGE, "One more thing")
    await team.sees("One more thing")
    await box.press_sequentially("ght")
    assert await box.input_value() == "half a thought"
    await leaves_a_form_and_comes_back(frank)


async def leaves_a_form_and_comes_back(contact: Tab) -> None:
    """Escape forgets nothing; Cancel does."""
    words = contact.dialog().get_by_label("Text")
    await contact.press("Edit")
    await words.fill("Not this")
    await contact.dialog().get_by_role("button", name="Cancel").click()
    await expect(contact.dialog()).to_have_count(0)
    await contact.press("Edit")
    assert await words.input_value() == HUMAN
    await words.fill("Somebody else, please")
    await contact.page.keyboard.press("Escape")
    await expect(contact.dialog()).to_have_count(0)
    await contact.press("Edit")
    assert await words.input_value() == "Somebody else, please"
    await contact.submit("Edit")
    await contact.sees("Somebody else, please")


# WCAG: of words with what is behind them; 4.5 is the least for words of this size.
_CONTRAST = """toast => {
    const light = color => color.match(/[0-9.]+/g).slice(0, 3)
        .map(one => one / 255)
        .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0.05);
    const words = toast.querySelector(".q-notification__message");
    const [dark, bright] = [getComputedStyle(words).color, getComputedStyle(toast).backgroundColor]
        .map(light).sort((a, b) => a - b);
    return bright / dark;
}"""


async def test_slash_commands_are_completed_and_explained(tabs: Tabs) -> None:
    team = await tabs("/team?as=console:alice&theme=dark")
    box = team.page.get_by_label("Type / for a command")
    await box.fill("/ticket cl")
    await team.sees("Take a ticket; the first claim wins")
    await box.fill("/nonsense")
    await box.press("Enter")
    await team.toast("There is no command /nonsense.")
    assert await box.input_value() == "/nonsense"
    await team.type("Type / for a command", "/ticket claim 999999")
    await team.toast("There is no ticket 999999.")
    await expect(team.page.locator(".q-notification")).to_have_count(1)
    assert await team.page.locator(".toast").evaluate(_CONTRAST) > 4.5
    await team.type("Type / for a command", "/back")
    await team.toast("Welcome back.")
    assert await team.page.locator(".toast").evaluate(_CONTRAST) > 4.5
    await team.type("Type / for a command", "/desk team list")
    await expect(team.dialog().locator(".dialog-line")).to_have_count(2)


async def test_markup_in_every_field_shows_as_text(tabs: Tabs) -> None:
    """A script that ran would open a dialog, which the tab reports as a problem."""
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    contact = await tabs("/contact")
    await contact.press("Somebody new")
    await contact.submit("Start", Name="<b>Eve</b>")
    await contact.type(MESSAGE, f"{evil} {HUMAN}")
    await contact.sees(evil)
    team = await tabs("/team?as=console:alice&channel=support")
    await team.sees("<b>Eve</b>")
    await team.page.get_by_role("button", name="Open thread").first.click()
    await team.type(NOTE, f"note {evil}")
    await team.sees(f"note {evil}")
    await team.type(NOTE, f"/reply {evil}")
    await contact.sees("You are now talking to Alice.")
    await team.press("Close")
    await team.submit("Close", **{"Reason (optional)": evil})
    await team.sees(f"Alice closed it: {evil}")
    for path in ("/queue", "/reports", "/health"):
        await expect((await tabs(path)).page.get_by_role("heading").first).to_be_visible()
    for tab in tabs.open:
        assert await tab.page.locator("img[src=x]").count() == 0


async def test_a_file_that_is_too_large_is_refused_and_the_text_kept(
    tabs: Tabs, tmp_path: Path
) -> None:
    (tmp_path / "large.bin").write_bytes(b"\0" * (26 * 1024 * 1024))
    contact = await tabs.contact("gwen")
    await contact.page.get_by_label(MESSAGE).fill("See the file")
    async with contact.page.expect_file_chooser() as chooser:
        await contact.press("Attach files")
    await (await chooser.value).set_files(tmp_path / "large.bin")
    await contact.toast("25 MB is the most that can be passed on")
    assert await contact.page.get_by_label(MESSAGE).input_value() == "See the file"


async def test_a_report_is_chosen_seen_and_taken_along(tabs: Tabs) -> None:
    contact = await tabs.contact("ines")
    await contact.type(MESSAGE, HUMAN)
    page = (tab := await tabs("/reports")).page
    await expect(page.get_by_role("row").filter(has_text="no rule").first).to_be_visible()
    picture = page.locator(".report-picture img")
    await expect(picture).to_have_js_property("naturalWidth", 1600)
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="Table (CSV)").click()
    table = Path(await (await taken.value).path()).read_text(encoding="utf-8")
    assert table.startswith("ticket,team,attendant")
    await page.get_by_label("Period", exact=True).fill("2020-02")
    await page.keyboard.press("Enter")
    await tab.sees("Nothing happened in this time")
    await expect(page).to_have_url(re.compile("period=2020-02"))
    await page.get_by_label("Period", exact=True).fill("some day")
    await page.keyboard.press("Enter")
    await tab.sees("is no period")


# Links of the bar and pills of a card that stand out of it, seen or not.
_CUT = """() => [["a", ".nav"], [".pill", ".card"]].flatMap(([part, whole]) =>
    [...document.querySelectorAll(`${whole} ${part}`)].filter(one =>
        one.getBoundingClientRect().right >
        one.closest(whole).getBoundingClientRect().right + 1).map(one => one.innerText))"""


async def test_every_page_fits_a_phone(tabs: Tabs) -> None:
    contact = await tabs.contact("paula")
    team = await ticket(tabs, contact, "Paula")
    await team.type(NOTE, "/reply Hello")
    await team.sees("awaiting response")
    tab = await tabs("/", width=375)
    for path in ("/", "/contact", "/team", "/queue", "/reports", "/health"):
        await tab.go(path)
        await expect(tab.page.get_by_role("heading").first).to_be_visible()
        assert await tab.page.evaluate("document.documentElement.scrollWidth") <= 375, path
        assert await tab.page.evaluate(_CUT) == [], path


async def test_the_queue_shows_what_waits_and_can_be_worked_from(tabs: Tabs) -> None:
    hugo = await tabs.contact("hugo")
    await hugo.type(MESSAGE, "What does a plan cost?")
    queue = await tabs("/queue?as=console:alice")
    row = queue.page.get_by_role("article").filter(has_text="Hugo")
    await row.get_by_role("button", name="Escalate").click()
    await queue.submit("Escalate")
    await expect(row.get_by_text("open", exact=True)).to_be_visible()
    await row.get_by_role("button", name="Claim").click()
    mine = queue.page.get_by_label("Mine", exact=True)
    await expect(mine.get_by_text("Hugo")).to_be_visible()


async def test_a_form_says_what_is_missing_and_offers_only_others(tabs: Tabs) -> None:
    team = await ticket(tabs, await tabs.contact("jonas"), "Jonas")
    await team.press("Claim")
    await team.sees("Held by Alice")
    await team.press("Transfer")
    form = team.dialog()
    await expect(form.get_by_role("button", name="@Bob", exact=True)).to_be_visible()
    for holder in ("@Alice", "support"):
        await expect(form.get_by_role("button", name=holder, exact=True)).to_have_count(0)
    await form.get_by_role("button", name="Transfer", exact=True).click()
    await expect(form.get_by_text("Choose whom to give it to.")).to_be_visible()
    await team.submit("Transfer", Target="@Bob")
    await team.press("Reply")
    await form.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("Write something, or attach a file.")).to_be_visible()


async def test_a_message_survives_a_kill_before_it_is_taken_in(
    context: BrowserContext, tmp_path: Path
) -> None:
    """Killed between a contact's post and taking it in: nothing is lost, nothing doubles."""
    with running(tmp_path, BATON_FAILPOINT="console.posted") as dying:
        tab = await opened(context, f"{dying.url}/contact?contact=console:dan")
        await tab.type(MESSAGE, HUMAN)
        await asyncio.to_thread(dying.process.wait, 60)
    with running(tmp_path) as living:
        await tab.show(f"{living.url}/team?as=console:alice&channel=support", 1000)
        await tab.sees("#1 · Dan")
        await tab.show(f"{living.url}/contact?contact=console:dan", 1000)
        await tab.sees("Delivered")
        shown = tab.page.get_by_text(HUMAN, exact=True)
        await expect(shown).to_have_count(2)  # and example
        await tab.page.close()


async def test_a_thread_that_its_ticket_left_takes_nothing(tabs: Tabs) -> None:
    team = await ticket(tabs, await tabs.contact("nora"), "Nora")
    await team.type(NOTE, "/ticket transfer billing")
    end = team.page.locator(".thread-end", has_text="went on in another thread")
    await expect(team.page.get_by_label(NOTE)).not_to_be_visible()
    await end.get_by_role("link", name="Open the thread").click()
    await expect(team.page.get_by_label(NOTE)).to_be_visible()
    await expect(end).to_have_count(0)


async def test_an_address_that_leads_nowhere_has_the_way_back(tabs: Tabs) -> None:
    tab = await tabs("/nowhere")
    await tab.sees("There is no page here")
    await tab.page.get_by_role("link", name="Queue").click()
    await expect(tab.page.get_by_role("heading").first).to_be_visible()
