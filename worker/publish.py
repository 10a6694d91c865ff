"""One athlete and one calendar: look, decide, and write what differs, each write by itself."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from connectors.errors import Refused
from connectors.ports import FeedsDevice, WorkoutCalendar
from planning.athlete import Athlete, Autonomy
from planning.calendar import (
    Action,
    Create,
    Decision,
    EntryRecord,
    EntryState,
    LeftOut,
    Observed,
    Policy,
    Replace,
    Room,
    Views,
    decide,
    limited,
    regarded,
    room_for,
    staying,
    suspicions,
)
from planning.replan import Outcome
from planning.schedule.lint import lint
from planning.schedule.plan import DayStatus, Plan
from planning.schedule.shown import shown
from planning.workout import PlannedWorkout
from worker import entries, policies, store, tables
from worker.app import Runtime
from worker.at_once import Busy, at_once
from worker.connections import CONNECTED, Connected, connection, opened, writes_calendar
from worker.db import reading, writing
from worker.outcomes import changes_ahead, latest_outcome
from worker.owing import owe_message
from worker.pausing import paused
from worker.perform import Held, Snooze
from worker.writer import Writer

MAY_VANISH = 3
LISTED_BACK = timedelta(days=1)  # an entry dragged to yesterday is still found in the listing
NOT_EQUAL = "Your calendar does not follow the plan"
EQUAL_AGAIN = "Your calendar follows the plan again"
IT_WAS_ME = "If it was you, run `goalward calendar sync --removed-by-me`."
UNDECIDED = "today's plan is not decided yet; look again in a moment"
PAUSED = "it is paused: `goalward calendar resume` starts it again"
LAGGING = "written, but the calendar may still be catching up: look again in two minutes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the calendar should hold, and from which day on it is ours to write."""

    today: date
    last: date
    desired: tuple[PlannedWorkout, ...]
    under_way: frozenset[str]  # sessions of today that are over or begun
    faults: tuple[str, ...]  # what lint says against writing this plan


