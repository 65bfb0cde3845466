"""The pictures in docs/discord.md, drawn from what Baton really sends to the Discord emulator.

`python -m tests.e2e.discord_pictures` plays the story with Baton at work and writes discord-*.png;
it needs Chromium.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from tests.e2e.browsing import chromium
from tests.emulators.discord.client import Discord
from tests.integration.discord.world import (
    CHANNELS,
    GUILD,
    PEOPLE,
    DiscordWorld,
    at_work,
    emulated,
    populated,
    settings,
)

Json = dict[str, Any]
DOCS = Path(__file__).parents[2] / "docs"
ALICE, CAROL = PEOPLE["alice"], PEOPLE["carol"]
HELP, SUPPORT = CHANNELS["help"], CHANNELS["support"]
_BUTTONS = {1: "#5865f2", 2: "#4e5058", 3: "#248046", 4: "#da373c"}
_FACES = ("#5865f2", "#3ba55c", "#faa61a", "#ed4245", "#eb459e")
# A machine without an emoji font shows these as boxes.
_SIGNS = {"🔴": "#f23f43", "🔶": "#f0883e", "▫️": "#949ba4"}
_STYLE = """
body{margin:0;background:#313338}main{width:760px;padding:10px 18px 18px;color:#dbdee1;
 font:15px/1.4 "gg sans","Noto Sans","DejaVu Sans",sans-serif}
