"""From goals to weeks: which goal shapes a week, its phase, how light it is, and its races.

Phases are counted backwards from the goal's week, so they stand still while days pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind, Priority
from planning.schedule.plan import Phase

LIGHT_SHARE = 0.75  # of the week before (rule P-1)
B_RACE_SHARE = 0.75  # three to five light days (rule T-4)
B_RACE_EVE_SHARE = 0.85  # where three to five of them are the last of the week before
OUT_OF_TAPER = 1.0
OFF_SEASON_SHARE = 0.75  # of the weeks before: easy running, as one likes (custom, D)
FIRST_MARATHON_LESS_S = 1_800.0  # of the time for a long run, before a first one (rule L-1)
MARATHON_BEFORE_M = 40_000.0  # who has run as far has run a marathon
LIGHT_EVERY, MASTERS_LIGHT_EVERY, MASTERS_AGE = 4, 3, 50  # weeks (P-1, M-2), years
PAST_RACES = timedelta(weeks=9)  # so long a race behind us may still ask for recovery, or time off
FAR_M, MARATHON_LIKE_M = 20_000.0, 30_000.0
BASE_WEEKS = 6  # what a season begins with; whoever has more weeks than a season has time off


@dataclass(frozen=True, slots=True)
class Demand:
    """What a distance asks of its weeks.

    `taper_shares` are of the peak week, the race week first (rule T-3). `no_hard_days` follow the
    race (rule T-5). `growth` and `least_peak_m` say how far weekly volume is led, within limits.
    `long_*` bound the long run by distance, time and share of the week (rules L-1, L-2).
    `off_weeks` may follow recovery where nothing presses (custom of coaches, D).
    """

    taper_shares: tuple[float, ...]
    peak_weeks: int
    build_weeks: int
    no_hard_days: int
    growth: float
    least_peak_m: float
    long_m: float
    long_s: float
    long_share: float
    after_shares: tuple[float, ...]  # of the level before, week by week after the race
    off_weeks: int = 0

    @property
    def preparation_weeks(self) -> int:
        """From the first week that is about this distance to the race week: build, peak, taper."""
        return self.build_weeks + self.peak_weeks + len(self.taper_shares)

    @property
    def season_weeks(self) -> int:
        return BASE_WEEKS + self.preparation_weeks


_HOUR = 3600.0
_FIVE_K = Demand((0.6,), 2, 6, 2, 1.15, 16_000, 15_000, 1.75 * _HOUR, 0.28, (0.9,))
_TEN_K = Demand((0.6,), 2, 6, 3, 1.20, 22_000, 18_000, 2 * _HOUR, 0.30, (0.85,))
_HALF = Demand((0.5, 0.75), 3, 6, 5, 1.25, 32_000, 24_000, 2.5 * _HOUR, 0.34, (0.6, 0.8), 1)
MARATHON = Demand(
    (0.4, 0.6, 0.8), 3, 8, 14, 1.35, 40_000, 32_000, 3 * _HOUR, 0.36, (0.3, 0.5, 0.7), 3
)
_ULTRA = Demand(
    (0.4, 0.6, 0.8), 3, 8, 21, 1.35, 50_000, 40_000, 4.5 * _HOUR, 0.40, (0.25, 0.4, 0.6, 0.8), 3
)
_HEALTH = Demand((), 0, 0, 0, 1.10, 0, 14_000, 1.5 * _HOUR, 0.30, ())


def demand_of(goal: Goal) -> Demand:
    """By distance; what lies between two distances belongs to the longer."""
    return _demand_over(goal.distance_m or 0.0)


def _demand_over(distance_m: float) -> Demand:
    if distance_m <= 0.0:
        return _HEALTH
    for metres, demand in (
        (FIVE_K_M, _FIVE_K),
        (TEN_K_M, _TEN_K),
        (HALF_M, _HALF),
        (MARATHON_M, MARATHON),
    ):
        if distance_m <= metres * 1.05:
            return demand
    return _ULTRA


@dataclass(frozen=True, slots=True)
class SeasonWeek:
    """`share` is of the peak week in a taper, of the level before in recovery, else 1 or the light
    share. `weeks_to_go` counts from this week to the race week; `build_up` is 0 to 1 over the weeks
    until the taper. `leads_m` is the distance that leads the long run: that of the longest race
    which this week prepares for and which counts as much as `goal`. `off` is time off from plans.
    """

    first_day: date
    goal: Goal
    phase: Phase
    weeks_to_go: int
    build_up: float
    share: float
    light: bool
    races: tuple[Goal, ...]
    leads_m: float
    off: bool = False

    @property
    def demand(self) -> Demand:
        """What the goal asks for, with the long run of `leads_m`: goals that count alike share
        their weeks.
        """
        own, leading = demand_of(self.goal), _demand_over(self.leads_m)
        if self.leads_m <= (self.goal.distance_m or 0.0):
            return own
        return replace(
            own,
            long_m=leading.long_m,
            long_s=leading.long_s,
            long_share=leading.long_share,
        )


def full(week: SeasonWeek) -> SeasonWeek:
    """A lighter week as if it were none; one of a race stays."""
    return replace(week, light=False, share=1.0) if week.light and not week.races else week


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def is_master(birth_year: int | None, today: date) -> bool:
    """Whether rule M-2 holds: 50 this year, or older."""
    return birth_year is not None and today.year - birth_year >= MASTERS_AGE


def alive(goals: Sequence[Goal], monday: date) -> tuple[Goal, ...]:
    """Goals that still stand in the week of `monday` or later, by day."""
    standing = (goal for goal in goals if goal.retired_on is None and goal.day >= monday)
    return tuple(sorted(standing, key=lambda goal: (goal.day, goal.id)))


def season(
    goals: Sequence[Goal], monday: date, *, master: bool = False, past: Sequence[Goal] = ()
) -> tuple[SeasonWeek, ...]:
    """The weeks from `monday` to the last goal's. `past` are races of the weeks just gone; every
    fourth week is lighter (P-1), of a `master` every third (M-2).
    """
    standing = alive(goals, monday)
    if not standing:
        return ()
    races = [goal for goal in (*past, *standing) if goal.distance_m is not None]
    count = (standing[-1].day - monday).days // 7 + 1
    mondays = [monday + timedelta(weeks=index) for index in range(count)]
    light_every = MASTERS_LIGHT_EVERY if master else LIGHT_EVERY
    return tuple(_week(first, standing, races, monday, light_every) for first in mondays)


def season_as_of(
    goals: Sequence[Goal], today: date, *, birth_year: int | None
) -> tuple[SeasonWeek, ...]:
    """The season from the current week on, as the plan of `today` has it; goals in any order."""
    monday = monday_of(today)
    known = [goal for goal in goals if goal.is_alive(today)]
    past = [goal for goal in known if monday - PAST_RACES <= goal.day < monday]
    return season(known, monday, master=is_master(birth_year, today), past=past)


def shaping(goals: Sequence[Goal], monday: date) -> Goal:
    """The nearest A goal from this week on; without one the nearest goal of the next priority.

    Races come before habits, and a habit that begins later shapes no week before it begins.
    """
    ahead = [goal for goal in goals if goal.day >= monday]
    begun = [goal for goal in ahead if goal.from_day is None or goal.from_day <= _sunday(monday)]
    ahead = begun or ahead
    first = min(goal.priority for goal in ahead)
    racing = [goal for goal in ahead if goal.priority == first and goal.kind is not GoalKind.HEALTH]
    return min(racing or [goal for goal in ahead if goal.priority == first], key=_by_day)


def _by_day(goal: Goal) -> tuple[date, str]:
    return goal.day, goal.id


def _week(
    first: date, goals: Sequence[Goal], races: Sequence[Goal], start: date, light_every: int
) -> SeasonWeek:
    goal = shaping(goals, first)
    demand = demand_of(goal)
    to_go = (monday_of(goal.day) - first).days // 7
    tapering = goal.priority is Priority.A and goal.distance_m is not None
    taper_weeks = len(demand.taper_shares) if tapering else 0
    before_taper = to_go - taper_weeks + 1  # 1: the last full week
    whole = (monday_of(goal.day) - start).days // 7 - taper_weeks + 1
    recovery = _recovery_share(first, races)
    light = before_taper > 0 and before_taper % light_every == 0
    if goal.distance_m is None:
        light = (first.toordinal() // 7) % light_every == 0
    # Right behind a recovery there is nothing to lighten.
    light = light and _recovery_share(first - timedelta(weeks=1), races) == 1.0
    phase, share = _phase(before_taper, demand, goal), LIGHT_SHARE if light else 1.0
    off = recovery == 1.0 and to_go >= demand.season_weeks and _has_time_off(first, races)
    if phase is Phase.TAPER:
        share = min(_taper_share(first, goal, demand), recovery)
    elif off or recovery < 1.0:
        phase, share, light = Phase.RECOVERY, OFF_SEASON_SHARE if off else recovery, False
    in_week = tuple(g for g in races if first <= g.day < first + timedelta(weeks=1))
    if phase is not Phase.TAPER:
        share = min(share, _minor_share(first, races))
    done = (first - start).days // 7 + 1
    build_up = min(done / whole, 1.0) if whole > 0 else 1.0
    leads_m = _leads_m(first, goal, goals)
    return SeasonWeek(first, goal, phase, to_go, build_up, share, light, in_week, leads_m, off)


def _minor_share(first: date, races: Sequence[Goal]) -> float:
    """Three to five light days before a B race (rule T-4), also where they lie in the week before
    its own.
    """
    near = [(race.day - first).days for race in races if race.priority is Priority.B]
    if any(0 <= days < 7 for days in near):
        return B_RACE_SHARE
    return B_RACE_EVE_SHARE if any(7 <= days < 10 for days in near) else 1.0


def _leads_m(first: date, goal: Goal, goals: Sequence[Goal]) -> float:
    """The longest race that this week prepares for and that counts as much as `goal`."""
    alike = (other for other in goals if other.priority == goal.priority and other.day >= first)
    near = (
        other.distance_m or 0.0
        for other in alike
        if (monday_of(other.day) - first).days // 7 < demand_of(other).preparation_weeks
    )
    return max((goal.distance_m, *near)) if goal.distance_m else 0.0


def _phase(before_taper: int, demand: Demand, goal: Goal) -> Phase:
    if goal.distance_m is None:
        return Phase.BASE
    if before_taper <= 0:
        return Phase.TAPER
    if before_taper <= demand.peak_weeks:
        return Phase.PEAK
    return Phase.BUILD if before_taper <= demand.peak_weeks + demand.build_weeks else Phase.BASE


def _taper_share(first: date, goal: Goal, demand: Demand) -> float:
    """Days are counted back from the race, so a race on a Wednesday tapers as well (rule T-3).

    Days after the race count with the first share of recovery.
    """
    return sum(_taper_share_on(first + timedelta(days=n), goal, demand) for n in range(7)) / 7


def _taper_share_on(day: date, goal: Goal, demand: Demand) -> float:
    before = (goal.day - day).days
    if before < 0:
        return demand.after_shares[0] / 2
    reached = before // 7 < len(demand.taper_shares)
    return demand.taper_shares[before // 7] if reached else OUT_OF_TAPER


def _recovery_share(first: date, races: Sequence[Goal]) -> float:
    """The lowest share that a race of the weeks before still asks for; 1.0 when none does."""
    share = 1.0
    for race in races:
        weeks_after = (first - monday_of(race.day)).days // 7
        after = demand_of(race).after_shares if tires(race) else ()
        if 1 <= weeks_after <= len(after):
            share = min(share, after[weeks_after - 1])
    return share


def tires(race: Goal) -> bool:
    """Whether weeks of recovery follow (rule T-5): after a marathon whatever it counted for."""
    return race.priority is not Priority.C or (race.distance_m or 0.0) > MARATHON_LIKE_M


def _has_time_off(first: date, races: Sequence[Goal]) -> bool:
    """Whether recovery from an A race ended with the weeks just before this one."""
    for race in races:
        demand, weeks_after = demand_of(race), (first - monday_of(race.day)).days // 7
        over = weeks_after - len(demand.after_shares)
        if race.priority is Priority.A and 1 <= over <= demand.off_weeks:
            return True
    return False


def _sunday(monday: date) -> date:
    return monday + timedelta(days=6)


def no_hard_days(races: Sequence[Goal]) -> frozenset[date]:
    """Days on which nothing hard may stand because of a race (rules T-4 and T-5).

    A and B: two days before and the days after by distance; B: also the rest of its week, and easy
    or off the day before; C: the day before, and the day after as after any hard session, but the
    days by distance after a half marathon and more.
    """
    days: set[date] = set()
    for race in races:
        if race.distance_m is None:
            continue
        before, after = 2, demand_of(race).no_hard_days
        if race.priority is Priority.C:
            before, after = 1, after if race.distance_m > FAR_M else 1
        days |= {race.day + timedelta(days=n) for n in range(-before, after + 1) if n}
        if race.priority is Priority.B:
            monday = monday_of(race.day)
            days |= {monday + timedelta(days=n) for n in range(7)} - {race.day}
    return frozenset(days)
