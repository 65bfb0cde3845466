"""Who was erased, what an API call made, and indexes to find what is to be forgotten."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

WITH_FILES = sa.text("CAST(attachments AS VARCHAR) <> '[]'")
PARTICIPANT = sa.text("author = 'participant'")
UNFINISHED = sa.text("progress <> 'done'")


def upgrade() -> None:
    op.create_table('erasures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('progress', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('extent', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('files', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('lanes', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('scrubbed', sa.Boolean(), nullable=False),
    sa.Column('remnants', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('finished_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_table('apicalls',
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('made', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index('apicalls_at', 'apicalls', ['at'])
    op.create_index('erasures_digest', 'erasures', ['digest', 'id'])
    op.create_index('erasures_unfinished', 'erasures', ['id'], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)
    op.create_index('messages_at', 'messages', ['at', 'id'])
    op.create_index('messages_participant', 'messages', ['author_id'], sqlite_where=PARTICIPANT, postgresql_where=PARTICIPANT)
    op.create_index('messages_files', 'messages', ['at', 'id'], sqlite_where=WITH_FILES, postgresql_where=WITH_FILES)
    op.create_index('notes_at', 'notes', ['at', 'id'])
    op.create_index('events_conversation', 'events', ['conversation_id'])


def downgrade() -> None:
    op.drop_index('events_conversation', 'events')
    op.drop_index('notes_at', 'notes')
    op.drop_index('messages_files', 'messages')
    op.drop_index('messages_participant', 'messages')
    op.drop_index('messages_at', 'messages')
    op.drop_table('apicalls')
    op.drop_table('erasures')
