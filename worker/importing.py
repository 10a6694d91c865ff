"""Files, logs and account exports brought in by hand: each is accounted for, none is read twice.

One file is read from its archive while another is decoded in its own process and a third is stored:
that keeps two cores busy. What was stored is found again by its content, so whoever was stopped, at
whatever moment, does the same again and goes on where it was.
"""

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from connectors.files.decode import TooLarge, content_hash, unpacked
from connectors.files.decoded import Decoded, Imported, Refused, Skipped
from connectors.files.exports import Index, Line, joined
from connectors.files.log import read_log
from connectors.files.walk import Entry, Found, LeftOut, Rest
from connectors.ports import OriginalFile, Recorded
from planning.activity import Activity, Observation
from planning.fitness.observation import derive
from worker import outbox, store, tables
from worker.db import reading, writing
from worker.ingest import AHEAD, BACKFILL_PAUSE
from worker.polling import ASIDE, sliced
from worker.recordings import Place, keep_raw

if TYPE_CHECKING:
    from worker.app import Runtime

SOURCE = "files"
IN_ADVANCE = 4  # files read ahead of the one that is stored
HELD_BYTES = 24_000_000  # of recordings, in advance or waiting to be stored
AT_ONCE = 20  # activities in a transaction: about 50 ms on SQLite


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
class _Kept:
    """What is known of a content that was brought in before."""

    tag: str
    problem: str | None
    keys: tuple[str, ...]
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A file that is being decoded. `digest` None: a log, of which no copy is kept."""

    entry: Found | Rest
    decoded: Future[Decoded] | Decoded
    file: OriginalFile | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class _Done:
    """Accounted for without being decoded. `weight`: its bytes, for who shows progress."""

    fate: Fate
    weight: int = 0


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that is to be stored of one file."""

    begun: _Begun
    decoded: Decoded
    usable: Sequence[Recorded]
    seen: Sequence[Observation]
    problem: str | None
    tag: str


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
        (fate,) = self.bring_in_all([Found(path, len(file.content), lambda: file)])
        return fate

    def bring_in_all(
        self, entries: Iterable[Entry], *, step: Callable[[Fate, int], None] | None = None
    ) -> Iterator[Fate]:
        """A fate for each, in order. `step` hears of each with the bytes that it took."""
        pool = ThreadPoolExecutor(1, "decoding")
        try:
            work = _Run(self, pool)
            for fate, weight in work.fates(entries):
                if step:
                    step(fate, weight)
                yield fate
        finally:  # whoever stops does not wait for what is being read
            pool.shutdown(wait=False, cancel_futures=True)

    def with_ids(self, fates: Iterable[Fate]) -> Iterator[Fate]:
        """The same fates, with the ids of the activities that their records became part of."""
        with reading(self.runtime.engine) as conn:
            by_key = _ids_by_key(store.activities(conn, self.athlete_id))
        for fate in fates:
            ids = tuple(dict.fromkeys(by_key[key] for key in fate.keys if key in by_key))
            yield Fate(fate.path, fate.outcome, fate.reason, fate.keys, ids)


