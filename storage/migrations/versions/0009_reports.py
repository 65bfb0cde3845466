"""Reports look for tickets and conversations by when they began and ended."""

from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('tickets_opened', 'tickets', ['opened_at'])
    op.create_index('tickets_closed', 'tickets', ['closed_at'])
    op.create_index('conversations_started', 'conversations', ['started_at'])


def downgrade() -> None:
    op.drop_index('conversations_started', table_name='conversations')
    op.drop_index('tickets_closed', table_name='tickets')
    op.drop_index('tickets_opened', table_name='tickets')
