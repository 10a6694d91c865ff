"""The time over a goal's course: distance, climb, and what lies beyond 100 km."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.fitness.conditions import DOUBT, heat_loss
from planning.fitness.prediction import LONGEST_M, Effect, Prediction, predict, widened
from planning.fitness.ultra import CLIMB_EFFORT, UltraRace, predict_ultra
from planning.goals.goal import MARATHON_M, Goal

CLIMB, HEAT = "climb", "heat"

ROLLING, MOUNTAIN = 10.0, 30.0  # metres climbed per kilometre
STEEPEST = 0.6  # metres climbed per metre: the steepest vertical kilometres climb .52
ROAD_HILLS = 1.2e-4  # of the way, per (m/km)^2
ULTRA_EXPONENT = 1.318
ULTRA_SD = 0.20  # from a road record, without an ultra of the athlete's own
# Where the athlete's own races of that kind say more than their speed on roads.
ULTRA_M, LEAST_MOUNTAIN_M = 43_500.0, 15_000.0


@dataclass(frozen=True, slots=True)
class RaceTime:
    """`flat`: flat, cool, and training as usual. What the course and the day do are `effects`.

    `now` is `flat` if it were today; None where it is not from the athlete's speed.
    """

    flat: Prediction
    effects: tuple[Effect, ...] = ()
    now: Prediction | None = None

    @property
    def expected(self) -> Prediction:
        return self.flat.under(self.effects)


def effort_distance_m(distance_m: float, climb_m: float | None) -> float:
    """The flat distance that takes as much.

    On a hilly road the way down gives most back: with hills on half of the way the cost of a grade
    i, 1 + 2.2 i + 15 i^2 (science 3), leaves 1.2e-4 c^2 at c metres climbed a km: .6 % at 7, 1.2 at
    10. In the mountains it is km + 1.2 km per 100 m climbed (science 1.9, fitted on 7,304 held-out
    races, 8 % median error). Between 10 and 30 m a km the one goes over into the other, which is
    convention.
    """
    if not climb_m or climb_m <= 0.0:
        return distance_m
    climb_m_per_km = climb_m / distance_m * 1000
    mountain = _share(climb_m_per_km)
    road_m = ROAD_HILLS * climb_m_per_km**2 * distance_m
    return distance_m + (1 - mountain) * road_m + mountain * CLIMB_EFFORT * climb_m


def race_time(
    goal: Goal,
    fitness: Fitness,
    *,
    weeks_ahead: float,
    weeks_unknown: float = 0.0,
    ultras: Sequence[UltraRace] = (),
    temperature_c: float | None = None,
) -> RaceTime | None:
    """The goal's race in seconds on its day, training and preparing as usual, and what climb and
    heat cost it. Without a temperature none is assumed: it is as on a cool day.

    `weeks_unknown`: of the last ones, those of which nothing is known; they widen it.
    None while too little is known, without a distance, or for a distance too short to foresee. In
    the mountains and beyond the marathon from the athlete's own `ultras`, whose climb is then in
    `flat`. Without one from their speed: beyond 100 km of effort ln T grows by 1.318 ln e, and the
    spread is at least .20.
    """
    if goal.distance_m is None:
        return None
    effort_m = effort_distance_m(goal.distance_m, goal.climb_m)
    hot = heat_effect(fitness, effort_m, temperature_c)
    if ultras and is_ultra(goal.distance_m, goal.climb_m):
        own = _by_own_ultras(goal.distance_m, goal, weeks_ahead + weeks_unknown, ultras)
        return RaceTime(own, hot) if own else None
    flat, hilly = (
        _by_speed(fitness, metres, weeks_ahead=weeks_ahead, weeks_unknown=weeks_unknown)
        for metres in (goal.distance_m, effort_m)
    )
    if flat is None or hilly is None:
        return None
    now = _by_speed(fitness, goal.distance_m, weeks_ahead=0.0, weeks_unknown=weeks_unknown)
    return RaceTime(flat, (*_climb_effect(goal, flat, hilly), *hot), now)


def heat_effect(
    fitness: Fitness, distance_m: float, temperature_c: float | None
) -> tuple[Effect, ...]:
    """What `conditions.heat_loss` takes from this athlete; empty where it takes nothing."""
    cool = predict(fitness, MARATHON_M, even_if_thin=True)
    if temperature_c is None or cool is None:
        return ()
    lost = heat_loss(temperature_c, distance_m, marathon_s=cool.median_s)
    slower = -math.log1p(-lost)
    return (Effect(HEAT, slower, DOUBT * slower),) if lost else ()


def is_ultra(distance_m: float, climb_m: float | None) -> bool:
    """Longer than a marathon, or in the mountains (30 m a km) and no short race."""
    steep = (climb_m or 0.0) >= MOUNTAIN * distance_m / 1000
    return distance_m > ULTRA_M or (steep and distance_m >= LEAST_MOUNTAIN_M)


def is_mountain(goal: Goal) -> bool:
    """Whether so much is climbed (30 m a km) that pace means little."""
    far_km = (goal.distance_m or 0.0) / 1000
    return far_km > 0 and (goal.climb_m or 0.0) >= MOUNTAIN * far_km


def ultras_of(activities: Iterable[Activity], until: date) -> tuple[UltraRace, ...]:
    """The athlete's own races of that kind, up to that day."""
    return tuple(
        UltraRace(each.day, each.distance_m, each.climb_m or 0.0, each.elapsed_time_s)
        for each in activities
        if each.is_run and each.is_race and each.distance_m and each.elapsed_time_s
        if each.day <= until and is_ultra(each.distance_m, each.climb_m)
    )


def _by_own_ultras(
    distance_m: float, goal: Goal, weeks: float, ultras: Sequence[UltraRace]
) -> Prediction | None:
    told = predict_ultra(ultras, goal.day, distance_m=distance_m, climb_m=goal.climb_m or 0.0)
    return told and replace(told, sd_ln=widened(told.sd_ln, max(weeks, 0.0)))


def _by_speed(
    fitness: Fitness, effort_m: float, *, weeks_ahead: float, weeks_unknown: float
) -> Prediction | None:
    """Over so many flat metres, which may be more than can be run on roads."""
    told = predict(
        fitness, min(effort_m, LONGEST_M), weeks_ahead=weeks_ahead, weeks_unknown=weeks_unknown
    )
    if told is None or effort_m <= LONGEST_M:
        return told
    median_s = told.median_s * (effort_m / LONGEST_M) ** ULTRA_EXPONENT
    return Prediction(effort_m, median_s, max(told.sd_ln, ULTRA_SD))


def _climb_effect(goal: Goal, flat: Prediction, hilly: Prediction) -> tuple[Effect, ...]:
    """Its spread leads from that of the road to that of a mountain race without an own one, and is
    at least half of what it costs on the road.
    """
    slower = math.log(hilly.median_s / flat.median_s)
    if slower <= 0.0:
        return ()
    mountain = _share((goal.climb_m or 0.0) / flat.distance_m * 1000)
    wide = max(hilly.sd_ln, math.hypot((1 - mountain) * hilly.sd_ln, mountain * ULTRA_SD))
    more = math.sqrt(max(wide**2 - flat.sd_ln**2, 0.0))
    return (Effect(CLIMB, slower, max(more, (1 - mountain) * DOUBT * slower)),)


def _share(climb_m_per_km: float) -> float:
    return min(max((climb_m_per_km - ROLLING) / (MOUNTAIN - ROLLING), 0.0), 1.0)
