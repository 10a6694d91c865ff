"""Files and logs brought in by hand: every one is accounted for, none is read twice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from connectors.files.decode import content_hash
from connectors.files.decoded import Decoded, Imported, Refused, Skipped
from connectors.files.log import read_log
from connectors.ports import OriginalFile, Recorded
from planning.activity import Activity
from worker import store, tables
from worker.db import reading, writing
from worker.ingest import AHEAD, ASIDE, keep_raw, store_recorded

if TYPE_CHECKING:
    from worker.app import Runtime

SOURCE = "files"
ROWS_IN_A_TRANSACTION = 100  # so that nobody else waits long for the database


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file: imported, unchanged, skipped or refused, and why."""

    path: str
    outcome: str
    reason: str | None = None
    keys: tuple[str, ...] = ()
    activities: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "outcome": self.outcome,
            "reason": self.reason,
            "activities": list(self.activities),
        }


@dataclass(frozen=True, slots=True)
class Importer:
    """Brings files in for one athlete, as known at the calendar instant `known_at`."""

    runtime: "Runtime"
    athlete_id: int
    known_at: datetime
    where: Mapping[str, str] = field(default_factory=dict)
    day_zero: date | None = None

    def bring_in(self, file: OriginalFile, path: str) -> Fate:
        """Read, derive and store one file. Whatever is wrong with it is in the answer."""
        digest = content_hash(file.content)
        is_log = file.name.lower().endswith(".csv")
        if not is_log and (known := self._known(digest, path)):
            return known
        decoded = self._log(file) if is_log else self.runtime.decode(file)
        ahead = self._ahead(decoded)
        problem = "; ".join(filter(None, (ASIDE if ahead else None, decoded.problem))) or None
        if not is_log:
            self._keep(file, digest, problem)
        match decoded:
            case Skipped(reason):
                return Fate(path, "skipped", reason)
            case Refused(reason):
                return Fate(path, "refused", reason)
            case Imported(recorded):
                usable = [one for one in recorded if one not in ahead]
                return self._store(path, usable, problem)

    def with_ids(self, fates: Iterable[Fate]) -> Iterator[Fate]:
        """The same fates, with the ids of the activities that their records became part of."""
        with reading(self.runtime.engine) as conn:
            by_key = _ids_by_key(store.activities(conn, self.athlete_id))
        for fate in fates:
            ids = tuple(dict.fromkeys(by_key[key] for key in fate.keys if key in by_key))
            yield Fate(fate.path, fate.outcome, fate.reason, fate.keys, ids)

    def _log(self, file: OriginalFile) -> Decoded:
        return read_log(file, day_zero=self.day_zero, where=self.where, source=SOURCE)

    def _known(self, digest: str, path: str) -> Fate | None:
        """The same content gave activities before: there is no need to read it again."""
        copy = tables.raw_copy
        query = select(copy.c.problem).where(
            copy.c.athlete_id == self.athlete_id,
            copy.c.source == SOURCE,
            copy.c.external_id == digest,
        )
        seen = tables.observation
        held = select(seen.c.key).where(
            seen.c.athlete_id == self.athlete_id,
            seen.c.source == SOURCE,
            seen.c.external_id.startswith(digest),
            seen.c.superseded_at.is_(None),
        )
        with reading(self.runtime.engine) as conn:
            row = conn.execute(query).one_or_none()
            keys = tuple(conn.scalars(held.order_by(seen.c.id))) if row else ()
        return Fate(path, "unchanged", row.problem, keys) if row and keys else None

    def _ahead(self, decoded: Decoded) -> list[Recorded]:
        latest_start = self.known_at + AHEAD
        return [one for one in decoded.recorded if one.record.start_at > latest_start]

    def _store(self, path: str, usable: list[Recorded], problem: str | None) -> Fate:
        new = 0
        for first in range(0, len(usable), ROWS_IN_A_TRANSACTION):
            batch = usable[first : first + ROWS_IN_A_TRANSACTION]
            with writing(self.runtime.engine) as conn:
                now = self.runtime.clock.machine_now()
                new += sum(
                    store_recorded(conn, self.athlete_id, one, known_at=self.known_at, now=now)
                    for one in batch
                )
        if not usable:
            return Fate(path, "skipped", problem)
        keys = tuple(f"{one.record.source}:{one.record.external_id}" for one in usable)
        return Fate(path, "imported" if new else "unchanged", problem, keys)

    def _keep(self, file: OriginalFile, digest: str, problem: str | None) -> None:
        with writing(self.runtime.engine) as conn:
            keep_raw(
                conn,
                self.athlete_id,
                file,
                source=SOURCE,
                external_id=digest,
                tag="",
                problem=problem,
                now=self.runtime.clock.machine_now(),
            )


def _ids_by_key(recorded: Iterable[Activity]) -> dict[str, str]:
    return {key: activity.id for activity in recorded for key in activity.sources}


def file_at(path: Path) -> OriginalFile:
    return OriginalFile(path.name, path.read_bytes())
