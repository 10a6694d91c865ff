"""The calendars of one athlete beside Garmin's: intervals.icu's, and a folder of files for a watch.

Each holds entries of the athlete's own, which nobody may touch.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import requests

from connectors.workout_files import CONNECTOR as FOLDER
from connectors.workout_files.fit import read
from planning.schedule.plan import DayStatus
from worker.connections import connect

MINE = "mine.fit"
OWN = {"category": "WORKOUT", "type": "Run", "name": "With Ana", "description": "6 km by the river"}


@dataclass
class Calendars:
    """`intervals` is the key that the athlete has from there."""

    trial: object
    url: str
    folder: Path
    renamed: dict = field(default_factory=dict)  # by the athlete: name by id

    def connect(self):
        self.folder.mkdir()
        (self.folder / MINE).write_bytes(b"the athlete's own")
        self.trial.control.post("intervals/settings", burst=100_000)
        key = self.trial.control.post("intervals/key")
        self._key = key["api_key"]
        for days in (1, 4, 9):
            day = self.trial.today() + timedelta(days=days)
            self._ask("POST", json={**OWN, "start_date_local": f"{day}T00:00:00"})
        self._were = self.foreign()
        self._connect(
            "intervals", key["athlete_id"], {"api_key": self._key}, intervals_calendar="yes"
        )
        now = self.trial.runtime.clock.machine_now()
        signed = FOLDER.sign_in({}, {"folder": str(self.folder)}, now)
        self._connect("workout_files", signed.athlete_id, signed.tokens, **signed.settings)

    def held(self):
        """Day and ident of each entry of ours, by calendar."""
        files = [(path.name[:10], read(path.read_bytes())) for path in self.folder.glob("2*.fit")]
        return {
            "garmin": sorted((e["day"], e["ident"]) for e in self.trial.control.dump()["entries"]),
            "intervals": sorted(
                (e["start_date_local"][:10], _ident(e)) for e in self._events(True)
            ),
            "workout_files": sorted((day, each.ident) for day, each in files),
        }

    # The athlete's hand

    def delete_file(self, ident):
        self._file(ident).unlink()

    def rename_event(self, ident, name):
        (row,) = (row for row in self._events(True) if _ident(row) == ident)
        self._ask("PUT", f"/{row['id']}", json={"name": name})
        self.renamed[row["id"]] = name

    def foreign(self):
        """All that is not ours, to the byte."""
        return {
            "garmin": self.trial.control.dump()["foreign"],
            "intervals": self._events(False),
            "workout_files": (self.folder / MINE).read_bytes(),
        }

    def wrong(self):
        """Over all calendars: sessions held twice, missing, or held though nobody planned them; on how many
        of them something of the athlete's own was touched; and what was written over their hand.
        """
        today = self.trial.today().isoformat()
        planned = {
            (day.day.isoformat(), day.workout.ident)
            for day in self.trial.fortnight()
            if day.workout and day.status is DayStatus.PLANNED
        }
        found = Counter()
        for entries in self.held().values():
            ahead = Counter(ident for day, ident in entries if day >= today)
            there = {each for each in entries if each[0] >= today}
            found["doubled"] += sum(ahead.values()) - len(ahead)
            found["lost"] += len(planned - there)
            found["left over"] += len(there - planned)
        found["touched"] = sum(1 for name, was in self._were.items() if self.foreign()[name] != was)
        names = {row["id"]: row["name"] for row in self._events(True)}
        found["overwritten"] = sum(names.get(id_) != name for id_, name in self.renamed.items())
        return dict(found)

    def _file(self, ident):
        paths = self.folder.glob("2*.fit")
        return next(path for path in paths if read(path.read_bytes()).ident == ident)

    def _events(self, ours):
        rows = self._ask("GET", params={"oldest": "2026-01-01", "newest": "2027-12-31"})
        return [row for row in rows if (_ident(row) is not None) is ours]

    def _ask(self, method, path="", **how):
        url = f"{self.url}/intervals/api/v1/athlete/0/events{path}"
        answer = requests.request(method, url, auth=("API_KEY", self._key), timeout=10, **how)
        answer.raise_for_status()
        return answer.json()

    def _connect(self, connector, external, tokens, **settings):
        connect(
            self.trial.runtime,
            self.trial.athlete_id,
            connector=connector,
            external_athlete_id=external,
            tokens=tokens,
            settings=settings,
        )


def _ident(row):
    _, found, rest = (row["description"] or "").partition("[goalward:")
    return rest.partition("]")[0] if found else None
