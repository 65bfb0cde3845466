"""The pictures in docs/slack.md, drawn from the payloads that Baton really sends.

`python -m tests.e2e.slack_pictures` writes slack-card.png and slack-home.png; it needs Chromium.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from adapters.slack.views import queue
from adapters.slack.views.messages import Rendered, render
from bot.domain.card import Button, Card, Line, Post, Transcript, buttons
from bot.domain.conversation import Mode
from bot.domain.desk import Priority
from bot.domain.identity import Person, Place
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.services.inbox import Entry, Queue, Running
from tests.e2e.browsing import CHROMIUM

Json = dict[str, Any]
DOCS = Path(__file__).parents[2] / "docs"
# A machine without an emoji font shows these as dots.
SIGNS = {
    "🔵": "#1264a3",
    "🟡": "#daa038",
    "⏳": "#888",
    "✅": "#007a5a",
    "⚪": "#bbb",
    "🟢": "#2eb67d",
    "🟠": "#e8912d",
    "🔴": "#e01e5a",
}
NOW = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
CAROL = Person(id="slack:T0001/U0CAROL", name="Carol Reyes")
ALICE = Person(id="slack:T0001/U0ALICE", name="Alice")
STYLE = """
body{margin:0}main{padding:18px 22px;width:760px;background:#fff;color:#1d1c1d;
 font:15px/1.46 Lato,"Noto Sans",system-ui,sans-serif}
