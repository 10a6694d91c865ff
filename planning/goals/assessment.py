"""Is a goal achievable, in which versions, what must happen, and what to offer instead.

`check_goal` looks at the goal as stated: specific, possible at all, on a day that leaves time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from planning.activity import Activity
from planning.athlete import Athlete
from planning.fitness.ability import Fitness
from planning.fitness.prediction import Prediction
from planning.goals.adherence import Adherence, adherence
from planning.goals.course import STEEPEST
from planning.goals.deciding import Decision, decision
from planning.goals.drift import Running
from planning.goals.goal import (
    HALF_M,
    MARATHON_M,
    TEN_K_M,
    Goal,
    GoalKind,
)
from planning.goals.groundwork import groundwork, within_time
from planning.goals.key_sessions import key_sessions
from planning.goals.needs import Need, steps_of
from planning.goals.offers import Offer, lighter_habit, offers
from planning.goals.rates import Required
from planning.goals.status import Status
from planning.goals.trajectory import GoalForecast, expected_time, required_of
from planning.goals.wording import distance_name, exact_time
from planning.units import format_distance

# About the best ever run, seconds, men (World Athletics and IAU lists). A bound, not a claim.
RECORD_M = np.array([800.0, 1_500.0, 3_000.0, 5e3, 10e3, HALF_M, MARATHON_M, 50e3, 100e3, 246e3])
RECORD_S = np.array([100.9, 206.0, 437.6, 755.4, 1_571.0, 3_402.0, 7_235.0, 9_523.0, 21_560.0, 7e4])
WALKING_S_PER_M = 0.9  # 15 min/km
SHORTEST_M, LONGEST_M = 1_500.0, 250_000.0
FURTHEST_DAYS = 5 * 366  # a plan has weeks until the goal, and no forecast reaches so far


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that can be said of one goal on `day`; None and empty where there is nothing to say.

    `forecast` has verdict, probability, versions and needs. `required` is what the time asks for
    beside today. `steps` are needs on the way by day. `decision` is when to choose between the
    versions and what would help, `sd_ln` the spread of ln(time) as of today. `offers` are goals
    near to one that is out of reach. `habit` is what was kept up of a health goal.
    """

    day: date
    goal: Goal
    forecast: GoalForecast
    required: Required | None
    sd_ln: float | None
    steps: tuple[Need, ...]
    key_sessions: tuple[str, ...]
    decision: Decision | None
    offers: tuple[Offer, ...]
    habit: Adherence | None


def assess(  # noqa: PLR0913 - one assessment, and all that it rests on
    goal: Goal,
    told: GoalForecast,
    *,
    goals: Sequence[Goal],
    fitness: Fitness,
    activities: Sequence[Activity],
    by_word: Sequence[Activity] = (),
    running: Running | None = None,
    temperature_c: float | None = None,
    master: bool = False,
) -> Assessment:
    """The assessment of `goal` on the day of `fitness`; `told` is its forecast by the same
    arguments. `goals` are all that stand. Other days and other races are foretold training as usual
    and in the cool: no plan leads to them. Of a `master` more weeks are lighter (M-2).
    """
    today = fitness.day

    def kept_up(other: Goal) -> float | None:
        kept = adherence(other, activities, today, running=running)
        return kept.probability if kept else None

    habit = adherence(goal, activities, today, running=running)
    kept_back = told.status == Status.UNKNOWN and fitness.ready  # not for want of runs
    if told.status == Status.DONE or kept_back or goal.distance_m is None:
        unkept = told.status != Status.DONE and told.probability is not None
        lighter = lighter_habit(goal, kept_up) if habit and unkept else None
        over = habit is None or told.status == Status.DONE
        kept = () if over else key_sessions(goal, goals, today, master=master)
        return Assessment(
            today, goal, told, None, None, (), kept, None, (lighter,) if lighter else (), habit
        )
    done = groundwork((*by_word, *activities), today)

    usual = running and replace(
        running,
        metres={day: ran for day, ran in running.metres.items() if day <= today},
        planned_until=today,
    )

    def foretell(race: Goal) -> Prediction | None:
        mine = race.day == goal.day and race.distance_m == goal.distance_m
        time = expected_time(
            race,
            fitness=fitness,
            activities=activities,
            today=today,
            running=running if mine else usual,
            temperature_c=temperature_c if mine else None,
        )
        return time.expected if time else None

    expected = foretell(goal)
    return Assessment(
        day=today,
        goal=goal,
        forecast=told,
        required=required_of(
            goal,
            fitness=fitness,
            activities=activities,
            today=today,
            running=running,
            temperature_c=temperature_c,
        ),
        sd_ln=expected.sd_ln if expected else None,
        steps=steps_of(goal, within_time(done, fitness, (*by_word, *activities)), today),
        key_sessions=key_sessions(goal, goals, today, master=master),
        decision=decision(goal, goals, today=today, longest_m=done.longest_m, foretell=foretell),
        offers=offers(goal, done, today=today, probability=told.probability, foretell=foretell),
        habit=habit,
    )


