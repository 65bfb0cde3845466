"""Who is pinged by a message. Pure.

Discord: without ``allowed_mentions`` everything in the text counts; with it only what it allows.
@everyone and unmentionable roles need MENTION_EVERYONE.
"""

import re
from dataclasses import dataclass

from tests.emulators.discord.constants import Json
from tests.emulators.discord.model import Role

USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(frozen=True, kw_only=True)
class Mentions:
    users: list[str]
    roles: list[str]
    everyone: bool


def parse(
    text: str,
    *,
    allowed: Json | None,
    users: set[str],
    roles: dict[str, Role],
    may_mention_all: bool,
    replied_to: str | None = None,
) -> Mentions:
    """``users`` are those who could be mentioned; ``replied_to`` the author answered to."""
    found = [who for who in dict.fromkeys(USER.findall(text)) if _allows(allowed, "users", who)]
    named = [r for r in dict.fromkeys(ROLE.findall(text)) if _allows(allowed, "roles", r)]
    if replied_to and (allowed is None or allowed.get("replied_user", False)):
        found = list(dict.fromkeys([*found, replied_to]))
    return Mentions(
        users=[who for who in found if who in users],
        roles=[r for r in named if r in roles and (may_mention_all or roles[r].mentionable)],
        everyone=bool(
            EVERYONE.search(text)
            and may_mention_all
            and (allowed is None or "everyone" in (allowed.get("parse") or []))
        ),
    )


def _allows(allowed: Json | None, kind: str, target: str) -> bool:
    if allowed is None or kind in (allowed.get("parse") or []):
        return True
    return target in [str(listed) for listed in allowed.get(kind) or []]
