"""Sessions as they are built: names, estimates, bands, and what makes one hard."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M
from planning.schedule import library
from planning.schedule.effort import HARD_LONG_RUN_S, effort_of, fast_time_s, hard, noted
from planning.schedule.library import SESSIONS, Theme, named
from planning.schedule.library.session import Plain
from planning.schedule.naming import belongs_to, distance_name, ident_of
from planning.schedule.paces import rounded_pace
from planning.schedule.plan import Phase
from planning.schedule.reshape import retargeted, shortened
from planning.workout import DurationType, Kind, Repeat, TargetType, unrolled
from tests.planning.schedule.cases import PACES, TODAY, UNSURE, goal_in
from tests.sizes import FIXED, examples

SETTINGS = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
BUILT = [session for session in SESSIONS if not isinstance(session.recipe, Plain)]


def pace_s(step):
    return round(1000 / step.target.high), round(1000 / step.target.low)


def cruise(paces=PACES, work_m=5_000, limit_m=20_000):
    return library.quality([named("cruise-1k")], work_m=work_m, limit_m=limit_m, paces=paces)


def test_cruise_intervals_of_a_five_km_day():
    session = cruise()
    assert session.name == "5 x 1 km threshold"
    assert session.kind is Kind.THRESHOLD
    assert session.session == "cruise-1k"
    warm, main, cool = session.steps
    assert (main.times, main.steps[0].duration.value) == (5, 1_000.0)
    assert pace_s(main.steps[0]) == (260, 270)  # 4:24 rounds to 4:25, 5 s to each side
    assert pace_s(warm) == (320, 355)
    assert cool.duration.value == 600.0
    # 15 and 10 min easy, 5 km at 4:25, 5 min of jogging between.
    assert session.duration_s == pytest.approx(900 + 600 + 5 * 265 + 5 * 60, abs=10)
    # Threshold minutes count whole, easy ones by (264/336.6)^2 = .61.
    assert session.load_min == pytest.approx(22 + 30 * 0.615, abs=1.0)


def test_names_a_watch_can_show():
    assert library.easy(8_000, PACES).name == "Easy 8 km"
    assert library.long(24_000, PACES).name == "Long 24 km"
    blocks = library.long(26_000, PACES, blocks=2, block_m=4_000)
    assert blocks.name == "Long 26 km, 2 x 4 km race pace"
    assert library.long(26_000, PACES, blocks=1, block_m=4_000).session == "long-race-pace"
    assert library.strides(8_000, PACES).name == "Easy 8 km, 6 strides"
    uphill = library.strides(8_000, PACES, times=4, session="hill-strides")
    assert uphill.name == "Easy 8 km, 4 hill strides"
    walk = library.run_walk(1_800, PACES, run_s=60, walk_s=60)
    assert walk.name == "Run-walk 15 x 1/1 min"
    assert library.long_run_walk(20_000, PACES).name == "Long 20 km, run-walk 9/1 min"
    assert library.race(goal_in(5, MARATHON_M, name="City Marathon"), PACES).name == "City Marathon"
    assert library.race(goal_in(5, TEN_K_M), PACES).name == "10 km race"
    test = library.quality([named("test-3k")], work_m=3_000, limit_m=20_000, paces=PACES)
    assert test.name == "3 km test"


@pytest.mark.parametrize(
    ("session", "name"),
    [
        ("vo2-pyramid", "3 x 1/2/3/2 min intervals"),
        ("reps-ladder", "4 x 200/200/400 m repetitions"),
        ("alternating-kilometres", "3 x 1/1 km tempo"),
        ("tempo-rising", "27 min rising tempo"),
        ("tempo-steady", "25 min tempo"),
        ("hills-long", "6 x 3 min hills"),
        ("pace-5k-600", "8 x 600 m race pace"),
    ],
)
def test_names_of_what_is_no_plain_repeat(session, name):
    told = library.quality([named(session)], work_m=5_600, limit_m=30_000, paces=PACES)
    assert told.name == name


def test_without_certain_paces_there_are_no_targets_and_work_goes_by_time():
    for session in (each for each in BUILT if each.theme is not Theme.TEST):
        told = library.quality([session], work_m=4_000, limit_m=20_000, paces=UNSURE)
        steps = list(unrolled(told.steps))
        assert all(step.target.type is TargetType.OPEN for step in steps)
        assert all(step.duration.type is DurationType.TIME for step in steps)
        assert all(step.note for step in steps)


@pytest.mark.parametrize("session", BUILT, ids=lambda session: session.id)
def test_hard_is_hard(session):
    assert hard(library.quality([session], work_m=4_000, limit_m=20_000, paces=PACES))


def test_a_long_run_is_hard_from_twenty_minutes_of_race_pace():
    assert not hard(library.long(30_000, PACES))
    assert not hard(library.long(24_000, PACES, blocks=1, block_m=4_000))  # 19 min
    assert hard(library.long(24_000, PACES, blocks=1, block_m=4_500))  # 21.5 min
    assert fast_time_s(library.long(24_000, PACES, blocks=1, block_m=4_500)) > HARD_LONG_RUN_S
    assert not hard(library.long_run_walk(24_000, PACES))
    assert not hard(library.easy(12_000, PACES))
    assert not hard(library.strides(8_000, PACES))
    assert hard(library.race(goal_in(3, FIVE_K_M), PACES))


def test_a_cue_does_not_hide_the_effort_of_a_step():
    race = library.race(goal_in(3, MARATHON_M), PACES)
    assert all("race pace - " in step.note for step in race.steps)
    assert {effort_of(step) for step in race.steps} == {effort_of(race.steps[0])}
    assert noted(effort_of(race.steps[0])) == "race pace"


def test_no_piece_of_work_takes_longer_than_its_effort_lasts():
    """Two kilometres at a threshold of 6:00 are twelve minutes; the sessions stop at eleven."""
    slow = replace(PACES, threshold=1000 / 360)
    assert library.suits(named("cruise-2k"), 10_000, PACES)
    assert not library.suits(named("cruise-2k"), 10_000, slow)
    assert library.suits(named("cruise-mile"), 10_000, slow)


@SETTINGS
@given(
    session=st.sampled_from(BUILT),
    work_m=st.floats(800, 12_000),
    limit_m=st.floats(3_000, 25_000),
    slower=st.floats(0.6, 1.35),
    certain=st.booleans(),
)
def test_no_session_runs_away(session, work_m, limit_m, slower, certain):
    speeds = ("easy_low", "easy_high", "marathon", "threshold", "interval", "repetition", "race")
    paces = replace(PACES, certain=certain, **{n: getattr(PACES, n) * slower for n in speeds})
    told = library.quality([session], work_m=work_m, limit_m=limit_m, paces=paces)
    if told is None:
        return
    assert told.distance_m <= limit_m
    assert len(told.name) <= 40
    for repeat in (item for item in told.steps if isinstance(item, Repeat)):
        assert 2 <= repeat.times <= session.recipe.most
    for step in unrolled(told.steps):
        if step.target.type is TargetType.PACE:
            assert step.target.low < step.target.high
            for speed in (step.target.low, step.target.high):
                assert abs(1000 / speed / 5 - round(1000 / speed / 5)) < 1e-6


@SETTINGS
@given(
    theme=st.sampled_from([t for t in Theme if any(s.theme is t for s in BUILT)][:-1]),
    family=st.sampled_from(library.Family),
    level=st.sampled_from(library.Level),
    work_m=st.floats(800, 12_000),
    slower=st.floats(0.6, 1.35),
    build_up=st.floats(0, 1),
    turn=st.integers(0, 40),
)
def test_among_the_sessions_of_a_purpose_one_fits_any_runner(
    theme, family, level, work_m, slower, build_up, turn
):
    """None is more than half as much again as was wanted, or 24 minutes if that is more."""
    speeds = ("easy_low", "easy_high", "marathon", "threshold", "interval", "repetition", "race")
    paces = replace(PACES, **{n: getattr(PACES, n) * slower for n in speeds})
    for phase in Phase:
        there = library.serving(theme, family=family, phase=phase, level=level)
        told = library.quality(
            library.in_turn(there, build_up=build_up, turn=turn),
            work_m=work_m,
            limit_m=25_000,
            paces=paces,
        )
        assert told is not None
        assert fast_time_s(told) <= max(1.5 * work_m / paces.threshold, 24 * 60)


@SETTINGS
@given(to_m=st.floats(3_000, 30_000), which=st.integers(0, 5))
def test_shortened_is_shorter_and_says_so(to_m, which):
    session = (
        library.easy(12_000, PACES),
        library.long(28_000, PACES),
        library.long(26_000, PACES, blocks=2, block_m=4_000),
        library.strides(10_000, PACES),
        library.quality([named("vo2-800")], work_m=6_000, limit_m=20_000, paces=PACES),
        library.long_run_walk(26_000, PACES),
    )[which]
    less = shortened(session, to_m=to_m, paces=PACES)
    assert less.distance_m <= max(to_m, 1_000.0)
    if session.distance_m <= to_m:
        assert less is session
    elif which < 2:
        assert less.name == session.name.rsplit(" ", 2)[0] + f" {less.distance_m / 1000:g} km"
        assert less.session == session.session


def test_nothing_sensible_left():
    assert shortened(library.easy(8_000, PACES), to_m=2_500, paces=PACES) is None


def test_retargeting_goes_there_and_back():
    faster = replace(PACES, threshold=PACES.threshold * 1.03, easy_high=PACES.easy_high * 1.03)
    session = cruise()
    quicker = retargeted(session, goal=None, paces=faster)
    assert quicker.name == session.name
    assert pace_s(quicker.steps[1].steps[0]) == (250, 260)
    assert retargeted(quicker, goal=None, paces=PACES) == session


def test_idents_are_plain_and_belong_to_their_goal():
    ident = ident_of("Spring Marathon!", TODAY, "q1")
    assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789-" for letter in ident)
    assert ident_of("7", TODAY, "long") == "g7-2026w23-long"
    assert belongs_to("g7-2026w23-long", "7")
    assert not belongs_to("g71-2026w23-long", "7")


def test_words():
    assert distance_name(42_195.0) == "Marathon"
    assert distance_name(50_000.0) == "50 km"
    assert rounded_pace(1000 / 263) == 265
    assert distance_name(HALF_M) == "Half marathon"


@pytest.mark.parametrize("slow_s", range(330, 500, 15))
def test_a_long_run_with_walking_breaks_is_no_longer_than_asked(slow_s):
    """Targets are rounded: counted by unrounded speeds it would be longer by up to 100 m."""
    paces = replace(PACES, easy_low=1000 / (slow_s + 3), easy_high=1000 / (slow_s - 33))
    for distance_m in (9_000.0, 16_500.0, 20_000.0, 28_500.0):
        walked = library.long_run_walk(distance_m, paces)
        assert distance_m - 150.0 < walked.distance_m <= distance_m
