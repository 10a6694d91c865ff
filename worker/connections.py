"""An athlete's connections: rows, opening one, and what is known of its health."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import Connection as Transaction
from sqlalchemy import insert, select, update

from connectors.errors import RateLimited, ServiceError, SignInNeeded
from connectors.ports import Connector, Limit, Link, Opened
from planning.calendar import Policy
from worker import outbox, store, tables
from worker.db import reading, writing
from worker.feeds import ConnectionFeed
from worker.inbox import LEFT_ALONE
from worker.rates import SharedMeter, Unasked, Whose
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.app import Runtime

GOOD_FOR = timedelta(seconds=30)
CONNECTED, SIGN_IN_NEEDED, PAUSED, DISCONNECTED = (
    "connected",
    "sign_in_needed",
    "paused",
    "disconnected",
)

ENDED = f"{LEFT_ALONE}: the connection was ended"  # what became of an arrival after that


@dataclass(frozen=True, slots=True)
class Connected:
    """One row of `connection`."""

    id: int
    athlete_id: int
    connector: str
    external_athlete_id: str | None
    state: str
    settings: Mapping[str, Any]
    cursor: str | None
    problem: str | None
    told_at: datetime | None  # when the athlete was told that it needs a sign-in
    policy: Policy = Policy.SYNC  # of its calendar


def _from_row(row: Any) -> Connected:
    return Connected(
        row.id,
        row.athlete_id,
        row.connector,
        row.external_athlete_id,
        row.state,
        row.settings or {},
        row.cursor,
        row.problem,
        row.told_at,
        Policy(row.calendar_policy),
    )


def connections(
    conn: Transaction, *, athlete_id: int | None = None, state: str | None = CONNECTED
) -> list[Connected]:
    """Connections in a state (None: any but disconnected), in the order they were made."""
    row = tables.connection
    query = select(row).order_by(row.c.id)
    query = query.where(row.c.state == state if state else row.c.state != DISCONNECTED)
    if athlete_id is not None:
        query = query.where(row.c.athlete_id == athlete_id)
    return [_from_row(found) for found in conn.execute(query)]


def connection(conn: Transaction, connection_id: int) -> Connected | None:
    found = conn.execute(
        select(tables.connection).where(tables.connection.c.id == connection_id)
    ).one_or_none()
    return _from_row(found) if found else None


def owner_of(conn: Transaction, connector: str, external_athlete_id: str) -> Connected | None:
    """The connection that a service's own athlete id belongs to."""
    found = conn.execute(
        select(tables.connection).where(
            tables.connection.c.connector == connector,
            tables.connection.c.external_athlete_id == external_athlete_id,
            tables.connection.c.state != DISCONNECTED,
        )
    ).one_or_none()
    return _from_row(found) if found else None


def connect(
    runtime: "Runtime",
    athlete_id: int,
    *,
    connector: str,
    external_athlete_id: str,
    tokens: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
) -> int:
    """Make or renew a connection. A renewed one keeps its history and starts afresh in health,
    also after it was ended; what came in and was not read without a sign-in is owed again.
    `policy`: None leaves that of its calendar as it is.

    Raises ValueError when the account belongs to another athlete here.
    """
    with writing(runtime.engine) as conn:
        connection_id = _row_of(
            runtime, conn, athlete_id, connector, external_athlete_id, settings=settings
        )
    # Before it is connected, for a worker that finds it so uses the tokens at once.
    kept = runtime.vault.tokens(connection_id)
    with kept.locked():  # a renewal under way would write the old sign-in's tokens over these
        kept.write(tokens)
    row = tables.connection
    renewed = update(row).where(row.c.id == connection_id)
    if settings is not None:
        renewed = renewed.values(settings=dict(settings))
    if policy is not None:
        renewed = renewed.values(calendar_policy=policy.value)
    healthy = {"state": CONNECTED, "problem": None, "told_at": None}
    with writing(runtime.engine) as conn:
        conn.execute(renewed.values(version=row.c.version + 1, **healthy))
        _owe_unread(conn, connection_id, runtime.clock.machine_now())
    return connection_id


def _row_of(
    runtime: "Runtime",
    conn: Transaction,
    athlete_id: int,
    connector: str,
    external_athlete_id: str,
    *,
    settings: Mapping[str, Any] | None,
) -> int:
    """The id of the connection, made if there is none yet."""
    known = owner_of(conn, connector, external_athlete_id)
    if known and known.athlete_id != athlete_id:
        message = f"this {connector} account is already connected to athlete {known.athlete_id}"
        raise ValueError(message)
    if known:
        return known.id
    ended = _ended(conn, athlete_id, connector, external_athlete_id)
    if ended is not None:
        return _revived(conn, ended)
    created = conn.execute(
        insert(tables.connection).values(
            athlete_id=athlete_id,
            connector=connector,
            external_athlete_id=external_athlete_id,
            state=PAUSED,
            settings=dict(settings or {}),
            version=0,
            created_at=runtime.clock.machine_now(),
        )
    )
    return int(created.inserted_primary_key[0])  # type: ignore[index]  # one row was inserted


