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
    held = breaks.off_between(MONDAY - 5 * DAY, MONDAY + 40 * DAY)
    assert held == {MONDAY + n * DAY for n in range(days)}
    # the way back takes as long as the break, and at least the quiet days; whole weeks
    back = days - 1 + max(days, quiet)
    assert one.shapes_until() == MONDAY + (back + 6 - back % 7) * DAY


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


def test_days_without_running_are_heard_of_up_to_the_day_asked_about():
    def heard(last, *said):
        return list(Breaks(said).heard_of(MONDAY + last * DAY))

    fortnight, endless = off("rest", 14), off("injury", None, start=MONDAY + 3 * DAY)
    assert heard(-1, fortnight) == []
    assert heard(0, fortnight, endless) == [MONDAY]
    assert heard(5, fortnight, endless) == [MONDAY + 5 * DAY] * 2
    assert heard(20, fortnight, endless) == [MONDAY + 13 * DAY, MONDAY + 20 * DAY]
    assert heard(20, off("travel", 14, minutes=40.0)) == []


def test_what_it_asks_for_has_an_id_of_its_own():
    one, longer, words = off("illness", 2), off("illness", 3), off("illness", 2, note="a cold")
    assert one.statement == words.statement != longer.statement
