"""`goalward plan skip|move|pin|undo`: the athlete's hand on the plan, and back again."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.planned import DayArgument, changes_in, find, plan_of
from worker.cli.session import AthleteOption, Session, session
from worker.cli.words import parsed_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planning.replan import Outcome
    from planning.schedule.plan import Change, Layer
    from planning.workout import PlannedWorkout


def add_to(commands: typer.Typer) -> None:
    for name, command in (("skip", skip), ("move", move), ("pin", pin), ("undo", undo)):
        commands.command(name)(command)


def skip(day: DayArgument, athlete: AthleteOption = None) -> None:
    """Leave one session out. It is not made up; `plan undo` brings it back."""
    from planning.schedule.plan import Layer, LayerKind

    with session(athlete) as at_work:
        planned = _session_of(at_work, day)
        _say(at_work, [Layer(LayerKind.SKIP, planned.ident, None, "by you", planned.day)])
        typer.echo("Skipped. Nothing is piled on the days after.")


def move(
    day: DayArgument,
    to: Annotated[str, typer.Argument(help="The day it moves to, as YYYY-MM-DD.")],
    athlete: AthleteOption = None,
) -> None:
    """Move one session to another day; `plan undo` moves it back."""
    from planning.schedule.plan import Layer, LayerKind
    from worker.cli.failing import UsedWrongly

    with session(athlete) as at_work:
        planned, to_day = _session_of(at_work, day), parsed_day(to)
        if min(planned.day, to_day) < at_work.today:
            over = min(planned.day, to_day)
            raise UsedWrongly(f"{over} is over; only days to come can be changed")
        find(plan_of(at_work), to)
        moved = Layer(LayerKind.MOVE, planned.ident, to_day, "by you")
        would_be = _tried(at_work, [moved]).plan
        there = would_be.on(to_day) if would_be else None
        if there is None or there.workout is None or there.workout.ident != planned.ident:
            holds = there.workout.workout.name if there and there.workout else "something"
            raise UsedWrongly(f"{to} holds {holds}; skip or move that first, or choose another day")
        _say(at_work, [moved])
        typer.echo(f"Moved to {to}.")


def pin(day: DayArgument, athlete: AthleteOption = None) -> None:
    """Hold one session as it reads now, wherever it is moved; `plan undo` releases it.

    New paces, heat and bad mornings leave it alone. Only the limits on how far and how much still
    take from it, and a break its day.
    """
    from planning.schedule.plan import Layer, LayerKind
    from planning.schedule.receipt import one_line
    from worker.cli.failing import UsedWrongly

    with session(athlete) as at_work:
        planned = _session_of(at_work, day)
        if planned.day < at_work.today:
            raise UsedWrongly(f"{planned.day} is over; only days to come can be changed")
        workout = planned.workout
        _say(at_work, [Layer(LayerKind.PIN, planned.ident, because="by you", workout=workout)])
        typer.echo(f"Pinned: {planned.day} stays {one_line(workout)}.")


def undo(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A day (YYYY-MM-DD), a session's ident, or a change's id from `plan changes`.",
        ),
    ],
    athlete: AthleteOption = None,
) -> None:
    """Take back what changed: what you skipped, moved, pinned or edited, here or on the calendar;
    else the last change that the plan made of that day, or with a change's id all that it changed.

    What was written on a calendar is `goalward calendar undo`'s business: it leaves the plan alone.

    What is given back stays as it was, until you undo that too. What a limit took is not given
    back: the rule is told.
    """
    from worker.db import writing
    from worker.hand import undone

    with session(athlete) as at_work:
        changed = [each for each in _changes(at_work) if each.change_id == what]
        touched = "" if changed else _touched(at_work, what)
        if touched:
            with writing(at_work.runtime.engine) as conn:
                undone(at_work.runtime, conn, at_work.athlete_id, touched)
            at_work.finish()
            typer.echo("Undone.")
            return
        for line in _given_back(at_work, changed or _last_change(at_work, what)):
            typer.echo(line)


def _given_back(at_work: Session, changed: "Sequence[Change]") -> list[str]:
    """Pins each day of a change to what it read before, where no rule takes it again."""
    from planning.schedule.plan import Layer, LayerKind
    from planning.schedule.receipt import one_line
    from worker.cli.failing import UsedWrongly

    coming = [each for each in changed if each.day >= at_work.today and each.workout_before]
    if not coming:
        raise UsedWrongly("nothing of that change is still to come: what is over stays as it was")
    because = f"undone: {coming[0].rule}"
    pins = [
        Layer(LayerKind.PIN, each.ident, because=because, workout=each.workout_before)
        for each in coming
    ]
    would_be = _tried(at_work, pins)
    holding = [pin for pin in pins if _holds(would_be, pin)]
    taken = {pin.ident: _why_not(would_be, pin.ident, coming) for pin in pins if pin not in holding}
    if not holding:
        raise UsedWrongly(f"it would be taken again: {next(iter(taken.values()))}")
    _say(at_work, holding)
    given = {pin.ident for pin in holding}
    return [
        *(
            f"{each.day}: {one_line(each.workout_before)} again."
            for each in coming
            if each.ident in given and each.workout_before
        ),
        *(f"Not given back: {reason}" for reason in dict.fromkeys(taken.values())),
    ]


def _holds(outcome: "Outcome", pin: "Layer") -> bool:
    """Whether the session reads as it was pinned."""
    days = outcome.plan.days() if outcome.plan else ()
    there = [d.workout.workout for d in days if d.workout and d.workout.ident == pin.ident]
    return bool(there) and pin.workout is not None and there[0].steps == pin.workout.steps


def _why_not(outcome: "Outcome", ident: str, changed: "Sequence[Change]") -> str:
    """The sentence of the rule that takes it, now or when it was changed."""
    again = [each for each in outcome.changes if each.ident == ident]
    first = [each for each in changed if each.ident == ident]
    return (again or first)[0].sentence


def _last_change(at_work: Session, what: str) -> "list[Change]":
    """The newest change of the plan's own making of that day."""
    from planning.schedule.plan import ASKED, BY_HAND
    from worker.cli.failing import UsedWrongly

    day = find(plan_of(at_work), what)
    made = [each for each in _changes(at_work) if each.day == day.day]
    own = [each for each in made if each.rule not in {ASKED, BY_HAND}]
    if not own:
        raise UsedWrongly(
            f"nothing was skipped, moved, pinned, edited or changed on {day.day}; a change of what "
            "you asked for is taken back where you asked for it (`goalward goal`, `goalward break`)"
        )
    return own[:1]


