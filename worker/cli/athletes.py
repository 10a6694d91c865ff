"""`goalward athlete ...`: who runs, when they can, and how they like it said."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    open_home,
    print_json,
    session,
)
from worker.cli.words import one_of

if TYPE_CHECKING:
    from planning.athlete import Athlete
    from worker.cli.present import Present

athlete_commands = typer.Typer(
    no_args_is_help=True, help="Who runs: time zone, days, limits, channels."
)
YOUNGEST, OLDEST = 5, 120  # years: beyond is a slip of the pen as well
LEAST_RESERVE_BPM = 40  # between resting and highest: less is a slip of the pen
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def add_to(app: typer.Typer) -> None:
    app.add_typer(athlete_commands, name="athlete")


@athlete_commands.command("list")
def list_(json: JsonOption = False) -> None:
    """Everybody whose running is kept here."""
    from worker import store
    from worker.db import reading
    from worker.stored import to_body

    with open_home() as runtime:
        with reading(runtime.engine) as conn:
            known = {id_: store.profile_of(conn, id_) for id_ in store.athlete_ids(conn)}
        if json:
            print_json([{"id": id_, **to_body(profile)} for id_, profile in known.items()])
            return
        for id_, profile in known.items():
            typer.echo(f"{id_}  {profile.name or '(no name)'}  {profile.zone.key}")


@athlete_commands.command("show")
def show(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """One athlete's settings."""
    from worker import store
    from worker.cli.present import lines
    from worker.db import reading
    from worker.stored import to_body

    with session(athlete, known_at=known_at) as at_work:
        with reading(at_work.runtime.engine) as conn:
            profile = store.profile_of(conn, at_work.athlete_id, until=at_work.until)
        if json:
            print_json({"id": at_work.athlete_id, **to_body(profile)})
            return
        days = " ".join(WEEKDAYS[day] for day in sorted(profile.run_weekdays))
        typer.echo(f"{at_work.athlete_id}  {profile.name or '(no name)'}, {profile.zone.key}")
        typer.echo(f"  runs on {days}; the long run on {WEEKDAYS[profile.long_run_weekday]}")
        hours = f"{profile.hours_per_week:g} h" if profile.hours_per_week else "no limit of time"
        typer.echo(f"  runs a week: {profile.runs_per_week or 'as many as lately'}; {hours}")
        born = profile.birth_year or "not said"
        typer.echo(f"  sex: {profile.sex or 'not said'}; born: {born}; {_heart(profile)}")
        typer.echo(f"  units: {profile.units.value}; calendar: {profile.horizon_days} days ahead")
        typer.echo(f"  changes by themselves: {profile.autonomy.value}")
        for line in lines(profile.stated):
            typer.echo(line)


@athlete_commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call them.")],
    zone: Annotated[
        str | None, typer.Option(help="Time zone, such as Europe/Paris; default: this machine's.")
    ] = None,
) -> None:
    """Another runner in this home: their data stay apart from everybody else's."""
    from planning.athlete import Athlete
    from worker import store
    from worker.cli.session import local_zone
    from worker.db import writing

    with open_home() as runtime, writing(runtime.engine) as conn:
        profile = Athlete(_zone(zone) if zone else local_zone(), name=name)
        known_at, now = runtime.calendar_now(conn), runtime.clock.machine_now()
        athlete_id = store.add_athlete(conn, profile, known_at=known_at, now=now)
    typer.echo(f"{athlete_id}  {name}. Use --athlete {athlete_id} with other commands.")


