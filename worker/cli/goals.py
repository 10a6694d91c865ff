"""`goalward goal ...`: what is wanted, stated once."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import parsed, parsed_day, parsed_time

if TYPE_CHECKING:
    from planning.goals.goal import Goal, Priority

IN_GOOD_TIME = timedelta(days=100)

goal_commands = typer.Typer(
    no_args_is_help=True,
    help="State, change and judge goals. A plan follows from them at once.",
)

DayOption = Annotated[str, typer.Option("--day", help="The day, as YYYY-MM-DD.")]
TimeOption = Annotated[
    str | None,
    typer.Option("--time", help="The time wanted, as [H:]MM:SS; without it: to finish well."),
]
PriorityOption = Annotated[
    str | None,
    typer.Option(
        "--priority", help="A: everything serves it. B: a good effort. C: a training race."
    ),
]
NameOption = Annotated[str | None, typer.Option("--name", help="What you call it.")]
ClimbOption = Annotated[
    float | None,
    typer.Option("--climb", min=0, max=30_000, help="Metres uphill of the course."),
]
CutOffOption = Annotated[
    str | None,
    typer.Option("--cut-off", help="When the course closes, as [H:]MM:SS after the start."),
]
GoalArgument = Annotated[str, typer.Argument(help="The goal's id, from `goalward goal list`.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(goal_commands, name="goal")


@goal_commands.command("add")
def add(  # noqa: PLR0917  # options, given by name
    day: DayOption,
    distance: Annotated[
        str, typer.Option(help="5k, 10k, half, marathon, 50k, 100k, or metres.")
    ] = "marathon",
    time: TimeOption = None,
    priority: PriorityOption = "A",
    kind: Annotated[
        str | None, typer.Option(help="time or completion; follows from --time if left out.")
    ] = None,
    climb: ClimbOption = None,
    cut_off: CutOffOption = None,
    name: NameOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """State a goal; it is judged at once, and the plan is made."""
    from planning.activity import content_id
    from planning.goals.goal import Goal, GoalKind
    from planning.units import parse_distance

    with session(athlete) as at_work:
        distance_m = parsed(parse_distance, distance)
        target_s = parsed_time(time)
        goal_day = parsed_day(day)
        wanted = _kind(kind, target_s)
        goal = Goal(
            id=content_id(at_work.athlete_id, wanted, distance_m, goal_day, name or "")[:6],
            kind=GoalKind(wanted),
            priority=_priority(priority),
            day=goal_day,
            distance_m=distance_m,
            target_s=target_s,
            name=name or "",
            climb_m=climb,
            stated_on=at_work.today,
            cut_off_s=parsed_time(cut_off),
        )
        _check(at_work, goal)
        _state(at_work, goal)
        _report(at_work, goal, as_json=json)


@goal_commands.command("change")
def change(  # noqa: PLR0917  # options, given by name
    goal_id: GoalArgument,
    day: Annotated[str | None, typer.Option("--day", help="The new day.")] = None,
    time: TimeOption = None,
    priority: PriorityOption = None,
    climb: ClimbOption = None,
    cut_off: CutOffOption = None,
    name: NameOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Change what is given, leave the rest; the plan follows."""
    with session(athlete) as at_work:
        goal = _find(at_work, goal_id)
        new: dict[str, object] = {}
        if day is not None:
            new["day"] = parsed_day(day)
        if time is not None:
            from planning.goals.goal import GoalKind

            new.update(target_s=parsed_time(time), kind=GoalKind.TIME)
        if priority is not None:
            new["priority"] = _priority(priority)
        if climb is not None:
            new["climb_m"] = climb
        if cut_off is not None:
            new["cut_off_s"] = parsed_time(cut_off)
        if name is not None:
            new["name"] = name
        changed = replace(goal, **new)  # type: ignore[arg-type]  # built from the goal's own fields
        _check(at_work, changed, before=goal)
        _state(at_work, changed)
        _report(at_work, changed, as_json=json)


