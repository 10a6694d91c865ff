"""What actions make of a calendar, as changes in the order of days."""

from dataclasses import replace
from datetime import timedelta

from planning.calendar import (
    Become,
    Create,
    Delete,
    DeleteCopy,
    EntryRecord,
    EntryState,
    Forget,
    HandOver,
    How,
    Observed,
    Remember,
    Replace,
    changes,
)
from tests.planning.calendar_world import TODAY, planned


def day(n):
    return TODAY + timedelta(days=n)


RECORD = EntryRecord("easy", EntryState.SETTLED, day(1), "1", "p", "s", "e", seen_name="Easy")
RECORDS = {"easy": RECORD}


def one(action, records=RECORDS, seen=None):
    (found,) = changes([action], records, seen or {})
    assert (found.action, found.because) == (action, action.because)
    return found.become, found.from_day, found.day, found.name


def test_what_is_new_is_created():
    action = Create(planned("new", day(2)), "new in the plan")
    assert one(action) == (Become.CREATED, None, day(2), "Easy 8 km")


def test_on_another_day_it_is_moved_and_else_changed():
    assert one(Replace("1", planned("easy", day(3)))) == (
        (Become.MOVED, day(1), day(3), "Easy 8 km")
    )
    assert one(Replace("1", planned("easy", day(1)))) == (
        (Become.CHANGED, None, day(1), "Easy 8 km")
    )


def test_where_it_stands_is_what_was_read_and_else_what_is_recorded():
    there = Observed("1", "easy", day(5), "Mine", "e", direct=True)
    moved = Replace("1", planned("easy", day(3)))
    assert one(moved, seen={"1": there})[1] == day(5)
    assert one(moved, seen={"1": None})[1] == day(1)
    off_its_day = replace(there, day=None)
    assert one(moved, seen={"1": off_its_day})[0] is Become.CHANGED
    assert one(moved, records={})[0] is Become.CHANGED  # nothing is known of where it stood
    of_another_id = {"easy": replace(RECORD, remote_id="2")}
    assert one(moved, records=of_another_id)[0] is Become.CHANGED


def test_what_is_removed_is_named_as_it_was_read_and_else_as_recorded():
    there = Observed("1", "easy", day(5), "Mine", "e")
    gone = Delete("easy", "1", "no longer planned")
    assert one(gone, seen={"1": there}) == (Become.REMOVED, None, day(5), "Mine")
    assert one(gone) == (Become.REMOVED, None, day(1), "Easy")
    other = DeleteCopy("easy", "9", "one of ours too many")
    assert one(other) == (Become.REMOVED, None, None, None)
    copy = Observed("9", "easy", day(6), "Easy", "e")
    assert one(other, seen={"9": copy}) == (Become.REMOVED, None, day(6), "Easy")


def test_what_the_athlete_did_is_theirs():
    moved = HandOver("easy", "1", How.MOVED, day(4), "you moved it")
    assert one(moved) == (Become.YOURS, day(1), day(4), "Easy")
    removed = HandOver("easy", "1", How.REMOVED, None, "you removed it")
    assert one(removed) == (Become.YOURS, None, day(1), "Easy")
    changed = HandOver("easy", "1", How.CHANGED, day(1), "you changed it")
    assert one(changed) == (Become.YOURS, None, day(1), "Easy")


def test_what_only_concerns_the_records_is_no_change_that_anybody_sees():
    assert changes([Forget("easy"), Remember("easy", "e", "Easy")], RECORDS, {}) == ()


def test_they_come_in_the_order_of_days_and_what_stands_on_none_comes_last():
    actions = [
        DeleteCopy("a", "9"),
        Create(planned("b", day(3))),
        Delete("easy", "1"),
        Create(planned("a", day(3))),
    ]
    found = changes(actions, RECORDS, {})
    assert [(each.day, each.ident) for each in found] == [
        (day(1), "easy"),
        (day(3), "a"),
        (day(3), "b"),
        (None, "a"),
    ]
