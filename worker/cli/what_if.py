"""`goalward plan what-if`: plan and forecast as they would be, beside today's. Writes nothing."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session
from worker.cli.words import goal_named

if TYPE_CHECKING:
    from planning.athlete import Athlete
    from planning.goals.goal import Goal
    from planning.goals.trajectory import GoalForecast
    from planning.replan import Outcome, State
    from planning.schedule.plan import PlanWeek

SHOWN_AS = "DISTANCE@DAY[=TIME][/PRIORITY]"
EVERY_WEEK = 10_000
WIDTH = 42  # of a week in words, with a race in it


@dataclass(frozen=True, slots=True)
class Changes:
    """What was given on the command line."""

    moved: tuple[str, ...]  # ID=DAY
    added: tuple[str, ...]  # DISTANCE@DAY[=TIME][/PRIORITY]
    without: tuple[str, ...]  # weekdays
    hours: float | None


def add_to(plan_commands: typer.Typer) -> None:
    plan_commands.command("what-if")(what_if)


def what_if(
    move_goal: Annotated[
        list[str] | None, typer.Option(metavar="ID=DAY", help="A goal on another day.")
    ] = None,
    add_goal: Annotated[
        list[str] | None,
        typer.Option(metavar=SHOWN_AS, help="One more goal, such as half@2027-04-11=1:45:00/B."),
    ] = None,
    drop_day: Annotated[
        list[str] | None, typer.Option(metavar="WEEKDAY", help="No running on that weekday.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0, max=30, help="Hours a week at most; 0: no limit.")
    ] = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Move a goal, add one, drop a day, have more or less time: plan and forecast beside today's.

    Nothing is written: `goal change`, `goal add` and `athlete set` make it so.
    """
    from worker.actors import known_as_of
    from worker.cli.failing import UsedWrongly

    changes = Changes(tuple(move_goal or ()), tuple(add_goal or ()), tuple(drop_day or ()), hours)
    if changes == Changes((), (), (), None):
        raise UsedWrongly("what if what? Give --move-goal, --add-goal, --drop-day or --hours")
    with session(athlete) as at_work:
        state, today = known_as_of(at_work.runtime, at_work.athlete_id)
        other = _changed(state, changes, at_work)
        now, then = _outcome(state, today), _outcome(other, today)
        if json:
            print_json({"today": _told(now, state), "then": _told(then, other)})
            return
        for line in (*_goal_lines(now, then, other), "", *_week_lines(now, then)):
            typer.echo(line)
        typer.echo("\nNothing was written.")


def _outcome(state: "State", today: date) -> "Outcome":
    """Forecasts as `status` has them, made with days for the coming weeks only, and beside them
    the plan with days for every week.
    """
    from planning.replan import replan

    plan = replan(state, today, laid_out_weeks=EVERY_WEEK).plan
    return replace(replan(state, today), plan=plan)


def _changed(state: "State", changes: Changes, at_work: Session) -> "State":
    from worker.cli.stating import Words, changed, goal_of

    profile = _profile(state.athlete, changes)
    goals = {goal.id: goal for goal in state.goals}
    for words in changes.moved:
        known, day = _parts(words, "=", "--move-goal is ID=DAY, such as a1b2c3=2027-04-11")
        before = goal_named(known, goals.values())
        moved = changed(before, Words(day=day), profile=profile)
        goals[known] = _possible(moved, profile, at_work.today, before=before)
    for words in changes.added:
        distance, when = _parts(words, "@", f"--add-goal is {SHOWN_AS}")
        when, _, priority = when.partition("/")
        day, _, time = when.partition("=")
        stated = Words(day=day, distance=distance, time=time or None, priority=priority or None)
        goal = goal_of(stated, athlete_id=at_work.athlete_id, profile=profile, today=at_work.today)
        goals[goal.id] = _possible(goal, profile, at_work.today)
    return replace(state, athlete=profile, goals=tuple(goals.values()))


