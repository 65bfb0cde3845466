"""How Alembic runs: on the connection, and in the transaction, that `storage.migrate` gives it."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from storage import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata if tables else None,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
