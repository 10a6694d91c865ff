"""Breaks one line at a time in a copy of the source and expects a test to notice.

A suite is a module with `MUTATIONS`. `python -m tests.mutations [WORD...]` runs all of them,
or those with a word in their name, and prints a table; a survivor is a line that no test needs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITES = (
    "tests.planning.test_calendar_mutations",
    "tests.planning.test_records_mutations",
    "tests.planning.test_schedule_mutations",
    "tests.planning.test_stability_mutations",
)
COPIED = ("planning", "connectors", "worker", "tests")
FAILED = 1  # pytest's exit status when tests ran and some failed


@dataclass(frozen=True)
class Mutation:
    """`old`, which stands exactly once in `module`, becomes `new`; one of `tests` should fail."""

    name: str
    module: str  # "planning/records.py"
    old: str
    new: str
    tests: tuple[str, ...]


class Unfit(Exception):
    """The mutation or the tests it names are not what they should be; the text says why."""


def run_all(examples: int = 40) -> list[tuple[str, bool]]:
    """(name, killed) for every mutation of every suite."""
    return list(run(_all(), examples=examples))


def _all(words: Sequence[str] = ()) -> list[Mutation]:
    """Every mutation, or those whose name contains one of the words."""
    found = [each for suite in SUITES for each in import_module(suite).MUTATIONS]
    return [each for each in found if not words or any(word in each.name for word in words)]


def run(mutations: Iterable[Mutation], *, examples: int = 40) -> Iterator[tuple[str, bool]]:
    """Each as soon as it is known. Raises Unfit before the first if they cannot all be judged."""
    mutations = list(mutations)
    for each in mutations:
        if (ROOT / each.module).read_text().count(each.old) != 1:
            raise Unfit(f"{each.name}: {each.old!r} is not in {each.module} exactly once")
    with _copy() as copy:
        named = dict.fromkeys(test for each in mutations for test in each.tests)
        status, said = _tests(copy, tuple(named), examples)
        if status != 0:
            raise Unfit(f"the tests fail without any mutation:\n{said}")
        for mutation in mutations:
            yield mutation.name, _is_killed(mutation, copy, examples)


def _is_killed(mutation: Mutation, copy: Path, examples: int) -> bool:
    module = copy / mutation.module
    source = module.read_text()
    module.write_text(source.replace(mutation.old, mutation.new))
    try:
        status, said = _tests(copy, mutation.tests, examples)
    finally:
        module.write_text(source)
    if status not in {0, FAILED}:
        raise Unfit(f"{mutation.name}: the tests could not be run:\n{said}")
    return status == FAILED


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for package in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(ROOT / package, copy / package, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        yield copy


def _tests(copy: Path, tests: tuple[str, ...], examples: int) -> tuple[int, str]:
    """Planning's tests need no fixture but their own, so no conftest and no servers."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--noconftest",
        "-p",
        "no:randomly",
        *tests,
    ]
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",  # a mutant of the same size and second would be taken for it
        "GOALWARD_EXAMPLES": str(examples),
    }
    done = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


def table(results: Iterable[tuple[str, bool]]) -> bool:
    """Print a line for each as it comes, and the sum; True when none survived."""
    killed = survived = 0
    for name, dead in results:
        print(f"{'killed  ' if dead else 'SURVIVED'}  {name}", flush=True)
        killed, survived = killed + dead, survived + (not dead)
    print(f"{killed} killed, {survived} survived")
    return survived == 0


if __name__ == "__main__":
    sys.exit(0 if table(run(_all(sys.argv[1:]))) else 1)
