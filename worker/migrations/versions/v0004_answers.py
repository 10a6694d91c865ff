"""What the athlete says of changes that the plan would make.

Revision ID: 0004
Revises: 0003
"""

from worker.migrations.versions.v0001_first import _fact

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _fact("answer")


def downgrade() -> None:
    raise RuntimeError("facts would be lost; restore a backup instead")
