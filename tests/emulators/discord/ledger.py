"""What happened, for tests to read: calls, gateway traffic, violations of the specification."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field

from tests.emulators.discord.constants import Json


@dataclass(kw_only=True)
class Call:
    method: str
    route: str
    path: str
    status: int
    at: float
    application_id: str | None = None
    code: int | None = None
    fault: str | None = None
    deduplicated: bool = False
    body: Json | list[Json] | None = None
    audit_reason: str | None = None


@dataclass
class Ledger:
    """Counts are never cut; the list of calls keeps the last 20,000."""

    revision: int = 0
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=20_000))
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[Json] = field(default_factory=list)
    gateway: deque[Json] = field(default_factory=lambda: deque(maxlen=20_000))
    deduplicated: int = 0

    def record(self, call: Call) -> None:
        self.calls.append(call)
        self.counts[f"{call.method} {call.route} {call.status}"] += 1

    def violate(self, where: str, route: str, problem: str) -> None:
        """``where`` is request, response, query, route, or handler for what was not understood."""
        self.violations.append({"where": where, "route": route, "problem": problem})

    def read_calls(self, route: str | None = None) -> list[Json]:
        """``route`` is like ``POST /channels/{channel_id}/messages``."""
        return [
            asdict(call) for call in self.calls if route in {None, f"{call.method} {call.route}"}
        ]
