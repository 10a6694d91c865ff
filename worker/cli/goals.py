"""`goalward goal ...`: what is wanted, stated once."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.goal_options import (
    BufferOption,
    ClimbOption,
    CutOffOption,
    FromOption,
    GoalArgument,
    HoursOption,
    NameOption,
    PriorityOption,
    ReasonOption,
    RunsOption,
    TempOption,
    TimeOption,
    UntilOption,
)
from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import goal_named

if TYPE_CHECKING:
    from planning.athlete import Athlete
    from planning.goals.goal import Goal
    from planning.goals.smart import Check

goal_commands = typer.Typer(
    no_args_is_help=True,
    help="State, change and judge goals. A plan follows from them at once.",
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(goal_commands, name="goal")


@goal_commands.command("add")
def add(  # noqa: PLR0917  # options, given by name
    day: Annotated[str | None, typer.Option("--day", help="The race day, as YYYY-MM-DD.")] = None,
    distance: Annotated[
        str | None,
        typer.Option(help="5k, 10k, half, marathon, 50k, 100k, or metres.  [default: marathon]"),
    ] = None,
    time: TimeOption = None,
    priority: PriorityOption = "A",
    kind: Annotated[
        str | None,
        typer.Option(help="time, completion or health; follows from --time if left out."),
    ] = None,
    climb: ClimbOption = None,
    cut_off: CutOffOption = None,
    temp: TempOption = None,
    name: NameOption = None,
    reason: ReasonOption = None,
    qualifier: Annotated[
        str | None,
        typer.Option(help="boston: the time that its standard asks of you, by sex and age."),
    ] = None,
    buffer: BufferOption = None,
    from_day: FromOption = None,
    until: UntilOption = None,
    runs_per_week: RunsOption = None,
    hours_per_week: HoursOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """State a goal; it is judged at once, and the plan is made."""
    from worker.cli.stating import Words, check, goal_of

    words = Words(
        day=day,
        distance=distance,
        time=time,
        kind=kind,
        priority=priority,
        climb=climb,
        cut_off=cut_off,
        temp=temp,
        name=name,
        reason=reason,
        qualifier=qualifier,
        buffer=buffer,
        from_day=from_day,
        until=until,
        runs_per_week=runs_per_week,
        hours_per_week=hours_per_week,
    )
    with session(athlete) as at_work:
        profile = _profile(at_work)
        goal = goal_of(words, athlete_id=at_work.athlete_id, profile=profile, today=at_work.today)
        _note(check(goal, profile=profile, today=at_work.today))
        _state(at_work, goal)
        _report(at_work, goal, as_json=json)


@goal_commands.command("change")
def change(  # noqa: PLR0917  # options, given by name
    goal_id: GoalArgument,
    day: Annotated[str | None, typer.Option("--day", help="The new day.")] = None,
    distance: Annotated[
        str | None, typer.Option(help="Another distance; with --time where a time is wanted.")
    ] = None,
    time: TimeOption = None,
    priority: PriorityOption = None,
    climb: ClimbOption = None,
    cut_off: CutOffOption = None,
    temp: TempOption = None,
    name: NameOption = None,
    reason: ReasonOption = None,
    buffer: BufferOption = None,
    from_day: FromOption = None,
    until: UntilOption = None,
    runs_per_week: RunsOption = None,
    hours_per_week: HoursOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Change what is given, leave the rest; the plan follows."""
    from worker.cli.stating import Words, changed, check

    words = Words(
        day=day,
        distance=distance,
        time=time,
        priority=priority,
        climb=climb,
        cut_off=cut_off,
        temp=temp,
        name=name,
        reason=reason,
        buffer=buffer,
        from_day=from_day,
        until=until,
        runs_per_week=runs_per_week,
        hours_per_week=hours_per_week,
    )
    with session(athlete) as at_work:
        before, profile = _find(at_work, goal_id), _profile(at_work)
        goal = changed(before, words, profile=profile)
        doubts = check(goal, profile=profile, today=at_work.today, before=before)
        if goal.day != before.day:
            _note(doubts)
        _state(at_work, goal)
        _report(at_work, goal, as_json=json)


@goal_commands.command("retire")
def retire(goal_id: GoalArgument, athlete: AthleteOption = None) -> None:
    """Give a goal up. What was said and planned for it stays on record."""
    with session(athlete) as at_work:
        goal = _find(at_work, goal_id)
        _state(at_work, replace(goal, retired_on=at_work.today))
        typer.echo(f"Retired: {describe(goal)}.")


