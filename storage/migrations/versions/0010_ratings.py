"""What a contact gave for a ticket, and the message that asked for it."""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('tickets', sa.Column('rating', sa.Integer(), nullable=True))
    op.add_column('tickets', sa.Column('rating_ask_id', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('tickets', 'rating_ask_id')
    op.drop_column('tickets', 'rating')
