"""The console's way in, its files and its guard, against a real store and without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from adapters.console import files, login, places
from adapters.console.catchup import catch_up
from adapters.console.ended import Ended
from adapters.console.guard import COOKIE, Guard, Sessions
from adapters.console.inbound import Inbound
from adapters.console.outlet import standing
from adapters.console.pages.team_look import look
from adapters.console.views.markdown import coded, linked, render
from bot import desk_file
from bot.application import Baton
from bot.domain.card import Button, Card, Post
from bot.domain.desk import Priority
from bot.domain.errors import BatonError, EmptyMessage, MessageTooLong, NotFound
from bot.domain.identity import Person
from bot.domain.message import Attachment, Message
from bot.domain.states import Status
from bot.domain.thread import Thread
from bot.ports.store import Store, Tx
from bot.tries import Tries
from storage.media import Media
from tests.fakes import FakeClock, FakeReader
from tests.world import DESK, keep_desk

CAROL = Person(id="console:carol", name="Carol")
HERE = places.direct(CAROL.id)
REPLY = Button(action="ticket:reply", label="Reply", value="1")


@pytest.fixture
async def inbound(store: Store, tmp_path: Path) -> Inbound:
    await store.transact(keep_desk, desk_file.parse(DESK))
    media = Media(str(tmp_path / "media"))
    return Inbound(Baton(store, FakeReader(), media, FakeClock()))


async def said(inbound: Inbound) -> list[Message]:
    return await inbound.baton.store.read(_said)


def _said(tx: Tx) -> list[Message]:
    latest = tx.conversations.latest_of(CAROL.id, HERE.workspace, HERE.channel)
    return tx.messages.of(latest.id) if latest else []


def _left_behind(tx: Tx, text: str) -> int:
    """What a process leaves that dies after a post and before it is taken in."""
    post = Post(voice="contact", speaker=CAROL, text=text)
    return tx.posts.add(HERE, CAROL.id, post, f"key-{text}", FakeClock().now())


async def test_a_message_has_the_id_of_its_post(inbound: Inbound) -> None:
    await inbound.write(CAROL, "Hello")
    (message,) = await said(inbound)
    posted = await inbound.baton.store.read(standing, message.source_id)
    assert posted is not None
    assert isinstance(posted.content, Post)
    assert posted.content.text == message.text == "Hello"


async def test_what_was_not_taken_in_is_taken_in_at_the_next_start(inbound: Inbound) -> None:
    """In order, once, and not again at the start after."""
    await inbound.write(CAROL, "first")
    for text in ("second", "third"):
        await inbound.baton.store.transact(_left_behind, text)
    await catch_up(inbound)
    assert await catch_up(inbound) == 0
    assert [one.text for one in await said(inbound)] == ["first", "second", "third"]


async def test_catching_up_twice_over_the_same_posts_doubles_nothing(inbound: Inbound) -> None:
    await inbound.write(CAROL, "once")
    assert await catch_up(inbound) == 1
    assert [one.text for one in await said(inbound)] == ["once"]


async def test_an_edit_and_a_delete_that_were_missed_are_found_by_comparing(
    inbound: Inbound,
) -> None:
    for text in ("edit me", "delete me"):
        await inbound.write(CAROL, text)
    first, second = [int(one.source_id or 0) for one in await said(inbound)]

    def behind_its_back(tx: Tx) -> None:
        tx.posts.edit(first, Post(voice="contact", speaker=CAROL, text="edited"))
        tx.posts.delete(second)

    await inbound.baton.store.transact(behind_its_back)
    await catch_up(inbound)
    edited, deleted = await said(inbound)
    assert edited.text == "edited"
    assert deleted.deleted_at


async def test_a_contact_edits_and_deletes_their_own_words_only(inbound: Inbound) -> None:
    await inbound.write(CAROL, "mine")
    (message,) = await said(inbound)
    post_id = int(message.source_id or 0)
    with pytest.raises(NotFound):
        await inbound.change(Person(id="console:dan", name="Dan"), post_id, "his")
    await inbound.change(CAROL, post_id, "still mine")
    await inbound.remove(CAROL, post_id)
    (message,) = await said(inbound)
    assert message.text == "still mine"
    assert message.deleted_at


@pytest.mark.parametrize(
    ("text", "problem"), [("  ", EmptyMessage), ("x" * 100_000, MessageTooLong)]
)
async def test_what_cannot_be_a_message_leaves_no_post(
    inbound: Inbound, text: str, problem: type[BatonError]
) -> None:
    with pytest.raises(problem):
        await inbound.write(CAROL, text)
    assert await inbound.baton.store.read(lambda tx: list(tx.posts.at(HERE))) == []


async def test_a_note_outside_of_a_thread_is_refused_in_words(inbound: Inbound) -> None:
    alice = Person(id="console:alice", name="Alice")
    response = await inbound.say(alice, places.thread("support", None), "just a thought")
    assert not response.ok
    assert "thread" in response.text


def _opened(tx: Tx, *, cut_off: bool) -> str:
    """A thread about what Carol said, and one of its posts; answers with its root."""
    now = FakeClock().now()
    card = Card(
        number=1,
        title="#1 · Carol",
        status=Status.OPEN,
        priority=Priority.NORMAL,
        contact=CAROL,
        origin="Console",
        reason="",
        who="Unclaimed",
        opened_at=now,
    )
    root = str(tx.posts.add(places.thread("support", None), "baton", card, f"root {cut_off}", now))
    said = Post(voice="contact", speaker=CAROL, text="Hello", buttons=(REPLY,))
    tx.posts.add(places.thread("support", root), "baton", said, f"said {cut_off}", now)
    tx.threads.add(
        Thread(
            conversation_id=_said(tx)[0].conversation_id,
            team="support",
            workspace="console",
            channel="support",
            anchor=root,
            opened_at=now,
            cut_off=cut_off,
        )
    )
    return root


async def test_what_stands_in_a_thread_that_its_ticket_left_has_no_buttons(
    inbound: Inbound,
) -> None:
    await inbound.write(CAROL, "Hello")
    store, now = inbound.baton.store, FakeClock().now()
    for cut_off, buttons in ((False, (REPLY,)), (True, ())):
        root = await store.transact(_opened, cut_off=cut_off)
        (shown,) = (await store.read(look, "console:alice", "support", root, now)).posts
        assert isinstance(shown.content, Post)
        assert shown.content.buttons == buttons


async def test_a_note_in_a_thread_that_its_ticket_left_is_taken_back(inbound: Inbound) -> None:
    """It is answered with the way to the new thread, and does not stand in the old one."""
    await inbound.write(CAROL, "Hello")
    place = places.thread("support", await inbound.baton.store.transact(_opened, cut_off=True))
    alice = Person(id="console:alice", name="Alice")
    response = await inbound.say(alice, place, "anybody here?")
    assert not response.ok
    assert "went on" in response.text
    _, note = await inbound.baton.store.read(lambda tx: list(tx.posts.at(place)))
    assert note.deleted


async def test_a_contact_whose_name_is_only_signs_is_nobody() -> None:
    assert places.newcomer(" -- ") is None
    assert places.newcomer("Zoë  Müller") == Person(id="console:zoë-müller", name="Zoë Müller")


# Files


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("image/png", "inline"),
        ("audio/ogg", "inline"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
        ("application/pdf", "attachment"),
    ],
)
def test_only_images_and_audio_open_in_the_console(kind: str, way: str) -> None:
    file = Attachment(name='a"b\n.x', media_type=kind, size=1, digest="0" * 64)
    headers = files.headers(file)
    assert headers["Content-Disposition"] == f"{way}; filename*=UTF-8''a%22b%0A.x"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_is_served_only_under_the_post_that_carries_it(inbound: Inbound) -> None:
    file = await inbound.keep("page.html", b"<script>alert(1)</script>")
    await inbound.write(CAROL, "", (file,))
    (message,) = await said(inbound)
    post_id = int(message.source_id or 0)
    carried = files.address(post_id, file)
    serve = files.router(inbound.baton).routes[0].endpoint  # type: ignore[attr-defined]
    found = await serve(post_id, file.digest)
    assert carried == f"/files/{post_id}/{file.digest}"
    assert found.media_type == "application/octet-stream"
    assert (await serve(post_id + 1, file.digest)).status_code == 404
    await inbound.remove(CAROL, post_id)
    assert (await serve(post_id, file.digest)).status_code == 404


# Words


def test_markup_people_use_becomes_html_and_html_stays_text() -> None:
    assert render("**a** `<b>`") == "<p><strong>a</strong> <code>&lt;b&gt;</code></p>\n"
    assert "<script" not in render("<script>x</script> <img src=x onerror=y>")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil"])
def test_a_link_that_could_run_stays_text(url: str) -> None:
    assert "<a " not in render(f"[click]({url})")


def test_what_stands_in_backticks_is_code_and_nothing_of_it_runs() -> None:
    assert coded("`/x <a>` does <b>") == "<code>/x &lt;a&gt;</code> does &lt;b&gt;"
    assert coded("one ` alone") == "one ` alone"


def test_bare_addresses_become_links_and_nothing_else_does() -> None:
    assert linked("see https://a.example/x?b=1.").startswith(
        'see <a href="https://a.example/x?b=1"'
    )
    assert "<a " not in linked("javascript:alert(1) ftp://x")


# The guard


@pytest.fixture
def guarded() -> Iterator[TestClient]:
    with TestClient(_app("a good password"), base_url="http://baton.example") as client:
        yield client


def _app(password: str | None) -> FastAPI:
    app = FastAPI()
    sessions = Sessions("secret", password) if password else None
    if password and sessions:
        app.include_router(login.router(password, sessions))

    @app.get("/team")
    @app.post("/team")
    async def team() -> str:
        return "inside"

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            await socket.send_text("closed")

    app.add_middleware(Guard, sessions=sessions)
    return app


def test_without_a_session_one_is_led_to_the_login_and_back(guarded: TestClient) -> None:
    asked = guarded.get("/team?thread=1", headers={"accept": "text/html"}, follow_redirects=False)
    assert asked.headers["location"] == "/login?next=%2Fteam%3Fthread%3D1"
    assert guarded.get("/team").status_code == 401
    form = {"password": "a good password", "next": "/team?thread=1"}
    entered = guarded.post("/login", data=form, follow_redirects=False)
    assert entered.headers["location"] == "/team?thread=1"
    assert guarded.get("/team").text == '"inside"'


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_login_leads_nowhere_else(guarded: TestClient, target: str) -> None:
    form = {"password": "a good password", "next": target}
    assert guarded.post("/login", data=form, follow_redirects=False).headers["location"] == "/"


def test_five_wrong_passwords_make_one_wait(guarded: TestClient) -> None:
    for _ in range(5):
        assert guarded.post("/login", data={"password": "guess"}).status_code == 403
    assert guarded.post("/login", data={"password": "a good password"}).status_code == 429


def test_waiting_ends() -> None:
    seconds = [0.0]
    tries = Tries(lambda: seconds[0])
    for _ in range(5):
        tries.failed("here")
    assert tries.wait("here") == 300
    seconds[0] = 301
    assert tries.wait("here") == 0


def test_a_session_ends_and_cannot_be_forged() -> None:
    seconds = [1000.0]
    sessions = Sessions("secret", "password", lambda: seconds[0])
    token = sessions.make()
    assert sessions.holds(token)
    assert not sessions.holds(token.replace(token.split(".")[0], "99999999999"))
    assert not Sessions("secret", "another", lambda: seconds[0]).holds(token)
    assert not sessions.holds("")
    seconds[0] += 13 * 3600
    assert not sessions.holds(token)


def test_a_session_that_was_brought_along_is_not_the_one_that_begins(guarded: TestClient) -> None:
    """Fixation: whoever planted a cookie before the login does not share what follows it."""
    form = {"password": "a good password"}
    planted = Sessions("secret", "another password").make()
    own = Sessions("secret", "a good password").make()
    for brought in (planted, own, "anything"):
        guarded.cookies.clear()
        guarded.cookies.set(COOKIE, brought)
        guarded.post("/login", data=form, follow_redirects=False)
        begun = [one.value for one in guarded.cookies.jar if one.name == COOKIE]
        assert begun
        assert brought not in begun[-1:]
    assert Sessions("secret", "x").make() != Sessions("secret", "x").make()
    guarded.cookies.clear()
    assert guarded.get("/team", headers={"cookie": f"{COOKIE}={planted}"}).status_code == 401


def test_a_copy_of_a_session_that_was_left_opens_nothing(guarded: TestClient) -> None:
    guarded.post("/login", data={"password": "a good password"})
    copy = {"cookie": f"{COOKIE}={guarded.cookies[COOKIE]}"}
    assert guarded.get("/team", headers=copy).status_code == 200
    guarded.get("/logout", follow_redirects=False)
    guarded.cookies.clear()
    assert guarded.get("/team", headers=copy).status_code == 401
    guarded.post("/login", data={"password": "a good password"})
    assert guarded.get("/team").status_code == 200, "others are none the worse for it"


async def test_every_process_knows_that_a_session_was_left(inbound: Inbound) -> None:
    """Also one that is started later; and what would have ended by itself is not kept."""
    store, seconds = inbound.baton.store, [1000.0]

    def process() -> Sessions:
        return Sessions("secret", "password", lambda: seconds[0], Ended(store))

    here, there = process(), process()
    first, second = here.make(), here.make()
    await here.end(first)
    assert [await one.admits(first) for one in (here, there, process())] == [False] * 3
    assert await there.admits(second)
    await here.end("1.forged.mark")
    seconds[0] += 13 * 3600
    await there.end(there.make())
    assert len(await store.read(lambda tx: tx.meta.beginning("console:left:"))) == 1


def test_an_open_page_is_heard_no_longer_than_its_session(guarded: TestClient) -> None:
    guarded.post("/login", data={"password": "a good password"})
    with guarded.websocket_connect("ws://baton.example/echo") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
        guarded.get("/logout", follow_redirects=False)
        socket.send_text("/reply 1 from a copy")
        assert socket.receive_text() == "closed"


def test_another_site_cannot_act_through_a_visitor(guarded: TestClient) -> None:
    guarded.post("/login", data={"password": "a good password"})
    answer = guarded.post("/team", headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


def test_without_a_password_only_this_machine_is_answered() -> None:
    with TestClient(_app(None), base_url="http://rebound.example") as client:
        assert client.get("/team").status_code == 403
        assert client.get("/team", headers={"host": "127.0.0.1:8420"}).status_code == 200
        assert client.get("/team", headers={"host": "[::1]:8420"}).status_code == 200


def test_a_page_that_hides_its_site_cannot_act_either() -> None:
    """A sandboxed frame says `Origin: null`; without a password there is no cookie to miss."""
    with TestClient(_app(None), base_url="http://localhost:8420") as client:
        for origin in ("null", "", "http://[broken", "http://localhost:9999", "file://"):
            assert client.post("/team", headers={"origin": origin}).status_code == 403, origin
        assert client.post("/team", headers={"origin": "http://localhost:8420"}).status_code == 200
        assert client.post("/team").status_code == 200  # no browser


def test_another_site_can_embed_nothing(guarded: TestClient) -> None:
    asked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    guarded.post("/login", data={"password": "a good password"})
    assert guarded.get("/team", headers=asked).status_code == 403
    assert guarded.get("/team", headers={**asked, "sec-fetch-mode": "navigate"}).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/team", "/nothing"])
def test_no_page_can_be_framed(guarded: TestClient, path: str) -> None:
    headers = guarded.get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_session_cookie_is_out_of_reach(guarded: TestClient) -> None:
    """Of scripts, of other sites, and of plain HTTP where the console is served by HTTPS."""
    form = {"password": "a good password"}
    plain = guarded.post("/login", data=form, follow_redirects=False).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax"} <= set(plain.split("; "))
    with TestClient(_app("a good password"), base_url="https://baton.example") as client:
        secure = client.post("/login", data=form, follow_redirects=False).headers["set-cookie"]
    assert "Secure" in secure.split("; ")


def test_a_socket_of_another_site_is_refused(guarded: TestClient) -> None:
    guarded.post("/login", data={"password": "a good password"})
    for origin in ("http://evil.example", "null"):
        with pytest.raises(WebSocketDisconnect) as closed:  # noqa: SIM117 - the two belong apart
            with guarded.websocket_connect("/socket", headers={"origin": origin}):
                pass
        assert closed.value.code == 1008


def test_a_body_without_end_is_not_read(guarded: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield b"password=guess"

    assert guarded.post("/login", content=endless()).status_code == 411
    assert guarded.post("/login", headers={"content-length": "9" * 30}).status_code == 413


@pytest.mark.parametrize(
    "name", ['a"; filename="x.exe', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "é\u202egpj.exe"]
)
def test_a_file_name_cannot_break_out_of_its_header(name: str) -> None:
    shown = files.headers(Attachment(name=name, media_type="text/plain", size=1, digest="0"))
    words = shown["Content-Disposition"].removeprefix("attachment; filename*=UTF-8''")
    assert words.isascii()
    assert not set(words) & set("\"\r\n;/\\ '")
