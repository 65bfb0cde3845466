"""How what is read from a desk file becomes these values: a key that is unknown is an error."""

from __future__ import annotations

from typing import Any

STRICT: dict[str, Any] = {"extra": "forbid"}
