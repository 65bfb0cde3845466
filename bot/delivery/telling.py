"""What the log says of work that has ended."""

from __future__ import annotations

import logging

from bot.delivery.work import Ask, Call, Done
from bot.facts import facts, trace
from bot.ports.outbox import LaneKind
from bot.ports.outlet import OutletError

log = logging.getLogger(__name__)


def tell(done: Done) -> None:
    """One line: what was done, where, for what; or why it could not be."""
    work = done.work
    known = facts(
        trace=f"message:{work.upto}" if isinstance(work, Ask) else trace(work.effect.subject),
        lane=f"{work.lane.kind}:{work.lane.ref}",
        attempt=work.effect.attempts,
        workspace=work.lane.workspace,
        channel=work.lane.channel,
        platform_id=done.sent.platform_id if done.sent else "",
        outcome=type(done.outcome).__name__.lower() if done.outcome else "",
        error=type(done.error).__name__ if done.error else "",
    )
    if done.error is not None:
        why = f": {done.error}" if isinstance(done.error, OutletError) else ""
        log.warning("%s failed%s", _what(done), why, extra=known)
    elif work.lane.kind is LaneKind.CARD:
        log.debug(_what(done), extra=known)
    else:
        log.info(_what(done), extra=known)


def _what(done: Done) -> str:
    if isinstance(done.work, Call):
        return done.work.action
    return type(done.work).__name__.lower()
