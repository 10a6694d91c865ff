"""How long a plan takes, over 300 athletes and goals of the grid, in ms of the processor.

`as stored` has days for four weeks, `every day` has them to the last goal, `estimate` is what reads
the runs beforehand, `lint` checks every day. The target: the median of a plan is at most 50 ms. The
ceiling beside it is a bare loop of Python over the planned days of the same plans, copied once each.
"""

import copy
import statistics
import time

from planning.fitness.ability import estimate
from planning.schedule.lint import lint
from tests.planning.schedule.grid import WHOLE, case

CASES, TARGET_MS = 300, 50.0


def run():
    took = {"as stored": [], "every day": [], "estimate": [], "lint": [], "copied days": []}
    for number in range(0, WHOLE, WHOLE // CASES):
        one = case(number)
        fitness = timed(took["estimate"], lambda one=one: estimate(one.activities, one.today))
        assert fitness is not None
        one.plan(laid_out_weeks=1)  # runs and estimate of the case are kept from here on
        timed(took["as stored"], lambda one=one: one.plan(laid_out_weeks=4))
        plan = timed(took["every day"], one.plan)
        known = {"athlete": one.athlete, "goals": one.goals, "activities": one.activities}
        timed(took["lint"], lambda p=plan, k=known, one=one: lint(p, today=one.today, **k))
        timed(took["copied days"], lambda p=plan: [copy.copy(day) for day in p.days()])
    return [row(what, values) for what, values in took.items()]


def timed(into, work):
    began = time.process_time()
    result = work()
    into.append(1000 * (time.process_time() - began))
    return result


def row(what, values):
    cuts = statistics.quantiles(values, n=20)
    target = TARGET_MS if what in {"as stored", "every day"} else None
    return {
        "what": what,
        "median ms": round(statistics.median(values), 2),
        "95 % ms": round(cuts[-1], 2),
        "most ms": round(max(values), 2),
        "target": "" if target is None else f"{target:.0f}",
    }


def missed(rows):
    return any(row["target"] and row["median ms"] > TARGET_MS for row in rows)
