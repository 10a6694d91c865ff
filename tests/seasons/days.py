"""One day of a simulated runner: what is run of the plan, when it is known, what the athlete says."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.activity import Activity
from planning.breaks import BreakKind, Breaks
from planning.schedule.effort import hard
from planning.schedule.hand import GIVES_WAY
from planning.schedule.plan import DayStatus, Layer, LayerKind
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.seasons.body import EASY_SHARE, race_time_s

DAY = timedelta(days=1)
SHARES = {  # of the speed over 10 km, warm-up and rests included
    Kind.TEMPO: 0.84,
    Kind.THRESHOLD: 0.86,
    Kind.INTERVAL: 0.86,
    Kind.REPETITION: 0.82,
    Kind.HILLS: 0.79,
    Kind.TEST: 0.92,
}
EASY_KINDS = {Kind.EASY, Kind.LONG, Kind.STRIDES}
GLITCHES = 0.01  # of the runs


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run and the evening on which it is known here; `true_m` is what was really run."""

    run: Activity
    known_on: date
    true_m: float
    is_hard: bool


def recorded(runner, body, today, *, planned, chances, reluctance=0.0):
    """What was run today, if anything; `planned` is the PlanDay as it stood in the morning, and
    `reluctance` the chance that it is left out besides the runner's habit.
    """
    if off(runner, today):
        return None
    done = _raced(runner, body, today, chances) or _ran(
        runner, body, today, planned=planned, chances=chances, reluctance=reluctance
    )
    if done is None:
        return None
    asked = planned.workout.workout if planned and planned.workout else None
    is_hard = done.is_race or (asked is not None and hard(asked))
    minutes = Breaks(runner.off).minutes(today)
    if minutes is not None and done.moving_time_s > 60 * minutes:
        share = 60 * minutes / done.moving_time_s
        done = _made(today, share * done.distance_m, done.distance_m / done.moving_time_s)
    true_m = done.distance_m
    if chances.glitch < GLITCHES and not done.is_race:
        done = _glitch(done, chances)
    return Recorded(done, _known_on(runner, today, chances), true_m, is_hard)


def own_and_asked_ln(body, workout):
    """Ln m/s over the whole of a session: as its kind is run by this body today, and as planned."""
    own = math.log(SHARES.get(workout.kind, EASY_SHARE)) + body.ln_speed
    return own, math.log(workout.distance_m / workout.duration_s)


def off(runner, today):
    """Whether the runner cannot run at all today, whatever is said of it."""
    return Breaks(runner.off).off(today) is not None


def ill(runner, today):
    return any(one.kind is BreakKind.ILLNESS and one.holds(today) for one in runner.off)


def opinion(runner, plan, today, *, layers, chances):
    """The athlete's layers from today on: mostly as they were, with one more, or one taken back."""
    after = _answered(runner, plan, today, layers, chances)
    if chances.opinion >= runner.habits.opinions:
        return after
    if chances.how < 0.25:
        return _undone(plan, today, after, chances)
    taken = {layer.ident for layer in after}
    coming = [
        day
        for day in plan.days()
        if today < day.day <= today + 8 * DAY
        and day.workout
        and day.status is DayStatus.PLANNED
        and day.workout.workout.kind is not Kind.RACE
        and day.workout.ident not in taken
    ]
    if not coming:
        return after
    one = coming[int(chances.which * len(coming))]
    if chances.how < 0.5:
        said = Layer(LayerKind.SKIP, one.workout.ident, because="no time", on_day=one.day)
        return (*after, said)
    to = plan.on(one.day + (-2, -1, 1, 2)[int(4 * chances.shift)] * DAY)
    if (
        to is None
        or to.status is DayStatus.BREAK
        or to.day <= today
        or to.day.weekday() not in runner.athlete(today).run_weekdays
    ):
        return after
    if to.workout and (to.workout.workout.kind not in GIVES_WAY or to.workout.ident in taken):
        return after
    return (*after, Layer(LayerKind.MOVE, one.workout.ident, to.day, "dragged"))


def _undone(plan, today, layers, chances):
    """One of those that touch neither today nor the past."""
    over, coming = (
        {w.ident for day in days for w in (day.workout, day.set_aside) if w}
        for days in (
            [day for day in plan.days() if day.day <= today],
            [day for day in plan.days() if day.day > today],
        )
    )
    open_still = [layer for layer in layers if layer.ident in coming - over]
    if not open_still:
        return layers
    back = open_still[int(chances.which * len(open_still))]
    return tuple(layer for layer in layers if layer is not back)


def _answered(runner, plan, today, layers, chances):
    """Some say of a day of which nothing is known that they did not run."""
    asked = [d for d in plan.days() if d.status is DayStatus.UNKNOWN and d.workout]
    if not asked or chances.answers >= runner.habits.answers or runner.silent(today):
        return layers
    one = asked[0]
    if any(layer.ident == one.workout.ident for layer in layers):
        return layers
    return (*layers, Layer(LayerKind.SKIP, one.workout.ident, on_day=one.day))


def _raced(runner, body, today, chances):
    day, metres, better = runner.surprise
    goal = next((goal for goal in runner.goals_on(today) if goal.day == today), None)
    if goal is None and day != today:
        return None
    luck = 0.02 * chances.race + (better if goal is None else 0.0)
    metres = goal.distance_m if goal else metres
    return race(today, metres / 1000, race_time_s(body.ln_speed + luck, metres, runner.fade))


def _ran(runner, body, today, *, planned, chances, reluctance):
    habits, noise = runner.habits, 0.03 * chances.speed
    if planned is None or planned.workout is None:
        if chances.extra >= habits.extra:
            return None
        speed = EASY_SHARE * math.exp(body.ln_speed + noise + habits.too_fast_ln)
        return _made(today, 1000 * chances.extra_km, speed)
    workout = planned.workout.workout
    if chances.skips < habits.skips + reluctance or workout.kind is Kind.RACE:
        return None
    own, asked = own_and_asked_ln(body, workout)
    fast = habits.too_fast_ln if workout.kind in EASY_KINDS else 0.0
    share = chances.share if chances.shortens < habits.shortens else 1.0 + 0.4 * noise
    done = _made(today, share * workout.distance_m, math.exp((own + asked) / 2 + fast + noise))
    named = chances.late < 0.8  # some start the watch without the workout
    return replace(done, planned_ident=planned.workout.ident) if named else done


def _made(today, distance_m, speed_m_per_s):
    return run(today, distance_m / 1000, 1000 / speed_m_per_s)


def _glitch(done, chances):
    """The watch told a wrong distance in the same time."""
    metres, pace = chances.glitch_share * done.distance_m, done.moving_time_s / done.distance_m
    wrong = run(done.day, metres / 1000, 1000 * pace / chances.glitch_share)
    return replace(wrong, planned_ident=done.planned_ident)


def _known_on(runner, today, chances):
    last = runner.silent(today)
    if last is not None:
        return last + DAY
    late = 0 if chances.late < 0.88 else 1 if chances.late < 0.97 else 3
    arrives = today + late * DAY
    return (runner.silent(arrives) or arrives - DAY) + DAY
