"""What reaches the watch, and what it has room for, by the real worker against Garmin's simulation.

A watch takes what is scheduled when it asks; what changes for the next two days is sent at once.
"""

from datetime import timedelta

from planning.schedule.plan import Layer, LayerKind
from tests.worker.published import (
    a_published_life,
    coming,
    does,
    on_calendar,
    outdated,
    plan,
    publishes,
)
from worker import hand


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
