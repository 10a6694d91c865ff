"""Sessions: names, estimates, bands, and what makes one hard."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M
from planning.schedule import library
from planning.schedule.effort import HARD_LONG_RUN_S, fast_time_s, hard
from planning.schedule.library import Theme
from planning.schedule.naming import belongs_to, distance_name, ident_of
from planning.schedule.paces import Paces, rounded_pace
from planning.schedule.reshape import retargeted, shortened
from planning.workout import DurationType, Kind, Repeat, TargetType, unrolled
from tests.planning.schedule.cases import TODAY, goal_in

# A 3:22 marathoner: threshold 4:24/km, easy 5:20-5:55/km.
PACES = Paces(
    easy_low=1000 / 355,
    easy_high=1000 / 320,
    marathon=1000 / 287,
    threshold=1000 / 264,
    interval=1000 / 243,
    repetition=1000 / 225,
    race=1000 / 287,
    half_band_s=5,
    certain=True,
    ability=1.35,
)
UNSURE = replace(PACES, certain=False)
SETTINGS = settings(deadline=None, derandomize=True, max_examples=40)


def pace_s(step):
    return round(1000 / step.target.high), round(1000 / step.target.low)


def test_cruise_intervals_of_a_five_km_day():
    session = library.quality(
        Theme.THRESHOLD, work_m=5_000, limit_m=20_000, paces=PACES, turn=0, race_m=MARATHON_M
    )
    assert session.name == "5 x 1 km threshold"
    assert session.kind is Kind.THRESHOLD
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
    assert library.strides(8_000, PACES).name == "Easy 8 km, 6 strides"
    walk = library.run_walk(1_800, PACES, run_s=60, walk_s=60)
    assert walk.name == "Run-walk 15 x 1 min/1 min"
    assert library.race(goal_in(5, MARATHON_M, name="City Marathon"), PACES).name == "City Marathon"
    assert library.race(goal_in(5, TEN_K_M), PACES).name == "10 km race"


def test_without_certain_paces_there_are_no_targets_and_work_goes_by_time():
    session = library.quality(
        Theme.INTERVAL, work_m=4_000, limit_m=20_000, paces=UNSURE, turn=0, race_m=FIVE_K_M
    )
    steps = list(unrolled(session.steps))
    assert all(step.target.type is TargetType.OPEN for step in steps)
    assert all(step.duration.type is DurationType.TIME for step in steps)
    assert all(step.note for step in steps)


@pytest.mark.parametrize("theme", [t for t in Theme if t is not Theme.RACE_PACE])
def test_hard_is_hard(theme):
    session = library.quality(
        theme, work_m=4_000, limit_m=20_000, paces=PACES, turn=1, race_m=HALF_M
    )
    assert hard(session)


def test_a_long_run_is_hard_from_twenty_minutes_of_race_pace():
    assert not hard(library.long(30_000, PACES))
    assert not hard(library.long(24_000, PACES, blocks=1, block_m=4_000))  # 19 min
    assert hard(library.long(24_000, PACES, blocks=1, block_m=4_500))  # 21.5 min
    assert fast_time_s(library.long(24_000, PACES, blocks=1, block_m=4_500)) > HARD_LONG_RUN_S
    assert not hard(library.easy(12_000, PACES))
    assert not hard(library.strides(8_000, PACES))
    assert hard(library.race(goal_in(3, FIVE_K_M), PACES))


def test_the_race_is_its_own_distance_and_starts_patiently():
    session = library.race(goal_in(3, MARATHON_M), PACES)
    assert session.distance_m == MARATHON_M
    first, rest = session.steps
    assert first.target.high < rest.target.high
    assert first.target.low < rest.target.low


@SETTINGS
@given(
    theme=st.sampled_from(Theme),
    work_m=st.floats(800, 12_000),
    limit_m=st.floats(3_000, 25_000),
    turn=st.integers(0, 40),
    race_m=st.sampled_from([FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, 100_000.0]),
    slower=st.floats(0.6, 1.35),
    certain=st.booleans(),
)
def test_no_session_runs_away(theme, work_m, limit_m, turn, race_m, slower, certain):
    speeds = ("easy_low", "easy_high", "marathon", "threshold", "interval", "repetition", "race")
    paces = replace(PACES, certain=certain, **{n: getattr(PACES, n) * slower for n in speeds})
    session = library.quality(
        theme, work_m=work_m, limit_m=limit_m, paces=paces, turn=turn, race_m=race_m
    )
    if session is None:
        return
    assert session.distance_m <= limit_m
    assert len(session.name) <= 40
    repeats = [item for item in session.steps if isinstance(item, Repeat)]
    assert all(2 <= repeat.times <= 12 for repeat in repeats)
    assert fast_time_s(session) <= max(1.4 * work_m / paces.threshold, 24 * 60)
    for step in unrolled(session.steps):
        if step.target.type is TargetType.PACE:
            assert step.target.low < step.target.high
            for speed in (step.target.low, step.target.high):
                assert abs(1000 / speed / 5 - round(1000 / speed / 5)) < 1e-6


@SETTINGS
@given(to_m=st.floats(3_000, 30_000), which=st.integers(0, 4))
def test_shortened_is_shorter_and_says_so(to_m, which):
    session = (
        library.easy(12_000, PACES),
        library.long(28_000, PACES),
        library.long(26_000, PACES, blocks=2, block_m=4_000),
        library.strides(10_000, PACES),
        library.quality(
            Theme.INTERVAL, work_m=6_000, limit_m=20_000, paces=PACES, turn=0, race_m=FIVE_K_M
        ),
    )[which]
    less = shortened(session, to_m=to_m, paces=PACES)
    assert less.distance_m <= max(to_m, 1_000.0)
    if session.distance_m <= to_m:
        assert less is session
    elif which < 2:
        assert less.name == session.name.rsplit(" ", 2)[0] + f" {less.distance_m / 1000:g} km"


def test_nothing_sensible_left():
    assert shortened(library.easy(8_000, PACES), to_m=2_500, paces=PACES) is None


def test_retargeting_goes_there_and_back():
    faster = replace(PACES, threshold=PACES.threshold * 1.03, easy_high=PACES.easy_high * 1.03)
    session = library.quality(
        Theme.THRESHOLD, work_m=5_000, limit_m=20_000, paces=PACES, turn=0, race_m=MARATHON_M
    )
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
