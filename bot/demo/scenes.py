"""What happens, step by step, and how one sees that it came about."""

from __future__ import annotations

import zlib
from datetime import timedelta
from struct import pack

from bot.commands.registry import Response
from bot.demo.stage import ALICE, BOB, Scene, Stage
from bot.domain.states import Status


async def _asks(stage: Stage) -> None:
    await stage.writes("How do I connect my Google calendar?")


async def _is_answered(stage: Stage) -> bool:
    return any(post.voice == "agent" for post in await stage.heard())


async def _gives_up(stage: Stage) -> None:
    await stage.writes("I did that and it still shows the wrong hours. I want to talk to a person.")


async def _has_ticket(stage: Stage) -> bool:
    told = [post for post in await stage.heard() if post.voice != "agent"]
    return (
        await stage.status() is Status.OPEN and await stage.card("support") is not None and not told
    )


async def _nothing(_: Stage) -> None:
    """The summary comes by itself."""


async def _has_summary(stage: Stage) -> bool:
    card = await stage.card("support")
    summary = await stage.parts.store.read(lambda tx: tx.summaries.latest(1))
    return bool(card and card.last_action and summary and summary.reason.cites)


async def _claims(stage: Stage) -> Response:
    won = await stage.runs(ALICE, "ticket claim", ticket="1")
    late = await stage.runs(BOB, "ticket claim", ticket="1")
    return won if not late.ok and "Alice" in late.text else late


async def _is_claimed(stage: Stage) -> bool:
    card = await stage.card("support")
    return await stage.status() is Status.IN_PROGRESS and bool(card and "Alice" in card.who)


async def _replies(stage: Stage) -> Response:
    text = "Hi Carol, I can see it: your calendar is set to **another time zone**."
    return await stage.runs(ALICE, "reply", ticket="1", text=text)


async def _is_read(stage: Stage) -> bool:
    reached = any("time zone" in post.text for post in await stage.heard())
    return reached and await stage.status() is Status.AWAITING


async def _sends_files(stage: Stage) -> Response:
    media = stage.parts.media
    picture = await media.keep("where-to-click.png", _picture())
    return await stage.runs(ALICE, "reply", picture, ticket="1", text="It is this switch:")


async def _has_files(stage: Stage) -> bool:
    files = [file for post in await stage.heard() for file in post.attachments]
    loaded = [await stage.parts.media.load(file.digest or "") for file in files]
    return loaded == [_picture()]


async def _notes(stage: Stage) -> Response:
    return await stage.runs(
        ALICE, "note", ticket="1", text="Second time this month; tell the product team."
    )


async def _is_internal(stage: Stage) -> bool:
    notes = [post for post in await stage.in_threads("support") if post.voice == "note"]
    return bool(notes) and not any("product team" in post.text for post in await stage.heard())


async def _answers(stage: Stage) -> None:
    bill = await stage.parts.media.keep("invoice.pdf", b"%PDF-1.4\n% an invoice of Larkspur\n")
    await stage.writes("That fixed it! While you are here: is this invoice right?", bill)


async def _is_relayed(stage: Stage) -> bool:
    seen = await stage.in_threads("support")
    relayed = any(post.attachments for post in seen if post.voice == "contact")
    return relayed and await stage.status() is Status.IN_PROGRESS


async def _transfers(stage: Stage) -> Response:
    return await stage.runs(ALICE, "ticket transfer", ticket="1", target="billing")


async def _is_moved(stage: Stage) -> bool:
    old, new = await stage.card("support"), await stage.card("billing")
    return bool(new and old and not old.buttons) and await stage.status() is Status.OPEN


async def _closes(stage: Stage) -> Response:
    told = await stage.runs(BOB, "reply", ticket="1", text="Bob from billing: yes, it is right.")
    if not told.ok:
        return told
    return await stage.runs(BOB, "ticket close", ticket="1", reason="invoice explained")


