"""A morning beside the athlete's own usual, and what it takes from today."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.schedule.effort import hard
from planning.schedule.library import easy, long
from planning.schedule.library import race as race_day
from planning.schedule.plan import BY_HAND, DayStatus, PlanDay
from planning.schedule.readiness import Sign, readiness_on, soften_unready
from planning.schedule.receipt import Cause
from planning.wellness import Wellness
from planning.workout import Kind, PlannedWorkout
from tests.planning.schedule.cases import ATHLETE, PACES, TODAY, goal_in, history, planned
from tests.seasons.athletes import runner
from tests.sizes import FIXED, examples

DAY = timedelta(days=1)
PLAN, _ = planned(ATHLETE, (goal_in(14, 10_000.0),), history())
SESSIONS = [d.workout.workout for d in PLAN.days() if d.workout and hard(d.workout.workout)]
HARD = SESSIONS[0]


def night(ago, source="watch", **told):
    return Wellness(source, TODAY - ago * DAY, **told)


def usual(source="watch", *, count=28, level=50.0, **week):
    """`count` nights before the last week with a resting heart rate of 48 and 52 in turn and a
    variability of 50 and 72 ms, which is 60 times 1.2 to either side; then the `week`: lists from
    seven days ago on, the last of them for today; None: not known.
    """
    nights = [
        night(
            ago,
            source,
            resting_heart_rate_bpm=level + (2 if ago % 2 else -2),
            hrv_ms=60 * (1.2 if ago % 2 else 1 / 1.2),
            sleep_s=(7 + ago % 2) * 3600,
            readiness=60 + 20 * (ago % 2),
        )
        for ago in range(7, 7 + count)
    ]
    of_week = [{} for _ in range(7)]
    for name, values in week.items():
        for told, value in zip(of_week, [None] * (7 - len(values)) + list(values), strict=True):
            told[name] = value
    return nights + [night(6 - n, source, **told) for n, told in enumerate(of_week)]


def against(nights, today=TODAY):
    morning = readiness_on(nights, today)
    return None if morning is None else morning.against


SD = math.sqrt(28 / 27)  # of 28 nights that are one off to either side in turn
QUIET = {"hrv_ms": [60.0] * 7, "resting_heart_rate_bpm": [50.0] * 7}


def test_what_is_usual_is_mean_and_deviation_of_the_four_weeks_before_the_last():
    morning = readiness_on([*usual(**QUIET), night(35, resting_heart_rate_bpm=90.0)], TODAY)
    variability, resting = morning.readings[:2]
    assert variability.usual == pytest.approx((60 / 1.2**SD, 60 * 1.2**SD))
    assert resting.usual == pytest.approx((50 - 2 * SD, 50 + 2 * SD))
    assert variability.worse(TODAY) == pytest.approx(0)
    assert morning.against == ""


def test_two_bad_nights_running_speak_against_it():
    nights = usual(hrv_ms=[60] * 5 + [48, 46], resting_heart_rate_bpm=[50] * 5 + [54, 53])
    assert against(nights) == (
        "in the last two nights your heart rate variability was 48 and 46 ms (usually 50 to 72) and "
        "your resting heart rate was 54 and 53 bpm (usually 48 to 52)"
    )


def test_a_week_under_the_usual_speaks_against_it_until_a_night_is_good():
    week = [46, 48, 46, 47, 50, 46, 59]
    assert against(usual(hrv_ms=week)) == (
        "your heart rate variability of a week, 49 ms, is under what is usual for you (50 to 72)"
    )
    assert against(usual(hrv_ms=[58, *week[1:]])) == ""  # by .95 of a deviation
    assert against(usual(hrv_ms=[46] * 6 + [61])) == ""
    assert against(usual(hrv_ms=[40, 40, 40, None, 59]))
    assert against(usual(hrv_ms=[40, 40, None, 59])) == ""  # three nights are too few


def test_a_week_over_the_usual_resting_heart_rate_where_there_is_no_variability():
    week = [52, 53, 52, 53, 52, 52, 52]
    only_pulse = [replace(told, hrv_ms=None) for told in usual(resting_heart_rate_bpm=week)]
    assert against(only_pulse) == (
        "your resting heart rate of a week, 52.3 bpm, is over what is usual for you (48.0 to 52.0)"
    )


PULSE = [50, 50, 50, 50, 50, 52.7, 52.7]  # at last 1.3 deviations over the usual
HIGH = [50, 50, 50, 50, 50, 53.2, 53.2]  # 1.6


@pytest.mark.parametrize(
    ("week", "speaks"),
    [
        ({"resting_heart_rate_bpm": PULSE}, False),
        ({"resting_heart_rate_bpm": HIGH}, True),
        ({"resting_heart_rate_bpm": [*HIGH[:6], 50]}, False),
        ({"resting_heart_rate_bpm": [50, *HIGH[:6]]}, False),
        ({"resting_heart_rate_bpm": PULSE, "sleep_s": [19_000.0] * 2}, True),
        ({"resting_heart_rate_bpm": PULSE, "sleep_s": [28_000.0] * 2}, False),
        ({"resting_heart_rate_bpm": PULSE, "readiness": [20, 20]}, True),
        ({"resting_heart_rate_bpm": PULSE, "readiness": [20, None]}, False),
        ({"resting_heart_rate_bpm": PULSE, "hrv_ms": [52, 52]}, True),  # by .8
        ({"resting_heart_rate_bpm": HIGH, "hrv_ms": [60, 60]}, False),
        ({"resting_heart_rate_bpm": [50], "sleep_s": [9e3] * 7, "readiness": [1] * 7}, False),
    ],
)
def test_a_sign_alone_must_say_more(week, speaks):
    assert bool(against(usual(**week))) is speaks


def test_what_bears_a_sign_out_is_told():
    nights = usual(resting_heart_rate_bpm=PULSE, sleep_s=[18_000.0, 19_800.0])
    assert against(nights).endswith("and your sleep was 5.0 and 5.5 h (usually 7.0 to 8.0)")


BAD = {"hrv_ms": [60] * 5 + [40] * 2, "resting_heart_rate_bpm": [50] * 5 + [58] * 2}


def test_what_is_missing_is_never_a_bad_night():
    assert against(usual(**BAD))
    assert against(usual(count=14, **BAD))
    assert against(usual(count=13, **BAD)) is None
    assert against(usual(**BAD)[:-1]) is None  # last night is not known
    assert against(usual(**BAD), today=TODAY + DAY) is None
    assert against([]) is None
    assert against(usual(sleep_s=[15_000.0] * 7, readiness=[5.0] * 7)) is None
    last_only = {name: [values[-1]] for name, values in BAD.items()}
    assert against(usual(**last_only)) == ""  # the night before is not known
    later = [night(-n, hrv_ms=20.0) for n in range(1, 8)]
    assert against([*usual(hrv_ms=[60] * 6 + [59]), *later]) == ""
    assert against(usual(hrv_ms=[60] * 6 + [0.0])) is None  # no heart varies by nothing


def test_a_watch_that_always_says_the_same_makes_no_alarm_of_a_beat():
    flat = [night(ago, resting_heart_rate_bpm=50.0, hrv_ms=60.0) for ago in range(7, 35)]
    week = [night(ago, resting_heart_rate_bpm=51.0, hrv_ms=59.0) for ago in range(7)]
    assert against([*flat, *week]) == ""


def only_pulse(nights):
    return [replace(told, hrv_ms=None, sleep_s=None, readiness=None) for told in nights]


def test_two_sources_of_a_night_do_not_count_twice():
    """The phone passes the watch's pulse on; beside it stands a band with a level of its own."""
    watch = only_pulse(usual(resting_heart_rate_bpm=PULSE))
    phone = [replace(told, source="phone") for told in watch]
    band = only_pulse(usual("band", count=15, level=40.0, resting_heart_rate_bpm=[48.0] * 7))
    assert "resting heart rate of a week, 48 bpm" in against(band)
    assert against(watch) == against([*watch, *phone, *band]) == ""
    readings = readiness_on([*band, *watch, *phone], TODAY).readings
    assert [(one.sign, one.source) for one in readings] == [(Sign.RESTING, "phone")]


