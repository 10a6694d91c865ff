"""Whose record counts: which copies are one run, and whose word counts for what."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Effort, Observation, Record, RecordKind, Sport, Surface, content_id
from planning.fitness.observation import derive
from planning.records import activities_of
from tests.counting import lines_run
from tests.sizes import FIXED, examples

EXAMPLES = examples(40)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS = {
    "garmin": RecordKind.DEVICE_FILE,
    "garmin_partner": RecordKind.GARMIN_API,
    "intervals": RecordKind.INTERVALS_API,
    "strava": RecordKind.STRAVA_API,
}


def copy_of(source, external_id="1", *, start_s=0.0, length_s=3000.0, efforts=(), **what):
    start_at = NOON + timedelta(seconds=start_s)
    record = Record(
        source=source,
        external_id=external_id,
        kind=what.pop("kind", KINDS.get(source, RecordKind.DEVICE_FILE)),
        start_at=start_at,
        sport=what.pop("sport", Sport.RUN),
        distance_m=what.pop("distance_m", 10_000.0),
        moving_time_s=what.pop("moving_time_s", length_s),
        elapsed_time_s=what.pop("elapsed_time_s", length_s),
        **what,
    )
    return Observation(record, start_at.date(), efforts)


def a_log_line(external_id="line", **what):
    return copy_of(
        "files", external_id, kind=RecordKind.LOG, start_hidden=True, elapsed_time_s=None, **what
    )


def clusters(*copies):
    return sorted(sorted(activity.sources) for activity in activities_of(copies))


# -- one run or two -------------------------------------------------------------------------------


def test_nothing_is_nothing():
    assert activities_of(()) == ()


@pytest.mark.parametrize(
    ("other", "runs"),
    [
        ({"start_s": 610.0, "distance_m": 9600.0}, 2),  # overlap 79.7 %
        ({"start_s": 590.0, "distance_m": 9600.0}, 1),  # overlap 80.3 %
        ({"start_s": 590.0, "distance_m": 5000.0}, 1),  # of the longer: nobody runs twice at once
        ({"start_s": 590.0, "distance_m": None}, 1),
        ({"start_s": 300.0, "length_s": 2410.0, "distance_m": 5000.0}, 1),  # 80.3 % of the longer
        ({"start_s": 300.0, "length_s": 2390.0, "distance_m": 9500.0}, 1),  # of the shorter, as far
        ({"start_s": 300.0, "length_s": 2390.0, "distance_m": 9490.0}, 2),
        ({"start_s": 1300.0, "length_s": 2000.0, "distance_m": 9600.0}, 1),  # 85 % of the shorter
        ({"start_s": 1500.0, "length_s": 2000.0, "distance_m": 9600.0}, 2),  # 75 %
        ({"start_s": 300.0, "length_s": 2390.0, "distance_m": None}, 2),
        ({"start_s": 3000.0}, 2),
        ({"sport": Sport.RIDE, "start_s": 6.0}, 2),
        ({"sport": Sport.WALK, "start_s": 6.0}, 1),
        ({"length_s": None}, 2),
    ],
)
def test_pitfall_20_start_duration_distance_and_sport_tell_runs_apart(other, runs):
    assert len(activities_of([copy_of("garmin"), copy_of("strava", **other)])) == runs


def test_a_short_run_may_start_two_minutes_later():
    """Clocks differ; of a long run that would be an overlap."""
    one = copy_of("garmin", length_s=300.0, distance_m=1000.0)
    for start_s, runs in ((120.0, 1), (121.0, 2)):
        two = copy_of("strava", start_s=start_s, length_s=300.0, distance_m=500.0)
        assert len(activities_of([one, two])) == runs


def test_a_long_run_may_differ_by_a_twentieth():
    """Of a start of three hours ago that is more than a minute; a copy without its end."""
    one = copy_of("garmin", length_s=400.0, distance_m=1000.0)
    for length_s, runs in ((340.0, 1), (339.0, 1), (319.0, 2)):
        two = copy_of("strava", length_s=length_s, distance_m=500.0)
        assert len(activities_of([one, two])) == runs


def test_a_short_run_may_differ_by_a_minute():
    one = copy_of("garmin", length_s=200.0, distance_m=1000.0)
    assert len(activities_of([one, copy_of("strava", length_s=260.0, distance_m=1.0)])) == 1
    assert len(activities_of([one, copy_of("strava", length_s=261.0, distance_m=1.0)])) == 2


def test_pitfall_15_elapsed_time_is_compared_because_services_differ_about_moving():
    one = copy_of("garmin", moving_time_s=2950.0)
    two = copy_of("strava", moving_time_s=2200.0, distance_m=9000.0)
    assert len(activities_of([one, two])) == 1


def test_moving_time_is_compared_when_that_is_all_both_have():
    one = copy_of("garmin", elapsed_time_s=None)
    assert (
        len(activities_of([one, copy_of("strava", elapsed_time_s=5000.0, distance_m=9000.0)])) == 1
    )


def test_an_account_holds_a_run_once():
    again = copy_of("strava", "2", start_s=30.0)
    assert clusters(copy_of("strava", "1"), again) == [["strava:1"], ["strava:2"]]


def test_a_folder_may_hold_a_run_as_fit_and_as_gpx():
    gpx = copy_of("files", "gpx", kind=RecordKind.EXCHANGE_FILE)
    assert clusters(copy_of("files", "fit"), gpx) == [["files:fit", "files:gpx"]]


def test_the_best_pair_is_joined_first():
    near, far = copy_of("strava", "near", start_s=5.0), copy_of("strava", "far", start_s=60.0)
    assert clusters(copy_of("garmin"), far, near) == [["garmin:1", "strava:near"], ["strava:far"]]


def test_equal_pairs_are_joined_by_their_keys():
    later, earlier = copy_of("strava", "a", start_s=10.0), copy_of("strava", "b", start_s=-10.0)
    assert clusters(earlier, later, copy_of("garmin")) == [["garmin:1", "strava:a"], ["strava:b"]]


def test_the_later_deriver_counts_and_a_repeat_does_not():
    first = copy_of("garmin", distance_m=9000.0)
    second = replace(copy_of("garmin", distance_m=9500.0), deriver=2)
    for order in ([first, second, first], [second, first, second]):
        (activity,) = activities_of(order)
        assert activity.distance_m == 9500.0


# -- hidden starts --------------------------------------------------------------------------------


def test_pitfall_17_a_hidden_start_joins_the_only_run_that_fits():
    assert clusters(copy_of("garmin"), copy_of("intervals"), a_log_line(start_s=-40_000.0)) == [
        ["files:line", "garmin:1", "intervals:1"]
    ]


def test_the_activity_starts_when_the_copy_that_knows_says():
    hidden = replace(copy_of("garmin", start_s=-40_000.0).record, start_hidden=True)
    one = replace(copy_of("garmin"), record=hidden)
    (activity,) = activities_of([one, copy_of("strava")])
    assert (activity.start_at, activity.provenance["start_at"]) == (NOON, "strava:1")
    assert activity.provenance["distance_m"] == "garmin:1"


@pytest.mark.parametrize(
    "other",
    [
        {"length_s": 3031.0},
        {"distance_m": 10_210.0},
        {"start_s": 86_400.0},
        {"sport": Sport.RIDE},
        {"distance_m": None},
    ],
)
def test_a_hidden_start_does_not_join_what_does_not_fit(other):
    assert len(activities_of([a_log_line(), copy_of("garmin", **other)])) == 2


def test_a_hidden_start_that_fits_two_runs_joins_neither():
    evening = copy_of("garmin", "2", start_s=20_000.0)
    assert len(activities_of([copy_of("garmin"), evening, a_log_line()])) == 3


def test_a_hidden_start_passes_by_the_run_its_account_has_already():
    told = [
        copy_of("garmin", "1"),
        copy_of("strava", "1"),
        copy_of("garmin", "2", start_s=20_000.0),
    ]
    hidden = copy_of("strava", "2", start_hidden=True)
    assert clusters(*told, hidden) == [["garmin:1", "strava:1"], ["garmin:2", "strava:2"]]


def test_of_two_hidden_copies_of_one_account_the_closer_one_joins():
    found = clusters(copy_of("garmin"), a_log_line("a", moving_time_s=3010.0), a_log_line("b"))
    assert found == [["files:a"], ["files:b", "garmin:1"]]


def test_two_lines_of_one_log_are_two_runs():
    assert len(activities_of([a_log_line("a"), a_log_line("b")])) == 2


def test_hidden_copies_join_each_other_when_only_one_fits():
    hidden = copy_of("strava", start_hidden=True)
    third = copy_of("intervals", start_hidden=True)
    assert len(activities_of([a_log_line("a"), hidden])) == 1
    assert len(activities_of([a_log_line("a"), hidden, third])) == 1
    assert len(activities_of([a_log_line("a"), a_log_line("b"), hidden])) == 3


# -- whose word -----------------------------------------------------------------------------------


def test_each_field_comes_from_the_most_believed_copy_that_has_it():
    device = copy_of("garmin", climb_m=None, distance_m=10_020.0, length_s=3002.0)
    strava = copy_of(
        "strava", name="Sunday", climb_m=80.0, average_heart_rate_bpm=150.0, is_race=True
    )
    (activity,) = activities_of([strava, device])
    assert (activity.distance_m, activity.moving_time_s) == (10_020.0, 3002.0)
    assert (activity.name, activity.climb_m, activity.is_race) == ("Sunday", 80.0, True)
    assert activity.sources == ("garmin:1", "strava:1")
    assert activity.provenance["distance_m"] == "garmin:1"
    assert activity.provenance["climb_m"] == activity.provenance["is_race"] == "strava:1"
    assert activity.id == content_id("garmin:1")


def test_the_highest_heart_rate_is_carried_with_whose_it_is():
    strava = copy_of("strava", max_heart_rate_bpm=181.0)
    (activity,) = activities_of([strava, copy_of("garmin")])
    assert activity.max_heart_rate_bpm == 181.0
    assert activity.provenance["max_heart_rate_bpm"] == "strava:1"


def hilly(source, flat_distance_m, **what):
    return replace(copy_of(source, **what), flat_distance_m=flat_distance_m)


def test_how_steep_it_was_is_carried_in_the_measure_of_the_believed_distance():
    watch = copy_of("garmin", distance_m=10_100.0)
    (activity,) = activities_of([hilly("strava", 10_600.0), watch])
    assert activity.flat_distance_m == pytest.approx(10_100 * 1.06)
    assert activity.provenance["flat_distance_m"] == "strava:1"
    (activity,) = activities_of([hilly("garmin", 10_500.0), hilly("strava", 10_600.0)])
    assert (activity.flat_distance_m, activity.provenance["flat_distance_m"]) == (
        10_500.0,
        "garmin:1",
    )
    (activity,) = activities_of([copy_of("garmin")])
    assert activity.flat_distance_m is None
    assert "flat_distance_m" not in activity.provenance


@pytest.mark.parametrize(
    ("flat_m", "what"),
    [
        (9_000.0, {}),  # no slope makes a metre as cheap, nor as dear
        (16_900.0, {}),
        (10_500.0, {"surface": Surface.TREADMILL}),
        (10_500.0, {"sport": Sport.RIDE}),
        (10_500.0, {"distance_m": None}),
    ],
)
def test_how_steep_it_was_is_not_known_of(flat_m, what):
    (activity,) = activities_of([hilly("garmin", flat_m, **what)])
    assert activity.flat_distance_m is None


def test_a_copy_that_cannot_have_been_run_says_nothing_of_slopes():
    broken = replace(hilly("garmin", 10_500.0), usable=False, reasons=("broken",))
    (activity,) = activities_of([broken, hilly("strava", 10_600.0)])
    assert activity.provenance["flat_distance_m"] == "strava:1"
    (activity,) = activities_of([broken])
    assert activity.flat_distance_m is None


def test_any_copy_that_knows_the_surface_is_heard():
    (activity,) = activities_of([copy_of("garmin"), copy_of("strava", surface=Surface.TRAIL)])
    assert (activity.surface, activity.provenance["surface"]) == (Surface.TRAIL, "strava:1")


@pytest.mark.parametrize("how", [{"surface": Surface.TREADMILL}, {"is_manual": True}])
def test_pitfall_14_of_a_treadmill_or_manual_run_the_summary_counts_before_the_file(how):
    stretches = (Effort(1000.0, 290.0), Effort(9000.0, 3000.0))
    file = copy_of("files", distance_m=9000.0, efforts=stretches)
    strava = copy_of("strava", efforts=(Effort(10_000.0, 3000.0),), **how)
    (activity,) = activities_of([file, strava])
    assert (activity.distance_m, activity.efforts) == (10_000.0, strava.efforts)
    assert activity.sources[0] == "strava:1"


def test_efforts_come_from_the_best_copy_with_streams():
    whole = (Effort(10_000.0, 3000.0),)
    stretches = (Effort(1000.0, 280.0), Effort(10_000.0, 3000.0))
    device = replace(copy_of("garmin", efforts=whole), usable=False, reasons=("no streams",))
    (activity,) = activities_of([device, copy_of("strava", efforts=stretches)])
    assert (activity.efforts, activity.usable, activity.reasons) == (stretches, True, ())
    assert activity.provenance["efforts"] == "strava:1"
    (activity,) = activities_of([device, copy_of("strava", efforts=whole)])
    assert (activity.provenance["efforts"], activity.usable) == ("garmin:1", False)


def derived(source, **what):
    """As it comes in: with the doubts that its own numbers raise."""
    return derive(copy_of(source, **what).record, None, zone=UTC)


def test_a_drive_home_on_the_watch_is_no_distance_while_another_copy_was_cropped():
    watch, strava = derived("garmin", distance_m=42_000.0), derived("strava", distance_m=10_000.0)
    assert (watch.usable, strava.usable) == (False, True)
    for copies in permutations([watch, strava]):
        (activity,) = activities_of(copies)
        assert (activity.distance_m, activity.usable) == (10_000.0, True)
        assert activity.provenance["distance_m"] == activity.provenance["efforts"] == "strava:1"
        assert activity.efforts == (Effort(10_000.0, 3000.0),)
        assert activity.sources[0] == "garmin:1"
    (alone,) = activities_of([watch])
    assert (alone.distance_m, alone.usable) == (42_000.0, False)


@pytest.mark.parametrize("sport", [Sport.RUN, Sport.RIDE])
@pytest.mark.parametrize("surface", [Surface.ROAD, Surface.TREADMILL])
@pytest.mark.parametrize("nothing", [0.0, None])
def test_a_watch_without_a_distance_leaves_it_to_a_copy_that_has_one(sport, surface, nothing):
    watch = derived("garmin", distance_m=nothing, sport=sport, surface=surface)
    strava = derived("strava", distance_m=9_800.0, sport=sport, surface=surface)
    (activity,) = activities_of([watch, strava])
    assert (activity.distance_m, activity.provenance["distance_m"]) == (9_800.0, "strava:1")
    (alone,) = activities_of([watch])
    assert alone.distance_m == nothing


@pytest.mark.parametrize("who", ["garmin", "strava"])
def test_a_run_that_any_copy_knows_to_be_on_a_treadmill_teaches_nothing(who):
    surfaces = dict.fromkeys(("garmin", "strava"), Surface.ROAD) | {who: Surface.TREADMILL}
    copies = [
        derived(source, surface=surface, distance_m=metres)
        for (source, surface), metres in zip(surfaces.items(), (9_900.0, 10_000.0), strict=True)
    ]
    (activity,) = activities_of(copies)
    assert (activity.surface, activity.distance_m) == (Surface.TREADMILL, 9_900.0)
    assert (activity.usable, activity.efforts) == (False, ())
    assert "treadmill" in activity.reasons[0]


def test_activities_are_sorted_by_start():
    found = activities_of(copy_of("garmin", str(n), start_s=-n * 90_000.0) for n in range(5))
    assert [each.start_at for each in found] == sorted(each.start_at for each in found)


# -- any order ------------------------------------------------------------------------------------

some_copies = st.lists(
    st.builds(
        lambda source, external_id, kind, start, length, distance, hidden, walk: replace(
            copy_of(
                source,
                f"{external_id}{'h' if hidden else ''}",
                kind=kind,
                start_s=start * 50.0,
                length_s=length * 20.0,
                distance_m=None if distance == 0 else distance * 90.0,
                start_hidden=hidden,
                sport=Sport.WALK if walk else Sport.RUN,
            ),
        ),
        st.sampled_from(["garmin", "strava", "files", "intervals"]),
        st.integers(0, 3),
        st.sampled_from(RecordKind),
        st.integers(-20, 20),
        st.integers(50, 60),
        st.integers(0, 12),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=EXAMPLES * 5, deadline=None, derandomize=FIXED)
@given(copies=some_copies, chance=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_activities(copies, chance):
    shuffled = [*copies, *copies[:3]]
    chance.shuffle(shuffled)
    found = activities_of(copies)
    assert activities_of(shuffled) == found
    told = [key for activity in found for key in activity.sources]
    assert sorted(told) == sorted({copy.key for copy in copies})  # each copy counts once
    for activity in found:
        accounts = [key.split(":")[0] for key in activity.sources if not key.startswith("files")]
        assert len(accounts) == len(set(accounts))
        assert set(activity.provenance.values()) <= set(activity.sources)


def runs_told_thrice(count):
    copies = [
        copy_of(source, str(n), start_s=n * 40_000.0 + shift, length_s=3000.0 + n % 7)
        for n in range(count)
        for source, shift in (("garmin", 0.0), ("strava", 3.0), ("intervals", 1.0))
    ]
    random.Random(7).shuffle(copies)
    return copies


def test_ten_times_as_many_runs_are_ten_times_as_much_work():
    some, many = (
        lines_run(partial(activities_of, runs_told_thrice(count))) for count in (200, 2_000)
    )
    assert many < 12 * some
