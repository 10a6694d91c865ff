"""Times that a race asks of those who want to enter it, by sex and age, with year and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from planning.goals.goal import MARATHON_M
from planning.units import format_duration

BOSTON = "boston"

# Boston Athletic Association, minutes. 2020 to 2025: announced 2018. From 2026: announced on 16
# September 2024, five minutes faster under 60; printed by Sports Illustrated on 17 April 2025 and
# the same for 2027 in what was published until mid-2026. Age groups by their first year of age;
# who is neither is given the women's standard there.
YOUNGEST = 18
AGE_FROM = (18, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80)
BOSTON_MEN_MIN: Mapping[int, tuple[int, ...]] = {
    2020: (180, 185, 190, 200, 205, 215, 230, 245, 260, 275, 290),
    2026: (175, 180, 185, 195, 200, 210, 230, 245, 260, 275, 290),
}
WOMEN_LATER_MIN = 30
BOSTON_CONFIRMED_UNTIL = 2027
# More wanted to run than there was room for: so much faster than the standard had to be, seconds.
BOSTON_CUT_OFFS_S: Mapping[int, float] = {2024: 329.0, 2025: 411.0, 2026: 274.0}
SOURCE = "Boston Athletic Association, standards announced 16 September 2024"
# Registration is in the second week of September, and a run of before it counts for the next April.
REGISTRATION_FROM, REGISTRATION_UNTIL = (9, 7), (9, 20)  # month and day
DOWNHILL = (
    "a net drop of 1,500 feet (457 m) or more adds 5 minutes to the time, of 3,000 feet (914 m) 10 "
    "minutes, and 6,000 feet (1,829 m) rule it out"
)


@dataclass(frozen=True, slots=True)
class Standard:
    """What Boston of `race_day` asks: `time_s` seconds or faster.

    `age` is that on its day as far as the year of birth says: the younger of two, whose standard is
    never the slower one. `open_points` say what is not known, in plain words.
    """

    race_day: date
    age: int
    time_s: float
    source: str
    open_points: tuple[str, ...]


def standard(qualifier: str, *, sex: str | None, birth_year: int | None, day: date) -> Standard:
    """The standard that a marathon on `day` is run for.

    Age counts on the day of the race to be entered, not of the marathon that qualifies. Raises
    ValueError, saying what is missing, for an unknown race, sex or year of birth, or under 18.
    """
    if qualifier != BOSTON:
        raise ValueError(f"no standards of {qualifier!r} are known here; known: {BOSTON}")
    if sex not in {"f", "m"}:
        raise ValueError(
            "Boston's standards go by sex: `goalward athlete set --sex f` or `--sex m`"
        )
    if birth_year is None:
        raise ValueError("Boston's standards go by age: `goalward athlete set --birth-year YEAR`")
    race_day = boston_after(day)
    age = race_day.year - birth_year - 1  # a birthday after April cannot be ruled out
    if age + 1 < YOUNGEST:
        raise ValueError(f"runners must be {YOUNGEST} on {race_day.isoformat()} to enter it")
    return Standard(
        race_day=race_day,
        age=age,
        time_s=_boston_s(sex, max(age, YOUNGEST), race_day.year),
        source=SOURCE,
        open_points=_open_points(sex, age, race_day, day),
    )


def boston_after(day: date) -> date:
    """The Boston Marathon (third Monday of April) for which a marathon on `day` counts."""
    year = day.year + (2 if (day.month, day.day) > REGISTRATION_UNTIL else 1)
    april = date(year, 4, 1)
    return april + timedelta(days=(-april.weekday()) % 7 + 14)


def cut_offs_told() -> str:
    """How much faster than the standard it took of late, in one sentence."""
    told = ", ".join(
        f"{format_duration(seconds)} for {year}" for year, seconds in BOSTON_CUT_OFFS_S.items()
    )
    return f"The standard alone did not suffice of late: it had to be beaten by {told}."


def _boston_s(sex: str, age: int, year: int) -> float:
    table = BOSTON_MEN_MIN[max(known for known in BOSTON_MEN_MIN if known <= year)]
    group = sum(1 for first in AGE_FROM if age >= first) - 1
    return 60.0 * (table[group] + (WOMEN_LATER_MIN if sex == "f" else 0))


def _open_points(sex: str, age: int, race_day: date, day: date) -> tuple[str, ...]:
    points = []
    if age >= YOUNGEST and (
        _boston_s(sex, age, race_day.year) != _boston_s(sex, age + 1, race_day.year)
    ):
        points.append(
            f"By year of birth the age on {race_day.isoformat()} is {age} or {age + 1}: the "
            "stricter standard is taken."
        )
    if race_day.year > BOSTON_CONFIRMED_UNTIL:
        points.append(
            f"For {race_day.year} no standard is known here; that of {BOSTON_CONFIRMED_UNTIL} is "
            "taken and may still be tightened."
        )
    if REGISTRATION_FROM <= (day.month, day.day) <= REGISTRATION_UNTIL:
        points.append(
            "Registration is about that day: whether this marathon still counts for "
            f"{race_day.year} or for the year after is to be looked up."
        )
    points.append(f"How much faster entry for {race_day.year} takes is known only afterwards.")
    points.append(f"The marathon must be certified; {DOWNHILL}.")
    return tuple(points)


def is_marathon(distance_m: float | None) -> bool:
    """Only a marathon qualifies."""
    return distance_m is not None and abs(distance_m / MARATHON_M - 1) <= 0.005
