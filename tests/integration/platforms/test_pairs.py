"""The main job between any two platforms: contacts on one, the team on the other."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.integration.platforms.sides import PLATFORMS, staged

PICTURE = ("photo.png", b"\x89PNG\r\n\x1a\n" + b"picture" * 9)
FORM = ("form.pdf", b"%PDF-1.4 a form")


@pytest.mark.parametrize("team", PLATFORMS)
@pytest.mark.parametrize("customer", PLATFORMS)
async def test_the_story(customer: str, team: str, tmp_path: Path) -> None:
    """Escalation, silence, claim, reply with a file, note, talk, transfer, close, reopen."""
    async with AsyncExitStack() as stack:
        at = await staged(customer, team, tmp_path, stack)
        carol, crew = at.customer, at.crew
        await carol.write("I want to talk to a human", PICTURE)
        await at.until(crew, lambda words, _: "asks for a human" in words, "the reason")
        await at.until(crew, lambda words, _: "I want to talk to a human" in words, "the words")
        assert await carol.reads() == ("", {}), "silence until an attendant takes over"
        await crew.command("ticket claim")
        await at.until(crew, lambda words, _: "Held by Alice" in words, "the claim")
        await crew.command("reply Here is **the form**", FORM)
        await at.until(carol, lambda words, _: "the form" in words, "the reply")
        await at.until(carol, lambda _, files: files.get(FORM[0]) == FORM[1], "the file")
        await crew.command("note She sounds nice")
        await carol.write("My calendar does not sync, look", ("again.png", PICTURE[1]))
        await at.until(crew, lambda words, _: "My calendar does not sync" in words, "her words")
        await at.until(crew, lambda _, files: files.get("again.png") == PICTURE[1], "her file")
        await crew.command("ticket transfer billing")
        await at.until(crew, lambda words, _: "transferred it to billing" in words, "transfer")
        await crew.command("ticket close")
        await at.until(crew, lambda words, _: "closed it" in words, "the close")
        await carol.write("It broke once more")
        await at.until(crew, lambda words, _: "wrote again: It broke once more" in words, "more")
        await crew.command("ticket reopen")
        await crew.command("reply Back with you")
        await at.until(carol, lambda words, _: "Back with you" in words, "the last reply")
        words, _ = await carol.reads()
        assert "She sounds nice" not in words
        assert words.count("the form") == 1 or customer == "slack"