def _session_of(at_work: Session, words: str) -> "PlannedWorkout":
    from worker.cli.failing import UsedWrongly

    day = find(plan_of(at_work), words)
    if day.workout is None:
        raise UsedWrongly(f"nothing is planned on {day.day}")
    return day.workout


def _touched(at_work: Session, words: str) -> str:
    """The ident of a session that a hand has changed, by it or by a day it stands or stood on; ""
    where none has.
    """
    from worker import store, tables
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        layers = store.facts(conn, tables.layer, athlete_id=at_work.athlete_id)
        touched = {body["ident"] for _, body in layers}
    if words in touched:
        return words
    day = find(plan_of(at_work), words)
    idents = (workout.ident for workout in (day.set_aside, day.workout) if workout)
    return next((ident for ident in idents if ident in touched), "")


def _tried(at_work: Session, layers: "Sequence[Layer]") -> "Outcome":
    from worker.hand import tried

    return tried(at_work.runtime, at_work.athlete_id, *layers)


def _say(at_work: Session, layers: "Sequence[Layer]") -> None:
    from worker.db import writing
    from worker.hand import say

    with writing(at_work.runtime.engine) as conn:
        for layer in layers:
            say(at_work.runtime, conn, at_work.athlete_id, layer)
    at_work.finish()


def _changes(at_work: Session) -> "list[Change]":
    return changes_in(at_work, at_work.outcome())
