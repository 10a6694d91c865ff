"""`goalward weather ...`: how warm it was or will be, by the athlete's word."""

from datetime import date
from typing import Annotated

import typer

from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import parsed_day

weather_commands = typer.Typer(
    no_args_is_help=True, help="How warm it was or will be: set it, show it."
)
DayArgument = Annotated[str, typer.Argument(help="The day: 2027-04-11.", metavar="DAY")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(weather_commands, name="weather")


@weather_commands.command("set")
def set_(
    day: DayArgument,
    temp: Annotated[
        float, typer.Option(min=-45, max=50, help="Temperature while running, degrees Celsius.")
    ],
    dew_point: Annotated[
        float | None, typer.Option(min=-50, max=35, help="Dew point, degrees Celsius.")
    ] = None,
    athlete: AthleteOption = None,
) -> None:
    """Say how warm it was or will be; believed before any weather service."""
    from planning.weather import SAID, Weather
    from worker import store
    from worker.cli.failing import UsedWrongly
    from worker.db import writing
    from worker.owing import owe_replan

    if dew_point is not None and dew_point > temp:
        raise UsedWrongly("the dew point cannot be above the temperature")
    said = Weather(SAID, parsed_day(day), temp, dew_point)
    with session(athlete) as at_work:
        runtime, athlete_id = at_work.runtime, at_work.athlete_id
        with writing(runtime.engine) as conn:
            now = runtime.clock.machine_now()
            store.put_weather(conn, athlete_id, said, known_at=at_work.now, now=now)
            owe_replan(runtime, conn, athlete_id)
        at_work.finish()
        typer.echo(f"{said.day}: {_words(temp, dew_point)}.")


@weather_commands.command("forget")
def forget(day: DayArgument, athlete: AthleteOption = None) -> None:
    """Take back what you said of a day; a weather service's word counts again."""
    with session(athlete) as at_work:
        if not _taken_back(at_work, parsed_day(day)):
            typer.echo("Nothing was said of that day.")
            return
        at_work.finish()
        typer.echo("Done.")


@weather_commands.command("show")
def show(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """What is believed of each day, and by whose word."""
    from planning.weather import SAID, believed
    from worker import store
    from worker.db import reading

    with (
        session(athlete, known_at=known_at) as at_work,
        reading(at_work.runtime.engine) as conn,
    ):
        told = store.weather(conn, at_work.athlete_id, until=at_work.until)
    days = believed(told).values()
    if json:
        print_json(
            [
                {
                    "day": one.day.isoformat(),
                    "temperature_c": one.temperature_c,
                    "dew_point_c": one.dew_point_c,
                    "source": one.source,
                }
                for one in days
            ]
        )
        return
    for one in days:
        whose = "you" if one.source == SAID else one.source
        typer.echo(f"{one.day}  {_words(one.temperature_c, one.dew_point_c)}  ({whose})")
    if not days:
        typer.echo("No weather is known, so none is assumed. `goalward weather set` says it.")


def _taken_back(at_work: Session, day: date) -> bool:
    from planning.weather import SAID, Weather
    from worker import store, tables
    from worker.db import writing
    from worker.owing import owe_replan

    runtime, athlete_id = at_work.runtime, at_work.athlete_id
    with writing(runtime.engine) as conn:
        taken_back = store.put(
            conn,
            tables.weather,
            athlete_id=athlete_id,
            key=Weather(SAID, day, 0.0).key,
            body=None,
            known_at=at_work.now,
            now=runtime.clock.machine_now(),
            source=SAID,
            day=day,
        )
        if taken_back:
            owe_replan(runtime, conn, athlete_id)
    return taken_back


def _words(temperature_c: float, dew_point_c: float | None) -> str:
    dew = "" if dew_point_c is None else f", dew point {dew_point_c:g} °C"
    return f"{temperature_c:g} °C{dew}"
