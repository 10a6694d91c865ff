"""What the weeks up to a race do to its forecast: volume, breaks, the taper, the first year.

Training as usual does nothing: the expectation itself carries what preparing for a race brought to
the runners of the project's study (`planning.fitness.fitting`). Here is only what comes beside
that. Every effect is about as unsure as it is large: following a plan makes no forecast surer.

`make bench PART=drift` puts what was really run in the place of the plan: each effect then brings
the study's efforts a little nearer, all of them .1 points on the day and .3 from 16 weeks before.
The sizes are from the sources named below and not fitted, but they were chosen with those efforts
in sight: on other runners it will be less.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from planning.activity import Activity
from planning.fitness.prediction import Effect
from planning.goals.goal import Goal, Priority
from planning.goals.season import demand_of
from planning.schedule.mileage import GAP_DAYS, counts
from planning.schedule.plan import DayStatus, Plan

VOLUME, BREAK, TAPER, FIRST_YEAR = "volume", "break", "taper", "first year"

# Runners of the study who ran over a quarter more got 4.9 % faster in twelve weeks than those who
# did not: an association. A third of it is credited; with what was really run, ln(time) fell by
# .030 per unit of ln(volume) over twelve weeks (90 % range -.009 to .066), .037 over sixteen.
VOLUME_PER_LN, VOLUME_WEEKS, MOST_VOLUME = 0.037, 12.0, 0.015
USUAL_RISE = math.log(1.2)  # what the runners of the study did anyway: already in the expectation
USUAL_FALL = math.log(0.9)
HELD_WEEKS, FEWEST_WEEKS = 12, 2.0

# Days off -> ln(time) if raced at once. Between the study's best runs of the six weeks after (1.4 %
# after 10 to 20 days, 6.5 after 91) and Coyle 1984 (VO2max 7 % down after 12 to 21 days).
OFF_DAYS, OFF_LN = np.array([7.0, 15.0, 30.0, 90.0]), np.array([0.0, 0.03, 0.04, 0.065])
BREAK_DOUBT = 0.5
BACK_WITHIN_DAYS = 42  # regained in about the length of the break, and within six weeks

# The last week's kilometres as a share of a usual week -> how much of a taper that is (T-3: 40 to
# 60 % of the peak week). 75 of the study's 311 efforts had one and were 2.0 % (90 % range .5 to
# 3.2) faster than the others; at most 1.5 % is credited by T-3, of which a quarter is in the
# expectation already.
TAPER_SHARES, TAPERED = np.array([0.3, 0.45, 0.75, 0.9]), np.array([0.0, 1.0, 1.0, 0.0])
TAPER_LN = 0.011

# B-1 lets beginners gain .004 a week (sd .004). The expectation ahead holds most of that already
# (2.2 % in eight weeks), and the study's four to six beginners came out 3 % faster than foretold
# from 8 weeks before, 1 to 3 % slower from 16 and 26: only the spread of that gain comes in.
BEGINNER_SD, YEAR_DAYS, SMALL_START_M = 0.004, 365.0, 60_000.0


@dataclass(frozen=True, slots=True)
class Running:
    """Metres by day: run up to and with `today`, planned from then to `planned_until`.

    A day without an entry was one without a run up to `known_until`, unless a source withholds what
    was done on it; it will be one up to `planned_until`. Of others nothing is known.
    """

    metres: Mapping[date, float]
    today: date
    known_until: date
    planned_until: date
    withheld_on: frozenset[date] = frozenset()

    def is_known(self, day: date) -> bool:
        if day <= self.today:
            return day <= self.known_until and day not in self.withheld_on
        return day <= self.planned_until

    def metres_within(self, first: date, end: date) -> float:
        """Of the days from `first` up to but without `end`."""
        days = (first + timedelta(days=number) for number in range((end - first).days))
        return math.fsum(self.metres.get(day, 0.0) for day in days)

    def held_m(self) -> float:
        """A usual week: the mean of those of the last twelve in which there was a run."""
        ends = [self.today + timedelta(days=1, weeks=-back) for back in range(HELD_WEEKS)]
        weeks = [self.metres_within(end - timedelta(weeks=1), end) for end in ends]
        ran = [metres for metres in weeks if metres > 0.0]
        return math.fsum(ran) / len(ran) if ran else 0.0


def running_of(
    activities: Sequence[Activity],
    plan: Plan | None,
    *,
    today: date,
    known_until: date | None = None,
    withheld_on: frozenset[date] = frozenset(),
) -> Running:
    """What was run, of whatever surface, and what is planned; `known_until` is today by default.

    Where a plan has a week's distance and no days yet, every day has a seventh of it.
    """
    metres: dict[date, float] = {}
    for run in activities:
        if counts(run) and run.day <= today:
            metres[run.day] = metres.get(run.day, 0.0) + (run.distance_m or 0.0)
    planned = dict(_planned(plan)) if plan else {}
    for day, distance_m in planned.items():
        if distance_m > 0.0 and (day > today or (day == today and day not in metres)):
            metres[day] = distance_m
    return Running(
        metres, today, min(known_until or today, today), max(planned, default=today), withheld_on
    )


def drift(race: Goal, running: Running) -> tuple[Effect, ...]:
    """All that comes to the forecast of `race` by what was and will be run up to its day."""
    found = (
        volume_effect(race, running),
        break_effect(race.day, running),
        taper_effect(race, running),
        first_year_effect(race.day, running),
    )
    return tuple(effect for effect in found if effect is not None)


def volume_effect(race: Goal, running: Running) -> Effect | None:
    """More or fewer kilometres a week, planned until the taper, than a usual week of the last
    twelve: at most 1.5 % either way after twelve weeks, nothing for what the study's runners did
    anyway (from a tenth less to a fifth more). None when it is nothing.
    """
    first = running.today + timedelta(days=1)
    taper = timedelta(weeks=len(demand_of(race).taper_shares))
    end = min(race.day - taper, running.planned_until + timedelta(days=1))
    weeks, held_m = (end - first).days / 7, running.held_m()
    if weeks < FEWEST_WEEKS or held_m <= 0.0:
        return None
    rise = math.log(max(running.metres_within(first, end) / weeks, 1.0) / held_m)
    beyond = max(rise - USUAL_RISE, 0.0) + min(rise - USUAL_FALL, 0.0)
    gain = VOLUME_PER_LN * min(weeks / VOLUME_WEEKS, 1.0) * beyond
    gain = min(max(gain, -MOST_VOLUME), MOST_VOLUME)
    return Effect(VOLUME, -gain, abs(gain)) if gain else None


def break_effect(day: date, running: Running) -> Effect | None:
    """What the last break of a week or more still costs on `day`: all of it on the first day back,
    falling to nothing in as many days as it was long, 42 at most. None when it is nothing.

    Who is still off and has no plan is taken to start again the day after what is known.
    """
    costs = [
        float(np.interp(off, OFF_DAYS, OFF_LN))
        * max(1.0 - (day - back).days / min(off, BACK_WITHIN_DAYS), 0.0)
        for off, back in _breaks(day, running)
    ]
    cost = max(costs, default=0.0)
    return Effect(BREAK, cost, BREAK_DOUBT * cost) if cost else None


def taper_effect(race: Goal, running: Running) -> Effect | None:
    """1.1 % for an A race whose last week is, as run and planned, between .45 and .75 of the six
    weeks before the last two; less from there to .3 and .9. None when it is nothing.
    """
    eve = race.day - timedelta(days=1)
    if race.priority is not Priority.A or eve > max(running.planned_until, running.today):
        return None
    usual_m = running.metres_within(race.day - timedelta(56), race.day - timedelta(14)) / 6.0
    if usual_m <= 0.0:
        return None
    week_m = running.metres_within(race.day - timedelta(7), race.day)
    credit = TAPER_LN * float(np.interp(week_m / usual_m, TAPER_SHARES, TAPERED))
    return Effect(TAPER, -credit, credit) if credit else None


def first_year_effect(day: date, running: Running) -> Effect | None:
    """How unequally beginners gain, for whom the first run on record is less than a year ago and
    began with under 60 km in four weeks (B-1: sd .004 a week, fading to zero at twelve months).
    """
    ran = [one for one in running.metres if one <= running.today]
    if not ran or day <= running.today:
        return None
    start = min(ran)
    ages = [(one - start).days / YEAR_DAYS for one in (running.today, day)]
    small = running.metres_within(start, start + timedelta(weeks=4)) < SMALL_START_M
    if ages[0] >= 1.0 or not small:
        return None
    young = [max(1.0 - age, 0.0) for age in ages]
    weeks = min((day - running.today).days, YEAR_DAYS * young[0]) / 7
    return Effect(FIRST_YEAR, 0.0, BEGINNER_SD * weeks * sum(young) / 2)


def _breaks(day: date, running: Running) -> Iterator[tuple[int, date]]:
    """Days off and the first day back, of every break of a week or more that may still tell."""
    one = timedelta(days=1)
    days = sorted(ran for ran in running.metres if ran < day)
    # what ended longer ago is regained; the run before it may lie any time back
    first = bisect_left(days, day - timedelta(days=BACK_WITHIN_DAYS))
    for ran in days[max(first - 1, 0) :]:
        back = ran + one
        while back < day and back not in running.metres and running.is_known(back):
            back += one
        off = (back - ran).days - 1
        if off >= GAP_DAYS:
            yield off, back


def _planned(plan: Plan) -> Iterator[tuple[date, float]]:
    for week in plan.weeks:
        if not week.days:
            for number in range(7):
                yield week.first_day + timedelta(days=number), week.volume_m / 7
        for planned in week.days:
            stands = planned.workout if planned.status is DayStatus.PLANNED else None
            yield planned.day, stands.workout.distance_m if stands else 0.0
