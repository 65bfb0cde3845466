"""The migrations, as Alembic runs them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage import engines, schema

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Run what is missing, in the transaction of the connection."""
    command.upgrade(_config(connection), schema.HEAD)


def draft(url: str, revision: str, message: str) -> None:
    """Write the next migration from what differs between a migrated PostgreSQL and the tables."""
    engine = engines.engine(engines.address(url))
    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)
    engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    # ConfigParser reads % as the beginning of a variable.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