async def _is_closed(stage: Stage) -> bool:
    ticket = await stage.ticket()
    reached = any("yes, it is right" in post.text for post in await stage.heard())
    return ticket.status is Status.CLOSED and ticket.resolution is not None and reached


async def _writes_again(stage: Stage) -> None:
    await stage.writes("Sorry, one more thing: the invoice has my old address.")


async def _is_offered(stage: Stage) -> bool:
    offers = [post for post in await stage.in_threads("billing") if "wrote again" in post.text]
    return bool(offers and offers[0].buttons) and await stage.status() is Status.CLOSED


async def _reopens(stage: Stage) -> Response:
    return await stage.runs(BOB, "ticket reopen", ticket="1")


async def _is_reopened(stage: Stage) -> bool:
    ticket = await stage.ticket()
    return (ticket.status, ticket.reopened) == (Status.IN_PROGRESS, 1)


async def _waits(stage: Stage) -> Response:
    told = await stage.runs(BOB, "reply", ticket="1", text="Which address should it be?")
    await stage.until(_silence_counts)
    await stage.parts.clock.move(timedelta(hours=21))
    await stage.until(_is_warned)
    await stage.parts.clock.move(timedelta(hours=5))
    return told


async def _silence_counts(stage: Stage) -> bool:
    return (await stage.ticket()).inactivity_at is not None


async def _is_warned(stage: Stage) -> bool:
    return (await stage.ticket()).warned_at is not None


async def _is_closed_by_silence(stage: Stage) -> bool:
    ticket = await stage.ticket()
    told = any("closed this conversation" in post.text for post in await stage.heard())
    return (
        told
        and ticket.status is Status.CLOSED
        and ticket.close_reason == "the contact did not answer"
    )


SCENES = (
    Scene(
        name="agent_answers",
        title="Carol asks, and the AI agent answers",
        act=_asks,
        came_about=_is_answered,
    ),
    Scene(
        name="escalate",
        title="She wants a person: the agent is muted, a ticket opens",
        act=_gives_up,
        came_about=_has_ticket,
    ),
    Scene(
        name="summary",
        title="The card fills in with the agent's summary",
        act=_nothing,
        came_about=_has_summary,
    ),
    Scene(
        name="claim",
        title="Alice and Bob claim at once; Alice was first",
        act=_claims,
        came_about=_is_claimed,
    ),
    Scene(
        name="reply",
        title="Alice replies; Carol reads it where she asked",
        act=_replies,
        came_about=_is_read,
    ),
    Scene(
        name="attachment", title="Alice sends a picture", act=_sends_files, came_about=_has_files
    ),
    Scene(
        name="note",
        title="Alice adds an internal note; Carol never sees it",
        act=_notes,
        came_about=_is_internal,
    ),
    Scene(
        name="contact_replies",
        title="Carol answers, with a document",
        act=_answers,
        came_about=_is_relayed,
    ),
    Scene(
        name="transfer",
        title="Alice transfers the ticket to billing, with its history",
        act=_transfers,
        came_about=_is_moved,
    ),
    Scene(
        name="close",
        title="Bob answers and closes; the resolution time is kept",
        act=_closes,
        came_about=_is_closed,
    ),
    Scene(
        name="contact_writes_again",
        title="Carol writes again: the team is offered to reopen",
        act=_writes_again,
        came_about=_is_offered,
    ),
    Scene(
        name="reopen",
        title="Bob reopens: the same ticket, the agent muted again",
        act=_reopens,
        came_about=_is_reopened,
    ),
    Scene(
        name="inactivity_close",
        title="Carol stays silent for a day: warned, then closed",
        act=_waits,
        came_about=_is_closed_by_silence,
    ),
)


def _picture() -> bytes:
    """A small PNG: a green square."""
    side = 48
    rows = b"".join(b"\x00" + b"\x2f\x9e\x6e" * side for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
