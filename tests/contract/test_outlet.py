"""What every platform has to do for the core, whichever it is."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.card import Button, Card, Content, Line, Post, Transcript
from bot.domain.desk import Priority
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.domain.states import Status
from bot.ports.outlet import Attempt, Gone, Refused, Sent
from tests.contract.outlets import HARNESSES, Harness

CAROL = Person(id="console:carol", name="Carol")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> @everyone @here <!channel> "
    "<!everyone> <!here> <!subteam^S01> <@U0ALICE> <@77> <@!77> <@&55> @channel "
    "[click](javascript:alert(3)) </dl>"
)


@pytest.fixture(params=HARNESSES)
async def harness(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> AsyncIterator[Harness]:
    async with HARNESSES[request.param](tmp_path, sqlite_template) as opened:
        yield opened


async def nothing(progress: Mapping[str, str]) -> None:
    del progress


def attempt(key: str = "", number: int = 1) -> Attempt:
    return Attempt(
        key=key or secrets.token_hex(10),
        number=number,
        first_at=datetime.now(UTC),
        progress={},
        save=nothing,
    )


def post(text: str = "Hello", **more: object) -> Post:
    return replace(Post(voice="attendant", speaker=CAROL, text=text), **more)  # type: ignore[arg-type]


async def test_a_file_that_could_not_be_taken_over_hides_no_words(harness: Harness) -> None:
    """It was too large, or one too many."""
    lost = Attachment(name="film.iso", media_type="x/y", size=99_000_000, problem="is too large")
    content = post("Look at this", voice="contact", attachments=(lost,) * 12)
    await harness.outlet.post(harness.team, content, attempt())
    (seen,) = await harness.standing(harness.team)
    assert "Look at this" in seen.words


def card(**more: object) -> Card:
    shown = Card(
        number=7,
        title="#7 · Carol",
        status=Status.OPEN,
        priority=Priority.HIGH,
        contact=CAROL,
        origin="Console, direct message",
        reason="Asks for a person",
        topics=("double charge",),
        last_action="Looked the invoice up",
        who="Unclaimed",
        opened_at=NOW,
        buttons=(Button(action="ticket:claim", label="Claim", value="7", style="primary"),),
    )
    return replace(shown, **more)  # type: ignore[arg-type]


async def thread(harness: Harness) -> Sent:
    return await harness.outlet.post(harness.team, card(), attempt())


async def only(harness: Harness, place: Place) -> str:
    (seen,) = await harness.standing(place)
    return seen.words


async def test_a_message_reaches_the_contact_with_its_words(harness: Harness) -> None:
    sent = await harness.outlet.post(harness.contact, post("Your refund is on its way"), attempt())
    (seen,) = await harness.standing(harness.contact)
    assert "Your refund is on its way" in seen.words
    assert seen.platform_id == sent.platform_id


async def test_emphasis_links_and_code_are_converted_and_not_dropped(harness: Harness) -> None:
    text = "**bold** _soft_ `x = 1` https://example.com/a?b=1&c=2"
    await harness.outlet.post(harness.contact, post(text), attempt())
    words = await only(harness, harness.contact)
    for piece in ("bold", "soft", "x = 1", "https://example.com/a?b=1&c=2"):
        assert piece in words


async def test_a_card_opens_a_thread_and_shows_what_an_attendant_needs(harness: Harness) -> None:
    sent = await thread(harness)
    assert sent.place.thread
    (seen,) = await harness.standing(harness.team)
    for fact in ("#7", "Carol", "Asks for a person", "double charge", "Looked the invoice up"):
        assert fact in seen.words
    assert seen.buttons == ("Claim",)


async def test_posts_of_a_thread_stand_in_it_and_nowhere_else(harness: Harness) -> None:
    sent = await thread(harness)
    await harness.outlet.post(sent.place, post("below the card"), attempt())
    assert len(await harness.standing(harness.team)) == 1
    assert "below the card" in await only(harness, sent.place)


async def test_a_transcript_shows_who_said_what(harness: Harness) -> None:
    sent = await thread(harness)
    lines = (
        Line(speaker="Carol", text="I was charged twice", at=NOW, voice="contact"),
        Line(speaker="Assistant", text="Let me see", at=NOW, voice="agent"),
    )
    await harness.outlet.post(sent.place, Transcript(title="So far (2)", lines=lines), attempt())
    words = await only(harness, sent.place)
    for piece in ("Carol", "I was charged twice", "Assistant", "Let me see"):
        assert piece in words


@pytest.mark.parametrize("side", ["contact", "thread"])
async def test_image_audio_and_document_arrive_whole(harness: Harness, side: str) -> None:
    place = harness.contact if side == "contact" else (await thread(harness)).place
    files = {"a.png": b"\x89PNG\r\n\x1a\n1", "b.wav": b"RIFF0000WAVE", "naïve ç.pdf": b"%PDF-1.4"}
    kept = tuple([await harness.media.keep(name, data) for name, data in files.items()])
    await harness.outlet.post(place, post("see these", attachments=kept), attempt())
    seen = (await harness.standing(place))[-1]
    assert dict(seen.files) == files


async def test_an_uncertain_post_is_recognised(harness: Harness) -> None:
    """A repeated key finds itself, or the post can be looked for before it is repeated."""
    first = attempt()
    sent = await harness.outlet.post(harness.contact, post("once"), first)
    again = replace(first, number=2)
    if harness.outlet.settle is None:
        found: Sent | None = await harness.outlet.post(harness.contact, post("once"), again)
    else:
        found = await harness.outlet.find(harness.contact, post("once"), again)
    assert found == sent
    assert len(await harness.standing(harness.contact)) == 1


async def test_an_uncertain_post_can_be_taken_away(harness: Harness) -> None:
    """What was said is not to be said any more before it is known whether it stands."""
    kept = await harness.media.keep("a.txt", b"secret")
    await harness.outlet.post(harness.contact, post("stays"), attempt())
    said, first = post("goes", attachments=(kept,)), attempt()
    progress: dict[str, str] = {}

    async def save(made: Mapping[str, str]) -> None:
        progress.update(made)

    await harness.outlet.post(harness.contact, said, replace(first, save=save))
    again = replace(first, number=2, looks=(post("never"), said), progress=progress)
    found = await harness.outlet.find(harness.contact, None, again)
    assert found is not None
    await harness.outlet.delete(found)
    [left] = await harness.standing(harness.contact)
    assert "stays" in left.words


async def test_a_post_that_never_was_is_not_found(harness: Harness) -> None:
    assert await harness.outlet.find(harness.contact, post("never"), attempt()) is None


async def test_the_same_words_twice_are_two_posts(harness: Harness) -> None:
    for _ in range(2):
        await harness.outlet.post(harness.contact, post("hi"), attempt())
    assert len(await harness.standing(harness.contact)) == 2


async def test_posts_stand_in_the_order_in_which_they_were_sent(harness: Harness) -> None:
    wanted = [f"word{number}" for number in range(12)]
    for word in wanted:
        await harness.outlet.post(harness.contact, post(word), attempt())
    shown = [seen.words for seen in await harness.standing(harness.contact)]
    assert [next(word for word in words.split() if word[:4] == "word") for words in shown] == wanted


async def test_an_edit_replaces_the_words_in_place(harness: Harness) -> None:
    sent = await harness.outlet.post(harness.contact, post("befor"), attempt())
    await harness.outlet.edit(sent, post("before"))
    (seen,) = await harness.standing(harness.contact)
    assert "before" in seen.words
    assert seen.platform_id == sent.platform_id


async def test_a_card_follows_its_ticket(harness: Harness) -> None:
    sent = await thread(harness)
    await harness.outlet.edit(sent, card(status=Status.CLOSED, who="Closed by Alice", buttons=()))
    (seen,) = await harness.standing(harness.team)
    assert "Closed by Alice" in seen.words
    assert seen.buttons == ()


async def test_deleting_twice_is_no_error(harness: Harness) -> None:
    sent = await harness.outlet.post(harness.contact, post(), attempt())
    await harness.outlet.delete(sent)
    await harness.outlet.delete(sent)
    assert await harness.standing(harness.contact) == []


async def test_editing_what_is_gone_says_so(harness: Harness) -> None:
    sent = await harness.outlet.post(harness.contact, post(), attempt())
    await harness.remove(sent.place, sent.platform_id)
    with pytest.raises(Gone):
        await harness.outlet.edit(sent, post("too late"))


async def test_posting_below_a_root_that_is_gone_says_so(harness: Harness) -> None:
    sent = await thread(harness)
    await harness.remove(harness.team, sent.platform_id)
    with pytest.raises(Gone):
        await harness.outlet.post(sent.place, post(), attempt())


async def test_what_no_post_can_carry_is_refused(harness: Harness) -> None:
    limits = harness.outlet.limits
    huge = Attachment(
        name="huge.bin",
        media_type="application/octet-stream",
        size=limits.file_bytes + 1,
        digest="0" * 64,
    )
    for content in (post("x" * (limits.text + 1)), post(attachments=(huge,))):
        with pytest.raises(Refused):
            await harness.outlet.post(harness.contact, content, attempt())
    assert await harness.standing(harness.contact) == []


async def test_the_longest_text_that_fits_is_carried_whole(harness: Harness) -> None:
    text = "x" * harness.outlet.limits.text
    await harness.outlet.post(harness.contact, post(text), attempt())
    assert text in await only(harness, harness.contact)


async def test_only_who_is_mentioned_is_pinged(harness: Harness) -> None:
    sent = await harness.outlet.post(
        harness.team, card(reason=HOSTILE, mentions=(harness.member,)), attempt()
    )
    line = Post(voice="line", text=f"{HOSTILE} {harness.member}")
    await harness.outlet.post(sent.place, line, attempt())
    (root,), (below,) = await harness.standing(harness.team), await harness.standing(sent.place)
    assert root.pings == {harness.member}
    assert below.pings == frozenset()


def hostile() -> list[Content]:
    """Markup, scripts and mass mentions in every field that somebody can fill."""
    who = Person(id="console:mallory", name=HOSTILE)
    line = Line(speaker=HOSTILE, text=HOSTILE, at=NOW, voice="contact")
    return [
        Post(voice="contact", speaker=who, text=HOSTILE, aside=HOSTILE),
        Post(voice="note", speaker=who, text=HOSTILE),
        Post(voice="line", text=HOSTILE),
        Transcript(title=HOSTILE, lines=(line,)),
        card(title=HOSTILE[:100], reason=HOSTILE, topics=(HOSTILE,), contact=who),
        card(last_action=HOSTILE, who=HOSTILE, footer=HOSTILE, origin=HOSTILE),
    ]


@pytest.mark.parametrize("content", hostile())
async def test_markup_in_any_field_is_shown_as_text(harness: Harness, content: Content) -> None:
    sent = await thread(harness)
    await harness.outlet.post(sent.place, content, attempt())
    seen = (await harness.standing(sent.place))[-1]
    assert seen.alive == ()
    assert seen.pings == frozenset()
    assert "<script>alert(1)</script>" in seen.words


async def test_a_link_leads_to_the_thread(harness: Harness) -> None:
    sent = await thread(harness)
    link = await harness.outlet.link(sent)
    assert str(sent.place.thread) in link
