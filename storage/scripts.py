"""The migrations, as Alembic runs them."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage import engines, schema

_SCRIPTS = Path(__file__).parent / "migrations"
_BREAKS = re.compile(r"\s*\n\s*")
# What FTS5 keeps for itself comes with its table.
_MADE = text(
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' "
    "AND NOT (type = 'table' AND substr(name, 1, 13) = 'search_words_') ORDER BY rowid"
)


def upgrade(connection: Connection) -> None:
    """Run what is missing, in the transaction of the connection."""
    config = Config(attributes={"connection": connection})
    # ConfigParser reads % as the beginning of a variable.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, schema.HEAD)


def newest() -> str:
    """`migrations/newest.sql`: what all migrations make of an empty SQLite file, in their order."""
    with TemporaryDirectory() as folder:
        engine = engines.engine(engines.address(f"sqlite:///{folder}/new.db"))
        with engine.begin() as connection:
            upgrade(connection)
            made = connection.execute(_MADE).scalars().all()
        engine.dispose()
    return "".join(f"{_BREAKS.sub(' ', one)};\n\n" for one in made).strip() + "\n"
