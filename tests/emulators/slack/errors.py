"""What the emulator refuses, and how Slack words it."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A Web API answer with `ok: false`."""

    def __init__(
        self,
        error: str,
        *,
        messages: list[str] | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []
        self.status = status
        self.headers = headers or {}
        self.fields = fields

    def body(self) -> Json:
        """Slack: the reasons stand in `response_metadata.messages` with an [ERROR] prefix."""
        body: Json = {"ok": False, "error": self.error, **self.fields}
        if self.messages:
            body["errors"] = self.messages
            body["response_metadata"] = {"messages": [f"[ERROR] {m}" for m in self.messages]}
        return body


class ControlError(Exception):
    """Something a test asked for that no person could do in Slack."""

    def __init__(self, error: str, *, status: int = 400, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.fields = fields

    def body(self) -> Json:
        return {"ok": False, "error": self.error, **self.fields}
