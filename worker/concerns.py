"""What the athlete should hear of their sources, each thing once: silence, withheld runs, keys that
end, days of which nothing is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from planning.completeness import question, share_withheld, too_much_withheld, withheld_words
from planning.schedule.plan import DayStatus, LayerKind, PlanDay
from worker import coverage, health, store, tables
from worker.app import Runtime
from worker.asking import is_asked
from worker.connections import CONNECTED, Connected, connections, sentence
from worker.db import reading, upsert, writing
from worker.health import Health, Known, day_in_words
from worker.outcomes import latest_outcome
from worker.owing import owe_message, owe_replan

LOOK_EVERY_H = 3
SILENT = timedelta(hours=24)
KEY_TOLD_DAYS = 7
ASK_AFTER = timedelta(hours=36)  # after the end of a day of which nothing is known
ASKED_BACK_DAYS = 8
ANSWERED = frozenset({DayStatus.SKIPPED, DayStatus.BREAK, DayStatus.MOVED})


@dataclass(frozen=True, slots=True)
class Concern:
    """One message. The same `key` is told once."""

    key: str
    title: str
    body: str


def look_if_due(runtime: Runtime) -> None:
    """Look through every athlete's sources each three hours of their day."""
    with reading(runtime.engine) as conn:
        now = runtime.calendar_now(conn)
        slots = {one: _slot(one, now.astimezone(zone)) for one, zone in store.zones(conn).items()}
        looked = _looked(conn, [name for name, _ in slots.values()])
    for athlete_id, (name, day) in slots.items():
        if (name, day) not in looked:
            look(runtime, athlete_id, slot=(name, day))


def look(runtime: Runtime, athlete_id: int, *, slot: tuple[str, date]) -> None:
    """Read at leisure, then write what there is to tell, and that it was looked at `slot`."""
    with reading(runtime.engine) as conn:
        seen = health.known(runtime, conn, athlete_id)
        found = health.healths(runtime, conn, athlete_id, seen)
        told = [*_of_connections(found, seen), *_unknown(runtime, conn, athlete_id, seen)]
        asked = {one.connector for one, _ in found if is_asked(runtime, conn, one)}
        failing = [pair for pair in found if _is_failing(runtime, pair[1])]
    with writing(runtime.engine) as conn:
        _end(runtime, conn, athlete_id, seen.proofs.asked - asked)
        told += _silent(conn, failing, seen.today)
        told += _heard_of(conn, athlete_id, [pair for pair in found if pair not in failing])
        for each in told:
            owe_message(runtime, conn, athlete_id, key=each.key, title=each.title, body=each.body)
        _note(conn, *slot)
    if told:
        runtime.ring()


def _slot(athlete_id: int, here: datetime) -> tuple[str, date]:
    """Each athlete some minutes after another, so that many do not come all at once."""
    own = here - timedelta(minutes=athlete_id * 7 % (60 * LOOK_EVERY_H))
    return f"look:{athlete_id}:{own.hour // LOOK_EVERY_H}", own.date()


def _looked(conn: Connection, names: list[str]) -> set[tuple[str, date]]:
    row = tables.tick
    return {(t.name, t.day) for t in conn.execute(select(row).where(row.c.name.in_(names)))}


def _note(conn: Connection, name: str, day: date) -> None:
    """In place of an earlier day's."""
    row = tables.tick
    conn.execute(delete(row).where(row.c.name == name, row.c.day != day))
    upsert(conn, row, {"name": name, "day": day}, key=("name", "day"), keep=True)


def _end(runtime: Runtime, conn: Connection, athlete_id: int, sources: frozenset[str]) -> None:
    """Sources that are asked no more hold up nothing."""
    known_at = runtime.calendar_now(conn)
    for source in sorted(sources):
        if coverage.take_back_asked(runtime, conn, athlete_id, source, known_at=known_at):
            owe_replan(runtime, conn, athlete_id)


# --- connections ----------------------------------------------------------------------------------


def _of_connections(found: list[tuple[Connected, Health]], seen: Known) -> Iterator[Concern]:
    share = share_withheld(seen.missed, seen.activities, seen.today)
    much = too_much_withheld(seen.missed, share)
    for connected, each in found:
        yield from _key_concern(connected, each)
        if much and each.withheld:
            body = withheld_words(each.withheld, each.title)
            body += " So much is missing that there is no forecast, and the plan does not grow."
            yield Concern(f"withheld:{connected.id}", f"{each.title} withholds runs", body)


def _key_concern(connected: Connected, each: Health) -> Iterator[Concern]:
    """Once a week before it ends, and once when it is over: a day later, for if the service says
    so itself meanwhile, a sign-in was asked for already.
    """
    over = each.key_days < 0
    if each.key_expires_on is None or each.key_days > KEY_TOLD_DAYS:
        return
    if over and (each.key_days == -1 or each.state != CONNECTED):
        return
    key = f"key:{connected.id}:{each.key_expires_on.isoformat()}:{'over' if over else 'soon'}"
    title = f"The key of {each.title} {'has ended' if over else 'ends soon'}"
    yield Concern(key, title, each.key_words)


