"""Limits on requests, shared by all workers: fixed windows in the database, by its time.

Every request is counted before it is made, in one short transaction, in every limit that it falls
under: the application's and the athlete's. Nothing sleeps here. Whoever may not ask now is told
exactly how long to wait, and the work is put off until then.

**Live before history.** Live work may use a window up. History may use a fifth of it, and beside
that what live work has left of its own share so far:

    backfill <= 0.2 C + max(0, 0.8 C f - live)        used <= C

with C requests a window and f the part of it that has passed. So live work always finds at least
its share of the time that is left, and what it does not need is not lost: a fifth alone would make
a first import take weeks. In the last twentieth of a window whatever is left is anybody's.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, tuple_, update

from connectors.errors import RateLimited
from connectors.ports import Limit, Scope, Usage
from worker.db import database_now, reading, upsert, writing
from worker.tables import rate_rest, rate_window

BACKFILL_SHARE = 0.2
LAST_PART = 0.95  # of a window, from which on nothing is kept back for live work
# A request is on its way for a moment, and clocks differ: near the turn of a window nobody can
# know in which of the two the service counts it. It is counted in both.
EDGE = timedelta(seconds=5)
EDGE_PART = 0.05  # of a window at most
LONGEST_GROWN = timedelta(hours=1)  # to which a rest grows by itself; a service may ask for more
LONGEST_BLOCK = timedelta(days=1)  # the same, of a service that blocks sign-ins
SINCE = "since"  # the row that tells when a row of rests began


class Unasked(RateLimited):
    """No request was made: it would be one too many."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who asks: a connector, for an athlete."""

    connector: str
    athlete_id: int

    def name(self, limit: Limit) -> str:
        """As in the table: "strava:short", or "garmin:minute:42" for what each athlete has."""
        mine = f":{self.athlete_id}" if limit.scope is Scope.ATHLETE else ""
        return f"{self.connector}:{limit.name}{mine}"


@dataclass(frozen=True, slots=True)
class _Window:
    """One row, as it was when it was locked."""

    name: str
    starts_at: datetime
    length: timedelta
    used: int
    backfill: int
    calls: int

    @property
    def key(self) -> tuple[str, datetime]:
        return self.name, self.starts_at

    def wait(self, now: datetime, *, backfill: bool) -> timedelta:
        """Until one more request may be made, as far as this window is concerned."""
        turns = self.starts_at + self.length + edge(self.length) - now
        if self.used >= self.calls:
            return turns
        if not backfill:
            return timedelta(0)
        live = self.used - self.backfill
        lacking = self.backfill + 1 - BACKFILL_SHARE * self.calls
        part = max(0.0, lacking + live) / ((1 - BACKFILL_SHARE) * self.calls)
        opens_at = self.starts_at + self.length * min(part, LAST_PART)
        return timedelta(0) if lacking <= 0 else max(timedelta(0), opens_at - now)


