"""What volume, breaks and the taper bring to forecasts, with what was really run for the plan.

Real efforts, each foretold from some weeks before by weights fitted on the other runners; then with
each effect of `planning.goals.drift` as if what was run until the day had been the plan. A forecast
made before knows less than that. `n` counts the efforts that an effect is said of; errors are the
mean in % of the time, the bias below 0 is too fast, the range should hold four of five.
"""

import math
from datetime import timedelta

import numpy as np

from planning.backtest import backtest
from planning.goals.drift import BREAK, TAPER, VOLUME, Running, drift, running_of
from planning.goals.goal import Goal, GoalKind, Priority
from tests.benchmarks.calibration import ABSENT, DATA
from worker.backtesting import Log

WEEKS = (0, 4, 8, 12, 16, 26)
EFFECTS = {"none": (), VOLUME: (VOLUME,), BREAK: (BREAK,), TAPER: (TAPER,)}
ALL = "all"
NO_WORSE = 0.05  # points


def run():
    if not DATA.exists():
        return [{"weeks": f"skipped: {ABSENT}"}]
    return rows(Log.read(DATA / "runs.csv", DATA / "efforts.csv"))


def missed(table):
    """Whether all of it together makes a forecast worse than none of it."""
    return any(
        row["with"] == ALL and float(row["error"]) > float(row["without"]) + NO_WORSE
        for row in table[1:]
    )


def rows(log):
    weights, signs = log.weights_without_each(), log.signs_without_each()
    table = []
    for weeks in WEEKS:
        told = backtest(log.runs, log.efforts, weeks_ahead=weeks, weights=weights, signs=signs)
        found = [drift(*as_it_was_run(log, one.effort, weeks)) for one in told]
        without = None
        for name, names in (EFFECTS | {ALL: (VOLUME, BREAK, TAPER)}).items():
            counted = [[one for one in effects if one.what in names] for effects in found]
            row = _row(weeks, name, told, counted)
            without = without or row["error"]
            table.append(row | {"without": without})
    return table


def as_it_was_run(log, effort, weeks):
    """The effort as an A race, and what was run before it as if it had been planned."""
    race = Goal("", GoalKind.TIME, Priority.A, effort.day, effort.distance_m, 1.0)
    eve = effort.day - timedelta(days=1)
    today = eve - timedelta(weeks=weeks)
    ran = running_of(log.runs[effort.athlete], None, today=eve)
    return race, Running(ran.metres, today, today, eve)


def _row(weeks, name, told, counted):
    under = [one.plain.under(effects) for one, effects in zip(told, counted, strict=True)]
    times = [one.effort.time_s for one in told]
    off = np.array([math.log(p.median_s / t) for p, t in zip(under, times, strict=True)])
    held = [p.quantile_s(0.1) <= t <= p.quantile_s(0.9) for p, t in zip(under, times, strict=True)]
    return {
        "weeks": weeks,
        "with": name,
        "n": sum(bool(effects) for effects in counted) if name != "none" else len(told),
        "error": f"{100 * np.abs(np.expm1(off)).mean():.2f}",
        "bias": f"{100 * off.mean():+.2f}",
        "in range %": f"{100 * np.mean(held):.0f}",
    }
