"""What becomes known on one day, in any order and with any number of replans between, ends in one
plan with one set of receipts; what is known a day later may end otherwise, and its receipts say so.

Two words of the athlete on one session, or to one day, are not of this kind: the last one counts.
"""

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planning.activity import RecordKind
from planning.breaks import Break, BreakKind
from planning.fitness.observation import derive
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from planning.schedule.plan import Layer, LayerKind
from planning.weather import SAID, Weather
from planning.wellness import Wellness
from tests.sizes import FIXED, examples
from tests.worker.living import PARIS, START, HandClock, a_record, life
from worker import hand, store, tables
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.owing import owe_replan
from worker.wellness import store_wellness

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = START.date()  # a Monday
GOAL = Goal(
    "half",
    GoalKind.TIME,
    Priority.A,
    TODAY + timedelta(weeks=11, days=6),
    HALF_M,
    6000.0,
    stated_on=TODAY - DAY,
)
HISTORY_DAYS = 63


# --- what can become known ------------------------------------------------------------------------


def observed(record):
    def said(lived, when):
        with writing(lived.engine) as conn:
            store.put_observation(conn, 1, derive(record, None, zone=PARIS), **when)

    return said


def stored(put, value):
    def said(lived, when):
        with writing(lived.engine) as conn:
            put(conn, 1, value, **when)

    return said


def by_hand(layer):
    def said(lived, _when):
        with writing(lived.engine) as conn:
            hand.by_command(lived.runtime, conn, 1, layer)

    return said


def other_days(lived, _when):
    lived.profile(run_weekdays=frozenset({0, 1, 2, 3, 5, 6}))


def a_night(source, **told):
    def said(lived, when):
        with writing(lived.engine) as conn:
            night = Wellness(source, TODAY, **told)
            store_wellness(lived.runtime, conn, 1, [night], known_at=when["known_at"])

    return said


def facts(plan):
    """Each by its name. The words by hand are about different sessions and days."""
    skipped = plan.on(TODAY + 8 * DAY).workout
    moves = {"a move": (3, 5), "another move": (13, 12)}  # in days from today
    this_morning = a_record(501, start_at=START - 2 * HOUR, distance_m=9_000.0, minutes=47)
    at_strava = replace(
        this_morning,
        source="strava",
        external_id="9001",
        kind=RecordKind.STRAVA_API,
        start_at=this_morning.start_at + timedelta(seconds=9),
        distance_m=9_050.0,
    )
    late = a_record(502, start_at=START - 3 * DAY, distance_m=15_000.0, minutes=80)
    fast = a_record(503, start_at=START - DAY, minutes=40.5, is_race=True)
    travel = Break("b1", BreakKind.TRAVEL, TODAY + 9 * DAY, TODAY + 12 * DAY, 40.0)
    rest = Break("b2", BreakKind.REST, TODAY + 16 * DAY, TODAY + 18 * DAY)
    earlier = replace(GOAL, day=GOAL.day - timedelta(weeks=2))
    shorter = Goal("ten", GoalKind.COMPLETION, Priority.B, TODAY + timedelta(days=41), 10_000.0)
    return {
        "a run": observed(this_morning),
        "the same run at Strava": observed(at_strava),
        "a late run": observed(late),
        "a fast race": observed(fast),
        "a skip": by_hand(Layer(LayerKind.SKIP, skipped.ident, None, "by you", skipped.day)),
        "travel": stored(store.put_break, travel),
        "rest": stored(store.put_break, rest),
        "an earlier goal": stored(store.put_goal, earlier),
        "another goal": stored(store.put_goal, shorter),
        "other days": other_days,
        "a bad night": a_night("garmin", readiness=15.0, hrv_ms=31.0, sleep_s=14_000.0),
        "the same night elsewhere": a_night("intervals", hrv_ms=33.0, resting_heart_rate_bpm=61.0),
        "heat": stored(store.put_weather, Weather(SAID, TODAY + 2 * DAY, 31.0)),
        "heat by forecast": stored(store.put_weather, Weather("weather", TODAY + 3 * DAY, 30.0)),
    } | {
        name: by_hand(move(plan.on(TODAY + there * DAY).workout.ident, TODAY + to * DAY))
        for name, (there, to) in moves.items()
    }


def move(ident, day):
    return Layer(LayerKind.MOVE, ident, day, "by you")


# --- days -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """A database on the evening before, and what can become known the day after."""

    file: Path
    facts: dict


@pytest.fixture(scope="module")
def begun(sqlite_template, tmp_path_factory):
    home = tmp_path_factory.mktemp("begun")
    file = shutil.copy(sqlite_template, home / "goalward.db")
    with life(f"sqlite:///{file}", home, clock=HandClock(START - DAY)) as lived:
        when = {"known_at": lived.clock.at, "now": lived.clock.at}
        runs = [
            a_record(n, start_at=START - n * DAY, minutes=52) for n in range(2, HISTORY_DAYS, 2)
        ]
        raced = a_record(400, start_at=START - 23 * DAY, minutes=43, is_race=True)
        with writing(lived.engine) as conn:
            for record in (*runs, raced):
                store.put_observation(conn, 1, derive(record, None, zone=PARIS), **when)
            store.put_goal(conn, 1, GOAL, **when)
        replans(lived)
        return Begun(file, facts(ended(lived).plan))


