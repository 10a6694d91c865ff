"""Every source: the athlete's rulings, wellness, weather, what is withheld, limits, erasures.

Revision ID: 0002
Revises: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from worker.migrations.versions.v0001_first import AT, BODY, ID, _fact

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _more_facts()
    _limits()
    _sightings()
    _erasures()
    with op.batch_alter_table("inbox_event") as inbox:
        inbox.add_column(sa.Column("expires_at", AT, nullable=True))
    op.create_index("ix_inbox_event_expires_at", "inbox_event", ["expires_at"])


def downgrade() -> None:
    raise RuntimeError("facts would be lost; restore a backup instead")


def _more_facts() -> None:
    _fact("ruling")
    for name in ("wellness", "weather"):
        _fact(name, _source(), sa.Column("day", sa.Date(), nullable=False))
        op.create_index(f"ix_{name}_day", name, ["day"])
    _fact("withheld", _source(), sa.Column("external_id", sa.String(200), nullable=False))


def _source() -> sa.Column[Any]:
    return sa.Column("source", sa.String(60), nullable=False)


def _limits() -> None:
    op.drop_table("rate_bucket")
    op.create_table(
        "rate_window",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("backfill", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "starts_at", name="pk_rate_window"),
    )
    op.create_table(
        "rate_rest",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rate_rest"),
    )


def _sightings() -> None:
    op.create_table(
        "sighting",
        sa.Column("connection_id", ID, nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("tag", sa.String(200), nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("connection_id", "external_id", name="pk_sighting"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_sighting_connection_id",
            ondelete="CASCADE",
        ),
    )


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("whose", sa.String(64), nullable=False),
        sa.Column("rows", BODY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sqlite_autoincrement=True,
    )
