"""A life whose calendar holds the plan, and the athlete's hand on it."""

from contextlib import contextmanager
from datetime import date, timedelta

from planning.fitness.observation import derive
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.schedule.plan import DayStatus, Layer, LayerKind
from tests.worker.living import PARIS, START, a_record, life_with_services
from worker import hand, store, tables
from worker.connections import connections
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.owing import owe_publishing, owe_replan

TODAY = START.date()
GOAL = Goal(
    "g", GoalKind.TIME, Priority.A, date(2026, 12, 20), MARATHON_M, 12000.0, stated_on=TODAY
)


@contextmanager
def a_published_life(database_url, home):
    """Five weeks of running, a goal, and a fortnight of workouts on the calendar, long settled."""
    with life_with_services(database_url, home) as lived:
        lived.connect_garmin()
        runs_towards_a_goal(lived)
        assert equals_the_plan(lived)
        yield lived


def runs_towards_a_goal(lived):
    """What there is of a plan is on the calendar, and long settled."""
    with writing(lived.engine) as conn:
        for n in range(1, 36, 2):
            run = a_record(n, start_at=START - timedelta(days=n))
            seen = derive(run, None, zone=PARIS)
            store.put_observation(conn, 1, seen, known_at=lived.clock.at, now=lived.clock.at)
        store.put_goal(conn, 1, GOAL, known_at=lived.clock.at, now=lived.clock.at)
        owe_replan(lived.runtime, conn, 1)
    lived.work()
    lived.clock.later(minutes=5)


def plan(lived):
    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1).plan


def coming(lived, after=3):
    """Planned sessions beyond the frozen days, within what stands on the calendar."""
    first, last = lived.today + timedelta(days=after), lived.today + timedelta(days=13)
    return [d.workout for d in plan(lived).days() if d.workout and first <= d.day <= last]


def free_day(lived, after):
    return next(d.day for d in plan(lived).days() if d.workout is None and d.day > after)


def on_calendar(lived):
    """Ident, day and name of every entry of ours, as Garmin has it."""
    dump = lived.control.dump()
    return sorted((e["ident"], e["day"], e["name"]) for e in dump["entries"])


def library(lived):
    """The idents of ours at Garmin, also of templates on no day."""
    dump = lived.control.dump()
    return {one["ident"] for one in (*dump["entries"], *dump["templates"])}


def equals_the_plan(lived):
    last = lived.today + timedelta(days=13)
    wanted = sorted(
        (d.workout.ident, d.day.isoformat())
        for d in plan(lived).days()
        if d.workout and lived.today <= d.day <= last and d.status is DayStatus.PLANNED
    )
    there = on_calendar(lived)
    return [entry[:2] for entry in there if entry[1] >= lived.today.isoformat()] == wanted


def publishes(lived, times=1):
    """Owed and done, with all that follows, until the calendar has caught up."""
    for _ in range(times):
        with writing(lived.engine) as conn:
            owe_publishing(lived.runtime, conn, 1)
        lived.work()
        lived.clock.later(minutes=5)
    lived.work()


def does(lived, what, *args):
    """One of `worker.hand`, and the work that it owes."""
    with writing(lived.engine) as conn:
        what(lived.runtime, conn, 1, *args)
    lived.work()
    lived.clock.later(minutes=5)
    lived.work()


def skips(lived, workout):
    does(lived, hand.by_command, Layer(LayerKind.SKIP, workout.ident, None, "by you"))


def moves_by_command(lived, workout, day):
    does(lived, hand.by_command, Layer(LayerKind.MOVE, workout.ident, day, "by you"))


def record_of(lived, ident):
    found = lived.rows(tables.calendar_entry, ident=ident)
    return found[0] if found else None


def standing(lived):
    """What the athlete's hand has said that still counts: key and kind."""
    rows = lived.rows(tables.layer, superseded_at=None)
    return {(row.key, row.body["kind"]) for row in rows if row.body}


def connected(lived):
    with reading(lived.engine) as conn:
        return next(c for c in connections(conn) if c.connector == "garmin")


def removes(lived, workout):
    lived.control.delete_entry(workout.ident, template=True)


def takes_off_its_day(lived, workout):
    lived.control.delete_entry(workout.ident)


def moves(lived, workout):
    lived.control.move_entry(workout.ident, free_day(lived, workout.day))


def edits(lived, workout):
    lived.control.edit_entry(workout.ident, name="My own", scale=0.5)


def outdated(lived, *workouts):
    """As if the plan had been another when these were written."""
    row = tables.calendar_entry
    with writing(lived.engine) as conn:
        mine = row.c.ident.in_([workout.ident for workout in workouts])
        conn.execute(row.update().where(mine).values(plan_digest="another"))
