"""Text, blocks, attachments and metadata of a message, checked and stored."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.slack import text as texts
from tests.emulators.slack.api.registry import Context
from tests.emulators.slack.blocks.surfaces import (
    characters_in,
    problems_in_message,
    slack_files_in,
    with_ids,
)
from tests.emulators.slack.errors import ApiError, Json

# Slack: 40,000 characters in a new message; in chat.update 4,000 bytes, counted once escaped.
NEW_TEXT = 40_000
UPDATED_TEXT = 4_000
# Slack refuses a message whose blocks hold about 13,200 characters together (not documented;
# slackapi/bolt-js issue 2509).
ALL_BLOCKS = 13_200
MARKDOWN_TEXT = 12_000
ATTACHMENTS = 100


@dataclass(kw_only=True)
class Content:
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    made_blocks: bool = False


def read_content(context: Context, *, updating: bool = False) -> Content:
    args = context.args
    blocks = read_blocks(context, args.json("blocks", error="invalid_blocks_format"))
    attachments = _attachments(context)
    text = args.text("text")
    if "markdown_text" in args:
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        text = args.text("markdown_text")
        if len(text) > MARKDOWN_TEXT:
            raise ApiError("msg_too_long")
    if len(text) > NEW_TEXT or (updating and _weight(text) > UPDATED_TEXT):
        raise ApiError("msg_too_long")
    if not text.strip() and not blocks and not attachments:
        raise ApiError("no_text")
    return finish(context, _parsed(context, text), blocks, attachments)


def _weight(text: str) -> int:
    return len(texts.stored(text, link_urls=False).encode())


def finish(context: Context, text: str, blocks: list[Json], attachments: list[Json]) -> Content:
    made = not blocks and not attachments
    if made:
        blocks = [texts.rich_text(text, context.core.ids.new("", 5))]
    return Content(text=text, blocks=blocks, attachments=attachments, made_blocks=made)


def _parsed(context: Context, text: str) -> str:
    """Slack: link_names and parse=full turn bare names into mentions."""
    args = context.args
    if args.flag("link_names") or args.text("parse") == "full":
        text = texts.linked_names(text, context.world.names(context.app.team_id))
    return texts.stored(text, link_urls=args.text("parse") != "none")


def read_blocks(context: Context, blocks: Any) -> list[Json]:
    """Blocks that hold, with ids and stored text; else `invalid_blocks` with the reasons."""
    if blocks is None or blocks == "":
        return []
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if problems := problems_in_message(blocks):
        raise ApiError("invalid_blocks", messages=problems)
    if characters_in(blocks) > ALL_BLOCKS:
        raise ApiError("msg_blocks_too_long")
    check_slack_files(context, blocks, "invalid_blocks")
    return list(store_texts(with_ids(blocks, lambda: context.core.ids.new("", 5))))


def check_slack_files(context: Context, blocks: list[Json], error: str) -> None:
    for file_id in slack_files_in(blocks):
        file = context.world.files.get(file_id)
        if file is None or file.deleted or not file.mimetype.startswith("image/"):
            raise ApiError(error, messages=["invalid slack file [json-pointer:/blocks]"])


def store_texts(value: Any) -> Any:
    """Slack: mrkdwn text objects are stored escaped, like the text of a message."""
    if isinstance(value, list):
        return [store_texts(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "mrkdwn":
        plain = bool(value.get("verbatim"))
        return {**value, "text": texts.stored(str(value.get("text", "")), link_urls=not plain)}
    return {key: store_texts(one) for key, one in value.items()}


def _attachments(context: Context) -> list[Json]:
    found = context.args.json("attachments", error="invalid_attachments")
    if not found:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ApiError("invalid_attachments")
    if len(found) > ATTACHMENTS:
        raise ApiError("too_many_attachments")
    for one in found:
        if "blocks" in one:
            one["blocks"] = read_blocks(context, one["blocks"])
    return found


def read_metadata(context: Context) -> Json | None:
    """Slack: metadata is an event_type and an event_payload."""
    found = context.args.json("metadata", error="invalid_metadata_format")
    if not found:
        return None
    if not isinstance(found, dict) or set(found) - {"event_type", "event_payload", "entities"}:
        raise ApiError("invalid_metadata_format")
    kind, payload = found.get("event_type"), found.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise ApiError("invalid_metadata_schema")
    return {"event_type": kind, "event_payload": payload}
