"""What languages are called in English, which is what Baton itself speaks."""

from __future__ import annotations

_OWN = "en"
# Those that the offline agent tells apart; of any other its code has to do.
_NAMES = {
    "ar": "Arabic",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def foreign(code: str) -> str:
    """The name of a language (ISO 639-1); empty for English, which whoever reads a card reads."""
    return "" if code == _OWN else _NAMES.get(code, code)
