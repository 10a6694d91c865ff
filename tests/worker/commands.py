"""Commands in a home of their own, as a person or a program uses them."""

import csv
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker.cli import app
from worker.cli.failing import told

TODAY = date(2026, 8, 31)  # a Monday
RACE = date(2026, 12, 20)
CLOCK = "2026-08-31T09:00:00+02:00"


@dataclass
class Said:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass
class Home:
    """Commands in one home, each as a process would run it."""

    path: Path
    environ: dict
    goal: str = ""  # the id of the one that was stated first
    then: dict = field(default_factory=dict)  # what commands said at an earlier moment

    def copied_to(self, path):
        """The same home at another place: what is done there changes nothing here."""
        shutil.copytree(self.path, path)
        return replace(self, path=path)

    def __call__(self, *words, answers=None, clock=CLOCK):
        """Runs a command; an error becomes what `main` makes of it."""
        runner = CliRunner()
        environ = {"GOALWARD_HOME": str(self.path), "GOALWARD_CLOCK": clock, "TZ": "Europe/Paris"}
        result = runner.invoke(
            app, [str(w) for w in words], input=answers, env=environ | self.environ
        )
        error = result.exception
        if error is None or isinstance(error, SystemExit):
            return Said(result.exit_code, result.stdout, result.stderr)
        status, line = told(error)
        if line is None:
            raise error
        return Said(status, result.stdout, result.stderr + line)

    def ok(self, *words, **how):
        said = self(*words, **how)
        assert said.status == 0, said
        return said

    def wrong(self, *words, **how):
        said = self(*words, **how)
        assert said.status == 2, said
        return said.err


@contextmanager
def no_settings():
    """Settings of this machine are not seen."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GOALWARD_")]:
            patch.delenv(name)
        yield


def a_log(folder, *, days=120, until=TODAY, extra=()):
    """A log of four runs a week."""
    file = folder / "log.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("date", "distance_m", "moving_time_s", "sport"))
        for n in range(days, 0, -1):
            day = until - timedelta(days=n)
            if day.weekday() in (1, 3, 5, 6):
                metres = 18_000 if day.weekday() == 6 else 9_000
                rows.writerow((day.isoformat(), metres, round(metres * 0.33), "run"))
        rows.writerows(extra)
    return file
