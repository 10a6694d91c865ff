"""How a connection is: what came through it, up to which day it is complete, what it withholds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from planning.activity import Activity, Observation
from planning.calendar import Policy
from planning.completeness import Coverage, Withheld, missing, proof, withheld_words
from planning.records import activities_of
from worker import store, tables
from worker.app import Runtime
from worker.asking import is_asked
from worker.connections import (
    CONNECTED,
    SIGN_IN_NEEDED,
    Connected,
    connections,
    sentence,
    sign_in_command,
    writes_calendar,
)
from worker.inbox import work_of
from worker.pausing import by, paused

KEY_SHOWN_DAYS = 14  # before a key ends
REST_SHOWN_DAYS = 2  # days without a run before it is said whether that was rest


@dataclass(frozen=True, slots=True)
class CalendarHealth:
    """What may be done to a calendar now. Neither a pause nor a policy is anything wrong."""

    policy: Policy
    paused_on: date | None = None
    paused_why: str = ""

    def words(self, connector: str) -> str:
        """What is out of the ordinary; empty: nothing."""
        if self.paused_on:
            return (
                f"Its calendar is paused since {day_in_words(self.paused_on)} {by(self.paused_why)}"
                f": nothing is written there until `goalward calendar resume {connector}`."
            )
        if self.policy is Policy.SYNC:
            return ""
        means = {Policy.NO_DELETES: "nothing is taken off", Policy.DRY_RUN: "nothing is written"}
        back = f"`goalward calendar policy sync {connector}`"
        return f"Its calendar is set to {self.policy.value}: {means[self.policy]} until {back}."

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy.value,
            "paused_on": _iso(self.paused_on),
            "paused_why": self.paused_why or None,
        }


@dataclass(frozen=True, slots=True)
class Health:
    """One connection, in plain words.

    `last_good_at` is the last call that was answered, `last_data_at` when something new really
    came. `complete_until` is proven by `because`. Days are the athlete's.
    """

    connector: str
    title: str
    state: str
    problem: str | None
    last_attempt_at: datetime | None
    last_good_at: datetime | None
    unread: int  # arrivals that have not been read yet
    today: date
    last_data_at: datetime | None = None
    newest: date | None = None  # activity
    complete_until: date | None = None
    because: str = ""
    withheld: tuple[Withheld, ...] = ()  # of the last four weeks, that nobody else gave
    key_expires_on: date | None = None
    calendar: CalendarHealth | None = None  # None: it has none that is written

    @property
    def words(self) -> str:
        if self.state == CONNECTED:
            good = (
                f"last good {_minute(self.last_good_at)}" if self.last_good_at else "not used yet"
            )
            waiting = f", {self.unread} waiting to be read" if self.unread else ""
            if not self.problem:
                return f"{self.title}: connected, {good}{waiting}"
            trouble = f"at the last try: {sentence(self.problem)} It is asked again by itself"
            return f"{self.title}: connected, {good}, but {trouble}."
        return f"{self.title}: {self.state.replace('_', ' ')}. {self.problem or ''}".strip()

    @property
    def lines(self) -> list[str]:
        """The connection in one line, and below it what else is worth knowing."""
        key = self.key_words if self.state == CONNECTED else ""  # else the line above says it
        calendar = self.calendar.words(self.connector) if self.calendar else ""
        more = (self.silence, withheld_words(self.withheld, self.title), key, calendar)
        return [self.words, *(f"  {line}" for line in more if line)]

    @property
    def silence(self) -> str:
        """Whether days without a run were rest, or nobody knows. "" when there were none, or when
        what came is still being read.
        """
        lately = self.newest and (self.today - self.newest).days <= REST_SHOWN_DAYS
        if self.newest is None or lately or (self.unread and not self.problem):
            return ""
        since = day_in_words(self.newest)
        if self.complete_until and self.complete_until > self.newest:
            until = f"complete up to {day_in_words(self.complete_until)}"
            return f"No run since {since}; {self.because}: rest ({until})."
        if self.problem:
            then = "with the next sign-in" if self.state == SIGN_IN_NEEDED else "when it answers"
            return f"No run has come since {since}. What was run since comes {then}."
        unknown = "nothing says that the watch has synced since: rest or not, nobody knows"
        return f"No run has come since {since}, and {unknown}."

    @property
    def key_words(self) -> str:
        """The countdown, from two weeks before the key ends."""
        if self.key_expires_on is None or self.key_days > KEY_SHOWN_DAYS:
            return ""
        day = day_in_words(self.key_expires_on)
        if self.key_days < 0:
            when = f"ended on {day}"
        else:
            left = {0: "today", 1: "tomorrow"}.get(self.key_days, f"in {self.key_days} days")
            when = f"ends {left}, on {day}"
        return f"Its key {when}. Make a new one, then `{sign_in_command(self.connector)}`."

    @property
    def key_days(self) -> int:
        """Days until the key ends; it works on that day still. Only where there is one."""
        return ((self.key_expires_on or date.max) - self.today).days

    @property
    def remedy(self) -> str | None:
        """What to do, the most urgent first. None: nothing."""
        if self.state == SIGN_IN_NEEDED:
            return sign_in_command(self.connector)
        if self.key_words:
            return f"Make a new key, then `{sign_in_command(self.connector)}`."
        return self.withheld[0].remedy or None if self.withheld else None

    def as_json(self) -> dict[str, Any]:
        return {
            "connector": self.connector,
            "state": self.state,
            "problem": self.problem,
            "remedy": self.remedy,
            "last_attempt_at": _instant(self.last_attempt_at),
            "last_good_at": _instant(self.last_good_at),
            "last_data_at": _instant(self.last_data_at),
            "complete_until": _iso(self.complete_until),
            "withheld": len(self.withheld),
            "key_expires_on": _iso(self.key_expires_on),
            "unread": self.unread,
            "calendar": self.calendar.as_json() if self.calendar else None,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an athlete that the health of connections is told by."""

    today: date
    seen: tuple[Observation, ...]
    activities: tuple[Activity, ...]
    proofs: store.Proofs
    missed: tuple[Withheld, ...]
    came_at: Mapping[str, datetime] = field(default_factory=dict)  # by source


