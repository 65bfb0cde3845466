"""Take in what people wrote in the console and Baton has not seen, because it died in between."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

from adapters.console import places
from adapters.console.inbound import Inbound
from adapters.console.outlet import BATON
from bot.domain.card import Post
from bot.domain.errors import BatonError, ThreadCutOff
from bot.ports.inbound import Deleted, Edited
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Tx

log = logging.getLogger(__name__)
# Everything up to this post was taken in; only catching up moves it.
_WATERMARK = "console:seen"
# Edits and deletes leave no post of their own: the newest posts are compared.
_COMPARED = 1_000


async def catch_up(inbound: Inbound) -> int:
    """Let Baton have every own post since the last time, in order; answers with how many.

    Baton knows what it had by the post's id, so having one twice changes nothing.
    """
    store = inbound.baton.store
    new, upto = await store.read(_missed)
    for posted in new:
        await _again(inbound, posted)
    for change in await store.read(_changes, inbound.baton.clock.now()):
        await inbound.baton.receive(change)
    await store.transact(_mark, upto)
    return len(new)


async def _again(inbound: Inbound, posted: Posted) -> None:
    try:
        await inbound.again(posted)
    except ThreadCutOff:
        await inbound.baton.store.transact(_delete, posted.id)
    except BatonError as error:
        log.warning("console post %s cannot be taken in: %s", posted.id, error)


def _missed(tx: Tx) -> tuple[list[Posted], int]:
    """The people's posts beyond the watermark, and the newest post there is."""
    since = int(tx.meta.get(_WATERMARK) or 0)
    return tx.posts.others(BATON, after=since), max(since, tx.posts.last_id())


def _changes(tx: Tx, now: datetime) -> list[Edited | Deleted]:
    """What contacts changed or took back and Baton still knows otherwise."""
    newest = tx.posts.newest_of_others(BATON, _COMPARED)
    changes = (_change(tx, post, now) for post in newest if places.is_direct(post.channel))
    return [change for change in changes if change]


def _change(tx: Tx, post: Posted, now: datetime) -> Edited | Deleted | None:
    known = tx.messages.find_source(places.WORKSPACE, post.channel, str(post.id))
    if known is None or known.deleted_at or not isinstance(post.content, Post):
        return None
    where = {"workspace": places.WORKSPACE, "channel": post.channel, "source_id": str(post.id)}
    if post.deleted:
        return Deleted(**where, at=post.at)
    if known.text == post.content.text:
        return None
    stamp = secrets.token_hex(8)
    return Edited(**where, text=post.content.text, stamp=stamp, at=now)


def _mark(tx: Tx, upto: int) -> None:
    tx.meta.put(_WATERMARK, str(upto))


def _delete(tx: Tx, post_id: int) -> None:
    tx.posts.delete(post_id)
