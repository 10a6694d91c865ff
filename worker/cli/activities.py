"""`goalward activity ...`: what was run, by whose record, and the athlete's own word on it."""

from datetime import date, timedelta
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
from worker.cli.words import one_of, parsed, parsed_day, parsed_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planning.activity import Activity
    from planning.rulings import Ruling
    from worker.rulings import Told

activity_commands = typer.Typer(
    no_args_is_help=True,
    help="What was run, by whose record; and your own word where the records are wrong.\n\n"
    "Copies of one run from several services are one activity. Where that went wrong, `split` and "
    "`join` put it right, `exclude` leaves a run out and `edit` corrects it; `undo` takes all of "
    "that back. Nothing at the services is touched, and no record is lost.",
)
IdArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Its id or the beginning of it, as `activity list` shows; or `latest`."
    ),
]


def add_to(app: typer.Typer) -> None:
    app.add_typer(activity_commands, name="activity")


@activity_commands.command("list")
def list_(
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How many days back.")] = 28,
    since: Annotated[str | None, typer.Option(help="From this day (YYYY-MM-DD).")] = None,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """Activities of every sport, the newest first; also those that you left out."""
    with session(athlete, known_at=known_at) as at_work:
        first = parsed_day(since) if since else at_work.today - timedelta(days=days - 1)
        told = _told(at_work)
        if json:
            print_json([_as_json(one, told) for one in _newest(told.activities, first)])
            return
        for one in _newest(told.activities, first):
            typer.echo(_line(one, told))
        for one in _newest(told.excluded, first):
            typer.echo(f"{_line(one, told)}  (left out by you)")
        if not any(one.day >= first for one in told.activities):
            typer.echo(f"Nothing was recorded since {first}: `goalward status` says what is known.")


@activity_commands.command("show")
def show(
    activity: IdArgument,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """One activity: each value with the record it comes from, its copies, what was doubted, and
    how it was run beside what was planned.
    """
    from worker.cli.reviewing import session_json, session_line, session_of

    with session(athlete, known_at=known_at) as at_work:
        told = _told(at_work)
        one = _find(told, activity)
        planned = session_of(at_work, one)
        if json:
            print_json({**_as_json(one, told), "session": session_json(planned)})
            return
        typer.echo(_line(one, told))
        if planned:
            typer.echo(f"  {session_line(planned)}")
        for line in _details(one, told):
            typer.echo(f"  {line}")


@activity_commands.command("split")
def split(
    activity: IdArgument,
    copy: Annotated[
        str | None,
        typer.Argument(help="The copy that is another run; needed only where there are several."),
    ] = None,
    athlete: AthleteOption = None,
) -> None:
    """Its copies are of two runs: make two activities of it."""
    from planning.rulings import Split
    from worker.cli.failing import UsedWrongly

    with session(athlete) as at_work:
        one = _find(_told(at_work), activity)
        if len(one.sources) < 2:
            raise UsedWrongly(f"{one.id} has one copy only; there is nothing to split")
        if copy is None and len(one.sources) > 2:
            raise UsedWrongly(f"say which copy is another run: {', '.join(one.sources)}")
        alone = one.sources[-1] if copy is None else _copy_of(one, copy)
        others = [key for key in one.sources if key != alone]
        _rule(at_work, [Split(alone, other) for other in others])
        typer.echo(f"{alone} is a run of its own now. `goalward activity undo` takes it back.")


@activity_commands.command("join")
def join(activity: IdArgument, other: IdArgument, athlete: AthleteOption = None) -> None:
    """Two activities are of one run: make one of them."""
    from planning.rulings import Join
    from worker.cli.failing import UsedWrongly

    with session(athlete) as at_work:
        told = _told(at_work)
        one, two = _find(told, activity), _find(told, other)
        if one.id == two.id:
            raise UsedWrongly(f"{one.id} is one activity already")
        _rule(at_work, [Join(one.sources[0], two.sources[0])])
        typer.echo("They are one activity now. `goalward activity undo` takes it back.")


@activity_commands.command("exclude")
def exclude(
    activity: IdArgument,
    reason: Annotated[str, typer.Option(help="Why, for yourself.")] = "",
    copy: Annotated[str | None, typer.Option(help="Only this copy of it.")] = None,
    athlete: AthleteOption = None,
) -> None:
    """Leave it out of everything: estimate, load, volume. It stays in the list, marked."""
    from planning.rulings import Exclude

    with session(athlete) as at_work:
        one = _find(_told(at_work), activity)
        said = (
            Exclude(one.sources[0], reason, whole_run=True)  # also copies that come later
            if copy is None
            else Exclude(_copy_of(one, copy), reason)
        )
        _rule(at_work, [said])
        typer.echo("Left out. `goalward activity undo` brings it back.")


@activity_commands.command("edit")
def edit(  # options, given by name
    activity: IdArgument,
    sport: Annotated[
        str | None, typer.Option(help="run, walk, ride, swim, strength or other.")
    ] = None,
    surface: Annotated[
        str | None, typer.Option(help="road, track, trail, treadmill or virtual.")
    ] = None,
    distance: Annotated[str | None, typer.Option(help="Like 10k, 8.4km or 5mi.")] = None,
    time: Annotated[str | None, typer.Option(help="Moving time, [H:]MM:SS.")] = None,
    race: Annotated[bool | None, typer.Option("--race/--no-race", help="Was it a race?")] = None,
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    athlete: AthleteOption = None,
) -> None:
    """Say what it really was: your word is believed before any record."""
    from planning.rulings import Edit
    from worker.cli.failing import UsedWrongly

    given: dict[Any, Any] = {
        "sport": _sport(sport),
        "surface": _surface(surface),
        "distance_m": _distance(distance),
        "moving_time_s": parsed_time(time),
        "is_race": race,
        "name": name,
    }
    given = {field: value for field, value in given.items() if value is not None}
    if not given:
        raise UsedWrongly("nothing was given; `goalward activity edit --help` lists what can be")
    with session(athlete) as at_work:
        one = _find(_told(at_work), activity)
        _rule(at_work, [Edit(one.sources[0], field, value) for field, value in given.items()])
        typer.echo("Noted. `goalward activity undo` takes it back.")


@activity_commands.command("undo")
def undo(activity: IdArgument, athlete: AthleteOption = None) -> None:
    """Take back all that you said of it: splits, joins, edits, and that it is left out."""
    from worker.cli.failing import UsedWrongly
    from worker.db import writing
    from worker.owing import owe_replan
    from worker.rulings import take_back

    with session(athlete) as at_work:
        told = _told(at_work)
        said = told.of(_find(told, activity))
        if not said:
            raise UsedWrongly("you have said nothing of it that could be taken back")
        with writing(at_work.runtime.engine) as conn:
            now = at_work.runtime.clock.machine_now()
            take_back(conn, at_work.athlete_id, said, known_at=at_work.now, now=now)
            owe_replan(at_work.runtime, conn, at_work.athlete_id)
        at_work.finish()
        typer.echo(f"Taken back: {', '.join(sorted({ruling.kind for ruling in said}))}.")


def _told(at_work: Session) -> "Told":
    from worker.db import reading
    from worker.rulings import told

    with reading(at_work.runtime.engine) as conn:
        return told(conn, at_work.athlete_id, at_work.today, until=at_work.until)


def _rule(at_work: Session, rulings: "Iterable[Ruling]") -> None:
    from worker.db import writing
    from worker.owing import owe_replan
    from worker.rulings import rule

    with writing(at_work.runtime.engine) as conn:
        now = at_work.runtime.clock.machine_now()
        rule(conn, at_work.athlete_id, rulings, known_at=at_work.now, now=now)
        owe_replan(at_work.runtime, conn, at_work.athlete_id)
    at_work.finish()


def _newest(activities: "Iterable[Activity]", first: date) -> "list[Activity]":
    found = [one for one in activities if one.day >= first]
    return sorted(found, key=lambda one: (one.start_at, one.id), reverse=True)


def _find(told: "Told", words: str) -> "Activity":
    from worker.cli.failing import UsedWrongly

    everything = [*told.activities, *told.excluded]
    if words == "latest" and told.activities:
        return max(told.activities, key=lambda one: (one.start_at, one.id))
    found = [one for one in everything if one.id.startswith(words) or words in one.sources]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsedWrongly(f"there is no activity {words!r}; `goalward activity list` names them")
    raise UsedWrongly(f"{words!r} could be {', '.join(one.id for one in found)}: write more of it")


def _copy_of(one: "Activity", words: str) -> str:
    from worker.cli.failing import UsedWrongly

    found = [key for key in one.sources if words in (key, key.partition(":")[0])]
    if len(found) != 1:
        raise UsedWrongly(f"{words!r} names no one copy of {one.id}: {', '.join(one.sources)}")
    return found[0]


def _as_json(one: "Activity", told: "Told") -> dict[str, Any]:
    from worker.cli.explaining import race_looks_json
    from worker.stored import to_body

    load = told.load_of(one)
    return {
        **to_body(one),
        "excluded": one in told.excluded,
        "load": {"minutes": round(load.minutes, 1), "basis": load.basis.value},
        "quality": to_body(told.quality_of(one)),
        "race_looks": race_looks_json(told.race_looks_of(one)),
        "copies": [
            {
                "key": copy.key,
                "kind": copy.record.kind.value,
                "start_at": copy.record.start_at.isoformat().replace("+00:00", "Z"),
                "distance_m": copy.record.distance_m,
                "moving_time_s": copy.record.moving_time_s,
                "elapsed_time_s": copy.record.elapsed_time_s,
                "device": copy.record.device,
                "deriver": copy.deriver,
                "reasons": list(copy.reasons),
                "repairs": list(copy.repairs),
            }
            for copy in told.copies_of(one)
        ],
        "said": [to_body(ruling) for ruling in told.of(one)],
    }


def _line(one: "Activity", told: "Told") -> str:
    from planning.activity import Surface
    from planning.units import format_distance, format_duration

    kind = one.sport.value
    if one.surface is not Surface.ROAD:
        kind = f"{kind} ({one.surface.value})"
    size = format_distance(one.distance_m) if one.distance_m else "-"
    time_s = one.moving_time_s or one.elapsed_time_s
    sources = " + ".join(dict.fromkeys(key.partition(":")[0] for key in one.sources))
    marks = [word for word, true in (("race", one.is_race), ("by your word", told.of(one))) if true]
    return "  ".join(
        [
            one.id,
            f"{one.day:%a %d %b %Y}",
            f"{kind:16}",
            f"{size:>8}",
            f"{format_duration(time_s) if time_s else '-':>8}",
            f"{one.name or '-'}  [{sources}]",
            *marks,
        ]
    )


def _details(one: "Activity", told: "Told") -> list[str]:
    from worker.cli.explaining import race_looks_line

    lines = [
        f"{field}: {_best(one) if field == 'efforts' else getattr(one, field)}  by {key}"
        for field, key in one.provenance.items()
    ]
    load = told.load_of(one)
    lines.append(f"load: {load.minutes:.0f} threshold-equivalent minutes, from {load.basis.value}")
    quality, looks = told.quality_of(one), told.race_looks_of(one)
    use = "counts for the estimate" if quality.counts else "not used for the estimate"
    lines.append(": ".join(filter(None, [use, "; ".join(quality.reasons)])))
    lines += [race_looks_line(looks)] if looks else []
    for copy in told.copies_of(one):
        lines += [f"{copy.key}: {repair}" for repair in copy.repairs]
    lines += [f"you said: {_words(ruling)}" for ruling in told.of(one)]
    return lines


_CURVE_SHOWN_S = (60, 300, 1_200, 3_600)


def _best(one: "Activity") -> str:
    """The fastest over standard distances and the furthest in some times; the whole is said."""
    from planning.fitness.efforts import CURVE_S
    from planning.units import format_duration, name_of_distance

    fastest = (f"{name_of_distance(e.distance_m)} {format_duration(e.time_s)}" for e in one.efforts)
    furthest = (
        f"{metres:.0f} m in {seconds // 60} min"
        for seconds, metres in zip(CURVE_S, one.curve_m, strict=False)
        if seconds in _CURVE_SHOWN_S
    )
    return ", ".join((*fastest, *furthest)) or "none"


def _words(ruling: "Ruling") -> str:
    from planning.rulings import Edit, Exclude, Join, Split

    match ruling:
        case Split(first, second):
            return f"{first} and {second} are two runs"
        case Join(first, second):
            return f"{first} and {second} are one run"
        case Exclude(copy, reason, whole_run):
            what = f"the run of {copy}" if whole_run else copy
            return f"{what} does not count{f': {reason}' if reason else ''}"
        case Edit(copy, field, value):
            return f"{field} of {copy} was {value}"


def _sport(words: str | None) -> str | None:
    from planning.activity import Sport

    return one_of("sport", words, [sport.value for sport in Sport])


def _surface(words: str | None) -> str | None:
    from planning.activity import Surface

    return one_of("surface", words, [surface.value for surface in Surface])


def _distance(words: str | None) -> float | None:
    from planning.units import parse_distance

    return None if words is None else parsed(parse_distance, words)
