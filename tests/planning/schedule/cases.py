"""Runners, goals and days for the tests of the schedule."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from planning.athlete import Athlete
from planning.breaks import NO_BREAKS
from planning.fitness.ability import estimate
from planning.goals.goal import Goal, GoalKind, Priority
from planning.schedule.adapt import plan_for
from planning.schedule.ground import LAID_OUT_WEEKS
from planning.schedule.known import Known
from planning.schedule.paces import Paces
from planning.schedule.pacing import Pacing
from planning.workout import Kind
from tests.planning.athletes import race, run, runs

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 6, 1)  # a Monday
ATHLETE = Athlete(zone=ZONE)

# A 3:22 marathoner: threshold 4:24/km, easy 5:20-5:55/km.
PACES = Paces(
    easy_low=1000 / 355,
    easy_high=1000 / 320,
    marathon=1000 / 287,
    threshold=1000 / 264,
    interval=1000 / 243,
    repetition=1000 / 225,
    race=1000 / 287,
    half_band_s=5,
    certain=True,
    ability=1.35,
    critical=1000 / 259,
    on_the_day=1000 / 287,
)
UNSURE = replace(PACES, certain=False)


def history(km_per_week=50.0, pace=345.0, weeks=20, until=TODAY, seed=1, race_every=6):
    """Whole weeks of running that end on the Sunday before `until`."""
    monday = until - timedelta(days=until.weekday())
    return runs(weeks, km_per_week, pace, monday - timedelta(weeks=weeks), seed, race_every)


def goal_in(weeks, distance_m=42_195.0, *, weekday=6, target_s=None, today=TODAY, **fields):
    monday = today - timedelta(days=today.weekday())
    told = {"id": "g1", "kind": GoalKind.TIME, "priority": Priority.A} | fields
    return Goal(
        day=monday + timedelta(weeks=weeks, days=weekday),
        distance_m=distance_m,
        target_s=target_s,
        **told,
    )


def planned(athlete, goals, activities, today=TODAY, closing=None, **more):
    """plan_for with the fitness that these activities say."""
    return plan_for(
        athlete=athlete,
        goals=goals,
        activities=activities,
        fitness=estimate(activities, today),
        today=today,
        closing_plan=closing,
        **more,
    )


def known_on(today, goals, **told):
    """What is known of an evening on which nothing was run, and no more than is told."""
    nothing = {
        "past": (),
        "activities": (),
        "fitness": estimate((), today),
        "layers": (),
        "complete_until": None,
        "pacing": Pacing(PACES, PACES.ability, ()),
        "grows": True,
        "withheld_on": frozenset(),
        "weather": (),
        "laid_out_weeks": LAID_OUT_WEEKS,
        "breaks": NO_BREAKS,
    }
    return Known(athlete=ATHLETE, standing=tuple(goals), today=today, **(nothing | told))


def as_planned(plan, first, last, share=1.0):
    """The runs of someone who does what the plan says on these days, at its own estimates."""
    done = []
    for day in plan.days():
        if first <= day.day <= last and day.workout:
            workout = day.workout.workout
            km, seconds = share * workout.distance_m / 1000, share * workout.duration_s
            ident = {"planned_ident": day.workout.ident}
            if workout.kind is Kind.RACE:
                done.append(race(day.day, km, seconds, **ident))
            else:
                done.append(run(day.day, km, seconds / km, **ident))
    return tuple(done)
