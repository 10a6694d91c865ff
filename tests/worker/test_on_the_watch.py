"""What reaches the watch, and what it has room for, by the real worker against Garmin's simulation.

A watch takes what is scheduled when it asks; what changes for the next two days is sent at once.
"""

from datetime import timedelta

from planning.schedule.plan import Layer, LayerKind
from tests.worker.on_calendars import commands
from tests.worker.published import (
    a_published_life,
    coming,
    connected,
    does,
    edits,
    on_calendar,
    outdated,
    plan,
    publishes,
    record_of,
    removes,
    skips,
)
from worker import hand, tables
from worker.connections import opened
from worker.db import writing
from worker.owing import owe_replan
from worker.publish import look_at


def sent(lived):
    return lived.control.dump()["sent_to_devices"]


def soon(lived):
    days = (lived.today, lived.today + timedelta(days=1))
    return [day.workout for day in plan(lived).days() if day.workout and day.day in days]


def test_whatever_changes_soon_is_sent_once_after_all_writes(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        assert sent(lived) == 1  # a fortnight of workouts
        publishes(lived, times=2)
        assert sent(lived) == 1
        far = [one for one in coming(lived) if one.day > lived.today + timedelta(days=4)]
        outdated(lived, *far)
        publishes(lived)
        assert sent(lived) == 1
        outdated(lived, *soon(lived), *far)
        publishes(lived)
        assert sent(lived) == 2


def test_what_is_skipped_soon_leaves_the_watch_as_well(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        (first, *_) = soon(lived)
        before = sent(lived)
        does(lived, hand.by_command, Layer(LayerKind.SKIP, first.ident, None, "by command"))
        assert first.ident not in {ident for ident, _, _ in on_calendar(lived)}
        assert sent(lived) == before + 1
        far = coming(lived)[-1]
        does(lived, hand.by_command, Layer(LayerKind.SKIP, far.ident, None, "by command"))
        assert far.ident not in {ident for ident, _, _ in on_calendar(lived)}
        assert sent(lived) == before + 1


def own(lived, number):
    """Workouts of the athlete's own, on the days to come."""
    for n in range(number):
        lived.control.add_entry(f"Gym {n}", lived.today + timedelta(days=n % 14))


def ours(lived):
    return [day for _, day, _ in on_calendar(lived)]


def test_a_watch_holds_so_many_entries_and_the_soonest_of_ours_are_among_them(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        days = sorted(ours(lived))
        theirs = looked(lived).theirs
        own(lived, 30 - theirs - 5)
        publishes(lived)
        assert sorted(ours(lived)) == days[:5]
        publishes(lived)
        look = looked(lived)
        assert not look.decision.actions
        assert [one.day.isoformat() for one in look.waiting] == days[5:]
        assert look.theirs == 25
        wrote = lived.rows(tables.calendar_journal, action="delete")
        assert {row.reason for row in wrote} == {"no room for it on the watch yet"}
        assert lived.rows(tables.message) == []
        assert lived.rows(tables.layer) == []  # it is nobody's skip

        own(lived, 30)
        publishes(lived)
        soon = (lived.today + timedelta(days=3)).isoformat()
        assert sorted(ours(lived)) == [day for day in days if day < soon]


def test_what_was_handed_over_takes_its_place_and_never_waits(sqlite_url, tmp_path):
    """Else it would be forgotten, and written anew once there is room."""
    with a_published_life(sqlite_url, tmp_path) as lived:
        last = coming(lived)[-1]
        edits(lived, last)
        publishes(lived)
        assert record_of(lived, last.ident).state == "athletes"
        own(lived, 30 - looked(lived).theirs - 5)
        publishes(lived)
        look = looked(lived)
        assert last.ident not in {one.ident for one in look.waiting}
        assert len(look.wanted.desired) == 5
        removes(lived, last)
        publishes(lived)
        assert record_of(lived, last.ident).state == "athletes"


def test_what_is_left_there_takes_its_place_too(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived, commands(lived, tmp_path) as command:
        command.ok("calendar", "policy", "no-deletes")
        skips(lived, coming(lived)[-1])
        own(lived, 30 - looked(lived).theirs - 5)
        assert len(looked(lived).wanted.desired) == 4


def test_what_waits_is_written_as_days_pass(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        own(lived, 30 - looked(lived).theirs - 5)
        publishes(lived)
        first = looked(lived).waiting[0]
        lived.clock.later(days=2)
        lived.control.day(lived.today)
        with writing(lived.engine) as conn:
            owe_replan(lived.runtime, conn, 1)
        lived.work()
        assert first.day.isoformat() in ours(lived)


def looked(lived):
    with opened(lived.runtime, connected(lived)) as use:
        return look_at(lived.runtime, connected(lived), use.calendar)


def test_the_difference_tells_what_waits_and_nobody_is_alarmed(sqlite_url, tmp_path):
    with a_published_life(sqlite_url, tmp_path) as lived:
        own(lived, 30 - looked(lived).theirs - 4)
        publishes(lived)
        look = looked(lived)
        waiting = [workout.ident for workout in look.waiting]
        with commands(lived, tmp_path) as command:
            one = command.ok("calendar", "diff", "--json").json
            told = command.ok("calendar", "diff").out
        assert [each["ident"] for each in one["waiting"]] == waiting
        first = look.waiting[0].day
        assert f"{len(waiting)} workouts from {first} on not written yet: beside yours" in told
        assert told.endswith(f"garmin: nothing to do, {one['foreign']} yours untouched.\n")
