"""`goalward plan ...`: what is planned, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli import library, what_if
from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import parsed_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planning.replan import Outcome
    from planning.schedule.plan import Change, Layer, Plan, PlanDay
    from planning.workout import PlannedWorkout

plan_commands = typer.Typer(no_args_is_help=True, help="What is planned, and why.")
ERASED = "why is not kept: what led to it has been erased"
IdentArgument = Annotated[str, typer.Argument(help="The day (YYYY-MM-DD) or the session's ident.")]


def add_to(app: typer.Typer) -> None:
    library.add_to(plan_commands)
    what_if.add_to(plan_commands)
    app.add_typer(plan_commands, name="plan")


@plan_commands.command("show")
def show(
    all_: Annotated[bool, typer.Option("--all", help="Every day to the last goal.")] = False,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """The coming weeks, day by day for four of them."""
    from worker.cli.showing import plan_json, week_lines

    with session(athlete, known_at=known_at) as at_work:
        plan = _laid_out(at_work) if all_ else _plan(at_work)
        if json:
            print_json(plan_json(plan, at_work.zone))
            return
        for week in plan.weeks:
            if week.days:
                for line in week_lines(week):
                    typer.echo(line)
        rest = sum(not week.days for week in plan.weeks)
        if rest:
            typer.echo(f"... and {rest} more weeks: `goalward plan show --all`")


@plan_commands.command("why")
def why(
    ident: IdentArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """What one day is for, which rules shaped it, and what changed it."""
    with session(athlete, known_at=known_at) as at_work:
        outcome = at_work.outcome()
        day = _find(_plan_in(outcome), ident)
        changed = [change for change in _changes(at_work, outcome) if change.day == day.day]
        if json:
            print_json(_why_json(day, changed))
            return
        for line in _why_lines(day, changed):
            typer.echo(line)


@plan_commands.command("changes")
def changes(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """Every change of the plan with its reason, the newest first."""
    from worker.stored import to_body

    with session(athlete, known_at=known_at) as at_work:
        known = _changes(at_work, at_work.outcome())
        if json:
            print_json([to_body(change) for change in known])
            return
        for change in known:
            typer.echo(f"{change.day}  {change.sentence or ERASED}")
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
        plan = _plan(at_work)
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


@plan_commands.command("skip")
def skip(ident: IdentArgument, athlete: AthleteOption = None) -> None:
    """Leave one session out. It is not made up; `plan undo` brings it back."""
    from planning.schedule.plan import Layer, LayerKind

    with session(athlete) as at_work:
        planned = _session_of(at_work, ident)
        _by_hand(at_work, Layer(LayerKind.SKIP, planned.ident, None, "by you", planned.day))
        typer.echo("Skipped. Nothing is piled on the days after.")


@plan_commands.command("move")
def move(
    ident: IdentArgument,
    to: Annotated[str, typer.Argument(help="The day it moves to, as YYYY-MM-DD.")],
    athlete: AthleteOption = None,
) -> None:
    """Move one session to another day; `plan undo` moves it back."""
    from planning.schedule.plan import Layer, LayerKind
    from worker.cli.failing import UsedWrongly
    from worker.hand import tried

    with session(athlete) as at_work:
        planned, day = _session_of(at_work, ident), parsed_day(to)
        if min(planned.day, day) < at_work.today:
            raise UsedWrongly(f"{min(planned.day, day)} is over; only days to come can be changed")
        _find(_plan(at_work), to)
        moved = Layer(LayerKind.MOVE, planned.ident, day, "by you")
        would_be = tried(at_work.runtime, at_work.athlete_id, moved).plan
        there = would_be.on(day) if would_be else None
        if there is None or there.workout is None or there.workout.ident != planned.ident:
            holds = there.workout.workout.name if there and there.workout else "something"
            raise UsedWrongly(f"{to} holds {holds}; skip or move that first, or choose another day")
        _by_hand(at_work, moved)
        typer.echo(f"Moved to {to}.")


@plan_commands.command("undo")
def undo(ident: IdentArgument, athlete: AthleteOption = None) -> None:
    """Take back what was skipped, moved or edited, here or on the calendar."""
    from worker.db import writing
    from worker.hand import undone

    with session(athlete) as at_work:
        touched = _touched(at_work, ident)
        with writing(at_work.runtime.engine) as conn:
            undone(at_work.runtime, conn, at_work.athlete_id, touched)
        at_work.finish()
        typer.echo("Undone.")


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
        yield f"Changed: {change.sentence or ERASED}"


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


def _plan(at_work: Session) -> "Plan":
    return _plan_in(at_work.outcome())


def _laid_out(at_work: Session) -> "Plan":
    """The same plan with the days of every week, as they would be if all goes as planned."""
    from dataclasses import replace

    from planning.replan import replan
    from worker.actors import known_as_of

    plan = _plan(at_work)
    state, today = known_as_of(at_work.runtime, at_work.athlete_id, at_work.until)
    whole = replan(state, today, laid_out_weeks=len(plan.weeks)).plan
    return replace(whole, version=plan.version) if whole else plan


def _plan_in(outcome: "Outcome") -> "Plan":
    from worker.cli.failing import Failed

    if outcome.plan is None:
        raise Failed("there is no plan yet: state a goal first, `goalward goal add --help`")
    return outcome.plan


def _find(plan: "Plan", words: str) -> "PlanDay":
    from worker.cli.failing import UsedWrongly

    for day in plan.days():
        if words in (day.day.isoformat(), day.workout and day.workout.ident):
            return day
    raise UsedWrongly(f"{words!r} is neither a day that is laid out nor a session's ident")


def _session_of(at_work: Session, words: str) -> "PlannedWorkout":
    from worker.cli.failing import UsedWrongly

    day = _find(_plan(at_work), words)
    if day.workout is None:
        raise UsedWrongly(f"nothing is planned on {day.day}")
    return day.workout


def _touched(at_work: Session, words: str) -> str:
    """The ident of a session that a hand has changed, by it or by a day it stands or stood on."""
    from worker import store, tables
    from worker.cli.failing import UsedWrongly
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        layers = store.facts(conn, tables.layer, athlete_id=at_work.athlete_id)
        touched = {body["ident"] for _, body in layers}
    if words in touched:
        return words
    day = _find(_plan(at_work), words)
    for workout in (day.set_aside, day.workout):
        if workout and workout.ident in touched:
            return workout.ident
    raise UsedWrongly(f"nothing was skipped, moved or edited on {day.day}")


def _by_hand(at_work: Session, layer: "Layer") -> None:
    from worker.db import writing
    from worker.hand import by_command

    with writing(at_work.runtime.engine) as conn:
        by_command(at_work.runtime, conn, at_work.athlete_id, layer)
    at_work.finish()


def _changes(at_work: Session, outcome: "Outcome") -> "list[Change]":
    from worker.db import reading
    from worker.outcomes import changes_of

    with reading(at_work.runtime.engine) as conn:
        return changes_of(conn, at_work.athlete_id, outcome, until=at_work.until)
