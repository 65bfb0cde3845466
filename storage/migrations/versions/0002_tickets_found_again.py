"""Tags, practice tickets, blocked contacts, and the index of words."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from storage import search_index

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('tickets', sa.Column('practice', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('tickets_practice', 'tickets', ['number'], unique=False, sqlite_where=sa.text("practice AND status <> 'closed'"), postgresql_where=sa.text("practice AND status <> 'closed'"))
    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_number', sa.Integer(), nullable=False),
    sa.Column('tag', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_number'], ['tickets.number'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('ticket_number', 'tag', name='tags_ticket_tag'),
    sqlite_autoincrement=True
    )
    op.create_index('tags_tag', 'tags', ['tag', 'ticket_number'], unique=False)
    op.create_table('blocks',
    sa.Column('contact', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kept_out', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('contact')
    )
    search_index.create(op.get_bind())


def downgrade() -> None:
    search_index.drop(op.get_bind())
    op.drop_table('blocks')
    op.drop_table('tags')
    op.drop_index('tickets_practice', 'tickets')
    op.drop_column('tickets', 'practice')
