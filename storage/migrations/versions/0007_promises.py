"""What a team promises and how it stands; in which language a contact writes."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()
_TIME = sqlmodel.sql.sqltypes.UTCDateTime()
_NOT_NULL = sa.text('sla_at IS NOT NULL')


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column('due_clock', _TEXT, nullable=True),
        sa.Column('sla_at', _TIME, nullable=True),
        sa.Column('terms', _TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column('response_since', _TIME, nullable=True),
        sa.Column('response_spent', sa.Float(), server_default=sa.text('0'), nullable=False),
        sa.Column('response_alert', _TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column('resolution_since', _TIME, nullable=True),
        sa.Column('resolution_spent', sa.Float(), server_default=sa.text('0'), nullable=False),
        sa.Column('resolution_alert', _TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column('first_response', sa.Float(), nullable=True),
        sa.Column('first_response_late', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('next_responses', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('next_responses_late', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('resolution_business', sa.Float(), nullable=True),
        sa.Column('resolution_late', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column('tickets', column)
    op.create_index('tickets_promised', 'tickets', ['sla_at'], sqlite_where=_NOT_NULL, postgresql_where=_NOT_NULL)
    op.add_column('conversations', sa.Column('language', _TEXT, server_default=sa.text("''"), nullable=False))
    op.execute(
        "UPDATE tickets SET response_since = waiting_since, resolution_since = restarted_at "
        "WHERE status IN ('open', 'in progress')"
    )
    op.execute(f"UPDATE tickets SET first_response = {_span()} WHERE first_replied_at IS NOT NULL")


def _span() -> str:
    """Seconds from the handover to the first reply: by the wall, as nothing else is known."""
    if op.get_bind().dialect.name == 'sqlite':
        return '(julianday(first_replied_at) - julianday(opened_at)) * 86400'
    return 'EXTRACT(EPOCH FROM first_replied_at - opened_at)'


def downgrade() -> None:
    op.drop_column('conversations', 'language')
    op.drop_index('tickets_promised', table_name='tickets')
    for column in reversed(_columns()):
        op.drop_column('tickets', column.name)