@goal_commands.command("retire")
def retire(goal_id: GoalArgument, athlete: AthleteOption = None) -> None:
    """Give a goal up. What was said and planned for it stays on record."""
    with session(athlete) as at_work:
        goal = _find(at_work, goal_id)
        _state(at_work, replace(goal, retired_on=at_work.today))
        typer.echo(f"Retired: {describe(goal)}.")


@goal_commands.command("list")
def list_(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """All goals, the next one first."""
    from worker import store
    from worker.db import reading
    from worker.stored import to_body

    with session(athlete, known_at=known_at) as at_work:
        with reading(at_work.runtime.engine) as conn:
            known = store.goals(conn, at_work.athlete_id, until=at_work.until)
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
    """Is it achievable, in which versions, and what must happen?"""
    with session(athlete, known_at=known_at) as at_work:
        _report(at_work, _find(at_work, goal_id), as_json=json)


def describe(goal: "Goal") -> str:
    from planning.units import format_duration, name_of_distance

    what = name_of_distance(goal.distance_m) if goal.distance_m else goal.kind.value
    time = f" in {format_duration(goal.target_s)}" if goal.target_s else ""
    return f"{goal.name + ': ' if goal.name else ''}{what}{time}"


def _priority(words: str | None) -> "Priority":
    from planning.goals.goal import Priority
    from worker.cli.failing import UsedWrongly

    try:
        return Priority((words or "A").upper())
    except ValueError as error:
        raise UsedWrongly("a priority is A, B or C") from error


def _kind(words: str | None, target_s: float | None) -> str:
    from worker.cli.failing import UsedWrongly

    kind = words or ("completion" if target_s is None else "time")
    if kind not in ("time", "completion"):
        raise UsedWrongly(f"{kind!r} is no kind of goal that can be planned for: time, completion")
    if kind == "time" and target_s is None:
        raise UsedWrongly("a time goal needs --time")
    if kind == "completion" and target_s is not None:
        raise UsedWrongly("a completion goal has no --time; leave one of the two out")
    return kind


def _check(at_work: Session, goal: "Goal", *, before: "Goal | None" = None) -> None:
    """Refuse what cannot be meant; say what is doubtful, such as a race within the week.

    What was accepted `before` is not held against a change of something else.
    """
    from planning.goals.assessment import FURTHEST_DAYS, check_goal
    from worker import store
    from worker.cli.failing import UsedWrongly
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        profile = store.profile_of(conn, at_work.athlete_id, until=at_work.until)
    problems = check_goal(goal, at_work.today, athlete=profile)
    is_new_day = before is None or before.day != goal.day
    if is_new_day and not 0 <= (goal.day - at_work.today).days <= FURTHEST_DAYS:
        raise UsedWrongly(" ".join(problems))
    in_good_time = goal.day - IN_GOOD_TIME
    meant = set(check_goal(goal, in_good_time, athlete=profile))  # whatever the day: impossible
    if before is not None:
        meant -= set(check_goal(before, before.day - IN_GOOD_TIME, athlete=profile))
    wrong = [problem for problem in problems if problem in meant]
    if goal.cut_off_s is not None and goal.target_s is not None and goal.target_s > goal.cut_off_s:
        wrong.append("The course closes before the time that you want: --cut-off is under --time.")
    if wrong:
        raise UsedWrongly(" ".join(wrong))
    if before is None:
        for problem in problems:
            typer.echo(f"Note: {problem}", err=True)


def _find(at_work: Session, goal_id: str) -> "Goal":
    from worker import store
    from worker.cli.failing import UsedWrongly
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        known = {
            goal.id: goal for goal in store.goals(conn, at_work.athlete_id, until=at_work.until)
        }
    if goal_id not in known:
        raise UsedWrongly(f"there is no goal {goal_id!r}; known: {', '.join(known) or 'none'}")
    return known[goal_id]


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
    from worker.cli.showing import forecast_json, goal_lines

    outcome = at_work.outcome()
    if as_json:
        known = [g for g in forecast_json(outcome, [goal])["goals"] if g["id"] == goal.id]
        print_json(known[0] if known else {"id": goal.id, "message": "retired"})
        return
    typer.echo(f"{goal.id}  {goal.day}  {goal.priority}  {describe(goal)}")
    for line in goal_lines(outcome, goal):
        typer.echo(line)
