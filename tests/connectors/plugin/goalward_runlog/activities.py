"""The runs of the file."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from connectors.errors import Unavailable
from connectors.ports import ActivityRef, Cursor, Page, Recorded
from planning.activity import Record, RecordKind, Sport


@dataclass(frozen=True, slots=True)
class Activities:
    file: Path

    def changes(self, since: Cursor | None) -> Page:
        del since
        refs = tuple(
            ActivityRef(run["id"], _tag(run), datetime.fromisoformat(run["start"]))
            for run in self._runs()
        )
        return Page(refs, cursor="whole")

    def activity(self, ref: ActivityRef) -> Recorded | None:
        run = next((run for run in self._runs() if run["id"] == ref.external_id), None)
        if run is None:
            return None
        record = Record(
            source="runlog",
            external_id=run["id"],
            kind=RecordKind.LOG,
            start_at=datetime.fromisoformat(run["start"]),
            sport=Sport.RUN,
            distance_m=run["metres"],
            moving_time_s=run["seconds"],
            elapsed_time_s=run["seconds"],
            name=run.get("name", ""),
        )
        return Recorded(record, tag=_tag(run))

    def cursor_at(self, day: date) -> Cursor | None:
        del day
        return None

    def _runs(self) -> Iterator[Mapping[str, Any]]:
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise Unavailable(f"{self.file} cannot be read: {error}", applied=False) from error
        return (json.loads(line) for line in lines if line.strip())


def _tag(run: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:16]
