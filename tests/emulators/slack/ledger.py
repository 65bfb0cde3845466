"""A record of every call that reached the emulator."""

from dataclasses import asdict, dataclass, field

from tests.emulators.slack.errors import Json


@dataclass(kw_only=True)
class Call:
    number: int
    method: str
    app: str | None
    args: Json
    at: float
    status: int = 0
    error: str | None = None
    fault: str | None = None
    dropped: bool = False
    answer: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        return asdict(self)


class Ledger:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def begin(self, method: str, app: str | None, args: Json, at: float) -> Call:
        call = Call(number=len(self.calls) + 1, method=method, app=app, args=args, at=at)
        self.calls.append(call)
        return call

    def counts(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for call in self.calls:
            counted[call.method] = counted.get(call.method, 0) + 1
        return counted
