import pytest

from planning.goals.rates import Required, base_rate, seasons_for


def test_a_gain_is_held_against_what_runners_gained():
    assert base_rate(5.1, 12) == "at least one in four"
    assert base_rate(5.2, 12) == "between one in four and one in ten"
    assert base_rate(10.9, 12) == "fewer than one in ten"
    assert base_rate(1.0, 5) is None


@pytest.mark.parametrize(
    ("weeks", "quarter", "tenth"),
    [(6, 4.2, 8.9), (8, 4.2, 8.9), (12, 5.1, 10.8), (16, 5.8, 11.5), (26, 5.8, 11.5),
     (39, 5.8, 12.2), (52, 5.8, 12.9), (104, 5.8, 12.9)],
)  # fmt: skip
def test_the_rates_of_34_runners_by_weeks(weeks, quarter, tenth):
    """Per cent of speed that one in four and one in ten gained; in between in a straight line."""
    assert base_rate(quarter - 0.01, weeks) == "at least one in four"
    assert base_rate(quarter + 0.01, weeks) == "between one in four and one in ten"
    assert base_rate(tenth - 0.01, weeks) == "between one in four and one in ten"
    assert base_rate(tenth + 0.01, weeks) == "fewer than one in ten"


def test_what_is_asked_for_is_the_same_share_at_every_distance():
    # 3:22 today and 3:15 wanted: 3.53 % of speed, as ln
    asked = Required(today_s=12_120, target_s=11_700, ten_k_s=2_640, weeks=12)
    assert asked.gain_percent == pytest.approx(3.527, abs=0.001)
    assert asked.percent_a_week == pytest.approx(0.294, abs=0.001)
    assert asked.ten_k_needed_s == pytest.approx(2_640 * 195 / 202)
    assert asked.gained_by == "at least one in four"


def test_who_is_fast_enough_today_has_nothing_to_gain():
    asked = Required(today_s=12_120, target_s=12_300, ten_k_s=2_640, weeks=0)
    assert asked.gain_percent < 0
    assert asked.gained_by is None
    assert asked.percent_a_week is None


@pytest.mark.parametrize(
    ("gain", "seasons"), [(8.0, (2, 8)), (2.5, (1, 3)), (0.0, None), (13.0, None)]
)
def test_more_than_a_season_gives_is_counted_in_seasons(gain, seasons):
    assert seasons_for(gain) == seasons