class _Run:
    """One import. Knows from its beginning what was brought in before, and learns as it goes."""

    def __init__(self, importer: Importer, pool: ThreadPoolExecutor) -> None:
        self._importer = importer
        self._pool = pool
        with reading(importer.runtime.engine) as conn:
            self._zone = store.zone_of(conn, importer.athlete_id)
            self._kept = _kept(conn, importer.athlete_id)
        self._said: dict[str, frozenset[str]] = {}
        self._used: dict[str, set[str]] = {}

    def fates(self, entries: Iterable[Entry]) -> Iterator[tuple[Fate, int]]:
        begun: deque[_Begun | _Done] = deque()
        batch: list[_Ready | _Done] = []
        for entry in entries:
            if isinstance(entry, Rest):  # what it lists besides is known when all else is
                while begun:
                    batch.append(self._ready(begun.popleft()))
            begun.append(self._begin(entry))
            while len(begun) > IN_ADVANCE or _held(begun) > HELD_BYTES:
                batch.append(self._ready(begun.popleft()))
                if _is_full(batch):
                    yield from self._stored(batch)
                    batch = []
        batch += [self._ready(each) for each in begun]
        yield from self._stored(batch)

    # --- reading ----------------------------------------------------------------------------------

    def _begin(self, entry: Entry) -> _Begun | _Done:
        match entry:
            case LeftOut(path, reason, refused):
                return _Done(Fate(path, "refused" if refused else "skipped", reason))
            case Rest():
                return _Begun(entry, self._alone(entry.index))
            case Found():
                return self._begin_file(entry)

    def _begin_file(self, entry: Found) -> _Begun | _Done:
        try:
            file = entry.read()
        except OSError as error:  # a broken link, no permission, a damaged archive
            reason = f"cannot be read: {error.strerror or error}"
            return _Done(Fate(entry.path, "refused", reason), entry.weight)
        if file.name.lower().endswith(".csv"):
            log = self._importer
            read = read_log(file, day_zero=log.day_zero, where=log.where, source=SOURCE)
            return _Begun(entry, read)
        bare = _bare(file)
        digest = content_hash(bare.content)
        kept = self._kept.get(digest)
        if kept is not None and self._is_told(entry, kept):
            self._lines(entry, kept.starts)
            fate = Fate(entry.path, "unchanged", kept.problem, kept.keys)
            return _Done(fate, entry.weight)
        decoding = self._pool.submit(self._importer.runtime.decode, bare)
        return _Begun(entry, decoding, file, digest)

    def _is_told(self, entry: Found, kept: _Kept) -> bool:
        """There is no need to read it again: it gave activities, and the same is said of them."""
        index = entry.index
        if not kept.keys:
            return False
        return index is None or index.is_in(entry.path, kept.tag, self._tags(index))

    def _tags(self, index: Index) -> frozenset[str]:
        if index.path not in self._said:
            self._said[index.path] = frozenset(line.said(index.service) for line in index.lines)
        return self._said[index.path]

    def _lines(self, entry: Found, starts: Sequence[datetime]) -> tuple[Line, ...]:
        """What the index says of a recording; that is told then."""
        if entry.index is None:
            return ()
        lines = entry.index.lines_of(entry.path, starts)
        self._used.setdefault(entry.index.path, set()).update(line.id for line in lines)
        return lines

    def _alone(self, index: Index) -> Decoded:
        """What the index lists and no recording told."""
        used = self._used.get(index.path, set())
        left = [line for line in index.lines if line.id not in used]
        found = [one for line in left if (one := line.alone(index.service))]
        lost = len(left) - len(found)
        problems = [index.problem] if index.problem else []
        if lost:
            problems.append(f"{lost} of its lines have no recording and no day, or no amount")
        if found:
            return Imported(tuple(found), tuple(problems))
        return Skipped("; ".join(problems) or "the index of an account export: all in recordings")

    # --- deriving ---------------------------------------------------------------------------------

    def _ready(self, begun: _Begun | _Done) -> _Ready | _Done:
        if isinstance(begun, _Done):
            return begun
        decoded = begun.decoded if not isinstance(begun.decoded, Future) else begun.decoded.result()
        recorded, tag = self._told(begun.entry, decoded)
        latest = self._importer.known_at + AHEAD
        usable = [one for one in recorded if one.record.start_at <= latest]
        ahead = ASIDE if len(usable) < len(recorded) else None
        problem = "; ".join(filter(None, (ahead, decoded.problem))) or None
        seen = [derive(one.record, one.streams, zone=self._zone) for one in usable]
        bare = [replace(one, streams=None) for one in usable]  # a history's series are not held
        return _Ready(begun, decoded, bare, seen, problem, tag)

    def _told(self, entry: Found | Rest, decoded: Decoded) -> tuple[Sequence[Recorded], str]:
        """With what the index of an export says, and by which line: a tag of the copy kept."""
        index = entry.index
        if index is None or isinstance(entry, Rest) or not decoded.recorded:
            return decoded.recorded, ""
        lines = self._lines(entry, [one.record.start_at for one in decoded.recorded])
        tag = lines[0].said(index.service) if lines else index.silence
        if len(decoded.recorded) > 1 or not lines:  # one name does not fit the legs of a race
            return decoded.recorded, tag
        return [joined(decoded.recorded[0], lines[0])], tag

    # --- storing ----------------------------------------------------------------------------------

    def _stored(self, batch: Sequence[_Ready | _Done]) -> Iterator[tuple[Fate, int]]:
        new: dict[int, bool] = {}
        ready = [(place, each) for place, each in enumerate(batch) if isinstance(each, _Ready)]
        small = [(place, each) for place, each in ready if len(each.seen) <= AT_ONCE]
        for place, each in ready:
            if len(each.seen) > AT_ONCE:
                new[place] = self._store_slowly(each)
        if small:
            with writing(self._importer.runtime.engine) as conn:
                new |= self._store(conn, small)
                for _, each in small:
                    self._keep(conn, each)
        for place, made in enumerate(batch):
            if isinstance(made, _Done):
                yield made.fate, made.weight
            else:
                fate = _fate(made, new=new[place])
                self._note(made, fate)
                yield fate, made.begun.entry.weight if isinstance(made.begun.entry, Found) else 0

    def _store_slowly(self, ready: _Ready) -> bool:
        """A history: the last part with the copy, which says that it is whole."""
        new, parts = False, sliced(ready.seen)
        for part in parts:
            with writing(self._importer.runtime.engine) as conn:
                told = self._store(conn, [(0, replace(ready, seen=part))])
                if part is parts[-1]:
                    self._keep(conn, ready)
            new |= told[0]
        return new

    def _store(self, conn: Connection, batch: Sequence[tuple[int, _Ready]]) -> dict[int, bool]:
        """Whether each says something new. If one does, a replan is owed: no next may come."""
        importer, now = self._importer, self._importer.runtime.clock.machine_now()
        athlete_id, known_at = importer.athlete_id, importer.known_at
        new = {
            place: [
                store.put_observation(conn, athlete_id, one, known_at=known_at, now=now)
                for one in each.seen
            ]
            for place, each in batch
        }
        if any(any(told) for told in new.values()):
            outbox.push(conn, "replan", str(athlete_id), due_at=now + BACKFILL_PAUSE)
        return {place: any(told) for place, told in new.items()}

    def _keep(self, conn: Connection, ready: _Ready) -> None:
        """The recording as it came. What is none, such as settings, is not kept."""
        begun = ready.begun
        if begun.file is None or begun.digest is None or isinstance(ready.decoded, Skipped):
            return
        importer = self._importer
        place = Place(importer.athlete_id, SOURCE, begun.digest)
        now = importer.runtime.clock.machine_now()
        keep_raw(conn, place, begun.file, problem=ready.problem, now=now, tag=ready.tag)

    def _note(self, ready: _Ready, fate: Fate) -> None:
        if ready.begun.digest is not None:
            starts = tuple(one.record.start_at for one in ready.usable)
            self._kept[ready.begun.digest] = _Kept(ready.tag, ready.problem, fate.keys, starts)


