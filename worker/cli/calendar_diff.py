"""`goalward calendar diff`: what would be written, as a list of changes that a person reads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from worker.cli.calendar_changes import Stood, as_data, tell
from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session

if TYPE_CHECKING:
    from worker.connections import Connected


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("diff")(diff)


def diff(
    name: NameArgument = None, athlete: AthleteOption = None, json: JsonOption = False
) -> None:
    """What would be written, in the order of days, and why. Writes nothing.

    Of several calendars, one that fails holds up no other; what failed is the exit status, at the
    end. `goalward calendar sync` does what is shown here, `goalward calendar undo` takes it back.
    """
    with session(athlete) as at_work:
        at_work.outcome()
        show(at_work, calendars_named(at_work, name), json=json)


def show(
    at_work: Session,
    calendars: "Sequence[Connected]",
    *,
    may_vanish: int | None = None,
    json: bool = False,
) -> None:
    """Each that can be looked at, and each that cannot by name. Raises typer.Exit for those."""
    shown, statuses = [], []
    for number, connected in enumerate(calendars):
        one, status = looked(at_work, connected, may_vanish=may_vanish)
        shown.append(one)
        statuses.append(status)
        if not json:
            if number and not shown[-2].get("failed"):
                typer.echo("")
            tell(one)
    if json:
        print_json(shown[0] if len(shown) == 1 else shown)
    if failed := next(filter(None, statuses), 0):
        raise typer.Exit(failed)


def looked(
    at_work: Session, connected: "Connected", *, may_vanish: int | None = None
) -> tuple[dict[str, Any], int]:
    """What would be done, or why that cannot be said; and the exit status that makes."""
    from connectors.errors import Refused, ServiceError
    from worker.at_once import Busy
    from worker.cli.failing import told
    from worker.connections import opened
    from worker.db import reading
    from worker.pausing import paused
    from worker.publish import MAY_VANISH, look_at

    runtime = at_work.runtime
    most = MAY_VANISH if may_vanish is None else may_vanish
    try:
        with opened(runtime, connected) as use:
            if use.calendar is None:
                raise Refused(f"{connected.connector} has no calendar to write to")
            look = look_at(runtime, connected, use.calendar, may_vanish=most)
            foreign = len(use.calendar.foreign(look.wanted.today, look.wanted.last))
    except (ServiceError, Busy) as error:
        status, failed = told(error)
        return {"calendar": connected.connector, "failed": failed}, status
    with reading(runtime.engine) as conn:
        stands_still = paused(conn, connected) is not None
        stood = Stood.read(conn, connected, look)
    return as_data(connected, look, stood, foreign, paused=stands_still), 0
