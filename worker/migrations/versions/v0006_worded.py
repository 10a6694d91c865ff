"""Which workouts stand on a calendar in words only, and when their steps were last tried.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_entry", sa.Column("worded_on", sa.Date()))


def downgrade() -> None:
    raise RuntimeError("which steps to try again would be lost; restore a backup instead")
