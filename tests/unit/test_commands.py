"""Slash commands: what a line means, and what is said when it means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import REGISTRY, actions, parsing
from bot.commands.registry import Kind
from bot.domain.errors import BadInput, NotFound

# What programs that drive Baton rely on.
PROMISED = {
    "reply",
    "note",
    "ticket claim",
    "ticket release",
    "ticket reply",
    "ticket note",
    "ticket transfer",
    "ticket close",
    "ticket reopen",
    "ticket priority",
    "ticket summary",
    "ticket history",
    "queue",
    "escalate",
    "takeover",
    "resume",
    "away",
    "back",
    "routing add",
    "routing list",
    "routing test",
    "desk setup",
    "desk admin",
    "deliveries",
}


def parsed(line: str) -> tuple[str, dict[str, str]]:
    command, rest = parsing.find(REGISTRY.values(), line)
    return command.name, parsing.parse(command, rest)


def test_every_promised_command_is_there() -> None:
    assert set(REGISTRY) >= PROMISED


def test_names_fit_every_platform() -> None:
    """Discord: 1-32 characters, lower case; a description of at most 100; two levels below."""
    for command in REGISTRY.values():
        words = command.name.split()
        assert 1 <= len(words) <= 3
        assert all(word.islower() and len(word) <= 32 for word in words)
        assert len(command.help) <= 100
        assert len(command.arguments) <= 25
        for argument in command.arguments:
            assert argument.name.islower()
            assert len(argument.help) <= 100
            assert len(argument.choices) <= 25


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/reply 42 Hello there", ("reply", {"ticket": "42", "text": "Hello there"})),
        ("/reply #42 Hello", ("reply", {"ticket": "#42", "text": "Hello"})),
        ("/reply Hello there", ("reply", {"text": "Hello there"})),
        ("/reply 42 is the answer", ("reply", {"ticket": "42", "text": "is the answer"})),
        ("/REPLY 42 x", ("reply", {"ticket": "42", "text": "x"})),
        ("/ticket claim", ("ticket claim", {})),
        ("/ticket transfer 42 @bob", ("ticket transfer", {"ticket": "42", "target": "@bob"})),
        ("/ticket transfer billing", ("ticket transfer", {"target": "billing"})),
        ("/note 1 a=b and c:d", ("note", {"ticket": "1", "text": "a=b and c:d"})),
        ("/reply 1 line one\nline two", ("reply", {"ticket": "1", "text": "line one\nline two"})),
        ('/reply 1 "quoted" words', ("reply", {"ticket": "1", "text": '"quoted" words'})),
        ("/takeover 3 30m", ("takeover", {"conversation": "3", "for": "30m"})),
        (
            '/routing add refunds keyword="refund, charge back" team=billing priority:high',
            (
                "routing add",
                {
                    "name": "refunds",
                    "keyword": "refund, charge back",
                    "team": "billing",
                    "priority": "high",
                },
            ),
        ),
        ("/routing edit x keyword=", ("routing edit", {"name": "x", "keyword": ""})),
        (
            "/routing edit x keyword= team=billing",
            ("routing edit", {"name": "x", "keyword": "", "team": "billing"}),
        ),
        ("/note 1 a= b", ("note", {"ticket": "1", "text": "a= b"})),
        (
            "/desk team set support out_of_hours We are closed.",
            (
                "desk team set",
                {"team": "support", "key": "out_of_hours", "value": "We are closed."},
            ),
        ),
    ],
)
def test_a_line_means(line: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parsed(line) == expected


def test_help_after_the_first_words_is_about_those() -> None:
    assert parsed("/ticket help") == ("help", {"command": "ticket"})
    assert parsed("/desk member help") == ("help", {"command": "desk member"})


@pytest.mark.parametrize("line", ["/ticket", "/Routing ", "/desk member"])
def test_words_that_only_begin_commands_are_answered_with_those(line: str) -> None:
    assert parsed(line) == ("help", {"command": line.strip().removeprefix("/").lower()})


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/repyl 1 x", "Did you mean /reply"),
        ("/ticket clam 1", "Did you mean /ticket claim [ticket]?"),
        ("/desk member list", "Possible: /desk member add <person> <team> [role], /desk member"),
        ("/routing lst", "Did you mean /routing list"),
        ("/desk xyzzy", "Possible: /desk setup, /desk channel list, "),
        ("/claim", "Did you mean /ticket claim [ticket]?"),
        ("/claim 1", "Did you mean /ticket claim [ticket]?"),
        ("/xyzzy please", "/help lists them all"),
    ],
)
def test_an_unknown_command_gets_a_hint(line: str, hint: str) -> None:
    with pytest.raises(NotFound) as refused:
        parsed(line)
    assert hint in str(refused.value)


@pytest.mark.parametrize("line", ["/", " / "])
def test_a_line_without_a_command_is_told_so(line: str) -> None:
    with pytest.raises(BadInput, match="Type a command after the /"):
        parsed(line)


def test_too_many_words_are_refused_with_the_usage() -> None:
    with pytest.raises(BadInput, match="Usage: /ticket claim"):
        parsed("/ticket claim 42 please")


def test_a_value_that_is_no_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(BadInput, match="low, normal, high, urgent"):
        parsing.check(REGISTRY["ticket priority"], {"priority": "huge"})


def test_what_is_missing_is_what_the_form_asks_for() -> None:
    missing = parsing.check(REGISTRY["reply"], {"ticket": "1"})
    assert [argument.name for argument in missing] == ["text"]


@given(st.text(max_size=200))
def test_no_line_breaks_the_parser(line: str) -> None:
    try:
        name, values = parsed(f"/{line}")
    except (NotFound, BadInput):
        return
    assert name in REGISTRY
    assert all(isinstance(value, str) for value in values.values())


@given(st.sampled_from(sorted(REGISTRY)), st.text(max_size=100))
def test_no_argument_breaks_a_command(name: str, rest: str) -> None:
    try:
        values = parsing.parse(REGISTRY[name], rest)
    except BadInput:
        return
    assert set(values) <= {argument.name for argument in REGISTRY[name].arguments}


def test_every_button_stands_for_a_command_that_takes_its_value() -> None:
    for deed in actions.DEEDS.values():
        names = {argument.name for argument in REGISTRY[deed.command].arguments}
        assert deed.argument in names


def test_a_text_argument_is_always_the_last() -> None:
    for command in REGISTRY.values():
        kinds = [one.kind for one in command.arguments if not one.named]
        assert Kind.TEXT not in kinds[:-1], command.name
