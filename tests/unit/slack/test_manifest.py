"""The manifest asks for exactly what the code uses, each with its reason in the documentation."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import manifest, scopes
from adapters.slack.commands import roots
from bot.commands import REGISTRY

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT.parent / "shared" / "specs" / "slack-manifest.schema.2.0.0.json"
# Slack: what each method's page asks for, by the kinds of conversations Baton works in.
HISTORY = {"channels:history", "groups:history", "im:history"}
METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write", "chat:write.customize", "im:write"},
    "chat_update": {"chat:write"},
    "conversations_history": HISTORY,
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_join": {"channels:join"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": HISTORY,
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "usergroups_list": {"usergroups:read"},
    "users_conversations": {"im:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
EVENTS = {
    "app_home_opened": set(),
    "channel_archive": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_left": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "subteam_updated": {"usergroups:read"},
    "tokens_revoked": set[str](),
}
CALLS = {
    name
    for name, value in inspect.getmembers(AsyncWebClient)
    if "_" in name.strip("_") and inspect.iscoroutinefunction(value)
}


def used() -> Iterator[str]:
    """The API methods that the adapter's code names."""
    for path in (ROOT / "adapters" / "slack").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in CALLS:
                yield node.attr


def test_the_scopes_are_exactly_those_that_the_code_needs() -> None:
    calls = set(used()) - {"api_call"}
    assert calls == set(METHODS), "a new method: say which scopes it needs"
    assert set(scopes.EVENTS) == set(EVENTS)
    needed = set[str]().union(*METHODS.values(), *EVENTS.values(), {"commands"})
    assert set(scopes.SCOPES) == needed


def test_the_file_is_what_the_code_makes() -> None:
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    again = "after a change of commands: python -m adapters.slack.manifest > manifest.yml"
    assert yaml.safe_load(text) == manifest.manifest(), again


def test_every_command_is_there_and_can_have_a_prefix() -> None:
    named = [one["command"] for one in manifest.manifest("x-")["features"]["slash_commands"]]
    assert named == [f"/x-{root}" for root in sorted(roots())]
    known: Any = manifest.manifest()["features"]["slash_commands"]
    assert all(0 < len(one["description"]) <= 100 for one in known)


def test_no_hint_is_cut_in_the_middle_of_a_word() -> None:
    words = {word for one in REGISTRY.values() for word in one.usage[1:].split()} | {"|", "help"}
    for one in manifest.manifest()["features"]["slash_commands"]:
        assert set(one.get("usage_hint", "").split()) <= words, one["command"]


@pytest.mark.skipif(not SCHEMA.exists(), reason="../shared/specs is not there")
def test_the_manifest_is_valid_by_slacks_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    problems = [one.message for one in jsonschema_rs.validator_for(schema).iter_errors(found)]
    assert problems == []


def test_every_permission_is_explained() -> None:
    text = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    for scope, reason in scopes.SCOPES.items():
        assert f"| `{scope}` | {reason} |" in text
    for event in scopes.EVENTS:
        assert f"`{event}`" in text
