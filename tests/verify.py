"""`python -m tests.verify [PART]`: the long proofs at full size, on both cores.

A part is a list of shards; each runs in a process of its own and leaves its result in `.verify/`,
under the state of the source it was run on. So an interrupted run goes on where it stopped, and a
changed line makes everything new. Prints one table a part and ends with 'N passed, N failed'.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.across.faults import FAULTS
from tests.calendars.__main__ import SIDES
from tests.seasons.paired import report

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".verify"
SOURCES = ("planning", "connectors", "worker", "tests")
CORES = 2
AT_ONCE = {
    "sources": 5,
    "months": 3,
    "kills": 3,
}  # shards that wait for services more than they compute
LONGEST_S = 1800


@dataclass(frozen=True)
class Shard:
    """`command` passes with exit status 0; what it prints last is what the table shows."""

    name: str
    what: str
    command: tuple[str, ...]
    environ: tuple[tuple[str, str], ...] = ()


def tests(name, what, *nodes, examples, seed):
    environ = (("GOALWARD_EXAMPLES", str(examples)), ("GOALWARD_SEED", str(seed)))
    pytest = ("-m", "pytest", "-q", "-p", "no:randomly", f"--hypothesis-seed={seed}", *nodes)
    return Shard(name, f"{what}, seed {seed}", pytest, environ)


def reconciliation():
    """The calendar decided by three views, in a hostile world, with crashes at every step."""
    machine = "tests/planning/test_calendar_machine.py"
    return [
        tests(f"machine-{seed}", "1000 histories", machine, examples=1000, seed=seed)
        for seed in range(1, 7)
    ]


def calendars():
    """A real calendar over HTTP in a hostile world: by chance, and crashed at every touch."""
    run, step = ("-m", "tests.calendars"), 250
    chance = [f"{first}-{first + step - 1}" for first in range(1, 2001, step)]
    crashed = [f"{first}-{first + 4}" for first in range(1, 21, 5)]
    return [
        *(
            Shard(f"{side}-{seeds}", f"{step} histories", (*run, side, f"--seeds={seeds}"))
            for side in SIDES
            for seeds in chance
        ),
        *(
            Shard(
                f"{side}-crashed-{seeds}",
                "5 histories, at every call and commit",
                (*run, side, f"--crashes={seeds}"),
            )
            for side in SIDES
            for seeds in crashed
        ),
    ]


def outbox():
    """Work owed: duplicates, a flushed broker, crashes, on both databases."""
    machine = "tests/worker/test_outbox_machine.py"
    return [
        tests(f"machine-{seed}", "500 histories on each database", machine, examples=500, seed=seed)
        for seed in range(1, 5)
    ]


def histories():
    """Seasons told by three services in any order: the same to the bit, in the database too."""
    file = "tests/planning/test_histories.py"
    return [
        tests(f"seasons-{seed}", "250 histories", file, examples=250, seed=seed)
        for seed in range(1, 9)
    ]


def sources():
    """Three services by their real clients, with faults: the same to the bit as read in peace."""
    run, step = ("-m", "tests.across.histories"), 20
    shards = [f"{first}-{first + step - 1}" for first in range(1, 201, step)]
    return [
        Shard(f"seeds-{seeds}", f"{step} histories over HTTP", (*run, f"--seeds={seeds}"))
        for seeds in shards
    ]


def mutations():
    """Every line of the decisions, broken one at a time: a test must notice."""
    return [Shard("all", "every listed mutation", ("-m", "tests.mutations"))]


def kills():
    """The worker killed a hundred times in each set-up, with three calendars: the end is the same."""
    run = ("-m", "tests.across.kills")
    return [
        Shard(f"{set_up}-{seed}", "20 kills", (*run, set_up, "--kills=20", f"--seed={seed}"))
        for set_up in ("embedded", "apart")
        for seed in range(11, 16)
    ]


def months():
    """A month with each fault of each source: limits, losses, and what a person sees and hears."""
    pytest = ("-m", "pytest", "-q", "-p", "no:randomly", "tests/across/test_months.py")
    return [
        Shard(name, ", ".join(fault.sources), pytest, (("GOALWARD_MONTHS", name),))
        for name, fault in FAULTS.items()
    ]


def properties():
    """Every other property, with fifty times the cases of `make test`."""
    files = {
        "records": ("tests/planning/test_records.py", 2000),
        "rulings": ("tests/planning/test_rulings.py", 2000),
        "retold": ("tests/planning/test_records_retold.py", 281),
        "replan": ("tests/planning/test_replan.py", 300),
        "ability": ("tests/planning/fitness/test_ability.py", 400),
        "trajectory": ("tests/planning/goals/test_trajectory.py", 800),
        "course": ("tests/planning/goals/test_course.py", 2000),
        "drift": ("tests/planning/goals/test_drift.py", 2000),
        "inbox": ("tests/worker/test_inbox.py", 500),
        "order": ("tests/worker/test_order.py", 200),
        "damage": ("tests/connectors/files/test_damage.py", 3000),
        "workouts": ("tests/connectors/garmin/test_workouts.py", 3000),
        "round-trips": ("tests/connectors/test_round_trips.py", 2000),
        "pruning": ("tests/worker/test_pruning_templates.py", 52),
    }
    return [
        tests(name, f"{size} cases", file, examples=size, seed=1)
        for name, (file, size) in files.items()
    ]


def plans():
    """6,000 athletes and goals: lawful and worth following; and seasons lived day by day."""
    grid = "tests/planning/schedule/test_grid.py"
    worth = "tests/planning/schedule/test_worth.py"
    seasons = "tests/planning/schedule/test_seasons.py"
    first = "tests/planning/schedule/test_first_weeks.py"
    return [
        *(
            tests(f"worth-{seed}", "500 athletes and goals", worth, examples=500, seed=seed)
            for seed in range(1, 13)
        ),
        tests("grid", "every day of the week", grid, examples=1, seed=1),
        tests("seasons", "40 seasons of each kind", seasons, examples=40, seed=1),
        tests("first-weeks", "500 lives of who has just begun", first, examples=500, seed=1),
    ]


def seasons():
    """1,000 simulated runners, each lived day by day: nothing a runner trusts in is broken."""
    run, step = ("-m", "tests.seasons"), 125
    shards = [f"{first}-{first + step - 1}" for first in range(1, 1001, step)]
    return [
        Shard(f"seeds-{seeds}", f"{step} seasons", (*run, f"--seeds={seeds}")) for seeds in shards
    ]


def whole():
    """12 of the runners through the whole worker: database, connectors, services, calendar."""
    run = ("-m", "tests.seasons.worker")
    shards = {"1-2": (), "3-4": (), "5-6": (), "7-8": ("--postgres",), "9-10": (), "11-12": ()}
    return [
        Shard(f"seeds-{seeds}", "2 seasons", (*run, f"--seeds={seeds}", *how))
        for seeds, how in shards.items()
    ]


def paired():
    """300 seasons lived by four policies: does adapting help? The table is at the end."""
    run, step = ("-m", "tests.seasons.paired", "--lines"), 25
    shards = [f"{first}-{first + step - 1}" for first in range(1, 301, step)]
    return [
        Shard(f"seeds-{seeds}", f"{step} seasons each", (*run, f"--seeds={seeds}"))
        for seeds in shards
    ]


PARTS = {
    part.__name__: part
    for part in (
        reconciliation,
        calendars,
        outbox,
        histories,
        months,
        sources,
        mutations,
        kills,
        plans,
        seasons,
        whole,
        paired,
        properties,
    )
}
REPORTS = {"paired": report}  # what a part tells of all that its shards printed


def main(wanted):
    console = Console(highlight=False)
    if unknown := [name for name in wanted if name not in PARTS]:
        console.print(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
        return 2
    state, passed, failed = _state_of_the_source(), 0, 0
    for name in wanted or PARTS:
        results = _run(name, PARTS[name](), state, console)
        console.print(_table(name, PARTS[name].__doc__, results))
        if name in REPORTS:
            lines = (line for result in results for line in result["tail"].splitlines())
            console.print("\n".join(REPORTS[name](lines)), markup=False, soft_wrap=True)
        for result in results:
            if not result["passed"]:
                console.print(f"--- {name} {result['name']}\n{result['tail']}", markup=False)
        passed += sum(result["passed"] for result in results)
        failed += sum(not result["passed"] for result in results)
    console.print(f"{passed} passed, {failed} failed", highlight=False)
    return 1 if failed else 0


def _run(part, shards, state, console):
    with ThreadPoolExecutor(AT_ONCE.get(part, CORES)) as pool:
        waiting = {pool.submit(_shard, part, shard, state): shard for shard in shards}
        for done in as_completed(waiting):
            result = done.result()
            verdict = "passed" if result["passed"] else "FAILED"
            again = " (from an earlier run)" if result["again"] else ""
            took = f"{result['took_s']:.0f} s"
            console.print(f"{part} {waiting[done].name}: {verdict}, {took}{again}", style="dim")
    return [future.result() for future in waiting]


def _shard(part, shard, state):
    file = RESULTS / state / part / f"{shard.name.replace(' ', '-')}.json"
    if file.exists():
        found = json.loads(file.read_text())
        if found["passed"]:
            return found | {"again": True}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *shard.command],
        cwd=ROOT,
        env={**os.environ, **dict(shard.environ)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    lines = done.stdout.strip().splitlines() or [""]
    result = {
        "name": shard.name,
        "what": shard.what,
        "passed": done.returncode == 0,
        "took_s": time.monotonic() - began,
        "said": lines[-1].strip("= "),
        "tail": "\n".join(lines[-60:]),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result))
    return result | {"again": False}


def _table(name, about, results):
    table = Table(title=f"{name}: {about}", title_justify="left")
    for column in ("shard", "what", "result", "seconds", "said"):
        table.add_column(column)
    for result in results:
        verdict = "passed" if result["passed"] else "FAILED"
        seconds = f"{result['took_s']:.0f}"
        table.add_row(result["name"], result["what"], verdict, seconds, result["said"])
    return table


def _state_of_the_source():
    digest = hashlib.sha256()
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
