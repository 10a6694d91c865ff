"""`goalward goal list --from-calendar`: the athlete's races elsewhere, proposed as goals."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import typer

from planning.goals.announced import AnnouncedRace, proposed
from planning.goals.goal import Goal
from planning.units import format_duration, name_of_distance
from worker.cli.failing import Failed, UsedWrongly
from worker.cli.session import Session, print_json
from worker.connections import connections, opened
from worker.db import reading

AHEAD = timedelta(days=500)  # races are entered a year before


def propose(at_work: Session, goals: Sequence[Goal], *, as_json: bool) -> None:
    """Prints what would be a goal, and the command that makes it one. Writes nothing."""
    if at_work.until is not None:
        raise UsedWrongly("a calendar is read as it is now: leave --known-at out")
    new = proposed(_announced(at_work), goals, at_work.today)
    if as_json:
        print_json([_shown(race) for race in new])
        return
    for race in new:
        typer.echo(f"{race.day}  {race.name or 'a race'}, {_distance(race)}{_time(race)}")
        typer.echo(f"    {command(race)}")
    if not new:
        typer.echo("No race to come on your calendar that is not a goal already.")


def command(race: AnnouncedRace) -> str:
    """What states it as a goal. A distance that is not told is left to the athlete to fill in."""
    words = ["goalward", "goal", "add", "--day", race.day.isoformat()]
    words += ["--distance", "DISTANCE" if race.distance_m is None else _typed(race.distance_m)]
    if race.target_s is not None:
        words += ["--time", format_duration(race.target_s)]
    words += ["--priority", race.priority.value]
    if race.name:
        words += ["--name", race.name]
    return shlex.join(words)


def _announced(at_work: Session) -> Iterator[AnnouncedRace]:
    """Of every connection that tells of races; using one that wants a sign-in says so."""
    runtime = at_work.runtime
    with reading(runtime.engine) as conn:
        mine = connections(conn, athlete_id=at_work.athlete_id, state=None)
    telling = [
        each
        for each in mine
        if (connector := runtime.connectors.get(each.connector)) and connector.capabilities.races
    ]
    if not telling:
        raise Failed("no calendar that tells of races is connected: `goalward connect garmin`")
    for connected in telling:
        with opened(runtime, connected) as use:
            if use.races is not None:
                yield from use.races.races(at_work.today, at_work.today + AHEAD)


def _shown(race: AnnouncedRace) -> dict[str, Any]:
    return {
        "day": race.day.isoformat(),
        "name": race.name,
        "distance_m": race.distance_m,
        "target_s": race.target_s,
        "priority": race.priority.value,
        "command": command(race),
    }


def _distance(race: AnnouncedRace) -> str:
    told = race.distance_m
    return "no distance told" if told is None else name_of_distance(told)


def _time(race: AnnouncedRace) -> str:
    return "" if race.target_s is None else f" in {format_duration(race.target_s)}"


def _typed(distance_m: float) -> str:
    """A standard name, else metres: both are read as what they say."""
    name = name_of_distance(distance_m)
    return f"{distance_m:g}" if " " in name else name
