"""Every table. Portable between SQLite and PostgreSQL.

Facts (the tables in `FACTS`) are append-only: a newer row of the same key supersedes the older one,
and nothing is overwritten, but for what `worker.stripped` takes out of it. Two instants stand on
each: `known_at`, calendar time, the moment at which it became known, which planning reads;
`recorded_at`, machine time, the moment at which it was written, which audits read.

A change of this module needs a migration; a test holds the two equal.
"""

from datetime import UTC, datetime
from typing import Any, override

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. A naive datetime is refused: it would be a guess about its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value!r} has no time zone; instants are aware UTC")
        value = value.astimezone(UTC)
        # SQLite keeps text: without an offset, and always in UTC, text sorts as time does.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column that is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Body = JSON(none_as_null=True)


def _id() -> Column[Any]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _athlete() -> Column[Any]:
    return Column(
        "athlete_id", Id, ForeignKey("athlete.id", ondelete="CASCADE"), nullable=False, index=True
    )


def _connection(*, nullable: bool = False) -> Column[Any]:
    target = ForeignKey("connection.id", ondelete="CASCADE")
    return Column("connection_id", Id, target, nullable=nullable, index=True)


def _table(name: str, *parts: Any) -> Table:
    # sqlite_autoincrement: an id is never used again, so a late message cannot mean a newer row.
    return Table(name, metadata, *parts, sqlite_autoincrement="id" in {p.name for p in parts})


