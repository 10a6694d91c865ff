"""Runs as other devices and services would tell them, and their neighbours: a small benchmark."""

import random

import pytest

from tests.benchmarks.matching import PRECISION, RECALL, judged, missed, rates, rows
from tests.planning.retelling import ABSENT, STREAMS, real_runs, scenes, simulated_runs
from tests.sizes import examples

RUNS = examples(20)


def assert_good(found):
    table = rows(found)
    assert not missed(table), "\n".join(map(str, table))
    assert all(sum(counts.values()) for counts in found.values())


def test_simulated_runs_are_told_apart_and_found_again():
    chance = random.Random(1)
    assert_good(judged(scenes(simulated_runs(chance, RUNS), chance)))


@pytest.mark.skipif(not STREAMS.exists(), reason=ABSENT)
def test_real_runs_are_told_apart_and_found_again():
    chance = random.Random(2)
    assert_good(judged(scenes(chance.sample(real_runs(), k=min(RUNS, 281)), chance)))


def test_what_falls_short_is_noticed():
    found = judged(scenes(simulated_runs(random.Random(3), 2), random.Random(3)))
    kind = next(iter(found))
    found[kind][False, True] += 5
    assert missed(rows(found))
    assert rates(found[kind])[0] < PRECISION
    found[kind][False, True], found[kind][True, False] = 0, 10
    assert missed(rows(found))
    assert rates(found[kind])[1] < RECALL


def test_the_same_seed_tells_the_same():
    one, two = (list(scenes(simulated_runs(c, 1), c)) for c in (random.Random(4), random.Random(4)))
    assert one == two
