"""Copies of one run found, and copies of two told apart.

Real runs, second by second, as other devices and services would tell them, and with the neighbours
they are mistaken for. A pair is two copies that one run could have (of different accounts, of one
scene of a few days); `wrong` were joined and are two. Precision: of the pairs that were joined, those of one run. Recall: of the
pairs of one run, those that were joined. What nobody could tell (a clock wrong by an hour, a hidden
start on a day of two equal runs) stands in brackets, and what of it is missed does not count in all.
"""

import os
import random
from collections import Counter, defaultdict
from itertools import combinations

from planning.records import activities_of
from tests.planning.retelling import ABSENT, STREAMS, real_runs, scenes

SEED = int(os.environ.get("GOALWARD_SEED", "20261123"))
ROUNDS = int(os.environ.get("GOALWARD_BENCH_ROUNDS", "3"))
PRECISION, RECALL = 0.999, 0.995
BESIDE = "(beside)"


def run():
    """Rows for the table."""
    if not STREAMS.exists():
        return [{"kind": f"skipped: {ABSENT}"}]
    return rows(judged(scenes(real_runs(), random.Random(SEED), rounds=ROUNDS)))


def judged(told):
    """Pairs by kind of scene: how many were rightly and wrongly joined and left apart."""
    told = list(told)
    seen = [copy.seen for scene in told for copy in scene.copies]
    cluster = {key: activity.id for activity in activities_of(seen) for key in activity.sources}
    found = defaultdict(Counter)
    for scene in told:
        for one, two in combinations(scene.copies, 2):
            if one.seen.record.source == two.seen.record.source:
                continue
            is_one = one.truth == two.truth
            joined = cluster[one.seen.key] == cluster[two.seen.key]
            kind = scene.kind if scene.is_told_apart else f"{BESIDE} {scene.kind}"
            found[kind][is_one, joined] += 1
    return found


def rates(counts):
    """Precision and recall; 1.0 of nothing."""
    right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    return (
        right / (right + wrong) if right + wrong else 1.0,
        right / (right + missed) if right + missed else 1.0,
    )


def rows(found):
    everything = sum(found.values(), Counter())
    for kind, counts in found.items():
        everything[True, False] -= counts[True, False] if kind.startswith(BESIDE) else 0
    return [
        *(_row(kind, counts) for kind, counts in found.items()),
        _row(f"all, seed {SEED}", everything),
        {"kind": "target", "pairs": "", "one run": "", "wrong": "", "missed": ""}
        | {"precision": f">= {PRECISION}", "recall": f">= {RECALL}"},
    ]


def missed(table):
    """Whether the row of all falls short."""
    rate = [float(table[-2][column]) for column in ("precision", "recall")] if table[1:] else []
    return bool(rate) and (rate[0] < PRECISION or rate[1] < RECALL)


def _row(kind, counts):
    precision, recall = rates(counts)
    return {
        "kind": kind,
        "pairs": sum(counts.values()),
        "one run": counts[True, True] + counts[True, False],
        "wrong": counts[False, True],
        "missed": counts[True, False],
        "precision": f"{precision:.5f}",
        "recall": f"{recall:.5f}",
    }
