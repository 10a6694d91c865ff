"""Which calendars a command of `goalward calendar` is about."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import Session

if TYPE_CHECKING:
    from worker.connections import Connected

NameArgument = Annotated[
    str | None, typer.Argument(help="Which calendar, like garmin. Without it: all of them.")
]
OneNameArgument = Annotated[
    str | None,
    typer.Argument(help="Which calendar, like garmin. Needed only where there are several."),
]


def calendars_named(at_work: Session, name: str | None) -> "list[Connected]":
    """All that are written for the athlete, also those that want a sign-in: using one says so."""
    from worker.cli.failing import Failed, UsedWrongly
    from worker.connections import connections, writes_calendar
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        mine = connections(conn, athlete_id=at_work.athlete_id, state=None)
    known = [each for each in mine if writes_calendar(at_work.runtime, each)]
    if not known:
        raise Failed("no calendar is connected: `goalward connect garmin`, or `connect intervals`")
    found = [each for each in known if name in {None, each.connector}]
    if not found:
        there = ", ".join(each.connector for each in known)
        raise UsedWrongly(f"there is no calendar {name!r}; there are: {there}")
    return found


def one_calendar_named(at_work: Session, name: str | None, what: str) -> "Connected":
    """The only one, or the one that is named; `what` says what for."""
    from worker.cli.failing import UsedWrongly

    chosen = calendars_named(at_work, name)
    if len(chosen) > 1:
        there = ", ".join(one.connector for one in chosen)
        raise UsedWrongly(f"say which calendar {what}: {there}")
    return chosen[0]