@contextmanager
def another(begun, folder):
    """The same evening once more."""
    home = folder.mktemp("home")
    file = shutil.copy(begun.file, home / "goalward.db")
    with life(f"sqlite:///{file}", home, clock=HandClock(START - HOUR)) as lived:
        yield lived


def replans(lived):
    with writing(lived.engine) as conn:
        owe_replan(lived.runtime, conn, 1)
    lived.work("replan")


def becomes_known(lived, fact):
    fact(lived, {"known_at": lived.clock.at, "now": lived.clock.at})


def ended(lived):
    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1)


def day_of(lived, steps):
    """Lives today: None is a replan, all else a fact; then the night, and what is kept of it."""
    for step in steps:
        lived.clock.later(minutes=20)
        if step is None:
            replans(lived)
        else:
            becomes_known(lived, step)
    lived.clock.at = START + 16 * HOUR
    replans(lived)
    kept = (tables.closing, tables.change, tables.forecast_ledger)
    facts = [
        [(row.key if "key" in row._fields else row.goal_id, row.body) for row in lived.rows(table)]
        for table in kept
    ]
    return facts, ended(lived)


OF_SIZE = settings(
    deadline=None,
    derandomize=FIXED,
    max_examples=examples(3),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each takes a second: none is shrunk
)


@OF_SIZE
@given(data=st.data())
def test_any_order_with_any_replans_ends_in_one_plan(begun, tmp_path_factory, data):
    """Also when some of it is told twice."""
    names = data.draw(st.lists(st.sampled_from(list(begun.facts)), min_size=2, max_size=16))
    replanned = data.draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
    steps = [
        step
        for name, often in zip(names, replanned, strict=True)
        for step in (begun.facts[name], *([None] if often else []))
    ]
    with another(begun, tmp_path_factory) as lived:
        found = day_of(lived, steps)
    with another(begun, tmp_path_factory) as lived:
        in_turn = [fact for name, fact in begun.facts.items() if name in names]
        assert day_of(lived, in_turn) == found


@OF_SIZE
@given(data=st.data())
def test_what_is_known_a_day_later_says_so(begun, tmp_path_factory, data):
    """The day it is of stays as it was; where tomorrow is otherwise for it, a receipt names it, or
    names the less that is run before that day, by an earlier receipt that does.
    """
    late = data.draw(st.sampled_from(list(begun.facts)))
    more = st.sampled_from([name for name in begun.facts if name != late])
    others = data.draw(st.just([]) | st.lists(more, unique=True))
    today = [begun.facts[name] for name in others]
    with another(begun, tmp_path_factory) as lived:
        closed, _ = day_of(lived, today)
        stood, never = tomorrow_of(lived, [])
    with another(begun, tmp_path_factory) as lived:
        assert day_of(lived, today)[0] == closed
        _, then = tomorrow_of(lived, [begun.facts[late]])
    receipts, named = {change.day: change for change in then.changes}, []
    for day in (day for day in stood.days() if day.day >= then.day):
        as_it_is, without = (read(one.plan.on(day.day)) for one in (then, never))
        if as_it_is not in (without, read(day)):
            named.append(receipts[day.day].sentence)
    first = next((n for n, told in enumerate(named) if re.search(NAMED[late], told)), len(named))
    for n, told in enumerate(named):
        assert re.search(f"{NAMED[late]}|{LESS_BEFORE}" if n > first else NAMED[late], told), (
            late, others, told,
        )  # fmt: skip


def read(day):
    """What the athlete sees of it."""
    workout = day.workout.workout if day.workout else None
    return workout and (workout.kind, workout.name, workout.steps)


def tomorrow_of(lived, steps):
    """The plan as today closed, and what stands on the evening of the day after."""
    lived.clock.at = START + 24 * HOUR
    for step in steps:
        becomes_known(lived, step)
    replans(lived)
    outcome = ended(lived)
    with reading(lived.engine) as conn:
        stood = store.last_closing(conn, 1, before=outcome.day).plan
    lived.clock.later(days=1)
    replans(lived)
    kept = {row.key: row.known_at for row in lived.rows(tables.change, made_on=outcome.day)}
    assert len(kept) == (len(outcome.changes) if steps else 0)
    assert all(START + 15 * HOUR < known_at < START + 40 * HOUR for known_at in kept.values())
    return stood, outcome


WEEKS = "the weeks you have really run"
LESS_BEFORE = f"weeks that hold less now|the longest run of your last 30 days|{WEEKS}"
ASKED = "asked for|you set a goal|you changed|you gave up|" + WEEKS
NAMED = {  # what a receipt says of it
    "a run": WEEKS + "|run",
    "the same run at Strava": WEEKS + "|run",
    "a late run": WEEKS + "|run",
    "a fast race": "10 km in 40:30|race",
    "a skip": "you asked",
    "a move": "you asked",
    "another move": "you asked",
    "travel": "travelling|" + WEEKS,
    "rest": "you take a rest|days off|" + WEEKS,
    "an earlier goal": ASKED,
    "another goal": ASKED,
    "other days": ASKED,
    "a bad night": "night|sleep|recover",
    "the same night elsewhere": "night|sleep|recover",
    "heat": "degrees",
    "heat by forecast": "degrees",
}
