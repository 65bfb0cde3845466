"""What happened, queued for every webhook that wants to know, and how it is told when it is sent.

A lane an endpoint: it is told in order, and an endpoint that is down holds up nobody but itself.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot.domain.desk import Desk, Webhook
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import Place
from bot.domain.thread import Event
from bot.domain.webhook import KINDS, PING, PREFIX, SEALED, TESTED, key, wants
from bot.ports.outbox import Effect, Lane, LaneKind, State
from bot.ports.store import Tx
from bot.ports.webhook import Notice
from bot.services.views import ticket_view

WORKSPACE = "webhook"
_LANES = "webhooks"
# What an event remembers for Baton itself: whom it called, which messages the agent has seen, …
_OURS = {"after", "button", "called", "mention", "mentions", "terms"}


def announce(tx: Tx, event: Event) -> None:
    """Queue an event for those who want it; practice is nobody's business."""
    name = KINDS.get(event.kind)
    if name is None or event.ticket_number is None:
        return
    webhooks = tx.desk.get().webhooks
    if not webhooks or tx.tickets.get(event.ticket_number).practice:
        return
    for webhook in webhooks:
        if wants(webhook, name):
            tx.outbox.add(lane_of(tx, webhook), f"event:{event.id}", order_at=event.at)


def ping(tx: Tx, webhook: Webhook, actor: str, now: datetime) -> None:
    """Queue a test, behind whatever waits already."""
    event = tx.events.add(Event(at=now, kind=TESTED, actor=actor, data={"webhook": webhook.label}))
    tx.outbox.add(lane_of(tx, webhook), f"event:{event.id}", order_at=now)


def retry(tx: Tx, webhook: Webhook) -> int:
    """Queue again what was given up, in its place in the order; answers with how many."""
    lane = lane_of(tx, webhook)
    dead = tx.outbox.dead_of(lane.id, "")
    for effect in dead:
        tx.outbox.put_effect(replace(effect, state=State.DROPPED))
        tx.outbox.add(lane, effect.subject, order_at=effect.order_at)
    return len(dead)


def lane_of(tx: Tx, webhook: Webhook) -> Lane:
    """The lane of an endpoint, by its name; a number stands for it from its first event on."""
    known = f"{_LANES}:{webhook.label}"
    number = tx.meta.get(known)
    if number is None:
        number = str(tx.meta.count(_LANES, 1))
        tx.meta.put(known, number)
    place = Place(workspace=WORKSPACE, channel=webhook.label)
    return tx.outbox.lane(LaneKind.WEBHOOK, int(number), place)


def notice(tx: Tx, lane: Lane, effect: Effect) -> Notice | None:
    """What is told now; None where there is nobody to tell any more."""
    webhook = tx.desk.get().webhook(lane.channel)
    if webhook is None:
        return None
    event = tx.events.get(int(effect.subject.partition(":")[2]))
    return Notice(
        id=f"baton-{event.id}-{event.at:%Y%m%d%H%M%S}",
        url=webhook.url,
        key=key(secret_of(tx, webhook)),
        body=json.dumps(payload(tx, event), ensure_ascii=False).encode(),
        attempt=effect.attempts + 1,
        since=effect.created_at,
    )


def payload(tx: Tx, event: Event) -> dict[str, Any]:
    """Standard Webhooks: type, timestamp, data. The ticket is told as it stands now."""
    facts = {name: value for name, value in event.data.items() if value and name not in _OURS}
    actor = {"id": event.actor, "name": _name(tx, event.actor)}
    data: dict[str, Any] = {"actor": actor, "facts": facts}
    if event.ticket_number is not None:
        data["ticket"] = asdict(ticket_view(tx, tx.tickets.get(event.ticket_number)))
    kind = PING if event.kind == TESTED else KINDS[event.kind]
    return {"type": kind, "timestamp": event.at.isoformat(), "data": plain(data)}


def plain(value: Any) -> Any:
    """As JSON has it: times in ISO 8601."""
    match value:
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case datetime():
            return value.isoformat()
    return value


def sealed(tx: Tx, desk: Desk) -> Desk:
    """The desk as it is kept: no secret in clear. Raises `BadInput` for one of another key."""
    return replace(desk, webhooks=tuple(_seal(tx, one) for one in desk.webhooks))


def secret_of(tx: Tx, webhook: Webhook) -> str:
    """What both sides know. Without one of its own it is made from the installation's key."""
    if not webhook.secret:
        return PREFIX + base64.b64encode(tx.vault.derive(f"webhook {webhook.label}")).decode()
    return tx.vault.unseal(webhook.secret) if _is_sealed(webhook) else webhook.secret


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def found(tx: Tx, name: str) -> Webhook:
    """By its name. Raises `NotFound`."""
    webhook = tx.desk.get().webhook(name.strip())
    if webhook is None:
        names = ", ".join(one.label for one in tx.desk.get().webhooks)
        hint = f"There are: {names}." if names else "/desk webhook add makes one."
        raise NotFound(what="webhook", name=name, hint=hint)
    return webhook


def _seal(tx: Tx, webhook: Webhook) -> Webhook:
    if not webhook.secret:
        return webhook
    if _is_sealed(webhook):
        try:
            tx.vault.unseal(webhook.secret)
        except BadInput as error:
            raise BadInput(problem=f'webhook "{webhook.label}": {error}') from error
        return webhook
    return replace(webhook, secret=tx.vault.seal(webhook.secret))


def _is_sealed(webhook: Webhook) -> bool:
    return webhook.secret.startswith(SEALED)


def _name(tx: Tx, actor: str) -> str:
    return tx.people.get(actor).name if ":" in actor else actor
