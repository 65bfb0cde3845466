"""Random desks that are right, for tests of what every desk must survive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.desk import (
    Admin,
    Agent,
    Budget,
    Channel,
    Desk,
    Hours,
    Inactivity,
    Priority,
    Retention,
    Rule,
    Snippet,
    Targets,
    Team,
    Webhook,
    When,
)

_NAME = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
# As a database keeps it: no NUL, no half of a surrogate pair.
_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
_SPAN = st.integers(1, 3650 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
_MAYBE_SPAN = st.none() | _SPAN
_PEOPLE = st.sampled_from(["console:alice", "console:bob", "slack:T0001/U0ALICE", "discord:900/77"])
_GROUPS = _PEOPLE | st.sampled_from(["slack-group:T0001/S01", "discord-role:900/55"])
_SHIFT = st.sampled_from(["09:00-12:00", "13:00-18:00", "22:00-06:00", "00:00-24:00"])
_COUNT = st.none() | st.integers(1, 10**6)


def _several(one: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=most, unique=True).map(tuple)


_HOURS = st.builds(
    Hours,
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo"]),
    mon=_several(_SHIFT).filter(bool),
    sat=_several(_SHIFT),
    holidays=st.sampled_from(["", "BR", "DE"]),
)
_TARGETS = st.builds(
    Targets, first_response=_MAYBE_SPAN, next_response=_MAYBE_SPAN, resolution=_MAYBE_SPAN
)
_SILENCE = st.builds(
    Inactivity, warn_after=_MAYBE_SPAN, close_after=_MAYBE_SPAN, warning=_TEXT, closing=_TEXT
).filter(lambda one: not (one.warn_after and one.close_after and one.warn_after >= one.close_after))
_TEAM = st.builds(
    Team,
    name=_NAME,
    workspace=st.just("console"),
    channel=_NAME.map(lambda name: f"t-{name}"),
    members=_several(_GROUPS),
    supervisors=_several(_PEOPLE),
    notify=_several(_GROUPS),
    assignment=st.sampled_from(["manual", "round_robin", "least_loaded"]),
    capacity=st.integers(1, 50),
    identity=st.sampled_from(["name", "team", "anonymous"]),
    reopen=st.sampled_from(["offer", "auto", "never"]),
    private=st.booleans(),
    reopen_within=_SPAN,
    claim_within=_MAYBE_SPAN,
    out_of_hours=_TEXT,
    inactivity=_SILENCE,
    sla=st.dictionaries(st.sampled_from(list(Priority)), _TARGETS, max_size=4),
    hours=st.none() | _HOURS,
)
_WHEN = st.builds(
    When,
    keyword=_several(_TEXT.map(str.strip).filter(lambda text: text and "," not in text)),
    regex=st.sampled_from(["", r"\brefunds?\b"]),
    sentiment=st.sampled_from(["", "negative"]),
    attempts=st.none() | st.integers(1, 9),
    asks_for_human=st.booleans(),
    agent_decides=st.booleans(),
    agent_failed=st.booleans(),
).filter(lambda one: one != When())
_AGENT = st.builds(
    Agent,
    name=_TEXT.filter(str.strip),
    prompt=_TEXT,
    languages=_several(st.sampled_from(["en", "pt", "de"])),
    attempts=st.integers(1, 9),
    budget=st.builds(Budget, contact_turns=_COUNT, desk_tokens=_COUNT),
)


def _literal(text: str) -> str:
    """A snippet's braces as themselves, not as placeholders."""
    return text.replace("{", "{{").replace("}", "}}")


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """A desk with at least one team, on which nothing contradicts itself."""
    teams = draw(
        st.lists(
            _TEAM, min_size=1, max_size=3, unique_by=(lambda one: one.name, lambda one: one.channel)
        )
    )
    names = [team.name for team in teams]
    channels = draw(
        st.lists(
            st.builds(
                Channel,
                workspace=st.just("console"),
                channel=st.just("dm") | _NAME.map(lambda name: f"c-{name}"),
                agent=st.booleans(),
                team=st.sampled_from(["", *names]),
                threads=st.sampled_from(["public", "private"]),
            ),
            max_size=3,
            unique_by=lambda one: one.channel,
        )
    )
    rules = draw(
        st.lists(
            st.builds(
                Rule,
                name=_NAME,
                when=_WHEN,
                channels=_several(_NAME),
                hours=st.sampled_from(["any", "open", "closed"]),
                priority=st.sampled_from(list(Priority)),
                team=st.sampled_from(["", *names]),
            ),
            max_size=4,
            unique_by=lambda one: one.name,
        )
    )
    snippets = draw(
        st.lists(
            st.builds(Snippet, name=_NAME, text=_TEXT.filter(str.strip).map(_literal)),
            max_size=2,
            unique_by=lambda one: one.name,
        )
    )
    return Desk(
        practice=draw(st.booleans()),
        teams=tuple(teams),
        channels=tuple(channels),
        rules=tuple(rules),
        agent=draw(_AGENT),
        snippets=tuple(snippets),
        retention=draw(st.builds(Retention, messages=_MAYBE_SPAN, media=_MAYBE_SPAN)),
        webhooks=tuple(
            draw(
                st.lists(
                    st.builds(
                        Webhook,
                        url=_NAME.map(lambda name: f"https://{name}.example/hook"),
                        events=_several(st.sampled_from(["ticket.opened", "ticket.closed"])),
                    ),
                    max_size=2,
                    unique_by=lambda one: one.url,
                )
            )
        ),
        admin=Admin(members=draw(_several(_PEOPLE))),
    )
