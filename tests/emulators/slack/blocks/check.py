"""The collector of complaints and the checks every part of Block Kit shares."""

from collections.abc import Collection
from typing import Any

from tests.emulators.slack.errors import Json


def kind_of(value: Any) -> str:
    """The type of a block or element; empty where there is none."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


class Check:
    """Collects what is wrong; each complaint carries a JSON pointer, as Slack's do."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, problem: str, pointer: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{pointer}]")

    def is_object(self, value: Any, pointer: str) -> bool:
        if isinstance(value, dict):
            return True
        self.add("must provide an object", pointer)
        return False

    def keys(
        self, value: Json, pointer: str, *, required: Collection[str], optional: Collection[str]
    ) -> bool:
        """Slack: unknown properties are refused, as are missing ones."""
        missing = [key for key in required if value.get(key) is None]
        unknown = set(value) - set(required) - set(optional) - {"type"}
        for key in missing:
            self.add(f"missing required field: {key}", pointer)
        for key in sorted(unknown):
            self.add(f"invalid additional property: {key}", pointer)
        return not missing

    def string(self, value: Any, pointer: str, *, limit: int, minimum: int = 1) -> None:
        if value is None:
            return
        if not isinstance(value, str):
            self.add("must provide a string", pointer)
        elif len(value) > limit:
            self.add(f"must be less than {limit + 1} characters", pointer)
        elif len(value) < minimum:
            self.add(f"must be more than {minimum - 1} characters", pointer)

    def items(self, value: Any, pointer: str, *, limit: int, minimum: int = 1) -> list[Any]:
        if not isinstance(value, list):
            self.add("must provide an array", pointer)
            return []
        if len(value) > limit:
            self.add(f"no more than {limit} items allowed", pointer)
        if len(value) < minimum:
            self.add(f"no fewer than {minimum} items allowed", pointer)
        return value

    def url(self, value: Any, pointer: str) -> None:
        if value is None:
            return
        self.string(value, pointer, limit=3000)
        if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
            self.add("invalid url", pointer)

    def text(
        self, value: Any, pointer: str, *, limit: int, mrkdwn: bool = False, minimum: int = 1
    ) -> None:
        """A text object. Slack: many places take plain_text only."""
        if value is None or not self.is_object(value, pointer):
            return
        kind = kind_of(value)
        allowed = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)
        if kind not in allowed:
            self.add(f"unsupported text type: {kind}", f"{pointer}/type")
            return
        extra = ("emoji",) if kind == "plain_text" else ("verbatim",)
        if self.keys(value, pointer, required=("text",), optional=extra):
            before = len(self.problems)
            self.string(value["text"], f"{pointer}/text", limit=limit, minimum=minimum)
            if len(self.problems) > before:
                self.problems.insert(
                    before, f"failed to match all allowed schemas [json-pointer:{pointer}]"
                )

    def unique(self, found: list[Any], what: str, pointer: str) -> None:
        """Slack: block_ids are unique in a message, action_ids in their block."""
        values = [one for one in found if isinstance(one, str) and one]
        for value in sorted({one for one in values if values.count(one) > 1}):
            self.add(f"`{what}` already exists: {value}", pointer)