def known(runtime: Runtime, conn: Connection, athlete_id: int) -> Known:
    """Everything at once, for all connections."""
    today = store.today_of(conn, athlete_id, runtime.calendar_now(conn))
    seen = store.observations(conn, athlete_id)
    recorded = activities_of(seen, store.rulings(conn, athlete_id))
    return Known(
        today=today,
        seen=seen,
        activities=recorded,
        proofs=store.proofs(conn, athlete_id),
        missed=missing(store.withheld(conn, athlete_id), recorded, today),
        came_at=_came_at(conn, athlete_id),
    )


def healths(
    runtime: Runtime, conn: Connection, athlete_id: int, seen: Known
) -> list[tuple[Connected, Health]]:
    """Every connection that was not ended, in the order they were made."""
    mine = connections(conn, athlete_id=athlete_id, state=None)
    return [(connected, _health(runtime, conn, connected, seen)) for connected in mine]


def _health(runtime: Runtime, conn: Connection, connected: Connected, seen: Known) -> Health:
    row, source = tables.connection, connected.connector
    calls = conn.execute(
        select(row.c.last_attempt_at, row.c.last_good_at).where(row.c.id == connected.id)
    ).one()
    withheld = tuple(each for each in seen.missed if each.source == source)
    own = [each.day for each in seen.seen if each.record.source == source]
    own += [each.day for each in withheld if each.day]  # what is kept from us was no rest
    best = _proof(source, seen)
    return Health(
        connector=source,
        title=runtime.title_of(source),
        state=connected.state,
        problem=connected.problem,
        last_attempt_at=calls.last_attempt_at,
        last_good_at=calls.last_good_at,
        unread=_unread(conn, connected),
        today=seen.today,
        last_data_at=seen.came_at.get(source),
        newest=max(own, default=None) if is_asked(runtime, conn, connected) else None,
        complete_until=best.until if best else None,
        because=best.because if best else "",
        withheld=withheld,
        key_expires_on=_expires_on(connected),
        calendar=_calendar(runtime, conn, connected),
    )


def _calendar(runtime: Runtime, conn: Connection, connected: Connected) -> CalendarHealth | None:
    if not writes_calendar(runtime, connected):
        return None
    since = paused(conn, connected)
    if since is None:
        return CalendarHealth(connected.policy)
    at, why = since
    zone = store.zone_of(conn, connected.athlete_id)
    return CalendarHealth(connected.policy, at.astimezone(zone).date(), why)


def _proof(source: str, seen: Known) -> Coverage | None:
    proofs = seen.proofs
    return proof(source, seen=seen.seen, wellness=proofs.wellness, coverage=proofs.coverage)


def _unread(conn: Connection, connected: Connected) -> int:
    """Without what was given up: nobody waits for that."""
    event, owed = tables.inbox_event, tables.outbox
    unread = select(func.count()).select_from(event.outerjoin(owed, work_of(event.c.id)))
    unread = unread.where(
        event.c.connection_id == connected.id,
        event.c.done_at.is_(None),
        owed.c.buried_at.is_(None),
    )
    return int(conn.execute(unread).scalar_one())


def _came_at(conn: Connection, athlete_id: int) -> dict[str, datetime]:
    """When the newest thing of each source was written down: not merely an answered call."""
    newest: dict[str, datetime] = {}
    for row in (tables.observation, tables.wellness):
        query = select(row.c.source, func.max(row.c.recorded_at).label("at"))
        query = query.where(row.c.athlete_id == athlete_id, row.c.body.is_not(None))
        for found in conn.execute(query.group_by(row.c.source)):
            newest[found.source] = max(found.at, newest.get(found.source, found.at))
    return newest


def _expires_on(connected: Connected) -> date | None:
    said = connected.settings.get("expires_on")
    return date.fromisoformat(said) if said else None


def day_in_words(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"
