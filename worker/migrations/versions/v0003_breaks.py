"""Times without running, as the athlete says them.

Revision ID: 0003
Revises: 0002
"""

from worker.migrations.versions.v0001_first import _fact

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _fact("athlete_break")


def downgrade() -> None:
    raise RuntimeError("facts would be lost; restore a backup instead")