def _one(table: str, *columns: str, where: str) -> Index:
    """At most one row of these columns among those that meet the condition."""
    name = f"uq_{table}_{'_'.join(columns)}"
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def _fact(name: str, *more: Column[Any]) -> Table:
    return _table(
        name,
        _id(),
        _athlete(),
        Column("key", String(300), nullable=False),
        *more,
        Column("body", Body),  # NULL: taken back, the fact no longer stands
        Column("known_at", Instant, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("superseded_at", Instant),
        _one(name, "athlete_id", "key", where="superseded_at IS NULL"),
    )


athlete = _table("athlete", _id(), Column("created_at", Instant, nullable=False))

athlete_setting = _fact("athlete_setting")
goal = _fact("goal")
layer = _fact("layer")
athlete_break = _fact("athlete_break")
answer = _fact("answer")  # key: what a held change is about
closing = _fact("closing")  # key: the ISO day
observation = _fact(  # key: "source:external_id"
    "observation",
    Column("source", String(60), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("start_at", Instant, nullable=False),
)
coverage = _fact("coverage")  # key: "source:day" that is proven, or "asked:source"
ruling = _fact("ruling")  # what the athlete said of copies of runs
wellness = _fact(  # key: "source:day"
    "wellness",
    Column("source", String(60), nullable=False),
    Column("day", Date, nullable=False, index=True),
)
weather = _fact(  # key: "source:day", and the place if it is not the athlete's own
    "weather",
    Column("source", String(60), nullable=False),
    Column("day", Date, nullable=False, index=True),
)
withheld = _fact(  # key: "source:external_id"
    "withheld",
    Column("source", String(60), nullable=False),
    Column("external_id", String(200), nullable=False),
)

FACTS: dict[str, Table] = {
    table.name: table
    for table in (
        athlete_setting,
        goal,
        layer,
        athlete_break,
        answer,
        closing,
        observation,
        coverage,
        ruling,
        wellness,
        weather,
        withheld,
    )
}

connection = _table(
    "connection",
    _id(),
    _athlete(),
    Column("connector", String(60), nullable=False),
    Column("external_athlete_id", String(200)),
    Column("state", String(20), nullable=False),  # connected|sign_in_needed|paused|disconnected
    Column("settings", Body, nullable=False),
    Column("cursor", Text),
    Column("last_attempt_at", Instant),
    Column("last_good_at", Instant),
    Column("problem", Text),
    Column("told_at", Instant),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Instant, nullable=False),
    Column("calendar_paused_at", Instant),  # calendar time; nothing is written there since
    Column("calendar_paused_why", String(20)),  # by you|undo|detach|remove-all
    Column("calendar_policy", String(20), nullable=False, server_default=text("'sync'")),
    _one("connection", "connector", "external_athlete_id", where="state <> 'disconnected'"),
)

secret = _table(
    "secret",
    Column("name", String(200), primary_key=True),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

secret_lock = _table(
    "secret_lock",
    Column("name", String(200), primary_key=True),
    Column("owner", String(100), nullable=False),
    Column("until", Instant, nullable=False),
)

app_value = _table(
    "app_value",
    Column("name", String(200), primary_key=True),
    Column("body", Body, nullable=False),
)

inbox_event = _table(
    "inbox_event",
    _id(),
    Column("source", String(60), nullable=False),
    Column("delivery_key", String(300), nullable=False),
    _connection(nullable=True),
    Column("athlete_id", Id, ForeignKey("athlete.id", ondelete="CASCADE"), index=True),
    Column("kind", String(60), nullable=False),
    Column("payload", Body),  # a cache: emptied when its term is over
    Column("received_at", Instant, nullable=False),  # machine time
    Column("expires_at", Instant, index=True),  # when the payload is to be emptied
    Column("known_at", Instant, nullable=False),  # calendar time
    Column("done_at", Instant),
    Column("outcome", Text),
    UniqueConstraint("delivery_key"),
    Index("ix_inbox_event_received_at", "received_at"),
)

outbox = _table(
    "outbox",
    _id(),
    Column("actor", String(60), nullable=False),
    Column("key", String(300), nullable=False),
    Column("generation", BigInteger, nullable=False),  # +1 by each push
    Column("done_generation", BigInteger, nullable=False),  # open while the two differ
    Column("due_at", Instant, nullable=False),
    Column("late", Integer, nullable=False, server_default=text("0")),  # 1: after all that is not
    Column("again_at", Instant),  # when pushes that came during the work want it done again
    Column("lease_owner", String(100)),
    Column("lease_until", Instant),
    Column("lease_number", BigInteger, nullable=False),  # +1 by each claim: tells claims apart
    Column("tries", Integer, nullable=False),
    Column("tries_generation", BigInteger, nullable=False),  # the generation `tries` counts
    Column("outages", Integer, nullable=False, server_default=text("0")),  # in a row: no tries
    Column("last_error", Text),
    Column("buried_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("actor", "key"),
    Index(
        "ix_outbox_owed",
        "late",
        "due_at",
        sqlite_where=text("generation <> done_generation AND buried_at IS NULL"),
        postgresql_where=text("generation <> done_generation AND buried_at IS NULL"),
    ),
)

raw_copy = _table(
    "raw_copy",
    _id(),
    _athlete(),
    Column("source", String(60), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("tag", String(200), nullable=False, server_default=text("''")),
    Column("name", String(300), nullable=False),
    Column("content", LargeBinary),
    Column("fetched_at", Instant, nullable=False),
    Column("expires_at", Instant, index=True),
    Column("problem", Text),
    UniqueConstraint("athlete_id", "source", "external_id"),
)

outcome = _table(
    "outcome",
    Column("athlete_id", Id, ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Body, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("state_version", String(100), nullable=False),
)

calendar_entry = _table(
    "calendar_entry",
    _id(),
    _athlete(),
    _connection(),
    Column("ident", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("day", Date),
    Column("remote_id", String(200)),
    Column("plan_digest", String(100)),
    Column("seen_digest", String(100)),
    Column("seen_etag", String(200)),
    Column("seen_name", Text),
    Column("earlier_digests", Body, nullable=False),
    Column("written_at", Instant),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("worded_on", Date),  # it stands there in words; its steps were last tried on this day
    Column("unfinished", Body),  # the write that is under way, and what stood there before it
    UniqueConstraint("connection_id", "ident"),
)

calendar_journal = _table(
    "calendar_journal",
    _id(),
    _athlete(),
    _connection(),
    Column("at", Instant, nullable=False),
    Column("action", String(20), nullable=False),
    Column("ident", String(200), nullable=False),
    Column("remote_id", String(200)),
    Column("reason", Text, nullable=False),
    Column("before", Body),
    Column("after", Body),
    Column("run", BigInteger),  # the writes of one publish have one; none: older than runs
    Column("known_at", Instant),  # `at` in calendar time
)

feed_event = _table(  # what stands in a calendar feed; none is dropped: its sequence goes on
    "feed_event",
    _id(),
    _athlete(),
    _connection(),
    Column("ident", String(200), nullable=False),
    Column("day", Date, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(100), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("status", String(20), nullable=False),  # CONFIRMED|CANCELLED
    Column("changed_at", Instant, nullable=False),  # machine time
    UniqueConstraint("connection_id", "ident"),
)

message = _table(
    "message",
    _id(),
    _athlete(),
    Column("key", String(300), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("problem", Text),
    UniqueConstraint("athlete_id", "key"),
)

forecast_ledger = _table(
    "forecast_ledger",
    _id(),
    _athlete(),
    Column("goal_id", String(200), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("body", Body, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("result", Body),
    UniqueConstraint("athlete_id", "goal_id", "made_on"),
)

change = _table(  # receipts
    "change",
    _id(),
    _athlete(),
    Column("day", Date, nullable=False),
    Column("key", String(300), nullable=False),
    Column("body", Body, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("known_at", Instant, nullable=False),
    UniqueConstraint("athlete_id", "key"),
)

tick = _table(  # periodic work that has been started, by calendar day
    "tick",
    Column("name", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
)

calendar_clock = _table(  # one row
    "calendar_clock",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("offset_s", Float, nullable=False),
    Column("latest_at", Instant),
)

rate_window = _table(  # requests made in one window of one limit; `name` says which and whose
    "rate_window",
    Column("name", String(200), primary_key=True),
    Column("starts_at", Instant, primary_key=True),  # machine time
    Column("used", Integer, nullable=False),
    Column("backfill", Integer, nullable=False),  # how many of them were for history
    Column("calls", Integer, nullable=False),  # how many there may be
)

rate_rest = _table(  # services that asked to be left alone
    "rate_rest",
    Column("name", String(200), primary_key=True),
    Column("until", Instant, nullable=False),  # machine time
)

sighting = _table(  # in which state an activity was last seen at a source, and by which arrival
    "sighting",
    Column("connection_id", Id, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("tag", String(200), nullable=False),
    Column("event_id", Id, nullable=False),
    Column("answers", Integer, nullable=False, server_default=text("0")),  # +1 by each one kept
)

erasure = _table(  # that something was erased; nothing of what it was
    "erasure",
    _id(),
    Column("at", Instant, nullable=False),
    Column("what", String(60), nullable=False),  # a source, or "athlete"
    Column("whose", String(64), nullable=False),  # a hash of the athlete's id
    Column("rows", Body, nullable=False),  # how many rows of which table
)
