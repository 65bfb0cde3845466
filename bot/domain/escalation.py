"""The decision to hand over: which signals are there, which rule they meet, where it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.desk import Priority, Rule
from bot.domain.identity import qualify
from bot.domain.reading import Reading


class Signal(StrEnum):
    KEYWORD = "keyword"
    PATTERN = "pattern"
    ASKS_FOR_HUMAN = "asks for a human"
    SENTIMENT = "negative sentiment"
    ATTEMPTS = "attempts without resolution"
    AGENT_DECIDES = "agent decides"
    AGENT_FAILED = "agent failed"
    PERSON = "a person"
    NO_AGENT = "no agent"


# Hand over even where no rule names them (to the channel's team, at normal priority).
_ENOUGH_ALONE = (
    Signal.ASKS_FOR_HUMAN,
    Signal.ATTEMPTS,
    Signal.AGENT_DECIDES,
    Signal.AGENT_FAILED,
)


Matches = Callable[[str, str], bool]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a decision rests on.

    `answers` is how often the agent has answered since it took the conversation up; `unresolved`
    whether the contact is still unhappy or asks the same again. `decision` and `failure` are the
    agent's own words where it decided to hand over or could not answer.
    """

    text: str = ""
    reading: Reading = field(default_factory=Reading)
    falling: bool = False
    answers: int = 0
    unresolved: bool = False
    decision: str = ""
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Why, and where to. Empty `team` and `attendant` mean the channel's own team."""

    signal: Signal
    reason: str
    rule: str = ""
    priority: Priority = Priority.NORMAL
    team: str = ""
    attendant: str = ""


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def decide(
    rules: Iterable[Rule],
    evidence: Evidence,
    *,
    workspace: str,
    channel: str,
    attempts: int,
    is_open: Callable[[Rule], bool],
    matches: Matches = _matches,
) -> Escalation | None:
    """The first rule that matches, else a signal that is enough by itself, else None.

    `attempts` is the number of answers after which an unresolved matter goes to people, where a
    rule does not say its own. `matches` looks for a pattern in a text; it should bound its time.
    """
    here = {channel, qualify(workspace, channel)}
    for rule in rules:
        if rule.channels and not here & set(rule.channels):
            continue
        if rule.hours != "any" and is_open(rule) is not (rule.hours == "open"):
            continue
        if found := _met(rule, evidence, attempts, matches):
            signal, reason = found
            return Escalation(
                signal=signal,
                reason=reason,
                rule=rule.name,
                priority=rule.priority,
                team=rule.team,
                attendant=rule.attendant,
            )
    for signal in _ENOUGH_ALONE:
        if reason := _REASONS[signal](evidence, attempts):
            return Escalation(signal=signal, reason=reason)
    return None


def signals(evidence: Evidence, *, attempts: int) -> tuple[tuple[Signal, str], ...]:
    """Every signal that is there, whether or not a rule waits for it; for `/routing test`."""
    found = ((signal, reason(evidence, attempts)) for signal, reason in _REASONS.items())
    return tuple((signal, reason) for signal, reason in found if reason)


def compiles(pattern: str) -> str:
    """Why a regular expression cannot be used; empty when it can."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is no regular expression: {error}"
    return ""


def _met(
    rule: Rule, evidence: Evidence, attempts: int, matches: Matches
) -> tuple[Signal, str] | None:
    when = rule.when
    for keyword in when.keyword:
        if contains(evidence.text, keyword):
            return Signal.KEYWORD, f"The contact wrote “{keyword}”."
    if when.regex and matches(when.regex, evidence.text):
        return Signal.PATTERN, f"The contact's words match the pattern of rule “{rule.name}”."
    wanted = {
        Signal.SENTIMENT: when.sentiment == "negative",
        Signal.ATTEMPTS: when.attempts is not None,
        Signal.ASKS_FOR_HUMAN: when.asks_for_human,
        Signal.AGENT_DECIDES: when.agent_decides,
        Signal.AGENT_FAILED: when.agent_failed,
    }
    for signal, listens in wanted.items():
        if listens and (reason := _REASONS[signal](evidence, when.attempts or attempts)):
            return signal, reason
    return None


def contains(text: str, keyword: str) -> bool:
    """Whether a keyword or phrase stands in the text as whole words, in any case."""
    words = r"\s+".join(re.escape(word) for word in keyword.split())
    return bool(words) and bool(re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))


def _asks(evidence: Evidence, _: int) -> str:
    return "The contact asks for a human." if evidence.reading.asks_for_human else ""


def _mood(evidence: Evidence, _: int) -> str:
    if evidence.reading.negative:
        return "The contact sounds unhappy."
    return "The contact's mood is falling." if evidence.falling else ""


def _tries(evidence: Evidence, attempts: int) -> str:
    if not evidence.unresolved or evidence.answers < attempts:
        return ""
    return f"After {evidence.answers} answers by the agent the matter is not resolved."


def _decides(evidence: Evidence, _: int) -> str:
    return evidence.decision


def _failed(evidence: Evidence, _: int) -> str:
    return f"The agent could not answer: {evidence.failure}" if evidence.failure else ""


_REASONS: dict[Signal, Callable[[Evidence, int], str]] = {
    Signal.ASKS_FOR_HUMAN: _asks,
    Signal.SENTIMENT: _mood,
    Signal.ATTEMPTS: _tries,
    Signal.AGENT_DECIDES: _decides,
    Signal.AGENT_FAILED: _failed,
}
