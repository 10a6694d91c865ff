import pytest

from planning.fitness.prediction import Effect, Prediction
from planning.goals.course import RaceTime
from planning.goals.influences import costs_of, told_of, told_of_race

COOL = Prediction(42_195.0, 12_000.0, 0.08)


def told(*effects, temperature_c=None):
    return told_of(effects, COOL.under(effects), temperature_c=temperature_c)


def test_a_cost_is_against_the_same_race_without_it():
    heat, taper = Effect("heat", 0.05, 0.025), Effect("taper", -0.011, 0.011)
    hot, rested = costs_of((heat, taper), COOL.under((heat, taper)))
    assert hot.middle_s == pytest.approx(12_000 * 0.98906 * 0.05127, rel=1e-3)
    assert hot.low_s < hot.middle_s < hot.high_s
    assert rested.middle_s < 0 < rested.high_s
    assert "1.8 million" in hot.evidence


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (
            Effect("climb", 0.01, 0.005),
            "The climb costs about 2 min (43 s to 3 min 20 s): from speed",
        ),
        (Effect("heat", 0.05, 0.025), "22 °C cost about 10 min (3 min 40 s to 17 min): one"),
        (
            Effect("volume", -0.01, 0.01),
            "More kilometres, if run as planned, are worth about 2 min",
        ),
        (Effect("volume", 0.01, 0.01), "Fewer kilometres than of late, as planned, cost about"),
        (
            Effect("break", 0.03, 0.015),
            "The break still costs about 6 min 10 s (2 min 10 s to 10 min) on the day:",
        ),
        (
            Effect("taper", -0.011, 0.011),
            "The taper, if run as planned, is worth about 2 min 10 s (0 s to 5 min): ",
        ),
        (Effect("first year", 0.0, 0.03), "It is the first year of running: beginners gain very"),
    ],
)
def test_each_is_said_with_its_range_and_what_it_stands_on(effect, says):
    assert told(effect, temperature_c=22.0).startswith(says)


def test_what_is_hardly_anything_is_not_said():
    assert not told(Effect("climb", 0.002, 0.001))
    assert not told()


def test_above_25_degrees_paces_mean_little():
    assert "paces mean little" in told(temperature_c=26.0)
    assert not told(temperature_c=25.0)


@pytest.mark.parametrize(
    ("now_s", "says"),
    [
        (12_250.0, "About 4 min 10 s faster than today is in it already: "),
        (11_800.0, "Good form of late counts less by then: about 3 min 20 s slower than today."),
        (12_020.0, ""),
    ],
)
def test_what_the_weeks_ahead_are_expected_to_bring_is_said(now_s, says):
    now = Prediction(COOL.distance_m, now_s, COOL.sd_ln)
    assert told_of_race(RaceTime(COOL, (), now)).startswith(says)
    assert bool(told_of_race(RaceTime(COOL, (), now))) is bool(says)
    assert told_of_race(RaceTime(COOL)) == ""