@athlete_commands.command("set")
def set_(  # noqa: PLR0917  # one option a setting; all are given by name
    name: Annotated[str | None, typer.Option(help="What to call you.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone, such as Europe/Paris.")] = None,
    days: Annotated[
        str | None, typer.Option(help="Days on which you can run: mon,tue,thu,sun.")
    ] = None,
    long_run: Annotated[str | None, typer.Option(help="Day of the long run: sun.")] = None,
    runs_per_week: Annotated[int | None, typer.Option(min=1, max=7, help="Runs a week.")] = None,
    hours: Annotated[
        float | None,
        typer.Option(min=0, max=30, help="Hours a week there are for running; 0: no limit."),
    ] = None,
    units: Annotated[str | None, typer.Option(help="metric or imperial.")] = None,
    sex: Annotated[
        str | None,
        typer.Option(help="f or m: where easy ends, by pace and heart rate; '' not said."),
    ] = None,
    birth_year: Annotated[
        int | None, typer.Option(min=0, help="Year of birth; 0: not said.")
    ] = None,
    max_hr: Annotated[
        float | None,
        typer.Option(
            min=100,
            max=240,
            help="Highest heart rate ever seen in a race or at the end of hard hills, bpm; not 220 "
            "less age. Default: what a year of runs shows.",
        ),
    ] = None,
    resting_hr: Annotated[
        float | None,
        typer.Option(
            min=25, max=110, help="Resting heart rate, bpm. Default: the median of 28 nights."
        ),
    ] = None,
    autonomy: Annotated[
        str | None,
        typer.Option(
            help="What the plan changes of its own accord: auto at once, ask after your word "
            "(`plan proposals`), never nothing, and calendars are written on command only."
        ),
    ] = None,
    notify: Annotated[
        str | None, typer.Option(help="Where messages go: apprise addresses, by spaces; '' none.")
    ] = None,
    strava_use: Annotated[
        str | None, typer.Option(help="What Strava's data are for: full, trigger or off.")
    ] = None,
    horizon_days: Annotated[
        int | None, typer.Option(min=1, max=28, help="Days of workouts on the calendar.")
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(
            metavar="LAT,LON", help="Where you run, for the weather; rounded to 0.1 degree."
        ),
    ] = None,
    recent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DISTANCE=TIME@DAY",
            help="A result of late, while runs on record are few, as 10k=52:30@2026-05-10; several "
            "by repeating it; '' none. It counts with a wide range until runs replace it.",
        ),
    ] = None,
    weekly_km: Annotated[
        float | None,
        typer.Option(min=0, max=300, help="Kilometres a week, held of late and not on record."),
    ] = None,
    longest_km: Annotated[
        float | None,
        typer.Option(min=0, max=250, help="Longest run of the last month, not on record."),
    ] = None,
    running_since: Annotated[
        int | None, typer.Option(min=1930, help="The year in which you began to run.")
    ] = None,
    athlete: AthleteOption = None,
) -> None:
    """Change what is given, leave the rest."""
    from worker.cli.failing import UsedWrongly
    from worker.cli.present import Present

    given: dict[str, Any] = {
        "name": name,
        "zone": None if zone is None else _zone(zone),
        "run_weekdays": None if days is None else frozenset(map(_weekday, days.split(","))),
        "long_run_weekday": None if long_run is None else _weekday(long_run),
        "runs_per_week": runs_per_week,
        "hours_per_week": hours,
        "units": one_of("units", units, ("metric", "imperial")),
        "sex": "" if sex == "" else one_of("sex", sex, ("f", "m")),
        "birth_year": birth_year,
        "max_heart_rate_bpm": max_hr,
        "resting_heart_rate_bpm": resting_hr,
        "autonomy": one_of("autonomy", autonomy, ("auto", "ask", "never")),
        "horizon_days": horizon_days,
    }
    others = {
        "notify": None if notify is None else _channels(notify),
        "strava_use": one_of("strava-use", strava_use, ("full", "trigger", "off")),
        "place": None if place is None else _place(place),
    }
    present = Present(recent or None, weekly_km, longest_km, running_since)
    if not present.is_said and all(value is None for value in (*given.values(), *others.values())):
        raise UsedWrongly("nothing to set was given; `goalward athlete set --help` lists it all")
    with session(athlete) as at_work:
        _write(at_work, given, others, present=present)
        typer.echo("Done.")


