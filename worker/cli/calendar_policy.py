"""`goalward calendar policy`: what may be done to a calendar."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.calendar_named import NameArgument, calendars_named
from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session

if TYPE_CHECKING:
    from planning.calendar import Policy
    from worker.connections import Connected

CHOICE = "sync|no-deletes|dry-run"
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar=CHOICE,
        help="What may be done to its calendar; `goalward calendar policy --help` says what each "
        "means. As it was, or `sync`, unless it is said.",
    ),
]


def add_to(calendar_commands: typer.Typer) -> None:
    calendar_commands.command("policy")(policy)


def policy(
    which: Annotated[
        str | None,
        typer.Argument(metavar=f"[{CHOICE}]", help="Without it: what each is set to."),
    ] = None,
    name: NameArgument = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """What may be done to a calendar, and to set it.

    sync: what is planned is written, and what is not planned any more is taken off.

    no-deletes: what is planned is written, changed and moved; nothing is ever taken off, not even
    one of two that are the same. What would be is in `calendar diff`, and is told once a week.

    dry-run: nothing is written. `calendar diff` shows what would be.

    Under each, what you do on the calendar yourself is seen and counts for the plan. What you ask
    for by name is done all the same: `calendar undo`, `detach` and `remove-all`.
    """
    from worker import policies
    from worker.db import writing

    chosen = parsed(which) if which is not None else None
    with session(athlete) as at_work:
        mine = calendars_named(at_work, name)
        if chosen:
            with writing(at_work.runtime.engine) as conn:
                for one in mine:
                    policies.put(at_work.runtime, conn, one, chosen)
        shown = [_shown(at_work, one, chosen or one.policy) for one in mine]
        if json:
            print_json(shown)
            return
        for each in shown:
            paused = ", paused" if each["paused"] else ""
            typer.echo(f"{each['calendar']}: {each['policy']}{paused}.")
        if chosen:
            typer.echo("`goalward up` follows it from now on; `goalward calendar diff` shows how.")


def parsed(word: str) -> "Policy":
    """Raises UsedWrongly."""
    from planning.calendar import Policy
    from worker.cli.failing import UsedWrongly

    try:
        return Policy(word)
    except ValueError:
        names = ", ".join(each.value for each in Policy)
        said = f"{word!r} is no policy; there are: {names}. A calendar's name comes after it"
        raise UsedWrongly(said) from None


def _shown(at_work: Session, connected: "Connected", policy: "Policy") -> dict[str, Any]:
    from worker.db import reading
    from worker.pausing import paused

    with reading(at_work.runtime.engine) as conn:
        stands_still = paused(conn, connected) is not None
    return {"calendar": connected.connector, "policy": policy.value, "paused": stands_still}
