"""`goalward season ...` and `goal next`: several goals, years, and what follows. Writes nothing."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.goal_options import GoalArgument
from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import goal_named, parsed, parsed_day, parsed_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planning.goals.goal import Goal
    from planning.goals.season import SeasonWeek
    from planning.replan import State

season_commands = typer.Typer(
    no_args_is_help=True,
    help="Several goals on one calendar: blocks, conflicts and ways out, prices, years. Nothing "
    "here changes a goal, a plan or a calendar.",
)


def add_to(app: typer.Typer) -> None:
    from worker.cli.goals import goal_commands

    goal_commands.command("next")(next_)
    app.add_typer(season_commands, name="season")


@season_commands.command("show")
def show(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """The season in blocks to the last goal, and which goals help or hinder each other."""
    from planning.goals.conflicts import combined
    from planning.goals.telling import phase_lines
    from planning.goals.ways import conflicts_of
    from worker.cli.season_json import conflict_json, week_json

    with session(athlete, known_at=known_at) as at_work:
        state, today = _known(at_work)
        weeks, found = _weeks(state, today), conflicts_of(state, today)
        together = combined([g for g in state.goals if g.is_alive(today)], today)
        if json:
            print_json(
                {
                    "weeks": [week_json(week) for week in weeks],
                    "conflicts": [conflict_json(each) for each in found],
                    "combined": [[first.id, second.id] for first, second in together],
                }
            )
            return
        _say(phase_lines(weeks))
        for first, second in together:
            typer.echo(f"{_named(first)} and {_named(second)} share one preparation.")
        for conflict in found:
            typer.echo(f"In each other's way: {conflict.sentence}")
        if found:
            typer.echo("`goalward season ways` shows the ways out, with their prices.")
        if not weeks:
            typer.echo("No goals ahead. `goalward goal add --help` shows how to state one.")


@season_commands.command("ways")
def ways(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """Every conflict of goals and its ways out: prioritise, sequence, compromise, with prices."""
    from planning.goals.telling import ways_lines
    from planning.goals.ways import conflicts_of, ways_out
    from worker.cli.season_json import ways_json

    with session(athlete, known_at=known_at) as at_work:
        state, today = _known(at_work)
        told = [ways_out(state, conflict, today) for conflict in conflicts_of(state, today)]
        if json:
            print_json([ways_json(each) for each in told])
            return
        for each in told:
            _say(ways_lines(each))
            for way in each.ways:
                typer.echo(f"To {way.kind}: {_commands(way.changed, state)}")
        if not told:
            typer.echo("No goals are in each other's way.")


@season_commands.command("price")
def price(
    goal_id: GoalArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """What a B or C race costs each A race: the season with it and without it."""
    from planning.goals.goal import Priority
    from planning.goals.telling import race_price_lines
    from planning.goals.ways import race_prices
    from worker.cli.failing import UsedWrongly
    from worker.cli.season_json import race_price_json

    with session(athlete, known_at=known_at) as at_work:
        state, today = _known(at_work)
        race = goal_named(goal_id, state.goals)
        if race.priority is Priority.A or race.distance_m is None or race.day < today:
            raise UsedWrongly(
                "only a B or C race to come has a price, and A races are what it costs"
            )
        told = race_prices(state, race, today)
        if json:
            print_json([race_price_json(each) for each in told])
            return
        for each in told:
            _say(race_price_lines(each))
        if not told:
            typer.echo("There is no A race that it could cost anything.")


@season_commands.command("path")
def path(
    goal_id: Annotated[str | None, typer.Argument(help="A goal's id; else say the aim.")] = None,
    distance: Annotated[str, typer.Option(help="5k, 10k, half, marathon, 50k, ...")] = "marathon",
    day: Annotated[str | None, typer.Option("--day", help="The aim's day, as YYYY-MM-DD.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="The time aimed at.")] = None,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """The races of the years up to a far aim, with milestones and forecasts that widen."""
    from planning.goals.path import path_to
    from planning.goals.telling import path_lines
    from worker.cli.failing import UsedWrongly
    from worker.cli.season_json import path_json

    with session(athlete, known_at=known_at) as at_work:
        state, today = _known(at_work)
        if goal_id is None and day is None:
            raise UsedWrongly("name a goal, or the aim: --day, and --distance and --time")
        aim = (
            _aim(distance, day or "", time) if goal_id is None else goal_named(goal_id, state.goals)
        )
        if not aim.distance_m or aim.day <= today:
            raise UsedWrongly("a path leads to a race on a day to come")
        found = path_to(state, aim, today)
        if json:
            print_json(path_json(found))
        else:
            _say(path_lines(found))


def next_(
    goal_id: GoalArgument,
    season: Annotated[
        int | None,
        typer.Option(min=1, max=3, help="Show the season that this proposal would make."),
    ] = None,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """What became of a goal, what was learned, and two or three that could be next."""
    from planning.goals.proposals import evolution, rebuilt
    from planning.goals.telling import evolution_lines, phase_lines
    from worker.cli.failing import UsedWrongly
    from worker.cli.season_json import evolution_json

    with session(athlete, known_at=known_at) as at_work:
        state, today = _known(at_work)
        found = evolution(state, goal_named(goal_id, state.goals), today)
        if season is not None and season > len(found.proposals):
            count = len(found.proposals)
            raise UsedWrongly(f"--season {season} is none of its {count} proposals: leave it out")
        if json:
            print_json(evolution_json(found))
            return
        _say(evolution_lines(found))
        if season is not None:
            made = rebuilt(state, found.ended, found.proposals[season - 1], today)
            _say(phase_lines(_weeks(state, today, made.goals)))
        elif found.proposals:
            typer.echo("`goalward goal next ID --season N` shows the season; `goal add` states it.")


def _known(at_work: Session) -> "tuple[State, date]":
    from worker.actors import known_as_of

    return known_as_of(at_work.runtime, at_work.athlete_id, at_work.until)


def _weeks(
    state: "State", today: date, goals: "tuple[Goal, ...] | None" = None
) -> "tuple[SeasonWeek, ...]":
    from planning.goals.season import season_as_of

    return season_as_of(goals or state.goals, today, birth_year=state.athlete.birth_year)


def _aim(distance: str, day: str, time: str | None) -> "Goal":
    from planning.goals.goal import Goal, GoalKind, Priority
    from planning.units import parse_distance

    target_s = parsed_time(time)
    kind = GoalKind.COMPLETION if target_s is None else GoalKind.TIME
    distance_m = parsed(parse_distance, distance)
    return Goal("aim", kind, Priority.A, parsed_day(day), distance_m, target_s)


def _commands(changed: "Iterable[Goal]", state: "State") -> str:
    """What would state the goals as they are in a way out."""
    stated = {goal.id: goal for goal in state.goals}
    told = []
    for goal in changed:
        before, options = stated[goal.id], ""
        if goal.retired_on is not None:
            told.append(f"`goalward goal retire {goal.id}`")
        if goal.priority is not before.priority:
            options += f" --priority {goal.priority}"
        if goal.day != before.day:
            options += f" --day {goal.day}"
        if options:
            told.append(f"`goalward goal change {goal.id}{options}`")
    return " and ".join(told) or "nothing has to be changed"


def _named(goal: "Goal") -> str:
    from planning.goals.wording import distance_name

    return goal.name or distance_name(goal.distance_m or 0.0)


def _say(lines: "Iterable[str]") -> None:
    for line in lines:
        typer.echo(line)
