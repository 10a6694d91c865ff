"""From webhook to calendar, when idle: seconds until the watch calendar equals the new plan.

One `goalward up` on SQLite in a process of its own, the simulated services without delay in
another. Each run of a simulated month is announced by Strava's webhook; its original file is polled
from Garmin, decoded, the plan worked out, the calendar looked through and written where it differs.
The clock starts when the webhook is on disk and stops when nothing is owed any more. `planned` runs
leave the calendar as it is; after a `race` most of the fortnight is rewritten, entry by entry, each
read back.
"""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from planning.schedule.plan import DayStatus
from tests.across.life import EMBEDDED, settle_in, worker_and_trial
from worker.trial import FIRST_DAY

DAYS = 40
RACE_EVERY = 10
TARGET_P50_S, TARGET_P99_S = 0.25, 1.0


def run():
    took = {"planned": [], "race": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        worker_and_trial(EMBEDDED, Path(folder), weeks=26) as (_, trial),
    ):
        settle_in(trial)
        for number in range(DAYS):
            _live(trial, FIRST_DAY + timedelta(days=number), number, took)
    every = took["planned"] + took["race"]
    return [_row(name, times) for name, times in (*took.items(), ("all", every))]


def _live(trial, day, number, took):
    if day > trial.today():
        trial.wake_up_on(day)
        trial.settle()
        time.sleep(0.3)  # noqa: TID251  # idle: the ticks of the new day are over
    planned = trial.outcome().plan.on(day)
    if number % RACE_EVERY == RACE_EVERY - 1:
        faster = 0.03 if number % (2 * RACE_EVERY) == RACE_EVERY - 1 else -0.02
        how = {"kind": "race", "distance_m": 10_000.0, "faster_by": faster}
    elif planned and planned.workout and planned.status is DayStatus.PLANNED:
        how = {"kind": "planned"}
    else:
        return
    before = trial.activities()
    trial.run(day, **how)
    trial.settle(after=lambda: trial.activities() > before)
    ended = trial.runtime.clock.machine_now()
    took[how["kind"]].append((ended - trial.last_arrival_at()).total_seconds())


def _row(name, times):
    ordered = sorted(times)
    p50 = statistics.median(ordered)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    row = {
        "runs": name,
        "n": len(ordered),
        "p50 s": f"{p50:.3f}",
        "p99 s": f"{p99:.3f}",
        "fastest s": f"{ordered[0]:.3f}",
    }
    if name == "all":
        held = p50 <= TARGET_P50_S and p99 <= TARGET_P99_S
        row["target"] = f"p50 {TARGET_P50_S}, p99 {TARGET_P99_S}: {'held' if held else 'MISSED'}"
    else:
        row["target"] = ""
    return row
