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
from planning.fitness.observation import derive
from worker import store, tables
from worker.db import reading, writing
from worker.ingest import AHEAD, BACKFILL_PAUSE, store_seen
from worker.polling import ASIDE, sliced
from worker.recordings import Place, keep_raw

if TYPE_CHECKING:
    from worker.app import Runtime

SOURCE = "files"


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
        usable = [one for one in decoded.recorded if one not in ahead]
        new = self._store(usable)
        if not is_log:  # last, for a file that is kept is not read again
            self._keep(file, digest, problem)
        match decoded:
            case Skipped(reason):
                return Fate(path, "skipped", reason)
            case Refused(reason):
                return Fate(path, "refused", reason)
            case Imported():
                return _fate(path, usable, problem, new=new)

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

    def _store(self, usable: list[Recorded]) -> bool:
        """True when it says something new. Each part owes its replan: the next may never come."""
        runtime, athlete_id = self.runtime, self.athlete_id
        with reading(runtime.engine) as conn:
            zone = store.zone_of(conn, athlete_id)
        new = False
        for part in sliced(usable) if usable else ():
            seen = [derive(one.record, one.streams, zone=zone) for one in part]
            with writing(runtime.engine) as conn:
                new |= store_seen(
                    runtime, conn, athlete_id, seen, known_at=self.known_at, pause=BACKFILL_PAUSE
                )
        return new

    def _keep(self, file: OriginalFile, digest: str, problem: str | None) -> None:
        place = Place(self.athlete_id, SOURCE, digest)
        with writing(self.runtime.engine) as conn:
            now = self.runtime.clock.machine_now()
            keep_raw(conn, place, file, problem=problem, now=now)


def _fate(path: str, usable: list[Recorded], problem: str | None, *, new: bool) -> Fate:
    if not usable:
        return Fate(path, "skipped", problem)
    keys = tuple(f"{one.record.source}:{one.record.external_id}" for one in usable)
    return Fate(path, "imported" if new else "unchanged", problem, keys)


def _ids_by_key(recorded: Iterable[Activity]) -> dict[str, str]:
    return {key: activity.id for activity in recorded for key in activity.sources}


def file_at(path: Path) -> OriginalFile:
    return OriginalFile(path.name, path.read_bytes())