def _kept(conn: Connection, athlete_id: int) -> dict[str, _Kept]:
    """By content. The copies themselves are not read."""
    copy, seen = tables.raw_copy, tables.observation
    rows = conn.execute(
        select(copy.c.external_id, copy.c.tag, copy.c.problem).where(
            copy.c.athlete_id == athlete_id, copy.c.source == SOURCE
        )
    ).all()
    standing = select(seen.c.key, seen.c.external_id, seen.c.start_at).where(
        seen.c.athlete_id == athlete_id,
        seen.c.source == SOURCE,
        seen.c.superseded_at.is_(None),
        seen.c.body.is_not(None),
    )
    gave: dict[str, list[tuple[str, datetime]]] = {row.external_id: [] for row in rows}
    for key, external_id, start_at in conn.execute(standing.order_by(seen.c.id)):
        gave.setdefault(external_id.partition("-")[0], []).append((key, start_at))
    return {
        row.external_id: _Kept(
            row.tag,
            row.problem,
            tuple(key for key, _ in gave[row.external_id]),
            tuple(start_at for _, start_at in gave[row.external_id]),
        )
        for row in rows
    }


def _bare(file: OriginalFile) -> OriginalFile:
    """Unpacked once, for its hash and for who decodes it; as it is when that does not work."""
    if not file.name.lower().endswith(".gz"):
        return file
    try:
        return OriginalFile(file.name[: -len(".gz")], unpacked(file.content))
    except (EOFError, OSError, TooLarge, zlib.error):
        return file


def _held(begun: Iterable[_Begun | _Done]) -> int:
    return sum(len(b.file.content) for b in begun if isinstance(b, _Begun) and b.file)


def _is_full(batch: Sequence[_Ready | _Done]) -> bool:
    ready = [each for each in batch if isinstance(each, _Ready)]
    return (
        sum(len(each.seen) + 1 for each in ready) > AT_ONCE
        or _held(each.begun for each in ready) > HELD_BYTES
        or len(batch) > 10 * AT_ONCE  # so that a bar moves
    )


def _fate(ready: _Ready, *, new: bool) -> Fate:
    path = ready.begun.entry.path
    match ready.decoded:
        case Skipped(reason):
            return Fate(path, "skipped", reason)
        case Refused(reason):
            return Fate(path, "refused", reason)
        case Imported():
            if not ready.usable:
                return Fate(path, "skipped", ready.problem)
            keys = tuple(f"{one.record.source}:{one.record.external_id}" for one in ready.usable)
            return Fate(path, "imported" if new else "unchanged", ready.problem, keys)


def _ids_by_key(recorded: Iterable[Activity]) -> dict[str, str]:
    return {key: activity.id for activity in recorded for key in activity.sources}
