"""Chances of goals beside how often they were reached.

Real efforts, each foretold from 0, 8 and 16 weeks before by weights fitted on the other runners.
Goals are set from 6 % faster to 6 % slower than each forecast; of all goals with about the same
chance it is counted how many were reached. `error` is the difference in points; the range of what
was reached is the 95 % range of 2,000 draws of athletes, for the goals of one athlete hang together.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planning.backtest import backtest
from worker.backtesting import Log

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "runs"
ABSENT = f"no logs of real runners at {DATA}"
WEEKS = (0, 8, 16)
GOALS = tuple(1.0 + percent / 100.0 for percent in range(-6, 7, 2))
MOST_ERROR, ENOUGH = 4.0, 100
DRAWS, SEED = 2_000, 20261123


@dataclass(frozen=True)
class Goal:
    athlete: str
    effort: int
    chance: float
    reached: bool


def run():
    if not DATA.exists():
        return [{"chance": f"skipped: {ABSENT}"}]
    return rows(list(goals(Log.read(DATA / "runs.csv", DATA / "efforts.csv"))))


def goals(log):
    weights, signs = log.weights_without_each(), log.signs_without_each()
    for weeks in WEEKS:
        told = backtest(log.runs, log.efforts, weeks_ahead=weeks, weights=weights, signs=signs)
        for number, one in enumerate(told):
            for share in GOALS:
                target_s = share * one.expected.median_s
                chance = one.expected.probability_of(target_s)
                yield Goal(one.effort.athlete, number, chance, one.effort.time_s <= target_s)


def rows(stated):
    by_decile = defaultdict(list)
    for goal in stated:
        by_decile[min(int(goal.chance * 10), 9)].append(goal)
    table = [_row(decile, by_decile[decile]) for decile in sorted(by_decile)]
    weight = [row["goals"] for row in table]
    error = np.average([abs(float(row["error"])) for row in table], weights=weight)
    last = dict.fromkeys(table[0], "")
    return [
        *table,
        last
        | {"chance": f"all, at most {MOST_ERROR}", "goals": len(stated), "error": f"{error:.1f}"},
    ]


def missed(table):
    """On the whole, or in a tenth that many efforts tell of."""
    if not table[1:]:
        return False
    outside = [row for row in table[:-1] if row["efforts"] >= ENOUGH and row["inside"] == "no"]
    return float(table[-1]["error"]) > MOST_ERROR or bool(outside)


def range_of_reached(found):
    """Of the share that was reached, when athletes are drawn again."""
    athletes = sorted({goal.athlete for goal in found})
    of = {name: [goal.reached for goal in found if goal.athlete == name] for name in athletes}
    reached = np.array([sum(of[name]) for name in athletes], dtype=float)
    number = np.array([len(of[name]) for name in athletes], dtype=float)
    drawn = np.random.default_rng(SEED).integers(0, len(athletes), (DRAWS, len(athletes)))
    return np.quantile(reached[drawn].sum(axis=1) / number[drawn].sum(axis=1), (0.025, 0.975))


def _row(decile, found):
    chance = np.mean([goal.chance for goal in found])
    low, high = range_of_reached(found)
    return {
        "chance": f"{10 * decile}-{10 * decile + 10} %",
        "goals": len(found),
        "efforts": len({goal.effort for goal in found}),
        "foretold %": f"{100 * chance:.1f}",
        "reached %": f"{100 * np.mean([goal.reached for goal in found]):.1f}",
        "95 % range": f"{100 * low:.0f}-{100 * high:.0f}",
        "inside": "yes" if low <= chance <= high else "no",
        "error": f"{100 * (chance - np.mean([goal.reached for goal in found])):+.1f}",
    }
