"""How a session was run beside what was planned."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Surface
from planning.goals.goal import TEN_K_M
from planning.schedule.effort import Effort, noted
from planning.schedule.judging import Verdict, judged
from planning.schedule.library import easy, long
from planning.schedule.library import race as race_day
from planning.schedule.paces import Beats
from planning.workout import Duration, DurationType, Kind, Repeat, Step, StepKind, Workout
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import PACES, TODAY, UNSURE, goal_in
from tests.sizes import FIXED, examples

BY_HEART = replace(PACES, by_heart=True, beats=Beats(first=148.0, second=170.0))
EASY_PACE = 1000 / PACES.easy  # 5:37


def timed(kind, minutes, effort, paces=PACES):
    time = Duration(DurationType.TIME, 60.0 * minutes)
    return Step(kind, time, paces.target(effort), noted(effort))


def threshold(paces=PACES, kind=Kind.THRESHOLD, effort=Effort.THRESHOLD, times=4):
    """15 min easy, 4 x 8 min with 2 min between, 10 min easy."""
    steps = (
        timed(StepKind.WARMUP, 15, Effort.EASY, paces),
        Repeat(
            times,
            (
                timed(StepKind.WORK, 8, effort, paces),
                timed(StepKind.RECOVERY, 2, Effort.EASY, paces),
            ),
        ),
        timed(StepKind.COOLDOWN, 10, Effort.EASY, paces),
    )
    easy_min, work_min = 25 + 2 * times, 8 * times
    metres = 60 * (easy_min * PACES.easy + work_min * PACES.threshold)
    return Workout(kind, "4 x 8 min", "", steps, metres, 60.0 * (easy_min + work_min), 55.0)


SESSION = threshold()


def done(workout, distance=1.0, time=1.0, **fields):
    """A run of these shares of the planned distance and time."""
    km, seconds = distance * workout.distance_m / 1000, time * workout.duration_s
    return run(TODAY, km, seconds / km, **fields)


def verdict(workout, *runs, paces=PACES):
    return judged(workout, runs, paces).verdict


@pytest.mark.parametrize("workout", [easy(10_000, PACES), long(24_000, PACES), SESSION])
@pytest.mark.parametrize("size", [0.86, 1.0, 1.14])
def test_as_planned(workout, size):
    told = judged(workout, [done(workout, size, size)], PACES)
    assert told.verdict is Verdict.AS_PLANNED
    assert told.distance_share == pytest.approx(size)
    assert told.time_share == pytest.approx(size)
    assert told.planned_speed.low < told.speed_m_per_s < told.planned_speed.high


def test_shorter_and_longer_by_more_than_fifteen_per_cent_of_both():
    ten = easy(10_000, PACES)
    assert verdict(ten, done(ten, 0.84, 0.84)) is Verdict.SHORTER
    assert verdict(ten, done(ten, 0.84, 0.86)) is Verdict.AS_PLANNED
    assert verdict(ten, done(ten, 1.16, 1.16)) is Verdict.LONGER
    assert verdict(ten, done(ten, 1.16, 1.14)) is Verdict.AS_PLANNED
    halves = done(ten, 0.5, 0.5, id="a"), done(ten, 0.5, 0.5, id="b")
    assert verdict(ten, *halves) is Verdict.AS_PLANNED


def test_easy_running_has_the_day_to_play_with():
    """The band is 5:20 to 5:55/km; 3 per cent beyond it are 5:11 and 6:06."""
    ten = easy(10_000, PACES)
    for pace, expected in (
        (309, Verdict.HARDER),
        (312, Verdict.AS_PLANNED),
        (365, Verdict.AS_PLANNED),
        (368, Verdict.EASIER),
    ):
        assert verdict(ten, run(TODAY, 10, pace)) is expected, pace


def test_a_band_of_a_session_with_rests():
    """25 min at 5:20-5:55, 32 at 4:19-4:29 (bands of whole 5 s), 8 min of rest from a walk to 5:20."""
    told = judged(SESSION, [done(SESSION)], PACES)
    slow = (25 * 1000 / 355 + 32 * 1000 / 270 + 8 * 1.5) / 65
    fast = (33 * 1000 / 320 + 32 * 1000 / 260) / 65
    assert told.planned_speed.low == pytest.approx(slow, rel=1e-3)
    assert told.planned_speed.high == pytest.approx(fast, rel=1e-3)
    assert verdict(SESSION, done(SESSION, 1.09)) is Verdict.HARDER
    curve = (*(10.0 * n for n in range(1, 11)), 1_060.0)
    assert verdict(SESSION, done(SESSION, 0.80, 1.0, curve_m=curve)) is Verdict.EASIER


def test_who_stops_early_is_not_called_easier_and_hard_is_said_first():
    ten = easy(10_000, PACES)
    assert verdict(ten, run(TODAY, 6, 390)) is Verdict.SHORTER
    assert verdict(ten, run(TODAY, 6, 290)) is Verdict.HARDER
    assert verdict(ten, run(TODAY, 14, 290)) is Verdict.HARDER


def test_a_fast_finish_makes_an_easy_run_a_hard_one():
    ten = easy(12_000, PACES)
    curve = (*(10.0 * n for n in range(1, 17)), 4_300.0)
    assert verdict(ten, run(TODAY, 12, 335, curve_m=curve)) is Verdict.HARDER
    ran = run(TODAY, 12, 335, curve_m=curve)
    blocks = long(12_000, PACES, blocks=1, block_m=6_000)
    assert verdict(blocks, ran) is not Verdict.HARDER


def test_another_kind():
    ten = easy(10_000, PACES)
    assert verdict(ten, race(TODAY, 10, 2_500)) is Verdict.ANOTHER_KIND
    raced = race_day(goal_in(0, TEN_K_M), PACES)
    assert verdict(raced, race(TODAY, 10, raced.duration_s)) is Verdict.AS_PLANNED
    # 5 min are the 11th of the curve's durations; easy running goes up to 5:20/km, 937 m
    no_work, work = ((*(10.0 * n for n in range(1, 11)), m) for m in (930.0, 1_060.0))
    slow = done(SESSION, 0.86, 1.0)
    assert verdict(SESSION, replace(slow, curve_m=no_work)) is Verdict.ANOTHER_KIND
    assert verdict(SESSION, replace(slow, curve_m=work)) is not Verdict.ANOTHER_KIND
    uphill = replace(slow, curve_m=no_work, flat_distance_m=1.1 * slow.distance_m)
    assert verdict(SESSION, uphill) is Verdict.AS_PLANNED


def test_short_work_is_looked_for_in_the_fastest_minute():
    """Its fastest 5 minutes hold rests as well. A minute is the 6th of the curve's durations."""
    fast, slow = (
        (*(10.0 * n for n in range(1, 6)), m, 300.0, 400.0, 600.0, 750.0, 930.0)
        for m in (250.0, 186.0)
    )
    minutes = threshold(kind=Kind.REPETITION, effort=Effort.REPETITION)
    assert verdict(minutes, done(minutes, curve_m=fast)) is not Verdict.ANOTHER_KIND
    assert verdict(minutes, done(minutes, curve_m=slow)) is Verdict.ANOTHER_KIND


