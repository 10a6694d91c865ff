"""Since when a calendar is paused, and why.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("calendar_paused_at", AT))
    op.add_column("connection", sa.Column("calendar_paused_why", sa.String(20)))


def downgrade() -> None:
    raise RuntimeError("a calendar that is paused would be written again; restore a backup instead")
