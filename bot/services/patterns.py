"""Regular expressions of admins, matched within a bound of time.

Python's own `re` has none: a pattern like `^(a+)+$` can keep one message busy for hours.
"""

from __future__ import annotations

import logging

import regex

log = logging.getLogger(__name__)
_SECONDS = 0.05


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, in any case. One that takes too long is not."""
    try:
        return regex.search(pattern, text, regex.IGNORECASE, timeout=_SECONDS) is not None
    except TimeoutError:
        log.warning("the pattern %r took too long and counts as not found", pattern)
    except regex.error as error:
        log.warning("the pattern %r cannot be used: %s", pattern, error)
    return False
