"""When a message or a note was last edited on its platform: an older edit that comes later is none."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('messages', 'notes'):
        op.add_column(table, sa.Column('source_edited_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    for table in ('notes', 'messages'):
        op.drop_column(table, 'source_edited_at')
