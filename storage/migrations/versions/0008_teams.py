"""The claim ladder, and whose turn it is."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_OPEN = "status <> 'closed'"


def upgrade() -> None:
    op.create_table('turns',
    sa.Column('team', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('team', 'person')
    )
    op.add_column('tickets', sa.Column('unclaimed_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column('tickets', sa.Column('reminded', sa.Integer(), server_default='0', nullable=False))
    op.add_column('tickets', sa.Column('reminded_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column('tickets', sa.Column('ladder_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index('tickets_ladder', 'tickets', ['ladder_at'], unique=False, sqlite_where=sa.text("ladder_at IS NOT NULL"), postgresql_where=sa.text("ladder_at IS NOT NULL"))
    op.create_index('tickets_holder', 'tickets', ['holder'], unique=False, sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN))
    op.create_index('tickets_assigned', 'tickets', ['assigned'], unique=False, sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN))


def downgrade() -> None:
    for index in ('tickets_ladder', 'tickets_holder', 'tickets_assigned'):
        op.drop_index(index, 'tickets')
    for column in ('unclaimed_since', 'reminded', 'reminded_at', 'ladder_at'):
        op.drop_column('tickets', column)
    op.drop_table('turns')
