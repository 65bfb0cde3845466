"""Embeddings: what is asked and how it is answered."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import struct
from collections.abc import Callable

from tests.emulators.openai.errors import Json, invalid, missing, unknown

_KNOWN = {"dimensions", "encoding_format", "input", "model", "user"}
_MOST = 2_048
_LONGEST = 8_191 * 6  # characters; tokens are not counted here
_SIZE = 64


def read(body: Json) -> list[str]:
    """The texts to embed. Raises `ApiError` for what the API would refuse."""
    if strange := set(body) - _KNOWN:
        raise unknown(min(strange))
    if not body.get("model"):
        raise missing("model")
    if "input" not in body:
        raise missing("input")
    given = body["input"]
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 0 < len(texts) <= _MOST:
        raise invalid("'$.input' is invalid.", "input")
    if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in texts):
        raise invalid("'$.input' is invalid.", "input")
    if body.get("encoding_format", "float") not in {"float", "base64"}:
        raise invalid("Invalid value for encoding_format.", "encoding_format")
    return texts


def response(body: Json, texts: list[str], embed: Callable[[str], list[float]]) -> Json:
    written = _encoded if body.get("encoding_format") == "base64" else list
    data = [
        {"object": "embedding", "index": at, "embedding": written(embed(text))}
        for at, text in enumerate(texts)
    ]
    tokens = sum(len(text) // 4 + 1 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def by_words(text: str) -> list[float]:
    """Texts with equal words are near each other; of unit length, as the API's are."""
    found = [0.0] * _SIZE
    for word in re.findall(r"\w+", text.casefold()) or [""]:
        found[hashlib.sha256(word.encode()).digest()[0] % _SIZE] += 1.0
    length = math.sqrt(sum(one * one for one in found))
    return [one / length for one in found]


def _encoded(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
