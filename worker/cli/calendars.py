"""`goalward calendar ...`: what is, and what would be, on the watch calendar."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from planning.units import counted
from worker.cli import (
    calendar_detach,
    calendar_diff,
    calendar_journal,
    calendar_pause,
    calendar_policy,
    calendar_remove_all,
    calendar_undo,
)
from worker.cli.calendar_named import calendars_named
from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session

if TYPE_CHECKING:
    from planning.calendar import Action, Policy
    from worker.connections import Connected
    from worker.publish import Look

calendar_commands = typer.Typer(
    no_args_is_help=True, help="The watch calendar: what is there, what would be done."
)


def add_to(app: typer.Typer) -> None:
    for each in (
        calendar_diff,
        calendar_detach,
        calendar_journal,
        calendar_pause,
        calendar_policy,
        calendar_undo,
        calendar_remove_all,
    ):
        each.add_to(calendar_commands)
    app.add_typer(calendar_commands, name="calendar")


@calendar_commands.command("sync")
def sync_(
    removed_by_me: Annotated[
        bool,
        typer.Option(
            "--removed-by-me",
            help="Workouts that are gone were taken off by you: they are skipped, not a fault.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what would be written, as `calendar diff` does."),
    ] = False,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Make the calendar equal to the plan now, and wait for it.

    Of several, one that fails holds up no other; what failed is the exit status, at the end. One
    that is paused counts as failed, for it is not made equal; one whose policy leaves something
    out does not, for so you want it.
    """
    from worker.publish import MAY_VANISH

    may_vanish = 1000 if removed_by_me else MAY_VANISH
    with session(athlete) as at_work:
        _read_what_came_in(at_work)
        at_work.outcome()
        if dry_run:
            calendars = calendars_named(at_work, None)
            calendar_diff.show(at_work, calendars, may_vanish=may_vanish, json=json)
            return
        done, statuses = [], []
        for connected in calendars_named(at_work, None):
            one, status = _synced(at_work, connected, may_vanish)
            done.append(one)
            statuses.append(status)
            if not json:
                _print_synced(one, connected.policy)
        if json:
            print_json(done)
        if failed := next(filter(None, statuses), 0):
            raise typer.Exit(failed)


@calendar_commands.command("reclaim")
def reclaim(
    which: Annotated[str, typer.Argument(help="The day (YYYY-MM-DD) or the session's ident.")],
    athlete: AthleteOption = None,
) -> None:
    """Give a workout that you changed on the calendar back: the plan is written over it again.

    A day that you moved it to stays; `goalward plan undo` takes that back as well.
    """
    from worker.db import writing
    from worker.hand import reclaimed

    with session(athlete) as at_work:
        ident = _theirs(at_work, which)
        with writing(at_work.runtime.engine) as conn:
            reclaimed(at_work.runtime, conn, at_work.athlete_id, ident)
        at_work.finish()
        typer.echo(
            "Given back. `goalward up` writes the plan over it, or `goalward calendar sync`."
        )


def _theirs(at_work: Session, words: str) -> str:
    """The ident of what was handed over, by it or by the day it stands or stood on."""
    from worker import entries
    from worker.cli.failing import UsedWrongly
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        theirs = entries.handed_over_to(conn, at_work.athlete_id)
    coming = {each.ident: each for each in theirs if each.day >= at_work.today}
    found = {each.ident for each in coming.values() if words in (each.ident, each.day.isoformat())}
    if len(found) == 1:
        return found.pop()
    if found:
        raise UsedWrongly(f"{words} holds several of yours; say which: {', '.join(sorted(found))}")
    yours = ", ".join(f"{each.day} ({each.ident})" for each in coming.values()) or "none"
    raise UsedWrongly(f"{words!r} names no workout that was handed over to you; there are: {yours}")


def _read_what_came_in(at_work: Session) -> None:
    """Runs that wait for `up` belong into the plan that is written."""
    from worker import outbox
    from worker.actors import ACTORS
    from worker.db import reading
    from worker.perform import run_owed

    with reading(at_work.runtime.engine) as conn:
        waiting = outbox.open_count(conn, actor="ingest")
    if waiting:
        typer.echo(f"Reading what came in ({waiting}) ...", err=True)
        run_owed(at_work.runtime, ACTORS, only=("ingest", "replan"))


def _synced(
    at_work: Session, connected: "Connected", may_vanish: int
) -> tuple[dict[str, Any], int]:
    """What was done, or how far it came and why no further; and the exit status that makes."""
    from connectors.errors import ServiceError
    from worker.at_once import Busy
    from worker.cli.failing import told
    from worker.publish import sync_now

    written: list[Action] = []
    looks: list[Look] = []
    status, failed = 0, None
    try:
        sync_now(
            at_work.runtime,
            connected,
            may_vanish=may_vanish,
            wrote=written.append,
            looked=looks.append,
        )
    except (ServiceError, Busy) as error:
        status, failed = told(error)
    one: dict[str, Any] = {"calendar": connected.connector, "written": len(written)}
    if looks and looks[-1].left_out:
        one["left_out"] = len(looks[-1].left_out)
    return one | ({"failed": failed} if failed else {}), status


def _print_synced(one: dict[str, Any], policy: "Policy") -> None:
    name, written, left = one["calendar"], one["written"], one.get("left_out", 0)
    if why := one.get("failed"):
        typer.echo(f"{name}: {written} written. {why}", err=True)
    elif left and policy.value == "dry-run":
        typer.echo(
            f"{name}: nothing written, for it is set to dry-run; `goalward calendar diff` shows "
            f"the {counted(left, 'write')} that there would be."
        )
    elif left:
        there = f"{counted(left, 'workout')} that no-deletes leaves there"
        typer.echo(f"{name}: {written} written; it equals the plan, but for {there}.")
    else:
        typer.echo(f"{name}: {written} written; it equals the plan.")