class SharedMeter:
    """The Meter of one connection in use, for one piece of work. See the module."""

    def __init__(
        self, engine: Engine, whose: Whose, limits: Iterable[Limit], *, backfill: bool = False
    ) -> None:
        self._engine = engine
        self._whose = whose
        self._limits = tuple(limits)
        self._backfill = backfill
        self._spent_at: datetime | None = None

    @property
    def has_asked(self) -> bool:
        """Whether a request was made by this piece of work."""
        return self._spent_at is not None

    def spend(self, kind: str = "") -> None:
        """Count one request. Raises RateLimited, and counts none, where one limit has no room."""
        limits = [limit for limit in self._limits if limit.kind in ("", kind)]
        with writing(self._engine) as conn:
            now = database_now(conn)
            self._refuse_while_resting(conn, now)
            windows = self._locked(conn, limits, now)
            wait = max((w.wait(now, backfill=self._backfill) for w in windows), default=None)
            if wait:
                raise self._limited(wait)
            self._count(conn, windows)
        self._spent_at = now

    def learn(self, usage: Sequence[Usage]) -> None:
        """What the service says: never less used than it counts, as many calls as it allows."""
        told = {each.limit: each for each in usage}
        limits = [limit for limit in self._limits if limit.name in told]
        if not limits:
            return
        with reading(self._engine) as conn:
            now = database_now(conn)
            news = bool(self._taught(conn, limits, told, now))
        if not news:
            return
        with writing(self._engine) as conn:
            self._locked(conn, limits, now, edges=False)
            for name, values in self._taught(conn, limits, told, now).items():
                row = rate_window
                mine = (row.c.name == name[0]) & (row.c.starts_at == name[1])
                conn.execute(update(row).where(mine).values(values))

    def rest(self, seconds: float) -> None:
        """Nobody asks for so long: of the application, or of the athlete if only they have limits.

        Sent away again as soon as it is over, it rests as long as the trouble has lasted, up to an
        hour: the pauses double.
        """
        name, pause = self._resting_names()[0], timedelta(seconds=max(seconds, 0.0))
        with writing(self._engine) as conn:
            _rest(conn, name, pause, grows_to=LONGEST_GROWN)

    # --- rests ------------------------------------------------------------------------------------

    def _resting_names(self) -> tuple[str, ...]:
        """Where a rest is noted, and beside it where else one may be noted that counts."""
        connector, athlete = self._whose.connector, self._whose.athlete_id
        shared = any(limit.scope is Scope.APPLICATION for limit in self._limits)
        return (connector,) if shared else (f"{connector}:{athlete}", connector)

    def _refuse_while_resting(self, conn: Connection, now: datetime) -> None:
        left = _left(conn, self._resting_names(), now)
        if left:
            raise Unasked("the service asked for a pause", retry_after_s=_seconds(left))

    def _limited(self, wait: timedelta) -> RateLimited:
        what = "for history " if self._backfill else ""
        text = f"the service's limit of requests {what}is used up for now"
        return Unasked(text, retry_after_s=_seconds(wait))

    # --- windows ----------------------------------------------------------------------------------

    def _locked(
        self, conn: Connection, limits: Sequence[Limit], now: datetime, *, edges: bool = True
    ) -> list[_Window]:
        """The rows of now, made where they are missing, until the end of the transaction ours.

        Made first and locked then, both in the order of their names: who has begun to lock waits
        for nobody who still makes rows, so that two who want the same never wait for each other.
        """
        wanted = {
            (self._whose.name(limit), starts_at): limit
            for limit in limits
            for starts_at in _starts(limit, now, edges=edges)
        }
        if not wanted:
            return []
        row = rate_window
        there = conn.execute(select(row.c.name, row.c.starts_at).where(_any_of(wanted)))
        for key in sorted(wanted.keys() - {(one.name, one.starts_at) for one in there}):
            _begin(conn, *key, calls=wanted[key].calls)
        found = _rows(conn, wanted)
        return [
            _Window(*key, timedelta(seconds=limit.per_s), row.used, row.backfill, row.calls)
            for key, limit in wanted.items()
            for row in (found[key],)
        ]

    def _count(self, conn: Connection, windows: Iterable[_Window]) -> None:
        row = rate_window
        for window in windows:
            mine = (row.c.name == window.name) & (row.c.starts_at == window.starts_at)
            more = {"used": row.c.used + 1, "backfill": row.c.backfill + int(self._backfill)}
            conn.execute(update(row).where(mine).values(more))

    def _taught(
        self,
        conn: Connection,
        limits: Sequence[Limit],
        told: Mapping[str, Usage],
        now: datetime,
    ) -> dict[tuple[str, datetime], dict[str, int]]:
        """What is not known yet, by row."""
        keys = {(self._whose.name(limit), _start(limit, now)): limit for limit in limits}
        query = select(rate_window).where(_any_of(keys))
        known = {(row.name, row.starts_at): row for row in conn.execute(query)}
        news: dict[tuple[str, datetime], dict[str, int]] = {}
        for key, limit in keys.items():
            usage, row = told[limit.name], known.get(key)
            used, calls = (row.used, row.calls) if row else (0, limit.calls)
            values: dict[str, int] = {}
            if usage.calls is not None and usage.calls != calls:
                values["calls"] = usage.calls
            if usage.used is not None and usage.used > used and self._is_of_now(limit, now):
                values["used"] = usage.used
            if values:
                news[key] = values
        return news

    def _is_of_now(self, limit: Limit, now: datetime) -> bool:
        """An answer that took until after the turn tells of the window before: what was used then
        is used no more.
        """
        asked_at = self._spent_at or now
        margin = edge(timedelta(seconds=limit.per_s))
        return _start(limit, asked_at - margin) == _start(limit, now + margin)