def _ended(
    conn: Transaction, athlete_id: int, connector: str, external_athlete_id: str
) -> int | None:
    """The athlete's newest connection with this account that was disconnected."""
    row = tables.connection
    ended = select(row.c.id).where(
        row.c.athlete_id == athlete_id,
        row.c.connector == connector,
        row.c.external_athlete_id == external_athlete_id,
        row.c.state == DISCONNECTED,
    )
    found: int | None = conn.scalar(ended.order_by(row.c.id.desc()).limit(1))
    return found


def _revived(conn: Transaction, connection_id: int) -> int:
    """With it come its calendar's records, so that what the athlete changed there stays theirs,
    and its place in the source. So what was left alone meanwhile would never be listed again.
    """
    row, event = tables.connection, tables.inbox_event
    conn.execute(update(row).where(row.c.id == connection_id).values(state=PAUSED))
    left = (event.c.connection_id == connection_id) & (event.c.kind == "activity")
    left_alone = update(event).where(left, event.c.outcome == ENDED)
    conn.execute(left_alone.values(done_at=None, outcome=None))
    return connection_id


def _owe_unread(conn: Transaction, connection_id: int, now: datetime) -> None:
    """The polls to come would pass by what is in the inbox already."""
    event = tables.inbox_event
    unread = select(event.c.id, event.c.payload).where(
        event.c.connection_id == connection_id, event.c.done_at.is_(None)
    )
    for row in conn.execute(unread.order_by(event.c.id)).all():
        late = bool((row.payload or {}).get("backfill"))  # a history stays one
        outbox.push(conn, "ingest", str(row.id), due_at=now, late=late)


def disconnect(runtime: "Runtime", connected: Connected) -> None:
    """Delete the tokens, close the connection; what was learned through it stays."""
    kept, row = runtime.vault.tokens(connected.id), tables.connection
    with kept.locked():  # a renewal under way would bring them back
        kept.delete()
    ended = update(row).where(row.c.id == connected.id)
    with writing(runtime.engine) as conn:
        conn.execute(ended.values(state=DISCONNECTED, problem=None, version=row.c.version + 1))


@contextmanager
def opened(runtime: "Runtime", connected: Connected, *, backfill: bool = False) -> Iterator[Opened]:
    """The connection in use; what happens is written to its health.

    `backfill`: for history, which leaves the service's limits to live work.
    """
    connector = runtime.connectors.get(connected.connector)
    if connector is None:
        message = f"the connector {connected.connector!r} is not installed any more"
        raise SignInNeeded(message, remedy=f"pip install it, or `disconnect {connected.connector}`")
    now = runtime.clock.machine_now()
    version = _version_of(runtime, connected)
    try:
        link = link_of(runtime, connector, connected, backfill=backfill)
        with connector.open(link, now) as use:
            yield use
    except RateLimited as error:
        if not backfill:  # that history has to wait is no trouble
            unasked = isinstance(error, Unasked)
            _note(runtime, connected, version, keep=unasked, problem=str(error))
        raise
    except SignInNeeded as error:
        _note(runtime, connected, version, state=SIGN_IN_NEEDED, problem=_with_remedy(error))
        raise
    except ServiceError as error:
        _note(runtime, connected, version, problem=str(error))
        raise
    if _has_answered(connector, link):
        _note_good(runtime, connected)


def _has_answered(connector: Connector, link: Link) -> bool:
    """Work that asked nothing, as the polls of what is only told, says nothing of the service.

    Requests are counted where there are limits; a folder has none.
    """
    asked = isinstance(link.meter, SharedMeter) and link.meter.has_asked
    return asked or not connector.capabilities.limits


def writes_calendar(runtime: "Runtime", connected: Connected) -> bool:
    """Whether it has a calendar that the athlete wants written."""
    connector = runtime.connectors.get(connected.connector)
    if connector is None or not connector.capabilities.calendar:
        return False
    return _is_wanted(connector, connected.settings)


def _is_wanted(connector: Connector, settings: Mapping[str, Any]) -> bool:
    asked = connector.capabilities.calendar_setting
    return not asked or settings.get(asked) == "yes"


def writing_there_already(
    runtime: "Runtime", athlete_id: int, name: str, settings: Mapping[str, Any] | None
) -> Connected | None:
    """The athlete's other connection that writes the calendar which a connection called `name`,
    with these `settings` (None: as they are), would write; None where nothing is in its way.
    """
    with reading(runtime.engine) as conn:
        theirs = connections(conn, athlete_id=athlete_id, state=None)
    connector = runtime.connectors.get(name)
    if connector is None or not connector.capabilities.calendar_place:
        return None
    kept = next((one.settings for one in theirs if one.connector == name), {})
    if not _is_wanted(connector, kept if settings is None else settings):
        return None
    place = connector.capabilities.calendar_place
    others = (one for one in theirs if one.connector != name and writes_calendar(runtime, one))
    return next((one for one in others if _place(runtime, one) == place), None)


