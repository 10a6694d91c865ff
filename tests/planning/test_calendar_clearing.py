"""Everything of ours off a calendar: what goes, what is the athlete's, what is left alone."""

from datetime import timedelta

import pytest

from planning.calendar import (
    Decision,
    DeleteCopy,
    EntryState,
    clearing,
    to_be_read,
)
from tests.planning.calendar_world import TODAY, Entry, Publisher, World, planned

DAYS = 6


def day(n):
    return TODAY + timedelta(days=n)


@pytest.fixture(params=[False, True], ids=["faithful", "rewriting"])
def publisher(request):
    """Six workouts, published and settled long enough ago to be believed."""
    publisher = Publisher(World(rewrites=request.param))
    publisher.want(*(planned(f"s{n}", day(n)) for n in range(DAYS)))
    publisher.run()
    publisher.world.wait(200)
    return publisher


def decided(publisher, **how):
    views = publisher.views()
    direct = {each: publisher.world.read(each) for each in sorted(to_be_read(views))}
    return clearing(views, direct, now=publisher.world.now, **how)


def clears(publisher):
    decision = decided(publisher)
    for action in decision.actions:
        for _ in publisher._apply(action):
            pass
    return decision


def ours(publisher):
    return {each.ident for each in publisher.world.entries.values()}


def remote(publisher, ident):
    return publisher.records[ident].remote_id


def test_all_that_is_to_come_goes_and_a_second_time_there_is_nothing(publisher):
    clears(publisher)
    assert publisher.world.entries == publisher.records == {}
    assert publisher.world.foreign == World().foreign
    assert decided(publisher).actions == ()


def test_orphans_templates_and_surplus_go_as_well(publisher):
    workout = planned("x", TODAY).workout
    publisher.world.put(Entry("orphan", day(2), workout))
    publisher.world.put(Entry("loose", None, workout))
    publisher.world.put(Entry("s1", day(1), planned("s1", day(1)).workout))
    publisher.world.wait(200)
    clears(publisher)
    assert publisher.world.entries == {}


def test_what_the_athlete_made_theirs_stays_and_is_known_so(publisher):
    publisher.world.move(remote(publisher, "s1"), day(9))
    publisher.world.change(remote(publisher, "s2"), workout=planned("s2", day(2), 30).workout)
    publisher.world.remove(remote(publisher, "s3"))
    publisher.world.put(Entry("s4", day(8), planned("s4", day(4)).workout))
    clears(publisher)
    states = {ident: record.state for ident, record in publisher.records.items()}
    assert states == dict.fromkeys(("s1", "s2", "s3", "s4"), EntryState.ATHLETES)
    assert ours(publisher) == {"s1", "s2", "s4"}
    assert len(publisher.world.entries) == 3
    publisher.run()
    assert ours(publisher) == {"s0", "s1", "s2", "s4", "s5"}  # resumed: nothing of theirs is lost


def test_what_was_theirs_before_is_never_forgotten_while_it_is_planned(publisher):
    publisher.world.remove(remote(publisher, "s3"))
    publisher.run()
    publisher.want(planned("s3", day(3)))
    assert publisher.records["s3"].state is EntryState.ATHLETES
    clears(publisher)
    assert publisher.records.keys() == {"s3"}


def test_a_late_write_of_ours_beside_theirs_goes(publisher):
    publisher.world.change(remote(publisher, "s2"), workout=planned("s2", day(2), 30).workout)
    publisher.run()
    publisher.world.put(Entry("s2", day(2), planned("s2", day(2)).workout))
    publisher.world.wait(200)
    assert DeleteCopy in {type(each) for each in decided(publisher).actions}
    clears(publisher)
    assert ours(publisher) == {"s2"}
    assert len(publisher.world.entries) == 1


def test_a_late_write_of_ours_goes_with_the_hand_that_is_only_seen_now(publisher):
    publisher.world.change(remote(publisher, "s2"), workout=planned("s2", day(2), 30).workout)
    publisher.world.put(Entry("s2", day(2), planned("s2", day(2)).workout))
    publisher.world.wait(200)
    clears(publisher)
    (left,) = publisher.world.entries.values()
    assert left.workout == planned("s2", day(2), 30).workout


def test_days_that_are_over_and_what_is_under_way_stay(publisher):
    publisher.today = day(2)
    publisher.under_way = frozenset({"s2"})
    clears(publisher)
    assert ours(publisher) == {"s0", "s1", "s2"}
    publisher.today = day(40)
    assert decided(publisher) == Decision()  # nor what is long past


def test_so_many_gone_at_once_are_nobodys_hand_and_no_reason_to_stop(publisher):
    publisher.world.move(remote(publisher, "s5"), day(9))
    for n in range(4):
        publisher.world.remove(remote(publisher, f"s{n}"))
    decision = clears(publisher)
    assert decision.refusal is None
    assert publisher.records.keys() == {"s5"}
    assert publisher.records["s5"].state is EntryState.ATHLETES
    assert [each.ident for each in publisher.handed] == ["s5"]


def test_what_was_written_just_now_is_waited_for(publisher):
    publisher.want(planned("s1", day(1), 12))
    publisher.run()
    publisher.world.remove(remote(publisher, "s1"))
    decision = decided(publisher)
    assert decision.look_again_at is not None
    assert "s1" not in {getattr(each, "ident", None) for each in decision.actions}


def test_a_write_that_broke_off_goes_with_the_rest(publisher):
    publisher.want(planned("s1", day(1), 12))
    for _ in zip(range(2), publisher.steps(), strict=False):
        pass
    assert publisher.records["s1"].state is EntryState.PENDING
    clears(publisher)
    assert publisher.world.entries == publisher.records == {}
