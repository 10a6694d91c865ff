"""`goalward export` and `goalward erase`: an athlete's data, all of it to have or to be rid of."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import AthleteOption, JsonOption, Session, print_json, session

if TYPE_CHECKING:
    from worker.app import Runtime
    from worker.audit import Traces
    from worker.connections import Connected
    from worker.doomed import Scope

PATIENCE_S = 120.0  # for another process that is at it
LOOK_EVERY_S = 0.2
SHOWN = 20  # places of traces: enough to know where to look


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)
    app.command("erase")(erase)


def export(
    path: Annotated[
        Path | None, typer.Argument(help="Where to; default: goalward-ATHLETE-DAY.zip, here.")
    ] = None,
    athlete: AthleteOption = None,
) -> None:
    """Everything that is kept of you, in one zip file: tables as JSON lines, recordings as files.

    It holds health data and is readable by you alone; tokens and keys are not in it. `goalward
    import` reads its recordings.
    """
    from worker import export as exporting
    from worker.cli.failing import UsedWrongly

    with session(athlete) as at_work:
        target = path or Path(f"goalward-{at_work.athlete_id}-{at_work.today}.zip")
        if target.exists():
            raise UsedWrongly(f"{target} exists already; give another name")
        engine, athlete_id = at_work.runtime.engine, at_work.athlete_id
        with _progress(exporting.total(engine, athlete_id)) as step:
            exporting.export(engine, athlete_id, target, on_step=step)
        typer.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB.")


def erase(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many rows of which table would go.")
    ] = False,
    source: Annotated[
        str | None, typer.Option(help="With --dry-run: what `disconnect SOURCE --erase` deletes.")
    ] = None,
    athlete: AthleteOption = None,
    json: JsonOption = False,
) -> None:
    """Delete an athlete with everything: runs, goals, plans, messages, tokens.

    Permissions are given back at the services. Entries on a watch calendar stay: `goalward calendar
    remove-all` takes them away before. Backups that you made hold it all still.
    """
    from worker.cli.failing import UsedWrongly
    from worker.doomed import Scope

    if source is not None and not source.strip():
        raise UsedWrongly("--source is the name of a service, such as strava")
    if source and not dry_run:
        raise UsedWrongly(f"to erase one source: goalward disconnect {source} --erase")
    with session(athlete) as at_work:
        scope = Scope(at_work.athlete_id, source.replace("-", "_") if source else None)
        if dry_run:
            _would_go(at_work, scope, json=json)
            return
        if not yes:
            typer.confirm(
                f"Athlete {at_work.athlete_id} and everything that is kept of them will be "
                "deleted, for good. Go on?",
                abort=True,
            )
        _erase_athlete(at_work, scope)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, gone when the work is done."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Exporting", total=total)
        yield lambda: bar.advance(task)


def erase_source(at_work: Session, source: str, found: Sequence["Connected"]) -> None:
    """What `disconnect SOURCE --erase` does. Raises UsedWrongly where there is nothing of it."""
    from worker import erasing
    from worker.cli.failing import UsedWrongly
    from worker.db import reading
    from worker.doomed import Scope

    runtime, scope = at_work.runtime, Scope(at_work.athlete_id, source)
    with reading(runtime.engine) as conn:
        there = erasing.count(conn, scope)
    owed = erasing.is_owed(runtime.engine, scope)
    if not found and not there and not owed:
        raise UsedWrongly(f"{source} is not connected, and nothing of it is kept")
    _erase(runtime, scope, found)
    at_work.finish()


def finish_erasing(runtime: "Runtime", scope: "Scope") -> None:
    """Do what is owed of it, or wait for whoever is at it. Raises Failed after two minutes."""
    from worker import erasing
    from worker.actors import ACTORS
    from worker.cli.failing import Failed
    from worker.clock import monotonic_s
    from worker.perform import run_owed

    gives_up_s, pause = monotonic_s() + PATIENCE_S, threading.Event()
    while erasing.is_owed(runtime.engine, scope):
        if not run_owed(runtime, ACTORS, only=(erasing.ERASE,)):
            pause.wait(LOOK_EVERY_S)
        if monotonic_s() > gives_up_s:
            raise Failed(
                "the erasing has begun and is not finished; the running Goalward goes on with it. "
                "`goalward status` shows what holds it up; say the same again to see it through"
            )


def _erase_athlete(at_work: Session, scope: "Scope") -> None:
    from worker.connections import connections
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        mine = connections(conn, athlete_id=scope.athlete_id, state=None)
    _erase(at_work.runtime, scope, mine)


def _erase(runtime: "Runtime", scope: "Scope", found: Sequence["Connected"]) -> None:
    """Give back, erase, prove. Exit status 1 where the proof fails."""
    from worker import audit, erasing
    from worker.connections import writes_calendar
    from worker.db import reading, writing

    traces = audit.traces_of(runtime, scope)
    with reading(runtime.engine) as conn:
        there = erasing.count(conn, scope)
    for one in found:
        give_back(runtime, one)
    with writing(runtime.engine) as conn:
        erasing.begin(runtime, conn, scope)
    runtime.ring()
    finish_erasing(runtime, scope)
    what = scope.source or f"athlete {scope.athlete_id}"
    typer.echo(f"Erased of {what}: {_in_words(there)}.")
    if any(writes_calendar(runtime, one) for one in found):
        typer.echo("Entries that stand on its calendar were left there, and are yours now.")
    typer.echo("Backups that were made before hold it still.")
    _prove(runtime, traces, what)


def _prove(runtime: "Runtime", traces: "Traces", what: str) -> None:
    from worker import audit
    from worker.cli.failing import Failed

    left = audit.found(runtime.engine, traces)
    if left:
        places = "\n".join(f"  {one.place}: {one.what}" for one in left[:SHOWN])
        raise Failed(f"traces of {what} were found in {len(left)} places:\n{places}")
    where = "table" if runtime.engine.dialect.name != "sqlite" else "table and the database's files"
    typer.echo(f"A search of every {where} found nothing of {what}.")


def give_back(runtime: "Runtime", connected: "Connected") -> None:
    """The permission, at the service itself, where it offers that.

    Nobody is held by a service that cannot be reached, nor by a key or an application that is lost.
    """
    from connectors.errors import ServiceError
    from connectors.ports import Revokes
    from worker.connections import link_of
    from worker.vault import WrongKey

    connector = runtime.connectors.get(connected.connector)
    if not isinstance(connector, Revokes):
        return
    try:
        link = link_of(runtime, connector, connected)
        connector.revoke(link, runtime.clock.machine_now())
    except (ServiceError, WrongKey) as error:
        typer.echo(
            f"{connected.connector} could not be told ({error}). Take the permission back there "
            "yourself, in its own settings.",
            err=True,
        )


def _would_go(at_work: Session, scope: "Scope", *, json: bool) -> None:
    from worker import erasing
    from worker.db import reading

    with reading(at_work.runtime.engine) as conn:
        there = erasing.count(conn, scope)
    if json:
        print_json({"athlete": scope.athlete_id, "source": scope.source, "rows": there})
        return
    typer.echo(f"Would be deleted: {_in_words(there)}.")
    if scope.source:
        typer.echo("Conclusions drawn from it would keep only what was told.")


def _in_words(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in rows.items()) or "nothing"