.where{color:#f2f3f5;font-weight:600;border-bottom:1px solid #232428;padding:6px 0 10px;
 margin-bottom:8px}.where i{color:#80848e;font-style:normal;margin-right:6px}
.m{display:flex;gap:14px;margin:12px 0}.a{width:38px;height:38px;border-radius:50%;flex:none;
 color:#fff;display:grid;place-items:center;font-weight:600}.b{flex:1;min-width:0}
.n{color:#f2f3f5;font-weight:600}.app{background:#5865f2;color:#fff;border-radius:3px;
 font-size:10px;padding:1px 4px;margin-left:5px;vertical-align:1px}
.re{color:#b5bac1;font-size:13px;margin-bottom:3px}.re::before{content:"╭ ";color:#4e5058}
.box{border:1px solid #3f4147;border-left:4px solid;border-radius:6px;background:#2b2d31;
 padding:10px 14px;margin:4px 0;max-width:600px}.embed{border:0;border-left:4px solid}
.by{font-size:13px;font-weight:600;color:#f2f3f5;margin-bottom:4px}.by .a{display:inline-grid;
 width:20px;height:20px;font-size:10px;margin-right:7px;vertical-align:-5px}
.foot{font-size:12px;color:#b5bac1;margin-top:6px}hr{border:0;border-top:1px solid #3f4147}
h2{font-size:19px;margin:2px 0;color:#f2f3f5}small{color:#949ba4;font-size:12px}
ul{margin:2px 0 2px 18px;padding:0}button{font:500 13px inherit;color:#fff;border:0;
 border-radius:6px;padding:7px 14px;margin:6px 8px 0 0}
.ping{background:#414675;color:#c9cdfb;border-radius:3px;padding:0 3px}a{color:#00a8fc;
 text-decoration:none}time{background:#3b3e45;border-radius:3px;padding:0 3px}
code{background:#1e1f22;border-radius:3px;padding:1px 4px;font:12px "DejaVu Sans Mono",monospace}
.thread{border:1px solid #3f4147;border-radius:8px;padding:8px 12px;margin:8px 0 0;
 display:inline-block;color:#f2f3f5;font-size:13px}.thread b{color:#00a8fc;margin-left:8px}
.modal{width:440px;margin:14px auto;background:#313338;border:1px solid #4e5058;border-radius:8px;
 padding:18px}.modal h3{margin:0 0 14px;color:#f2f3f5}.modal label{display:block;font-weight:600;
 color:#f2f3f5;margin:12px 0 2px}.modal .hint{color:#b5bac1;font-size:13px;margin-bottom:5px}
.field{background:#1e1f22;border-radius:4px;padding:9px 11px;min-height:20px}
.tall{min-height:74px}.files{border:1px dashed #4e5058;text-align:center;color:#b5bac1}
.send{float:right;background:#5865f2}.plain{float:right;background:none}
.modal::after{content:"";display:block;clear:both}
"""


def words(text: str) -> str:
    """As much of Discord's Markdown as Baton writes."""
    shown = escape(text, quote=False)
    shown = re.sub(r"&lt;@&amp;\d+&gt;", '<span class="ping">@Support crew</span>', shown)
    shown = re.sub(r"&lt;t:\d+:R&gt;", "<time>a few seconds ago</time>", shown)
    shown = re.sub(r"\[([^\]]+)\]\((https?://[^)]+)\)", r'<a href="#">\1</a>', shown)
    shown = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", shown)
    shown = re.sub(r"\*\*([^*\n]+)\*\*", r"<b>\1</b>", shown)
    shown = re.sub(r"^## (.+)\n?", r"<h2>\1</h2>", shown, flags=re.MULTILINE)
    shown = re.sub(r"^-# (.+)$", r"<small>\1</small>", shown, flags=re.MULTILINE)
    shown = re.sub(r"^- (.+)\n?", r"<ul><li>\1</li></ul>", shown, flags=re.MULTILINE)
    shown = re.sub(r"\\([\\*_~`|\[\]])", r"\1", shown).replace("</ul><ul>", "")
    for sign, colour in _SIGNS.items():
        shown = shown.replace(sign, f'<span style="color:{colour}">●</span>')
    return shown.replace("\n", "<br>")


def face(name: str) -> str:
    colour = _FACES[sum(map(ord, name)) % len(_FACES)]
    return f'<span class="a" style="background:{colour}">{escape(name[:1])}</span>'


def component(one: Json) -> str:
    match one["type"]:
        case 1:
            return f"<div>{''.join(component(each) for each in one['components'])}</div>"
        case 2:
            colour = _BUTTONS[one["style"]]
            return f'<button style="background:{colour}">{escape(one["label"])}</button>'
        case 10:
            return f"<div>{words(one['content'])}</div>"
        case 14:
            return "<hr>"
        case 17:
            inner = "".join(component(each) for each in one["components"])
            return f'<div class="box" style="border-left-color:{_colour(one)}">{inner}</div>'
    return "".join(component(each) for each in one.get("components", []))


def _colour(one: Json) -> str:
    return f"#{one.get('accent_color') or one.get('color') or 0x4E5058:06x}"


def embed(one: Json) -> str:
    author = one.get("author", {}).get("name", "")
    parts = (
        f'<div class="by">{face(author)}{escape(author)}</div>' if author else "",
        f'<div class="by">{escape(one["title"])}</div>' if one.get("title") else "",
        words(one.get("description", "")),
        f'<div class="foot">{escape(one["footer"]["text"])}</div>' if one.get("footer") else "",
    )
    return f'<div class="box embed" style="border-left-color:{_colour(one)}">{"".join(parts)}</div>'


def message(one: Json, known: dict[str, Json]) -> str:
    if one["type"] not in {0, 19, 20}:
        return ""
    author = one["author"]
    name = author.get("global_name") or author["username"]
    answered = known.get((one.get("message_reference") or {}).get("message_id", ""))
    parts = [words(one["content"])] if one["content"] else []
    parts += [embed(each) for each in one["embeds"]]
    parts += [component(each) for each in one.get("components", [])]
    if thread := one.get("thread"):
        parts.append(f'<div class="thread">{escape(thread["name"])} <b>See thread</b></div>')
    app = '<span class="app">APP</span>' if author.get("bot") else ""
    above = f'<div class="re">{_beginning(answered)}</div>' if answered else ""
    return (
        f'{above}<div class="m">{face(name)}<div class="b"><span class="n">{escape(name)}</span>'
        f"{app}<div>{''.join(parts)}</div></div></div>"
    )


def _beginning(one: Json) -> str:
    said = one["content"] or "".join(each.get("description", "") for each in one["embeds"])
    return words(said.split("\n")[-1])[:80]


async def channel(discord: Discord, where: str, title: str) -> str:
    messages = await discord.messages(where)
    known = {one["id"]: one for one in messages}
    shown = "".join(message(one, known) for one in messages)
    return f'<div class="where"><i>#</i>{escape(title)}</div>{shown}'


def modal(one: Json, text: str) -> str:
    parts = []
    for label in one["components"]:
        field = label["component"]
        inner = escape(text) if field["type"] == 4 else "Drop files here, or browse"
        kind = {4: "tall", 19: "files"}.get(field["type"], "")
        hint = label.get("description", "")
        parts.append(
            f"<label>{escape(label['label'])}</label>"
            f'<div class="hint">{escape(hint)}</div><div class="field {kind}">{inner}</div>'
        )
    buttons = '<button class="send">Submit</button><button class="plain">Cancel</button>'
    return f'<div class="modal"><h3>{escape(one["title"])}</h3>{"".join(parts)}{buttons}</div>'


async def story(world: DiscordWorld) -> dict[str, str]:
    """The main job as docs/discord.md tells it; answers with a page for each picture."""
    discord = world.discord
    await discord.post(CAROL, HELP, "I was charged twice. I want to talk to a human, please")
    thread = await world.thread(1)
    await world.says(thread, "charged twice")
    await world.settle()
    card = await channel(discord, SUPPORT, "support")
    await world.press("alice", 1, "claim")
    opened = await world.press("alice", 1, "reply")
    reply = "Sorry, Carol. The second one is on its way back."
    form = modal(opened["modal"], reply)
    await discord.submit(opened, text=reply)
    asked = next(one for one in await discord.messages(HELP) if one["author"]["id"] == CAROL)
    await world.says(asked["id"], reply)
    await discord.post(ALICE, thread, "Invoice 2026-118, refunded this morning.")
    await discord.post(CAROL, asked["id"], "Thank you! When will I have it?")
    await world.says(thread, "When will I have it?")
    await world.settle()
    team = await channel(discord, thread, "#1 · Carol")
    contact = await channel(discord, asked["id"], "Help for Carol")
    await discord.post(PEOPLE["mallory"], HELP, "I need to speak to a person about my contract")
    await world.card(2)
    role = await discord.create_role(GUILD, "Manager", permissions=["manage_guild"])
    await discord.set_member(GUILD, ALICE, roles=[role])
    await world.settle()
    await discord.slash(ALICE, SUPPORT, "board")
    board = await world.says(SUPPORT, "The queue of support")
    queue = f'<div class="where"><i>#</i>support</div>{message(board, {})}'
    return {"card": card, "form": form, "thread": team, "contact": contact, "board": queue}


async def drawn(browser: Browser, name: str, body: str) -> None:
    page = await browser.new_page(device_scale_factor=1.5)
    await page.set_content(f"<style>{_STYLE}</style><main>{body}</main>")
    await page.locator("main").screenshot(path=DOCS / f"discord-{name}.png")
    await page.close()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with emulated() as discord:
            bot = await populated(discord)
            async with at_work(settings(Path(folder), discord, bot), discord, bot) as world:
                pages = await story(world)
    async with chromium() as browser:
        for name, body in pages.items():
            await drawn(browser, name, body)


if __name__ == "__main__":
    asyncio.run(main())
