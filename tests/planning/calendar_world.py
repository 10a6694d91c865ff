"""A hostile calendar in memory, and the few lines that publish a plan to it.

The service creates twice, applies without answering, shows old listings, touches heads for no
reason and may rewrite what it stores. The athlete edits, moves, copies and deletes. Every step of a
publish is a place to crash.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from planning.calendar import (
    Create,
    Decision,
    Delete,
    DeleteCopy,
    EntryRecord,
    Forget,
    HandOver,
    How,
    Observed,
    Policy,
    Remember,
    Replace,
    Views,
    decide,
    handed_over,
    intended,
    limited,
    not_applied,
    regarded,
    remembered,
    settled,
    suspicions,
)
from planning.workout import (
    Duration,
    DurationType,
    Kind,
    PlannedWorkout,
    Step,
    StepKind,
    Workout,
    digest,
)

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
TODAY = START.date()
NOTHING = Decision()


class NotAppliedError(Exception):
    """The request had no effect."""


class UnansweredError(Exception):
    """The request may have had its effect."""


def planned(ident: str, day: date, km: int = 8) -> PlannedWorkout:
    step = Step(StepKind.WORK, Duration(DurationType.DISTANCE, km * 1000.0))
    workout = Workout(Kind.EASY, f"Easy {km} km", "aerobic", (step,), km * 1000.0, km * 360.0, km)
    return PlannedWorkout(ident, day, workout)


@dataclass(frozen=True)
class Entry:
    ident: str
    day: date | None
    workout: Workout
    touched: int = 0  # the service's own counter


@dataclass
class World:
    """`lag_s` is how far behind listings are. `rewrites`: the service stores content in its own
    words, so that what is seen never equals what was planned. `renumbers`: an entry on another day
    is another entry.
    """

    rewrites: bool = False
    renumbers: bool = False
    now: datetime = START
    entries: dict[str, Entry] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=lambda: {"900": "Club run", "901": "Dentist"})
    lag_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    head_salt: int = 0
    serial: int = 0
    writes: int = 0
    reads: int = 0
    past: list[tuple[datetime, dict[str, Entry]]] = field(default_factory=list)

    def digest(self, entry: Entry) -> str:
        if self.rewrites:
            return f"stored:{entry.workout.name}:{entry.workout.distance_m}"
        return digest(PlannedWorkout(entry.ident, entry.day or date.min, entry.workout))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def listing(self, today: date) -> tuple[Observed, ...]:
        return tuple(
            Observed(
                remote_id,
                entry.ident,
                entry.day,
                entry.workout.name,
                f"{entry.touched}.{self.head_salt}",
            )
            for remote_id, entry in self._as_listed().items()
            if entry.day is None or entry.day >= today
        )

    def read(self, remote_id: str) -> Observed | None:
        self.reads += 1
        entry = self.entries.get(remote_id)
        return None if entry is None else self._seen(remote_id, entry)

    def create(self, workout: PlannedWorkout) -> Observed:
        fault = self._fault()
        for _ in range(2 if fault == "twice" else 1):
            remote_id = self.put(Entry(workout.ident, workout.day, workout.workout))
        return self._answer(fault, remote_id)

    def replace(self, remote_id: str, workout: PlannedWorkout) -> Observed:
        fault = self._fault()
        if remote_id not in self.entries:
            raise NotAppliedError
        self.change(remote_id, ident=workout.ident, workout=workout.workout)
        remote_id = self.move(remote_id, workout.day)
        self.writes += 1
        return self._answer(fault, remote_id)

    def delete(self, remote_id: str) -> None:
        fault = self._fault()
        self.remove(remote_id)
        self.writes += 1
        if fault == "unanswered":
            raise UnansweredError

    def put(self, entry: Entry) -> str:
        self._keep()
        self.serial += 1
        self.writes += 1
        self.entries[str(self.serial)] = entry
        return str(self.serial)

    def change(self, remote_id: str, **what: object) -> Entry:
        self._keep()
        entry = self.entries[remote_id]
        self.entries[remote_id] = replace(entry, touched=entry.touched + 1, **what)
        return self.entries[remote_id]

    def move(self, remote_id: str, day: date | None) -> str:
        """The id under which it stands on that day."""
        if not self.renumbers or day == self.entries[remote_id].day:
            self.change(remote_id, day=day)
            return remote_id
        self._keep()
        self.serial += 1
        self.entries[str(self.serial)] = replace(self.entries.pop(remote_id), day=day)
        return str(self.serial)

    def remove(self, remote_id: str) -> None:
        self._keep()
        self.entries.pop(remote_id, None)

    def catch_up(self) -> None:
        """Listings show the truth from here on."""
        self.past.clear()

    def _keep(self) -> None:
        self.past.append((self.now, dict(self.entries)))

    def _as_listed(self) -> dict[str, Entry]:
        then = self.now - timedelta(seconds=self.lag_s)
        return next((entries for until, entries in self.past if until > then), self.entries)

    def _seen(self, remote_id: str, entry: Entry) -> Observed:
        return Observed(
            remote_id,
            entry.ident,
            entry.day,
            entry.workout.name,
            f"{entry.touched}.{self.head_salt}",
            self.digest(entry),
            direct=True,
        )

    def _fault(self) -> str | None:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "refused":
            raise NotAppliedError
        return fault

    def _answer(self, fault: str | None, remote_id: str) -> Observed:
        if fault == "unanswered":
            raise UnansweredError
        return self._seen(remote_id, self.entries[remote_id])


@dataclass
class Publisher:
    """Applies decisions: intend (kept), write, settle (kept). `plan` answers hand-overs."""

    world: World
    today: date = TODAY
    plan: dict[str, PlannedWorkout] = field(default_factory=dict)
    records: dict[str, EntryRecord] = field(default_factory=dict)
    under_way: frozenset[str] = frozenset()
    policy: Policy = Policy.SYNC
    decision: Decision = NOTHING
    handed: list[HandOver] = field(default_factory=list)

    def want(self, *workouts: PlannedWorkout) -> None:
        self.plan |= {each.ident: each for each in workouts}

    def run(self, may_vanish: int = 3) -> Decision:
        for _ in self.steps(may_vanish):
            pass
        return self.decision

    def views(self) -> Views:
        last = self.today + timedelta(days=14)
        window = tuple(each for each in self.plan.values() if self.today <= each.day < last)
        listing = self.world.listing(self.today)
        views = Views(window, listing, tuple(self.records.values()), self.today, self.under_way)
        return regarded(views, self.policy)

    def steps(self, may_vanish: int = 3) -> Iterator[None]:
        """One publish; whoever stops iterating crashed it there."""
        views = self.views()
        direct = {each: self.world.read(each) for each in sorted(suspicions(views))}
        decision = decide(views, direct, now=self.world.now, may_vanish=may_vanish)
        self.decision, _ = limited(decision, self.policy)
        yield
        for action in self.decision.actions:
            yield from self._apply(action)

    def _apply(self, action) -> Iterator[None]:
        match action:
            case Create() | Replace() | Delete():
                yield from self._write(action)
            case DeleteCopy():
                self._quietly(action.remote_id)
            case HandOver():
                self.records[action.ident] = handed_over(self.records[action.ident], action)
                self.handed.append(action)
                self._obey(action)
            case Forget():
                del self.records[action.ident]
            case Remember():
                self.records[action.ident] = remembered(self.records[action.ident], action)
        yield

    def _write(self, action) -> Iterator[None]:
        ident = action.ident if isinstance(action, Delete) else action.planned.ident
        before = self.records.get(ident)
        pending = intended(before, action, self.world.now)
        self._store(ident, pending)
        yield
        try:
            match action:
                case Create():
                    seen = self.world.create(action.planned)
                case Replace():
                    seen = self.world.replace(action.remote_id, action.planned)
                case Delete():
                    seen = self.world.delete(action.remote_id)
        except NotAppliedError:
            self._store(ident, not_applied(before))
            return
        except UnansweredError:
            return
        yield
        self._store(ident, settled(pending, seen, self.world.now) if seen else None)

    def _quietly(self, remote_id: str) -> None:
        try:
            self.world.delete(remote_id)
        except (NotAppliedError, UnansweredError):
            return

    def _store(self, ident: str, record: EntryRecord | None) -> None:
        if record is None:
            self.records.pop(ident, None)
        else:
            self.records[ident] = record

    def _obey(self, action: HandOver) -> None:
        """What planning makes of a hand-over: a skip, a move, or nothing."""
        if action.how is How.REMOVED:
            self.plan.pop(action.ident, None)
        elif action.how is How.MOVED and action.ident in self.plan:
            self.plan[action.ident] = replace(self.plan[action.ident], day=action.to_day)