def _is_failing(runtime: Runtime, each: Health) -> bool:
    """Asked in vain: no good answer for a day. One that wants a sign-in has been told already."""
    if each.state != CONNECTED or each.last_attempt_at is None or not each.problem:
        return False
    if each.last_good_at is None:
        return True
    return runtime.clock.machine_now() - each.last_good_at > SILENT


def _silent(
    conn: Connection, failing: list[tuple[Connected, Health]], today: date
) -> list[Concern]:
    """Told when it fails on a second day: a machine that was off has tried only once yet."""
    row, told = tables.tick, []
    for connected, each in failing:
        name = f"failing:{connected.id}"
        first = conn.scalar(select(row.c.day).where(row.c.name == name).order_by(row.c.day))
        if first is None:
            upsert(conn, row, {"name": name, "day": today}, key=("name", "day"), keep=True)
        elif first < today:
            told.append(_silence(connected, each, first))
    return told


def _silence(connected: Connected, each: Health, first: date) -> Concern:
    good = each.last_good_at
    since = f"since {day_in_words(good.date())}" if good else "since it was connected"
    body = (
        f"Nothing has come from {each.title} {since}, although it was asked. "
        f"{sentence(each.problem or '')} "
        "It goes on being asked; what was run meanwhile is not lost. "
        "`goalward status` says how it stands."
    )
    return Concern(_silence_key(connected, first), f"Nothing comes from {each.title}", body)


def _silence_key(connected: Connected, first: date) -> str:
    return f"silent:{connected.id}:{first.isoformat()}"


def _heard_of(
    conn: Connection, athlete_id: int, well: list[tuple[Connected, Health]]
) -> list[Concern]:
    """The next silence is another one. Who was told of this one hears that it is over."""
    row, said = tables.tick, tables.message
    names = {f"failing:{connected.id}": (connected, each) for connected, each in well}
    failing = conn.execute(select(row).where(row.c.name.in_(names))).all()
    if not failing:
        return []
    conn.execute(delete(row).where(row.c.name.in_(names)))
    silences = {_silence_key(names[one.name][0], one.day): names[one.name] for one in failing}
    told = select(said.c.key).where(said.c.athlete_id == athlete_id, said.c.key.in_(silences))
    return [
        _over(key, each)
        for key in sorted(conn.scalars(told))
        for connected, each in (silences[key],)
        if connected.state == CONNECTED
    ]


def _over(key: str, each: Health) -> Concern:
    body = f"{each.title} answers again. What was run meanwhile is there, or comes in now."
    return Concern(f"{key}:over", f"{each.title} works again", body)


# --- days of which nothing is known --------------------------------------------------------------


def _unknown(runtime: Runtime, conn: Connection, athlete_id: int, seen: Known) -> Iterator[Concern]:
    """One question for each silence: more days of the same do not make another.

    An answer counts also before the plan has been made anew with it.
    """
    complete, zone = seen.proofs.complete_until(seen.seen), store.zone_of(conn, athlete_id)
    now = runtime.calendar_now(conn)
    planned = _planned(conn, athlete_id, seen.today)
    layers, breaks = store.layers(conn, athlete_id), store.breaks(conn, athlete_id)
    said = {layer.on_day for layer in layers if layer.kind is LayerKind.SKIP}
    found = _open_days(planned, seen, complete)
    open_ = (day for day in found if day not in said and breaks.off(day) is None)
    days = [day for day in open_ if _is_over(day, now, zone)]
    if not days:
        return
    mine = connections(conn, athlete_id=athlete_id, state=None)
    titles = sorted(
        connector.title
        for one in mine
        if one.connector in seen.proofs.asked
        and (connector := runtime.connectors.get(one.connector)) is not None
    )
    monday = seen.today - timedelta(days=seen.today.weekday())
    skippable = next((day for day in days if day >= monday), None)
    key = f"unknown:{complete.isoformat() if complete else 'never'}"
    yield Concern(key, "Did you run?", question(days, titles, skippable))


def _planned(conn: Connection, athlete_id: int, today: date) -> list[PlanDay]:
    """The days of this week and, as they closed, of the last one."""
    monday = today - timedelta(days=today.weekday())
    outcome = latest_outcome(conn, athlete_id)
    earlier = store.last_closing(conn, athlete_id, before=monday)
    plans = (earlier.plan if earlier else None, outcome.plan if outcome else None)
    by_day = {planned.day: planned for plan in plans if plan for planned in plan.days()}
    first = today - timedelta(days=ASKED_BACK_DAYS)
    return [by_day[day] for day in sorted(by_day) if first <= day < today]


def _open_days(planned: list[PlanDay], seen: Known, complete: date | None) -> Iterator[date]:
    """Days with a session of which neither a run nor anything else is known."""
    ran = {each.day for each in seen.activities if each.is_run}
    for each in planned:
        settled = each.workout is None or each.status in ANSWERED or each.day in ran
        if not settled and (complete is None or each.day > complete):
            yield each.day


def _is_over(day: date, now: datetime, zone: ZoneInfo) -> bool:
    return now >= datetime.combine(day + timedelta(days=1), time.min, zone) + ASK_AFTER
