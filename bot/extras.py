"""Libraries that only some installations want, by the extra's name in pyproject.toml."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {"redaction": ("phonenumbers", "stdnum")}


def missing(extra: str) -> str:
    """What to install, in words for whoever can; empty where it is all there."""
    if all(find_spec(name) for name in _NEEDS[extra]):
        return ""
    return f'the libraries are not installed; run pip install "baton[{extra}]".'
