"""Whatever admins do by command is in the desk file, and every role reaches as far as it should."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import desk_file
from bot.commands import REGISTRY, parsing
from bot.commands.execution import execute
from bot.commands.registry import Command, Invocation, Response
from bot.desk_key import Text
from bot.domain.desk import Admin, Desk, Role, Shift, Team
from bot.domain.errors import BatonError, NotAllowed
from bot.domain.identity import Person, Place
from tests.fakes import FakeReader
from tests.unit.desk_tx import DeskTx

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DESK = Desk(
    teams=(
        Team(
            name="support",
            workspace="console",
            channel="support",
            members=("console:amy",),
            supervisors=("console:sue",),
        ),
    ),
    admin=Admin(members=("console:ada",)),
)


def run(tx: Any, line: str, who: str = "ada", **more: Any) -> Response:
    command, rest = parsing.find(REGISTRY.values(), line)
    call = Invocation(
        person=Person(id=f"console:{who}", name=who),
        place=Place(workspace="console", channel="support"),
        command=command.name,
        values=parsing.parse(command, rest),
        **more,
    )
    return execute(tx, call, FakeReader(), Text(), NOW)


_TEAM = st.sampled_from(["support", "billing", "vip"])
_WORD = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,5}", fullmatch=True)
_WORDS = st.lists(_WORD, min_size=1, max_size=3).map(" ".join)
_SPAN = st.sampled_from(["30m", "1h30m", "2d", "off", '"2 hours"', "0m", "soon"])
_PERSON = st.sampled_from(["@amy", "@sue", "console:bob", "@ada"])
_PRIORITY = st.sampled_from(["low", "normal", "high", "urgent"])
_PLACE = st.sampled_from(["#support", "#billing", "#lobby", "dm", "#vip"])


def _line(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(template.format, *parts)


LINES = st.one_of(
    _line("/desk team add {} {} {}", _TEAM, _PLACE, _PERSON),
    _line("/desk team remove {}", _TEAM),
    _line("/desk team set {} capacity {}", _TEAM, st.sampled_from(["3", "0", "many"])),
    _line("/desk team set {} out_of_hours {}", _TEAM, _WORDS),
    _line("/desk team edit {} identity=team claim_within={} backup={}", _TEAM, _SPAN, _TEAM),
    _line("/desk member add {} {} supervisor", _PERSON, _TEAM),
    _line("/desk member remove {} {}", _PERSON, _TEAM),
    _line("/desk hours {} timezone=Europe/Berlin mon-fri 9-12,13-18", _TEAM),
    _line("/desk hours {} off", _TEAM),
    _line("/desk sla {} {} {} {} {}", _TEAM, _PRIORITY, _SPAN, _SPAN, _SPAN),
    _line("/desk inactivity {} {} {}", _TEAM, _SPAN, _SPAN),
    _line("/desk reopen {} auto {}", _TEAM, _SPAN),
    _line("/desk channel add {} {} off", _PLACE, _TEAM),
    _line("/desk channel remove {}", _PLACE),
    _line("/desk admin add {}", _PERSON),
    _line("/desk agent set prompt {}", _WORDS),
    _line("/desk agent edit languages=en,pt attempts=2 desk_turns=9"),
    _line('/desk snippet add {} "{}"', _WORD, _WORDS),
    _line("/desk snippet edit {} {}", _WORD, _WORDS),
    _line("/desk webhook add {} https://{}.example/x opened,closed", _WORD, _WORD),
    _line("/desk retention {} {}", _SPAN, _SPAN),
    _line("/desk set team.{}.sla.high.resolution {}", _TEAM, _SPAN),
    _line("/desk set practice {}", st.sampled_from(["on", "off"])),
    _line('/routing add {} keyword="{}" team={} priority={}', _WORD, _WORDS, _TEAM, _PRIORITY),
    _line("/routing add {} sentiment=negative hours=closed position=1", _WORD),
    _line("/routing edit {} attempts=2 keyword=off", _WORD),
    _line("/routing move {} first", _WORD),
    _line("/routing remove {}", _WORD),
    st.just("/desk undo"),
)


@given(st.lists(LINES, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_commands_and_the_desk_file_say_the_same(lines: list[str]) -> None:
    """Whatever was done, the export reads back as the same desk; undone, it is as it was."""
    tx: Any = DeskTx(DESK, "amy", "sue", "ada", "bob")
    for line in lines:
        with contextlib.suppress(BatonError, ValueError):
            run(tx, line)
    assert desk_file.parse(desk_file.write(tx.desk.get())) == tx.desk.get()
    for version in range(tx.desk.version, 1, -1):
        run(tx, f"/desk undo {version}")
    assert tx.desk.get() == DESK


def _reaches(command: Command, who: str) -> bool:
    call = Invocation(
        person=Person(id=f"console:{who}", name=who),
        place=Place(workspace="console", channel="support"),
        command=command.name,
        preview=True,
    )
    tx: Any = DeskTx(DESK, "amy", "sue", "ada")
    try:
        execute(tx, call, FakeReader(), Text(), NOW, asks=bool(command.arguments))
    except NotAllowed:
        return False
    except (BatonError, AttributeError, TypeError):
        return True  # it went on to the work itself, for which this world is too small
    return True


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("eve", Role.OUTSIDER),
        ("amy", Role.ATTENDANT),
        ("sue", Role.SUPERVISOR),
        ("ada", Role.ADMIN),
    ],
)
def test_every_command_asks_for_its_role(who: str, role: Role) -> None:
    reached = {name for name, one in REGISTRY.items() if _reaches(one, who)}
    assert reached == {name for name, one in REGISTRY.items() if one.role.rank <= role.rank}


def test_what_changes_the_desk_is_for_admins() -> None:
    """All of /desk, but for the code by which the first admin comes in, and what others share."""
    free = {name for name, one in REGISTRY.items() if one.role is not Role.ADMIN}
    assert {"desk admin", "routing list", "routing test", "routing replay", "audit"} <= free
    changing = {"add", "edit", "set", "move", "remove", "apply", "undo", "export"}
    desk = {
        n for n in REGISTRY if n.startswith(("desk ", "routing ")) and n.split()[-1] in changing
    }
    assert not desk & free


# Discord: the words of a command, with its options and choices, have 8,000 characters.
def test_every_command_fits_into_what_discord_registers() -> None:
    from adapters.discord.commands import payload  # noqa: PLC0415 - vendor code, for this alone

    def size(one: dict[str, Any]) -> int:
        own = len(one.get("name", "")) + len(str(one.get("description", "")))
        own += len(str(one.get("value", "")))
        return own + sum(
            size(inner) for key in ("options", "choices") for inner in one.get(key, [])
        )

    for root in payload(REGISTRY):
        assert size(root) <= 8000, root["name"]
        assert len(root.get("options", [])) <= 25, root["name"]
        for group in root.get("options", []):
            assert len(group.get("options", [])) <= 25, group["name"]


def test_somebodys_shift_is_set_replaced_and_taken_away() -> None:
    """Others who had the same one keep it; what is no week is said with an example."""
    tx = DeskTx(DESK, "amy", "sue", "ada")
    assert run(tx, "/desk member shift console:amy support mon-fri 06:00-14:00").ok
    said = run(tx, "/desk member shift console:amy support timezone=Europe/Berlin sat 10-14")
    assert said.ok, said.text
    assert tx.desk.get().teams[0].shift == (
        Shift(members=("console:amy",), timezone="Europe/Berlin", sat=("10:00-14:00",)),
    )
    with pytest.raises(BatonError, match="write it as mon-fri"):
        run(tx, "/desk member shift console:amy support whenever")
    with pytest.raises(BatonError, match="not in the team"):
        run(tx, "/desk member shift console:ada support mon 9-12")
    shown = run(tx, "/desk member shift console:amy support off", preview=True)
    assert "Nothing is saved yet" in shown.text
    assert run(tx, "/desk member shift console:amy support off").ok
    assert tx.desk.get().teams[0].shift == ()
