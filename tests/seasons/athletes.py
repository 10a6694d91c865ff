"""Simulated runners and what falls to them in a season: drawn from a seed, whatever a plan says.

Every day has a stream of chance of its own, so that two policies that live the same seed meet the
same illness, weather, mood and luck on the same days.
"""

import math
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from planning.activity import Activity
from planning.athlete import Athlete
from planning.breaks import Break, BreakKind
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind, Priority
from planning.weather import Weather
from planning.wellness import Wellness
from tests.planning.athletes import race, run
from tests.seasons.body import EASY_SHARE, race_time_s

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
EARLIEST = date(2026, 3, 2)  # a Monday
ZONE = ZoneInfo("Europe/Berlin")
TOLD_AHEAD = 3 * DAY  # of heat
DISTANCES_M = {  # from so many kilometres a week on: what one trains for
    0: (FIVE_K_M, TEN_K_M),
    25: (FIVE_K_M, TEN_K_M, HALF_M),
    45: (TEN_K_M, HALF_M, MARATHON_M),
}


def chance_of(seed, *what):
    """The stream of chance for one thing of one season."""
    return random.Random(":".join(map(str, (seed, *what))))


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is so from the evening of `on`, to `until` (None: for good)."""

    on: date
    what: object
    until: date | None = None

    def holds(self, today):
        return self.on <= today and (self.until is None or today < self.until)


@dataclass(frozen=True, slots=True)
class Habits:
    skips: float  # share of the sessions that are left out
    shortens: float
    extra: float  # share of the free days with a run all the same
    too_fast_ln: float  # on easy days
    opinions: float  # share of the days with a move, a skip or an undo
    answers: float  # share of the days not run that the athlete tells of


@dataclass(frozen=True, slots=True)
class Runner:
    """`ln_speed` over a flat 10 km on the first evening; `gain` per unit of ln load; all true."""

    seed: int
    first_day: date
    last_day: date
    km_a_week: float
    ln_speed: float
    gain: float
    fade: float
    habits: Habits
    histories: tuple[Activity, ...]
    athletes: tuple[Said, ...]
    goals: tuple[Said, ...]
    breaks: tuple[Said, ...]  # as they are told
    off: tuple[Break, ...]  # as they are
    silences: tuple[tuple[date, date], ...]  # first and last day of which nothing arrives
    heat: tuple[Weather, ...]
    surprise: tuple[date, float, float]  # a race: day, metres, how much better in ln
    has_watch: bool

    def athlete(self, today) -> Athlete:
        return [said.what for said in self.athletes if said.holds(today)][-1]

    def goals_on(self, today):
        return tuple(said.what for said in self.goals if said.holds(today))

    def breaks_on(self, today):
        return tuple(said.what for said in self.breaks if said.holds(today))

    def silent(self, day):
        """The last day of the silence that `day` lies in, or None."""
        return next((last for first, last in self.silences if first <= day <= last), None)

    def weather_on(self, today):
        return tuple(one for one in self.heat if one.day <= today + TOLD_AHEAD)

    def wellness(self, day):
        """The morning's, or None; bad nights come by chance."""
        if not self.has_watch or self.silent(day):
            return None
        chance = chance_of(self.seed, "night", day)
        bad = chance.random() < 0.1
        return Wellness(
            "garmin",
            day,
            sleep_s=chance.gauss(5.2 if bad else 7.4, 0.6) * 3600,
            hrv_ms=max(10.0, chance.gauss(35 if bad else 60, 6)),
            resting_heart_rate_bpm=chance.gauss(56 if bad else 49, 2),
            readiness=min(100.0, max(1.0, chance.gauss(25 if bad else 70, 12))),
        )


@dataclass(frozen=True, slots=True)
class Chances:
    """What a day has in store, each drawn once, in this order, whatever is planned. 0 to 1."""

    skips: float
    shortens: float
    share: float
    speed: float  # standard normal
    extra: float
    extra_km: float
    opinion: float
    which: float
    how: float
    shift: float
    answers: float
    late: float
    glitch: float
    glitch_share: float
    race: float  # standard normal

    @classmethod
    def of(cls, seed, day):
        chance = chance_of(seed, "day", day)
        return cls(
            chance.random(),
            chance.random(),
            chance.uniform(0.35, 0.9),
            chance.gauss(0, 1),
            chance.random(),
            chance.uniform(3, 9),
            *(chance.random() for _ in range(7)),
            chance.choice([0.4, 1.35, 1.9, 3.0]),
            chance.gauss(0, 1),
        )


