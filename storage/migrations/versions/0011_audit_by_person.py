"""Since when a ticket is held; and who did what, found without reading the whole log."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('tickets', sa.Column('held_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index('events_actor', 'events', ['actor', 'id'], unique=False)
    op.create_index('events_kind', 'events', ['kind', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('events_kind', 'events')
    op.drop_index('events_actor', 'events')
    op.drop_column('tickets', 'held_since')