def test_a_source_that_does_not_know_last_night_leaves_it_to_one_that_does():
    assert against([*usual(**BAD)[:-1], *usual("band", count=15, **QUIET)]) == ""


@given(
    more=st.lists(
        st.tuples(
            st.integers(0, 34),
            st.sampled_from(["watch", "phone", "band"]),
            st.floats(10, 200),
            st.floats(30, 120),
        ),
        max_size=40,
    ),
    chance=st.randoms(use_true_random=False),
)
@settings(derandomize=FIXED, max_examples=examples(60), deadline=None)
def test_the_order_of_what_is_known_does_not_matter(more, chance):
    told = [*usual(**QUIET), *usual("phone", **BAD)]
    told += [night(ago, by, hrv_ms=ms, resting_heart_rate_bpm=bpm) for ago, by, ms, bpm in more]
    mixed = list(told)
    chance.shuffle(mixed)
    assert readiness_on(mixed, TODAY) == readiness_on(told, TODAY)


NIGHTS = st.lists(
    st.none() | st.tuples(st.floats(15, 200), st.floats(35, 90)), min_size=7, max_size=7
)


def of(week):
    known = [told or (None, None) for told in week]
    return usual(hrv_ms=[ms for ms, _ in known], resting_heart_rate_bpm=[bpm for _, bpm in known])