def test_without_a_curve_the_mean_tells_another_kind():
    raced = race_day(goal_in(0, TEN_K_M), PACES)
    jogged = run(TODAY, 10, EASY_PACE + 1)
    assert verdict(raced, jogged) is Verdict.ANOTHER_KIND
    assert verdict(raced, run(TODAY, 10, EASY_PACE - 5)) is Verdict.EASIER


@pytest.mark.parametrize(
    "fields",
    [{"surface": Surface.TREADMILL}, {"surface": Surface.TRAIL}, {"temperature_c": 30.0}],
)
def test_off_the_road_and_in_heat_pace_is_not_asked(fields):
    ten = easy(10_000, PACES)
    told = judged(ten, [run(TODAY, 10, 290, **fields)], PACES)
    assert told.verdict is Verdict.AS_PLANNED
    assert told.speed_m_per_s is None
    assert told.planned_speed is None
    assert verdict(SESSION, done(SESSION, **fields)) is Verdict.NOT_JUDGED
    assert verdict(SESSION, done(SESSION, 0.5, 0.5, **fields)) is Verdict.SHORTER


def test_what_was_not_planned_by_pace_is_not_judged_by_it():
    assert verdict(easy(10_000, UNSURE), run(TODAY, 10, 290), paces=UNSURE) is Verdict.AS_PLANNED
    unsure = threshold(UNSURE)
    assert verdict(unsure, done(unsure, 1.2), paces=UNSURE) is Verdict.NOT_JUDGED
    hills = threshold(kind=Kind.HILLS, effort=Effort.HILL)
    assert verdict(hills, done(hills, 1.1)) is Verdict.NOT_JUDGED
    one_hill = threshold(kind=Kind.HILLS, effort=Effort.HILL, times=1)
    assert verdict(one_hill, done(one_hill, 1.1)) is Verdict.NOT_JUDGED


