"""Sending events, commands and interactions to apps, with retries and faults."""

import asyncio
from dataclasses import asdict, dataclass, field

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.http_mode import HttpSender
from tests.emulators.slack.model import App, Channel
from tests.emulators.slack.outcome import Outcome

EVENT = "events_api"
COMMAND = "slash_commands"
INTERACTIVE = "interactive"
LONG_WAIT = 2.0


@dataclass(kw_only=True)
class Delivery:
    number: int
    app: str
    kind: str
    name: str
    channel: str
    payload: Json
    state: str = "pending"
    attempts: list[Json] = field(default_factory=list)
    fault: str | None = None

    def to_json(self) -> Json:
        return asdict(self)


class Dispatcher:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._http = HttpSender(core)
        self._held: dict[str, list[asyncio.Event]] = {}
        self.deliveries: list[Delivery] = []

    async def close(self) -> None:
        await self._http.close()

    def event(self, app: App, event: Json, channel: Channel | None) -> None:
        payload = self._envelope(app, event, channel)
        name = str(event["type"])
        if event.get("subtype"):
            name += f".{event['subtype']}"
        delivery = self._begin(app, EVENT, name, channel.id if channel else "", payload)
        self._core.spawn(self._deliver(app, delivery))

    def _envelope(self, app: App, event: Json, channel: Channel | None) -> Json:
        authorization = {
            "enterprise_id": None,
            "team_id": app.team_id,
            "user_id": app.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": app.verification_token,
            "team_id": app.team_id,
            "context_team_id": app.team_id,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._core.ids.new("Ev"),
            "event_time": int(self._core.clock.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
            "event_context": f"4-{self._core.ids.token()}",
        }

    def _begin(self, app: App, kind: str, name: str, channel: str, payload: Json) -> Delivery:
        number = len(self.deliveries) + 1
        delivery = Delivery(
            number=number, app=app.id, kind=kind, name=name, channel=channel, payload=payload
        )
        self.deliveries.append(delivery)
        return delivery

    async def _deliver(self, app: App, delivery: Delivery) -> None:
        fault = self._core.faults.for_delivery(
            delivery.name, app.id, delivery.channel, delivery.payload
        )
        delivery.fault = fault.kind if fault else None
        if fault is not None and fault.kind == "lose":
            self._finish(delivery, "lost")
            return
        if fault is not None and fault.kind in {"delay", "reorder"}:
            await self._hold(app, fault.kind, fault.delay)
        else:
            self._release(app)
        if fault is not None and fault.kind == "duplicate":
            await self._attempt(app, delivery, 0, "")
        lose_ack = fault is not None and fault.kind == "lose_ack"
        await self._try_until_acknowledged(app, delivery, lose_ack=lose_ack)

    async def _hold(self, app: App, kind: str, delay: float) -> None:
        """A reordered event waits for the next one, but not for ever."""
        if kind == "delay":
            await self._core.clock.sleep(delay)
            return
        gate = asyncio.Event()
        self._held.setdefault(app.id, []).append(gate)
        try:
            async with asyncio.timeout(delay):
                await gate.wait()
            await asyncio.sleep(0.02)
        except TimeoutError:
            return

    def _release(self, app: App) -> None:
        for gate in self._held.pop(app.id, []):
            gate.set()

    async def _try_until_acknowledged(
        self, app: App, delivery: Delivery, *, lose_ack: bool
    ) -> None:
        """Slack: a failed event is retried three times, then it is gone."""
        outcome = await self._attempt(app, delivery, 0, "")
        if lose_ack:
            outcome = Outcome(ok=False, reason="timeout")
        for number, delay in enumerate(self._core.config.retry_delays, start=1):
            if outcome.ok or outcome.stop:
                break
            await self._wait_to_retry(delivery, delay * self._core.config.time_scale)
            outcome = await self._attempt(app, delivery, number, outcome.reason)
        self._finish(delivery, "acked" if outcome.ok else "lost")

    async def _wait_to_retry(self, delivery: Delivery, seconds: float) -> None:
        """A retry that is minutes away does not count as pending."""
        if seconds > LONG_WAIT:
            self._finish(delivery, "waiting")
        await asyncio.sleep(seconds)
        delivery.state = "pending"

    async def _attempt(self, app: App, delivery: Delivery, number: int, reason: str) -> Outcome:
        entry: Json = {"retry": number, "reason": reason, "at": self._core.clock.now()}
        delivery.attempts.append(entry)
        seconds = self._core.config.ack_timeout
        sender = self._core.sockets if app.mode == "socket" else self._http
        outcome = await sender.send(
            app, delivery.kind, delivery.payload, retry=(number, reason), seconds=seconds
        )
        entry |= {"ok": outcome.ok, "result": outcome.reason, "answered": self._core.clock.now()}
        self._core.world.touch()
        return outcome

    def _finish(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        self._core.world.touch()

    async def interact(self, app: App, kind: str, name: str, payload: Json) -> Outcome:
        """Slack: commands and interactions are sent once; the person sees it fail."""
        delivery = self._begin(app, kind, name, str(payload.get("channel_id", "")), payload)
        fault = self._core.faults.for_delivery(name, app.id, delivery.channel, payload)
        delivery.fault = fault.kind if fault else None
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.delay)
        if delivery.fault == "duplicate":
            await self._attempt(app, delivery, 0, "")
        if delivery.fault == "lose":
            outcome = Outcome(ok=False, reason="timeout")
        else:
            outcome = await self._attempt(app, delivery, 0, "")
        if delivery.fault == "lose_ack":
            outcome = Outcome(ok=False, reason="timeout")
        self._finish(delivery, "acked" if outcome.ok else "failed")
        return outcome

    async def again(self, delivery: Delivery) -> Outcome:
        """One more attempt at something that was sent before."""
        app = self._core.world.app(delivery.app)
        return await self._attempt(app, delivery, len(delivery.attempts), "timeout")

    def pending(self) -> int:
        return sum(one.state == "pending" for one in self.deliveries)

    async def verify_url(self, app: App) -> Outcome:
        """Slack: a new request URL must echo the challenge."""
        challenge = self._core.ids.token(32)
        payload = {
            "token": app.verification_token,
            "challenge": challenge,
            "type": "url_verification",
        }
        seconds = self._core.config.ack_timeout
        outcome = await self._http.send(app, EVENT, payload, retry=(0, ""), seconds=seconds)
        body = outcome.body
        answered = body.get("challenge") if isinstance(body, dict) else str(body or "").strip()
        if outcome.ok and answered != challenge:
            return Outcome(ok=False, reason="challenge_failed", body=body)
        return outcome
