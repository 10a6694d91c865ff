"""How warm it was on days of runs, and will be on days of goals: asked for once a day.

The athlete says where they are (`goalward athlete set --place`), the settings say which service is
asked. Without either nobody is asked, and no weather is assumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from connectors.errors import Refused
from planning.activity import Observation, Sport
from planning.weather import Place, RunningHours, Weather, usual_hours
from worker import store, tables
from worker.app import Runtime
from worker.connections import CONNECTED, DISCONNECTED, Connected, connections, opened
from worker.db import reading, writing
from worker.inbox import LEFT_ALONE, Arrival, accept_now
from worker.owing import owe_replan
from worker.perform import Held
from worker.polling import Event
from worker.stored import from_body

CONNECTOR = KIND = "weather"
PLACE = "place"  # key of the athlete's setting
RUNS_SINCE = timedelta(days=3)  # what a service says of a day settles within that
GOALS_UNTIL = timedelta(days=10)  # further ahead a forecast is no better than the season's mean
HABIT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class _Question:
    """Where, of which days, and at which hours."""

    place: Place
    days: frozenset[date]
    hours: RunningHours


def tick(runtime: Runtime) -> None:
    """Owe one question a day for each athlete with a place. Asks nobody itself; cheap when done."""
    if not runtime.settings.weather_api_url:
        return
    with reading(runtime.engine) as conn:
        unasked = _unasked(runtime, conn)
    for athlete_id, today in unasked.items():
        with writing(runtime.engine) as conn:
            _owe(runtime, conn, athlete_id, today)
    if unasked:
        runtime.ring()


def fetch(runtime: Runtime, event: Event, held: Held) -> str:
    """An inbox row of the kind "weather": what became of it, in words. Raises the four errors."""
    athlete_id, known_at = event.connected.athlete_id, event.known_at
    with reading(runtime.engine) as conn:
        today = store.today_of(conn, athlete_id, runtime.calendar_now(conn))
        question = _question(conn, athlete_id, today)
    if not runtime.settings.weather_api_url:
        return f"{LEFT_ALONE}: no weather service is set"
    if event.payload["day"] != today.isoformat():
        return f"{LEFT_ALONE}: it is another day by now"
    if question is None:
        return f"{LEFT_ALONE}: no place is set"
    if not question.days:
        return "no day to ask about"
    told = _asked(runtime, event.connected, question)
    now = runtime.clock.machine_now()
    with writing(runtime.engine) as conn:
        held.check(conn)
        new = [store.put_weather(conn, athlete_id, one, known_at=known_at, now=now) for one in told]
        if any(new):
            owe_replan(runtime, conn, athlete_id)
    runtime.ring()
    return f"{sum(new)} new days of weather"


def ask_again(conn: Connection, athlete_id: int) -> None:
    """Who says where they are wants the weather, though they disconnected it once."""
    row = tables.connection
    mine = (row.c.athlete_id == athlete_id) & (row.c.connector == CONNECTOR)
    ended = update(row).where(mine, row.c.state == DISCONNECTED)
    conn.execute(ended.values(state=CONNECTED, version=row.c.version + 1))


def place_of(conn: Connection, athlete_id: int) -> Place | None:
    """None: never said, and so no service is asked."""
    said = store.setting(conn, athlete_id, PLACE)
    return from_body(Place, said) if said else None


def _unasked(runtime: Runtime, conn: Connection) -> Mapping[int, date]:
    """Athletes with a place whose day has not been asked about, and that day."""
    row, event = tables.athlete_setting, tables.inbox_event
    placed = select(row.c.athlete_id).where(
        row.c.key == PLACE, row.c.superseded_at.is_(None), row.c.body.is_not(None)
    )
    zones, now = store.zones(conn), runtime.calendar_now(conn)
    their = conn.scalars(placed.order_by(row.c.athlete_id))
    today = {one: now.astimezone(zones[one]).date() for one in their if one in zones}
    keys = {_key(athlete_id, day): athlete_id for athlete_id, day in today.items()}
    asked = select(event.c.delivery_key).where(event.c.delivery_key.in_(list(keys)))
    done = {keys[key] for key in conn.scalars(asked)} | _switched_off(conn)
    return {athlete_id: day for athlete_id, day in today.items() if athlete_id not in done}


def _switched_off(conn: Connection) -> set[int]:
    """Those who have disconnected it, or paused."""
    row = tables.connection
    off = select(row.c.athlete_id).where(row.c.connector == CONNECTOR, row.c.state != CONNECTED)
    return set(conn.scalars(off))


def _owe(runtime: Runtime, conn: Connection, athlete_id: int, today: date) -> None:
    now = runtime.clock.machine_now()
    arrival = Arrival(
        source=CONNECTOR,
        delivery_key=_key(athlete_id, today),
        kind=KIND,
        payload={"day": today.isoformat()},
        connection_id=_connection(conn, athlete_id, now),
        athlete_id=athlete_id,
        known_at=runtime.calendar_now(conn),
    )
    accept_now(conn, arrival, now=now)


def _connection(conn: Connection, athlete_id: int, now: datetime) -> int:
    """Its row gives the question a health, limits and a place in `status`, like any other."""
    for known in connections(conn, athlete_id=athlete_id):
        if known.connector == CONNECTOR:
            return known.id
    made = insert(tables.connection).values(
        athlete_id=athlete_id,
        connector=CONNECTOR,
        external_athlete_id=str(athlete_id),
        state=CONNECTED,
        settings={},
        version=0,
        created_at=now,
    )
    return int(conn.execute(made).inserted_primary_key[0])  # type: ignore[index]  # one row


def _key(athlete_id: int, day: date) -> str:
    return f"weather:{athlete_id}:{day.isoformat()}"


def _question(conn: Connection, athlete_id: int, today: date) -> _Question | None:
    place = place_of(conn, athlete_id)
    if place is None:
        return None
    runs = _runs(conn, athlete_id, first=today - HABIT, last=today)
    run_days = {run.day for run in runs if run.day >= today - RUNS_SINCE}
    goal_days = {
        goal.day
        for goal in store.goals(conn, athlete_id)
        if goal.is_alive(today) and today <= goal.day <= today + GOALS_UNTIL
    }
    starts = [run.record.start_at for run in runs if not run.record.start_hidden]
    hours = usual_hours(starts, store.zone_of(conn, athlete_id))
    return _Question(place, frozenset(run_days | goal_days), hours)


def _runs(conn: Connection, athlete_id: int, *, first: date, last: date) -> list[Observation]:
    """Copies, not runs: two of one run tell the same day and hour."""
    row = tables.observation
    query = select(row.c.body).where(
        row.c.athlete_id == athlete_id,
        row.c.day.between(first, last),
        row.c.superseded_at.is_(None),
        row.c.body.is_not(None),
    )
    seen = (from_body(Observation, body) for body in conn.scalars(query))
    return [one for one in seen if one.record.sport is Sport.RUN]


def _asked(runtime: Runtime, connected: Connected, question: _Question) -> Sequence[Weather]:
    settings = {**connected.settings, "weather_hours": str(question.hours)}
    with opened(runtime, replace(connected, settings=settings)) as use:
        if use.weather is None:
            raise Refused(f"{connected.connector} knows nothing of the weather")
        told = use.weather.weather(question.place, min(question.days), max(question.days))
    return [replace(one, place=None) for one in told if one.day in question.days]
