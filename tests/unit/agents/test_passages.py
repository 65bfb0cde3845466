"""Pages become passages with names that people recognise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.passages import LONGEST_PASSAGE, passages

PAGE = """---
title: "Billing"
order: 3
---
# Billing

Intro.

## Refunds

Within 30 days.

### For clients ##

Open the booking.

## Cards
"""


def test_a_source_is_the_file_and_the_nearest_heading() -> None:
    found = passages("help/billing.md", PAGE)
    assert [one.source for one in found] == [
        "help/billing.md",
        "help/billing.md \u203a Refunds",
        "help/billing.md \u203a For clients",
    ]


def test_the_headings_lead_from_the_title_to_the_passage() -> None:
    assert passages("billing.md", PAGE)[2].headings == ("Billing", "Refunds", "For clients")


def test_a_heading_without_text_is_no_passage() -> None:
    assert all("Cards" not in one.source for one in passages("billing.md", PAGE))


def test_front_matter_is_not_part_of_the_text() -> None:
    assert all("order" not in one.text for one in passages("billing.md", PAGE))


def test_a_rule_in_the_text_is_no_front_matter() -> None:
    assert passages("a.md", "Text.\n\n---\ntitle: no\n---\n")[0].text.startswith("Text.")


def test_a_comment_in_a_code_fence_is_no_heading() -> None:
    (found,) = passages("a.md", "# Install\n\n```\n# not a heading\npip\n```\n")
    assert "# not a heading" in found.text


def test_plain_text_is_one_passage_named_by_its_file() -> None:
    (found,) = passages("notes.txt", "We open at nine.")
    assert (found.source, found.headings) == ("notes.txt", ())


def test_a_page_from_windows_reads_the_same() -> None:
    assert passages("b.md", "\ufeff" + PAGE.replace("\n", "\r\n")) == passages("b.md", PAGE)


def test_a_long_section_is_cut_between_paragraphs() -> None:
    paragraph = "word " * 150
    found = passages("a.md", f"# Long\n\n{paragraph}\n\n{paragraph}\n\n{paragraph}")
    assert len(found) == 3
    assert len({one.source for one in found}) == 1


@given(st.text())
def test_no_text_is_lost_and_no_passage_is_too_long(page: str) -> None:
    found = passages("a.txt", "x" + page)
    assert all(0 < len(one.text) <= LONGEST_PASSAGE for one in found)


@given(st.text(alphabet="ab \n", min_size=1, max_size=6_000))
def test_every_word_of_a_page_is_in_a_passage(page: str) -> None:
    joined = "".join("".join(one.text for one in passages("a.txt", page)).split())
    assert joined == "".join(page.split())