def _place(runtime: "Runtime", connected: Connected) -> str:
    return runtime.connectors[connected.connector].capabilities.calendar_place


def sign_in_command(connector: str) -> str:
    """What the athlete types; the names of commands have hyphens."""
    return f"goalward connect {connector.replace('_', '-')}"


def sentence(words: str) -> str:
    """With the full stop that what services say seldom has."""
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _with_remedy(error: SignInNeeded) -> str:
    """What is wrong, and what to do about it."""
    remedy = f"Run `{error.remedy}`." if error.remedy.startswith("goalward ") else error.remedy
    return f"{sentence(str(error))} {remedy}".strip()


def link_of(
    runtime: "Runtime", connector: Connector, connected: Connected, *, backfill: bool = False
) -> Link:
    settings = {
        **link_settings(runtime.settings),
        **application_values(runtime, connector.name),
        **{name: str(value) for name, value in connected.settings.items()},
    }
    return Link(
        settings,
        runtime.vault.tokens(connected.id),
        connected.external_athlete_id,
        SharedMeter(
            runtime.engine,
            Whose(connector.name, connected.athlete_id),
            limits_of(connector, settings),
            backfill=backfill,
        ),
        ConnectionFeed(runtime.engine, athlete_id=connected.athlete_id, connection_id=connected.id),
    )


def limits_of(connector: Connector, settings: Mapping[str, str]) -> list[Limit]:
    """Those that apply: a simulation on this machine needs no courtesy."""
    address = urlsplit(settings.get(f"{connector.name}_api_url", ""))
    simulated = address.hostname in {"127.0.0.1", "::1", "localhost"}
    return [limit for limit in connector.capabilities.limits if not (limit.courtesy and simulated)]


def link_settings(settings: Settings) -> Mapping[str, str]:
    """What connectors may know of the settings: those of services, by name without prefix."""
    return {
        name: str(value)
        for name, value in settings.for_connectors().items()
        if value not in (None, "")
    }


def application_values(runtime: "Runtime", connector: str) -> Mapping[str, str]:
    """What was agreed once with a service for the whole application: subscription, secrets."""
    with reading(runtime.engine) as conn:
        found = conn.execute(
            select(tables.app_value.c.body).where(tables.app_value.c.name == connector)
        ).one_or_none()
    return {name: str(value) for name, value in (found.body if found else {}).items()}


def put_application_values(runtime: "Runtime", connector: str, values: Mapping[str, str]) -> None:
    merged = {**application_values(runtime, connector), **values}
    with writing(runtime.engine) as conn:
        known = update(tables.app_value).where(tables.app_value.c.name == connector)
        if conn.execute(known.values(body=merged)).rowcount == 0:
            conn.execute(insert(tables.app_value).values(name=connector, body=merged))


def strava_use(conn: Transaction, runtime: "Runtime", athlete_id: int) -> str:
    """`full`, `trigger` or `off`: the athlete's word, else what Strava's terms leave sensible."""
    chosen = store.setting(conn, athlete_id, "strava_use")
    if chosen is None and athlete_id == min(store.athlete_ids(conn), default=athlete_id):
        chosen = runtime.settings.strava_use
    if chosen is not None:
        return str(chosen)
    others = [
        other
        for other in connections(conn, athlete_id=athlete_id, state=None)
        if other.connector != "strava" and gives_activities(runtime, other)
    ]
    return "trigger" if others else "full"


def gives_activities(runtime: "Runtime", connected: Connected) -> bool:
    connector = runtime.connectors.get(connected.connector)
    return connector is not None and connector.capabilities.activities


def _note_good(runtime: "Runtime", connected: Connected) -> None:
    """Written when it is news, not at every call: each write costs the disk a synchronisation."""
    row, now = tables.connection, runtime.clock.machine_now()
    stale = row.c.last_good_at.is_(None) | (row.c.last_good_at < now - GOOD_FOR)
    values = {"problem": None, "last_attempt_at": now, "last_good_at": now}
    with writing(runtime.engine) as conn:
        news = row.c.problem.is_not(None) | stale
        conn.execute(update(row).where(row.c.id == connected.id, news).values(values))


def _version_of(runtime: "Runtime", connected: Connected) -> int:
    row = tables.connection
    with reading(runtime.engine) as conn:
        return int(conn.scalar(select(row.c.version).where(row.c.id == connected.id)) or 0)


def _note(
    runtime: "Runtime", connected: Connected, version: int, *, keep: bool = False, **values: Any
) -> None:
    """Unless the athlete has signed in or disconnected since: then it is of tokens of the past.

    `keep`: nor over what the service itself said before.
    """
    row = tables.connection
    same = (row.c.id == connected.id) & (row.c.version == version)
    if keep:
        same &= row.c.problem.is_(None)
    with writing(runtime.engine) as conn:
        values["last_attempt_at"] = runtime.clock.machine_now()
        conn.execute(update(row).where(same).values(values))
