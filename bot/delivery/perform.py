"""Do one piece of work outside of any transaction, and say how it ended. Never raises."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.delivery.work import Ask, Call, Done, Play, Summarize, Tell, Work
from bot.domain.card import Card
from bot.domain.identity import platform_of
from bot.failpoints import passing
from bot.ports.agent import AgentPort, Failure, Outcome
from bot.ports.outlet import Attempt, Outlet, OutletError, Sent, Unclear, Unreachable
from bot.ports.player import PlayerPort
from bot.ports.webhook import WebhookPort

log = logging.getLogger(__name__)
# Longer than any platform's own time limit for a request, shorter than a lease.
CALL_TIMEOUT = 20.0
SummaryClock = Callable[[], datetime]
Save = Callable[[Mapping[str, str]], Awaitable[None]]


async def perform(
    work: Work,
    outlets: Mapping[str, Outlet],
    agent: AgentPort,
    player: PlayerPort,
    save: Save,
    now: SummaryClock,
    *,
    webhooks: WebhookPort | None = None,
) -> Done:
    """Carry work out. An error that no port announces is ours; it is logged and reported."""
    try:
        match work:
            case Call():
                return await _call(work, outlets, save)
            case Tell():
                await _tell(work, webhooks)
                return Done(work=work)
        return await _think(work, agent, player, now)
    except OutletError as error:
        return Done(work=work, error=error)
    except TimeoutError:
        return Done(work=work, error=Unclear("The platform did not answer in time."))
    except Exception as error:
        log.exception("effect %s failed inside Baton", work.effect.id)
        return Done(work=work, error=error)


async def _tell(work: Tell, webhooks: WebhookPort | None) -> None:
    if webhooks is None:
        raise Unreachable("Webhooks are switched off here.")
    async with asyncio.timeout(CALL_TIMEOUT):
        await webhooks.tell(work.notice)
    passing("lane.called")


async def _think(
    work: Ask | Summarize | Play, agent: AgentPort, player: PlayerPort, now: SummaryClock
) -> Done:
    match work:
        case Ask():
            outcome = await _ask(work, agent)
            passing("agent.answered")
            return Done(work=work, outcome=outcome)
        case Summarize():
            return Done(work=work, summary=await agent.summarize(work.case, now()))
        case Play():
            return Done(work=work, line=await player.line(work.scene))


async def _ask(work: Ask, agent: AgentPort) -> Outcome:
    try:
        return await agent.answer(work.turn)
    except Exception:
        log.exception("the agent broke its promise not to raise")
        return Failure(reason="an internal error.")


async def _call(work: Call, outlets: Mapping[str, Outlet], save: Save) -> Done:
    outlet = outlets.get(platform_of(work.place.workspace))
    if outlet is None:
        raise Unreachable(f"{work.place.workspace} is not connected.")
    async with asyncio.timeout(CALL_TIMEOUT):
        sent = await _send(outlet, work, save)
    link = ""
    if work.action == "post" and isinstance(work.content, Card) and sent:
        link = await outlet.link(sent)
    passing("lane.called")
    return Done(work=work, sent=sent, link=link)


async def _send(outlet: Outlet, work: Call, save: Save) -> Sent | None:
    content, attempt = work.content, _attempt(work, save)
    if work.action == "delete" or content is None:
        sent = work.sent or (await outlet.find(work.place, None, attempt) if work.look else None)
        if sent:
            await outlet.delete(sent)
        return sent
    if work.sent:
        await outlet.edit(work.sent, content)
        return work.sent
    if work.look and outlet.settle is not None:
        found = await outlet.find(work.place, content, attempt)
        if found:
            return found
    return await outlet.post(work.place, content, attempt)


def _attempt(work: Call, save: Save) -> Attempt:
    effect = work.effect
    return Attempt(
        key=effect.key,
        number=effect.attempts,
        first_at=effect.attempted_at or effect.created_at,
        progress=effect.progress,
        save=save,
        looks=work.looks,
    )
