"""`goalward plan proposals|accept|decline`: what the plan would change, and the athlete's word."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.planned import plan_of
from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planning.schedule.plan import Held

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="From `goalward plan proposals`.")]
MOST_LINES = 5


def add_to(commands: typer.Typer) -> None:
    for name, command in (("proposals", proposals), ("accept", accept), ("decline", decline)):
        commands.command(name)(command)


def proposals(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """What the plan would change and does not, why it waits, and what holding still costs.

    With `athlete set --autonomy ask` material changes of the plan's own accord wait for your word:
    new paces, a hard session on a bad morning. Safety never waits, and what you ask for is done.
    A proposal is withdrawn when the facts move, and is over when its last day is.
    """
    with session(athlete, known_at=known_at) as at_work:
        held = plan_of(at_work).held
        if json:
            print_json([held_json(each) for each in held])
            return
        for each in held:
            for line in _lines(each):
                typer.echo(line)
        if not held:
            typer.echo("Nothing waits.")


def accept(proposal: IdArgument, athlete: AthleteOption = None) -> None:
    """Let the plan change as proposed."""
    with session(athlete) as at_work:
        _answer(at_work, _named(at_work, proposal), accepted=True)
        if any(each.id == proposal for each in plan_of(at_work).held):
            typer.echo("Accepted; it waits for room: three material changes in seven days.")
        else:
            typer.echo("Accepted: the plan has changed. `goalward plan changes` has the receipts.")


def decline(proposal: IdArgument, athlete: AthleteOption = None) -> None:
    """Leave the plan as it is. You are asked again when more is at stake."""
    with session(athlete) as at_work:
        held = _named(at_work, proposal)
        _answer(at_work, held, accepted=False)
        typer.echo(f"Declined. {held.cost}")


def held_json(held: "Held") -> dict[str, Any]:
    """The shape of `plan proposals --json`."""
    from worker.stored import to_body

    return {
        "id": held.id,
        "waits_for": held.waits.value,
        "rule": held.rule,
        "fact": held.fact,
        "since": held.since.isoformat(),
        "until": held.until.isoformat(),
        "cost": held.cost,
        "changes": [to_body(change) for change in held.changes],
    }


def _lines(held: "Held") -> "Iterator[str]":
    from planning.schedule.plan import WaitsFor
    from planning.schedule.receipt import in_words

    told = in_words(held.changes)
    yield f"{held.id}  since {held.since}, until {held.until}"
    yield from (f"  {line}" for line in told[:MOST_LINES])
    if len(told) > MOST_LINES:
        yield f"  ... and {len(told) - MOST_LINES} more: `goalward plan proposals --json`"
    yield f"  Holding still: {held.cost}"
    match held.waits:
        case WaitsFor.ANSWER:
            yield f"  `goalward plan accept {held.id}` or `goalward plan decline {held.id}`"
        case WaitsFor.ROOM:
            yield "  It waits for room: there are at most three material changes in seven days."
        case WaitsFor.NOTHING:
            yield "  You said no, or want no changes (`goalward athlete set --autonomy ask`)."


def _named(at_work: Session, proposal: str) -> "Held":
    from worker.cli.failing import UsedWrongly

    held = plan_of(at_work).held
    for each in held:
        if each.id == proposal:
            return each
    others = ", ".join(each.id for each in held)
    raise UsedWrongly(
        f"{proposal!r} does not wait, or no longer: it was withdrawn when the facts moved, or is "
        f"over; {f'these do: {others}' if others else 'nothing waits'}"
    )


def _answer(at_work: Session, held: "Held", *, accepted: bool) -> None:
    from planning.schedule.plan import Answer
    from worker.db import writing
    from worker.hand import answered

    said = Answer(held.id, accepted=accepted, day=at_work.today)
    with writing(at_work.runtime.engine) as conn:
        answered(at_work.runtime, conn, at_work.athlete_id, said)
    at_work.finish()
