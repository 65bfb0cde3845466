"""A command on its way: its files opened, one transaction, its errand, and what it asks next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.commands import decisions, errands, execution
from bot.commands.execution import execute
from bot.commands.registry import Draft, Invocation, Response, Shell, Trial
from bot.domain.errors import BatonError
from bot.domain.identity import Person
from bot.facts import facts
from bot.ports.agent import AgentPort
from bot.ports.clock import Clock
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)

_OUR_FAULT = "Something went wrong inside Baton, and nothing was changed. The log says what."


class Runner:
    """Never raises: a refusal is an answer, and so is a fault of ours."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        shell: Shell,
        agent: AgentPort | None,
        first_replied: Callable[[timedelta], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._shell = shell
        self._agent = agent
        self._first_replied = first_replied

    async def run(self, call: Invocation, *, asks: bool = False) -> Response:
        try:
            files = await self._opened(call)
            response = await self._store.transact(self._run, call, files, asks)
            known = facts(by=call.person.id, trace=response.trace, ticket=call.values.get("ticket"))
            log.info("/%s", call.command, extra=known)
            return await self._finished(call, response)
        except (ValueError, BatonError) as error:
            if not decisions.asks_back(call, error):
                return Response(text=str(error), ok=False)
            draft = decisions.addressed(call, error)
            token = await self._store.transact(decisions.keep, draft, self._clock.now())
            return decisions.asking(error, token)
        except Exception:
            log.exception("/%s failed inside Baton", call.command)
            return Response(text=_OUR_FAULT, ok=False)

    def _run(self, tx: Tx, call: Invocation, files: tuple[bytes, ...], asks: bool) -> Response:  # noqa: FBT001 - one of a callback's
        if call.key and not tx.first_sight(call.key):
            return Response(repeated=True)
        now = self._clock.now()
        return execute(
            tx, call, self._shell.reader, self._shell.desk_text, now, files=files, asks=asks
        )

    async def _opened(self, call: Invocation) -> tuple[bytes, ...]:
        """The bytes of a call's files, for a command that looks into them."""
        if not execution.command(call.command).opens:
            return ()
        return tuple(
            [await self._shell.media.load(one.digest) for one in call.attachments if one.digest]
        )

    async def _pay(self, errand: object) -> None:
        if isinstance(errand, Draft | Trial) and errands.cost(errand).tokens:
            await self._store.transact(errands.paid, errand, self._clock.now())

    async def _finished(self, call: Invocation, response: Response) -> Response:
        """The response after its errand, with the buttons for what it asks."""
        if response.first_response is not None:
            self._first_replied(response.first_response)
        done = response
        if response.errand is not None:
            done = await errands.run(response.errand, self._agent, self._shell)
            await self._pay(response.errand)
        now = self._clock.now()
        if response.proposes is not None:
            draft = replace(call, seen=response.proposes)
            token = await self._store.transact(decisions.keep, draft, now)
            return decisions.proposing(call, done, token)
        if done.next_page:
            values = {**call.values, **done.next_page}
            token = await self._store.transact(decisions.keep, replace(call, values=values), now)
            return decisions.turning(done, token)
        if done.draft and isinstance(response.errand, Draft):
            values = {"ticket": str(response.errand.number), "text": done.draft}
            reply = replace(call, command="ticket reply", values=values)
            token = await self._store.transact(decisions.keep, reply, now)
            return replace(done, buttons=(decisions.editing(token),))
        return done

    async def decide(self, person: Person, answer: str, token: str) -> Response:
        """Somebody answered a question; what they wanted to do was kept meanwhile."""
        try:
            files = await self._opened(await self._store.read(decisions.kept, person, token))
            call, response = await self._store.transact(
                decisions.carry_out,
                person,
                answer,
                token,
                lambda tx, call, asks: self._run(tx, call, files, asks),
            )
            return await self._finished(call, response)
        except (ValueError, BatonError) as error:
            return decisions.asking(error, token)
        except Exception:
            log.exception("what was decided failed inside Baton")
            return Response(text=_OUR_FAULT, ok=False)
