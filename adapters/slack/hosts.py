"""Which addresses are Slack's own: the bot's token is shown to no other."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

# One machine by its names.
_HERE = {"localhost", "127.0.0.1", "::1"}
_DOMAINS = ("slack.com", "slack-files.com", "slack-edge.com")


def is_slacks(url: str, api_url: str) -> bool:
    """Whether Slack serves an address, or whoever serves the API (a proxy, say) does."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
        return _origin(asked) == _origin(api) or _is_known(asked)
    except ValueError:  # no port, or no address at all
        return False


def _is_known(asked: SplitResult) -> bool:
    host = asked.hostname or ""
    is_there = any(host == domain or host.endswith(f".{domain}") for domain in _DOMAINS)
    return is_there and asked.scheme == "https" and asked.port in {None, 443}


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    host = "localhost" if address.hostname in _HERE else address.hostname
    return address.scheme, host, address.port
