"""A backup restored elsewhere goes on; an older program works beside a newer one's database."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import main
from bot.domain.identity import Person, Place
from bot.parts import Parts
from bot.ports.inbound import Written
from bot.ports.store import Tx
from bot.settings import Settings
from storage import schema
from storage.migrate import migrate
from tests.desk import DESK
from tests.postgres import Server

ROOT = Path(__file__).parents[3]
ALICE = Person(id="console:alice", name="Alice")
PHOTO = b"\x89PNG\r\n\x1a\n a picture"


def at(folder: Path, database: str = "") -> Settings:
    (folder / "desk.toml").write_text(DESK, encoding="utf-8")
    return Settings(
        database_url=database or f"sqlite:///{folder / 'baton.db'}",
        desk=str(folder / "desk.toml"),
        media_url=str(folder / "media"),
        console="off",
        secret_key="one for both" if database else "",
    )


async def write(parts: Parts, number: int, text: str, photo: bytes = b"") -> None:
    files = (await parts.media.keep("photo.png", photo),) if photo else ()
    await parts.baton.receive(
        Written(
            workspace="console",
            channel="dm:carol",
            direct=True,
            source_id=f"w{number}",
            author=Person(id="console:carol", name="Carol"),
            text=text,
            attachments=files,
            at=datetime.now(UTC),
        )
    )


def read_by_carol(tx: Tx) -> list[str]:
    posts = tx.posts.at(Place(workspace="console", channel="dm:carol"))
    return [str(one.content) for one in posts]


def words(tx: Tx) -> list[str]:
    return [one.text for one in tx.messages.of(1)]


async def test_a_backup_of_a_running_baton_restored_elsewhere_goes_on(
    tmp_path: Path, sqlite_template: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    shutil.copy(sqlite_template, here / "baton.db")
    async with main.assembled(at(here)) as parts, main.working(parts):
        await write(parts, 1, "human please", PHOTO)
        await parts.courier.settle_down()
        await parts.courier.stop()  # from here on things wait to be sent
        sealed = await parts.store.read(lambda tx: tx.vault.seal("whsec"))
        answer = await parts.baton.typed(
            ALICE, Place(workspace="console", channel="support"), "/reply #1 We look into it."
        )
        assert answer.ok, answer.text
        with (
            sqlite3.connect(here / "baton.db") as source,
            sqlite3.connect(there / "baton.db") as copy,
        ):
            source.backup(copy)
        shutil.copytree(here / "media", there / "media")
        shutil.copy(here / "baton.db.key", there / "baton.db.key")
        await write(parts, 2, "after the backup")
    shutil.rmtree(here)
    async with main.assembled(at(there)) as parts, main.working(parts):
        await write(parts, 3, "still there?")
        async with asyncio.timeout(60):
            while "We look into it." not in "".join(await parts.store.read(read_by_carol)):
                await asyncio.sleep(0.05)
        assert await parts.store.read(words) == ["human please", "We look into it.", "still there?"]
        [photo] = (await parts.store.read(lambda tx: tx.messages.of(1)))[0].attachments
        assert await parts.media.load(photo.digest or "") == PHOTO
        assert await parts.store.read(lambda tx: tx.vault.unseal(sealed)) == "whsec"


# Of the program from before: takes a message in, replies to the ticket, and says what it sees.
OLD = """
import asyncio, sys
from pathlib import Path
from bot import main
from bot.domain.identity import Person, Place
from storage import schema
from tests.integration.process.test_moving import ALICE, at, words, write

async def go(folder, database):
    async with main.assembled(at(folder, database)) as parts, main.working(parts):
        await write(parts, 2, "to the old program")
        place = Place(workspace="console", channel="support")
        answer = await parts.baton.typed(ALICE, place, "/reply #1 From the old one.")
        await parts.courier.settle_down()
        print(schema.HEAD, answer.ok, await parts.store.read(words))

asyncio.run(go(Path(sys.argv[1]), sys.argv[2]))
"""


def before_the_newest_migration(folder: Path) -> None:
    """Unpack the program as it was. Skips where there is no history to take it from."""
    [newest] = (ROOT / "storage" / "migrations" / "versions").glob(f"{schema.HEAD}_*.py")
    name = str(newest.relative_to(ROOT))
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("there is no history here to take the older program from")
    found = subprocess.run(
        [git, "log", "--diff-filter=A", "--format=%H", "-1", "--", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    packed = subprocess.run(
        [git, "archive", f"{found}^", "bot", "adapters", "storage"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if not found or packed.returncode:
        pytest.skip("the history does not reach back to before the newest migration")
    if b'extra="ignore"' not in packed.stdout:
        pytest.skip("before the newest migration, programs stopped at a desk with newer settings")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.mark.timeout(900)
async def test_the_program_from_before_works_beside_this_one(
    tmp_path: Path, postgres_server: Server
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    before_the_newest_migration(before)
    with postgres_server.clone() as database:
        migrate(database)
        async with main.assembled(at(tmp_path, database)) as parts, main.working(parts):
            await write(parts, 1, "human please")
            await parts.courier.settle_down()
            old = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-c", OLD, str(tmp_path), database],
                cwd=before,
                env=os.environ | {"PYTHONPATH": str(before)},
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
            )
            assert old.returncode == 0, old.stderr
            assert old.stdout.split()[0] < schema.HEAD, "that was no older program"
            await parts.courier.settle_down()
            said = ["human please", "to the old program", "From the old one."]
            assert await parts.store.read(words) == said
            assert "From the old one." in "".join(await parts.store.read(read_by_carol))