def runner(seed) -> Runner:
    """The runner of this seed, with everything that will happen in the season."""
    chance = chance_of(seed, "runner")
    km = math.exp(chance.uniform(math.log(15), math.log(110)))
    ln_speed = math.log(2.5) + 0.23 * math.log(km / 15) + chance.gauss(0, 0.08)
    fade = chance.uniform(0.055, 0.075)
    first_day = EARLIEST + chance.randrange(182) * DAY
    athlete, habits = _athlete(chance, km), _habits(chance)
    goals = _goals(chance_of(seed, "goals"), first_day, km, ln_speed, fade)
    last_day = max(said.what.day for said in goals if said.until is None)
    off, told = _breaks(chance_of(seed, "breaks"), first_day, last_day)
    return Runner(
        seed=seed,
        first_day=first_day,
        last_day=last_day,
        km_a_week=km,
        ln_speed=ln_speed,
        gain=chance.uniform(0.04, 0.10),
        fade=fade,
        habits=habits,
        histories=_history(seed, athlete, first_day, km, ln_speed, fade),
        athletes=_others(chance_of(seed, "days"), athlete, first_day),
        goals=goals,
        breaks=told,
        off=off,
        silences=_silences(chance_of(seed, "silences"), first_day, last_day),
        heat=_heat(chance_of(seed, "heat"), first_day, last_day),
        surprise=_surprise(chance_of(seed, "surprise"), first_day, last_day),
        has_watch=chance.random() < 0.9,
    )


def _athlete(chance, km):
    runs = min(7, max(3, round(2.5 + km / 20 + chance.gauss(0, 0.7))))
    days = range(7) if chance.random() < 0.5 else chance.sample(range(7), chance.randint(runs, 7))
    long = [day for day in days if day >= 5] or list(days)
    return Athlete(
        zone=ZONE,
        run_weekdays=frozenset(days),
        long_run_weekday=chance.choice(long),
        runs_per_week=chance.choice([runs, runs, None]),
        sex=chance.choice(["f", "m", None]),
        birth_year=chance.choice([None, 1964, 1972, 1980, 1990, 1998]),
        max_heart_rate_bpm=chance.choice([None, 185.0]),
    )


def _habits(chance):
    return Habits(
        skips=chance.choice([0.02, 0.08, 0.2]),
        shortens=chance.choice([0.02, 0.1]),
        extra=chance.choice([0.0, 0.03, 0.1]),
        too_fast_ln=chance.choice([0.0, 0.0, 0.08]),
        opinions=chance.choice([0.02, 0.08, 0.15]),
        answers=chance.choice([0.0, 0.5]),
    )


def _history(seed, athlete, first_day, km, ln_speed, fade):
    """Half a year of whole weeks as this runner lives them, three races among them."""
    chance, weeks = chance_of(seed, "history"), 24
    days = sorted(athlete.run_weekdays)
    count = min(len(days), athlete.runs_per_week or max(3, round(2.5 + km / 20)))
    others = [day for day in days if day != athlete.long_run_weekday]
    chosen = sorted([*chance.sample(others, count - 1), athlete.long_run_weekday])
    monday = first_day - first_day.weekday() * DAY
    told = []
    for week in range(weeks, -1, -1):
        volume = km * chance.uniform(0.85, 1.1) * (0.75 if week % 4 == 1 else 1.0)
        for number, weekday in enumerate(chosen):
            day = monday - week * WEEK + weekday * DAY
            long = weekday == athlete.long_run_weekday
            share = 1.6 / (count + 0.6) if long else 1.0 / (count + 0.6)
            pace = 1000 / (EASY_SHARE * math.exp(ln_speed + chance.gauss(0, 0.03)))
            brisk = 0.9 if number == 1 and count > 3 else 1.0
            if day >= first_day:
                continue
            if long and week % 7 == 2:
                metres = chance.choice([FIVE_K_M, TEN_K_M])
                time_s = race_time_s(ln_speed, metres, fade) * math.exp(chance.gauss(0, 0.02))
                told.append(race(day, metres / 1000, time_s))
            elif chance.random() > 0.06:
                told.append(run(day, round(max(3.0, volume * share), 2), pace * brisk))
    return tuple(told)


