"""Outcomes as the contract's JSON, and as lines a runner reads."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, tzinfo
from typing import Any

from planning.fitness.prediction import Prediction
from planning.goals.goal import TEN_K_M, Goal
from planning.goals.influences import told_of
from planning.goals.needs import Need
from planning.goals.smart import Check
from planning.goals.trajectory import GoalForecast
from planning.goals.wording import chance
from planning.replan import Outcome
from planning.schedule.judging import Judgement
from planning.schedule.plan import DayStatus, Plan, PlanDay, PlanWeek
from planning.units import format_distance, format_duration, name_of_distance
from planning.workout import steps_as_json
from worker.cli.reviewing import in_words

MARKS = {
    DayStatus.PLANNED: " ",
    DayStatus.DONE: "✓",
    DayStatus.PARTLY: "~",
    DayStatus.MISSED: "✗",
    DayStatus.UNKNOWN: "?",
    DayStatus.SKIPPED: "-",
    DayStatus.MOVED: "→",
    DayStatus.BREAK: "·",
}


def forecast_json(outcome: Outcome, goals: Sequence[Goal]) -> dict[str, Any]:
    """The shape of `forecast --json`."""
    by_id = {forecast.goal_id: forecast for forecast in outcome.forecasts}
    ten_k = _ten_k(outcome)
    return {
        "as_of": outcome.day.isoformat(),
        "ability": {
            "ten_k_median_s": ten_k and ten_k.median_s,
            "sd_ln": ten_k and ten_k.sd_ln,
        },
        "distances": distances_json(outcome),
        "goals": [_goal_json(goal, by_id[goal.id]) for goal in goals if goal.id in by_id],
    }


def distances_json(outcome: Outcome) -> list[dict[str, Any]]:
    """Finish times today, the fast end first."""
    return [
        {
            "distance_m": shown.distance_m,
            "median_s": shown.median_s,
            "p10_s": shown.p10_s,
            "p90_s": shown.p90_s,
        }
        for shown in outcome.distances
    ]


def need_json(need: Need) -> dict[str, Any]:
    """One thing that must happen before a goal's day."""
    return {
        "what": need.what,
        "by_day": need.by_day.isoformat(),
        "value": need.value,
        "unit": need.unit,
        "met": need.met,
    }


def _goal_json(goal: Goal, forecast: GoalForecast) -> dict[str, Any]:
    versions = {
        "stretch_s": forecast.stretch_s,
        "realistic_s": forecast.realistic_s,
        "conservative_s": forecast.conservative_s,
    }
    return {
        "id": goal.id,
        "kind": goal.kind.value,
        "priority": goal.priority.value,
        "distance_m": goal.distance_m,
        "day": goal.day.isoformat(),
        "target_s": goal.target_s,
        "status": forecast.status,
        "median_s": forecast.median_s,
        "p10_s": forecast.p10_s,
        "p90_s": forecast.p90_s,
        "probability": forecast.probability,
        "verdict": forecast.verdict,
        "versions": None if all(v is None for v in versions.values()) else versions,
        "needs": [need_json(need) for need in forecast.needs],
        "message": forecast.message,
    }


def plan_json(plan: Plan, zone: tzinfo) -> dict[str, Any]:
    """The shape of `plan show --json`. A plan is made for a day: its instant is the day's begin."""
    made_at = datetime.combine(plan.made_on, time.min, zone).astimezone(UTC)
    return {
        "version": plan.version,
        "made_at": made_at.isoformat().replace("+00:00", "Z"),
        "weeks": [_week_json(week) for week in plan.weeks],
    }


def _week_json(week: PlanWeek) -> dict[str, Any]:
    return {
        "first_day": week.first_day.isoformat(),
        "phase": week.phase.value,
        "focus": week.focus,
        "volume_m": week.volume_m,
        "load": week.load_min,
        "days": [day_json(planned) for planned in week.days],
    }


def day_json(planned: PlanDay) -> dict[str, Any]:
    """One day of a plan, as `plan show --json` has it."""
    entry = planned.workout
    return {
        "day": planned.day.isoformat(),
        "status": planned.status.value,
        "workout": None
        if entry is None
        else {
            "ident": entry.ident,
            "kind": entry.workout.kind.value,
            "name": entry.workout.name,
            "purpose": entry.workout.purpose,
            "distance_m": entry.workout.distance_m,
            "duration_s": entry.workout.duration_s,
            "load": entry.workout.load_min,
            "steps": steps_as_json(entry.workout.steps),
        },
        "why": list(planned.why),
    }


