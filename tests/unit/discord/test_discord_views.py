"""Whatever the core says, what stands on Discord keeps Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.discord.commands import OWN, given, name_of, path_of, payload
from adapters.discord.views import answers, forms, posts
from adapters.discord.views.body import allowed, is_ours
from adapters.discord.views.card import card, card_name
from bot.commands import REGISTRY
from bot.commands.registry import Form, Response
from bot.domain.card import Button, Card, Line, Post, Transcript
from bot.domain.desk import Priority
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.domain.states import Status
from tests.fuzz import acts

Json = dict[str, Any]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG = "Lorem **ipsum** @everyone " * 500
CAROL = Person(id="slack:T1/U1", name=LONG, avatar="https://a.example/c.png")
BUTTONS = tuple(
    Button(action=f"ticket:{name}", label=LONG, value="42")
    for name in ("claim", "reply", "note", "transfer", "close", "more")
)
CARD = Card(
    number=42,
    title=LONG,
    status=Status.OPEN,
    priority=Priority.URGENT,
    contact=CAROL,
    origin=LONG,
    reason=LONG,
    topics=(LONG,) * 9,
    last_action=LONG,
    wants=LONG,
    mood=LONG,
    language=LONG,
    summary_by=LONG,
    who=LONG,
    opened_at=NOW,
    waiting_since=NOW,
    due_at=NOW,
    footer=LONG,
    mentions=("discord-role:900/55", "discord:900/77", "slack:T1/U2", "console:bob"),
    buttons=BUTTONS,
)


def walk(components: list[Json]) -> list[Json]:
    found = []
    for one in components:
        found += [one, *walk(one.get("components", []))]
        found += [one["accessory"]] if "accessory" in one else []
    return found


def test_the_largest_card_fits() -> None:
    """Discord: 40 components, 4,000 characters, 5 buttons in a row of 80 characters each."""
    view = card(CARD).view
    assert view is not None
    parts = walk(view.to_components())
    assert len(parts) <= 40
    assert sum(len(one["content"]) for one in parts if one["type"] == 10) <= 4000
    rows = [one["components"] for one in parts if one["type"] == 1]
    assert [len(row) for row in rows] == [5, 1]
    assert rows[0][0]["custom_id"] == "ticket:claim:42"
    assert all(len(one["label"]) <= 80 for row in rows for one in row)
    assert len(card_name(CARD)) <= 100


def test_the_largest_card_fits_with_as_many_pings_as_there_can_be() -> None:
    people = tuple(f"discord:900/{10**18 + number}" for number in range(60))
    view = card(replace(CARD, mentions=people)).view
    assert view is not None
    texts = [one["content"] for one in walk(view.to_components()) if one["type"] == 10]
    assert sum(map(len, texts)) <= 4000


def test_words_that_grow_by_conversion_still_fit() -> None:
    """Each @here gets a character that keeps it from pinging; no word is lost to that."""
    post = Post(voice="attendant", speaker=CAROL, text="@here " * 300)
    assert posts.to_contact(post).content == post.text


def test_two_of_one_name_can_both_be_chosen() -> None:
    """Discord refuses a form in which a choice stands twice."""
    form = Form(
        command="ticket transfer",
        title="Transfer",
        arguments=REGISTRY["ticket transfer"].arguments[1:],
        values={"ticket": "1"},
    )
    made = forms.modal(form, {"target": ["@Alice", "@Alice", "billing"]}).to_dict()
    [select] = [
        one["component"] for one in made["components"] if one["component"]["custom_id"] == "target"
    ]
    assert [one["value"] for one in select["options"]] == ["@Alice", "billing"]


def test_only_discords_own_are_pinged_and_by_id() -> None:
    assert allowed(CARD.mentions).to_dict() == {
        "parse": [],
        "users": ["77"],
        "roles": ["55"],
        "replied_user": False,
    }


@pytest.mark.parametrize("voice", ["contact", "participant", "agent", "attendant", "note", "line"])
def test_the_longest_post_fits_on_both_sides(voice: Any) -> None:
    file = Attachment(name=LONG, media_type="", size=99 * 1024**2, digest="d" * 64)
    post = Post(voice=voice, speaker=CAROL, text=LONG[:1800], aside=LONG[:150], attachments=(file,))
    body = posts.in_thread(post, 10 * 1024**2)
    assert len(body.content) <= 2000
    assert body.attachments == (), "too large for Discord: named instead"
    if body.embed:
        assert len(body.embed) <= 6000
        assert len(body.embed.description or "") <= 4096
        assert len(body.embed.author.name or "") <= 256
    assert len(posts.to_contact(post).content) <= 2000


def test_a_long_transcript_shows_the_end_and_has_the_whole_as_a_file() -> None:
    lines = tuple(
        Line(speaker="Carol", text=f"line {number} {'x' * 90}", at=NOW, voice="contact")
        for number in range(200)
    )
    body = posts.transcript(Transcript(title="So far", lines=lines))
    assert body.embed is not None
    assert "line 199" in (body.embed.description or "")
    assert "line 0 " not in (body.embed.description or "")
    assert body.document is not None
    assert b"line 0 " in body.document[1]
    short = posts.transcript(Transcript(title="So far", lines=lines[:2]))
    assert short.document is None


def test_a_long_answer_goes_on_in_a_file() -> None:
    parts = answers.answer(Response(text=LONG)).parts()
    assert len(parts["content"]) <= 2000
    assert parts["files"][0].fp.read() == LONG.encode()


def options(command: Json) -> list[Json]:
    found = []
    for one in command.get("options", []):
        found += [one, *options(one)]
    return found


def test_every_command_is_registered_within_discords_limits() -> None:
    """Discord: 100 commands, 25 options, names of 32 characters, descriptions of 100."""
    commands = payload(REGISTRY)
    assert len(commands) <= 100
    assert len({one["name"] for one in commands}) == len(commands)
    for command in commands:
        for one in [command, *options(command)]:
            assert one["name"] == one["name"].lower() or one.get("type") == 3
            assert len(one["name"]) <= 32
            assert len(one.get("description", "x")) <= 100
            assert len(one.get("options", [])) <= 25
            wanted = [inner.get("required", True) for inner in one.get("options", [])]
            assert wanted == sorted(wanted, reverse=True), "what is required comes first"


def test_no_level_of_a_command_has_more_than_discord_takes() -> None:
    """Discord: 25 options, subcommands or groups each, 8,000 characters a command."""

    def check(node: dict[str, Any]) -> int:
        below = node.get("options", [])
        assert len(below) <= 25, node["name"]
        return len(node["name"] + node.get("description", "")) + sum(map(check, below))

    for root in payload(REGISTRY):
        assert check(root) <= 8_000, root["name"]


def test_admins_commands_are_hidden_and_attendants_are_not() -> None:
    hidden = {one["name"] for one in payload(REGISTRY) if one.get("default_member_permissions")}
    assert {"desk", *OWN} <= hidden
    assert not hidden & {"reply", "note", "ticket", "queue", "escalate", "takeover"}


@pytest.mark.parametrize("name", REGISTRY)
def test_a_command_is_found_again_by_discords_words(name: str) -> None:
    words = path_of(name).split()
    assert name_of(" ".join(words)) == name
    option: Json = {"type": 3, "name": "text", "value": "hi"}
    nested: list[Json] = [option]
    for word in reversed(words[1:]):
        nested = [{"type": 1 if nested == [option] else 2, "name": word, "options": nested}]
    assert given(nested) == (words[1:], {"text": "hi"})


@pytest.mark.parametrize("name", [name for name, one in REGISTRY.items() if one.arguments])
def test_every_form_fits_a_modal_and_is_understood_again(name: str) -> None:
    """Discord: 5 parts, 45 characters in title and labels; state survives in the id."""
    command = REGISTRY[name]
    form = Form(
        command=name,
        title=LONG,
        arguments=command.arguments[1:],
        values={command.arguments[0].name: "42"},
        files=command.files,
    )
    made = forms.modal(form, {"target": [f"team {number}" for number in range(30)]})
    assert len(made.title) <= 45
    assert len(made.children) <= 5
    assert len(made.custom_id) <= 100
    command_again, values = forms.settled(made.custom_id)
    assert REGISTRY[command_again].handler is command.handler
    assert values == {command.arguments[0].name: "42"}


def test_what_finds_no_room_in_the_id_of_a_form_is_kept_elsewhere() -> None:
    values = {
        "name": "refunds",
        "keyword": ", ".join(f"word {n}" for n in range(40)),
        "team": "vip",
    }
    asked = tuple(one for one in REGISTRY["routing edit"].arguments if one.name == "team")
    form = Form(command="routing edit", title="Edit", arguments=asked, values=values)
    assert not forms.has_room(form)
    made = forms.modal(form, {}, "a-token")
    assert len(made.custom_id) <= 100
    assert forms.token(made.custom_id) == "a-token"
    assert forms.unasked(form) == {name: values[name] for name in ("name", "keyword")}
    short = Form(command="routing edit", title="Edit", arguments=asked, values={"name": "x"})
    assert forms.has_room(short)
    assert forms.token(forms.modal(short, {}).custom_id) == ""


@pytest.mark.parametrize("value", ["1", "", "two\nlines", "x" * 100])
def test_every_button_can_be_shown_and_is_known_when_pressed(value: str) -> None:
    for one in acts.buttons():
        pressed = replace(one, value=value)
        [shown] = answers.answer(Response(buttons=(pressed,))).parts()["view"].children
        assert is_ours(shown.custom_id), shown.custom_id


@pytest.mark.parametrize("value", [5, ["x"], {"a": "b"}])
def test_a_value_that_is_no_text_is_not_read(value: Any) -> None:
    with pytest.raises(TypeError):
        given([{"name": "ticket", "type": 3, "value": value}])
    with pytest.raises(TypeError):
        forms.fields([{"type": 4, "custom_id": "text", "value": value}])


def test_a_forms_buttons_are_named_as_announced() -> None:
    form = Form(command="ticket reply", title="Reply", arguments=(), values={"ticket": "42"})
    assert forms.custom_id(form) == "ticket:reply:42"


def test_what_was_filled_in_is_read_by_name() -> None:
    filled: list[Json] = [
        {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "hi"}},
        {"type": 18, "component": {"type": 3, "custom_id": "target", "values": ["billing"]}},
        {"type": 18, "component": {"type": 19, "custom_id": "files", "values": ["1"]}},
    ]
    assert forms.fields(filled) == {"text": "hi", "target": "billing"}
