"""Verdicts beside what was run; habits beside what was kept up.

`run`: for every half and marathon of the logs the assessment as it was 12 weeks before, by weights
fitted on the other runners, with the time that was then run as the goal. If chances mean what they
say, a fifth of the times run were foretold as conservative, and so on (`should be %`; within 12
points). `goals`: seven goals from 6 % faster to 6 % slower than each forecast; of all with one
verdict, the chance foretold beside how many were reached, in the 95 % range of 2,000 draws of
athletes. `habit`: 2 to 5 days of running a week, four weeks in five, for 12 weeks, from the weeks
before, by the chance foretold. `tells`: by how much an effort was off, in its own spreads, beside
how much a later one was off what was foretold of it on the same eve: the factor of
`deciding.telling`, as it is used and as it is here, with a 90 % range. These runners had not set
themselves any of it.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from planning.fitness.career import Career
from planning.fitness.prediction import predict
from planning.goals.adherence import adherence
from planning.goals.deciding import TELLS, telling
from planning.goals.goal import HALF_M, Goal, GoalKind, Priority
from planning.goals.status import Verdict
from planning.goals.trajectory import forecast
from tests.benchmarks.calibration import ABSENT, DATA, DRAWS, GOALS, SEED, range_of_reached
from worker.backtesting import Log

WEEKS = 12
SHOULD_BE = dict(zip(Verdict, (20.0, 30.0, 30.0, 15.0, 5.0), strict=True))
MOST_OFF = 12.0  # points
DAYS_A_WEEK, HABIT_WEEKS, EVERY_DAYS, FIFTHS = (2, 3, 4, 5), 12, 42, 5
MOST_HABIT_OFF = 12.0
LEAST_DAYS, MOST_DAYS, FURTHEST_OFF = 10, 112, 3.0


@dataclass(frozen=True)
class Told:
    athlete: str
    effort: int
    chance: float
    reached: bool


def run():
    if not DATA.exists():
        return [{"of": f"skipped: {ABSENT}"}]
    log = Log.read(DATA / "runs.csv", DATA / "efforts.csv")
    return [*verdict_rows(log), *habit_rows(log), telling_row(log)]


def missed(table):
    """Shares of verdicts too far off, or a mean chance outside the range of what was reached."""
    return any(row.get("holds") == "no" for row in table)


def verdict_rows(log):
    as_run, stated, unknown = defaultdict(int), defaultdict(list), 0
    for number, (effort, assessed) in enumerate(_assessed(log)):
        said = assessed(effort.time_s)
        if said.verdict is None:
            unknown += 1
            continue
        as_run[said.verdict] += 1
        for share in GOALS:
            target_s = share * said.median_s
            told = assessed(target_s)
            reached = effort.time_s <= target_s
            stated[told.verdict].append(Told(effort.athlete, number, told.probability, reached))
    return [
        *(_run_row(verdict, as_run) for verdict in Verdict),
        *(_row("goals", verdict.value, stated[verdict]) for verdict in Verdict if stated[verdict]),
        _blank("run", "unknown") | {"n": unknown},
    ]


def habit_rows(log):
    by_fifth = defaultdict(list)
    for told in _habits(log):
        by_fifth[min(int(told.chance * FIFTHS), FIFTHS - 1)].append(told)
    return [
        _row("habit", f"{100 * fifth // FIFTHS}-{100 * (fifth + 1) // FIFTHS} %", by_fifth[fifth])
        for fifth in sorted(by_fifth)
    ]


def telling_row(log):
    """What is off grows with what was off before: least squares over pairs of efforts."""
    athletes, factors, first, second = zip(*_pairs(log), strict=True)
    along = np.array(factors) * np.clip(first, -FURTHEST_OFF, FURTHEST_OFF)
    off = np.clip(second, -FURTHEST_OFF, FURTHEST_OFF)
    names, who = np.unique(athletes, return_inverse=True)
    shared, squared = np.bincount(who, along * off), np.bincount(who, along**2)
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    low, high = np.quantile(shared[drawn].sum(1) / squared[drawn].sum(1), (0.05, 0.95))
    return _blank("tells", "factor") | {
        "n": len(off),
        "athletes": len(names),
        "should be %": f"{100 * TELLS:.0f}",
        "is %": f"{100 * shared.sum() / squared.sum():.1f}",
        "range": f"{100 * low:.0f}-{100 * high:.0f}",
        "holds": "yes" if low <= TELLS <= high else "no",
    }


def _pairs(log):
    weights, signs = log.weights_without_each(), log.signs_without_each()
    for athlete, runs in log.runs.items():
        career = Career.of(runs, weights=weights[athlete], signs=signs[athlete])
        efforts = [effort for effort in log.efforts if effort.athlete == athlete]
        for one in efforts:
            eve = career.fitness_on(one.day - timedelta(days=1))
            for later in efforts:
                days = (later.day - one.day).days
                if LEAST_DAYS <= days <= MOST_DAYS:
                    factor = telling(one.distance_m, later.distance_m, days / 7) / TELLS
                    yield athlete, factor, _off(eve, one, 0.0), _off(eve, later, days / 7)


def _off(fitness, effort, weeks):
    told = predict(fitness, effort.distance_m, weeks_ahead=weeks, even_if_thin=True)
    return math.log(effort.time_s / told.median_s) / told.sd_ln


def _assessed(log):
    """Every half and marathon, and what is said of a goal over it 12 weeks before its eve."""
    weights, signs = log.weights_without_each(), log.signs_without_each()
    for athlete, runs in log.runs.items():
        efforts = [e for e in log.efforts if e.athlete == athlete and e.distance_m > 0.98 * HALF_M]
        career = Career.of(runs, weights=weights[athlete], signs=signs[athlete])
        for effort in efforts:
            today = effort.day - timedelta(days=1, weeks=WEEKS)
            yield effort, _assessing(effort, career.fitness_on(today), _until(runs, today), today)


def _assessing(effort, fitness, known, today):
    def assessed(target_s):
        kind, distance_m = GoalKind.TIME, effort.distance_m
        goal = Goal("", kind, Priority.A, effort.day, distance_m, target_s, stated_on=today)
        return forecast(goal, fitness=fitness, activities=known, today=today)

    return assessed


def _habits(log):
    for athlete, runs in log.runs.items():
        first, last = runs[0].day + timedelta(weeks=8), runs[-1].day - timedelta(weeks=HABIT_WEEKS)
        for number in range(0, (last - first).days, EVERY_DAYS):
            today = first + timedelta(days=number)
            until = today + timedelta(weeks=HABIT_WEEKS)
            near = [run for run in runs if today - timedelta(weeks=30) <= run.day < until]
            known = _until(near, today - timedelta(days=1))
            for days in DAYS_A_WEEK:
                kind, day = GoalKind.HEALTH, until - timedelta(days=1)
                goal = Goal("", kind, Priority.A, day, None, runs_per_week=days, from_day=today)
                told = adherence(goal, known, today)
                if told.enough_known:
                    kept_up = adherence(goal, near, until).kept_up
                    yield Told(athlete, number, told.probability, kept_up)


def _until(runs, day):
    return tuple(run for run in runs if run.day <= day)


def _run_row(verdict, counts):
    share, should_be = 100 * counts[verdict] / sum(counts.values()), SHOULD_BE[verdict]
    return _blank("run", verdict.value) | {
        "n": counts[verdict],
        "should be %": f"{should_be:.0f}",
        "is %": f"{share:.1f}",
        "holds": "yes" if abs(share - should_be) <= MOST_OFF else "no",
    }


def _row(of, what, found):
    chance, reached = (
        100 * float(np.mean(values))
        for values in ([told.chance for told in found], [told.reached for told in found])
    )
    low, high = (100 * end for end in range_of_reached(found))
    near = low <= chance <= high
    if of == "habit":
        near = abs(chance - reached) <= MOST_HABIT_OFF
    return _blank(of, what) | {
        "n": len(found),
        "athletes": len({told.athlete for told in found}),
        "should be %": f"{chance:.1f}",
        "is %": f"{reached:.1f}",
        "range": f"{low:.0f}-{high:.0f}",
        "holds": "yes" if near else "no",
    }


def _blank(of, what):
    columns = ("of", "what", "n", "athletes", "should be %", "is %", "range", "holds")
    return dict.fromkeys(columns, "") | {"of": of, "what": what}
