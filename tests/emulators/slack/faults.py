"""Faults on demand: for calls to us and for deliveries from us."""

import random
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase

from tests.emulators.slack.errors import ControlError, Json

CALL_FAULTS = {
    "ratelimited",  # 429 with Retry-After, nothing done
    "error",  # ok: false with a given error, nothing done
    "error_before",  # 5xx, nothing done
    "error_after",  # done, then 5xx
    "drop_before",  # connection cut, nothing done
    "drop_after",  # done, then the connection is cut
    "slow",  # answered after a delay
    "slow_after",  # done at once, answered after a delay
    "bare",  # done, and the answer holds nothing but ok and what `keeps` names
}
DELIVERY_FAULTS = {
    "duplicate",  # sent twice
    "reorder",  # held back until the next one has gone out
    "delay",  # sent later
    "lose",  # never sent
    "lose_ack",  # the acknowledgement is lost: sent again
}


@dataclass(kw_only=True)
class Fault:
    kind: str
    match: str = "*"
    app: str | None = None
    channel: str | None = None
    contains: str = ""
    skip: int = 0
    times: int | None = 1
    probability: float = 1.0
    status: int = 500
    retry_after: float = 1.0
    delay: float = 0.2
    error: str = "internal_error"
    keeps: str = ""
    id: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in CALL_FAULTS | DELIVERY_FAULTS:
            raise ControlError("unknown_fault", kind=self.kind)


@dataclass
class Faults:
    """Rules in the order they were set; the first that fits and fires is used."""

    random: random.Random
    rules: list[Fault] = field(default_factory=list)
    _made: int = 0

    def add(self, fault: Fault) -> Fault:
        self._made += 1
        fault.id = self._made
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        self.rules.clear()

    def for_call(self, method: str, app: str | None, args: Json) -> Fault | None:
        if not self.rules:
            return None
        channel = str(args.get("channel") or args.get("channel_id") or "")
        return self._pick(CALL_FAULTS, method, app=app, channel=channel, content=str(args))

    def for_delivery(self, name: str, app: str, channel: str, payload: Json) -> Fault | None:
        if not self.rules:
            return None
        return self._pick(DELIVERY_FAULTS, name, app=app, channel=channel, content=str(payload))

    def _pick(
        self, kinds: set[str], name: str, *, app: str | None, channel: str, content: str
    ) -> Fault | None:
        for rule in self.rules:
            fits = (
                rule.kind in kinds
                and fnmatchcase(name, rule.match)
                and rule.app in {None, app}
                and rule.channel in {None, channel}
                and rule.contains in content
            )
            if fits and self._fires(rule):
                return rule
        return None

    def _fires(self, rule: Fault) -> bool:
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if rule.times == 0 or (rule.probability < 1 and self.random.random() >= rule.probability):
            return False
        if rule.times is not None:
            rule.times -= 1
        rule.hits += 1
        return True

    def to_json(self) -> list[Json]:
        return [asdict(rule) for rule in self.rules]