@contextmanager
def signing_in(engine: Engine, connector: str, account: str) -> Iterator[None]:
    """Around an attempt to sign in by hand. Workers never sign in.

    A service that blocks sign-ins blocks them longer with every attempt, for hours to days. So once
    it has, nobody knocks again before the pause is over; the pauses grow to a day. Raises
    RateLimited, which says until when.
    """
    name = f"{connector}:sign-in:{hashlib.sha256(account.encode()).hexdigest()[:16]}"
    with reading(engine) as conn:
        left = _left(conn, (name,), database_now(conn))
    if left:
        raise _blocked(f"{connector} blocks sign-ins for now", left)
    try:
        yield
    except RateLimited as error:
        with writing(engine) as conn:
            pause = timedelta(seconds=error.retry_after_s)
            left = _rest(conn, name, pause, grows_to=LONGEST_BLOCK)
        raise _blocked(str(error), left) from error


def _blocked(why: str, left: timedelta) -> RateLimited:
    minutes = -(-left // timedelta(minutes=1))
    words = f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"
    return RateLimited(f"{why} Try again in {words}, not before.", retry_after_s=_seconds(left))


def _left(conn: Connection, names: Sequence[str], now: datetime) -> timedelta:
    """How long the longest of these rests goes on."""
    resting = rate_rest.c.name.in_(names) & (rate_rest.c.until > now)
    until = max(conn.scalars(select(rate_rest.c.until).where(resting)), default=now)
    return until - now


def _rest(conn: Connection, name: str, pause: timedelta, *, grows_to: timedelta) -> timedelta:
    """Note a rest, at least as long as the trouble has lasted; returns how long it is from now."""
    now = database_now(conn)
    rows = select(rate_rest).where(rate_rest.c.name.in_((name, f"{name}:{SINCE}")))
    found = {row.name: row.until for row in conn.execute(rows.with_for_update())}
    until, since = found.get(name), found.get(f"{name}:{SINCE}")
    if until is None or since is None or now > until + max(pause, min(until - since, grows_to)):
        since = now  # the trouble before this one was over
    until = max(now + max(pause, min(now - since, grows_to)), until or now)
    for key, at in ((name, until), (f"{name}:{SINCE}", since)):
        upsert(conn, rate_rest, {"name": key, "until": at}, key=("name",))
    return until - now


def edge(length: timedelta) -> timedelta:
    return min(EDGE, length * EDGE_PART)


def _start(limit: Limit, at: datetime) -> datetime:
    """The beginning of the window that holds this instant: whole multiples since 1970."""
    return datetime.fromtimestamp(int(at.timestamp()) // limit.per_s * limit.per_s, UTC)


def _starts(limit: Limit, now: datetime, *, edges: bool) -> set[datetime]:
    """Of the windows in which a request of now may be counted: one, near a turn two."""
    margin = edge(timedelta(seconds=limit.per_s)) if edges else timedelta(0)
    return {_start(limit, now - margin), _start(limit, now + margin)}


def _begin(conn: Connection, name: str, starts_at: datetime, *, calls: int) -> None:
    """A new window allows what the last one was found to allow; older ones are deleted.

    Where that was nothing, one request may find out whether it still is.
    """
    row = rate_window
    earlier = select(row.c.starts_at, row.c.calls).where(
        row.c.name == name, row.c.starts_at < starts_at
    )
    last = conn.execute(earlier.order_by(row.c.starts_at.desc()).limit(1)).one_or_none()
    if last:
        calls = max(last.calls, 1)
        conn.execute(delete(row).where(row.c.name == name, row.c.starts_at < last.starts_at))
    values = {"name": name, "starts_at": starts_at, "used": 0, "backfill": 0, "calls": calls}
    upsert(conn, row, values, key=("name", "starts_at"), keep=True)


def _rows(conn: Connection, keys: Iterable[tuple[str, datetime]]) -> dict[Any, Any]:
    query = select(rate_window).where(_any_of(keys))
    query = query.order_by(rate_window.c.name, rate_window.c.starts_at).with_for_update()
    return {(row.name, row.starts_at): row for row in conn.execute(query)}


def _any_of(keys: Iterable[tuple[str, datetime]]) -> Any:
    row = rate_window
    return tuple_(row.c.name, row.c.starts_at).in_(list(keys))


def _seconds(wait: timedelta) -> float:
    """In whole milliseconds, rounded up: after so long it is really over."""
    return -(-wait // timedelta(milliseconds=1)) / 1000
