"""How far back the last comparison of a place with what stands there went that came to its end."""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sources', sa.Column('compared', sa.String(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    op.drop_column('sources', 'compared')
