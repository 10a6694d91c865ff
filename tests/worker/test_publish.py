"""What one bad entry may hold up, when nothing is written at all, and what is told of it.

Real databases, Garmin's simulated service over HTTP, its real client library.
"""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Refused
from connectors.ports import Opened
from planning.athlete import Autonomy
from planning.calendar import Decision
from planning.schedule.plan import Layer, LayerKind
from tests.worker.living import life_with_services
from tests.worker.published import (
    TODAY,
    a_published_life,
    coming,
    connected,
    does,
    equals_the_plan,
    free_day,
    on_calendar,
    outdated,
    plan,
    publishes,
    record_of,
    removes,
)
from worker import hand, outbox, tables
from worker.actors import as_of
from worker.at_once import Busy
from worker.connections import opened
from worker.db import writing
from worker.owing import owe_publishing, owe_replan
from worker.publish import EQUAL_AGAIN, NOT_EQUAL, Look, Wanted, look_at, sync_now
from worker.schedule import tick


@pytest.fixture
def garmin(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        yield lived


# --- yesterday's plan is not written --------------------------------------------------------------


def requests(lived):
    return sum(lived.control.dump()["requests"].values())


def test_after_midnight_nothing_is_done_before_today_is_decided(database_url, tmp_path):
    with a_published_life(database_url, tmp_path) as lived:
        lived.clock.at = datetime(2026, 8, 31, 22, 0, 5, tzinfo=UTC)  # 00:00:05 in Paris
        lived.control.day(lived.today)
        before, asked = on_calendar(lived), requests(lived)
        tick(lived.runtime)
        assert lived.work("publish") == 1
        assert (on_calendar(lived), requests(lived)) == (before, asked)
        assert lived.owed("publish") == []
        with pytest.raises(Busy, match="not decided"):
            sync_now(lived.runtime, connected(lived))
        assert requests(lived) == asked
        lived.work("replan")
        assert len(lived.owed("publish")) == 1  # because the day is a new one
        lived.work()
        assert equals_the_plan(lived)
        assert lived.rows(tables.message) == []


def test_before_anything_was_decided_nothing_is_written(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path) as lived:
        lived.connect_garmin()
        publishes(lived)
        assert [key for key in lived.control.dump()["requests"] if key.startswith("garmin")] == []
        with pytest.raises(Busy, match="not decided"):
            sync_now(lived.runtime, connected(lived))


def test_whoever_asks_meanwhile_sees_what_would_be_written_today(garmin):
    garmin.clock.at = datetime(2026, 8, 31, 22, 0, 5, tzinfo=UTC)
    today = as_of(garmin.runtime, 1)
    with opened(garmin.runtime, connected(garmin)) as use:
        look = look_at(garmin.runtime, connected(garmin), use.calendar, outcome=today)
        with pytest.raises(Busy):
            look_at(garmin.runtime, connected(garmin), use.calendar)
    assert look.wanted.today == TODAY + timedelta(days=1)
    assert look.decision.actions


# --- one bad entry, and a bad account -------------------------------------------------------------


def workout_ids(lived):
    rows = lived.rows(tables.calendar_entry)
    return {row.ident: row.remote_id.partition("/")[0] for row in rows if row.remote_id}


def refusing(lived, *workouts, words="no such step"):
    for workout in workouts:
        path = f"workout/{workout_ids(lived)[workout.ident]}"
        body = {"message": words}
        lived.control.fault(
            "garmin", status=400, method="PUT", path_contains=path, times=99, body=body
        )


def still_outdated(lived):
    rows = lived.rows(tables.calendar_entry, plan_digest="another")
    pending = lived.rows(tables.calendar_entry, state="pending")
    return {row.ident for row in (*rows, *pending)}


def test_an_entry_that_is_refused_holds_up_no_other(database_url, tmp_path):
    with a_published_life(database_url, tmp_path) as lived:
        first, *rest = coming(lived)
        outdated(lived, first, *rest)
        refusing(lived, first)
        publishes(lived)
        assert still_outdated(lived) == {first.ident}
        (owed,) = lived.rows(tables.outbox, actor="publish")
        assert owed.buried_at is not None
        assert "400" in owed.last_error
        assert connected(lived).problem is None  # the connection is well
        (told,) = lived.rows(tables.message)
        assert (told.title, "400" in told.body) == ("Your calendar does not follow the plan", True)
        publishes(lived)
        assert len(lived.rows(tables.message)) == 1
        lived.control.clear_faults()
        publishes(lived)
        assert still_outdated(lived) == set()
        assert equals_the_plan(lived)


def test_two_of_one_name_that_are_refused_alike_hold_up_no_other(garmin):
    """The same words about workouts of one name may well be about that kind of workout."""
    garmin.profile(runs_per_week=6)
    with writing(garmin.engine) as conn:
        owe_replan(garmin.runtime, conn, 1)
    publishes(garmin)
    workouts = coming(garmin, after=0)
    names = [workout.workout.name for workout in workouts]
    name = next(n for n in names if names.count(n) > 1)
    bad = [w for w in workouts if w.workout.name == name][:2]
    last = next(w for w in reversed(workouts) if w not in bad)
    assert last.day > bad[-1].day
    outdated(garmin, *bad, last)
    refusing(garmin, *bad)
    publishes(garmin)
    assert still_outdated(garmin) == {workout.ident for workout in bad}


def test_two_that_are_refused_for_different_reasons_hold_up_no_other(garmin):
    first, second, third, *_ = coming(garmin)
    assert first.workout.name != second.workout.name
    outdated(garmin, first, second, third)
    refusing(garmin, first, words="too short")
    refusing(garmin, second, words="too fast")
    publishes(garmin)
    assert still_outdated(garmin) == {first.ident, second.ident}


def test_an_account_that_is_refused_is_asked_twice_at_most(garmin):
    workouts = coming(garmin)
    outdated(garmin, *workouts)
    assert workouts[0].workout.name != workouts[1].workout.name
    garmin.control.settings(consent=False)
    before = written(garmin)
    publishes(garmin)
    assert written(garmin) - before == 2
    assert connected(garmin).problem is None  # reading goes on as ever
    with pytest.raises(Refused, match="consent"):
        sync_now(garmin.runtime, connected(garmin))
    garmin.control.settings(consent=True)
    publishes(garmin)
    assert still_outdated(garmin) == set()
    assert connected(garmin).problem is None
    publishes(garmin)
    told = [row.title for row in garmin.rows(tables.message) if "Your calendar" in row.title]
    assert told == [NOT_EQUAL, EQUAL_AGAIN]


def written(lived):
    asked = lived.control.dump()["requests"]
    return sum(n for what, n in asked.items() if what.startswith("garmin PUT /workout-service/w"))


# --- why nothing was written, in words ------------------------------------------------------------


def test_many_that_vanished_are_told_with_what_to_do_if_it_was_you(garmin):
    for workout in coming(garmin)[:4]:
        removes(garmin, workout)
    before = on_calendar(garmin)
    publishes(garmin)
    (told,) = garmin.rows(tables.message)
    assert "sync --removed-by-me" in told.body
    assert "plan lint" not in told.body
    assert on_calendar(garmin) == before
    with pytest.raises(Refused, match="sync --removed-by-me"):
        sync_now(garmin.runtime, connected(garmin))
    assert connected(garmin).problem is None
    assert (
        sync_now(garmin.runtime, connected(garmin), may_vanish=1000) == 0
    )  # handed over, not written
    publishes(garmin)
    assert equals_the_plan(garmin)


def test_a_plan_that_breaks_a_rule_is_told_with_the_command_that_shows_it():
    wanted = Wanted(TODAY, TODAY, (), frozenset(), ("2026-09-01: too long (L1)",))
    why = Look(wanted, {}, (), {}, Decision()).why_not
    assert "too long (L1)" in why
    assert "goalward plan lint" in why
    assert "removed-by-me" not in why
    assert Look(replace(wanted, faults=()), {}, (), {}, Decision()).why_not is None


# --- writing at once, for a command ---------------------------------------------------------------


@dataclass
class Meanwhile:
    """Garmin's connector; something happens right after one of the calendar's calls."""

    real: Any
    call: str
    happens: Any

    @property
    def name(self):
        return self.real.name

    @property
    def capabilities(self):
        return self.real.capabilities

    @contextmanager
    def open(self, link, now):
        with self.real.open(link, now) as use:
            yield Opened(calendar=_Meanwhile(use.calendar, self.call, self.happens))


class _Meanwhile:
    def __init__(self, real, call, happens):
        self._real, self._call, self._happens = real, call, happens

    def __getattr__(self, name):
        real = getattr(self._real, name)
        if name != self._call:
            return real

        def call(*args):
            answer = real(*args)
            self._happens()
            return answer

        return call


def meanwhile(lived, call, happens):
    real = lived.runtime.connectors["garmin"]
    lived.runtime.connectors = {"garmin": Meanwhile(real, call, happens)}


def taken_over(lived):
    """Our process was paused for longer than a lease, and another worker has come to it."""
    lived.clock.later(seconds=11)
    (owed,) = lived.rows(tables.outbox, actor="publish")
    assert outbox.claim(lived.engine, owed.id, owner="another")


def test_only_what_was_written_is_counted(garmin):
    first, second, *_ = coming(garmin)
    removes(garmin, first)  # to be handed over, which writes nothing there
    outdated(garmin, second)
    assert sync_now(garmin.runtime, connected(garmin)) == 1
    garmin.clock.later(minutes=5)
    garmin.work()
    assert sync_now(garmin.runtime, connected(garmin)) == 0


def test_a_fault_of_ours_is_raised_as_it_is(garmin):
    def fails():
        raise KeyError("a fault of ours")

    meanwhile(garmin, "entries", fails)
    with pytest.raises(KeyError, match="a fault of ours"):
        sync_now(garmin.runtime, connected(garmin))


@pytest.mark.parametrize("call", ["read", "replace"])
def test_somebody_who_took_over_is_told_as_busy_and_their_records_stand(garmin, call):
    (workout, *_) = coming(garmin)
    outdated(garmin, workout)
    before = record_of(garmin, workout.ident)
    meanwhile(garmin, call, lambda: taken_over(garmin))
    with pytest.raises(Busy, match="a worker is writing"):
        sync_now(garmin.runtime, connected(garmin))
    after = record_of(garmin, workout.ident)
    assert after.state == ("settled" if call == "read" else "pending")
    assert (after == before) is (call == "read")


def test_nothing_is_written_once_somebody_may_take_over(garmin):
    """Nobody has yet; but this process was away for longer than its lease."""
    (workout, *_) = coming(garmin)
    outdated(garmin, workout)
    before = written(garmin)
    meanwhile(garmin, "read", lambda: garmin.clock.later(seconds=11))
    with pytest.raises(Busy, match="a worker is writing"):
        sync_now(garmin.runtime, connected(garmin))
    assert written(garmin) == before


def test_a_calendar_that_another_worker_holds_is_busy(garmin):
    with writing(garmin.engine) as conn:
        owe_publishing(garmin.runtime, conn, 1)
    (owed,) = garmin.owed("publish")
    assert outbox.claim(garmin.engine, owed.id, owner="another")
    with pytest.raises(Busy, match="a worker is writing"):
        sync_now(garmin.runtime, connected(garmin))


def test_what_may_still_be_catching_up_is_said(garmin):
    (workout, *_) = coming(garmin)
    outdated(garmin, workout)
    assert sync_now(garmin.runtime, connected(garmin)) == 1
    removes(garmin, workout)  # too soon after our write to be believed
    with pytest.raises(Busy, match="catching up"):
        sync_now(garmin.runtime, connected(garmin))


def test_who_wants_to_look_first_is_not_written_to_by_workers(garmin):
    garmin.profile(autonomy=Autonomy.NEVER)
    (workout, *_) = coming(garmin)
    outdated(garmin, workout)
    publishes(garmin)
    assert still_outdated(garmin) == {workout.ident}
    assert sync_now(garmin.runtime, connected(garmin)) == 1


# --- the journal ----------------------------------------------------------------------------------


def test_the_journal_says_what_stood_there_before(garmin):
    created = garmin.rows(tables.calendar_journal)
    assert {(row.action, row.before) for row in created} == {("create", None)}
    assert all(row.after["workout"]["steps"] for row in created)
    kept, moved, dropped, *_ = coming(garmin)
    outdated(garmin, kept)
    stood = {ident: record_of(garmin, ident) for ident in (kept.ident, moved.ident, dropped.ident)}
    garmin.control.move_entry(moved.ident, free_day(garmin, moved.day))
    does(garmin, hand.by_command, Layer(LayerKind.SKIP, dropped.ident, None, "by you"))
    rows = {row.ident: row for row in garmin.rows(tables.calendar_journal)[len(created) :]}
    for ident, action in (
        (kept.ident, "replace"),
        (moved.ident, "hand over"),
        (dropped.ident, "delete"),
    ):
        was, row = stood[ident], rows[ident]
        assert row.action == action
        assert row.before == {
            "remote_id": was.remote_id,
            "day": was.day.isoformat(),
            "name": was.seen_name,
            "digest": was.seen_digest.partition("/")[2],
        }
    assert rows[moved.ident].after["day"] == free_day_of(garmin, moved).isoformat()


def free_day_of(lived, workout):
    """Where the athlete put it."""
    return next(d.day for d in plan(lived).days() if d.workout and d.workout.ident == workout.ident)
