import pytest

from planning.goals.wording import about_time, chance, distance_name, exact_time, performance


@pytest.mark.parametrize(
    ("metres", "name"),
    [
        (5_000, "5K"),
        (10_010, "10K"),
        (21_097.5, "half marathon"),
        (21_100, "half marathon"),
        (42_195, "marathon"),
        (42_000, "marathon"),
        (50_000, "50K"),
        (100_000, "100K"),
        (15_000, "15 km"),
        (16_093, "16.1 km"),
        (160_000, "160 km"),
    ],
)
def test_distances_have_the_names_runners_use(metres, name):
    assert distance_name(metres) == name


def test_an_estimate_is_rounded_and_a_stated_time_is_not():
    assert about_time(12_149, 42_195) == "3:22"
    assert about_time(12_151, 42_195) == "3:23"
    assert about_time(1_198, 5_000) == "20:00"
    assert about_time(3_752, 10_000) == "1:02:30"
    assert about_time(3_541, 21_097.5) == "59:00"
    assert exact_time(11_700, 42_195) == "3:15"
    assert exact_time(11_699, 42_195) == "3:14:59"
    assert exact_time(1_199, 5_000) == "19:59"
    assert exact_time(3_600, 10_000) == "1:00:00"
    assert exact_time(5_400, 21_097.5) == "1:30"


def test_a_performance_has_its_article():
    assert performance("3:22", 42_195) == "a 3:22 marathon"
    assert performance("18:30", 5_000) == "an 18:30 5K"
    assert performance("8:05", 100_000) == "an 8:05 100K"
    assert performance("1:02:30", 15_000) == "1:02:30 over 15 km"


def test_a_chance_is_said_to_five_per_cent_and_never_as_certainty():
    assert chance(0.0) == chance(0.049) == "under 5 %"
    assert chance(0.05) == "about 5 %"
    assert chance(0.314) == "about 30 %"
    assert chance(0.951) == chance(1.0) == "over 95 %"
