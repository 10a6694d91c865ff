"""Commands that only look: status, fitness, forecast, news, doctor, replay."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import (
    AthleteOption,
    JsonOption,
    KnownAtOption,
    Session,
    print_json,
    session,
)

if TYPE_CHECKING:
    from planning.activity import Activity
    from planning.athlete import Units
    from worker.cli.explaining import View
    from worker.rulings import Told

LONGEST_ID = 18


def add_to(app: typer.Typer) -> None:
    for name, command in (
        ("status", status),
        ("fitness", fitness),
        ("forecast", forecast),
        ("news", news),
        ("doctor", doctor),
        ("replay", replay),
    ):
        app.command(name)(command)


def status(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """Goals, connections and owed work at a glance."""
    from worker import standing
    from worker.cli.goals import describe
    from worker.cli.showing import goal_lines

    with session(athlete, known_at=known_at) as at_work:
        outcome = at_work.outcome()
        if at_work.until is None:
            seen = standing.of(at_work.runtime, at_work.athlete_id)
            more = (*seen.connection_lines(), *seen.owed_lines())
        else:
            seen = standing.back_then(at_work.runtime, at_work.athlete_id, at_work.until)
            more = ("How connections stood is not kept: leave out --known-at to see them now.",)
        if json:
            print_json(seen.as_json())
            return
        for goal in seen.goals:
            typer.echo(f"{goal.day}  {describe(goal)}")
            for line in goal_lines(outcome, goal)[:2]:
                typer.echo(line)
        if not seen.goals:
            typer.echo("No goals yet: `goalward goal add --help`.")
        for line in (*seen.activity_lines(), *more):
            typer.echo(line)


def fitness(
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="What it rests on: past efforts and their weight, what each run of four weeks did "
            "to it (older ones where they matter), and why others did nothing.",
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="How it went, a line a week from DAY (YYYY-MM-DD) on: what is known today of "
            "those weeks, by the runs until each one's end. With --known-at: what was known then.",
        ),
    ] = None,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """The estimate of what you can run today, how sure it is, and what to train by.

    Times: the range holds eight times out of ten.

    Zones: slower than the first border is easy, faster than the second is hard.

    Paces: by purpose, from the estimate and never from a goal.

    Load: minutes at threshold that would have cost the same.

    It gets surer with runs of every week, a race, and `athlete set --sex --max-hr --resting-hr`.
    """
    from worker.cli.showing import distance_lines, distances_json
    from worker.cli.training import training_view
    from worker.cli.words import parsed_day
    from worker.stored import to_body

    first_day = parsed_day(since) if since else None
    with session(athlete, known_at=known_at) as at_work:
        outcome = at_work.outcome()
        more = _explained(at_work, outcome.day) if explain else None
        weeks = _weeks(at_work, first_day, outcome.day) if first_day else None
        training = training_view(_told(at_work, outcome.day))
        if json:
            shown = {
                "as_of": outcome.day.isoformat(),
                "ability": to_body(outcome.ability),
                "distances": distances_json(outcome),
                **training.json,
            }
            print_json(shown | (more.json if more else {}) | (weeks.json if weeks else {}))
            return
        typer.echo(outcome.ability.message)
        for line in distance_lines(outcome):
            typer.echo(line)
        for view in (training, more, weeks):
            for line in ("", *view.lines) if view else ():
                typer.echo(line)


def _told(at_work: Session, day: date) -> "Told":
    from worker.db import reading
    from worker.rulings import told

    with reading(at_work.runtime.engine) as conn:
        return told(conn, at_work.athlete_id, day, until=at_work.until)


def _explained(at_work: Session, day: date) -> "View":
    from planning.fitness.evidence import explained
    from worker.cli.explaining import explanation_view

    recorded, units = _recorded(at_work)
    return explanation_view(explained(recorded, day), recorded, units)


def _weeks(at_work: Session, since: date, until: date) -> "View":
    from planning.fitness.progress import fitness_weeks
    from worker.cli.explaining import weeks_view

    recorded, units = _recorded(at_work)
    return weeks_view(fitness_weeks(recorded, since, until), units)


def _recorded(at_work: Session) -> "tuple[tuple[Activity, ...], Units]":
    """Every activity that is known, and how the athlete counts metres."""
    from worker import store
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        recorded = store.activities(conn, at_work.athlete_id, until=at_work.until)
        profile = store.profile_of(conn, at_work.athlete_id, until=at_work.until)
    return recorded, profile.units


def forecast(
    distance: Annotated[
        str | None,
        typer.Option(help="Any race instead: 5k, 10k, half, marathon, 15k or metres, to 100 km."),
    ] = None,
    climb: Annotated[
        float | None, typer.Option(min=0, max=30_000, help="Metres climbed on its course.")
    ] = None,
    temp: Annotated[
        float | None, typer.Option(min=-60, max=60, help="Temperature, degrees Celsius.")
    ] = None,
    dew_point: Annotated[
        float | None, typer.Option(min=-80, max=40, help="Dew point, degrees Celsius.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Its day, the plan being followed until then (today).")
    ] = None,
    athlete: AthleteOption = None,
    known_at: KnownAtOption = None,
    json: JsonOption = False,
) -> None:
    """Finish times today and the trajectory to each goal, always with a range.

    With --distance: any race, and what its course, its day and the weeks until then cost.
    """
    from worker.cli.failing import UsedWrongly
    from worker.cli.races import Asked, show_race

    with session(athlete, known_at=known_at) as at_work:
        if distance is None:
            if any(given is not None for given in (climb, temp, dew_point, day)):
                raise UsedWrongly("--climb, --temp, --dew-point and --day are of a --distance")
            _goals(at_work, json=json)
            return
        asked = Asked.read(
            at_work,
            distance,
            climb_m=climb,
            temperature_c=temp,
            dew_point_c=dew_point,
            day=day,
        )
        show_race(at_work, asked, json=json)


def _goals(at_work: Session, *, json: bool) -> None:
    from worker import store
    from worker.cli.goals import describe
    from worker.cli.showing import distance_lines, forecast_json, goal_lines
    from worker.db import reading

    outcome = at_work.outcome()
    with reading(at_work.runtime.engine) as conn:
        goals = store.goals(conn, at_work.athlete_id, until=at_work.until)
    if json:
        print_json(forecast_json(outcome, goals))
        return
    typer.echo(f"On {outcome.day}, if you raced today (8 times out of 10 within the range):")
    for line in distance_lines(outcome):
        typer.echo(line)
    for goal in goals:
        if goal.retired_on is None:
            typer.echo(f"\n{goal.day}  {describe(goal)}")
            for line in goal_lines(outcome, goal):
                typer.echo(line)


def news(
    athlete: AthleteOption = None, known_at: KnownAtOption = None, json: JsonOption = False
) -> None:
    """What was said lately, and what could not be sent."""
    from sqlalchemy import select

    from worker import tables
    from worker.db import reading

    with session(athlete, known_at=known_at) as at_work:
        row = tables.message
        query = select(row).where(row.c.athlete_id == at_work.athlete_id)
        if at_work.until is not None:
            query = query.where(row.c.created_at <= at_work.until)
        with reading(at_work.runtime.engine) as conn:
            said = list(conn.execute(query.order_by(row.c.id.desc()).limit(20)))
        if json:
            print_json(
                [
                    {
                        "at": message.created_at.isoformat().replace("+00:00", "Z"),
                        "title": message.title,
                        "body": message.body,
                        "told": message.told_at is not None,
                        "problem": message.problem,
                    }
                    for message in said
                ]
            )
            return
        for message in said:
            day = message.created_at.astimezone(at_work.zone).date()
            typer.echo(f"{day}  {message.title}\n{message.body}")
            if message.problem:
                typer.echo(f"  (could not be sent: {message.problem})")
            typer.echo("")
        if not said:
            typer.echo("Nothing was worth saying yet.")


def doctor(json: JsonOption = False) -> None:
    """Look for what is wrong: settings, database, key, connections, work that is stuck."""
    from worker import standing
    from worker.cli.session import open_home

    with open_home() as runtime:
        findings = standing.examine(runtime)
        if json:
            print_json([{"what": f.what, "ok": f.ok, "says": f.says} for f in findings])
        else:
            for finding in findings:
                typer.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.says}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def replay(
    row: Annotated[
        str, typer.Argument(metavar="ID", help="The id that `status` or `doctor` names.")
    ],
) -> None:
    """Owe a piece of work again, such as one that was given up."""
    from worker import standing
    from worker.cli.failing import UsedWrongly
    from worker.cli.session import open_home

    if len(row) > LONGEST_ID:  # more than a database can look for
        raise UsedWrongly(f"there is no work {row[:LONGEST_ID]}...; `goalward status` names some")
    with open_home() as runtime:
        try:
            typer.echo(standing.owe_again(runtime, row))
        except LookupError as error:
            raise UsedWrongly(str(error)) from error
