"""The three views of a calendar, sorted into one case for each ident."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.calendar.entries import EntryRecord, EntryState, Observed, version, versions
from planning.workout import PlannedWorkout, digest

KEPT = timedelta(days=28)  # how long what stood on a past day is remembered before it is pruned


@dataclass(frozen=True, slots=True)
class Views:
    """The three views of one calendar. `observed` is a complete listing from `today` on.

    Days before `today` and the idents `under_way` are never touched. Those `waiting` are planned,
    but not for now. Foreign entries have neither a marker nor an id in our records, so no action
    can name them.
    """

    desired: Sequence[PlannedWorkout]
    observed: Sequence[Observed]
    records: Sequence[EntryRecord]
    today: date
    under_way: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """All that the three views say of one ident."""

    ident: str
    planned: PlannedWorkout | None
    record: EntryRecord | None
    listed: tuple[Observed, ...]  # heads, as the listing shows them
    day: date  # the first it is about
    past: bool = False  # what we wrote stood on a day that is over
    outlived: bool = False  # and has been for longer than we remember
    again: bool = False  # it stands there in words, and its steps were not tried today
    waits: bool = False  # it is planned, and there is no room for it yet

    @property
    def state(self) -> EntryState | None:
        return self.record.state if self.record else None

    @property
    def remote_id(self) -> str | None:
        return self.record.remote_id if self.record else None

    @property
    def ids(self) -> frozenset[str]:
        """What has to be read to know how this case stands."""
        recorded = {self.remote_id} if self.remote_id else set()
        return frozenset({entry.remote_id for entry in self.listed} | recorded)

    def saw(self, entry: Observed) -> bool:
        """It is as we last saw it, under the id we know."""
        seen = self.record.seen_digest if self.record else None
        return entry.remote_id == self.remote_id and version(entry.day, entry.digest) == seen

    def wrote(self, entry: Observed) -> bool:
        """It is some version of ours: the latest, an earlier one, or what we would write now."""
        planned = {version(self.planned.day, digest(self.planned))} if self.planned else set()
        ours = versions(self.record) if self.record else frozenset()
        return version(entry.day, entry.digest) in ours | planned

    def left_over(self, entry: Observed) -> bool:
        """Still as we wrote it, be it that the athlete moved it or took it off its day; or the rest
        of a write that broke off.
        """
        seen = self.record.seen_etag if self.record else None
        if seen and (entry.remote_id, entry.etag) == (self.remote_id, seen):
            return True
        if self.state is EntryState.ATHLETES:
            return False
        return self.wrote(entry) or (self.state is EntryState.PENDING and entry.day is None)

    def holds(self, planned: PlannedWorkout) -> bool:
        """What we wrote last is what the plan wants now."""
        return self.record is not None and self.record.plan_digest == digest(planned)

    def knows(self, head: Observed) -> bool:
        """The listing shows what it showed when we last looked closely."""
        record = self.record
        return (
            record is not None
            and head.remote_id == record.remote_id
            and (head.day, head.etag) == (record.day, record.seen_etag)
            and record.seen_name in {None, head.name}
        )

    @property
    def as_expected(self) -> bool:
        """Listing and plan are just as we left them: nothing to read, nothing to do."""
        match self.state, self.listed:
            case EntryState.SETTLED, (head,):
                held = self.planned is not None and self.holds(self.planned)
                return held and self.knows(head) and not self.again
            case EntryState.ATHLETES, ():
                return self.planned is not None
            case EntryState.ATHLETES, (head,):
                return head.remote_id == self.remote_id
            case _:
                return False


def suspicious_cases(views: Views) -> tuple[Case, ...]:
    """Every case that is not as expected, soonest first, without what is past or under way."""
    wanted = {each.ident: each for each in views.desired if each.day >= views.today}
    records = {each.ident: each for each in views.records}
    owners = {each.remote_id: each.ident for each in views.records if each.remote_id}
    listed: dict[str, list[Observed]] = defaultdict(list)
    for entry in views.observed:
        ident = owners.get(entry.remote_id, entry.ident)
        if ident is not None and (entry.day is None or entry.day >= views.today):
            listed[ident].append(entry)
    cases = (
        _case(views, ident, wanted.get(ident), records.get(ident), tuple(listed[ident]))
        for ident in (wanted.keys() | records.keys() | listed.keys()) - views.under_way
    )
    found = [case for case in cases if case is not None and not case.as_expected]
    return tuple(sorted(found, key=lambda case: (case.day, case.ident)))


def _case(
    views: Views,
    ident: str,
    wanted: PlannedWorkout | None,
    record: EntryRecord | None,
    listed: tuple[Observed, ...],
) -> Case | None:
    """None: its day is over, so it is left alone."""
    today, waits = views.today, ident in views.waiting
    days = [each.day for each in (wanted, record, *listed) if each and each.day]
    stands_ahead = any(entry.day for entry in listed)  # what stands on past days is not listed
    unfinished = record is not None and record.state is EntryState.PENDING and bool(listed)
    if record is None or record.day >= today or stands_ahead or unfinished:
        past = record is not None and record.day < today
        worded_on = record.worded_on if record else None
        again = worded_on is not None and worded_on < today
        first = min(days, default=today)
        return Case(ident, wanted, record, listed, first, past=past, again=again, waits=waits)
    if wanted is None and record.day < today - KEPT:
        return Case(ident, None, record, (), day=record.day, past=True, outlived=True)
    if wanted is not None and record.state is not EntryState.ATHLETES:
        # Planned anew: what stands on the past day stays there, with no record any more.
        return Case(ident, wanted, None, (), day=wanted.day)
    return None


@dataclass(frozen=True, slots=True)
class Found:
    """Several with one ident, told apart: the one that counts, those too many, the athlete's."""

    entry: Observed | None
    surplus: tuple[Observed, ...]
    copies: tuple[Observed, ...]


