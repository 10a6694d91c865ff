"""Entries of somebody else's calendar: what we see, what we remember, what can be done.

A record goes `intended` (committed before the remote call), then `settled` (after the entry was
read back and verified). These functions are all the steps there are; whoever applies an action
stores what they return, and so needs no judgement of its own.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from planning.workout import PlannedWorkout, Workout, digest


@dataclass(frozen=True, slots=True)
class Observed:
    """One entry of ours as the calendar shows it. A template that stands on no day has day None.

    `etag` moves when the service says the entry was touched; `digest` is of the content and is
    None while the content was not read (a listing shows heads only). `direct` says that this was a
    read by id and not a line of a listing. A listing names each remote id once. `in_words`, after
    a write: why what was written stands there as text that no watch follows; empty: all is well.
    `for_good`: its steps can never stand there, so that nobody needs to try again. `content`, of a
    direct read: name and steps as they are understood, so that they can be written again.
    """

    remote_id: str
    ident: str | None  # from the marker; None: the marker is gone, the id is in our records
    day: date | None
    name: str
    etag: str
    digest: str | None = None
    direct: bool = False
    in_words: str = ""
    for_good: bool = False
    content: Workout | None = field(default=None, compare=False, repr=False)


class EntryState(StrEnum):
    PENDING = "pending"  # a remote call was about to be made: differences mean nothing
    SETTLED = "settled"  # written, read back, verified
    ATHLETES = "athletes"  # handed over: theirs now


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What we wrote for one ident and what we then saw.

    `seen_digest` and `earlier_digests` hold versions (`version_of`): a day and a content together.
    """

    ident: str
    state: EntryState
    day: date
    remote_id: str | None = None  # None: never seen
    plan_digest: str | None = None  # of what we wrote
    seen_digest: str | None = None  # of what we then saw
    seen_etag: str | None = None
    earlier_digests: frozenset[str] = frozenset()  # versions we wrote, or saw after writing
    written_at: datetime | None = None  # machine time of the last intent or write
    seen_name: str | None = None  # None: not known, so not compared
    worded_on: date | None = None  # it stands there in words; its steps were last tried on this day


class How(StrEnum):
    """What the athlete did to an entry of ours."""

    MOVED = "moved"
    CHANGED = "changed"
    REMOVED = "removed"
    COPIED = "copied"  # theirs is a copy they made: it says nothing about the session


@dataclass(frozen=True, slots=True)
class Create:
    planned: PlannedWorkout
    because: str = ""


@dataclass(frozen=True, slots=True)
class Replace:
    remote_id: str
    planned: PlannedWorkout
    because: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the entry, then drop the record."""

    ident: str
    remote_id: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class DeleteCopy:
    """Remove one entry too many of this ident; the record stays as it is."""

    ident: str
    remote_id: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The entry is the athlete's from now on. `to_day` is where it stands; None: on no day."""

    ident: str
    remote_id: str | None
    how: How
    to_day: date | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the record; the calendar is not touched."""

    ident: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Remember:
    """Only the head in the listing moved: note it, so that it is not read again next time."""

    ident: str
    etag: str
    name: str
    because: str = ""


type Action = Create | Replace | Delete | DeleteCopy | HandOver | Forget | Remember


def version(day: date | None, content: str | None) -> str:
    """One state of an entry: a day and a content together. Moving it makes another version."""
    return f"{day}/{content}"


def versions(record: EntryRecord) -> frozenset[str]:
    """Every version that we wrote for this record or saw right after writing."""
    return record.earlier_digests | ({record.seen_digest} if record.seen_digest else set())


def intended(
    record: EntryRecord | None, action: Create | Replace | Delete, now: datetime
) -> EntryRecord | None:
    """To be committed before the remote call of `action`, at machine time `now`.

    None only when an entry without a record is deleted: then there is nothing to remember.
    """
    if isinstance(action, Delete):
        return record and replace(record, state=EntryState.PENDING, written_at=now)
    planned, content = action.planned, digest(action.planned)
    return EntryRecord(
        ident=planned.ident,
        state=EntryState.PENDING,
        day=planned.day,
        remote_id=action.remote_id if isinstance(action, Replace) else None,
        plan_digest=content,
        # With what is about to be written: an answer may be lost, and it is ours all the same.
        earlier_digests=(versions(record) if record else frozenset())
        | {version(planned.day, content)},
        written_at=now,
    )


def begun(pending: EntryRecord, remote_id: str) -> EntryRecord:
    """To be committed when the first part of what is being created is there, under this id."""
    return replace(pending, remote_id=remote_id)


def settled(
    pending: EntryRecord, seen: Observed, now: datetime, *, today: date | None = None
) -> EntryRecord:
    """To be committed after a create or replace came back as `seen`, verified.

    What came back in words is tried again on a day after `today`; None: only when the plan moves.
    """
    again = seen.in_words and not seen.for_good
    return replace(
        pending,
        state=EntryState.SETTLED,
        day=seen.day or pending.day,
        remote_id=seen.remote_id,
        seen_digest=version(seen.day, seen.digest),
        seen_etag=seen.etag,
        seen_name=seen.name,
        written_at=now,
        worded_on=today if again else None,
    )


def not_applied(before: EntryRecord | None) -> EntryRecord | None:
    """The remote call certainly had no effect: the record is again what it was before the intent.

    So nobody waits for a listing to show what was never written.
    """
    return before


def handed_over(record: EntryRecord, action: HandOver) -> EntryRecord:
    """The athlete's from now on. Our versions stay known: a late write of ours is still ours."""
    return replace(
        record,
        state=EntryState.ATHLETES,
        remote_id=action.remote_id,
        day=action.to_day or record.day,
    )


def remembered(record: EntryRecord, action: Remember) -> EntryRecord:
    return replace(record, seen_etag=action.etag, seen_name=action.name)


def reclaimed(record: EntryRecord) -> EntryRecord:
    """The athlete gives the entry back: the next run writes the plan over it."""
    return replace(record, state=EntryState.PENDING, written_at=None)
