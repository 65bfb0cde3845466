"""An admin can change every key of the desk without leaving Slack or Discord."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from bot import desk_file
from bot.domain.desk import Desk
from bot.domain.desk_changes import key_of
from tests.unit.desk_tx import DeskTx
from tests.unit.test_desk_commands import run

# One of everything that can be on a desk.
WHOLE = desk_file.parse(
    """
[[team]]
name = "support"
workspace = "console"
channel = "support"
members = ["console:amy"]
supervisors = ["console:sue"]
claim_within = "5m"
[team.notify_for]
urgent = ["console:sue"]
[team.out_of_hours_in]
pt = "Voltamos"
[team.rating_text_in]
pt = "Como foi?"
[team.inactivity]
warn_after = "1h"
close_after = "4h"
warnings = { pt = "Oi?" }
closings = { pt = "Tchau" }
[team.sla.high]
first_response = "1h"
[team.hours]
mon = ["09:00-12:00"]
[[team.shift]]
members = ["console:amy"]
mon = ["09:00-12:00"]
[[team]]
name = "billing"
workspace = "console"
channel = "billing"
[[channel]]
workspace = "console"
channel = "lobby"
[[rule]]
name = "refunds"
when.keyword = ["refund"]
[agent]
[agent.budget]
price_read = 1.0
price_written = 1.0
[[snippet]]
name = "hello"
text = "Hello"
[[webhook]]
name = "crm"
url = "https://crm.example/hook"
[[person]]
ids = ["console:amy", "slack:T1/U1"]
[retention]
messages = "400d"
media = "90d"
notes = "400d"
log = "400d"
[admin]
members = ["console:ada"]
"""
)
# What is typed for a key, by its last step, where its type alone does not tell.
TYPED = {
    "timezone": "Europe/Berlin",
    "holidays": "DE",
    "priority": "high",
    "regex": "re(f|v)und",
    "languages": "de, pt",
    "events": "ticket.closed",
    "url": "https://other.example/hook",
    "secret": "whsec_" + "a" * 43 + "=",
    "channels": "lobby",
    "keyword": "chargeback",
    **dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "10:00-11:00"),
    **dict.fromkeys(("members", "supervisors", "notify", "urgent"), "console:amy, console:bob"),
    "attendant": "console:amy",
    # Shorter ones are shown first.
    **dict.fromkeys(("messages", "media", "notes", "log"), "3000d"),
    **dict.fromkeys(("team", "backup"), "billing"),
}
# What has a command of its own instead, as it means more than a value.
OWN = {
    "person.console:amy.ids": "/desk member unlink slack:T1/U1",
    "admin.members": "/desk admin add console:amy",
    "channel.console:lobby.workspace": "/desk channel add #lounge",
    "channel.console:lobby.channel": "/desk channel add #lounge",
    "rule.refunds.name": "/routing add rebates rebate",
    "team.support.name": "/desk team add vip #vip",
    "snippet.hello.name": "/desk snippet add bye Goodbye",
    "webhook.crm.name": "/desk webhook add erp https://erp.example/hook",
    "webhook.crm.secret": "/desk webhook add erp https://erp.example/hook",
    "team.support.shift.console:amy.members": "/desk member shift console:sue support mon 9-12",
}
# Given when Baton is set up: a desk to try Baton on is never made out of a real one, and a team's
# workspace is where `/desk team add` was said.
FIXED = {"practice", "team.support.workspace"}


def _keys(value: Any, hint: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Every key below a value, with its type and what stands there."""
    options = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    kind = next((one for one in options if is_dataclass(one)), None)
    if kind is not None:
        for field in fields(kind):
            name = desk_file.SINGULARS.get(field.name, field.name) if kind is Desk else field.name
            yield from _keys(
                getattr(value, field.name), get_type_hints(kind)[field.name], (*path, name)
            )
    elif get_origin(hint) is Mapping:
        assert value, f"there is an example of {path}"
        key = next(iter(value))
        yield from _keys(value[key], get_args(hint)[1], (*path, str(key)))
    elif get_origin(hint) is tuple and is_dataclass(get_args(hint)[0]):
        assert value, f"there is an example of {path}"
        yield from _keys(value[0], get_args(hint)[0], (*path, key_of(value[0])))
    else:
        yield ".".join(path), options, value


KEYS = {key: (options, value) for key, options, value in _keys(WHOLE, Desk)}


def _typed(key: str) -> str:
    """Another value of the type of a key."""
    options, now = KEYS[key]
    if (known := TYPED.get(key.rpartition(".")[2])) is not None:
        return known
    if get_origin(options[0]) is Literal:
        return next(one for one in get_args(options[0]) if one not in {now, ""})
    if bool in options:
        return "off" if now else "on"
    if timedelta in options:
        return "3h"
    return "7" if {int, float} & set(options) else "word"


def test_there_are_no_names_of_keys_that_are_gone() -> None:
    assert (OWN.keys() | FIXED) - KEYS.keys() == set()


@pytest.mark.parametrize("key", sorted(KEYS.keys() - FIXED))
def test_every_key_has_a_command(key: str) -> None:
    tx = DeskTx(WHOLE)
    said = run(tx, OWN.get(key) or f"/desk set {key} {_typed(key)}")
    assert said.ok, said.text
    now = tx.desk.get()
    assert now != WHOLE
    if key not in OWN:
        assert {name: value for name, _, value in _keys(now, Desk)}[key] != KEYS[key][1]
