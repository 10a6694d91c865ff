"""What a policy leaves out of what is decided, and what it has no need to look at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.calendar import (
    KEPT,
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
    Policy,
    Remember,
    Replace,
    Views,
    limited,
    regarded,
    staying,
    suspicions,
)
from tests.planning.calendar_world import TODAY, planned

EASY = planned("easy", TODAY + timedelta(days=1))
WRITES = (
    Create(EASY),
    Replace("1", EASY),
    Delete("gone", "2"),
    DeleteCopy("easy", "3"),
)
FACTS = (HandOver("theirs", "4", How.MOVED, TODAY), Forget("old"), Remember("easy", "e", "Easy"))
NOW = Decision((*WRITES, *FACTS))
OVER = TODAY - KEPT - timedelta(days=1)


def settled(ident, day, remote_id, state=EntryState.SETTLED):
    return EntryRecord(ident, state, day, remote_id, "p", "s", "e")


def there(remote_id, ident, day):
    return Observed(remote_id, ident, day, ident, "another etag")


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (Policy.SYNC, ()),
        (Policy.NO_DELETES, (Delete, DeleteCopy)),
        (Policy.DRY_RUN, (Create, Replace, Delete, DeleteCopy)),
    ],
)
def test_a_policy_leaves_out_what_it_bars_and_says_why(policy, left):
    done, out = limited(NOW, policy)
    assert {type(each.action) for each in out} == set(left)
    assert [*done.actions, *(each.action for each in out)] == sorted(
        NOW.actions, key=lambda each: isinstance(each, left)
    )
    assert all(policy.value in each.why for each in out)


def test_the_athletes_hand_is_followed_under_each():
    for policy in Policy:
        done, _ = limited(NOW, policy)
        assert set(FACTS) <= set(done.actions)


def test_a_refusal_and_when_to_look_again_stay_as_they_are():
    refused = Decision(refusal="gone at once")
    for policy in Policy:
        assert limited(refused, policy) == (refused, ())


# --- what would only be taken off -----------------------------------------------------------------

LONG_PAST = Views(
    desired=(EASY,),
    observed=(there("9", "old", None), there("8", "lately", None)),
    records=(
        settled("old", OVER, "9"),
        settled("older", OVER, "7"),
        settled("lately", TODAY + timedelta(days=2), "8"),
    ),
    today=TODAY,
)


def test_what_is_long_past_is_read_once_and_not_again_where_nothing_is_taken_off():
    assert suspicions(regarded(LONG_PAST, Policy.SYNC)) == {"7", "8", "9"}
    for policy in (Policy.NO_DELETES, Policy.DRY_RUN):
        assert suspicions(regarded(LONG_PAST, policy)) == {"8"}


def test_what_the_athlete_drags_out_of_the_past_is_seen_all_the_same():
    dragged = there("9", "old", TODAY + timedelta(days=3))
    views = replace(LONG_PAST, observed=(dragged,))
    assert "9" in suspicions(regarded(views, Policy.NO_DELETES))


def test_what_is_planned_anew_is_seen_all_the_same():
    anew = planned("old", TODAY + timedelta(days=3))
    found = regarded(replace(LONG_PAST, desired=(anew,)), Policy.NO_DELETES)
    assert "old" in {each.ident for each in found.records}


def test_what_is_no_longer_settled_is_seen_all_the_same():
    views = replace(LONG_PAST, records=[settled("old", OVER, "9", EntryState.PENDING)])
    assert regarded(views, Policy.NO_DELETES).records == views.records


# --- room on a device -----------------------------------------------------------------------------


def test_what_nobody_plans_and_stays_takes_room():
    views = Views(
        desired=(EASY,),
        observed=(
            there("1", "easy", EASY.day),
            there("2", "gone", TODAY),
            there("3", None, TODAY),  # its marker is gone
            there("4", "theirs", TODAY),
            there("5", "template", None),
            there("6", "over", TODAY - timedelta(days=1)),
            there("7", "begun", TODAY),
            there("8", "orphan", TODAY),
        ),
        records=(
            settled("gone", TODAY, "2"),
            settled("unmarked", TODAY, "3"),
            settled("theirs", TODAY, "4", EntryState.ATHLETES),
        ),
        today=TODAY,
        under_way=frozenset({"begun"}),
    )
    assert staying(views, Policy.NO_DELETES) == len({"gone", "unmarked", "orphan"})
    assert staying(views, Policy.SYNC) == staying(views, Policy.DRY_RUN) == 0
