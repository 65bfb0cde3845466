"""Notes know the thread that they were written into, and that they were deleted there."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notes', sa.Column('thread_id', sa.Integer(), nullable=True))
    op.add_column('notes', sa.Column('deleted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index('notes_source', 'notes', ['source_id'], sqlite_where=sa.text('source_id IS NOT NULL'), postgresql_where=sa.text('source_id IS NOT NULL'))
    op.create_index('notes_thread', 'notes', ['thread_id', 'id'], sqlite_where=sa.text('thread_id IS NOT NULL'), postgresql_where=sa.text('thread_id IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('notes_thread', table_name='notes')
    op.drop_index('notes_source', table_name='notes')
    op.drop_column('notes', 'deleted_at')
    op.drop_column('notes', 'thread_id')
