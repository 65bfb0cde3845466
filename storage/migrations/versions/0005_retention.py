"""Which events still have their words."""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

WORDY = sa.text("NOT bare")


def upgrade() -> None:
    op.add_column('events', sa.Column('bare', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('events_wordy', 'events', ['at', 'id'], sqlite_where=WORDY, postgresql_where=WORDY)


def downgrade() -> None:
    op.drop_index('events_wordy', 'events')
    op.drop_column('events', 'bare')
