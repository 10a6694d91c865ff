"""`goalward calendar pause` and `resume`: a calendar that is left alone for a while."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.calendar_changes import at_day, tell
from worker.cli.calendar_diff import looked
from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, Session, session

if TYPE_CHECKING:
    from worker.connections import Connected


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("pause")(pause)
    calendar_commands.command("resume")(resume)


def pause(name: NameArgument = None, athlete: AthleteOption = None) -> None:
    """Write nothing more on a calendar until `goalward calendar resume`. What is there stays.

    What you do there meanwhile is seen when it is resumed.
    """
    from worker import pausing
    from worker.db import writing

    with session(athlete) as at_work:
        runtime = at_work.runtime
        for one in calendars_named(at_work, name):
            with writing(runtime.engine) as conn:
                pausing.pause(runtime, conn, one, pausing.BY_YOU)
            typer.echo(f"{one.connector}: paused. `goalward calendar resume` starts it again.")


def resume(
    name: NameArgument = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="After `calendar detach`: do not ask first.")
    ] = False,
    athlete: AthleteOption = None,
) -> None:
    """Start a paused calendar again: `goalward up`, or `goalward calendar sync`, writes the plan.

    Shows what that will be, as `goalward calendar diff` does, and what was handed over to you: that
    stays yours. After `goalward calendar detach` the plan is written beside what you kept, so that
    is listed, and you are asked first.
    """
    with session(athlete) as at_work:
        at_work.outcome()
        for one in calendars_named(at_work, name):
            _resumed(at_work, one, yes=yes)


def _resumed(at_work: Session, connected: "Connected", *, yes: bool) -> None:
    from worker import pausing
    from worker.db import reading, writing

    runtime, name = at_work.runtime, connected.connector
    with reading(runtime.engine) as conn:
        since = pausing.paused(conn, connected)
    if since is None:
        typer.echo(f"{name}: was not paused.")
        return
    if since[1] == pausing.DETACH:
        _warn(at_work, connected, yes=yes)
    will, _ = looked(at_work, connected)  # before a worker is at it
    with writing(runtime.engine) as conn:
        pausing.resume(runtime, conn, connected)
    tell(will | {"paused": False})
    yours = _handed_over(at_work, connected)
    if yours:
        typer.echo(f"{name}: handed over to you, and left so: {', '.join(yours)}.")
    typer.echo(f"{name}: started again; `goalward up`, or `goalward calendar sync`, writes that.")


def _warn(at_work: Session, connected: "Connected", *, yes: bool) -> None:
    from worker.db import reading
    from worker.detaching import kept

    with reading(at_work.runtime.engine) as conn:
        left = kept(conn, connected, at_work.today)
    if not left:
        return
    title = at_work.runtime.title_of(connected.connector)
    typer.echo(f"These were left to you on {title}, and the plan is written beside them:")
    for day, name in left:
        typer.echo(f"  {at_day(day)}  {name}")
    typer.echo("Take off there what you do not want twice.")
    if not yes:
        typer.confirm("Write the plan there again?", abort=True)


def _handed_over(at_work: Session, connected: "Connected") -> list[str]:
    """Sessions that are the athlete's there, from today on, by name."""
    from planning.calendar import EntryState
    from worker import entries
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        records = entries.entries_of(conn, connected.id)
    theirs = [
        each for each in records if each.state is EntryState.ATHLETES and each.day >= at_work.today
    ]
    theirs.sort(key=lambda each: (each.day, each.ident))
    return [f"{each.seen_name or each.ident} ({at_day(each.day)})" for each in theirs]
