"""Markdown both ways, as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.convert import Names, clipped, defused, from_discord, plain, to_discord

NAMES = Names(people={77: "Alice"}, roles={55: "Crew"}, channels={600: "help"}, me=1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@77> and <@!77>, <@&55> in <#600>", "@Alice and @Alice, @Crew in #help"),
        ("<@78> <@&56> <#601>", "@somebody @a role #a channel"),
        ("<:wave:5> <a:party:6>", ":wave: :party:"),
        ("<t:1700000000:R> <t:1700000000>", "14 Nov 2023 22:13 UTC 14 Nov 2023 22:13 UTC"),
        (
            "</ticket claim:12> <id:guide> <https://a.example/x>",
            "/ticket claim #guide https://a.example/x",
        ),
        ("<@1> help me", "help me"),
        ("-# small\n# big\n- one", "small\n# big\n- one"),
        ("`<@77>` ```\n<t:1:R>\n``` <@77>", "`<@77>` ```\n<t:1:R>\n``` @Alice"),
        ("**b** _i_ ~~s~~ ||hush|| [a](https://x)", "**b** _i_ ~~s~~ ||hush|| [a](https://x)"),
    ],
)
def test_ids_become_names_and_the_rest_stays(written: str, read: str) -> None:
    assert from_discord(written, NAMES) == read


@pytest.mark.parametrize(
    ("plain_text", "shown"),
    [
        ("#### Deep", "**Deep**"),
        ("# Top", "# Top"),
        ("+ one\n  + two", "- one\n  - two"),
        ("- [ ] open\n- [x] done", "- ☐ open\n- ☑ done"),
        ("![cat](https://a.example/c.png)", "[cat](https://a.example/c.png)"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n"),
        ("`#### code`", "`#### code`"),
    ],
)
def test_what_discord_does_not_know_is_shaped(plain_text: str, shown: str) -> None:
    assert to_discord(plain_text) == shown


@given(st.text())
def test_no_text_calls_anybody(text: str) -> None:
    hostile = f"{text}@everyone @here <@77> <@&55> <@!77>{text}"
    for made in (defused(hostile), plain(hostile)):
        for call in ("@everyone", "@here", "<@77", "<@&55", "<@!77"):
            assert call not in made


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_clipped_never_exceeds(text: str, limit: int) -> None:
    assert len(clipped(text, limit)) <= limit


def test_a_name_has_no_markdown() -> None:
    assert plain("**Bo*b** `x`") == r"\*\*Bo\*b\*\* \`x\`"
