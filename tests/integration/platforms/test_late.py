"""What is late, and who is silent: on every platform, with the clock of Baton itself moved."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.platforms.sides import PLATFORMS, staged

POLICY = """
[team.sla.normal]
first_response = "30m"
resolution = "5d"
[team.inactivity]
warn_after = "1h"
close_after = "2h"
[team.inactivity.warnings]
pt = "Você ainda está aí?"
[team.inactivity.closings]
pt = "Encerramos esta conversa."
"""
HUMAN = "Olá, bom dia! Por favor, eu quero falar com um atendente humano."
ALICES = {"slack": "<@U0ALICE>", "discord": "<@", "console": ""}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_late_answers_are_told_to_the_team_and_silence_to_the_contact(
    platform: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        at = await staged(platform, platform, tmp_path, stack, POLICY)
        carol, crew = at.customer, at.crew
        await carol.write(HUMAN)
        await at.until(
            crew, lambda words, _: re.search("first response due", words, re.IGNORECASE), "promise"
        )

        await at.passes(timedelta(minutes=25))
        await at.until(crew, lambda words, _: "promised within 30 min. Unclaimed." in words, "warn")
        await at.passes(timedelta(minutes=10))
        late = "First response overdue, promised within 30 min. Unclaimed."
        await at.until(crew, lambda words, _: late in words, "the alert")
        words, _ = await crew.reads()
        assert words.count("First response overdue") in {1, 2}, "Slack shows it as text and blocks"
        assert ALICES[platform] in words, "the supervisor is called"
        assert await carol.reads() == ("", {}), "all that is the team's business"

        await crew.command("reply Em que posso ajudar?")
        await at.until(carol, lambda words, _: "posso ajudar" in words, "the reply")
        await at.passes(timedelta(minutes=65))
        await at.until(carol, lambda words, _: "Você ainda está aí?" in words, "the warning")
        await at.passes(timedelta(minutes=65))
        await at.until(carol, lambda words, _: "Encerramos esta conversa." in words, "the close")
        closed = re.compile(r"closed it: the contact did not answer. Resolved in 2 h \(35 min of")
        await at.until(crew, lambda words, _: closed.search(words) is not None, "the closing line")
