"""Commands of an admin about one contact's data: hand it out, or forget it for good."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.commands import resolve
from bot.commands.handing_out import HandOut
from bot.commands.registry import Argument, Command, Context, Kind, Response
from bot.domain.card import Button
from bot.domain.desk import Role
from bot.domain.erasure import Erasure, Progress, digest_of
from bot.domain.errors import NotFound
from bot.services.privacy import contact as contacts
from bot.services.privacy import erase as erasing
from bot.services.privacy import export as exporting

_SHOWN = 20


def _export(context: Context) -> Response:
    contact = _contact(context, context.get("contact"))
    dossier = exporting.export(context.tx, contact, context.me, context.now)
    return Response(errand=HandOut(dossier=dossier))


def _erase(context: Context) -> Response:
    """Without a confirmation: what would go, and how to confirm it."""
    typed = context.get("contact")
    contact = _contact(context, typed)
    if confirm := context.get("confirm"):
        return _erased(context, contact, confirm)
    try:
        found = contacts.holdings(context.tx, contact)
    except NotFound:
        return _again(context, contact)
    return Response(
        text=(
            f"Erase {found.person.name} ({contact})? This cannot be undone.\n"
            f"It removes: {found.extent}. Figures stay, without a name. What others wrote straight "
            "into a thread on Slack is not Baton's to remove.\n"
            f"To confirm, type: /privacy erase {contact} confirm={_quoted(found.person.name)}"
        ),
        buttons=(
            Button(action="privacy:erase", label="Erase for good", value=contact, style="danger"),
        ),
    )


def _erased(context: Context, contact: str, confirm: str) -> Response:
    try:
        done = erasing.erase(
            context.tx, contact, confirm, context.me, context.now, datetime.now(UTC)
        )
    except NotFound:
        return _again(context, contact)
    return Response(
        text=f"Erased: {done.extent}. The copies on the platforms are being removed now; "
        "/privacy erasures tells how far that is."
    )


def _again(context: Context, contact: str) -> Response:
    """Somebody who was erased already. Raises `NotFound` for one who was never known."""
    before = context.tx.privacy.erasure(digest_of(contact))
    if before is None:
        raise NotFound(what="contact", name=contact, hint="Give the id, a mention or the name.")
    return Response(text=f"They were erased already.\n{_line(before)}")


def _erasures(context: Context) -> Response:
    found = context.tx.privacy.recent(_SHOWN)
    lines = [_told(context, one) for one in found]
    return Response(text="\n".join(lines) or "Nobody was erased yet.")


def _told(context: Context, erasure: Erasure) -> str:
    lines = [_line(erasure)]
    lines += [f"  left: {one.where}: {one.problem}" for one in erasure.remnants]
    if erasure.progress is Progress.REMOVING:
        lanes = [context.tx.outbox.get_lane(one) for one in erasure.lanes]
        lines += [
            f"  waits for {lane.workspace}: {lane.suspended}" for lane in lanes if lane.suspended
        ]
    return "\n".join(lines)


def _line(erasure: Erasure) -> str:
    state = (
        "the copies on the platforms are being removed"
        if erasure.progress is not Progress.DONE
        else "everything was removed"
        if not erasure.remnants
        else "not everything could be removed"
    )
    return f"{erasure.id} · {erasure.at:%Y-%m-%d %H:%M} UTC · {erasure.extent} · {state}"


def _contact(context: Context, typed: str) -> str:
    """By id, mention or name; of several of a name, the one who has written."""
    meant = resolve.person(context, typed)
    named = [one.id for one in context.tx.people.named(typed.strip().removeprefix("@"))]
    return contacts.one_of(context.tx, (meant, *named), meant)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


_CONTACT = Argument(name="contact", kind=Kind.PERSON, help="who, like @carol, or the id")

PRIVACY = (
    Command(
        name="privacy export",
        help="Everything about a contact as one file, to you alone",
        role=Role.ADMIN,
        handler=_export,
        arguments=(_CONTACT,),
    ),
    Command(
        name="privacy erase",
        help="Forget a contact for good, here and on the platforms",
        role=Role.ADMIN,
        handler=_erase,
        arguments=(
            _CONTACT,
            Argument(
                name="confirm",
                kind=Kind.TEXT,
                help="type the contact's name to erase them for good",
                required=False,
            ),
        ),
    ),
    Command(
        name="privacy erasures",
        help="Who was erased when, without names, and what could not be removed",
        role=Role.ADMIN,
        handler=_erasures,
    ),
)
