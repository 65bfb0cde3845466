"""Which language a text is in, or None when that cannot be told."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

# Told apart reliably even in short messages; with all of the library's 130 languages a short
# English sentence is easily taken for Pidgin, Sesotho or Breton.
_CANDIDATES = "ar ca cs da de el en es fi fr he hi hu id it ja ko nl no pl pt ro ru sv tr uk vi zh"
SURE = 0.8
# Enough to go on where the alternative is to say nothing at all.
LIKELY = 0.4
# The beginning says it; the rest of a very long message costs time only.
_ENOUGH = 1_000


def language(text: str) -> str | None:
    """The ISO 639-1 code, None when unsure, as with most texts of one or two words."""
    return _best(text, SURE)


def likely_language(text: str) -> str | None:
    """The best guess; None only where there is hardly anything to go by."""
    return _best(text, LIKELY)


def _best(text: str, bound: float) -> str | None:
    if not any(letter.isalpha() for letter in text[:_ENOUGH]):
        return None
    code, certainty = _classified(text[:_ENOUGH])
    return code if certainty >= bound else None


@lru_cache(maxsize=16)
def _classified(text: str) -> tuple[str, float]:
    """A text is asked about several times in a row."""
    code, certainty = _identifier().classify(text)
    return str(code), float(certainty)


@cache
def _identifier() -> Any:
    # The model takes most of a second to load, so that only who needs it waits for it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CANDIDATES.split())
    return identifier
