"""What a rule is checked on: a plan, the athlete, the races and what was run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.goals.goal import Goal
from planning.schedule.plan import BEFORE_PLAN, BY_HAND, DayStatus, Plan, PlanDay, PlanWeek
from planning.workout import Kind, Workout


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Case:
    plan: Plan
    athlete: Athlete
    races: tuple[Goal, ...]
    ran_m: dict[date, float]  # all running
    trained_m: dict[date, float]  # the longest run of a day, races left out
    raced_m: dict[date, float]
    today: date
    days: tuple[PlanDay, ...]
    by_day: Mapping[date, PlanDay]  # the same; asked for so often that looking through them is slow
    hours_asked: bool  # hours of running are to be kept up every week
    runs_asked: bool  # so many runs a week were asked for
    breaks: Breaks = NO_BREAKS

    @property
    def monday(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    @property
    def master(self) -> bool:
        """50 this year, or older (rule M-2)."""
        born = self.athlete.birth_year
        return born is not None and self.today.year - born >= 50

    @property
    def ran_marathon(self) -> bool:
        return any(metres > 40_000.0 for metres in self.ran_m.values())

    @property
    def hilly_days(self) -> frozenset[date]:
        """Days of races whose course sets the pace."""
        return frozenset(race.day for race in self.races if race.climb_m)

    def ran_week_m(self, monday: date) -> float:
        return sum(self.ran_m.get(monday + timedelta(days=n), 0.0) for n in range(7))

    def ran_days(self, monday: date) -> int:
        """Days of the week with a run on record."""
        return sum(monday + timedelta(days=n) in self.ran_m for n in range(7))

    def coming(self) -> Iterator[tuple[PlanDay, Workout]]:
        """Planned sessions that are still to be run."""
        for day in self.days:
            if day.workout and day.day >= self.today and day.status is not DayStatus.DONE:
                yield day, day.workout.workout

    def week_m(self, monday: date) -> float:
        """As run, and as planned where it is to come or not known."""
        return sum(self.day_m(monday + timedelta(days=n)) for n in range(7))

    def day_m(self, day: date, *, planned_at_least: bool = False) -> float:
        """Race metres count when run, not when planned (rule T-3), as `as_training_m` has them."""
        planned = self.by_day.get(day)
        status = planned.status if planned else None
        open_still = day >= self.today or status is DayStatus.UNKNOWN
        open_still = open_still and status is not DayStatus.DONE  # be it on another day
        told = planned.workout.workout if planned and planned.workout else None
        told_m = told.distance_m if told and told.kind is not Kind.RACE else 0.0
        raced_m = self.raced_m.get(day, 0.0)
        ran_m = self.ran_m.get(day, 0.0) - raced_m
        if raced_m:
            ran_m += self.as_training_m(raced_m, day)
        return max(ran_m, told_m) if open_still or planned_at_least else ran_m

    def races_m(self, week: PlanWeek) -> float:
        """What the week's races to come add to the level held."""
        return sum(
            self.as_training_m(race.workout.workout.distance_m, race.day)
            for race in week.days
            if race.workout and is_race(race) and race.day >= self.today
        )

    def as_training_m(self, race_m: float, day: date) -> float:
        """A race is no more training than the longest run of the month before it, or 5 km."""
        return min(race_m, max(self._longest_before(day), 5_000.0))

    def _longest_before(self, day: date) -> float:
        planned = {
            d.day: d.workout.workout.distance_m
            for d in self.days
            if d.workout and d.day >= self.today and not is_race(d)
        }
        return longest_in(self.trained_m | planned, day, 30)


def longest_in(longest: dict[date, float], day: date, days: int) -> float:
    first = day - timedelta(days=days)
    return max((metres for ran, metres in longest.items() if first <= ran < day), default=0.0)


def is_race(planned: PlanDay) -> bool:
    return planned.workout is not None and planned.workout.workout.kind is Kind.RACE


def by_hand(week: PlanWeek) -> bool:
    return any(BY_HAND in planned.why for planned in week.days)


def workouts_of(week: PlanWeek) -> list[Workout]:
    return [day.workout.workout for day in week.days if day.workout]


def without_hand(week: PlanWeek) -> list[Workout]:
    """The week's workouts as they stood before the athlete's hand: with what it took, and without
    what it put there.
    """
    stood = (day.set_aside if BY_HAND in day.why else day.workout for day in week.days)
    return [planned.workout for planned in stood if planned]


def taken_by_hand_m(week: PlanWeek) -> float:
    """Metres of the week that the athlete's hand took off, less those it put there."""
    made_m = sum(workout.distance_m for workout in without_hand(week))
    return made_m - sum(workout.distance_m for workout in workouts_of(week))


def is_whole(week: PlanWeek) -> bool:
    """A week that was planned from its Monday on: not one whose first days were before the plan, or
    which a break took days from.
    """
    cut = any(BEFORE_PLAN in d.why or d.status is DayStatus.BREAK for d in week.days)
    return bool(week.days) and not cut
