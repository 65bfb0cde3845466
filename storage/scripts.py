"""The migrations, as Alembic runs them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage import schema

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Run what is missing, in the transaction of the connection."""
    command.upgrade(_config(connection), schema.HEAD)


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    # ConfigParser reads % as the beginning of a variable.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
