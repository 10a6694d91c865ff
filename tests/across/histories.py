"""Random seasons lived over HTTP, through the real client libraries, with faults; and read plainly.

A history is a runner whose runs stand at three services, at times also in a folder. They are run,
renamed, edited, hidden, deleted, uploaded late; word of it comes doubled, delayed, in any order or
never; the services fail in all their ways; the athlete rules on copies. Goalward lives through it
with several workers. When it is over, and everything has been looked through once more, it must
believe to the bit what a fresh installation believes that reads the same accounts once, in peace.

`python -m tests.across.histories --seeds 1-25` runs these, `--seeds 17` one that failed. The seed
decides everything but in which order threads come to be served: where that mattered, run it again.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.across.accounts import PARTNER, Passing, home, services, told, told_at
from tests.across.seasons import Season
from tests.servers import migrated_sqlite
from worker.web.doors import address

DAYS = 12


@dataclass(frozen=True)
class Lived:
    """What came of one history. `differing` is empty when all is well."""

    seed: int
    days: int
    differing: dict
    activities: int
    happened: Counter
    unsettled: bool  # before it had been looked through once more, it did not believe this yet
    took_s: float
    cpu_s: float


def lived(seed, folder, template, *, days=DAYS):
    """One history and its plain reading, compared."""
    chance, clock, began = random.Random(f"http {seed}"), Passing(), time.monotonic()
    cpu_began = time.process_time()
    with services(clock, chance, folder / "runs") as there:
        with home(there, clock, folder / "lived", template) as made:
            season = Season(made, chance)
            with told(made):  # the programme tells of everything once more every day: that takes
                season.live(days // 2 if there.garmin == PARTNER else days)
            before = made.believed(made.life.today)
            season.end()
            found, said = made.believed(made.life.today), made.said()
        expected = plainly(there, clock, folder / "plain", template, said=said)
    season.happened["withheld"] = len(expected["withheld"])
    differing = {
        what: (_only(found[what], expected[what]), _only(expected[what], found[what]))
        for what in expected
        if found[what] != expected[what]
    }
    took = time.monotonic() - began, time.process_time() - cpu_began
    number, unsettled = len(expected["activities"]), before["copies"] != expected["copies"]
    return Lived(seed, days, differing, number, season.happened, unsettled, *took)


def plainly(there, clock, folder, template, *, said):
    """What a new installation believes that reads everything once, and hears the same rulings."""
    with home(there, clock, folder, template) as fresh:
        fresh.poll("plainly")
        told_at(there, address(fresh.runtime, PARTNER))
        if there.garmin == PARTNER:
            for run in there.control.dump()["activities"]:
                kinds = ["activities", *([] if run["is_manual"] else ["activityFiles"])]
                there.control.post("partner/announce", id=run["garmin_id"], kinds=kinds)
        fresh.settle()
        fresh.rule(said)
        return fresh.believed(fresh.life.today)


def _only(these, those):
    missing = Counter(these) - Counter(those)
    return list(missing.elements())


# -- many ---------------------------------------------------------------------------------------------------


def told_of(one):
    """For people: what differs, and how to see it again."""
    again = f"python -m tests.across.histories --seeds {one.seed} --days {one.days}"
    lines = [f"history {one.seed} differs; again: {again}"]
    for what, (found, expected) in one.differing.items():
        lines += [f"  {what}: {len(found)} lived, {len(expected)} plainly"]
        if what == "copies":
            mine, theirs = _by_key(found), _by_key(expected)
            for key in sorted(mine | theirs):
                lines += [f"    {key}: {each}" for each in _unlike(mine.get(key), theirs.get(key))]
        if what == "withheld":
            lines += [f"    lived {each}" for each in found]
            lines += [f"    plainly {each}" for each in expected]
    return "\n".join(lines)


def _by_key(copies):
    told = [json.loads(each) for each in copies]
    return {f"{one['record']['source']}:{one['record']['external_id']}": one for one in told}


def _unlike(mine, theirs):
    if mine is None or theirs is None:
        return ["only lived" if mine else "only plainly"]
    return [
        f"{name} lived {mine['record'].get(name)}, plainly {theirs['record'].get(name)}"
        for name in sorted(mine["record"] | theirs["record"])
        if mine["record"].get(name) != theirs["record"].get(name)
    ] or [f"{name} differs" for name in mine if mine[name] != theirs.get(name)]


def seeds_in(text):
    """`3`, `1-25` or `1,5,9`."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="1-3")
    ask.add_argument("--days", type=int, default=DAYS)
    given = ask.parse_args()
    failed, number, happened, activities = 0, 0, Counter(), 0
    with tempfile.TemporaryDirectory() as kept:
        template = migrated_sqlite(Path(kept) / "template.db")
        for seed in seeds_in(given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                one = lived(seed, Path(folder), template, days=given.days)
            number, failed = number + 1, failed + bool(one.differing)
            happened, activities = happened + one.happened, activities + one.activities
            if one.differing:
                print(told_of(one), flush=True)
            else:
                print(
                    f"history {seed}: {one.activities} activities, {one.took_s:.1f} s, {one.cpu_s:.1f} of CPU",
                    flush=True,
                )
    what = ", ".join(f"{count} {name}" for name, count in sorted(happened.items()))
    print(what)
    print(f"{number - failed} of {number} histories the same, {activities} activities")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