def _write(
    at_work: Session, given: dict[str, Any], others: dict[str, Any], *, present: "Present"
) -> None:
    from worker import store, tables, weather
    from worker.db import writing
    from worker.owing import owe_publishing, owe_replan

    runtime, athlete_id = at_work.runtime, at_work.athlete_id
    with writing(runtime.engine) as conn:
        now = runtime.clock.machine_now()
        profile = _changed(store.profile_of(conn, athlete_id), given)
        profile = present.of(profile, at_work.today)
        _plausible(profile, at_work.today)
        store.put_profile(conn, athlete_id, profile, known_at=at_work.now, now=now)
        for key, body in others.items():
            if body is not None:
                store.put(
                    conn,
                    tables.athlete_setting,
                    athlete_id=athlete_id,
                    key=key,
                    body=body,
                    known_at=at_work.now,
                    now=now,
                )
        if others["place"] is not None:
            weather.ask_again(conn, athlete_id)
        owe_replan(runtime, conn, athlete_id)
        owe_publishing(runtime, conn, athlete_id)  # how far ahead, and whether at all
    at_work.finish()


def _changed(profile: "Athlete", given: dict[str, Any]) -> "Athlete":
    from planning.athlete import Autonomy, Units

    new = {name: value for name, value in given.items() if value is not None}
    if "units" in new:
        new["units"] = Units(new["units"])
    if "autonomy" in new:
        new["autonomy"] = Autonomy(new["autonomy"])
    if "sex" in new:
        new["sex"] = new["sex"] or None
    if "birth_year" in new:
        new["birth_year"] = new["birth_year"] or None
    return replace(profile, **new)


def _plausible(profile: "Athlete", today: date) -> None:
    from worker.cli.failing import UsedWrongly

    if profile.long_run_weekday not in profile.run_weekdays:
        day = WEEKDAYS[profile.long_run_weekday]
        raise UsedWrongly(f"the long run is on {day}, which is not one of --days; set --long-run")
    highest, resting = profile.max_heart_rate_bpm, profile.resting_heart_rate_bpm
    if highest and resting and resting + LEAST_RESERVE_BPM > highest:
        raise UsedWrongly(f"--resting-hr {resting:.0f} is too near to --max-hr {highest:.0f}")
    age = 30 if profile.birth_year is None else today.year - profile.birth_year
    if not YOUNGEST <= age <= OLDEST:
        too = "young" if age < YOUNGEST else "old"
        raise UsedWrongly(
            f"--birth-year {profile.birth_year} makes too {too} a runner; as in --birth-year 1985"
        )


def _heart(profile: "Athlete") -> str:
    """Limits as set; without them they are read from runs and nights."""
    limits = (("highest", profile.max_heart_rate_bpm), ("resting", profile.resting_heart_rate_bpm))
    said = [f"{name} {bpm:.0f} bpm" if bpm else f"{name} as recorded" for name, bpm in limits]
    return f"heart rate: {', '.join(said)}"


def _weekday(words: str) -> int:
    from worker.cli.failing import UsedWrongly

    short = words.strip().lower()[:3]
    if short not in WEEKDAYS:
        raise UsedWrongly(f"{words!r} is no weekday; use {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(short)


def _zone(words: str) -> ZoneInfo:
    from worker.cli.failing import UsedWrongly

    try:
        return ZoneInfo(words)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsedWrongly(f"{words!r} is no time zone; one looks like Europe/Paris") from error


def _channels(words: str) -> list[str]:
    from worker.cli.failing import UsedWrongly
    from worker.notify import problem_with

    channels = words.split()
    for channel in channels:
        if problem := problem_with(channel):
            scheme = channel.partition("://")[0]
            raise UsedWrongly(f"--notify {scheme}://... {problem}")
    return channels


def _place(words: str) -> dict[str, float]:
    """Already rounded: a finer one is kept nowhere."""
    from planning.weather import Place
    from worker.cli.failing import UsedWrongly
    from worker.stored import to_body

    latitude, _, longitude = words.partition(",")
    try:
        near = Place.near(float(latitude), float(longitude))
    except ValueError as error:
        raise UsedWrongly(f"{words!r} is no place; write LAT,LON such as 45.8,4.9") from error
    rounded: dict[str, float] = to_body(near)
    return rounded