def check_goal(goal: Goal, today: date, *, athlete: Athlete | None = None) -> tuple[str, ...]:
    """What is wrong or doubtful in a goal as stated, in plain words. Empty: nothing.

    Specific (distance, time), measurable, possible at all, and on a day that leaves time. Whether
    it can be reached by this athlete is the forecast's to say.
    """
    return (
        *_day_problems(goal, today),
        *_distance_problems(goal),
        *climb_problems(goal),
        *_time_problems(goal),
        *_cut_off_problems(goal),
        *_age_problems(goal, athlete),
    )


def climb_problems(goal: Goal) -> tuple[str, ...]:
    """As `check_goal`, of the course's climb alone."""
    if goal.climb_m is None or goal.distance_m is None:
        return ()
    most_m = STEEPEST * goal.distance_m
    if 0.0 <= goal.climb_m <= most_m:
        return ()
    return (f"A course of that length climbs at most {most_m:.0f} m, not {goal.climb_m:.0f} m.",)


def record_s(distance_m: float) -> float:
    """About the best time ever run over a distance, between the rows of the table by ln."""
    return float(math.exp(np.interp(math.log(distance_m), np.log(RECORD_M), np.log(RECORD_S))))


def _day_problems(goal: Goal, today: date) -> list[str]:
    days = (goal.day - today).days
    if days < 0:
        return [f"{goal.day.isoformat()} is already past: name a day to come."]
    if days < 7 and goal.kind is GoalKind.HEALTH:
        return ["It ends within the week: too short to become a habit."]
    if days < 7:
        return [
            "The day is less than a week away: training changes nothing any more, only rest helps."
        ]
    if days > FURTHEST_DAYS:
        return ["The day is over five years away: nothing can be foretold so far ahead."]
    if days > 2 * 366:
        return ["The day is over two years away: set a nearer goal on the way to it."]
    return []


def _distance_problems(goal: Goal) -> list[str]:
    if goal.kind is GoalKind.HEALTH:
        return []
    if goal.distance_m is None:
        return ["Which distance? A race needs one."]
    if not SHORTEST_M <= goal.distance_m <= LONGEST_M:
        told = format_distance(goal.distance_m)
        return [f"Races from 1.5 km to 250 km can be planned for; {told} is outside."]
    return []


def _time_problems(goal: Goal) -> list[str]:
    if goal.kind is GoalKind.TIME and goal.target_s is None:
        return ["Which time? Without one it is a goal to finish."]
    if goal.target_s is None or not goal.distance_m or not goal.distance_m > 0.0:
        return []
    name, told = distance_name(goal.distance_m), exact_time(goal.target_s, goal.distance_m)
    if goal.target_s < record_s(goal.distance_m):
        hours = goal.target_s < 0.1 * record_s(goal.distance_m)  # 3:15 for 3:15:00
        meant = f": {told} is minutes and seconds, hours are {told}:00" if hours else ""
        return [f"{told} is faster than anybody has ever run the {name}{meant}."]
    if goal.target_s > WALKING_S_PER_M * goal.distance_m:
        return [f"{told} for the {name} is slower than a walk: are time and distance right?"]
    return []


def _cut_off_problems(goal: Goal) -> list[str]:
    if goal.cut_off_s is None or not goal.distance_m or not goal.distance_m > 0.0:
        return []
    if goal.cut_off_s >= record_s(goal.distance_m):
        return []
    told = exact_time(goal.cut_off_s, goal.distance_m)
    return [f"Nobody has ever run the {distance_name(goal.distance_m)} inside {told}: is it right?"]


def _age_problems(goal: Goal, athlete: Athlete | None) -> list[str]:
    """Y-1: under 18 no goal over the half, under 16 none over 10 km."""
    if athlete is None or athlete.birth_year is None or goal.distance_m is None:
        return []
    age = goal.day.year - athlete.birth_year
    if age < 16 and goal.distance_m > TEN_K_M * 1.02:
        return ["Under 16 no goal over 10 km is planned for."]
    if age < 18 and goal.distance_m > HALF_M * 1.02:
        return ["Under 18 no goal over the half marathon is planned for."]
    return []
