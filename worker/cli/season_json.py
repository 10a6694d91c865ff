"""Seasons, ways, prices, paths and proposals as JSON: seconds, metres, ISO days."""

from typing import Any

from planning.fitness.prediction import Prediction
from planning.goals.conflicts import Conflict
from planning.goals.goal import Goal
from planning.goals.path import Path, Stage
from planning.goals.prices import Price
from planning.goals.proposals import Evolution
from planning.goals.season import SeasonWeek
from planning.goals.ways import RacePrice, WaysOut
from planning.schedule.menu import focus_of


def week_json(week: SeasonWeek) -> dict[str, Any]:
    return {
        "first_day": week.first_day.isoformat(),
        "phase": week.phase.value,
        "focus": focus_of(week),
        "goal": week.goal.id,
        "off_season": week.off,
        "races": [race.id for race in week.races],
    }


def conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "first": conflict.first.id,
        "second": conflict.second.id,
        "clash": conflict.clash.value,
        "days_apart": conflict.days_apart,
        "days_needed": conflict.days_needed,
        "ground": conflict.ground,
        "sentence": conflict.sentence,
    }


def ways_json(told: WaysOut) -> dict[str, Any]:
    return {
        "conflict": conflict_json(told.conflict),
        "as_it_stands": [price_json(price) for price in told.today],
        "ways": [
            {
                "kind": way.kind.value,
                "sentence": way.sentence,
                "changed": [goal_json(goal) for goal in way.changed],
                "prices": [price_json(price) for price in way.prices],
            }
            for way in told.ways
        ],
        "advice": told.advice,
    }


def price_json(price: Price) -> dict[str, Any]:
    """`seconds` and `probability_lost` against the season without the other goal or race."""
    return {
        "goal": price.goal.id,
        "day": price.goal.day.isoformat(),
        "priority": price.goal.priority.value,
        **_times(price.after.expected),
        "probability": price.after.probability,
        "seconds": price.seconds,
        "probability_lost": price.probability,
        "days_moved": price.days_moved,
        "quiet_days": price.quiet_days,
        "longest_m": price.after.longest_m,
        "weekly_m": price.after.weekly_m,
        "judged": list(price.judged),
    }


def race_price_json(told: RacePrice) -> dict[str, Any]:
    return {
        "race": told.race.id,
        "training_m": told.training_m,
        "hard_sessions": told.hard_sessions,
        **price_json(told.price),
    }


def path_json(path: Path) -> dict[str, Any]:
    return {
        "stages": [_stage_json(stage) for stage in path.stages],
        "years": path.years,
        "gain_percent": path.gain_percent,
        "gained_by": path.rate,
        "earliest": path.earliest.isoformat() if path.earliest else None,
    }


def evolution_json(found: Evolution) -> dict[str, Any]:
    return {
        "goal": found.ended.goal.id,
        "end": found.ended.end.value,
        "on": found.ended.on.isoformat(),
        "time_s": found.ended.result.time_s if found.ended.result else None,
        "learned": list(found.ended.learned),
        "proposals": [
            {
                **goal_json(proposal.goal),
                "why": proposal.why,
                **_times(proposal.expected),
                "probability": proposal.probability,
            }
            for proposal in found.proposals
        ],
    }


def goal_json(goal: Goal) -> dict[str, Any]:
    return {
        "id": goal.id,
        "kind": goal.kind.value,
        "priority": goal.priority.value,
        "day": goal.day.isoformat(),
        "distance_m": goal.distance_m,
        "target_s": goal.target_s,
        "runs_per_week": goal.runs_per_week,
        "qualifier": goal.qualifier,
    }


def _stage_json(stage: Stage) -> dict[str, Any]:
    return {
        **goal_json(stage.goal),
        "first": stage.is_first,
        **_times(stage.expected),
        "probability": stage.probability,
        "milestone_s": stage.milestone_s,
        "latest_s": stage.latest_s,
    }


def _times(expected: Prediction | None) -> dict[str, float | None]:
    return {
        "median_s": expected.median_s if expected else None,
        "p10_s": expected.quantile_s(0.1) if expected else None,
        "p90_s": expected.quantile_s(0.9) if expected else None,
    }
