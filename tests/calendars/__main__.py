"""`python -m tests.calendars SERVICE (--seeds=1-100 | --crashes=1-5)`: histories of one calendar.

Stops at the first history that breaks the promise and names its seed; else the last line counts.
"""

import argparse
import sys
import time
from contextlib import contextmanager

from tests.calendars.histories import Counts, by_chance, crashed_at
from tests.calendars.lives import place
from tests.calendars.on_garmin import OnGarmin
from tests.calendars.on_intervals import OnIntervals
from tests.calendars.on_workout_files import OnWorkoutFiles

SIDES = {side.name: side for side in (OnGarmin, OnIntervals, OnWorkoutFiles)}


def random_ones(side, seeds, counts):
    with place() as where:
        for seed in seeds:
            told = f"{side} --seeds={seed}-{seed}"
            with where.life(SIDES[side]()) as lived, telling(told):
                by_chance(lived, seed, counts)


def crashed_ones(side, seeds, counts, every=1):
    """At every remote call and every commit; with `every`, at every so many."""
    with place() as where:
        for seed in seeds:
            touch, crashes = 1 + seed % every, True
            while crashes:
                told = f"{side} --crashes={seed}-{seed}, touch {touch}"
                with where.life(SIDES[side]()) as lived, telling(told):
                    crashes = crashed_at(lived, seed, touch, counts)
                touch += every


@contextmanager
def telling(name):
    try:
        yield
    except Exception as error:
        error.add_note(f"found by: python -m tests.calendars {name}")
        raise


def main(given):
    parser = argparse.ArgumentParser(prog="python -m tests.calendars", description=__doc__)
    parser.add_argument("service", choices=SIDES)
    parser.add_argument("--seeds", help="FIRST-LAST: histories by chance")
    parser.add_argument("--crashes", help="FIRST-LAST: calm histories, crashed at every touch")
    asked = parser.parse_args(given)
    began, counts = time.monotonic(), Counts()
    for way, seeds in ((random_ones, asked.seeds), (crashed_ones, asked.crashes)):
        if seeds:
            first, _, last = seeds.partition("-")
            way(asked.service, range(int(first), int(last or first) + 1), counts)
    each = (time.monotonic() - began) / max(1, counts.histories)
    print(f"{asked.service}: {counts}; {each:.2f} s each")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
