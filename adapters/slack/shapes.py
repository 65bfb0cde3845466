"""What Slack's answers hold at least, by method; pure.

An answer that is ok and lacks it is nobody's fault who wrote something: whoever asked hears that
Slack did not answer, as when the line is broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The path to each part, and what it is there. Slack: each method's page shows its answer.
_HOLDS: Mapping[str, Mapping[str, type]] = {
    "auth.test": {"team_id": str, "user_id": str},
    "conversations.history": {"messages": list},
    "conversations.info": {"channel": dict},
    "conversations.list": {"channels": list},
    "conversations.open": {"channel.id": str},
    "conversations.replies": {"messages": list},
    "files.getUploadURLExternal": {"file_id": str, "upload_url": str},
    "files.info": {"file": dict},
    "usergroups.list": {"usergroups": list},
    "users.conversations": {"channels": list},
    "users.info": {"user": dict},
    "users.list": {"members": list},
}


def lacking(method: str, answer: object) -> str:
    """The first part that an answer should hold and does not; empty where it is all there."""
    for path, kind in _HOLDS.get(method, {}).items():
        found = _at(answer, path)
        if not isinstance(found, kind) or not _is_whole(found):
            return path
    return ""


def _at(answer: object, path: str) -> Any:
    for name in path.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def _is_whole(found: Any) -> bool:
    """Slack: its lists hold objects."""
    return not isinstance(found, list) or all(isinstance(one, dict) for one in found)