.m{display:flex;gap:10px;margin:10px 0}.a{width:38px;height:38px;border-radius:8px;flex:none;
 color:#fff;display:grid;place-items:center;font-weight:700}.b{flex:1}
.n{font-weight:800}.app{background:#e8e8e8;border-radius:3px;font-size:10px;padding:1px 4px;
 color:#616061;margin-left:6px}.h{font-size:18px;font-weight:800;margin:4px 0}
.f{display:grid;grid-template-columns:1fr 1fr 1fr 1fr;gap:8px 14px;margin:6px 0}
.c{color:#616061;font-size:13px;margin:4px 0}.s{margin:6px 0;display:flex;gap:12px}
.s>div{flex:1}button{font:700 13px Lato,"Noto Sans",sans-serif;padding:5px 12px;
 margin:4px 6px 4px 0; border:1px solid #bbb;border-radius:4px;background:#fff}
button.primary{background:#007a5a;color:#fff; border-color:#007a5a}
button.danger{color:#e01e5a;border-color:#e01e5a}
.at{background:#fdf2d0;color:#8a5a00;border-radius:3px;padding:0 3px}
ul{margin:2px 0 2px 20px;padding:0}
a{color:#1264a3;text-decoration:none}hr{border:0;border-top:1px solid #ddd}
"""


def mrkdwn(text: str) -> str:
    """As much of Slack's markup as Baton writes."""
    shown = re.sub(r"&lt;!date\^\d+\^[^|]*\|([^&]*)&gt;", r"\1", escape(unescape(text)))
    shown = re.sub(r"&lt;!subteam\^\w+&gt;", '<span class="at">@support-crew</span>', shown)
    shown = re.sub(r"&lt;#\w+&gt;", '<a href="#">#help</a>', shown)
    shown = re.sub(r"&lt;(https?://[^|&]*)\|([^&]*)&gt;", r'<a href="#">\2</a>', shown)
    return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", shown).replace("\n", "<br>")


def text(value: Json) -> str:
    shown = mrkdwn(value["text"]) if value["type"] == "mrkdwn" else escape(value["text"])
    for sign, colour in SIGNS.items():
        shown = shown.replace(sign, f'<span style="color:{colour}">●</span>')
    return shown


def rich(part: Json) -> str:
    if part["type"] == "rich_text_list":
        return "<ul>" + "".join(f"<li>{rich(item)}</li>" for item in part["elements"]) + "</ul>"
    leaves = (
        f"<b>{escape(leaf['text'])}</b>" if leaf.get("style") else escape(leaf.get("text", ""))
        for leaf in part["elements"]
    )
    return "<div>" + "".join(leaves).replace("\n", "<br>") + "</div>"


def block(one: Json) -> str:
    match one["type"]:
        case "header":
            return f'<div class="h">{text(one["text"])}</div>'
        case "section" if "fields" in one:
            cells = "".join(f"<div>{text(field)}</div>" for field in one["fields"])
            return f'<div class="f">{cells}</div>'
        case "section":
            extra = element(one["accessory"]) if "accessory" in one else ""
            return f'<div class="s"><div>{text(one["text"])}</div>{extra}</div>'
        case "context":
            return f'<div class="c">{" · ".join(text(each) for each in one["elements"])}</div>'
        case "rich_text":
            return "".join(rich(part) for part in one["elements"])
    return "<div>" + "".join(element(each) for each in one["elements"]) + "</div>"


def element(one: Json) -> str:
    return (
        f'<div><button class="{one.get("style", "")}">{text(one["text"])}</button></div>'.replace(
            "<div><button", "<span><button"
        ).replace("</button></div>", "</button></span>")
    )


def message(shown: Rendered) -> str:
    name = shown.username or "Baton"
    colour = {"Baton": "#2f3a6b", "Alice": "#007a5a"}.get(name, "#b5651d")
    inner = "".join(block(one) for one in shown.blocks)
    head = f'<span class="n">{escape(name)}</span><span class="app">APP</span>'
    return (
        f'<div class="m"><div class="a" style="background:{colour}">{name[0]}</div>'
        f'<div class="b">{head}{inner}</div></div>'
    )


def thread() -> str:
    ticket = Ticket(
        number=42,
        conversation_id=1,
        team="support",
        signal="keyword",
        reason="",
        opened_at=NOW,
        restarted_at=NOW,
    )
    card = Card(
        number=42,
        title="#42 · Carol Reyes",
        status=Status.OPEN,
        priority=Priority.HIGH,
        contact=CAROL,
        origin="Slack, channel",
        place=Place(workspace="slack:T0001", channel="C0HELP"),
        reason="The contact wrote “charged twice”.",
        topics=("The November invoice was charged twice", "Asks for the money back"),
        last_action="Looked up invoice 2026-118",
        summary_by="offline agent",
        who="Unclaimed",
        opened_at=NOW,
        waiting_since=NOW,
        due_at=NOW + timedelta(minutes=30),
        due="first response",
        mentions=("slack-group:T0001/S01",),
        buttons=buttons(ticket),
    )
    lines = (
        Line(speaker="Carol Reyes", text="How do I see my invoices?", at=NOW, voice="contact"),
        Line(speaker="Assistant", text="Under Settings → Billing.", at=NOW, voice="agent"),
    )
    reply = Button(action="ticket:reply", label="Reply", value="42")
    own = (
        Button(action="message:edit", label="Edit", value="9"),
        Button(action="message:delete", label="Delete", value="9", style="danger"),
    )
    posts = (
        card,
        Transcript(title="The conversation so far (2)", lines=lines),
        Post(voice="contact", speaker=CAROL, text="I was charged twice!", buttons=(reply,)),
        Post(voice="line", text="Alice claimed."),
        Post(
            voice="attendant",
            speaker=ALICE,
            text="Sorry, Carol. The second is on its way back.",
            buttons=own,
        ),
    )
    return "".join(message(render(one)) for one in posts)


def home() -> str:
    def entry(number: int, contact: str, reason: str, status: Status, who: str) -> Entry:
        return Entry(
            number=number,
            contact=contact,
            reason=reason,
            status=status,
            who=who,
            priority=Priority.HIGH if number == 42 else Priority.NORMAL,
            team="support",
            waiting_since=NOW,
            due_at=NOW + timedelta(minutes=number),
            due="first response",
            link="https://acme.slack.com/x",
        )

    shown = Queue(
        mine=(entry(41, "Dan", "Asks for a human", Status.IN_PROGRESS, "Held by Alice"),),
        unclaimed=(
            entry(
                42, "Carol Reyes", "The contact wrote “charged twice”.", Status.OPEN, "Unclaimed"
            ),
        ),
        awaiting=(entry(39, "Erin", "A new address", Status.AWAITING, "Held by Bob"),),
        in_progress=(),
        with_agent=(
            Running(
                conversation_id=7,
                contact="Frank",
                last_words="How do I import my clients?",
                mode=Mode.AGENT,
                who="the agent",
                last_message_at=NOW,
            ),
        ),
        load=(("Alice", 1), ("Bob", 1)),
    )
    return "".join(block(one) for one in queue.home(shown)["blocks"])


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=2)
        for name, body in {"slack-card": thread(), "slack-home": home()}.items():
            page.set_content(f"<style>{STYLE}</style><main>{body}</main>")
            page.locator("main").screenshot(path=DOCS / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
