"""How fit the athlete says to be, where runs are not on record: wide, and until runs replace it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from planning.activity import Activity, FloatArray, Sport, Surface
from planning.athlete import Athlete, StatedFitness, StatedRace
from planning.fitness.ability import (
    ENOUGH_RUNS,
    POPULATION_SD,
    THIN_RUNS,
    Fitness,
    never_rising,
)
from planning.fitness.expectation import EFFORT_LN_M, LN_HALF, LN_MARATHON
from planning.fitness.history import NORMAL_FADE
from planning.units import format_duration, name_of_distance

# From one effort of the study to another of the same runner (908 pairs of 17 runners up to 30 weeks
# apart, each runner alike): ln(time) was off by .084 over the same distance within four weeks, .088
# over twice or half of it, .10 after half a year, .14 to .19 from a shorter one to the marathon.
RESULT_SD, PER_LN_SD, PER_WEEK_SD, MARATHON_SD = 0.085, 0.04, 0.012, 0.12
WORD_SD = 0.06  # a judgement: course, wind and memory are not on record. So no pace follows (B-1)
OLDEST_WEEKS = 104
UNSAID_WEEKLY_M = 30_000.0  # for the marathon from a shorter race, where no volume was stated
# Vickers & Vertosick 2016 (n 2,303), marathon from one shorter race, miles a week.
VICKERS, VICKERS_FADE, MILE_M = (0.16018617, 0.83076202, 0.006423826), 0.07, 1_609.344
HELD_WEEKS, YEAR_WEEKS = 12, 53  # as long a statement stands for, without and with years of running
LONG_SHARE = 0.35
# Runs a week by weekly kilometres, where they are not said: 92 marathon plans (Knopp 2024), and
# three for little.
USUAL_KM, USUAL_RUNS = (20.0, 42.9, 58.5, 107.7), (3.0, 4.1, 4.9, 6.8)


def with_stated(fitness: Fitness, stated: StatedFitness | None, today: date) -> Fitness:
    """The estimate, or what was stated while it has too little to go by.

    Under 5 usable runs in 180 days the stated results stand alone; from 5 to 9 both count, each by
    its precision, the stated ones less with every run; from 10 on it is the estimate, untouched.
    """
    races = _races(stated, today)
    if stated is None or not races or fitness.runs_used >= THIN_RUNS:
        return fitness
    speeds, sd = _by_word(stated, races, today)
    alone = fitness.runs_used < ENOUGH_RUNS
    fading = 1.0 - fitness.runs_used / THIN_RUNS
    word = sd**-2.0 if alone else fading * sd**-2.0
    runs = np.zeros_like(sd) if alone else fitness.sd_ln**-2.0
    share = word / (word + runs)
    return replace(
        fitness,
        ln_speeds=never_rising(list(share * speeds + (1 - share) * fitness.ln_speeds)),
        ln_speeds_later=never_rising(list(share * speeds + (1 - share) * fitness.ln_speeds_later)),
        sd_ln=(word + runs) ** -0.5,
        ready=True,
        message=_message(races, fitness, alone=alone),
    )


def runs_by_word(athlete: Athlete, activities: Sequence[Activity]) -> tuple[Activity, ...]:
    """The weeks before the statement as they would stand on record, on the athlete's own days.

    Twelve weeks of `weekly_m`, a year where it was running for longer, the longest run in the last.
    None from the first recorded run on: the record replaces the word. They are the ground of limits
    and needs, in metres, and of nothing else: they have no times, and no plan is held against them.
    """
    stated = athlete.stated
    if stated is None or (stated.weekly_m is None and stated.longest_m is None):
        return ()
    first = min((a.day for a in activities if a.is_run and a.distance_m), default=stated.on)
    weeks = enumerate(_weeks(stated))
    runs = (run for back, week in weeks for run in _week(athlete, stated, back, week))
    return tuple(sorted((run for run in runs if run.day < first), key=lambda run: run.day))


def _races(stated: StatedFitness | None, today: date) -> list[StatedRace]:
    """Those of the last two years, the latest last."""
    races = () if stated is None else stated.races
    fresh = [race for race in races if 0 <= (today - race.day).days <= 7 * OLDEST_WEEKS]
    return sorted(fresh, key=lambda race: (race.day, race.distance_m, race.time_s))


def _by_word(
    stated: StatedFitness, races: Sequence[StatedRace], today: date
) -> tuple[FloatArray, FloatArray]:
    """ln(m/s) and sd of ln(time) at EFFORT_LN_M. Several results make a better middle, but no
    narrower range: whoever was fit for one was fit for all.
    """
    sds = np.array([_sd_ln(race, today) for race in races])
    speeds = np.array([_ln_speeds(race, stated) for race in races])
    weight = sds**-2.0
    middle = (weight * speeds).sum(axis=0) / weight.sum(axis=0)
    return never_rising(list(middle)), np.minimum(sds.min(axis=0), POPULATION_SD)


def _sd_ln(race: StatedRace, today: date) -> FloatArray:
    ln_m = math.log(race.distance_m)
    weeks = max((today - race.day).days, 0) / 7
    apart = np.abs(EFFORT_LN_M - ln_m)
    beyond = np.abs(_marathon_share(EFFORT_LN_M) - _marathon_share(ln_m))
    variance = RESULT_SD**2 + WORD_SD**2 + PER_WEEK_SD**2 * weeks
    return np.sqrt(variance + (PER_LN_SD * apart) ** 2 + (MARATHON_SD * beyond) ** 2)


def _ln_speeds(race: StatedRace, stated: StatedFitness) -> FloatArray:
    """By Riegel's exponent up to the half. Between it and the marathon the fade of Vickers &
    Vertosick (2016) for the stated volume: Riegel's is ten minutes too fast there for half of all.
    """
    ln_m, ln_speed = math.log(race.distance_m), math.log(race.distance_m / race.time_s)
    weekly_m = UNSAID_WEEKLY_M if stated.weekly_m is None else stated.weekly_m
    extra = _marathon_loss(ln_speed + NORMAL_FADE * (ln_m - LN_HALF), weekly_m)
    lost = extra * (_marathon_share(EFFORT_LN_M) - _marathon_share(ln_m))
    return np.asarray(ln_speed - NORMAL_FADE * (EFFORT_LN_M - ln_m) - lost, dtype=np.float64)


def _marathon_loss(ln_half_speed: float, weekly_m: float) -> float:
    """How much slower in ln(m/s) the marathon is than by Riegel's exponent from the half."""
    by_riegel = ln_half_speed - NORMAL_FADE * (LN_MARATHON - LN_HALF)
    constant, per_speed, per_mile = VICKERS
    theirs = math.exp(ln_half_speed - VICKERS_FADE * (LN_MARATHON - LN_HALF))
    speed = constant + per_speed * theirs + per_mile * weekly_m / MILE_M
    return max(by_riegel - math.log(speed), 0.0)