@goal_commands.command("list")
def list_(
    from_calendar: Annotated[
        bool,
        typer.Option(
            "--from-calendar",
            help="Races on your Garmin calendar that are no goals yet, and how to state each.",
        ),
    ] = False,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """All goals, the next one first."""
    from worker.stored import to_body

    with session(athlete, known_at=known_at) as at_work:
        known = _known(at_work)
        if from_calendar:
            from worker.cli.announcing import propose

            propose(at_work, known, as_json=json)
            return
        if json:
            print_json([to_body(goal) for goal in known])
            return
        for goal in known:
            end = "" if goal.retired_on is None else f" (retired on {goal.retired_on})"
            typer.echo(f"{goal.id}  {goal.day}  {goal.priority}  {describe(goal)}{end}")
        if not known:
            typer.echo("No goals yet. `goalward goal add --help` shows how to state one.")


@goal_commands.command("show")
def show(
    goal_id: GoalArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """One goal, and where it stands today."""
    with session(athlete, known_at=known_at) as at_work:
        _report(at_work, _find(at_work, goal_id), as_json=json)


@goal_commands.command("assess")
def assess(
    goal_id: GoalArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """Is it achievable, in which versions, what must happen, and what else could be done?"""
    from worker.cli import assessing
    from worker.cli.showing import check_lines

    with session(athlete, known_at=known_at) as at_work:
        goal = _find(at_work, goal_id)
        if not goal.is_alive(at_work.today):
            _report(at_work, goal, as_json=json)
            return
        told = assessing.assessment_of(at_work, goal)
        if json:
            print_json({**_as_json(at_work, goal), **assessing.as_json(told)})
            return
        typer.echo(f"{goal.id}  {goal.day}  {goal.priority}  {describe(goal)}")
        assessing.show(told)
        for line in check_lines(_checked(at_work, goal)):
            typer.echo(line)


def describe(goal: "Goal") -> str:
    from planning.goals.wording import habit_in_words
    from planning.units import format_duration, name_of_distance

    what = name_of_distance(goal.distance_m) if goal.distance_m else habit_in_words(goal)
    time = f" in {format_duration(goal.target_s)}" if goal.target_s else ""
    return f"{goal.name + ': ' if goal.name else ''}{what}{time}"


def _note(doubts: Iterable[str]) -> None:
    for doubt in doubts:
        typer.echo(f"Note: {doubt}", err=True)


def _profile(at_work: Session) -> "Athlete":
    from worker import store
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        return store.profile_of(conn, at_work.athlete_id, until=at_work.until)


def _known(at_work: Session) -> "tuple[Goal, ...]":
    from worker import store
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        return store.goals(conn, at_work.athlete_id, until=at_work.until)


def _find(at_work: Session, goal_id: str) -> "Goal":
    return goal_named(goal_id, _known(at_work))


def _state(at_work: Session, goal: "Goal") -> None:
    from worker import store
    from worker.db import writing
    from worker.owing import owe_replan

    with writing(at_work.runtime.engine) as conn:
        now = at_work.runtime.clock.machine_now()
        store.put_goal(conn, at_work.athlete_id, goal, known_at=at_work.now, now=now)
        owe_replan(at_work.runtime, conn, at_work.athlete_id)
    at_work.finish()


def _report(at_work: Session, goal: "Goal", *, as_json: bool) -> None:
    """Where it stands, and the five checks of it."""
    from worker.cli.showing import check_lines, goal_lines

    if as_json:
        print_json(_as_json(at_work, goal))
        return
    outcome, checks = at_work.outcome(), _checked(at_work, goal)
    typer.echo(f"{goal.id}  {goal.day}  {goal.priority}  {describe(goal)}")
    for line in (*goal_lines(outcome, goal), *check_lines(checks)):
        typer.echo(line)


def _as_json(at_work: Session, goal: "Goal") -> dict[str, Any]:
    from worker.cli.showing import checks_json, forecast_json

    outcome, checks = at_work.outcome(), _checked(at_work, goal)
    known = [g for g in forecast_json(outcome, [goal])["goals"] if g["id"] == goal.id]
    told = known[0] if known else {"id": goal.id, "message": "retired"}
    return {**told, "checks": checks_json(checks)}


def _checked(at_work: Session, goal: "Goal") -> "tuple[Check, ...]":
    from planning.goals.smart import smart

    known, outcome = _known(at_work), at_work.outcome()
    return smart(
        goal,
        at_work.today,
        athlete=_profile(at_work),
        forecast=next((f for f in outcome.forecasts if f.goal_id == goal.id), None),
        goals=[each for each in known if each.is_alive(at_work.today)],
    )
