"""The desk as a file: every mistake is named so that an admin can mend it."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from bot import desk_file
from bot.domain.desk import Priority
from bot.domain.errors import BadDesk

FULL = """
[[team]]
name = "support"
workspace = "slack:T0001"
channel = "C0TEAM"
members = ["slack:T0001/U0ALICE", "slack:T0001/U0BOB"]
supervisors = ["slack:T0001/U0ALICE"]
notify = ["slack-group:T0001/S01"]
assignment = "round_robin"
capacity = 4
hand_back = "auto"
identity = "team"
reopen = "auto"
reopen_within = "14d"
claim_within = "5m"
backup = "tier-2"
out_of_hours = "We are closed until {until}."
[team.notify_for]
urgent = ["slack-group:T0001/S01", "slack:T0001/U0ALICE"]
low = []
[team.inactivity]
warn_after = "20h"
close_after = "24h"
[team.sla.normal]
first_response = "30m"
next_response = "1h"
resolution = "8h"
[team.hours]
timezone = "America/Sao_Paulo"
mon = ["09:00-12:00", "13:00-18:00"]
holidays = "BR"
[[team.shift]]
members = ["slack:T0001/U0BOB"]
timezone = "Europe/Berlin"
mon = ["06:00-14:00"]
[[team.shift]]
members = ["slack-group:T0001/S01"]
sat = ["10:00-12:00"]
[[team]]
name = "tier-2"
workspace = "slack:T0001"
channel = "C0TIER2"
[[channel]]
workspace = "discord:900"
channel = "600"
agent = true
team = "support"
[[rule]]
name = "billing"
when.keyword = ["refund", "chargeback"]
channels = []
hours = "any"
priority = "high"
team = "support"
[agent]
prompt = "Be kind."
languages = ["en", "pt"]
[[snippet]]
name = "refund-policy"
text = "Thirty days."
[retention]
messages = "400d"
media = "90d"
[[webhook]]
url = "https://crm.example/hook"
events = ["ticket.opened"]
[[person]]
ids = ["slack:T0001/U0ALICE", "discord:900/77"]
[admin]
members = ["slack:T0001/U0ALICE", "discord:900/77"]
"""


def test_every_documented_key_is_read() -> None:
    desk = desk_file.parse(FULL)
    support = desk.team("support")
    assert support is not None
    assert support.reopen_within == timedelta(days=14)
    assert support.sla[Priority.NORMAL].first_response == timedelta(minutes=30)
    assert support.hours is not None
    assert support.hours.mon == ("09:00-12:00", "13:00-18:00")
    assert desk.rules[0].when.keyword == ("refund", "chargeback")
    assert support.called(Priority.LOW) == ()
    assert support.called(Priority.HIGH) == support.notify
    assert len(support.called(Priority.URGENT)) == 2
    assert desk.attendant("discord:900/77") == "slack:T0001/U0ALICE"
    assert desk.retention.messages == timedelta(days=400)


def test_what_is_written_reads_back_as_the_same_desk() -> None:
    desk = desk_file.parse(FULL)
    text = desk_file.write(desk, lambda person: f"name of {person[-3:]}")
    assert "\n\n\n" not in text
    assert desk_file.parse(text) == desk
    assert "# name of ICE" in text
    assert desk_file.write(desk_file.parse(desk_file.write(desk))) == desk_file.write(desk)


def test_the_practice_desk_is_a_good_desk() -> None:
    text = (files("bot.sample") / "desk.toml").read_text(encoding="utf-8")
    desk = desk_file.parse(text)
    assert desk.practice
    assert desk_file.parse(desk_file.write(desk)) == desk


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ('channel = "C0TEAM"', 'chanel = "C0TEAM"'),
            r'team "support": .*"chanel"; did you mean "channel"\?',
        ),
        (('name = "billing"', ""), r'rule number 1: "name" is missing'),
        (('"5m"', '"5 parsecs"'), r"claim_within: '5 parsecs' is no duration"),
        (('priority = "high"', 'priority = "huge"'), r'rule "billing": priority: .*huge'),
        (("capacity = 4", 'capacity = "many"'), r"capacity: .*many"),
        (('backup = "tier-2"', 'backup = "tier-3"'), r'backup "tier-3" is no team'),
        (('"America/Sao_Paulo"', '"Mars/Olympus"'), r"is no time zone"),
        (('"09:00-12:00"', '"9 to 12"'), r"'9 to 12' is no shift"),
        (('name = "tier-2"', 'name = "support"'), r"there is? 2 times|is there 2 times"),
        (("[retention]", "[retenton]"), r'no key "retenton"; did you mean "retention"\?'),
        (('team = "support"\n[[rule]]', 'team = "nobody"\n[[rule]]'), r'"nobody" is no team'),
        (('warn_after = "20h"', 'warn_after = "30h"'), r"warn_after must be shorter"),
        (('when.keyword = ["refund", "chargeback"]', 'when.regex = "("'), r"no regular expression"),
        (('when.keyword = ["refund", "chargeback"]', ""), r"no condition"),
        (('channel = "600"', 'channel = "C0TEAM"'), r"."),
        (('workspace = "discord:900"', 'workspace = "teams:1"'), r"is unknown; write slack:"),
        (('["slack:T0001/U0ALICE", "discord:900/77"]\n[admin]', '["slack:1/A"]\n[admin]'), "two"),
        (('", "discord:900/77"]\n[admin]', '", "slack-group:1/S"]\n[admin]'), "no person's id"),
        (('"06:00-14:00"', '"6-14"'), r"shift number 1: '6-14' is no shift"),
        (('sat = ["10:00-12:00"]', ""), r"shift number 2: there is no shift in the whole week"),
        (('"Europe/Berlin"', '"Berlin"'), r"shift number 1: \"Berlin\" is no time zone"),
        (('members = ["slack:T0001/U0BOB"]', 'members = ["slack:T0001/U9"]'), r"U9 is not in the"),
        (('"tier-2"\nout', '"support"\nout'), r"cannot be its own backup"),
        (("urgent = [", "urgnt = ["), r"urgnt"),
        (("[admin]", "[[admin]"), r"this is no TOML"),
    ],
)
def test_a_mistake_is_named(change: tuple[str, str], complaint: str) -> None:
    broken = FULL.replace(*change, 1)
    if change[1].startswith('channel = "C0TEAM"') and "600" in change[0]:
        broken = broken.replace("discord:900", "slack:T0001", 1)
        complaint = "is a team's channel too"
    with pytest.raises(BadDesk) as refused:
        desk_file.parse(broken)
    assert re.search(complaint, str(refused.value)), str(refused.value)
    assert "\n" not in str(refused.value)


def test_several_mistakes_are_named_together() -> None:
    broken = FULL.replace("capacity = 4", 'capacity = "x"').replace("agent = true", "agant = true")
    with pytest.raises(BadDesk, match=r"capacity.*agant"):
        desk_file.parse(broken)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadDesk, match="no such file"):
        desk_file.read(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadDesk, match="cannot be read"):
        desk_file.read(tmp_path / "bytes.toml")
    with pytest.raises(BadDesk, match="cannot be read"):
        desk_file.read(tmp_path)


SPEAKING = """
[[team]]
name = "support"
workspace = "console"
channel = "support"
sla_warning = "10m"
[team.out_of_hours_in]
pt = "Voltamos em {until}."
[team.inactivity.warnings]
pt = "Você ainda está aí?"
[team.inactivity.closings]
pt = "Encerramos esta conversa."
"""


def test_words_in_other_languages_read_back() -> None:
    desk = desk_file.parse(SPEAKING)
    assert desk.teams[0].inactivity.warning_in("pt") == "Você ainda está aí?"
    assert desk.teams[0].inactivity.warning_in("de") == desk.teams[0].inactivity.warning
    assert desk_file.parse(desk_file.write(desk)) == desk


def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(BadDesk, match='"portuguese" is no language'):
        desk_file.parse(SPEAKING.replace("pt =", "portuguese ="))
