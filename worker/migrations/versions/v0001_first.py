"""The first schema.

Revision ID: 0001
Revises:
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BODY = sa.JSON(none_as_null=True)
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _facts()
    _work()
    _written()


def downgrade() -> None:
    raise RuntimeError("there is nothing before the first schema; restore a backup instead")


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _facts() -> None:
    op.create_table(
        "athlete",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_athlete"),
        sqlite_autoincrement=True,
    )
    for name in ("athlete_setting", "goal", "layer", "closing", "coverage"):
        _fact(name)
    _fact(
        "observation",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_at", AT, nullable=False),
    )
    op.create_index("ix_observation_day", "observation", ["day"])


def _fact(name: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        *more,
        sa.Column("body", BODY, nullable=True),
        sa.Column("known_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("superseded_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name=f"fk_{name}_athlete_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_athlete_id", name, ["athlete_id"])
    _partial(
        f"uq_{name}_athlete_id_key",
        name,
        ["athlete_id", "key"],
        "superseded_at IS NULL",
        unique=True,
    )


def _work() -> None:
    op.create_table(
        "app_value",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_app_value"),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "calendar_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_s", sa.Float(), nullable=False),
        sa.Column("latest_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_clock"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("done_generation", sa.BigInteger(), nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("late", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("again_at", AT, nullable=True),
        sa.Column("lease_owner", sa.String(100), nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("lease_number", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tries_generation", sa.BigInteger(), nullable=False),
        sa.Column("outages", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("buried_at", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("actor", "key", name="uq_outbox_actor_key"),
        sqlite_autoincrement=True,
    )
    _partial(
        "ix_outbox_owed",
        "outbox",
        ["late", "due_at"],
        "generation <> done_generation AND buried_at IS NULL",
        unique=False,
    )
    op.create_table(
        "rate_bucket",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("capacity", sa.Float(), nullable=False),
        sa.Column("refilled_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rate_bucket"),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "secret_lock",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret_lock"),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name="pk_tick"),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "connection",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("connector", sa.String(60), nullable=False),
        sa.Column("external_athlete_id", sa.String(200), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("settings", BODY, nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("last_attempt_at", AT, nullable=True),
        sa.Column("last_good_at", AT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("told_at", AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_connection_athlete_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_connection_athlete_id", "connection", ["athlete_id"])
    _partial(
        "uq_connection_connector_external_athlete_id",
        "connection",
        ["connector", "external_athlete_id"],
        "state <> 'disconnected'",
        unique=True,
    )
    op.create_table(
        "raw_copy",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("tag", sa.String(200), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_raw_copy"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_raw_copy_athlete_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "athlete_id", "source", "external_id", name="uq_raw_copy_athlete_id_source_external_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_raw_copy_athlete_id", "raw_copy", ["athlete_id"])
    op.create_index("ix_raw_copy_expires_at", "raw_copy", ["expires_at"])
    op.create_table(
        "inbox_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("delivery_key", sa.String(300), nullable=False),
        sa.Column("connection_id", ID, nullable=True),
        sa.Column("athlete_id", ID, nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("payload", BODY, nullable=True),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("known_at", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_event"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_inbox_event_athlete_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_inbox_event_connection_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("delivery_key", name="uq_inbox_event_delivery_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_event_athlete_id", "inbox_event", ["athlete_id"])
    op.create_index("ix_inbox_event_connection_id", "inbox_event", ["connection_id"])
    op.create_index("ix_inbox_event_received_at", "inbox_event", ["received_at"])


def _written() -> None:
    op.create_table(
        "change",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("known_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_change_athlete_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("athlete_id", "key", name="uq_change_athlete_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_athlete_id", "change", ["athlete_id"])
    op.create_table(
        "forecast_ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("goal_id", sa.String(200), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("known_at", AT, nullable=False),
        sa.Column("result", BODY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_forecast_ledger"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_forecast_ledger_athlete_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "athlete_id", "goal_id", "made_on", name="uq_forecast_ledger_athlete_id_goal_id_made_on"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_forecast_ledger_athlete_id", "forecast_ledger", ["athlete_id"])
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("told_at", AT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_message_athlete_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("athlete_id", "key", name="uq_message_athlete_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_athlete_id", "message", ["athlete_id"])
    op.create_table(
        "outcome",
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("state_version", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("athlete_id", name="pk_outcome"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_outcome_athlete_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=False,
    )
    op.create_table(
        "calendar_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("connection_id", ID, nullable=False),
        sa.Column("ident", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("remote_id", sa.String(200), nullable=True),
        sa.Column("plan_digest", sa.String(100), nullable=True),
        sa.Column("seen_digest", sa.String(100), nullable=True),
        sa.Column("seen_etag", sa.String(200), nullable=True),
        sa.Column("seen_name", sa.Text(), nullable=True),
        sa.Column("earlier_digests", BODY, nullable=False),
        sa.Column("written_at", AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_entry"),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_calendar_entry_athlete_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_calendar_entry_connection_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("connection_id", "ident", name="uq_calendar_entry_connection_id_ident"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calendar_entry_athlete_id", "calendar_entry", ["athlete_id"])
    op.create_index("ix_calendar_entry_connection_id", "calendar_entry", ["connection_id"])
    op.create_table(
        "calendar_journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("athlete_id", ID, nullable=False),
        sa.Column("connection_id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("ident", sa.String(200), nullable=False),
        sa.Column("remote_id", sa.String(200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", BODY, nullable=True),
        sa.Column("after", BODY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_journal"),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name="fk_calendar_journal_athlete_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_calendar_journal_connection_id",
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calendar_journal_athlete_id", "calendar_journal", ["athlete_id"])
    op.create_index("ix_calendar_journal_connection_id", "calendar_journal", ["connection_id"])
