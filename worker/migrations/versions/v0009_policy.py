"""What the athlete lets us do to a calendar.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("calendar_policy", sa.String(20), nullable=False, server_default="sync")
    op.add_column("connection", column)


def downgrade() -> None:
    raise RuntimeError("a calendar would be written again in full; restore a backup instead")
