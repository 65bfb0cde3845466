"""Where discord.py 2.7.1 deviates from the official document, made right before validation.

Listed with the specification: integer ``attachments[].id``; integer ids in ``message_reference``;
in closed schemas ``nsfw`` of commands, ``flags`` of embeds and ``tts`` on PATCH.

Of the same kind, and sent by the library whatever its caller does: ``tts`` in a callback that
updates a message and in a forum post's message; ``type`` in a forum post, with the query
``use_nested_fields``; integer ``parent_id`` and overwrite ids of a channel; an overwrite's
``allow`` and ``deny`` as strings; kept attachments with all their read-only fields.
"""

from tests.emulators.discord.constants import CallbackType, Json

START_THREAD = "/channels/{channel_id}/threads"
READ_ONLY = {"url", "proxy_url", "size", "content_type", "height", "width", "spoiler"}
CHANNELS = {
    "/guilds/{guild_id}/channels",
    "/channels/{channel_id}",
    "/channels/{channel_id}/permissions/{overwrite_id}",
}


def tolerated(method: str, route: str, body: object) -> object:
    """The body as the document has it; nothing else is touched."""
    if isinstance(body, list):
        return [_command(entry) for entry in body]
    if not isinstance(body, dict):
        return body
    result = _message(body)
    if method == "PATCH":
        result = _without(result, "tts")
    if "/commands" in route:
        result = _command(result)
    if route == START_THREAD and isinstance(result.get("message"), dict):
        result = _without(result, "type") | {
            "message": _without(_message(result["message"]), "tts")
        }
    if route in CHANNELS:
        result = _channel(result)
    if route.endswith("/callback") and isinstance(result.get("data"), dict):
        result["data"] = _message(result["data"])
        if result.get("type") == CallbackType.UPDATE:
            result["data"] = _without(result["data"], "tts")
    return result


def _channel(body: Json) -> Json:
    result = dict(body)
    if isinstance(result.get("parent_id"), int):
        result["parent_id"] = str(result["parent_id"])
    if result.get("permission_overwrites"):
        result["permission_overwrites"] = [_overwrite(o) for o in result["permission_overwrites"]]
    return _overwrite(result) if "allow" in result else result


def _overwrite(body: Json) -> Json:
    result = dict(body)
    if isinstance(result.get("id"), int):
        result["id"] = str(result["id"])
    for name in ("allow", "deny"):
        if str(result.get(name, "")).isdigit():
            result[name] = int(result[name])
    return result


def _without(body: Json, unwanted: str) -> Json:
    return {name: value for name, value in body.items() if name != unwanted}


def _command(body: object) -> Json:
    return _without(body, "nsfw") if isinstance(body, dict) else {}


def _attachment(entry: Json) -> Json:
    """One kept by an edit comes back with all that was read of it."""
    result = {name: value for name, value in entry.items() if name not in READ_ONLY}
    return result | {"id": str(entry["id"])} if "id" in entry else result


def _message(body: Json) -> Json:
    result = dict(body)
    if result.get("attachments"):
        result["attachments"] = [_attachment(entry) for entry in result["attachments"]]
    if isinstance(result.get("message_reference"), dict):
        result["message_reference"] = {
            name: str(value) if name.endswith("_id") and isinstance(value, int) else value
            for name, value in result["message_reference"].items()
        }
    if result.get("embeds"):
        result["embeds"] = [_without(embed, "flags") for embed in result["embeds"]]
    return result
