"""What stood on a calendar before a write that is under way.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_entry", sa.Column("unfinished", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    raise RuntimeError("what stood there before would be lost; restore a backup instead")