def _profile(profile: "Athlete", changes: Changes) -> "Athlete":
    from worker.cli.athletes import WEEKDAYS
    from worker.cli.failing import UsedWrongly

    gone = {words.strip().lower()[:3] for words in changes.without}
    if unknown := gone - set(WEEKDAYS):
        raise UsedWrongly(f"{', '.join(sorted(unknown))} is no weekday; use {', '.join(WEEKDAYS)}")
    left = profile.run_weekdays - {WEEKDAYS.index(name) for name in gone}
    if not left:
        raise UsedWrongly("no day would be left to run on")
    long_weekday = profile.long_run_weekday if profile.long_run_weekday in left else max(left)
    hours = profile.hours_per_week if changes.hours is None else changes.hours
    return replace(profile, run_weekdays=left, long_run_weekday=long_weekday, hours_per_week=hours)


def _parts(words: str, sign: str, form: str) -> tuple[str, str]:
    from worker.cli.failing import UsedWrongly

    first, found, second = words.partition(sign)
    if not found or not first or not second:
        raise UsedWrongly(form)
    return first, second


def _possible(
    goal: "Goal", profile: "Athlete", today: date, *, before: "Goal | None" = None
) -> "Goal":
    """As `goal add` and `goal change` would take it; what is merely odd the forecast shows."""
    from worker.cli.stating import check

    check(goal, profile=profile, today=today, before=before)
    return goal


def _told(outcome: "Outcome", state: "State") -> dict[str, Any]:
    from worker.cli.showing import forecast_json, plan_json

    plan = plan_json(outcome.plan, state.athlete.zone) if outcome.plan else None
    return {"goals": forecast_json(outcome, list(state.goals))["goals"], "plan": plan}


def _goal_lines(now: "Outcome", then: "Outcome", other: "State") -> list[str]:
    from worker.cli.goals import describe

    before = {forecast.goal_id: forecast for forecast in now.forecasts}
    after = {forecast.goal_id: forecast for forecast in then.forecasts}
    lines = []
    for goal in sorted(other.goals, key=lambda goal: (goal.day, goal.id)):
        if goal.id in after:
            lines.append(f"{goal.day}  {goal.priority}  {describe(goal)}")
            lines.append(f"    today  {_forecast(before.get(goal.id), goal)}")
            lines.append(f"    then   {_forecast(after[goal.id], goal)}")
    return lines


def _forecast(forecast: "GoalForecast | None", goal: "Goal") -> str:
    from planning.goals.completion import likelihood
    from planning.units import format_duration

    if forecast is None:
        return "not a goal"
    if forecast.median_s is None or forecast.p10_s is None or forecast.p90_s is None:
        return forecast.message
    chance = forecast.probability
    likely = "" if chance is None else f", {likelihood(goal, chance)}"
    low, high = format_duration(forecast.p10_s), format_duration(forecast.p90_s)
    return f"{format_duration(forecast.median_s)} ({low} to {high}){likely}"


def _week_lines(now: "Outcome", then: "Outcome") -> list[str]:
    """Each week's phase, distance, longest run and hard sessions, today's plan and the other."""
    weeks = [
        {week.first_day: week for week in outcome.plan.weeks} if outcome.plan else {}
        for outcome in (now, then)
    ]
    lines = [f"{'week':10}  {'today':{WIDTH}}  then"]
    for monday in sorted(weeks[0].keys() | weeks[1].keys()):
        both = [_week(week.get(monday)) for week in weeks]
        same = "the same" if both[0] == both[1] else both[1]
        lines.append(f"{monday}  {both[0]:{WIDTH}}  {same}")
    return lines


def _week(week: "PlanWeek | None") -> str:
    from planning.schedule.effort import hard
    from planning.workout import Kind

    if week is None:
        return "-"
    workouts = [day.workout.workout for day in week.days if day.workout]
    training = [workout for workout in workouts if workout.kind is not Kind.RACE]
    longest_km = max((workout.distance_m for workout in training), default=0.0) / 1000
    sessions = sum(hard(workout) for workout in training)
    race = ", race" if len(training) < len(workouts) else ""
    return (
        f"{week.phase.value:8} {week.volume_m / 1000:3.0f} km, longest {longest_km:.0f}, "
        f"{sessions} hard{race}"
    )
