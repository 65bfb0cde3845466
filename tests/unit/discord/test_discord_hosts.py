"""Files of a message are fetched from Discord's own hosts only."""

from __future__ import annotations

import pytest

from adapters.discord.downloads import is_discords


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1", True),
        ("https://media.discordapp.net/attachments/1/2/a.png", True),
        ("http://cdn.discordapp.com/attachments/1/2/a.png", False),
        ("https://cdn.discordapp.com.evil.example/a.png", False),
        ("https://cdn.discordapp.com@evil.example/a.png", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://127.0.0.1:8420/metrics", False),
        ("file:///etc/passwd", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_which_addresses_are_discords(url: str, *, expected: bool) -> None:
    assert is_discords(url) is expected
