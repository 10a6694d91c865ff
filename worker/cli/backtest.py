"""`goalward backtest`: how good the predictions would have been."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import AthleteOption, JsonOption, print_json, session

if TYPE_CHECKING:
    from worker.backtesting import Log


NOBODY_NAMED_A_RACE = "Nobody named a race: the signs of one stay as they are."


def add_to(app: typer.Typer) -> None:
    app.command("backtest")(backtest)


def backtest(  # noqa: PLR0917  # options, given by name
    runs: Annotated[
        Path | None, typer.Option(help="A log of many athletes' runs, one line a run (CSV).")
    ] = None,
    efforts: Annotated[
        Path | None, typer.Option(help="The efforts to predict: athlete, day, effort, distance_m.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the predictions (CSV).")] = None,
    horizon_weeks: Annotated[
        int, typer.Option(min=0, max=104, help="Nothing of so many weeks before is known.")
    ] = 0,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="By weights fitted without who is predicted.")
    ] = False,
    drop_suspect: Annotated[
        bool, typer.Option("--drop-suspect", help="Leave out rows marked suspect, to compare.")
    ] = False,
    refit: Annotated[
        bool,
        typer.Option("--refit", help="Fit weights and signs of a race on the log; print them."),
    ] = False,
    ultra: Annotated[
        Path | None,
        typer.Option(
            help="Trail and ultra races: runner, day, distance_km, elev_gain_m, time_s (CSV). "
            "Fitted on the first half of the runners, tried on the second."
        ),
    ] = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Predict races from earlier days only: from a log, or (without --runs) your own history.

    A log needs --runs and --efforts, and --out for the predictions. What was run (time_s) is read
    only to fit (--leave-one-out, --refit), never to predict.
    """
    from worker.cli.failing import UsedWrongly

    if ultra:
        _ultra(ultra)
        return
    if runs and efforts and (out or refit):
        from worker.backtesting import Log

        log = Log.read(runs, efforts, drop_suspect=drop_suspect)
        _log(log, out, weeks=horizon_weeks, leave_one_out=leave_one_out, refit=refit)
        return
    if any((runs, efforts, out, leave_one_out, drop_suspect, refit)):
        raise UsedWrongly(
            "--runs, --efforts and --out belong together (--refit needs no --out); "
            "or give none of them"
        )
    _own(athlete, weeks=horizon_weeks, json=json)


def _log(log: "Log", out: Path | None, *, weeks: int, leave_one_out: bool, refit: bool) -> None:
    from rich.progress import track

    from planning.fitness.fitting import NothingToFit
    from worker import backtesting
    from worker.cli.failing import UsedWrongly

    try:
        if refit:
            typer.echo(backtesting.weights_in_words(log.weights()))
            signs = log.signs()
            typer.echo(backtesting.signs_in_words(signs) if signs else NOBODY_NAMED_A_RACE)
        if out:
            count = backtesting.predict_log(
                log, out, track=track, weeks_ahead=weeks, leave_one_out=leave_one_out
            )
            typer.echo(f"{count} efforts predicted into {out}")
    except NothingToFit as error:
        raise UsedWrongly(str(error)) from error


def _ultra(path: Path) -> None:
    from rich.progress import track

    from planning.fitness.fitting import NothingToFit
    from worker import backtesting
    from worker.cli.failing import UsedWrongly

    try:
        scores = backtesting.score_ultra(path, track=track)
    except NothingToFit as error:
        raise UsedWrongly(str(error)) from error
    for line in (backtesting.ULTRA_HEADER, *(score.line() for score in scores)):
        typer.echo(line)


def _own(athlete: int | None, *, weeks: int, json: bool) -> None:
    from worker import backtesting

    with session(athlete) as at_work:
        rows = backtesting.of_athlete(at_work.runtime, at_work.athlete_id, weeks_ahead=weeks)
    if json:
        print_json([row.as_json() for row in rows])
        return
    for row in rows:
        typer.echo(row.line())
    if rows:
        typer.echo(backtesting.in_all(rows))
    else:
        typer.echo("No races or hard efforts with enough history before them yet.")
