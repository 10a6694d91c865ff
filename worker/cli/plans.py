"""`goalward plan ...`: what is planned, and why."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import by_hand, library, proposals, what_if
from worker.cli.planned import ERASED, DayArgument, changes_in, find, plan_in, plan_of
from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planning.schedule.plan import Change, Plan, PlanDay

plan_commands = typer.Typer(no_args_is_help=True, help="What is planned, and why.")


def add_to(app: typer.Typer) -> None:
    library.add_to(plan_commands)
    what_if.add_to(plan_commands)
    by_hand.add_to(plan_commands)
    proposals.add_to(plan_commands)
    app.add_typer(plan_commands, name="plan")


@plan_commands.command("show")
def show(
    all_: Annotated[bool, typer.Option("--all", help="Every day to the last goal.")] = False,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """The coming weeks, day by day for four of them; what was run, beside how."""
    from worker.cli.reviewing import judgements
    from worker.cli.showing import plan_json, week_lines

    with session(athlete, known_at=known_at) as at_work:
        plan = _laid_out(at_work) if all_ else plan_of(at_work)
        if json:
            print_json(plan_json(plan, at_work.zone))
            return
        how = judgements(at_work, plan)
        for week in plan.weeks:
            if week.days:
                for line in week_lines(week, how):
                    typer.echo(line)
        for held in plan.held:
            typer.echo(f"Waiting ({held.rule}): {held.cost} `goalward plan proposals`")
        rest = sum(not week.days for week in plan.weeks)
        if rest:
            typer.echo(f"... and {rest} more weeks: `goalward plan show --all`")


@plan_commands.command("why")
def why(
    ident: DayArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """What one day is for, which rules shaped it, and what changed it."""
    with session(athlete, known_at=known_at) as at_work:
        outcome = at_work.outcome()
        day = find(plan_in(outcome), ident)
        changed = [change for change in changes_in(at_work, outcome) if change.day == day.day]
        if json:
            print_json(_why_json(day, changed))
            return
        for line in _why_lines(day, changed):
            typer.echo(line)


@plan_commands.command("changes")
def changes(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """Every change of the plan with its reason, the newest first.

    The id before it is that of all days which one fact and one rule changed on one evening:
    `goalward plan undo ID` takes them back, `goalward plan why DAY` tells the whole receipt.
    """
    from worker.stored import to_body

    with session(athlete, known_at=known_at) as at_work:
        known = changes_in(at_work, at_work.outcome())
        if json:
            print_json([{"id": change.change_id, **to_body(change)} for change in known])
            return
        for change in known:
            typer.echo(f"{change.change_id}  {change.day}  {change.sentence or ERASED}")
        if not known:
            typer.echo("The plan has not been changed yet.")


@plan_commands.command("lint")
def lint_(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """Check the plan against the rules, independently of how it was made."""
    from planning.schedule.lint import lint
    from worker import store
    from worker.db import reading

    with session(athlete, known_at=known_at) as at_work:
        plan = plan_of(at_work)
        with reading(at_work.runtime.engine) as conn:
            found = lint(
                plan,
                athlete=store.profile_of(conn, at_work.athlete_id, until=at_work.until),
                goals=store.goals(conn, at_work.athlete_id, until=at_work.until),
                activities=store.activities(conn, at_work.athlete_id, until=at_work.until),
                today=at_work.today,
                breaks=store.breaks(conn, at_work.athlete_id, until=at_work.until),
            )
        if json:
            print_json(
                [{"rule": f.rule, "day": f.day.isoformat(), "sentence": f.sentence} for f in found]
            )
        else:
            for finding in found:
                typer.echo(f"{finding.day}  {finding.rule}  {finding.sentence}")
            typer.echo(f"{len(found)} findings.")
    if found:
        raise typer.Exit(1)


def _why_lines(day: "PlanDay", changed: "Sequence[Change]") -> "Iterator[str]":
    rules = f"Rules: {', '.join(day.why) or 'none in particular'}"
    if day.workout is None:
        yield f"{day.day}: no run. {rules}"
    else:
        workout = day.workout.workout
        yield f"{day.day}: {workout.name}. {workout.purpose}"
        if day.workout.note:
            yield day.workout.note
        yield from _kind_lines(workout.session)
        yield rules
    for change in changed:
        yield from _receipt_lines(change)


def _receipt_lines(change: "Change") -> "Iterator[str]":
    """The sentence, then in full: the estimate, the rule with its evidence, what it was and is."""
    from planning.goals.goal import TEN_K_M
    from planning.schedule.evidence import RULES
    from planning.schedule.receipt import in_full
    from planning.units import format_duration

    on = f"Changed on {change.made_on}" if change.made_on else "Changed"
    yield f"{on}: {change.sentence or ERASED}"
    if change.ability_before is not None and change.ability_after is not None:
        was, now = (
            format_duration(TEN_K_M / math.exp(ability))
            for ability in (change.ability_before, change.ability_after)
        )
        yield f"  Estimate over a flat 10 km: {was}, then {now}."
    if change.rule in RULES:
        yield f"  Rule {change.rule}: {RULES[change.rule].in_words()}"
    if change.sentence:
        yield f"  Was: {in_full(change.workout_before)}"
        yield f"  Is: {in_full(change.workout_after)}"
        yield f"  Take it back: `goalward plan undo {change.change_id}`"


def _why_json(day: "PlanDay", changed: "Sequence[Change]") -> dict[str, Any]:
    """The day as in `plan show --json`, with its note, its kind of session and its changes."""
    from planning.schedule.library import session_of
    from worker.cli.showing import day_json
    from worker.stored import to_body

    kind = session_of(day.workout.workout.session) if day.workout else None
    return {
        **day_json(day),
        "note": day.workout.note if day.workout else None,
        "session": library.session_json(kind) if kind else None,
        "changes": [to_body(change) for change in changed],
    }


def _kind_lines(session_id: str) -> list[str]:
    """How this kind of session grows, and on what evidence; nothing for one without an id."""
    from planning.schedule.library import session_of

    kind = session_of(session_id)
    if kind is None:
        return []
    grows = [f"Grows: {kind.progression}."] if kind.progression else []
    return [*grows, f"From: {kind.source}. Evidence {kind.evidence.value}."]


def _laid_out(at_work: Session) -> "Plan":
    """The same plan with the days of every week, as they would be if all goes as planned."""
    from dataclasses import replace

    from planning.replan import replan
    from worker.actors import known_as_of

    plan = plan_of(at_work)
    state, today = known_as_of(at_work.runtime, at_work.athlete_id, at_work.until)
    whole = replan(state, today, laid_out_weeks=len(plan.weeks)).plan
    return replace(whole, version=plan.version) if whole else plan