def _goals(chance, first_day, km, ln_speed, fade):
    """An A goal in 16 to 30 weeks; often one before it; now and then it is moved, or one is new."""
    monday = first_day - first_day.weekday() * DAY
    day = monday + chance.randint(16, 30) * WEEK + chance.choice([5, 6, 6]) * DAY
    metres = chance.choice(DISTANCES_M[max(least for least in DISTANCES_M if least <= km)])
    main = _goal("main", Priority.A, day, metres, (chance, ln_speed, fade))
    told = [Said(first_day, main)]
    halfway = first_day + (day - first_day) * chance.uniform(0.2, 0.7)
    if chance.random() < 0.15:
        moved = replace(main, day=day + chance.choice([-3, -1, 1, 2]) * WEEK)
        told = [Said(first_day, main, halfway), Said(halfway, moved)]
    if chance.random() < 0.4:
        earlier = day - chance.randint(4, 10) * WEEK
        shorter = chance.choice([one for one in (FIVE_K_M, TEN_K_M, HALF_M) if one <= metres])
        priority = chance.choice([Priority.B, Priority.B, Priority.C, Priority.A])
        second = _goal("second", priority, earlier, shorter, (chance, ln_speed, fade))
        said = first_day + chance.choice([0, 0, 10, 25]) * DAY
        given_up = chance.random() < 0.1
        told.append(Said(said, second, earlier - 15 * DAY if given_up else None))
    return tuple(told)


def _goal(ident, priority, day, metres, truth):
    chance, ln_speed, fade = truth
    timed = chance.random() < 0.8
    target_s = race_time_s(ln_speed, metres, fade) * math.exp(-chance.uniform(-0.03, 0.05))
    return Goal(
        id=ident,
        kind=GoalKind.TIME if timed else GoalKind.COMPLETION,
        priority=priority,
        day=day,
        distance_m=metres,
        target_s=round(target_s) if timed else None,
    )


def _others(chance, athlete, first_day):
    """One in ten has other days to run on from some week on."""
    told = [Said(first_day, athlete)]
    if chance.random() < 0.1:
        days = set(chance.sample(range(7), max(athlete.runs_per_week or 4, 4)))
        days = frozenset(days | {athlete.long_run_weekday})
        told.append(
            Said(first_day + chance.randrange(20, 90) * DAY, replace(athlete, run_weekdays=days))
        )
    return tuple(told)


BREAKS = (  # kind, how often in a season, shortest and longest in days, minutes a day
    (BreakKind.ILLNESS, 0.6, 3, 10, None),
    (BreakKind.INJURY, 0.25, 5, 28, None),
    (BreakKind.TRAVEL, 0.25, 5, 14, 40.0),
    (BreakKind.REST, 0.15, 3, 7, None),
)


def _breaks(chance, first_day, last_day):
    """What is off, one after the other, and how it is told: late, with an end or without one."""
    off, told = [], []
    for number, (kind, often, shortest, longest, minutes) in enumerate(BREAKS):
        begins = first_day + chance.randrange(7, (last_day - first_day).days - 7) * DAY
        ends = begins + chance.randint(shortest, longest) * DAY - DAY
        happens, open_end = chance.random() < often, chance.random() < 0.5
        said = begins + chance.choice([0, 0, 1, 2]) * DAY
        if kind in {BreakKind.TRAVEL, BreakKind.REST}:
            said, open_end = max(first_day, begins - chance.choice([0, 3, 10, 25]) * DAY), False
        near = any(begins <= one.until_day + 10 * DAY and one.from_day <= ends for one in off)
        if not happens or near or ends > last_day + WEEK:
            continue
        one = Break(f"b{number}", kind, begins, ends, minutes)
        off.append(one)
        if open_end and ends > said:
            told += [Said(said, replace(one, until_day=None), ends), Said(ends, one)]
        else:
            told.append(Said(said, one))
    return tuple(off), tuple(told)


def _silences(chance, first_day, last_day):
    if chance.random() > 0.35:
        return ()
    begins = first_day + chance.randrange(10, (last_day - first_day).days - 10) * DAY
    return ((begins, begins + chance.randint(6, 9) * DAY),)


def _heat(chance, first_day, last_day):
    told = []
    for _ in range(chance.choice([0, 1, 2])):
        begins = first_day + chance.randrange((last_day - first_day).days) * DAY
        days = [begins + n * DAY for n in range(chance.randint(2, 6))]
        told += [Weather("weather", day, round(chance.uniform(24, 33), 1)) for day in days]
    return tuple({one.day: one for one in told}.values())


def _surprise(chance, first_day, last_day):
    """A tune-up race that is no goal, far better or worse than expected."""
    day = first_day + chance.randrange(21, (last_day - first_day).days - 14) * DAY
    day += (6 - day.weekday()) * DAY
    return day, chance.choice([FIVE_K_M, TEN_K_M]), chance.choice([-0.08, -0.05, 0.05, 0.08])
