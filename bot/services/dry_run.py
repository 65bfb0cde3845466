"""What the rules would do with a text, without doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import hours
from bot.domain.desk import Desk, Rule
from bot.domain.escalation import Escalation, Evidence, Signal, decide, signals
from bot.domain.reading import Reading
from bot.services.calendar import hours_of
from bot.services.patterns import matches


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The signals that are there, the decision (None: the agent answers), and where it goes."""

    signals: tuple[tuple[Signal, str], ...]
    escalation: Escalation | None
    destination: str = ""


def try_text(
    desk: Desk,
    text: str,
    reading: Reading,
    now: datetime,
    *,
    workspace: str = "",
    channel: str = "",
) -> Trial:
    """Judge one message as if a contact had written it first thing in a channel."""
    evidence = Evidence(text=text, reading=reading, unresolved=reading.dissatisfied)
    here = next(
        (one for one in desk.channels if (one.workspace, one.channel) == (workspace, channel)),
        desk.channels[0] if desk.channels else None,
    )

    def is_open(rule: Rule) -> bool:
        team = desk.team(rule.team) or desk.default_team(here)
        return hours.is_open(hours_of(team) if team else None, now)

    escalation = decide(
        desk.rules,
        evidence,
        workspace=here.workspace if here else workspace,
        channel=here.channel if here else channel,
        attempts=desk.agent.attempts,
        is_open=is_open,
        matches=matches,
    )
    team = desk.default_team(here)
    where = escalation and (
        escalation.team or escalation.attendant or (team.name if team else "no team")
    )
    return Trial(
        signals=signals(evidence, attempts=desk.agent.attempts),
        escalation=escalation,
        destination=where or "",
    )


def in_words(trial: Trial) -> str:
    """The trial for people."""
    lines = [f"Signal: {signal}. {reason}" for signal, reason in trial.signals]
    if trial.escalation is None:
        return "\n".join([*lines, "No rule matches: the agent answers."])
    rule = trial.escalation.rule
    by = f'by rule "{rule}"' if rule else "without a rule of its own"
    return "\n".join(
        [
            *lines,
            f"Reason: {trial.escalation.reason}",
            f"Goes to {trial.destination} at {trial.escalation.priority} priority, {by}.",
        ]
    )
