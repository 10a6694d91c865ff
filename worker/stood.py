"""What stood on a calendar before some of our writes, by the journal of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from planning.workout import PlannedWorkout, Workout
from worker import journal
from worker.journal import Line
from worker.stored import from_body

WRITTEN = (journal.CREATE, journal.REPLACE)


@dataclass(frozen=True, slots=True)
class Stood:
    """How one session stood before what is taken back. `planned` None: it did not."""

    ident: str
    planned: PlannedWorkout | None
    known: bool = True


def since_detached(found: Iterable[Line]) -> list[Line]:
    """The newest first. What was left to the athlete for good is not ours to take back."""
    lines: list[Line] = []
    for line in found:
        if line.action == journal.DETACH:
            break
        lines.append(line)
    return lines


def last_writing(lines: Sequence[Line]) -> Line | None:
    """The first write of the last writing, be that an undo: so an undo is taken back, too."""
    for run in journal.runs(lines):
        if written := [line for line in run if line.action in journal.WRITES]:
            return written[-1]
    return None


def first_after(lines: Sequence[Line], to: datetime) -> Line | None:
    """To the second, as times are shown."""
    after = [line for line in lines if line.at.replace(microsecond=0) > to]
    written = [line for line in after if line.action in journal.WRITES]
    return written[-1] if written else None


def last_written(lines: Iterable[Line], idents: Collection[str]) -> dict[str, PlannedWorkout]:
    """As we wrote each of these sessions last, of lines that come newest first."""
    written: dict[str, PlannedWorkout] = {}
    for line in lines:
        if len(written) == len(idents):
            break
        if line.ident in idents and line.ident not in written and line.action in WRITTEN:
            written[line.ident] = from_body(PlannedWorkout, dict(line.after or {}))
    return written


def stood_before(lines: Sequence[Line], since: Line | None) -> list[Stood]:
    """Of each session that was written from `since` on."""
    if since is None:
        return []
    writes = [line for line in reversed(lines) if line.action in journal.WRITES]
    last: dict[str, PlannedWorkout] = {}  # as we wrote it last, before `since`
    stood: dict[str, Stood] = {}
    for line in writes:
        if line.id >= since.id:
            stood.setdefault(line.ident, _stood(line, last.get(line.ident)))
        elif line.action != journal.DELETE and line.after:
            last[line.ident] = from_body(PlannedWorkout, dict(line.after))
    return list(stood.values())


def _stood(line: Line, last: PlannedWorkout | None) -> Stood:
    if line.action == journal.CREATE:
        return Stood(line.ident, None)
    day, _ = line.was
    if day is None:  # a template that stood on no day
        return Stood(line.ident, None)
    if content := (line.before or {}).get("workout"):
        note = last.note if last else ""
        return Stood(line.ident, PlannedWorkout(line.ident, day, from_body(Workout, content), note))
    return Stood(line.ident, last, known=last is not None)
