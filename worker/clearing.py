"""Taking all of ours off a calendar, from today on: a reconciliation with nothing wanted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from connectors.errors import Refused
from connectors.ports import WorkoutCalendar
from planning.calendar import KEPT, TAKEN_OFF, Action, Views, clearing, to_be_read
from worker import entries, journal
from worker.app import Runtime
from worker.at_once import Busy, at_once
from worker.connections import Connected, opened
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.perform import Held
from worker.publish import LAGGING, LISTED_BACK, Look, all_applied, wanted_today
from worker.writer import Writer

FARTHEST = KEPT  # no horizon reaches farther, so nothing of ours stands later but by their hand


def look_to_clear(runtime: Runtime, connected: Connected, calendar: WorkoutCalendar) -> Look:
    """Decide, and do nothing. Raises Busy before today is decided."""
    with reading(runtime.engine) as conn:
        outcome = latest_outcome(conn, connected.athlete_id)
        wanted = wanted_today(runtime, conn, connected.athlete_id, outcome)
        records = entries.entries_of(conn, connected.id)
    known = frozenset(each.remote_id for each in records if each.remote_id)
    last = max([wanted.today + FARTHEST, *(each.day for each in records)])
    observed = calendar.entries(wanted.today - LISTED_BACK, last + timedelta(days=1), known)
    views = Views(wanted.desired, observed, records, wanted.today, wanted.under_way)
    direct = {remote_id: calendar.read(remote_id) for remote_id in sorted(to_be_read(views))}
    decision = clearing(
        views,
        direct,
        now=runtime.clock.machine_now(),
        settle_s=runtime.settings.calendar_settle_s,
    )
    by_ident = {each.ident: each for each in records}
    return Look(replace(wanted, desired=(), faults=()), by_ident, observed, direct, decision)


def clear_now(
    runtime: Runtime,
    connected: Connected,
    *,
    pause: Callable[[Connection], object],
    wrote: Callable[[Action], object] = lambda _: None,
) -> Look:
    """Under the lease of the workers. `pause`s the calendar first, or the plan would be written
    again. Raises the service's errors, and Busy; called again, it goes on.
    """

    def cleared(held: Held) -> Look:
        with opened(runtime, connected) as use:
            if use.calendar is None:
                raise Refused(f"{connected.connector} has no calendar to write to")
            with writing(runtime.engine) as conn:
                held.check(conn)
                pause(conn)
                run = journal.going_on(conn, connected.id, TAKEN_OFF)
            look = look_to_clear(runtime, connected, use.calendar)
            views = look.records, look.direct
            writer = Writer(runtime, connected, use.calendar, held, *views, look.wanted.today, run)
            done = all_applied(writer, look, wrote)
        if look.decision.look_again_at:
            raise Busy(LAGGING)
        if done.refused:
            raise done.refused[0]
        return look

    return at_once(runtime, connected, cleared)
