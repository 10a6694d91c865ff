"""`goalward calendar journal`: every write of ours on the calendars, in words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from planning.units import counted
from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, JsonOption, print_json, session

if TYPE_CHECKING:
    from worker.journal import Line

WORDS = {
    "create": "created",
    "delete": "removed",
    "delete copy": "removed",
    "release": "left",
    "detach": "detached",
}


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("journal")(journal)


def journal(
    name: NameArgument = None,
    last: Annotated[
        int, typer.Option("--last", min=1, help="How many writings to show, newest first.")
    ] = 10,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """What was written on your calendars, the newest first, and why.

    What was written in one go stands together: that is what `goalward calendar undo` takes back.
    Times are yours; `calendar undo --to` takes them as they stand here.
    """
    from worker import journal as written
    from worker.db import reading

    with session(athlete) as at_work:
        names = {one.id: one.connector for one in calendars_named(at_work, name)}
        with reading(at_work.runtime.engine) as conn:
            runs = written.runs(written.lines(conn, names))
        shown, older = runs[:last], len(runs) > last
        if json:
            print_json([_as_json(line, names) for run in shown for line in run])
            return
        for run in shown:
            _print_run(run, names[run[0].connection_id], at_work.zone)
        if not shown:
            typer.echo("Nothing was written on a calendar yet.")
        if older:
            typer.echo(f"There are older ones: `--last {2 * last}` shows more.")


def _print_run(run: "tuple[Line, ...]", name: str, zone: ZoneInfo) -> None:
    at = f"{run[0].at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    typer.echo(f"{at}  {name}, {counted(len(run), 'write')}")
    for line in run:
        did, what = in_words(line)
        typer.echo(f"  {did:12} {what}  ({line.reason})")


def in_words(line: "Line") -> tuple[str, str]:
    """What was done, and to what, like `moved`, `Thu 27 Nov -> Fri 28 Nov  6 x 800 m`."""
    (old_day, old), (new_day, new) = line.was, line.became
    days = [f"{day:%a %d %b}" for day in (old_day, new_day) if day]
    told = " -> ".join(dict.fromkeys(days)) or "-"
    names = (
        " -> ".join(dict.fromkeys(filter(None, (old, new)))) or line.ident or "all that stood there"
    )
    moved = line.was[0] not in {None, line.became[0]}
    return did(line.action, moved=moved), f"{told}  {names}"


def did(action: str, *, moved: bool) -> str:
    """`replace` is "changed", or "moved"."""
    if action == "replace":
        return "moved" if moved else "changed"
    return WORDS.get(action, action)


def _as_json(line: "Line", names: Mapping[int, str]) -> dict[str, Any]:
    (old_day, old), (new_day, new) = line.was, line.became
    day = new_day or old_day
    return {
        "at": line.at.isoformat().replace("+00:00", "Z"),
        "calendar": names[line.connection_id],
        "writing": line.id if line.run is None else line.run,
        "action": line.action,
        "day": day.isoformat() if day else None,
        "from_day": old_day.isoformat() if old_day and old_day != day else None,
        "ident": line.ident,
        "name": new or old,
        "reason": line.reason,
    }
