"""`goalward goal assess`: is it achievable, in which versions, and what must happen?"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from worker.cli.session import Session

if TYPE_CHECKING:
    from planning.goals.assessment import Assessment
    from planning.goals.deciding import Indicator
    from planning.goals.goal import Goal


def assessment_of(at_work: Session, goal: "Goal") -> "Assessment":
    """As of today, or of what was known then."""
    from planning.replan import assessed
    from worker import store
    from worker.db import reading

    outcome = at_work.outcome()
    with reading(at_work.runtime.engine) as conn:
        state = store.load_state(conn, at_work.athlete_id, closing=None, until=at_work.until)
    said = next((told for told in outcome.forecasts if told.goal_id == goal.id), None)
    return assessed(state, goal, today=outcome.day, plan=outcome.plan, said=said)


def show(told: "Assessment") -> None:
    """Lines to read."""
    from planning.goals.judging import assessment_lines

    for line in assessment_lines(told):
        typer.echo(f"  {line}")


def as_json(told: "Assessment") -> dict[str, Any]:
    """What `goal assess --json` adds to the goal's forecast."""
    from planning.goals.completion import in_words, range_of
    from planning.goals.judging import assessment_lines
    from worker.cli.showing import need_json

    probability = told.forecast.probability
    return {
        "required": None
        if told.required is None
        else {
            **asdict(told.required),
            "gain_percent": told.required.gain_percent,
            "percent_a_week": told.required.percent_a_week,
            "ten_k_needed_s": told.required.ten_k_needed_s,
            "base_rate": told.required.gained_by,
        },
        "judged": None
        if probability is None or not told.goal.is_to_finish
        else {"words": in_words(probability), "range": list(range_of(probability))},
        "steps": [need_json(step) for step in told.steps],
        "key_sessions": list(told.key_sessions),
        "decide": None
        if told.decision is None
        else {
            "by_day": told.decision.day.isoformat(),
            "shapes_training": told.decision.shapes_training,
            "tests": [_test(test) for test in told.decision.tests],
        },
        "offers": [
            {
                "what": offer.kind.value,
                "day": offer.goal.day.isoformat(),
                "distance_m": offer.goal.distance_m,
                "target_s": offer.goal.target_s,
                "runs_per_week": offer.goal.runs_per_week,
                "hours_per_week": offer.goal.hours_per_week,
                "probability": offer.probability,
            }
            for offer in told.offers
        ],
        "habit": None if told.habit is None else asdict(told.habit),
        "lines": list(assessment_lines(told)),
    }


def _test(test: "Indicator") -> dict[str, Any]:
    return {
        "kind": "time trial" if test.is_trial else "race",
        "id": test.race.id or None,
        "day": test.race.day.isoformat(),
        "distance_m": test.race.distance_m,
        "median_s": test.expected.median_s,
        "sd_ln_without": test.sd_without,
        "sd_ln_after": test.sd_ln,
        "even_at_s": test.even_s,
        "doubtful_at_s": test.doubtful_s,
    }
