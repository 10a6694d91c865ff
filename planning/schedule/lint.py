"""An independent check of a plan against the rules of science.md section 8.

It knows the rules and the words of a plan, and nothing of how a plan is made.
"""

from collections.abc import Sequence
from datetime import date

from planning.activity import Activity, Surface
from planning.athlete import Athlete
from planning.breaks import NO_BREAKS, Breaks
from planning.fitness.stated import runs_by_word
from planning.goals.goal import Goal
from planning.schedule.plan import Plan
from planning.schedule.rules import beginners, days, races, weeks
from planning.schedule.rules.case import Case, Finding

__all__ = ["Finding", "lint"]
CHECKS = (
    days.shape,
    days.weekdays,
    days.races,
    days.paces,
    days.longest,
    days.breaks,
    weeks.volume,
    weeks.ceiling,
    weeks.lighter,
    beginners.begun,
    weeks.easy_share,
    weeks.spacing,
    weeks.long_runs,
    races.taper,
    races.falling,
    races.around_races,
    races.minor_races,
    races.rest_after,
    races.even_pace,
    races.young,
)


def lint(
    plan: Plan,
    *,
    athlete: Athlete,
    goals: Sequence[Goal],
    activities: Sequence[Activity],
    today: date,
    breaks: Breaks = NO_BREAKS,
) -> tuple[Finding, ...]:
    """What is against the rules in the days from `today` on; nothing when the plan is lawful.

    The weeks that the athlete stated count as run until there is a record.
    """
    known = (*runs_by_word(athlete, activities), *activities)
    runs = [a for a in known if _counts(a) and a.day <= today]
    ran: dict[date, float] = {}
    trained: dict[date, float] = {}
    raced: dict[date, float] = {}
    for run in runs:
        distance_m = run.distance_m or 0.0
        ran[run.day] = ran.get(run.day, 0.0) + distance_m
        if run.is_race:
            raced[run.day] = raced.get(run.day, 0.0) + distance_m
        else:
            trained[run.day] = max(trained.get(run.day, 0.0), distance_m)
    stands = [goal for goal in goals if goal.retired_on is None]
    days = tuple(plan.days())
    case = Case(
        plan=plan,
        athlete=athlete,
        races=tuple(goal for goal in stands if goal.distance_m),
        ran_m=ran,
        trained_m=trained,
        raced_m=raced,
        today=today,
        days=days,
        by_day={planned.day: planned for planned in days},
        hours_asked=any(goal.hours_per_week for goal in stands),
        runs_asked=bool(athlete.runs_per_week) or any(goal.runs_per_week for goal in stands),
        breaks=breaks,
    )
    found = [finding for check in CHECKS for finding in check(case)]
    return tuple(sorted(found, key=lambda finding: (finding.day, finding.rule, finding.sentence)))


def _counts(activity: Activity) -> bool:
    off_road = activity.surface in {Surface.TREADMILL, Surface.TRAIL}
    return activity.is_run and bool(activity.distance_m) and (activity.usable or off_road)