def _marathon_share(ln_m: FloatArray | float) -> FloatArray:
    """0 up to the half, 1 from the marathon on."""
    return np.clip((np.asarray(ln_m) - LN_HALF) / (LN_MARATHON - LN_HALF), 0.0, 1.0)


def _message(races: Sequence[StatedRace], fitness: Fitness, *, alone: bool) -> str:
    last = races[-1]
    result = f"{name_of_distance(last.distance_m)} in {format_duration(last.time_s)}"
    told = f"By your word of {result} on {last.day.isoformat()}"
    others = len(races) - 1
    more = f" and {others} more" if others else ""
    if alone:
        return f"{told}{more}, until {ENOUGH_RUNS} runs of 3 km or more are on record."
    runs = f"{fitness.runs_used} runs of 3 km or more"
    return f"{told}{more}, and from {runs}; from {THIN_RUNS} on these count alone."


def _weeks(stated: StatedFitness) -> Iterator[date]:
    """The first days of the weeks that end on the day before the statement, the last one first."""
    weeks = HELD_WEEKS
    if stated.running_since is not None:
        since = (stated.on - date(stated.running_since, 1, 1)).days // 7
        weeks = min(max(since, 1), YEAR_WEEKS)
    return (stated.on - timedelta(weeks=back + 1) for back in range(weeks))


def _week(athlete: Athlete, stated: StatedFitness, back: int, first: date) -> Iterator[Activity]:
    """The longest run belongs to the last week; other weeks have a long run of about a third."""
    usual_long_m = LONG_SHARE * (stated.weekly_m or 0.0)
    if stated.longest_m is not None:
        usual_long_m = min(usual_long_m, stated.longest_m)
    long_m = stated.longest_m if back == 0 and stated.longest_m is not None else usual_long_m
    rest_m = max((stated.weekly_m or 0.0) - long_m, 0.0)
    long_day, other_days = _days(athlete, stated, first)
    if long_m > 0.0:
        yield _run(long_day, long_m)
    for day in other_days:
        if rest_m > 0.0:
            yield _run(day, rest_m / len(other_days))


def _days(athlete: Athlete, stated: StatedFitness, first: date) -> tuple[date, list[date]]:
    """The long run's day and the others, evenly among those on which the athlete can run."""
    week = [first + timedelta(days=n) for n in range(7)]
    usual = round(float(np.interp((stated.weekly_m or 0.0) / 1_000, USUAL_KM, USUAL_RUNS)))
    runs = min(athlete.runs_per_week or usual, len(athlete.run_weekdays))
    long_day = next(day for day in week if day.weekday() == athlete.long_run_weekday)
    free = [day for day in week if day.weekday() in athlete.run_weekdays and day != long_day]
    others = max(min(runs - 1, len(free)), min(1, len(free)))
    return long_day, [free[number * len(free) // others] for number in range(others)]


def _run(day: date, distance_m: float) -> Activity:
    return Activity(
        id=f"stated:{day.isoformat()}",
        day=day,
        start_at=datetime.combine(day, time(12), UTC),
        sport=Sport.RUN,
        surface=Surface.ROAD,
        name="",
        distance_m=distance_m,
        moving_time_s=None,
        elapsed_time_s=None,
        climb_m=None,
        average_heart_rate_bpm=None,
        is_race=False,
        efforts=(),
        usable=True,
        reasons=(),
        planned_ident=None,
        sources=(),
    )