@given(NIGHTS, st.integers(0, 6), st.floats(1, 60), st.floats(50, 200))
@settings(derandomize=FIXED, max_examples=examples(100), deadline=None)
def test_one_bad_night_alone_changes_nothing_however_bad(week, which, hrv_ms, bpm):
    """All the others are as usual or better."""
    good = [told and (max(told[0], 60.0), min(told[1], 50.0)) for told in week]
    good[which] = (hrv_ms, bpm)
    assert not against(of(good))


@given(NIGHTS, NIGHTS)
@settings(derandomize=FIXED, max_examples=examples(100), deadline=None)
def test_worse_nights_never_speak_for_it(week, other):
    pairs = zip(week, other, strict=True)
    worse = [a and (min(a[0], (b or a)[0]), max(a[1], (b or a)[1])) for a, b in pairs]
    if against(of(week)):
        assert against(of(worse))


def on(day, workout, **fields):
    return {day: PlanDay(day, PlannedWorkout("s", day, workout) if workout else None, **fields)}


def softened(days, **more):
    return soften_unready(days, usual(**BAD), today=TODAY, paces=PACES, **more)


def test_todays_hard_session_becomes_easy_and_says_why():
    soft = softened(on(TODAY, HARD, why=("I-6",)))[TODAY]
    assert soft.day.workout.workout.kind is Kind.EASY
    assert (soft.day.workout.ident, soft.day.why) == ("s", ("I-6",))
    assert soft.cause == Cause(against(usual(**BAD)), "H-2")


@pytest.mark.parametrize("session", [*SESSIONS, long(30_000, PACES, blocks=3, block_m=5_000)])
def test_it_never_asks_for_more(session):
    after = softened(on(TODAY, session))[TODAY].day.workout.workout
    assert not hard(after)
    assert after.distance_m <= session.distance_m
    assert after.duration_s <= session.duration_s + 1


def test_nothing_else_is_touched():
    left_alone = [
        on(TODAY, race_day(goal_in(0, 10_000.0, weekday=0), PACES)),
        on(TODAY, easy(9_000, PACES)),
        on(TODAY, None),
        on(TODAY, HARD, why=(BY_HAND,)),
        on(TODAY, HARD, status=DayStatus.DONE),
        on(TODAY - DAY, HARD),
        on(TODAY + DAY, HARD),
    ]
    assert [softened(days) for days in left_alone] == [{}] * len(left_alone)
    assert softened(on(TODAY, HARD), hands_off={"s"}) == {}
    assert list(softened(on(TODAY, HARD) | on(TODAY + DAY, HARD))) == [TODAY]
    for nights in (usual(**QUIET), []):
        assert soften_unready(on(TODAY, HARD), nights, today=TODAY, paces=PACES) == {}


def share_called_off(change=lambda nights: nights):
    """Of 900 mornings of 150 simulated runners, one in ten of whose nights is bad by chance, those
    that speak against it; `change` is done to the five weeks of nights before each.
    """
    someone = replace(runner(0), silences=(), has_watch=True)
    told = []
    for seed in range(150):
        one = replace(someone, seed=seed)
        nights = [one.wellness(TODAY + n * DAY) for n in range(85)]
        told += [against(change(nights[n - 34 : n + 1]), nights[n].day) for n in range(34, 85, 10)]
    return sum(map(bool, told)) / len(told)


def coming_down(nights):
    """Two nights with a fifth less variability and seven beats more."""
    sick = [
        replace(
            one,
            hrv_ms=0.8 * one.hrv_ms,
            resting_heart_rate_bpm=one.resting_heart_rate_bpm + 7,
        )
        for one in nights[-2:]
    ]
    return [*nights[:-2], *sick]


def test_chance_alone_calls_off_few_hard_days_and_what_is_coming_most():
    assert share_called_off() == pytest.approx(0.022, abs=0.008)
    assert share_called_off(coming_down) > 0.7
