"""`goalward calendar undo`: what was written on the calendar is taken back."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from planning.units import counted
from worker.cli.calendar_changes import Stood, entries, told
from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session

if TYPE_CHECKING:
    from planning.calendar import Action
    from worker.connections import Connected
    from worker.undoing import Back, Left

SEVERAL = "Each of your calendars has a last writing of its own: say which one, or `--to` when."
FORM = "write it as `goalward calendar journal` does, like 2026-08-31 14:02:05"


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("undo")(undo)


def undo(
    name: NameArgument = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TIME",
            help="Take back all that was written after that time of yours, like "
            "'2026-08-31 14:02', or 14:02 today; a day alone is its beginning.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken back; write nothing.")
    ] = False,
    removed_by_me: Annotated[
        bool,
        typer.Option(
            "--removed-by-me",
            help="Workouts that are gone were taken off by you: it is no fault.",
        ),
    ] = False,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Take back the last writing on your calendar, or all since a time, and pause the calendar.

    What we created is removed, what we removed comes back, what we changed or moved becomes what it
    was. What you changed since stays yours, and days that are over are left alone. The plan stays
    as it is: `goalward calendar resume` writes it again, `goalward plan undo` takes back what your
    own hand did to a session.

    `goalward calendar journal` shows the writings. An undo is one as well: run it twice and the
    first is taken back; `--to` goes back further. One that broke off goes on when you run it again.
    """
    with session(athlete) as at_work:
        at_work.outcome()
        chosen = calendars_named(at_work, name)
        at = None if to is None else instant(to, at_work.zone, now=at_work.now)
        if at is None and len(chosen) > 1:
            from worker.cli.failing import UsedWrongly

            there = ", ".join(one.connector for one in chosen)
            raise UsedWrongly(f"{SEVERAL} There are: {there}")
        done, statuses = [], []
        for connected in chosen:
            one, status = _undone(at_work, connected, at, dry_run=dry_run, by_me=removed_by_me)
            done.append(one)
            statuses.append(status)
            if not json:
                _print(one)
        if json:
            print_json(done)
        if failed := next(filter(None, statuses), 0):
            raise typer.Exit(failed)


def instant(words: str, zone: ZoneInfo, *, now: datetime) -> datetime:
    """Calendar time. Raises UsedWrongly for what is no time, or is still to come."""
    from datetime import UTC

    from worker.cli.failing import UsedWrongly

    today = now.astimezone(zone).date()
    for text in (words, f"{today} {words}"):
        try:
            said = datetime.fromisoformat(text.strip())
            at = (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if at > now:
            raise UsedWrongly(f"--to {words!r} is still to come")
        return at
    raise UsedWrongly(f"--to {words!r} is no time; {FORM}")


def _undone(
    at_work: Session, connected: "Connected", to: datetime | None, *, dry_run: bool, by_me: bool
) -> tuple[dict[str, Any], int]:
    """What was done, or how far it came and why no further; and the exit status that makes."""
    from connectors.errors import Refused, ServiceError
    from worker.at_once import Busy
    from worker.cli import failing
    from worker.connections import opened
    from worker.pausing import pause
    from worker.publish import MAY_VANISH
    from worker.undoing import IT_WAS_ME, look_back, undo_now

    runtime, may_vanish = at_work.runtime, 1000 if by_me else MAY_VANISH
    written: list[Action] = []
    back: Back | None = None
    status, failed = 0, None
    try:
        if dry_run:
            with opened(runtime, connected) as use:
                if use.calendar is None:
                    raise Refused(f"{connected.connector} has no calendar to write to")
                back = look_back(runtime, connected, use.calendar, to=to, may_vanish=may_vanish)
            if back.look.decision.refusal:
                raise Refused(f"{back.look.decision.refusal} {IT_WAS_ME}")
        else:
            back = undo_now(
                runtime,
                connected,
                to=to,
                may_vanish=may_vanish,
                pause=lambda conn: pause(runtime, conn, connected, "undo"),
                wrote=written.append,
            )
    except (ServiceError, Busy) as error:
        status, failed = failing.told(error)
    one: dict[str, Any] = {"calendar": connected.connector, "dry_run": dry_run}
    if back:
        stood = Stood(back.look, {})  # the journal may hold the undo itself already
        one["actions"] = entries(back.look.decision.actions, back.look, stood)
        one["left"] = [_left(each) for each in back.left]
        one["since"] = back.since.at.isoformat().replace("+00:00", "Z") if back.since else None
    else:
        one["written"] = len(written)
    return one | ({"failed": failed} if failed else {}), status


def _left(each: "Left") -> dict[str, Any]:
    day = each.day.isoformat() if each.day else None
    return {"day": day, "ident": each.ident, "name": each.name, "reason": each.why}


def _print(one: dict[str, Any]) -> None:
    name = one["calendar"]
    left = [
        {"become": "left", "from_day": None, "was": None, "differences": [], **each}
        for each in one.get("left", ())
    ]
    for line in told([*one.get("actions", ()), *left]):
        typer.echo(line)
    if why := one.get("failed"):
        typer.echo(f"{name}: {why}", err=True)
        return
    taken = sum(each["action"] in {"create", "replace", "delete"} for each in one["actions"])
    if one["since"] is None:
        typer.echo(f"{name}: there is nothing to take back.")
    elif one["dry_run"]:
        typer.echo(f"{name}: {counted(taken, 'write')} would be taken back. Nothing was written.")
    else:
        typer.echo(
            f"{name}: {counted(taken, 'write')} taken back. It is paused now: nothing is written "
            f"there until `goalward calendar resume {name}`, which writes the plan again."
        )
