"""Breaks in a plan, day by day: `-s` prints what stood before and what stands after."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Break, BreakKind, Breaks
from planning.goals.goal import MARATHON_M, Priority
from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import DayStatus
from planning.workout import Kind
from tests.planning.schedule.cases import TODAY, ZONE, as_planned, goal_in, history, planned

DAY = timedelta(days=1)
RUNNER = Athlete(zone=ZONE, runs_per_week=5)
GOALS = (goal_in(16, MARATHON_M, target_s=3.3 * 3600),)
SAID = TODAY + 9 * DAY  # a Wednesday, in the second week


def off(kind, first, last, **fields):
    return Break("one", BreakKind(kind), first, last, **fields)


class Life:
    """Does what the plan says, whatever that is, and looks at it every evening."""

    def __init__(self, goals=GOALS, km=50, pace=330):
        self.goals, self.ran, self.breaks = goals, history(km, pace), NO_BREAKS
        self.today, self.changes = TODAY, ()
        self.plan, _ = planned(RUNNER, goals, self.ran)

    def until(self, day):
        while self.today < day:
            self.tomorrow()
        return self

    def tomorrow(self):
        self.ran += as_planned(self.plan, self.today, self.today)
        self.today += DAY
        self.replanned()

    def replanned(self):
        before = {d.day: d for d in self.plan.days()}
        self.plan, self.changes = self.would_be()
        for day in self.plan.days():  # what is over stays, but for how it went
            if day.day in before and day.day < self.today:
                assert day.workout == before[day.day].workout
        found = lint(
            self.plan,
            athlete=RUNNER,
            goals=self.goals,
            activities=self.ran,
            today=self.today,
            breaks=self.breaks,
        )
        assert not found, (self.today, found)

    def would_be(self):
        return planned(
            RUNNER,
            self.goals,
            self.ran,
            today=self.today,
            closing=self.plan,
            complete_until=self.today - DAY,
            breaks=self.breaks,
        )

    def say(self, *breaks):
        """Tells of breaks in the morning; the day's plan is made again."""
        self.tell("before")
        self.breaks = Breaks(breaks)
        self.replanned()
        self.tell("after")

    def tell(self, when):
        print(f"\n{self.today}, {when}")
        for week in self.plan.weeks[:6]:
            days = (d.workout.workout.name if d.workout else f"{d.status:.5}" for d in week.days)
            print(f"  {week.first_day}{week.volume_m / 1000:5.0f} km  {' / '.join(days)}")

    def sessions(self, first, last):
        return [d.workout.workout for d in self.plan.days() if d.workout and first <= d.day <= last]


def days_of(plan, first):
    return [(d.day, d.workout, d.status, d.why) for d in plan.days() if d.day >= first]


def test_flu_for_nine_days():
    life = Life().until(SAID)
    last = SAID + 8 * DAY
    life.say(off("illness", SAID, last))
    assert life.sessions(SAID, last) == []
    assert {life.plan.on(SAID + n * DAY).status for n in range(9)} == {DayStatus.BREAK}
    # rule R-1: nothing hard for a week, and about half of what was held, 52 km
    coming_back = life.sessions(last + DAY, last + 7 * DAY)
    assert coming_back
    assert {workout.kind for workout in coming_back} <= {Kind.EASY, Kind.LONG}
    assert sum(w.distance_m for w in coming_back) <= 0.6 * 52_000
    # each changed day has its reason, and nothing of it counts as the plan's own restlessness
    assert {c.rule for c in life.changes} <= {"R-1", "R-3", "P-2", "P-3"}
    assert "you are ill until Thursday 18 June" in life.changes[0].sentence
    assert len(life.plan.material_on) <= 1  # the limits of the weeks behind it
    # then day by day: at the level of before after about as long again, within P-3
    before_m = life.plan.unbroken.weeks[3].volume_m
    life.until(last + 33 * DAY)
    assert 0.8 * before_m < life.plan.weeks[0].volume_m < 1.1 * before_m


def test_a_calf_injury_with_an_open_end():
    life = Life().until(SAID)
    life.say(off("injury", SAID, None))
    assert life.sessions(SAID, GOALS[0].day) == []
    assert {week.volume_m for week in life.plan.weeks[1:]} == {0.0}
    assert life.plan.weeks[2].focus == "No running: injury"
    life.until(SAID + 20 * DAY)
    assert life.changes == ()  # nothing new: nothing changes
    life.say(off("injury", SAID, life.today))
    first = life.today + DAY
    assert not any(hard(workout) for workout in life.sessions(first, first + 6 * DAY))
    assert life.sessions(first, first + 6 * DAY)
    assert 0 < life.plan.weeks[1].volume_m < 40_000
    life.until(first + 40 * DAY)
    assert life.plan.weeks[0].volume_m > 30_000


