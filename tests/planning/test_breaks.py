"""What a break asks of the days in it and after it."""

from datetime import date, timedelta

import pytest

from planning.breaks import Break, BreakKind, Breaks

MONDAY, DAY = date(2026, 6, 1), timedelta(days=1)


def off(kind, days, *, start=MONDAY, **fields):
    until = None if days is None else start + (days - 1) * DAY
    return Break("x", BreakKind(kind), start, until, **fields)


@pytest.mark.parametrize(
    ("kind", "days", "quiet"),
    [
        ("illness", 1, 5),
        ("illness", 3, 5),
        ("illness", 4, 7),  # rule R-1: five to seven days
        ("injury", 6, 0),
        ("injury", 7, 7),
        ("travel", 20, 0),
        ("rest", 20, 0),
    ],
)
def test_days_without_anything_hard_follow(kind, days, quiet):
    one = off(kind, days)
    breaks = Breaks((one,))
    assert one.days == days
    held = [n for n in range(-5, 40) if breaks.quiet(MONDAY + n * DAY)]
    assert held == list(range(days, days + quiet))
    assert [n for n in range(-5, 40) if breaks.off(MONDAY + n * DAY)] == list(range(days))
    # the way back takes as long as the break, and at least the quiet days
    assert one.shapes_until() == MONDAY + (days - 1 + max(days, quiet)) * DAY


def test_without_an_end_every_day_from_then_on_is_off():
    breaks = Breaks((off("injury", None),))
    assert breaks.off(MONDAY + 1000 * DAY)
    assert not breaks.off(MONDAY - DAY)
    assert breaks.said[0].shapes_until() is None
    assert not breaks.quiet(MONDAY + 1000 * DAY)


def test_travel_with_short_runs_is_no_time_off():
    breaks = Breaks((off("travel", 14, minutes=40.0), off("travel", 3, minutes=30.0)))
    assert [breaks.minutes(MONDAY + n * DAY) for n in (-1, 0, 3, 14)] == [None, 30.0, 40.0, None]
    assert not breaks.off(MONDAY)
    assert breaks.share([MONDAY]) == 1.0


def test_a_week_holds_nothing_of_days_off_and_half_of_quiet_ones():
    week = [MONDAY + n * DAY for n in range(7)]
    assert Breaks((off("illness", 2),)).share(week) == pytest.approx(2.5 / 7)
    assert Breaks((off("rest", 2),)).share(week) == pytest.approx(5 / 7)
    assert Breaks().share(week) == 1.0


def test_what_it_asks_for_has_an_id_of_its_own():
    one, longer, words = off("illness", 2), off("illness", 3), off("illness", 2, note="a cold")
    assert one.statement == words.statement != longer.statement
