"""A folder of workout files as a history's calendar: what lies there, and the athlete's hand.

There is no service between, so nothing fails but the process: it crashes at commits. The disk says
what is; a listing never lags. Without calls there is nothing to happen between, so the athlete and
other workers come only before and after a publish.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from connectors.comparing import differences
from connectors.workout_files import CONNECTOR
from connectors.workout_files.fit import kept_of, read, written
from connectors.workout_files.names import SUFFIX, day_of
from planning.schedule import library
from planning.workout import PlannedWorkout
from tests.planning.schedule.cases import PACES
from worker import tables
from worker.connections import connect
from worker.db import reading


class OnWorkoutFiles:
    name = "workout_files"
    MOST_IN_A_LOOK = 0  # requests, of which there are none
    FAILS = False
    TOUCHES = 16  # by then most publishes are over
    ASKS_AGAIN = False

    def connects(self, lived):
        self.lived, self.folder = lived, lived.home / "watch"
        self.folder.mkdir()
        self._own, self._written = 0, {}
        signed = CONNECTOR.sign_in({}, {"folder": str(self.folder)}, lived.clock.at)
        connect(
            lived.runtime,
            1,
            connector=self.name,
            external_athlete_id=signed.athlete_id,
            tokens=signed.tokens,
            settings=signed.settings,
        )

    def signs_in(self):
        """Nobody is asked."""

    # What lies there

    def entries(self):
        """Every file with our marker, by its name."""
        found = {}
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            stored = read(path.read_bytes())
            if stored is not None and stored.ident is not None:
                day = day_of(path.name)
                found[path.name] = {
                    "ident": stored.ident,
                    "day": day.isoformat() if day else "",
                    "name": stored.name,
                    "content": path.read_bytes(),
                }
        return found

    def left_over(self):
        """Files of ours on no day."""
        return [entry["ident"] for entry in self.entries().values() if not entry["day"]]

    def foreign(self):
        ours = self.entries().keys()
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder.iterdir())
            if path.name not in ours and not path.name.startswith(".")
        }

    def is_entry_of(self, key, entry, record):
        return record.remote_id == key

    def faults(self, entry, planned):
        """Where it is not what was planned, as the official decoder reads it."""
        name, steps = kept_of(planned)
        found = differences(steps, read(entry["content"]).steps)
        if entry["day"] != planned.day.isoformat():
            found.append(f"it stands on {entry['day']}")
        if entry["name"] != name:
            found.append(f"it is called {entry['name']}")
        return found

    def version(self, entry):
        return entry["day"], entry["name"]

    def writes(self):
        """By what is in the journal: nothing else counts files."""
        with reading(self.lived.engine) as conn:
            return conn.execute(select(func.count()).select_from(tables.calendar_journal)).scalar()

    def asked(self):
        return 0

    # The athlete's hand

    def edits(self, key, name):
        """A program of theirs writes another workout under the same name."""
        entry = self.entries()[key]
        session = replace(library.easy(4_000.0, PACES), name=name)
        theirs = PlannedWorkout(entry["ident"], date.fromisoformat(entry["day"]), session)
        (self.folder / key).write_bytes(written(theirs, created_s=1))

    def moves(self, key, day):
        """They give it another day's name, and with that another id."""
        return self._to(key, day, copied=False)

    def copies(self, key, day):
        return self._to(key, day, copied=True)

    def _to(self, key, day: date, *, copied):
        path = self.folder / key
        target = self.folder / f"{day.isoformat()} by hand {self._own}{SUFFIX}"
        self._own += 1
        target.write_bytes(path.read_bytes())
        if not copied:
            path.unlink()
        return target.name

    def takes_off(self, key):
        (self.folder / key).unlink()

    removes = takes_off

    def adds_own(self, day):
        self._own += 1
        (self.folder / f"{day.isoformat()} Own {self._own}{SUFFIX}").write_bytes(b"a recording")

    # Nothing fails between us and a disk

    def lags(self, seconds):
        del seconds

    def expires(self):
        """There is no sign-in."""

    def calms(self):
        """It is calm."""

    def least(self, before, wanted):
        """Writes that lead from what was asked for to what is: one for each session."""
        both = wanted.keys() & before.keys()
        changed = sum(wanted[ident] != before[ident] for ident in both)
        return len(wanted.keys() ^ before.keys()) + changed
