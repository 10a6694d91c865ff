"""`goalward calendar remove-all`: everything of ours is taken off a calendar."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from planning.units import counted
from worker.cli.calendar_changes import Stood, as_data, in_short, lines
from worker.cli.calendar_named import OneNameArgument, one_calendar_named
from worker.cli.session import AthleteOption, Session, session

if TYPE_CHECKING:
    from planning.calendar import Action
    from worker.connections import Connected
    from worker.publish import Look


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("remove-all")(remove_all)


def remove_all(
    name: OneNameArgument = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken off; take nothing off.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    athlete: AthleteOption = None,
) -> None:
    """Take everything of ours off a calendar, from today on, and pause the calendar.

    What you made yours stays, and so does what stands on days that are over and what is under way
    or done today. Templates of ours that stand on no day go as well. The plan stays as it is:
    `goalward calendar resume` writes it again, `goalward calendar undo` brings back what was there.

    One that broke off goes on when you run it again.
    """
    from planning.calendar import Action
    from worker.clearing import clear_now
    from worker.pausing import REMOVE_ALL, pause

    with session(athlete) as at_work:
        at_work.outcome()
        runtime = at_work.runtime
        connected = one_calendar_named(at_work, name, "is to be emptied")
        look, one = _seen(at_work, connected)
        if dry_run or not yes:
            for line in lines(one):
                typer.echo(line)
            typer.echo(f"{connected.connector}: {in_short(one)}. {_stays(look)}".strip())
        if dry_run:
            typer.echo("Nothing was written.")
            return
        title = runtime.title_of(connected.connector)
        if not yes:
            count = counted(one["counts"]["removed"], "workout")
            typer.confirm(f"Take {count} off {title}, and pause that calendar?", abort=True)
        names, written = _names(look), list[Action]()

        def wrote(action: "Action") -> None:
            written.append(action)
            remote_id = getattr(action, "remote_id", "")
            typer.echo(f"  removed  {names.get(remote_id, remote_id)}")

        look = clear_now(
            runtime,
            connected,
            pause=lambda conn: pause(runtime, conn, connected, REMOVE_ALL),
            wrote=wrote,
        )
        told = f"{counted(len(written), 'workout')} taken off. {_stays(look)}".strip()
        typer.echo(
            f"{connected.connector}: {told} It is paused now: nothing is written there until "
            f"`goalward calendar resume {connected.connector}`, which writes the plan again."
        )


def _names(look: "Look") -> dict[str, str]:
    """Day and name of what is to go, by remote id."""
    from planning.calendar import changes
    from worker.cli.calendar_changes import at_day

    seen = {each.remote_id: each for each in look.observed} | dict(look.direct)
    return {
        getattr(each.action, "remote_id", ""): f"{at_day(each.day)}  {each.name or each.ident}"
        for each in changes(look.decision.actions, look.records, seen)
    }


def _stays(look: "Look") -> str:
    """What of ours is left alone, and why."""
    today, ahead = look.wanted.today, look.wanted.under_way
    past = sum(each.day < today for each in look.records.values())
    begun = sum(each.ident in ahead for each in look.records.values() if each.day >= today)
    told = [
        f"{counted(past, 'workout')} on days that are over" if past else "",
        f"{counted(begun, 'workout')} under way or done" if begun else "",
    ]
    stays = " and ".join(filter(None, told))
    return f"Left as they are: {stays}." if stays else ""


def _seen(at_work: Session, connected: "Connected") -> "tuple[Look, dict[str, Any]]":
    from connectors.errors import Refused
    from worker.clearing import look_to_clear
    from worker.connections import opened

    with opened(at_work.runtime, connected) as use:
        if use.calendar is None:
            raise Refused(f"{connected.connector} has no calendar to write to")
        look = look_to_clear(at_work.runtime, connected, use.calendar)
        foreign = len(use.calendar.foreign(look.wanted.today, look.wanted.last))
    return look, as_data(connected, look, Stood(look, {}), foreign, paused=False)
