"""Of what stands in a channel as much is read as is needed, and no more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from adapters.slack.known import Known
from adapters.slack.look import Look
from adapters.slack.reading import Listed, Reading
from bot.ports.repositories.platforms import Source

MARK = "50.0"


def root(ts: str, latest: str | None = None) -> dict[str, Any]:
    return {"ts": ts} | ({"latest_reply": latest} if latest else {})


def look(ours: Known, *roots: dict[str, Any]) -> Look:
    source = Source(workspace="slack:T1", channel="C1", thread="", mark=MARK)
    listed = Listed(found={one["ts"]: one for one in roots})
    return Look(source=source, ours=ours, listed=listed)


def test_a_thread_in_use_is_read_unless_slack_says_that_nothing_came() -> None:
    ours = Known(threads=frozenset({"1.0", "2.0", "3.0", "4.0"}))
    seen = look(ours, root("1.0", "49.0"), root("2.0", "51.0"), root("3.0"))
    assert seen.with_news() == {"2.0", "3.0", "4.0"}, "4.0 is further back than was looked"


def test_a_thread_that_nobody_has_seen_is_read_where_it_is_ours_to_follow() -> None:
    ours = Known(messages={"7.0": None})
    seen = look(ours, root("7.0", "60.0"), root("8.0", "60.0"), root("55.0", "61.0"), root("56.0"))
    assert seen.with_news() == {"7.0", "55.0"}


def test_where_slack_tells_of_no_thread_the_latest_that_people_wrote_are_looked_at() -> None:
    new = [{"ts": f"{number}.0", "user": "U1"} for number in range(51, 81)]
    seen = look(Known(), root("8.0"), root("90.0"), *new)
    assert seen.with_news() == {f"{number}.0" for number in range(61, 81)}
    assert look(Known(), root("8.0", "9.0"), *new).with_news() == set()


def test_what_waits_is_looked_for_before_it_is_taken_in() -> None:
    ours = Known(waiting={"52.0": "1.0", "53.0": None})
    seen = look(ours, root("1.0", "40.0"), root("53.0"))
    assert seen.with_news() == {"1.0"}
    assert set(seen.missed()) == {"53.0"}


def test_for_changes_only_threads_with_known_messages_are_read_once() -> None:
    ours = Known(messages={"9.0": None, "10.0": "9.0", "11.0": "9.0", "12.0": "3.0"})
    seen = look(ours)
    seen.read.add("3.0")
    assert seen.unread == ["9.0"]


class Pages:
    """A channel with one message a page, the newest first."""

    def __init__(self, *stamps: str) -> None:
        self.stamps = stamps
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []

    async def conversations_history(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        at = int(arguments.get("cursor") or 0)
        last = float(arguments.get("latest") or "inf")
        kept = [ts for ts in self.stamps if float(arguments["oldest"]) <= float(ts) <= last]
        more = {"next_cursor": str(at + 1)} if at + 1 < len(kept) else {}
        page = [root(kept[at])] if kept else []
        return SimpleNamespace(
            data={"messages": page, "response_metadata": more}, headers=self.headers
        )


async def read(pages: Pages, *roots: str) -> list[str]:
    workspace: Any = SimpleNamespace(client=pages)
    return list((await Reading(workspace).channel("C1", MARK, roots)).found)


async def test_older_roots_are_looked_for_while_that_costs_less_than_to_ask_for_each() -> None:
    pages = Pages("60.0", "55.0", "9.0", "8.0", "7.0", "6.0", "5.0", "4.0")
    assert await read(pages) == ["60.0", "55.0"]
    assert await read(pages, "9.0") == ["60.0", "55.0"]
    assert await read(pages, "9.0", "8.0") == ["60.0", "55.0", "9.0"]
    pages.asked.clear()
    assert await read(pages, "4.0", "4.1", "4.2") == ["60.0", "55.0", "9.0", "8.0", "7.0"]
    assert len(pages.asked) == 5
    five = ("4.0", "5.0", "6.0", "7.0", "8.0")
    assert await read(pages, *five) == ["60.0", "55.0", "9.0", "8.0", "7.0"]


async def test_up_to_when_all_is_told_is_said_by_the_first_page_alone() -> None:
    """By Slack's clock: what came while the other pages were asked for is in some of them."""
    pages = Pages("60.0", "75.0")
    workspace: Any = SimpleNamespace(client=pages)
    reading = Reading(workspace)
    listed = await reading.channel("C1", MARK, ())
    assert (listed.told, listed.shown) == (60, 60)
    pages.headers["Date"] = "Thu, 01 Jan 1970 00:01:30 GMT"
    listed = await reading.channel("C1", MARK, ())
    assert (listed.told, listed.shown) == (80, 88)
    pages.headers["Date"] = "nonsense"
    assert (await reading.channel("C1", MARK, ())).told == 60