def goal_lines(outcome: Outcome, goal: Goal) -> list[str]:
    """Where one goal stands, in plain words."""
    forecast = next((f for f in outcome.forecasts if f.goal_id == goal.id), None)
    if forecast is None:
        return ["  It is not forecast any more."]
    lines = [f"  {forecast.message}"]
    if forecast.probability is not None:
        status = f"Status: {forecast.status.replace('_', ' ')}."
        # Of finishing the message tells it in words (rule C-1).
        told = "" if goal.is_to_finish else f"Chance: {chance(forecast.probability)}. "
        lines.append(f"  {told}{status}")
    if forecast.stretch_s and forecast.realistic_s and forecast.conservative_s:
        lines.append(
            f"  Stretch {format_duration(forecast.stretch_s)}, "
            f"realistic {format_duration(forecast.realistic_s)}, "
            f"conservative {format_duration(forecast.conservative_s)}."
        )
    for need in forecast.needs:
        mark = "✓" if need.met else "·"
        when = "by" if need.met or need.by_day >= outcome.day else "was due by"
        lines.append(f"  {mark} {need.what}: {_amount(need)} {when} {need.by_day}")
    return lines


CHECKED = {True: "yes", False: "no", None: "open"}


def check_lines(checks: Sequence[Check]) -> list[str]:
    """The goal held against the five questions, with what is missing below each."""
    lines = []
    for one in checks:
        lines.append(f"  {one.name}: {CHECKED[one.met]}. {one.says}")
        lines.extend(f"    + {missing}" for missing in one.missing)
    return lines


def checks_json(checks: Sequence[Check]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name.lower(),
            "met": one.met,
            "says": one.says,
            "missing": list(one.missing),
        }
        for one in checks
    ]


def _amount(need: Need) -> str:
    """Metres as people say them."""
    match need.unit:
        case "m":
            return format_distance(need.value)
        case "m/week":
            return f"{format_distance(need.value)} a week"
        case unit:
            return f"{need.value:g} {unit}"


def distance_lines(outcome: Outcome) -> list[str]:
    """Finish times today, with the range that holds eight times out of ten."""
    lines = []
    for shown in outcome.distances:
        name = name_of_distance(shown.distance_m)
        if shown.median_s is None or shown.p10_s is None or shown.p90_s is None:
            lines.append(f"{name:>14}  not yet")
            continue
        lines.append(
            f"{name:>14}  {format_duration(shown.median_s):>8}   "
            f"({format_duration(shown.p10_s)} to {format_duration(shown.p90_s)})"
        )
    ten_k = _ten_k(outcome)
    told = told_of(outcome.effects, ten_k.under(outcome.effects)) if ten_k else ""
    return [*lines, f"  At 10 km {told[0].lower()}{told[1:]}"] if told else lines


def _ten_k(outcome: Outcome) -> Prediction | None:
    """Training as usual, as `ability` has it: what a break costs comes on top."""
    able = outcome.ability
    if able.ln_speed is None or able.sd_ln is None:
        return None
    return Prediction(TEN_K_M, TEN_K_M / math.exp(able.ln_speed), able.sd_ln)


def week_lines(week: PlanWeek, how: Mapping[str, Judgement]) -> list[str]:
    """The week and its days; `how` sessions were run, by ident."""
    head = (
        f"{week.first_day}  {week.phase.value:8}  {format_distance(week.volume_m):>7}  {week.focus}"
    )
    return [head, *(f"    {_with_how(planned, how)}" for planned in week.days)]


def day_line(planned: PlanDay) -> str:
    name = planned.day.strftime("%a %d %b")
    if planned.workout is None:
        words = "rest" if planned.status is DayStatus.PLANNED else planned.status.value
        return f"{MARKS[planned.status]} {name}  {words}"
    workout = planned.workout.workout
    size = f"{format_distance(workout.distance_m)}, about {format_duration(workout.duration_s)}"
    return f"{MARKS[planned.status]} {name}  {workout.kind.value:10} {workout.name} ({size})"


def _with_how(planned: PlanDay, how: Mapping[str, Judgement]) -> str:
    judgement = how.get(planned.workout.ident) if planned.workout else None
    return f"{day_line(planned)}{f'  {in_words(judgement)}' if judgement else ''}"
