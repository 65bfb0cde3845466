"""What Discord accepts in a message body. Pure: a body in, errors out.

Source: "Create Message" and "Message Object": content 2,000; 10 embeds, 6,000 characters in all;
embed title 256, description 4,096, 25 fields of 256 and 1,024, footer 2,048, author 256.
"""

from tests.emulators.discord import component_writing, components
from tests.emulators.discord.constants import Json, MessageFlag
from tests.emulators.discord.errors import FormErrors, invalid

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_FILES = 10
MAX_EMBED_TEXT = 6000
SENDABLE = int(
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.VOICE_MESSAGE
    | MessageFlag.COMPONENTS_V2
)
EMBED_LIMITS = {"title": 256, "description": 4096}


def message(body: Json, *, files: int, flags: int, extra_flags: int = 0) -> None:
    """Raise 50035 unless everything in ``body`` keeps its limits.

    ``flags`` are those the message has in the end; ``extra_flags`` are allowed here besides.
    """
    errors = FormErrors()
    v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    if len(body.get("content") or "") > MAX_CONTENT:
        errors.too_long("content", MAX_CONTENT)
    _nonce(errors, body)
    embeds(errors, body.get("embeds") or [])
    if (body.get("flags") or 0) & ~(SENDABLE | extra_flags):
        errors.add("flags", "MESSAGE_FLAGS_INVALID", "Flags are not allowed here")
    if v2 and (body.get("content") or body.get("embeds") or body.get("sticker_ids")):
        errors.add(
            "content" if body.get("content") else "embeds",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The 'content' and 'embeds' fields cannot be used when using Components V2",
        )
    components.validate(errors, body.get("components") or [], v2=v2)
    allowed_mentions(errors, body.get("allowed_mentions"))
    _attachments(errors, body, files, voice=bool(flags & MessageFlag.VOICE_MESSAGE))
    errors.raise_if_any()


def _nonce(errors: FormErrors, body: Json) -> None:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        errors.too_long("nonce", 25)


def _attachments(errors: FormErrors, body: Json, files: int, *, voice: bool) -> None:
    if files > MAX_FILES or len(body.get("attachments") or []) > MAX_FILES:
        errors.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if voice and not (files == 1 and not body.get("content") and body.get("attachments")):
        errors.add(
            "flags",
            "MESSAGE_VOICE_MESSAGE_INVALID",
            "Voice messages have one audio attachment and nothing else",
        )
    for index, attachment in enumerate(body.get("attachments") or []):
        if len(attachment.get("description") or "") > 1024:
            errors.too_long(f"attachments.{index}.description", 1024)
        if voice and not (attachment.get("waveform") and attachment.get("duration_secs")):
            errors.required(f"attachments.{index}.waveform")


def embeds(errors: FormErrors, items: list[Json]) -> None:
    if len(items) > MAX_EMBEDS:
        errors.add("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, embed in enumerate(items):
        _embed(errors, f"embeds.{index}", embed)
    if sum(_embed_text(embed) for embed in items) > MAX_EMBED_TEXT:
        errors.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed(errors: FormErrors, path: str, embed: Json) -> None:
    for name, limit in EMBED_LIMITS.items():
        if len(embed.get(name) or "") > limit:
            errors.too_long(f"{path}.{name}", limit)
    if len((embed.get("footer") or {}).get("text") or "") > 2048:
        errors.too_long(f"{path}.footer.text", 2048)
    if len((embed.get("author") or {}).get("name") or "") > 256:
        errors.too_long(f"{path}.author.name", 256)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        errors.add(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, field in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1024)):
            text = field.get(name) or ""
            if not text:
                errors.required(f"{path}.fields.{index}.{name}")
            if len(text) > limit:
                errors.too_long(f"{path}.fields.{index}.{name}", limit)


def _embed_text(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text or "") for text in texts)


def allowed_mentions(errors: FormErrors, allowed: Json | None) -> None:
    """Discord: a kind is either parsed or listed, not both; 100 ids of each."""
    if not allowed:
        return
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if listed and kind in (allowed.get("parse") or []):
            errors.add(
                "allowed_mentions.parse",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
        if len(listed) > 100:
            errors.add(f"allowed_mentions.{kind}", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer.")


def thread_name(body: Json, *, required: bool = True) -> None:
    """Discord: 1 to 100 characters."""
    name = body.get("name")
    if name is None:
        if required:
            raise invalid("name", "BASE_TYPE_REQUIRED", "This field is required")
        return
    if not 1 <= len(name.strip()) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def normal_embeds(items: list[Json], urls: dict[str, Json]) -> list[Json]:
    """As Discord writes embeds back: a type, inline spelt out, attachments resolved."""
    return [_normal_embed(embed, urls) for embed in items]


def _normal_embed(embed: Json, urls: dict[str, Json]) -> Json:
    result = {name: value for name, value in embed.items() if value is not None}
    result["type"] = "rich"
    result.pop("flags", None)
    if "fields" in result:
        result["fields"] = [
            {"name": f["name"], "value": f["value"], "inline": bool(f.get("inline"))}
            for f in result["fields"]
        ]
    for name in ("image", "thumbnail"):
        if name in result:
            media = component_writing.unfurl(result[name].get("url", ""), urls)
            result[name] = {"url": media["url"], "proxy_url": media["proxy_url"]}
    return result
