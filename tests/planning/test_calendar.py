"""The table of the design, row by row, against a calendar that behaves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.calendar import (
    Create,
    Decision,
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
    Views,
    decide,
    intended,
    reclaimed,
    settled,
    suspicions,
)
from tests.planning.calendar_world import START, Entry, Publisher, World, planned

TODAY = START.date()
TUESDAY = TODAY + timedelta(days=1)
WEDNESDAY = TODAY + timedelta(days=2)
EASY = planned("easy", TUESDAY)


@pytest.fixture(params=[False, True], ids=["faithful", "rewriting"])
def publisher(request) -> Publisher:
    """One workout published and settled long enough ago to be believed."""
    publisher = Publisher(World(rewrites=request.param))
    publisher.want(EASY)
    publisher.run()
    publisher.world.wait(200)
    return publisher


def only(publisher: Publisher) -> Entry:
    (entry,) = publisher.world.entries.values()
    return entry


def actions(publisher: Publisher) -> list[type]:
    return [type(action) for action in publisher.run().actions]


# -- no record ------------------------------------------------------------------------------------


def test_a_new_session_is_created_and_settled():
    publisher = Publisher(World())
    publisher.want(EASY)
    assert publisher.run().actions == (Create(EASY, "new in the plan"),)
    record = publisher.records["easy"]
    assert (record.state, record.remote_id, record.day) == (EntryState.SETTLED, "1", TUESDAY)
    assert only(publisher).workout == EASY.workout


def test_an_orphan_with_our_marker_is_written_over_not_doubled(publisher):
    publisher.records.clear()
    publisher.want(planned("easy", WEDNESDAY, 10))
    assert actions(publisher) == [Replace]
    assert (only(publisher).day, only(publisher).workout.name) == (WEDNESDAY, "Easy 10 km")


def test_an_orphan_nobody_plans_is_deleted(publisher):
    publisher.records.clear()
    publisher.plan.clear()
    assert actions(publisher) == [Delete]
    assert publisher.world.entries == {}


def test_an_orphan_that_only_a_lagging_listing_shows_is_created_again(publisher):
    publisher.records.clear()
    publisher.world.lag_s = 1000
    publisher.world.remove("1")
    assert actions(publisher) == [Create]
    publisher.plan.clear()
    publisher.records.clear()
    publisher.world.remove("2")
    publisher.world.lag_s = 10  # the listing still shows both, and neither is there
    assert publisher.run() == Decision()


def test_a_template_of_ours_on_no_day_is_put_on_its_day_or_deleted():
    publisher = Publisher(World())
    publisher.world.put(Entry("easy", None, EASY.workout))
    publisher.world.put(Entry("other", None, EASY.workout))
    publisher.want(EASY)
    assert sorted(actions(publisher), key=str) == [Delete, Replace]
    assert only(publisher).day == TUESDAY


# -- pending --------------------------------------------------------------------------------------


def test_an_unanswered_creation_is_looked_for_before_it_is_repeated():
    publisher = Publisher(World(lag_s=90, faults=["unanswered"]))
    publisher.want(EASY)
    publisher.run()
    publisher.world.wait(60)
    assert publisher.run() == Decision((), START + timedelta(seconds=120))
    publisher.world.wait(60)
    assert actions(publisher) == [Replace]
    assert len(publisher.world.entries) == 1


def test_a_creation_that_never_arrived_is_repeated_after_two_minutes():
    publisher = Publisher(World())
    publisher.want(EASY)
    steps = publisher.steps()
    next(steps), next(steps)  # crashed between the intent and the call
    publisher.world.wait(119)
    assert publisher.run().look_again_at == START + timedelta(seconds=120)
    publisher.world.wait(1)
    assert actions(publisher) == [Create]


def test_a_creation_that_never_arrived_and_is_not_planned_is_forgotten_in_time():
    publisher = Publisher(World())
    publisher.want(EASY)
    steps = publisher.steps()
    next(steps), next(steps)
    publisher.plan.clear()
    assert publisher.run() == Decision((), START + timedelta(seconds=120))
    publisher.world.wait(120)
    assert actions(publisher) == [Forget]
    assert publisher.records == {}


def test_a_refused_request_leaves_no_pending_record():
    publisher = Publisher(World(faults=["refused"]))
    publisher.want(EASY)
    publisher.run()
    assert publisher.records == {}
    assert actions(publisher) == [Create]


def test_a_crash_in_a_replacement_is_written_again_whatever_the_entry_shows(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    steps = publisher.steps()
    next(steps), next(steps)
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    assert actions(publisher) == [Replace]
    assert only(publisher).workout.name == "Easy 10 km"


def test_a_crash_in_our_own_deletion_is_not_the_athletes_hand(publisher):
    publisher.plan.clear()
    steps = publisher.steps()
    next(steps), next(steps), next(steps)  # deleted on the calendar, not forgotten here
    assert publisher.world.entries == {}
    publisher.want(EASY)
    publisher.world.wait(120)
    assert actions(publisher) == [Create]
    assert publisher.handed == []


def test_an_unwanted_pending_entry_is_deleted(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    steps = publisher.steps()
    next(steps), next(steps)
    publisher.plan.clear()
    assert actions(publisher) == [Delete]
    assert publisher.world.entries == {}


# -- settled --------------------------------------------------------------------------------------


def test_nothing_changed_costs_a_listing_and_no_more(publisher):
    reads, writes = publisher.world.reads, publisher.world.writes
    assert suspicions(publisher.views()) == frozenset()
    assert publisher.run() == Decision()
    assert (publisher.world.reads, publisher.world.writes) == (reads, writes)


@pytest.mark.parametrize("wanted", [planned("easy", TUESDAY, 10), planned("easy", WEDNESDAY)])
def test_a_change_or_a_move_in_the_plan_keeps_the_entry(publisher, wanted):
    publisher.want(wanted)
    assert actions(publisher) == [Replace]
    assert list(publisher.world.entries) == ["1"]
    assert (only(publisher).day, only(publisher).workout) == (wanted.day, wanted.workout)
    assert publisher.run() == Decision()


def test_a_new_note_is_no_reason_to_write(publisher):
    publisher.want(replace(EASY, note="Easier: walk"))
    assert publisher.run() == Decision()


def test_a_session_given_up_is_deleted(publisher):
    publisher.plan.clear()
    assert actions(publisher) == [Delete]
    assert (publisher.world.entries, publisher.records) == ({}, {})


def test_a_removed_entry_is_handed_over_and_then_forgotten(publisher):
    publisher.world.remove("1")
    (action,) = publisher.run().actions
    assert action == HandOver("easy", "1", How.REMOVED, None, "you removed it")
    assert actions(publisher) == [Forget]  # the hand-over became a skip: gone on both sides
    assert publisher.world.entries == {}


def test_removed_by_both_is_forgotten(publisher):
    publisher.world.remove("1")
    publisher.plan.clear()
    assert actions(publisher) == [Forget]


def test_an_entry_taken_off_its_day_is_a_removal(publisher):
    publisher.world.change("1", day=None)
    (action,) = publisher.run().actions
    assert (action.how, action.to_day) == (How.REMOVED, None)
    assert publisher.run() == Decision()  # the template in their library is left alone


def test_an_entry_off_its_day_that_nobody_plans_is_deleted(publisher):
    publisher.world.change("1", day=None)
    publisher.plan.clear()
    assert actions(publisher) == [Delete]


def test_a_moved_entry_is_handed_over_with_its_day(publisher):
    publisher.world.change("1", day=WEDNESDAY)
    (action,) = publisher.run().actions
    assert (action.how, action.to_day, action.remote_id) == (How.MOVED, WEDNESDAY, "1")
    assert publisher.run() == Decision()
    assert only(publisher).day == publisher.records["easy"].day == WEDNESDAY


def test_an_entry_moved_into_the_past_is_handed_over_too(publisher):
    publisher.world.change("1", day=TODAY - timedelta(days=1))
    (action,) = publisher.run().actions
    assert (action.how, action.to_day) == (How.MOVED, TODAY - timedelta(days=1))


def test_an_edited_entry_is_handed_over_even_when_the_plan_moved_on(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.want(planned("easy", TUESDAY, 12))
    (action,) = publisher.run().actions
    assert (action.how, action.to_day) == (How.CHANGED, TUESDAY)
    publisher.plan.clear()
    assert publisher.run() == Decision()
    assert only(publisher).workout.name == "Easy 5 km"


def test_an_edited_entry_that_nobody_plans_is_handed_over(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.plan.clear()
    assert actions(publisher) == [HandOver]


def test_an_edit_hidden_by_a_lagging_listing_survives_a_change_of_plan(publisher):
    publisher.world.lag_s = 60
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.want(planned("easy", TUESDAY, 12))
    assert actions(publisher) == [HandOver]
    assert only(publisher).workout.name == "Easy 5 km"


@pytest.mark.parametrize("what", [{"day": WEDNESDAY}, {"day": None}, None])
def test_soon_after_a_write_a_difference_is_not_believed(publisher, what):
    publisher.want(planned("easy", TUESDAY, 10))
    publisher.run()
    written_at = publisher.world.now
    if what is None:
        publisher.world.remove("1")
    else:
        publisher.world.change("1", **what)
    publisher.world.wait(119)
    assert publisher.run() == Decision((), written_at + timedelta(seconds=120))
    publisher.world.wait(1)
    assert actions(publisher) == [HandOver]


def test_the_clock_set_back_does_not_stop_us(publisher):
    publisher.world.wait(-86_400)
    publisher.world.remove("1")
    assert actions(publisher) == [HandOver]


def test_an_older_version_of_ours_is_waited_for_then_written_over(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    publisher.run()
    publisher.world.change("1", workout=EASY.workout)
    publisher.world.wait(60)
    assert publisher.run().actions == ()
    publisher.world.wait(60)
    assert actions(publisher) == [Replace]
    assert only(publisher).workout.name == "Easy 10 km"
    assert publisher.handed == []


def test_a_head_touched_by_the_service_is_read_once(publisher):
    publisher.world.head_salt += 1
    assert actions(publisher) == [Remember]
    reads = publisher.world.reads
    assert publisher.run() == Decision()
    assert publisher.world.reads == reads


def test_a_new_name_alone_is_noticed(publisher):
    publisher.records["easy"] = replace(publisher.records["easy"], seen_name="Something else")
    assert suspicions(publisher.views()) == {"1"}


def test_a_new_day_alone_is_noticed(publisher):
    views = publisher.views()
    views = replace(views, observed=[replace(each, day=WEDNESDAY) for each in views.observed])
    assert suspicions(views) == {"1"}


def test_a_marker_removed_is_no_reason_to_look(publisher):
    views = publisher.views()
    views = replace(views, observed=[replace(each, ident=None) for each in views.observed])
    assert suspicions(views) == frozenset()


def test_an_entry_whose_marker_is_gone_is_still_known_by_its_id(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    views = publisher.views()
    views = replace(views, observed=[replace(each, ident=None) for each in views.observed])
    assert suspicions(views) == {"1"}
    direct = {"1": replace(publisher.world.read("1"), ident=None)}
    (action,) = decide(views, direct, now=publisher.world.now).actions
    assert isinstance(action, Replace)


# -- the athlete's --------------------------------------------------------------------------------


def test_the_athletes_entry_is_left_alone_until_gone_on_both_sides(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.run()
    publisher.want(planned("easy", WEDNESDAY, 12))
    assert publisher.run() == Decision()
    publisher.world.remove("1")
    assert publisher.run() == Decision()
    publisher.plan.clear()
    assert actions(publisher) == [Forget]


def test_the_athletes_removal_stands_while_a_listing_lags_and_the_plan_still_wants_it(publisher):
    publisher.world.remove("1")
    publisher.run()
    publisher.want(EASY)
    head = Observed("2", "easy", TUESDAY, "Easy 8 km", "1")  # a late write, gone since
    views = replace(publisher.views(), observed=(head,))
    assert suspicions(views) == {"1", "2"}
    assert decide(views, {"1": None, "2": None}, now=publisher.world.now) == Decision()


def test_the_athletes_entry_outside_the_listing_is_not_forgotten(publisher):
    publisher.world.change("1", day=TODAY + timedelta(days=40))
    publisher.run()
    publisher.plan.clear()
    views = replace(publisher.views(), observed=())
    assert suspicions(views) == {"1"}
    assert decide(views, {"1": publisher.world.read("1")}, now=publisher.world.now) == Decision()


def test_a_reclaimed_entry_is_written_again_at_once(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.run()
    publisher.records["easy"] = reclaimed(publisher.records["easy"])
    assert actions(publisher) == [Replace]
    assert only(publisher).workout == EASY.workout


# -- several with one ident -----------------------------------------------------------------------


def test_a_second_entry_of_ours_is_deleted_and_the_recorded_one_kept(publisher):
    publisher.world.put(Entry("easy", TUESDAY, EASY.workout))
    assert actions(publisher) == [DeleteCopy]
    assert list(publisher.world.entries) == ["1"]
    assert publisher.records["easy"].state is EntryState.SETTLED


def test_of_a_double_creation_the_one_that_was_answered_is_kept():
    publisher = Publisher(World(faults=["twice"]))
    publisher.want(EASY)
    publisher.run()
    publisher.world.wait(120)
    assert actions(publisher) == [DeleteCopy]
    assert list(publisher.world.entries) == [publisher.records["easy"].remote_id] == ["2"]


def test_a_late_write_of_an_earlier_version_is_deleted(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    publisher.run()
    publisher.world.put(Entry("easy", TUESDAY, EASY.workout))
    assert publisher.run().look_again_at == publisher.world.now + timedelta(seconds=120)
    publisher.world.wait(120)
    assert actions(publisher) == [DeleteCopy]
    assert only(publisher).workout.name == "Easy 10 km"


def test_without_a_record_the_lowest_number_is_kept_not_the_first_in_the_alphabet():
    publisher = Publisher(World(serial=8))
    for _ in range(2):
        publisher.world.put(Entry("easy", TUESDAY, EASY.workout))  # 9 and 10
    publisher.want(EASY)
    assert actions(publisher) == [Replace, DeleteCopy]
    assert list(publisher.world.entries) == ["9"]


def test_a_copy_on_another_day_is_the_athletes(publisher):
    publisher.world.put(Entry("easy", WEDNESDAY, EASY.workout))
    assert publisher.run() == Decision()
    publisher.want(planned("easy", TUESDAY, 10))
    assert actions(publisher) == [Replace]
    assert publisher.world.entries["2"] == Entry("easy", WEDNESDAY, EASY.workout)


def test_the_athletes_copy_outlives_the_session_it_was_made_of(publisher):
    publisher.world.put(Entry("easy", WEDNESDAY, EASY.workout))
    publisher.plan.clear()
    handed, deleted = publisher.run().actions
    assert handed == HandOver("easy", "2", How.COPIED, WEDNESDAY, "your own version")
    assert deleted == DeleteCopy("easy", "1", "one of ours too many")
    assert publisher.run() == Decision()
    assert list(publisher.world.entries) == ["2"]


def test_a_copy_made_and_the_original_deleted_is_a_move(publisher):
    publisher.world.put(Entry("easy", WEDNESDAY, EASY.workout))
    publisher.world.remove("1")
    (action,) = publisher.run().actions
    assert (action.remote_id, action.how, action.to_day) == ("2", How.MOVED, WEDNESDAY)


def test_a_copy_of_a_past_session_says_nothing_about_it(publisher):
    publisher.world.put(Entry("easy", WEDNESDAY, EASY.workout))
    publisher.today = WEDNESDAY
    (action,) = publisher.run().actions
    assert (action.remote_id, action.how) == ("2", How.COPIED)


def test_one_of_two_deleted_by_the_athlete_leaves_the_other_ours(publisher):
    publisher.world.put(Entry("easy", TUESDAY, EASY.workout))
    publisher.world.remove("1")
    assert actions(publisher) == [Replace]
    assert publisher.records["easy"].remote_id == "2"
    assert publisher.run() == Decision()


def test_a_late_write_of_ours_never_stands_in_for_the_athletes(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.run()
    publisher.world.put(Entry("easy", TUESDAY, EASY.workout))
    assert actions(publisher) == [DeleteCopy]
    assert only(publisher).workout.name == "Easy 5 km"


def test_the_athletes_entry_is_followed_to_another_id(publisher):
    publisher.world.renumbers = True
    publisher.world.move("1", WEDNESDAY)
    publisher.run()
    publisher.world.move("2", TUESDAY + timedelta(days=5))
    (action,) = publisher.run().actions
    assert (action.how, action.remote_id) == (How.COPIED, "3")
    reads = publisher.world.reads
    assert publisher.run() == Decision()
    assert publisher.world.reads == reads


def test_a_move_that_changed_the_id_and_was_not_answered_is_found_again(publisher):
    publisher.world.renumbers = True
    publisher.world.faults = ["unanswered"]
    publisher.want(planned("easy", WEDNESDAY))
    publisher.run()
    assert actions(publisher) == [Replace]
    assert list(publisher.world.entries) == ["2"]


def test_a_late_write_after_the_athlete_removed_it_is_taken_away_again(publisher):
    publisher.world.remove("1")
    publisher.run()
    publisher.world.put(Entry("easy", TUESDAY, EASY.workout))
    publisher.run()
    assert publisher.world.entries == {}


# -- what is never touched ------------------------------------------------------------------------


def test_what_stands_on_past_days_is_left_alone(publisher):
    publisher.today = WEDNESDAY
    publisher.plan.clear()
    before = dict(publisher.world.entries)
    assert publisher.run() == Decision()
    assert publisher.world.entries == before
    assert "easy" in publisher.records


def test_a_past_session_planned_anew_becomes_a_new_entry(publisher):
    publisher.today = WEDNESDAY
    publisher.want(planned("easy", WEDNESDAY))
    assert actions(publisher) == [Create]
    assert publisher.world.entries["1"].day == TUESDAY
    assert publisher.records["easy"].remote_id == "2"


def test_an_unfinished_write_of_yesterday_is_not_dragged_to_today(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    steps = publisher.steps()
    next(steps), next(steps)
    publisher.today = WEDNESDAY
    publisher.want(planned("easy", WEDNESDAY))
    publisher.world.wait(120)
    assert actions(publisher) == [Create]
    assert publisher.world.entries["1"].day == TUESDAY


def test_an_unfinished_move_is_not_dragged_out_of_the_past(publisher):
    publisher.want(planned("easy", WEDNESDAY))
    steps = publisher.steps()
    next(steps), next(steps)  # the entry still stands on Tuesday
    publisher.today = WEDNESDAY
    publisher.world.wait(120)
    assert actions(publisher) == [Create]
    assert {each.day for each in publisher.world.entries.values()} == {TUESDAY, WEDNESDAY}


def test_yesterdays_entry_dragged_to_tomorrow_is_a_move_not_a_leftover(publisher):
    publisher.today = WEDNESDAY
    publisher.plan.clear()
    publisher.world.change("1", day=WEDNESDAY + timedelta(days=1))
    (action,) = publisher.run().actions
    assert (action.how, action.to_day) == (How.MOVED, WEDNESDAY + timedelta(days=1))
    assert len(publisher.world.entries) == 1


def test_a_workout_planned_for_a_past_day_is_not_written():
    publisher = Publisher(World())
    views = Views([planned("old", TODAY - timedelta(days=1))], (), (), TODAY)
    assert decide(views, {}, now=publisher.world.now) == Decision()


def test_a_session_under_way_is_not_touched(publisher):
    publisher.under_way = frozenset({"easy"})
    publisher.want(planned("easy", TUESDAY, 10))
    assert suspicions(publisher.views()) == frozenset()
    assert publisher.run() == Decision()


def test_entries_without_marker_or_known_id_are_not_seen():
    foreign = Observed("7", None, TUESDAY, "Club run", "1")
    views = Views((), (foreign,), (), TODAY)
    assert suspicions(views) == frozenset()
    assert decide(views, {}, now=START) == Decision()


@pytest.mark.parametrize(("days", "left"), [(28, ["1"]), (29, [])])
def test_pitfall_11_templates_are_pruned_after_four_weeks(publisher, days, left):
    publisher.plan.clear()
    publisher.today = TUESDAY + timedelta(days=days)
    publisher.run()
    assert list(publisher.world.entries) == left
    assert list(publisher.records) == (["easy"] if left else [])


def test_what_the_athlete_changed_is_forgotten_but_not_pruned(publisher):
    publisher.world.change("1", workout=planned("easy", TUESDAY, 5).workout)
    publisher.run()
    publisher.plan.clear()
    publisher.today = TUESDAY + timedelta(days=29)
    assert actions(publisher) == [Forget]
    assert only(publisher).workout.name == "Easy 5 km"


def test_what_the_athlete_put_far_ahead_is_neither_forgotten_nor_pruned(publisher):
    publisher.today = TUESDAY + timedelta(days=29)
    publisher.plan.clear()
    views = replace(publisher.views(), observed=())
    seen = replace(publisher.world.read("1"), day=publisher.today + timedelta(days=60))
    assert decide(views, {"1": seen}, now=publisher.world.now) == Decision()


# -- the brake ------------------------------------------------------------------------------------


def full(count: int) -> Publisher:
    publisher = Publisher(World())
    publisher.want(*(planned(f"s{n}", TODAY + timedelta(days=n)) for n in range(6)))
    publisher.run()
    publisher.world.wait(200)
    for n in range(count):
        publisher.world.remove(str(n + 1))
    return publisher


def test_three_removed_at_once_are_the_athletes_hand():
    assert actions(full(3)) == [HandOver] * 3


def test_four_gone_at_once_stop_everything_and_are_told():
    publisher = full(4)
    publisher.want(planned("new", WEDNESDAY))
    decision = publisher.run()
    assert decision.actions == ()
    assert decision.refusal.startswith("4 of our workouts are gone from this calendar at once")
    assert "2026-11-26" in decision.refusal
    assert publisher.run(may_vanish=4).refusal is None  # the athlete said that it was them


def test_four_taken_off_their_days_stop_everything_too():
    publisher = full(0)
    for n in range(4):
        publisher.world.change(str(n + 1), day=None)
    assert publisher.run().refusal is not None


def test_past_sessions_do_not_count_as_vanished():
    publisher = full(4)
    publisher.today = TODAY + timedelta(days=4)
    assert publisher.run() == Decision()


def test_four_gone_right_after_a_write_are_looked_at_again_first():
    publisher = full(3)
    publisher.want(planned("s4", TODAY + timedelta(days=4), 12))
    publisher.run(may_vanish=0)  # refused: nothing was written
    publisher.records["s4"] = replace(publisher.records["s4"], written_at=publisher.world.now)
    publisher.world.remove("5")
    decision = publisher.run()
    assert (decision.actions, decision.refusal) == ((), None)
    assert decision.look_again_at == publisher.world.now + timedelta(seconds=120)


# -- the rest -------------------------------------------------------------------------------------


def test_without_the_direct_reads_nothing_is_decided(publisher):
    publisher.want(planned("easy", TUESDAY, 10))
    decision = decide(publisher.views(), {}, now=publisher.world.now)
    assert decision == Decision((), publisher.world.now + timedelta(seconds=120))


def test_the_soonest_day_is_written_first():
    publisher = Publisher(World())
    publisher.want(planned("a", WEDNESDAY), planned("b", TODAY), planned("c", TUESDAY))
    assert [each.planned.ident for each in publisher.run().actions] == ["b", "c", "a"]


def test_an_intent_keeps_what_we_wrote_before():
    first = intended(None, Create(EASY), START)
    seen = Observed("1", "easy", TUESDAY, "Easy 8 km", "e1", "d1", direct=True)
    done = settled(first, seen, START)
    again = intended(done, Replace("1", planned("easy", WEDNESDAY)), START)
    assert again.earlier_digests > done.earlier_digests
    assert f"{TUESDAY}/d1" in again.earlier_digests
    assert (again.state, again.remote_id, again.seen_digest) == (EntryState.PENDING, "1", None)
    assert intended(None, Delete("easy", "1"), START) is None
    assert isinstance(done, EntryRecord)
    assert isinstance(done.day, date)


LONG_AGO = TODAY - timedelta(days=40)
OLD = EntryRecord("old", EntryState.SETTLED, LONG_AGO, "7", "plan", "2026-10-14/c", "stamp")
THERE = Observed("7", "old", LONG_AGO, "Easy 8 km", "stamp", "c", direct=True)


@pytest.mark.parametrize(
    ("state", "found", "action"),
    [
        (EntryState.SETTLED, {}, Delete),
        (EntryState.SETTLED, {"day": None, "digest": "x"}, Delete),  # taken off its day
        (EntryState.SETTLED, {"day": None, "digest": "x", "etag": "later"}, Forget),  # and changed
        (
            EntryState.ATHLETES,
            {"day": LONG_AGO + timedelta(days=1), "digest": "x"},
            Delete,
        ),  # moved
        (EntryState.ATHLETES, {"digest": "x", "etag": "later"}, Forget),  # changed
        (EntryState.ATHLETES, {"remote_id": "8"}, Forget),  # a copy
        (EntryState.PENDING, {"day": None, "digest": "x", "etag": "later"}, Delete),  # broke off
    ],
)
def test_pitfall_11_what_is_long_past_goes_unless_the_athlete_made_it_another(state, found, action):
    record = replace(OLD, state=state, remote_id=found.get("remote_id", "7"))
    seen = {"remote_id": record.remote_id, **found}
    if "remote_id" in found:  # known by another id than what was written
        seen["etag"] = "copied"
    views = Views((), (), (record,), TODAY)
    direct = {record.remote_id: replace(THERE, **seen)}
    (done,) = decide(views, direct, now=START).actions
    assert isinstance(done, action)
