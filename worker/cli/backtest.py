"""`goalward backtest`: how good the predictions would have been."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from worker.cli.session import AthleteOption, JsonOption, print_json, session

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

    of_a_log = any((runs, efforts, out, leave_one_out, drop_suspect, refit))
    if ultra:
        if of_a_log or horizon_weeks:
            raise UsedWrongly("--ultra stands alone: its races are predicted on their day")
        _ultra(ultra, json=json)
    elif runs and efforts and (out or refit):
        if not out and (leave_one_out or horizon_weeks):
            raise UsedWrongly("--leave-one-out and --horizon-weeks are of predictions: add --out")
        asked = _Asked(out, horizon_weeks, leave_one_out=leave_one_out, refit=refit)
        _log(runs, efforts, asked, drop_suspect=drop_suspect, json=json)
    elif of_a_log:
        raise UsedWrongly(
            "--runs, --efforts and --out belong together (--refit needs no --out); "
            "or give none of them"
        )
    else:
        _own(athlete, weeks=horizon_weeks, json=json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of a log: predictions into `out`, the fitted figures, or both."""

    out: Path | None
    weeks: int
    leave_one_out: bool
    refit: bool


def _log(runs: Path, efforts: Path, asked: _Asked, *, drop_suspect: bool, json: bool) -> None:
    from worker import backtesting

    with _readable():
        log = backtesting.Log.read(runs, efforts, drop_suspect=drop_suspect)
        shown: dict[str, Any] = {}
        if asked.refit:
            weights, signs = log.weights(), log.signs()
            shown["weights"] = backtesting.weights_as_json(weights)
            shown["signs"] = signs and backtesting.signs_as_json(signs)
            if not json:
                typer.echo(backtesting.weights_in_words(weights))
                typer.echo(backtesting.signs_in_words(signs) if signs else NOBODY_NAMED_A_RACE)
        if asked.out:
            shown["out"] = str(asked.out)
            shown["predicted"] = backtesting.predict_log(
                log,
                asked.out,
                track=_track,
                weeks_ahead=asked.weeks,
                leave_one_out=asked.leave_one_out,
            )
            if not json:
                typer.echo(f"{shown['predicted']} efforts predicted into {asked.out}")
    if json:
        print_json(shown)


def _ultra(path: Path, *, json: bool) -> None:
    from worker import backtesting

    with _readable():
        scores = backtesting.score_ultra(path, track=_track)
    if json:
        print_json([score.as_json() for score in scores])
        return
    for line in (backtesting.ULTRA_HEADER, *(score.line() for score in scores)):
        typer.echo(line)


@contextmanager
def _readable() -> Iterator[None]:
    """What a file lacks is the asker's to mend."""
    from planning.fitness.fitting import NothingToFit
    from worker.cli.failing import UsedWrongly
    from worker.logs import Unreadable

    try:
        yield
    except (NothingToFit, Unreadable) as error:
        raise UsedWrongly(str(error)) from error


def _track[T](these: Sequence[T]) -> Iterable[T]:
    """A progress bar that leaves what is printed alone."""
    from rich.console import Console
    from rich.progress import track

    return track(these, console=Console(stderr=True), transient=True)


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