def test_a_fortnight_of_travel_with_runs_of_forty_minutes():
    life = Life().until(SAID)
    first, last = SAID + 3 * DAY, SAID + 16 * DAY
    before = life.sessions(SAID, first - DAY)
    life.say(off("travel", first, last, minutes=40.0))
    assert life.sessions(SAID, first - DAY) == before
    away = life.sessions(first, last)
    assert len(away) >= 8
    assert all(workout.duration_s <= 44 * 60 for workout in away)
    assert any(hard(workout) for workout in away)
    assert "you are travelling until" in life.changes[0].sentence
    life.until(last + 21 * DAY)
    assert max(week.volume_m for week in life.plan.weeks[:2]) > 50_000


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_break_that_is_taken_back_leaves_nothing_behind(after):
    """Said for days to come, and taken back before they came: as if it had never been said."""
    life, other = Life().until(SAID), Life().until(SAID)
    life.say(off("illness", SAID + 6 * DAY, SAID + 15 * DAY))
    assert life.plan.version != other.plan.version
    life.until(SAID + after * DAY)
    other.until(SAID + after * DAY)
    life.say()
    assert days_of(life.plan, life.today) == days_of(other.plan, life.today)
    assert [week.volume_m for week in life.plan.weeks] == [w.volume_m for w in other.plan.weeks]
    assert life.plan.unbroken is None
    told = {change.fact for change in life.changes}
    assert told == {"you took your break back"} or not life.changes


def test_a_break_that_is_changed_is_as_if_it_had_been_said_so():
    life, other = Life().until(SAID), Life().until(SAID)
    life.say(off("rest", SAID + 3 * DAY, SAID + 20 * DAY))
    life.say(off("rest", SAID + 3 * DAY, SAID + 5 * DAY))
    other.say(off("rest", SAID + 3 * DAY, SAID + 5 * DAY))
    assert days_of(life.plan, SAID) == days_of(other.plan, SAID)


def test_a_race_within_a_break_is_taken_off_and_comes_back():
    tune_up = goal_in(3, 10_000.0, id="b", priority=Priority.B, target_s=2_700)
    life = Life((tune_up, *GOALS)).until(SAID)
    assert life.plan.on(tune_up.day).workout.workout.kind is Kind.RACE
    life.say(off("illness", tune_up.day - 3 * DAY, tune_up.day + DAY))
    assert life.plan.on(tune_up.day).workout is None
    life.say()
    assert life.plan.on(tune_up.day).workout.workout.kind is Kind.RACE


def test_days_that_are_over_are_not_called_off():
    life = Life().until(SAID + 2 * DAY)
    said = days_of(life.plan, TODAY + 7 * DAY)
    life.say(off("illness", SAID, SAID + 4 * DAY))
    for day, workout, status, _ in said:
        if day < life.today:
            assert (life.plan.on(day).workout, life.plan.on(day).status) == (workout, status)


def test_lint_knows_days_off_quiet_days_and_minutes():
    life = Life().until(SAID)
    fields = {"athlete": RUNNER, "goals": GOALS, "activities": life.ran, "today": SAID}
    breaks = (
        off("rest", SAID, SAID + 2 * DAY),
        off("illness", SAID - 3 * DAY, SAID - DAY),
        replace(off("travel", SAID, SAID + 9 * DAY), minutes=20.0),
    )
    for one, words in zip(breaks, ("day off", "after an illness", "minutes where"), strict=True):
        found = lint(life.plan, **fields, breaks=Breaks((one,)))
        assert {f.rule for f in found} == {"R-1"}, one
        assert all(words in f.sentence for f in found)


def test_less_time_from_today_on_puts_nothing_on_today_or_tomorrow():
    """What is said of coming days lays them out anew, but today and tomorrow are on the watch."""
    life = Life()
    frozen = [TODAY + DAY, TODAY + 2 * DAY]
    assert any(life.plan.on(day).workout for day in frozen)
    rested = tuple(
        replace(
            week,
            days=tuple(replace(d, workout=None) if d.day in frozen else d for d in week.days),
        )
        for week in life.plan.weeks
    )
    life.plan = replace(life.plan, weeks=rested)
    life.breaks = Breaks((off("travel", TODAY, TODAY + 9 * DAY, minutes=40.0),))
    life.tomorrow()
    assert life.today == frozen[0]
    assert [life.plan.on(day).workout for day in frozen] == [None, None]


@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize("ahead", [3, 4, 11])
def test_the_way_back_from_a_short_break_puts_nothing_on_tomorrow(ahead, days):
    """What falls out today and yesterday does not come back on a tomorrow that was a day of rest."""
    life = Life().until(TODAY + ahead * DAY)
    tomorrow = life.today + DAY
    rest = life.plan.on(tomorrow).workout is None
    life.breaks = Breaks((off("illness", life.today - (days - 1) * DAY, life.today),))
    life.replanned()
    assert not (rest and life.plan.on(tomorrow).workout)


@pytest.mark.parametrize("pace", range(303, 312, 2))
def test_what_is_laid_on_a_day_with_little_time_is_not_too_long_the_day_after(pace):
    """A longer warm-up is counted as its target says, which is rounded."""
    runner, goals, ran = (
        replace(RUNNER, runs_per_week=4),
        (goal_in(10, 10_000.0),),
        history(45, pace),
    )
    for minutes in range(40, 50):
        breaks = Breaks((off("travel", TODAY, TODAY + 21 * DAY, minutes=float(minutes)),))
        plan, _ = planned(runner, goals, ran, breaks=breaks)
        _, changes = planned(runner, goals, ran, closing=plan, breaks=breaks)
        assert [c.sentence for c in changes if "there is time for" in c.sentence] == []
