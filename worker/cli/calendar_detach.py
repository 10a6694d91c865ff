"""`goalward calendar detach`: what stands on a calendar is left to the athlete for good."""

from typing import TYPE_CHECKING, Annotated

import typer

from planning.units import counted
from worker.cli.calendar_named import OneNameArgument, one_calendar_named
from worker.cli.session import AthleteOption, session

if TYPE_CHECKING:
    from worker.detaching import Entry

FROZEN = (
    "{name}: nobody but Goalward writes it, so nothing in it can become yours. It stands still as "
    "it is: nothing is changed in it until `goalward calendar resume {name}`."
)


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("detach")(detach)


def detach(
    name: OneNameArgument = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    athlete: AthleteOption = None,
) -> None:
    """Leave everything on a calendar where it is, as yours, and pause the calendar.

    Only our marker is taken out of each workout, of past and coming days and of the library, and
    what we know of them is forgotten: nothing of it is ever taken for ours again, so there is no
    way back. After `goalward calendar resume` the plan is written anew, beside what you kept: take
    off first what you do not want twice. A calendar feed stands still instead.

    One that broke off goes on when you run it again.
    """
    from worker.detaching import detach_now
    from worker.pausing import pause

    with session(athlete) as at_work:
        connected = one_calendar_named(at_work, name, "is to be left")
        title, runtime = at_work.runtime.title_of(connected.connector), at_work.runtime
        if not yes:
            typer.confirm(f"Leave all that Goalward wrote on {title} to you, for good?", abort=True)
        count = detach_now(
            runtime,
            connected,
            pause=lambda conn: pause(runtime, conn, connected, "detach"),
            left=_print,
        )
        if count is None:
            typer.echo(FROZEN.format(name=connected.connector))
            return
        typer.echo(
            f"{connected.connector}: {counted(count, 'workout')} left to you. It is paused now: "
            f"`goalward calendar resume {connected.connector}` writes the plan beside them."
        )


def _print(entry: "Entry") -> None:
    typer.echo(f"  left  {entry.day or '-':10}  {entry.name or entry.ident or entry.remote_id}")
