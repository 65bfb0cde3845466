"""Figures for Prometheus: counted where they happen, or read from the store when asked for."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.delivery.work import Ask, Call, Done
from bot.domain.conversation import PRACTICE
from bot.domain.identity import platform_of
from bot.ports.inbound import Inbound, Written
from bot.ports.outbox import LaneKind, State
from bot.ports.store import Store, Tx
from bot.services.delivered import WITHHELD


class Metrics:
    """The figures of one process. Counters begin at zero with it; gauges are of the whole desk."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "baton_messages",
            "Messages taken in from contacts and team, and delivered",
            ("direction", "platform"),
            registry=self.registry,
        )
        self.turns = Counter(
            "baton_agent_turns", "What the agent was asked", ("outcome",), registry=self.registry
        )
        self.failures = Counter(
            "baton_delivery_failures", "Calls that failed", ("error",), registry=self.registry
        )
        self.first_response = Histogram(
            "baton_first_response_seconds",
            "From the opening of a ticket to its first reply",
            buckets=(30, 60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600),
            registry=self.registry,
        )
        self._effects = self._gauge("baton_effects", "Effects by state", "state")
        self._lag = self._gauge("baton_lane_lag_seconds", "The longest wait of a due effect")
        self._withheld = self._gauge(
            "baton_withheld_messages", "Words of the agent that came too late and were not sent"
        )
        self._tickets = self._gauge(
            "baton_open_tickets", "Tickets that are not closed", "status", "team"
        )
        self._escalations = self._gauge(
            "baton_escalations", "Escalations among the latest events, by rule", "rule"
        )

    def received(self, inbound: Inbound) -> None:
        """A platform's event was taken in."""
        if isinstance(inbound, Written):
            self.messages.labels("in", platform_of(inbound.workspace)).inc()

    def first_replied(self, after: timedelta) -> None:
        """A ticket had its first reply."""
        self.first_response.observe(after.total_seconds())

    def performed(self, done: Done) -> None:
        """A piece of work has ended."""
        if done.error is not None:
            self.failures.labels(type(done.error).__name__).inc()
        elif isinstance(done.work, Ask):
            self.turns.labels(type(done.outcome).__name__.lower()).inc()
        elif isinstance(done.work, Call) and done.work.action == "post":
            side = "out" if done.work.lane.kind is LaneKind.CONTACT else "team"
            if done.work.place.workspace != PRACTICE:
                self.messages.labels(side, platform_of(done.work.place.workspace)).inc()

    async def text(self, store: Store) -> bytes:
        """Everything, in the format that Prometheus reads."""
        await store.read(self._look, datetime.now(UTC))
        return generate_latest(self.registry)

    def _look(self, tx: Tx, wall: datetime) -> None:
        backlog = tx.outbox.backlog(wall)
        for state in State:  # one that has none now had some before
            self._effects.labels(state).set(backlog.by_state.get(state, 0))
        self._lag.set(backlog.oldest_s)
        self._withheld.set(tx.meta.counted(WITHHELD))
        self._tickets.clear()
        for (status, team), count in tx.tickets.tally().items():
            self._tickets.labels(status, team).set(count)
        self._escalations.clear()
        recent = [
            event
            for event in tx.events.recent(1000)
            if event.kind == "escalated" and not event.data.get("practice")
        ]
        for rule, count in Tally(event.data.get("rule") or "none" for event in recent).items():
            self._escalations.labels(rule).set(count)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)
