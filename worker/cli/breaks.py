"""`goalward break ...`: illness, injury, travel, rest, as the athlete says them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)
from worker.cli.words import parsed_day

if TYPE_CHECKING:
    from planning.breaks import Break, Breaks

break_commands = typer.Typer(
    no_args_is_help=True,
    help="Say when you do not run, or little. The plan goes on from there, and nothing is made up.",
)

KindArgument = Annotated[
    str, typer.Argument(metavar="KIND", help="illness, injury, travel or rest.")
]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The break's id, from `goalward break list`.")
]
NoteOption = Annotated[str | None, typer.Option("--note", help="In your own words; only kept.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(break_commands, name="break")


@break_commands.command("add")
def add(
    kind: KindArgument,
    from_day: Annotated[
        str | None,
        typer.Option("--from", help="The first day, up to 180 days back; today if left out."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The last day; without it: until you say more.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Of travel and rest: what one run may take, 10 to 600; without it: no running."
        ),
    ] = None,
    note: NoteOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Say a break: its days hold no run, or short ones.

    Pregnancy, a birth: say `rest` without --until; you and those who care for you end it.
    """
    from worker.cli.break_words import Words, break_of

    words = Words(kind=kind, from_day=from_day, until=until, minutes=minutes, note=note)
    with session(athlete) as at_work:
        known = _known(at_work)
        said = break_of(words, athlete_id=at_work.athlete_id, today=at_work.today, known=known)
        _say(at_work, said, as_json=json)


@break_commands.command("end")
def end(
    break_id: IdArgument,
    on: Annotated[str | None, typer.Option("--on", help="Its last day; today if left out.")] = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Say which day is the last of a break; the day after it may hold a run."""
    from worker.cli.break_words import break_named, ended

    with session(athlete) as at_work:
        last = at_work.today if on is None else parsed_day(on)
        one = break_named(break_id, _known(at_work))
        _say(at_work, ended(one, last, today=at_work.today), as_json=json)


@break_commands.command("change")
def change(
    break_id: IdArgument,
    kind: Annotated[
        str | None, typer.Option(help="Another kind: illness, injury, travel or rest.")
    ] = None,
    from_day: Annotated[str | None, typer.Option("--from", help="Another first day.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help='Another last day; "": no end yet.')
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Another limit for a run; 0: no running at all.")
    ] = None,
    note: NoteOption = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Change what is given, leave the rest; the plan follows."""
    from worker.cli.break_words import Words, break_named, changed

    words = Words(kind=kind, from_day=from_day, until=until, minutes=minutes, note=note)
    with session(athlete) as at_work:
        one = break_named(break_id, _known(at_work))
        _say(at_work, changed(one, words, today=at_work.today), as_json=json)


@break_commands.command("list")
def list_(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """All breaks, the first one first."""
    from worker.cli.break_words import told

    with session(athlete, known_at=known_at) as at_work:
        known = _known(at_work).said
        if json:
            print_json([_as_json(one) for one in known])
            return
        for one in known:
            typer.echo(f"{one.id}  {told(one)}")
        if not known:
            typer.echo("No breaks. `goalward break add --help` shows how to say one.")


@break_commands.command("remove")
def remove(break_id: IdArgument, athlete: AthleteOption = None) -> None:
    """Take a break back, as if it had never been said; `break end` is for one that is over."""
    from worker import store
    from worker.cli.break_words import break_named, told
    from worker.db import writing
    from worker.owing import owe_replan

    with session(athlete) as at_work:
        one, runtime = break_named(break_id, _known(at_work)), at_work.runtime
        with writing(runtime.engine) as conn:
            now = runtime.clock.machine_now()
            store.drop_break(conn, at_work.athlete_id, one.id, known_at=at_work.now, now=now)
            owe_replan(runtime, conn, at_work.athlete_id)
        at_work.finish()
        typer.echo(f"Taken back: {told(one)}.")


def _known(at_work: Session) -> "Breaks":
    from worker import store
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        return store.breaks(conn, at_work.athlete_id, until=at_work.until)


def _say(at_work: Session, one: "Break", *, as_json: bool) -> None:
    """Keep it, plan anew, and tell what follows."""
    from worker import store
    from worker.cli.break_words import consequences, races_in_it, told
    from worker.db import writing
    from worker.owing import owe_replan

    runtime = at_work.runtime
    with writing(runtime.engine) as conn:
        now = runtime.clock.machine_now()
        store.put_break(conn, at_work.athlete_id, one, known_at=at_work.now, now=now)
        owe_replan(runtime, conn, at_work.athlete_id)
        goals = store.goals(conn, at_work.athlete_id)
    at_work.finish()
    for race in races_in_it(one, goals, at_work.today):
        typer.echo(f"Note: {race}", err=True)
    lines = list(consequences(one, at_work.today))
    if as_json:
        print_json({**_as_json(one), "says": lines})
        return
    for line in (f"{one.id}  {told(one)}", *lines):
        typer.echo(line)


def _as_json(one: "Break") -> dict[str, Any]:
    """As it was said, with the last day on which nothing is hard after it; null: none, or open."""
    from worker.stored import to_body

    quiet = one.quiet_until
    return {**to_body(one), "quiet_until": None if quiet is None else quiet.isoformat()}
