"""The athlete's word on copies of runs: split, join, exclude, edit."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from planning.activity import Effort, Sport, Surface
from planning.records import activities_of, excluded_of
from planning.rulings import Edit, Exclude, Join, Ruling, Split
from tests.planning.test_records import a_log_line, copy_of, some_copies
from tests.sizes import FIXED, examples

GARMIN, STRAVA, INTERVALS = "garmin:1", "strava:1", "intervals:1"
THREE = (copy_of("garmin"), copy_of("strava", start_s=3.0), copy_of("intervals", start_s=5.0))


def clusters(copies, *rulings):
    return sorted(sorted(activity.sources) for activity in activities_of(copies, rulings))


def one(copies, *rulings):
    (activity,) = activities_of(copies, rulings)
    return activity


# -- split ----------------------------------------------------------------------------------------


def test_two_copies_that_were_split_stay_apart_even_through_a_third():
    assert clusters(THREE) == [[GARMIN, INTERVALS, STRAVA]]
    assert clusters(THREE, Split(STRAVA, GARMIN)) == [[GARMIN], [INTERVALS, STRAVA]]
    bridge = copy_of("intervals", start_s=1.0)
    assert clusters([*THREE[:2], bridge], Split(GARMIN, STRAVA)) == [[GARMIN, INTERVALS], [STRAVA]]


def test_a_split_of_all_from_all_leaves_each_alone():
    rulings = Split(GARMIN, STRAVA), Split(STRAVA, INTERVALS), Split(INTERVALS, GARMIN)
    assert clusters(THREE, *rulings) == [[GARMIN], [INTERVALS], [STRAVA]]


def test_a_hidden_start_that_was_split_from_one_run_joins_the_other_that_fits():
    runs = [copy_of("garmin"), copy_of("garmin", "2", start_s=20_000.0), a_log_line()]
    assert clusters(runs, Split("files:line", GARMIN)) == [[*["files:line", "garmin:2"]], [GARMIN]]


def test_hidden_copies_that_were_split_stay_apart():
    hidden = [a_log_line(), copy_of("strava", start_hidden=True)]
    assert clusters(hidden, Split(STRAVA, "files:line")) == [["files:line"], [STRAVA]]


# -- join -----------------------------------------------------------------------------------------


def test_joined_copies_are_of_one_run_whatever_their_sport_and_time():
    far = copy_of("strava", start_s=-90_000.0, sport=Sport.RIDE, distance_m=1.0)
    assert clusters([copy_of("garmin"), far], Join(STRAVA, GARMIN)) == [[GARMIN, STRAVA]]


def test_joined_copies_bring_along_what_each_is_with():
    halves = [
        copy_of(source, which, start_s=start_s, length_s=1500.0, distance_m=5000.0)
        for source in ("garmin", "strava")
        for which, start_s in (("1", 0.0), ("2", 1700.0))
    ]
    assert clusters(halves) == [[GARMIN, STRAVA], ["garmin:2", "strava:2"]]
    assert clusters(halves, Join(GARMIN, "garmin:2")) == [[GARMIN, "garmin:2", STRAVA, "strava:2"]]
    later = [a_log_line("h", length_s=1500.0, distance_m=5000.0), *halves]
    assert len(activities_of(later, [Join(GARMIN, "garmin:2")])) == 1  # fits but one run now


def test_a_hidden_copy_that_was_joined_brings_along_the_run_it_fits():
    copies = [copy_of("garmin"), a_log_line(), copy_of("strava", start_s=90_000.0)]
    assert clusters(copies, Join("files:line", STRAVA)) == [["files:line", GARMIN, STRAVA]]


def test_two_copies_of_one_account_can_be_joined():
    again = copy_of("strava", "2", start_s=30.0)
    assert clusters([THREE[1], again], Join(STRAVA, "strava:2")) == [[STRAVA, "strava:2"]]


def test_a_split_is_firmer_than_a_join():
    two = THREE[:2]
    assert clusters(two, Join(GARMIN, STRAVA), Split(GARMIN, STRAVA)) == [[GARMIN], [STRAVA]]


def test_joins_that_a_split_contradicts_go_as_far_as_they_can_in_the_order_of_their_keys():
    apart = [
        copy_of(source, start_s=start_s)
        for source, start_s in (("garmin", 0.0), ("strava", 20_000.0), ("intervals", -20_000.0))
    ]
    rulings = Join(STRAVA, INTERVALS), Join(STRAVA, GARMIN), Split(INTERVALS, GARMIN)
    for said in (rulings, rulings[::-1]):
        assert clusters(apart, *said) == [[GARMIN, STRAVA], [INTERVALS]]


def test_rulings_on_copies_that_are_not_there_wait():
    rulings = Join("files:x", GARMIN), Split("files:x", STRAVA), Exclude("files:y")
    assert activities_of(THREE, [*rulings, Edit("files:y", "name", "?")]) == activities_of(THREE)
    far = copy_of("files", "x", start_s=90_000.0)
    assert clusters([*THREE, far], rulings[0]) == [["files:x", GARMIN, INTERVALS, STRAVA]]


# -- exclude --------------------------------------------------------------------------------------


def test_an_excluded_copy_contributes_nothing():
    assert one(THREE, Exclude(GARMIN)) == one(THREE[1:])
    (out,) = excluded_of(THREE, [Exclude(GARMIN)])
    assert out.sources == (GARMIN,)


def test_an_excluded_copy_is_not_in_the_way_of_another_of_its_account():
    again = copy_of("strava", "2", start_s=50.0)
    assert clusters([*THREE, again], Exclude(STRAVA)) == [[GARMIN, INTERVALS, "strava:2"]]


def test_an_activity_of_which_all_copies_are_excluded_does_not_count():
    rulings = [Exclude(copy.key) for copy in THREE]
    assert activities_of(THREE, rulings) == ()
    assert excluded_of(THREE, rulings) == activities_of(THREE)
    assert excluded_of(THREE) == ()


def test_a_whole_run_that_was_excluded_stays_out_when_another_copy_comes():
    rulings = [Exclude(GARMIN, "the dog wore the watch", whole_run=True)]
    assert activities_of(THREE[:1], rulings) == activities_of(THREE, rulings) == ()
    assert excluded_of(THREE, rulings) == activities_of(THREE)


def test_what_is_excluded_is_sorted_by_start():
    copies = [copy_of("garmin", str(n), start_s=-n * 90_000.0) for n in range(4)]
    rulings = [Exclude(copy.key, whole_run=n % 2 == 0) for n, copy in enumerate(copies)]
    found = excluded_of(copies, rulings)
    assert [each.start_at for each in found] == sorted(copy.record.start_at for copy in copies)


# -- edit -----------------------------------------------------------------------------------------


def test_the_athletes_word_wins_over_every_record():
    activity = one(THREE, Edit(STRAVA, "name", "With Ann"), Edit(INTERVALS, "is_race", True))
    assert (activity.name, activity.is_race) == ("With Ann", True)
    assert activity.provenance["name"] == activity.provenance["is_race"] == "athlete"
    assert activity.provenance["distance_m"] == GARMIN


def test_of_two_words_the_one_on_the_most_believed_copy_counts():
    words = Edit(STRAVA, "name", "B"), Edit(GARMIN, "name", "A"), Edit(INTERVALS, "name", "C")
    assert one(THREE, *words).name == one(THREE, *reversed(words)).name == "A"


def test_two_words_on_one_field_of_one_copy_give_the_same_in_any_order():
    words = Edit(STRAVA, "name", "B"), Edit(STRAVA, "name", "A")
    assert one(THREE, *words) == one(THREE, *reversed(words))


def test_the_edit_of_an_excluded_copy_goes_with_it():
    assert one(THREE, Edit(STRAVA, "name", "B"), Exclude(STRAVA)).name == ""


def test_a_run_can_be_said_to_be_no_race():
    race = copy_of("garmin", is_race=True)
    assert not one([race], Edit(GARMIN, "is_race", False)).is_race


STRETCHES = (Effort(1000.0, 290.0), Effort(10_000.0, 3000.0))
CURVE_M = (45.0, 65.0)


def with_curve(**what):
    return replace(copy_of("garmin", efforts=STRETCHES, **what), curve_m=CURVE_M)


def test_another_distance_takes_the_stretches_away_and_keeps_the_whole():
    told = one([with_curve()], Edit(GARMIN, "distance_m", 9000.0))
    assert (told.distance_m, told.efforts) == (9000.0, (Effort(9000.0, 3000.0),))
    assert (told.usable, told.curve_m) == (True, ())


def test_the_curve_goes_and_stays_with_the_stretches():
    assert one([with_curve()]).curve_m == CURVE_M
    assert one([with_curve()], Edit(GARMIN, "surface", "track")).curve_m == CURVE_M
    assert one([with_curve()], Edit(GARMIN, "sport", Sport.RIDE)).curve_m == ()


def test_a_distance_cures_what_had_none():
    broken = replace(
        copy_of("garmin", distance_m=None), usable=False, reasons=("no distance was recorded",)
    )
    told = one([broken], Edit(GARMIN, "distance_m", 9000))
    assert (told.usable, told.reasons, told.efforts) == (True, (), (Effort(9000.0, 3000.0),))


def test_an_impossible_correction_is_not_learnt_from():
    told = one([copy_of("garmin", efforts=STRETCHES)], Edit(GARMIN, "moving_time_s", 600.0))
    assert (told.usable, told.efforts) == (False, ())
    assert told.reasons


def test_a_ride_that_was_a_run_counts_as_one_and_a_run_that_was_a_ride_does_not():
    ride = replace(
        copy_of("garmin", sport=Sport.RIDE), usable=False, reasons=("not a run but a ride",)
    )
    told = one([ride], Edit(GARMIN, "sport", "run"))
    assert (told.sport, told.is_run, told.usable, told.reasons) == (Sport.RUN, True, True, ())
    assert told.efforts == (Effort(10_000.0, 3000.0),)
    told = one([copy_of("garmin", efforts=STRETCHES)], Edit(GARMIN, "sport", Sport.RIDE))
    assert (told.usable, told.efforts) == (False, ())


def test_another_surface_keeps_the_stretches_and_other_doubts():
    run = replace(copy_of("garmin", efforts=STRETCHES), usable=False, reasons=("it jumped",))
    told = one([run], Edit(GARMIN, "surface", "trail"))
    assert (told.surface, told.reasons, told.usable) == (Surface.TRAIL, ("it jumped",), False)
    told = one([copy_of("garmin", efforts=STRETCHES)], Edit(GARMIN, "surface", "track"))
    assert (told.efforts, told.usable) == (STRETCHES, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sport", "hopping"),
        ("sport", 1.0),
        ("surface", "ice"),
        ("name", 5.0),
        ("is_race", "yes"),
        ("distance_m", "far"),
        ("distance_m", -1.0),
        ("moving_time_s", float("inf")),
        ("elapsed_time_s", True),
    ],
)
def test_a_field_takes_only_what_it_can_be(field, value):
    with pytest.raises(ValueError, match=str(value)):
        Edit(GARMIN, field, value)


@pytest.mark.parametrize(
    "said",
    [
        Split(GARMIN, STRAVA),
        Join(GARMIN, STRAVA),
        Exclude(GARMIN, "not mine", whole_run=True),
        Edit(GARMIN, "sport", "run"),
        Edit(GARMIN, "distance_m", 10_000.0),
        Edit(GARMIN, "is_race", True),
    ],
)
def test_a_ruling_comes_back_from_a_row_as_it_was(said):
    rows = TypeAdapter(Ruling)
    assert rows.validate_json(rows.dump_json(said)) == said


def test_a_row_with_an_edit_that_cannot_be_is_refused():
    body = {"copy": GARMIN, "field": "sport", "value": "hopping", "kind": "edit"}
    with pytest.raises(ValidationError):
        TypeAdapter(Ruling).validate_python(body)


def test_a_split_and_a_join_of_two_copies_are_one_fact():
    assert Split(GARMIN, STRAVA).key == Join(STRAVA, GARMIN).key
    assert Exclude(GARMIN).key != Exclude(STRAVA).key
    assert Edit(GARMIN, "name", "A").key == Edit(GARMIN, "name", "B").key


# -- legs, other sports, typed in -------------------------------------------------------------------


def a_leg(source, which, *, parent="tri", **what):
    return copy_of(source, which, parent_id=parent, **what)


def test_pitfall_22_legs_of_a_multisport_activity_count_one_by_one():
    legs = [
        a_leg(
            source, f"{n}", start_s=start_s, length_s=length_s, sport=sport, distance_m=distance_m
        )
        for source in ("garmin", "strava", "files")
        for n, (start_s, length_s, sport, distance_m) in enumerate(
            [
                (0.0, 1500.0, Sport.SWIM, 1500.0),
                (1600.0, 4000.0, Sport.RIDE, 40_000.0),
                (5700.0, 2600.0, Sport.RUN, 10_000.0),
            ]
        )
    ]
    assert clusters(legs) == [
        ["files:0", "garmin:0", "strava:0"],
        ["files:1", "garmin:1", "strava:1"],
        ["files:2", "garmin:2", "strava:2"],
    ]


def test_two_legs_of_one_parent_are_never_one_run():
    """Short legs of a swimrun, from one file: nothing but the parent tells them apart."""
    legs = [a_leg("files", str(n), start_s=n * 100.0, length_s=90.0) for n in range(3)]
    assert clusters(legs) == [["files:0"], ["files:1"], ["files:2"]]
    others = [a_leg("files", "a", parent="other"), a_leg("files", "b")]
    assert clusters(others) == [["files:a", "files:b"]]


def test_a_run_saved_as_a_ride_at_one_source_is_one_run():
    ride = copy_of("strava", start_s=2.0, sport=Sport.RIDE, distance_m=10_050.0)
    ride = replace(ride, usable=False, reasons=("not a run but a ride",))
    told = one([ride, copy_of("garmin", efforts=STRETCHES)])
    assert (told.sport, told.usable, told.efforts) == (Sport.RUN, True, STRETCHES)
    assert set(told.sources) == {GARMIN, STRAVA}


def test_of_a_run_that_is_a_ride_elsewhere_those_teach_that_have_it_right():
    wrong = copy_of("strava", sport=Sport.RIDE, efforts=STRETCHES)
    told = one([copy_of("garmin", efforts=STRETCHES[1:]), wrong])
    assert told.provenance["efforts"] == GARMIN


@pytest.mark.parametrize(
    "other",
    [
        {"start_s": 6.0},
        {"length_s": 3031.0},
        {"distance_m": 10_102.0},
        {"distance_m": None},
        {"start_s": -300.0},
    ],
)
def test_pitfall_21_another_sport_is_another_activity(other):
    copies = [copy_of("garmin"), copy_of("strava", sport=Sport.RIDE, **other)]
    assert len(activities_of(copies)) == 2


def test_an_hour_in_the_gym_is_one_under_any_name():
    told = one(
        [
            copy_of("garmin", sport=Sport.STRENGTH, distance_m=0.0),
            copy_of("strava", sport=Sport.OTHER, distance_m=None),
        ]
    )
    assert told.sport is Sport.STRENGTH


def typed(source="strava", external_id="1", **what):
    return copy_of(source, external_id, is_manual=True, **what)


def test_pitfall_16_what_was_typed_in_is_the_run_that_was_recorded():
    recorded = copy_of("garmin", distance_m=10_080.0, length_s=3024.0)
    assert len(activities_of([recorded, typed(start_s=1500.0)])) == 1
    told = [recorded, typed(start_s=-1500.0), copy_of("intervals", start_s=2.0)]
    assert len(activities_of(told)) == 1


@pytest.mark.parametrize("other", [{"start_s": 1800.0}, {"start_s": 1500.0, "length_s": 3157.0}])
def test_what_was_typed_in_may_be_half_an_hour_and_a_twentieth_off(other):
    assert len(activities_of([typed(), copy_of("garmin", **other)])) == 1


def test_what_was_typed_in_passes_by_the_run_its_account_recorded():
    copies = [copy_of("garmin"), copy_of("strava", "2", start_s=3200.0), typed(start_s=1600.0)]
    assert clusters(copies) == [[GARMIN, STRAVA], ["strava:2"]]


@pytest.mark.parametrize(
    "other",
    [
        {"start_s": 1801.0},
        {"start_s": 1500.0, "length_s": 3160.0},
        {"start_s": 1500.0, "distance_m": 10_600.0},
        {"start_s": 1500.0, "sport": Sport.RIDE},
        {"start_s": 1500.0, "start_hidden": True, "length_s": 3100.0},
    ],
)
def test_what_was_typed_in_and_does_not_fit_is_another_run(other):
    assert len(activities_of([typed(), copy_of("garmin", **other)])) == 2


def test_what_was_typed_in_and_fits_two_runs_joins_neither():
    runs = [copy_of("garmin", "1"), copy_of("garmin", "2", start_s=3200.0)]
    assert len(activities_of([*runs, typed(start_s=1600.0)])) == 3


def test_two_accounts_into_which_a_run_was_typed_join_the_recording_together():
    two = [typed(start_s=1700.0), typed("intervals", start_s=1700.0)]
    assert clusters([copy_of("garmin"), *two]) == [[GARMIN, INTERVALS, STRAVA]]


def test_what_was_typed_into_the_account_that_recorded_another_run_is_another():
    assert len(activities_of([copy_of("strava", "2", start_s=1700.0), typed()])) == 2


def test_typed_in_near_and_split_stays_apart():
    copies = [copy_of("garmin"), typed(start_s=1500.0)]
    assert len(activities_of(copies, [Split(GARMIN, STRAVA)])) == 2


# -- any order ------------------------------------------------------------------------------------

KEYS = st.sampled_from([f"{s}:{n}" for s in ("garmin", "strava", "files") for n in range(3)])
some_rulings = st.lists(
    st.one_of(
        st.builds(Split, KEYS, KEYS),
        st.builds(Join, KEYS, KEYS),
        st.builds(Exclude, KEYS, whole_run=st.booleans()),
        st.builds(Edit, KEYS, st.just("name"), st.sampled_from(["A", "B"])),
        st.builds(Edit, KEYS, st.just("distance_m"), st.sampled_from([5000.0, 10_000.0])),
    ),
    max_size=8,
)


@settings(max_examples=examples(40) * 3, deadline=None, derandomize=FIXED)
@given(copies=some_copies, rulings=some_rulings, chance=st.randoms(use_true_random=False))
def test_any_order_of_copies_and_rulings_gives_the_same(copies, rulings, chance):
    counted, out = activities_of(copies, rulings), excluded_of(copies, rulings)
    mixed, said = [*copies, *copies[:2]], [*rulings, *rulings[:2]]
    chance.shuffle(mixed)
    chance.shuffle(said)
    assert (activities_of(mixed, said), excluded_of(mixed, said)) == (counted, out)
    told = [key for activity in (*counted, *out) for key in activity.sources]
    assert sorted(told) == sorted({copy.key for copy in copies})
    for activity in (*counted, *out):
        split = [r for r in rulings if isinstance(r, Split) and r.first != r.second]
        assert not any({r.first, r.second} <= set(activity.sources) for r in split)
        assert set(activity.provenance.values()) <= {*activity.sources, "athlete"}
    alone = {r.copy for r in rulings if isinstance(r, Exclude)}
    assert not alone & {key for activity in counted for key in activity.sources}