def test_by_heart_rate_where_it_was_planned_by_heart_rate():
    """Easy is 121 to 148 bpm, and 5 bpm are how well a border is known."""
    ten = easy(10_000, BY_HEART)
    for bpm, expected in (
        (154, Verdict.HARDER),
        (152, Verdict.AS_PLANNED),
        (117, Verdict.AS_PLANNED),
        (115, Verdict.EASIER),
    ):
        trail = run(TODAY, 10, EASY_PACE, average_heart_rate_bpm=bpm, surface=Surface.TRAIL)
        # 20 minutes over the first border are hard as well: asked without it
        told = judged(ten, [trail], replace(BY_HEART, beats=None))
        assert told.verdict is expected, bpm
        assert told.planned_heart_rate.high == 148
    assert judged(ten, [run(TODAY, 10, 340)], BY_HEART).heart_rate_bpm is None
    paced = easy(10_000, PACES)
    told = judged(paced, [run(TODAY, 10, 340, average_heart_rate_bpm=170)], PACES)
    assert (told.verdict, told.heart_rate_bpm) == (Verdict.AS_PLANNED, 170)


def test_a_heart_rate_of_a_part_says_nothing_of_the_whole():
    """Neither where half the session has none to keep to, nor where a third of the run has one."""
    fast = threshold(BY_HEART, Kind.INTERVAL, Effort.INTERVAL)
    ran = done(fast, surface=Surface.TRAIL, average_heart_rate_bpm=150.0)
    told = judged(fast, [ran], BY_HEART)
    assert (told.verdict, told.planned_heart_rate) == (Verdict.NOT_JUDGED, None)
    ten = easy(10_000, BY_HEART)
    with_strap = run(TODAY, 3, EASY_PACE, average_heart_rate_bpm=180.0)
    told = judged(ten, [with_strap, run(TODAY, 7, EASY_PACE)], BY_HEART)
    assert (told.verdict, told.heart_rate_bpm) == (Verdict.AS_PLANNED, None)


def test_nothing_measured_is_not_judged():
    nothing = run(TODAY, 10, 340, distance_m=None, moving_time_s=None)
    assert verdict(SESSION, nothing) is Verdict.NOT_JUDGED
    assert verdict(SESSION) is Verdict.NOT_JUDGED
    by_time = judged(easy(10_000, PACES), [replace(nothing, moving_time_s=1_500.0)], PACES)
    assert by_time.verdict is Verdict.SHORTER
    assert by_time.distance_share is None


@given(
    st.sampled_from([easy(10_000, PACES), SESSION, long(28_000, PACES, blocks=2, block_m=5_000)]),
    st.floats(0.9, 1.1),
    st.floats(200, 480),
    st.floats(1.001, 1.3),
)
@settings(max_examples=examples(60), derandomize=FIXED, deadline=None)
def test_who_runs_faster_is_never_judged_easier(workout, size, pace, faster):
    order = [Verdict.ANOTHER_KIND, Verdict.EASIER, Verdict.AS_PLANNED, Verdict.HARDER]
    km = size * workout.distance_m / 1000
    slow, fast = (verdict(workout, run(TODAY, km, p)) for p in (pace, pace / faster))
    assert order.index(slow) <= order.index(fast)
