"""Which writes on a calendar belong together, and when they were made in the athlete's time.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

AT = sa.DateTime(timezone=True)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_journal", sa.Column("run", sa.BigInteger()))
    op.add_column("calendar_journal", sa.Column("known_at", AT))


def downgrade() -> None:
    raise RuntimeError("what can be taken back of a calendar would be lost; restore a backup")
