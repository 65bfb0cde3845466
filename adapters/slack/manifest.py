"""The app manifest, made from the commands and permissions that the code has.

`python -m adapters.slack.manifest [PREFIX]` prints it; `manifest.yml` is that print, and a test
holds the two together. A prefix goes before every command's name (see SLACK_COMMAND_PREFIX).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import yaml  # type: ignore[import-untyped] # it ships no types

from adapters.slack import scopes
from adapters.slack.commands import roots
from adapters.slack.listeners.shortcuts import SEND_TO_CONTACT
from bot.commands import REGISTRY

Json = dict[str, Any]

# Slack takes 1,000 characters; what is beyond the first line or so of a hint is hardly ever read.
_HINT = 300
# What the commands of more than one word are for, by their first.
_ABOUT = {
    "deliveries": "See what could not be delivered, and send it again",
    "desk": "Set the desk up: teams, channels, hours, the agent",
    "message": "Edit or delete a message that was sent to a contact",
    "privacy": "Export or erase what is kept about a contact",
    "routing": "Decide which conversations go to which team",
    "ticket": "Work on a ticket: claim, reply, note, transfer, close",
}
_MORE = " | help"
_HEAD = """\
# Everything Baton asks of a Slack workspace; docs/slack.md gives the reason for each permission.
# Made by `python -m adapters.slack.manifest`, which also takes a prefix for the command names.
"""


def manifest(prefix: str = "") -> Json:
    """Over Socket Mode; HTTP mode switches it off and names request URLs (docs/slack.md)."""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Baton",
            "description": "Passes conversations from an AI agent to people",
            "background_color": "#2f3a6b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Baton", "always_online": True},
            "shortcuts": [
                {
                    "name": "Send to contact",
                    "type": "message",
                    "callback_id": SEND_TO_CONTACT,
                    "description": "Send this note of a ticket's thread to the contact",
                }
            ],
            "slash_commands": [_command(root, prefix) for root in sorted(roots())],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes.SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(scopes.EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def written(prefix: str = "") -> str:
    """The manifest as a file."""
    body: str = yaml.safe_dump(manifest(prefix), sort_keys=False, allow_unicode=True, width=100)
    return _HEAD + body


def _command(root: str, prefix: str) -> Json:
    """Slack: names that are picked (`@alice`, `#support`) come as ids with `should_escape`."""
    own = REGISTRY.get(root)
    below = sorted(name.partition(" ")[2] for name in REGISTRY if name.startswith(f"{root} "))
    hint = own.usage.partition(" ")[2] if own else ""
    return {
        "command": f"/{prefix}{root}",
        "description": _ABOUT.get(root) or REGISTRY[root].help,
        **_hint(hint or _listed(below)),
        "should_escape": True,
    }


def _listed(names: Sequence[str]) -> str:
    """As many as there is room for, and how to see the others."""
    room = _HINT - len(_MORE)
    shown = list(names)
    while len(" | ".join(shown)) > room:
        shown.pop()
    return " | ".join(shown) + (_MORE if len(shown) < len(names) else "")


def _hint(text: str) -> Json:
    return {"usage_hint": text} if text else {}


if __name__ == "__main__":
    sys.stdout.write(written(*sys.argv[1:2]))