def found_in(case: Case, direct: Mapping[str, Observed | None], today: date) -> Found:
    """Keep the recorded entry, else what we wrote, lowest id first. Others are surplus when they
    equal something we wrote, otherwise they are copies that the athlete made theirs.
    """
    present = list(_present(case, direct, today))
    entry = next(_candidates(case, direct, present), None)
    others = [each for each in present if each is not entry]
    return Found(
        entry,
        surplus=tuple(each for each in others if case.wrote(each)),
        copies=tuple(each for each in others if not case.wrote(each)),
    )


def _candidates(
    case: Case, direct: Mapping[str, Observed | None], present: Sequence[Observed]
) -> Iterator[Observed]:
    """What may count as the entry of this ident, the likeliest first."""
    yield from (each for each in present if each.remote_id == case.remote_id)
    if case.state is not EntryState.ATHLETES:  # a late write of ours never stands in for theirs
        yield from (each for each in present if case.wrote(each))
    # While our own entry is there, be it on a past day, nothing stands in for it that we never
    # wrote: after a crash in the middle of a write that would be the athlete's own copy.
    if case.state is not EntryState.PENDING or direct.get(case.remote_id or "") is None:
        strangers = (each for each in present if not case.wrote(each))
        yield from sorted(strangers, key=lambda each: _like_a_copy(case, each))


def _like_a_copy(case: Case, entry: Observed) -> tuple[bool, bool]:
    """A write of ours that a service stored in its own words, under a new id, is of content never
    seen before, or on the day we meant; a copy is old content on another day.
    """
    known = versions(case.record) if case.record else frozenset[str]()
    contents = {each.partition("/")[2] for each in known}
    return entry.digest in contents, case.record is None or entry.day != case.record.day


def _present(case: Case, direct: Mapping[str, Observed | None], today: date) -> Iterator[Observed]:
    """What is there, by id (shorter first: ids are mostly numbers).

    What stands on a past day is not looked at, unless the athlete put it there just now.
    """
    for remote_id in sorted(case.ids, key=lambda each: (len(each), each)):
        match direct[remote_id]:
            case None:
                continue
            case Observed(day=date() as day) as entry if day < today:
                ahead = case.day >= today and case.state is not EntryState.PENDING
                if case.outlived or (ahead and remote_id == case.remote_id):
                    yield entry
            case entry:
                yield entry
