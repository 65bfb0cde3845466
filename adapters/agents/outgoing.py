"""What a model wrote, looked at before it leaves: no instructions, no secrets, nobody called."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator

from adapters.agents.dialogue import without_tags
from adapters.agents.safety import harmless, steady, writable

# So many words of the instructions in a row are no coincidence.
_RUN = 6
_WORD = re.compile(r"\w+")
# What looks like a code (letters and three digits in one) is secret where the instructions have it.
_CODE = re.compile(r"(?<![\w@./-])(?=(?:[\w-]*\d){3})(?=[\w-]*[^\W\d_])[\w-]{8,}(?![\w@/-]|\.\w)")
_KEYS = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}|gh[opsu]_[A-Za-z0-9]{20,}"
    r"|AKIA[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){8,}")
# A thought that was not brought to an end is not followed by an answer.
_THOUGHT = re.compile(r"<think>.*\Z", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^)\n]{0,2000}\)")


def spoken_aloud(text: str) -> str:
    """Without what a model thought before it spoke; some servers do not keep it apart."""
    return _THOUGHT.sub("", text.rpartition("</think>")[2])


def clean(text: str) -> str:
    """The text without what should never be in one: calls of people, pictures, our own marks.

    Empty where they are put into one another too deep: that is no answer to anybody.
    """
    return steady(_cleaner, spoken_aloud(writable(text)), lambda _: "").strip()


def _cleaner(text: str) -> str:
    return harmless(_IMAGE.sub(r"\1", without_tags(text)))


def unsafe(text: str, secret: str, public: str = "") -> str:
    """What keeps a text from leaving, as words for the team; empty when nothing does.

    `secret` are the instructions; what stands in `public` (the passages) may be said all the same.
    """
    if _KEYS.search(text):
        return "its answer contained a key"
    forms = [_bare(form) for form in _disguises(text)]
    if any(_bare(code) in form for code in _codes(secret, public) for form in forms):
        return "its answer contained a secret of its instructions"
    known = set(_runs(secret)) - set(_runs(public))
    told = {run for form in _disguises(text) for run in _runs(form)}
    return "its answer repeated its instructions" if known & told else ""


def _codes(secret: str, public: str) -> Iterator[str]:
    shown = _bare(public)
    return (code for code in _CODE.findall(secret) if _bare(code) not in shown)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _disguises(text: str) -> Iterator[str]:
    """The text, and what it says read backwards, in ROT13, in Base64 or in hexadecimal."""
    yield text
    yield text[::-1]
    yield codecs.decode(text, "rot13")
    for piece in _BASE64.findall(text):
        yield _decoded(piece)
    for piece in _HEX.findall(text):
        yield bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", piece)).decode("utf-8", "replace")


def _decoded(piece: str) -> str:
    bare = piece.rstrip("=")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_")
    except binascii.Error:
        return ""
    return raw.decode("utf-8", "replace")


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
