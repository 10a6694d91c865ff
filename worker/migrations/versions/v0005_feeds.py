"""What stands in calendar feeds.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from worker.migrations.versions.v0001_first import AT, ID

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("connection_id", ID, nullable=False),
        sa.Column("ident", sa.String(200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(100), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_event"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_feed_event_athlete_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_feed_event_connection_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("connection_id", "ident", name="uq_feed_event_connection_id_ident"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_event_athlete_id", "feed_event", ["athlete_id"])
    op.create_index("ix_feed_event_connection_id", "feed_event", ["connection_id"])


def downgrade() -> None:
    raise RuntimeError("sequences would be lost; restore a backup instead")
