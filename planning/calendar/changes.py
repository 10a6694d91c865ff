"""What actions make of a calendar, as changes that a person reads. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from planning.calendar.entries import (
    Action,
    Create,
    Delete,
    DeleteCopy,
    EntryRecord,
    HandOver,
    Observed,
    Replace,
)
from planning.workout import PlannedWorkout


class Become(StrEnum):
    CREATED = "created"
    MOVED = "moved"  # to another day, changed or not
    CHANGED = "changed"
    REMOVED = "removed"
    YOURS = "yours"  # the athlete's hand was on it


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One line. `day` is where it will stand, or stood last; None: on no day."""

    become: Become
    action: Action
    ident: str
    day: date | None
    from_day: date | None
    name: str | None
    planned: PlannedWorkout | None  # what it will be
    because: str


def changes(
    actions: Iterable[Action],
    records: Mapping[str, EntryRecord],
    seen: Mapping[str, Observed | None],
) -> tuple[EntryChange, ...]:
    """In the order of days. `records` by ident, `seen` by remote id. Records alone are no change
    that anybody sees: what is only remembered or forgotten is not in it.
    """
    found = (_change(action, records, seen) for action in actions)
    told = [each for each in found if each is not None]
    return tuple(sorted(told, key=lambda each: (each.day or date.max, each.ident)))


def _change(
    action: Action, records: Mapping[str, EntryRecord], seen: Mapping[str, Observed | None]
) -> EntryChange | None:
    match action:
        case Create(planned=planned):
            return _line(Become.CREATED, action, planned.ident, planned.day, planned=planned)
        case Replace(planned=planned, remote_id=remote_id):
            stood = _day(remote_id, records.get(planned.ident), seen)
            moved = stood is not None and stood != planned.day
            become = Become.MOVED if moved else Become.CHANGED
            from_day = stood if moved else None
            return _line(become, action, planned.ident, planned.day, from_day, planned=planned)
        case (
            Delete(ident=ident, remote_id=remote_id) | DeleteCopy(ident=ident, remote_id=remote_id)
        ):
            record, there = records.get(ident), seen.get(remote_id)
            own = record is not None and record.remote_id == remote_id
            name = there.name if there else record.seen_name if record and own else None
            return _line(Become.REMOVED, action, ident, _day(remote_id, record, seen), name=name)
        case HandOver(ident=ident, to_day=to_day):
            record = records.get(ident)
            day = record.day if record else None
            name = record.seen_name if record else None
            from_day = day if day != to_day else None
            return _line(Become.YOURS, action, ident, to_day or day, from_day, name=name)
        case _:
            return None


def _line(
    become: Become,
    action: Action,
    ident: str,
    day: date | None,
    from_day: date | None = None,
    *,
    name: str | None = None,
    planned: PlannedWorkout | None = None,
) -> EntryChange:
    name = planned.workout.name if planned else name
    from_day = from_day if from_day != day else None
    return EntryChange(become, action, ident, day, from_day, name, planned, action.because)


def _day(
    remote_id: str, record: EntryRecord | None, seen: Mapping[str, Observed | None]
) -> date | None:
    """Where it stands: as it was read, else as we know it."""
    there = seen.get(remote_id)
    if there is not None:
        return there.day
    return record.day if record and record.remote_id == remote_id else None
