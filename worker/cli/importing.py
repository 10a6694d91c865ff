"""`goalward import`: files, folders, account exports and logs; safe to repeat."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session
from worker.cli.words import parsed_day

if TYPE_CHECKING:
    from worker.importing import Fate, Importer


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    paths: Annotated[
        list[Path], typer.Argument(help="FIT, TCX, GPX or CSV files, folders of them, zip files.")
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(help="Of a log, only the lines with COLUMN=VALUE, such as athlete=10."),
    ] = None,
    day_zero: Annotated[
        str | None, typer.Option(help="The day that day number 0 of a log stands for.")
    ] = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Bring in recordings; each file ends as imported, unchanged, skipped or refused."""
    from worker.cli.failing import UsedWrongly
    from worker.importing import Importer

    for path in paths:
        if not path.exists():
            raise UsedWrongly(f"{path}: there is no such file or folder")
    with session(athlete) as at_work:
        importer = Importer(
            at_work.runtime,
            at_work.athlete_id,
            at_work.now,
            dict(_condition(words) for words in where or ()),
            _day(day_zero),
        )
        fates = _bring_in(importer, paths, quiet=json)
        _owe(at_work, fates)
        if json:
            told = importer.with_ids(fates)
            print_json({"files": [fate.as_json() for fate in told]})
        else:
            _print(fates)


def _bring_in(importer: "Importer", paths: list[Path], *, quiet: bool) -> list["Fate"]:
    from connectors.files import walk
    from connectors.files.walk import weight
    from worker.importing import Fate

    fates: list[Fate] = []
    with progress("Importing", 0 if quiet else weight(paths), quiet=quiet) as step:
        try:
            fates.extend(importer.bring_in_all(walk(paths), step=step))
        except KeyboardInterrupt:
            typer.echo(
                f"Stopped after {len(fates)} files: what is in is in, and the same command again"
                " goes on from here.",
                err=True,
            )
            raise
    return fates


@contextmanager
def progress(what: str, total: int, *, quiet: bool) -> Iterator[Callable[["Fate", int], None]]:
    """A bar on standard error, gone when the work is done: by bytes, for files differ in size."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[activities]} activities"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(what, total=total, activities=0)
        count = 0

        def step(fate: "Fate", weight: int) -> None:
            nonlocal count
            count += len(fate.keys)
            bar.update(task, advance=weight, activities=count)

        yield step


def _owe(at_work: Session, fates: list["Fate"]) -> None:
    """The plan is brought up to date; also with what an import came to owe that was stopped."""
    from worker import outbox
    from worker.db import writing
    from worker.owing import owe_replan

    with writing(at_work.runtime.engine) as conn:
        owed = outbox.open_count(conn, actor="replan", key=str(at_work.athlete_id))
        if owed or any(fate.outcome == "imported" for fate in fates):
            owe_replan(at_work.runtime, conn, at_work.athlete_id)
    at_work.finish()


def _print(fates: list["Fate"]) -> None:
    for fate in fates:
        told = f": {fate.reason}" if fate.reason else ""
        count = f" ({len(fate.keys)} activities)" if len(fate.keys) > 1 else ""
        if fate.outcome != "unchanged":
            typer.echo(f"{fate.outcome:9} {fate.path}{count}{told}")
    total = dict.fromkeys(("imported", "unchanged", "skipped", "refused"), 0)
    for fate in fates:
        total[fate.outcome] += 1
    typer.echo(", ".join(f"{count} {outcome}" for outcome, count in total.items()) + ".")


def _condition(words: str) -> tuple[str, str]:
    from worker.cli.failing import UsedWrongly

    column, found, value = words.partition("=")
    if not found:
        raise UsedWrongly(f"--where {words}: write COLUMN=VALUE, such as athlete=10")
    return column, value


def _day(words: str | None) -> date | None:
    return None if words is None else parsed_day(words)
