"""Boston's standards against the table of the B.A.A. as printed for 2026, and the days around it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.goals.standards import boston_after, cut_offs_told, standard

SPRING = date(2026, 4, 26)  # counts for Boston on 19 April 2027
# As printed for 2026: minutes by the first age of a group.
PRINTED = {
    18: (175, 205),
    35: (180, 210),
    40: (185, 215),
    45: (195, 225),
    50: (200, 230),
    55: (210, 240),
    60: (230, 260),
    65: (245, 275),
    70: (260, 290),
    75: (275, 305),
    80: (290, 320),
}


def of(age, sex="m", day=SPRING):
    """The standard for someone who is certainly `age` on the day: a year is left for a birthday."""
    return standard("boston", sex=sex, birth_year=boston_after(day).year - age - 1, day=day)


@pytest.mark.parametrize("age", PRINTED)
def test_the_printed_table(age):
    men, women = PRINTED[age]
    assert of(age).time_s == men * 60
    assert of(age, "f").time_s == women * 60


def test_until_2025_the_standards_under_60_were_five_minutes_slower():
    assert of(30, day=date(2024, 4, 1)).time_s == 180 * 60
    assert of(60, day=date(2024, 4, 1)).time_s == 230 * 60
    assert of(30, day=date(2025, 4, 1)).time_s == 175 * 60


def test_who_may_be_18_by_then_has_the_youngest_standard():
    maybe = standard("boston", sex="m", birth_year=2009, day=SPRING)
    assert (maybe.age, maybe.time_s) == (17, 175 * 60)
    with pytest.raises(ValueError, match="must be 18"):
        standard("boston", sex="m", birth_year=2010, day=SPRING)


@pytest.mark.parametrize(
    ("day", "boston"),
    [
        (date(2026, 4, 26), date(2027, 4, 19)),
        (date(2026, 9, 6), date(2027, 4, 19)),
        (date(2026, 9, 13), date(2027, 4, 19)),  # about registration: said to be open
        (date(2026, 9, 21), date(2028, 4, 17)),
        (date(2026, 10, 11), date(2028, 4, 17)),
        (date(2025, 4, 1), date(2026, 4, 20)),
    ],
)
def test_a_marathon_counts_for_the_boston_after_the_next_registration(day, boston):
    assert boston_after(day) == boston


def test_with_a_birthday_unknown_the_stricter_group_is_taken_and_said():
    turning = standard("boston", sex="f", birth_year=1982, day=SPRING)  # 44 or 45
    assert turning.age == 44
    assert turning.time_s == 215 * 60
    assert "44 or 45" in turning.open_points[0]
    sure = standard("boston", sex="f", birth_year=1980, day=SPRING)
    assert not any("stricter" in point for point in sure.open_points)


def test_what_nobody_knows_yet_is_said():
    later = of(30, day=date(2027, 10, 1))
    assert later.race_day.year == 2029
    assert any("may still be tightened" in point for point in later.open_points)
    assert not any("tightened" in point for point in of(30).open_points)
    assert any("Registration" in point for point in of(30, day=date(2026, 9, 13)).open_points)
    assert any("net drop" in point for point in of(30).open_points)
    assert "6:51 for 2025" in cut_offs_told()


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"qualifier": "berlin"}, "known: boston"),
        ({"sex": None}, "--sex"),
        ({"birth_year": None}, "--birth-year"),
        ({"birth_year": 2015}, "must be 18"),
    ],
)
def test_what_is_missing_is_named(asked, missing):
    said = {"qualifier": "boston", "sex": "f", "birth_year": 1980, "day": SPRING} | asked
    with pytest.raises(ValueError, match=missing):
        standard(said.pop("qualifier"), **said)


@given(
    st.integers(18, 99),
    st.sampled_from("fm"),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_the_older_never_the_faster_and_women_half_an_hour_later(age, sex, day):
    assert of(age, sex, day).time_s <= of(age + 1, sex, day).time_s
    assert of(age, "f", day).time_s - of(age, "m", day).time_s == 1800
    assert boston_after(day) > day
    assert boston_after(day).weekday() == 0
    assert 15 <= boston_after(day).day <= 21


@pytest.mark.parametrize("age", PRINTED)
def test_the_table_of_2020_to_2025(age):
    """Five minutes more under 60, and the same from there on."""
    more = 5 if age < 60 else 0
    assert of(age, day=date(2024, 4, 1)).time_s == (PRINTED[age][0] + more) * 60
