"""Commands of an admin about the programs that are told what happens."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.desk import command, save
from bot.commands.registry import Argument, Context, Kind, Response
from bot.domain.desk import Webhook
from bot.domain.errors import BadInput
from bot.domain.webhook import EVENTS
from bot.services import webhooks


def _list(context: Context) -> Response:
    lines = [_line(context, one) for one in context.tx.desk.get().webhooks]
    return Response(text="\n".join(lines) or "Nobody is told. /desk webhook add makes a webhook.")


def _line(context: Context, webhook: Webhook) -> str:
    lane = webhooks.lane_of(context.tx, webhook)
    dead = len(context.tx.outbox.dead_of(lane.id, ""))
    state = [f"down: {lane.suspended}"] if lane.suspended else []
    state += [f"given up: {dead}, /desk webhook retry {webhook.label}"] if dead else []
    events = ", ".join(webhook.events) or "every event"
    return " · ".join((f"**{webhook.label}**", webhook.url, events, *state))


def _add(context: Context) -> Response:
    """Shows the secret once; it is kept sealed."""
    secret = context.get("secret") or webhooks.new_secret()
    webhook = Webhook(
        name=context.get("name").strip(),
        url=context.get("url").strip(),
        events=_events(context.get("events")),
        secret=secret,
    )
    desk = context.tx.desk.get()
    if desk.webhook(webhook.label):
        raise BadInput(problem=f'There is a webhook "{webhook.label}" already.')
    desk = replace(desk, webhooks=(*desk.webhooks, webhook))
    done = save(context, desk, f"Added the webhook {webhook.label}.")
    if done.proposes is not None:
        return done
    return replace(
        done,
        text=f"{done.text}\nIts secret, shown this once: {secret}\n"
        f"/desk webhook test {webhook.label} sends a ping.",
    )


def _remove(context: Context) -> Response:
    gone = webhooks.found(context.tx, context.get("name"))
    desk = context.tx.desk.get()
    desk = replace(desk, webhooks=tuple(one for one in desk.webhooks if one != gone))
    return save(context, desk, f"Removed the webhook {gone.label}.")


def _secret(context: Context) -> Response:
    """A new one replaces the old at once."""
    old = webhooks.found(context.tx, context.get("name"))
    secret = webhooks.new_secret()
    desk = context.tx.desk.get()
    changed = tuple(replace(one, secret=secret) if one == old else one for one in desk.webhooks)
    done = save(context, replace(desk, webhooks=changed), f"{old.label} has a new secret.")
    if done.proposes is not None:
        return done
    return replace(done, text=f"{done.text}\nShown this once: {secret}")


def _test(context: Context) -> Response:
    webhook = webhooks.found(context.tx, context.get("name"))
    webhooks.ping(context.tx, webhook, context.me, context.now)
    return Response(
        text=f"A ping is on its way to {webhook.label}. If it does not come, /deliveries says why."
    )


def _retry(context: Context) -> Response:
    webhook = webhooks.found(context.tx, context.get("name"))
    count = webhooks.retry(context.tx, webhook)
    if not count:
        return Response(text=f"Nothing was given up for {webhook.label}.")
    return Response(text=f"{count} {'is' if count == 1 else 'are'} being sent again, in order.")


def _events(typed: str) -> tuple[str, ...]:
    """`closed, reopened` or with `ticket.` in front; nothing is everything."""
    named = [one for one in typed.replace(",", " ").split() if one != "all"]
    return tuple(one if "." in one else f"ticket.{one}" for one in named)


_NAME = Argument(name="name", kind=Kind.WORD, help="the webhook's name, one word")

WEBHOOKS = (
    command("webhook list", "Which programs are told, and whether they listen", _list),
    command(
        "webhook add",
        "Tell another program what happens",
        _add,
        _NAME,
        Argument(name="url", kind=Kind.WORD, help="its address, https://…"),
        Argument(
            name="events",
            kind=Kind.WORD,
            help=f"with commas between: {', '.join(one.partition('.')[2] for one in EVENTS)}",
            required=False,
        ),
        Argument(
            name="secret",
            kind=Kind.WORD,
            help="whsec_…, if the program has one; else one is made",
            required=False,
        ),
    ),
    command("webhook remove", "Tell a program no more", _remove, _NAME),
    command("webhook secret", "Give a webhook a new secret", _secret, _NAME),
    command("webhook test", "Send a ping to a webhook", _test, _NAME),
    command("webhook retry", "Send again what a webhook did not take", _retry, _NAME),
)
