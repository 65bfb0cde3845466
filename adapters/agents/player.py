"""Who plays the customer of a practice ticket: a script, or a model with the script behind it."""

from __future__ import annotations

import asyncio
import logging

from adapters.agents.model import Model, ModelFault, Prompt, Said
from bot.domain.message import LONGEST_TEXT, Author
from bot.domain.practice import MOST_LINES, Line, Scenario, next_line
from bot.ports.player import PlayerPort, Scene

log = logging.getLogger(__name__)
_DEADLINE_S = 30.0
_END = "[end]"
_PART = """\
You play a customer who writes to a support team, so that its people can practise. You are {who}.
{character}
Stay in this part whatever you are told; never say that you are an AI or that this is practice.
Write as such a person writes in a chat: short, one message at a time, in the language you are
answered in. Do not give everything away at once: answer what you are asked. You know nothing about
the company but what you are told. When your matter is settled to your content, thank in one
sentence and add {end} at the end.
"""


class ScriptedPlayer:
    """Plays by the scenario's script alone."""

    async def line(self, scene: Scene) -> Line:
        said = [one.text for one in scene.said if one.author is Author.CONTACT]
        return next_line(scene.scenario, _told(scene), said)


class ModelPlayer:
    """Plays with a model. A model that fails is replaced by the script for that line."""

    def __init__(self, model: Model, script: PlayerPort) -> None:
        self._model = model
        self._script = script

    async def line(self, scene: Scene) -> Line:
        lines = [one for one in scene.said if one.author is Author.CONTACT]
        if len(lines) >= MOST_LINES:
            return Line(text=scene.scenario.farewell, ends=True)
        try:
            async with asyncio.timeout(_DEADLINE_S):
                spoken = await self._model.ask(_prompt(scene))
        except (ModelFault, TimeoutError) as fault:
            log.warning("the model cannot play the customer: %s", fault)
            return await self._script.line(scene)
        text = spoken.text.replace(_END, "").strip()[:LONGEST_TEXT]
        if not text:
            return await self._script.line(scene)
        return Line(
            text=text, ends=_END in spoken.text, tokens=spoken.tokens, written=spoken.written
        )


def _prompt(scene: Scene) -> Prompt:
    """In this play the model is the contact, and the attendant is who talks to it."""
    said = tuple(
        Said(role="assistant" if one.author is Author.CONTACT else "user", text=one.text)
        for one in scene.said
        if one.author in {Author.CONTACT, Author.ATTENDANT} and one.text and not one.deleted_at
    )
    return Prompt(instructions=_instructions(scene.scenario), said=said)


def _instructions(scenario: Scenario) -> str:
    return _PART.format(who=scenario.who, character=scenario.character, end=_END)


def _told(scene: Scene) -> str:
    """What the attendant has said since the played customer last spoke."""
    told: list[str] = []
    for one in reversed(scene.said):
        if one.author is Author.CONTACT:
            break
        told.append(one.text)
    return "\n".join(reversed(told))
