"""Everything about a contact, in one file, for the admin who asked."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from storage.media import Media
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"a picture"


async def test_nothing_of_theirs_is_missing(world: World, tmp_path: Path) -> None:
    media = Media(str(tmp_path / "media"))
    world.baton._runner._shell = replace(world.baton._runner._shell, media=media)
    picture = await media.keep("../bi/ll?.png", PICTURE)
    await world.write("human please", source="q1", files=(picture,))
    await world.edit("q1", "a human, please")
    await world.run("alice", "/reply 1 Hello Carol")
    await world.run("alice", "/note 1 a friendly one")
    await world.write("me too", who="dan", channel="lobby")
    answer = await world.run("alice", "/privacy export Carol")
    assert answer.ok, answer.text
    [file] = answer.files
    archive = zipfile.ZipFile(io.BytesIO(file.data))
    [stored] = [one for one in archive.namelist() if one.startswith("files/")]
    assert ".." not in stored
    assert stored.count("/") == 1
    assert archive.read(stored) == PICTURE
    data = json.loads(archive.read("data.json"))
    assert data["person"]["id"] == "console:carol"
    [chapter] = data["chapters"]
    assert [one["text"] for one in chapter["messages"]] == ["a human, please", "Hello Carol"]
    assert chapter["earlier"]["1"][0][0] == "human please"
    assert chapter["notes"][0]["text"] == "a friendly one"
    assert chapter["tickets"][0]["number"] == 1
    assert chapter["summaries"][0]["ticket_number"] == 1
    assert "escalated" in [one["kind"] for one in chapter["events"]]
    assert data["files"] == {picture.digest: stored}
    text = archive.read("conversations.md").decode()
    for words in ("a human, please", "(before: human please)", "Hello Carol", "a friendly one"):
        assert words in text
    assert "me too" not in text + json.dumps(data)
    kinds = [one.kind for one in await world.store.read(lambda tx: tx.events.recent(1))]
    assert kinds == ["exported"]


async def test_only_admins_and_only_who_is_known(world: World) -> None:
    await world.write("hello")
    assert not (await world.run("bob", "/privacy export Carol")).ok
    unknown = await world.run("alice", "/privacy export nobody")
    assert (unknown.ok, "no contact" in unknown.text) == (False, True)
