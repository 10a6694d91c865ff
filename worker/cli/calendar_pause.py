"""`goalward calendar pause` and `resume`: a calendar that is left alone for a while."""

import typer

from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, session


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("pause")(pause)
    calendar_commands.command("resume")(resume)


def pause(name: NameArgument = None, athlete: AthleteOption = None) -> None:
    """Write nothing more on a calendar until `goalward calendar resume`. What is there stays."""
    from worker import pausing
    from worker.db import writing

    with session(athlete) as at_work:
        runtime = at_work.runtime
        for one in calendars_named(at_work, name):
            with writing(runtime.engine) as conn:
                pausing.pause(runtime, conn, one, pausing.BY_YOU)
            typer.echo(f"{one.connector}: paused. `goalward calendar resume` starts it again.")


def resume(name: NameArgument = None, athlete: AthleteOption = None) -> None:
    """Start a paused calendar again: `goalward up`, or `goalward calendar sync`, writes the plan.

    `goalward calendar diff` shows beforehand what that will be. What was handed over to you stays
    yours. After `calendar detach` the plan is written beside what you kept.
    """
    from worker import pausing
    from worker.db import writing

    with session(athlete) as at_work:
        runtime = at_work.runtime
        for one in calendars_named(at_work, name):
            with writing(runtime.engine) as conn:
                was = pausing.resume(runtime, conn, one)
            told = "started again; `goalward calendar diff` shows what is to be written."
            typer.echo(f"{one.connector}: {told if was else 'was not paused.'}")