@dataclass(frozen=True, slots=True)
class Look:
    """The three views of a calendar, and what follows from them."""

    wanted: Wanted
    records: Mapping[str, EntryRecord]
    observed: Sequence[Observed]
    direct: Mapping[str, Observed | None]  # reads by remote id
    decision: Decision
    waiting: tuple[PlannedWorkout, ...] = ()  # what a device has no room for yet
    theirs: int = 0  # of the athlete's own on that device
    left_out: tuple[LeftOut, ...] = ()  # by the policy of the calendar

    @property
    def why_not(self) -> str | None:
        """Why nothing may be written now and what helps; None when it may."""
        if self.wanted.faults:
            faults = "; ".join(self.wanted.faults)
            return f"The plan breaks a rule of its own: {faults}. `goalward plan lint` shows it."
        if self.decision.refusal:
            return f"{self.decision.refusal} {IT_WAS_ME}"
        return None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one look: how many writes, and which the service would not have."""

    look: Look
    written: int
    refused: tuple[Refused, ...]


def publish(runtime: Runtime, key: str, held: Held) -> None:
    """The actor. `key` is the id of a connection that has a calendar."""
    with reading(runtime.engine) as conn:
        connected = connection(conn, int(key))
        if connected is None or connected.state != CONNECTED:
            return
        if not writes_calendar(runtime, connected):
            return  # the athlete has it no longer written
        profile = store.profile_of(conn, connected.athlete_id)
    if profile.autonomy is not Autonomy.NEVER:
        try:
            done = _equalled(runtime, connected, held)
            look = done.look
            policies.tell_left_out(runtime, connected, look.left_out, look.records, look.direct)
            _concluded(done)
        except Busy:
            return  # whoever decides today's plan, or resumes the calendar, owes this again
        except Refused as error:
            _tell(runtime, connected, str(error))
            raise
        if connected.policy is not Policy.DRY_RUN:
            _tell_over(runtime, connected)


def sync_now(
    runtime: Runtime,
    connected: Connected,
    *,
    may_vanish: int = MAY_VANISH,
    wrote: Callable[[Action], object] = lambda _: None,
    looked: Callable[[Look], object] = lambda _: None,
) -> int:
    """For a command: write now, under the same lease as the workers. Returns the writes made.

    `may_vanish`: how many of ours may be gone at once before that looks like a fault. `wrote` is
    told of each write when it is made, `looked` of what was decided. Raises the service's errors,
    and `Busy` when the plan is of another day or somebody else is writing.
    """
    done: list[Done] = []

    def equalled(held: Held) -> None:
        done.append(_equalled(runtime, connected, held, may_vanish=may_vanish, wrote=wrote))
        looked(done[-1].look)
        _concluded(done[-1])

    try:
        at_once(runtime, connected, equalled)
    except Snooze as error:
        if done and done[-1].refused:
            raise done[-1].refused[0] from error
        raise Busy(LAGGING) from error
    return sum(each.written for each in done)


def _equalled(
    runtime: Runtime,
    connected: Connected,
    held: Held,
    *,
    may_vanish: int = MAY_VANISH,
    wrote: Callable[[Action], object] = lambda _: None,
) -> Done:
    """Make the calendar equal to the plan, as far as the service lets us."""
    with reading(runtime.engine) as conn:  # under the lease: the athlete may have said otherwise
        if paused(conn, connected):
            raise Busy(PAUSED)
        connected = connection(conn, connected.id) or connected
    with opened(runtime, connected) as use:
        if use.calendar is None:
            raise Refused(f"{connected.connector} has no calendar to write to")
        look = look_at(runtime, connected, use.calendar, may_vanish=may_vanish)
        if look.why_not is None:
            views = look.records, look.direct
            writer = Writer(runtime, connected, use.calendar, held, *views, look.wanted.today)
            try:
                return all_applied(writer, look, wrote)
            except Refused as error:
                refused = error
        else:
            refused = Refused(look.why_not)
    raise refused  # outside, for it says nothing of the connection's health


def all_applied(writer: Writer, look: Look, wrote: Callable[[Action], object]) -> Done:
    """An entry that the service refuses does not hold up the others; an account that it refuses
    does, and is told by the same words about two workouts of different names.
    """
    written, refused = 0, list[Refused]()
    before: tuple[str | None, str] | None = None  # the refusal just before: name and words
    for action in look.decision.actions:
        try:
            if writer.apply(action):
                written, before = written + 1, None
                wrote(action)
        except Refused as error:
            about = _name_of(action, look), str(error)
            if before and before[1] == about[1] and before[0] != about[0]:
                raise
            before = about
            refused.append(error)
    return Done(look, written, tuple(refused))


def _concluded(done: Done) -> None:
    """How the work ends: look again, give up what was refused, or done."""
    if done.look.decision.look_again_at:
        raise Snooze(done.look.decision.look_again_at, "the calendar may still be catching up")
    if done.refused:
        raise done.refused[0]


def look_at(
    runtime: Runtime,
    connected: Connected,
    calendar: WorkoutCalendar,
    *,
    outcome: Outcome | None = None,
    may_vanish: int = MAY_VANISH,
) -> Look:
    """Decide, and do nothing. `outcome`: today's, when it is not the one that is stored.

    Raises Busy when what was decided last is not of today.
    """
    with reading(runtime.engine) as conn:
        decided = outcome or latest_outcome(conn, connected.athlete_id)
        wanted = wanted_today(runtime, conn, connected.athlete_id, decided)
        records = entries.entries_of(conn, connected.id)
    known = frozenset(record.remote_id for record in records if record.remote_id)
    observed = calendar.entries(wanted.today - LISTED_BACK, wanted.last, known)
    handed = frozenset(each.ident for each in records if each.state is EntryState.ATHLETES)
    views = Views(wanted.desired, observed, records, wanted.today, wanted.under_way)
    stay = staying(views, connected.policy)
    room, theirs = _room(runtime, connected, calendar, wanted, handed, stay)
    wanted = replace(wanted, desired=room.fits)
    waiting = frozenset(each.ident for each in room.waiting)
    views = regarded(replace(views, desired=room.fits, waiting=waiting), connected.policy)
    direct = {remote_id: calendar.read(remote_id) for remote_id in sorted(suspicions(views))}
    decision = decide(
        views,
        direct,
        now=runtime.clock.machine_now(),
        settle_s=runtime.settings.calendar_settle_s,
        may_vanish=may_vanish,
    )
    by_ident = {record.ident: record for record in records}
    decision, left_out = limited(decision, connected.policy)
    return Look(wanted, by_ident, observed, direct, decision, room.waiting, theirs, left_out)


def _room(
    runtime: Runtime,
    connected: Connected,
    calendar: WorkoutCalendar,
    wanted: Wanted,
    handed: frozenset[str],
    stay: int,
) -> tuple[Room, int]:
    """What of it is written now where a device takes only so many, and how many there are theirs.

    What is under way stands there as well, as do the `stay` that nobody plans and that are left
    there, and what was handed over: that never waits.
    """
    most = runtime.connectors[connected.connector].capabilities.device_entries
    if most is None or not isinstance(calendar, FeedsDevice):
        return Room(wanted.desired), 0
    theirs = calendar.taken(wanted.today, wanted.last)
    kept = tuple(each for each in wanted.desired if each.ident in handed)
    ours = [each for each in wanted.desired if each.ident not in handed]
    taken = theirs + len(wanted.under_way) + len(kept) + stay
    room = room_for(ours, theirs=taken, most=most, today=wanted.today)
    return Room((*kept, *room.fits), room.waiting), theirs


def wanted_today(
    runtime: Runtime, conn: Connection, athlete_id: int, outcome: Outcome | None
) -> Wanted:
    """The workouts of the coming days, from what was decided today."""
    profile = store.profile_of(conn, athlete_id)
    today = runtime.calendar_now(conn).astimezone(profile.zone).date()
    if outcome is None or outcome.day != today:
        raise Busy(UNDECIDED)
    last = today + timedelta(days=profile.horizon_days - 1)
    plan = outcome.plan
    if plan is None:
        return Wanted(today, last, (), frozenset(), ())
    days = [day for day in plan.days() if today <= day.day <= last and day.workout]
    changes = changes_ahead(conn, athlete_id, outcome)
    begun = {
        day.workout.ident
        for day in days
        if day.workout and day.status in {DayStatus.DONE, DayStatus.PARTLY}
    }
    desired = tuple(
        shown(day.workout, focus=week.focus, changes=changes, units=profile.units)
        for week in plan.weeks
        for day in week.days
        if day in days and day.workout and day.workout.ident not in begun
    )
    faults = _faults(conn, athlete_id, plan, profile, today)
    return Wanted(today, last, desired, frozenset(begun), faults)


def _faults(
    conn: Connection, athlete_id: int, plan: Plan, profile: Athlete, today: date
) -> tuple[str, ...]:
    found = lint(
        plan,
        athlete=profile,
        goals=store.goals(conn, athlete_id),
        activities=store.activities(conn, athlete_id),
        today=today,
        breaks=store.breaks(conn, athlete_id),
    )
    return tuple(f"{finding.day}: {finding.sentence} ({finding.rule})" for finding in found)


def _name_of(action: Action, look: Look) -> str | None:
    match action:
        case Create(planned=planned) | Replace(planned=planned):
            return planned.workout.name
        case _:
            record = look.records.get(action.ident)
            return record.seen_name if record else None


def _tell(runtime: Runtime, connected: Connected, why: str) -> None:
    """The same words once a week: a refusal comes again with every publish."""
    words = hashlib.sha256(why.encode()).hexdigest()[:12]
    with writing(runtime.engine) as conn:
        year, week, _ = runtime.calendar_now(conn).isocalendar()
        key = f"refused:{connected.id}:{year}-W{week}:{words}"
        owe_message(runtime, conn, connected.athlete_id, key=key, title=NOT_EQUAL, body=why)


def _tell_over(runtime: Runtime, connected: Connected) -> None:
    """Once to whoever was told of the last refusal."""
    row, mine = tables.message, f"refused:{connected.id}:"
    told = select(func.max(row.c.id)).where(
        row.c.athlete_id == connected.athlete_id, row.c.key.startswith(mine, autoescape=True)
    )
    with reading(runtime.engine) as conn:
        last = conn.scalar(told)
    if last is None:
        return
    body = "All that is planned is in it."
    with writing(runtime.engine) as conn:
        key = f"follows:{connected.id}:{last}"
        owe_message(runtime, conn, connected.athlete_id, key=key, title=EQUAL_AGAIN, body=body)
