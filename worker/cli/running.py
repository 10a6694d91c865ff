"""Commands that run things: everything in one process, or the parts of it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.session import open_home
from worker.cli.words import parsed_day

if TYPE_CHECKING:
    from worker.app import Runtime


def add_to(app: typer.Typer) -> None:
    app.command("demo")(demo)
    app.command("up")(up)
    app.command("web")(web)
    app.command("work")(work)
    app.command("schedule")(schedule)
    app.command("migrate")(migrate)
    app.command("sandbox")(sandbox)


@contextmanager
def _logged_home() -> Iterator["Runtime"]:
    """What runs for long says what it does on standard error."""
    from worker import serving

    with open_home() as runtime:
        serving.log_to(sys.stderr, runtime.settings)
        yield runtime


def up() -> None:
    """Everything in one process: web server, workers, scheduler. What you want at home."""
    from worker import serving

    with (
        _logged_home() as runtime,
        serving.listening(runtime.settings.listen) as listener,
        serving.running(runtime, work=True, schedule=True),
    ):
        typer.echo(f"Goalward is up: http://{runtime.settings.listen}  (Ctrl-C ends it)")
        serving.serve(runtime, listener)


def web() -> None:
    """The web server alone: webhooks and pages. Workers run elsewhere."""
    from worker import serving

    with (
        _logged_home() as runtime,
        serving.listening(runtime.settings.listen) as listener,
        serving.running(runtime, work=False, schedule=False),
    ):
        serving.serve(runtime, listener)


def work(
    threads: Annotated[int, typer.Option(min=1, max=64, help="How much is done at once.")] = 4,
) -> None:
    """Workers alone, as many processes as you like."""
    from worker import serving

    with (
        _logged_home() as runtime,
        serving.running(runtime, work=True, schedule=False, threads=threads),
    ):
        typer.echo("Working. Ctrl-C ends it.")
        serving.wait_for_signal()


def schedule() -> None:
    """The scheduler alone: polls and daily ticks. More than one does no harm."""
    from worker import serving

    with _logged_home() as runtime, serving.running(runtime, work=False, schedule=True):
        typer.echo("Scheduling. Ctrl-C ends it.")
        serving.wait_for_signal()


def migrate() -> None:
    """Bring the database to this version. The other commands do it by themselves."""
    import os

    from worker import db
    from worker.settings import load_settings

    settings = load_settings(os.environ)
    engine = db.open_database(settings.database_url)
    steps: list[str] = []
    db.migrate(engine, on_step=steps.append)
    engine.dispose()
    typer.echo("\n".join(steps) if steps else "The database is up to date.")


def sandbox(
    port: Annotated[int, typer.Option(help="Where it listens on 127.0.0.1.")] = 8100,
    seed: Annotated[int, typer.Option(help="Another seed, another runner.")] = 7,
    lag: Annotated[
        float, typer.Option("--lag", help="Seconds that Garmin's lists stay old after a write.")
    ] = 0.0,
    today: Annotated[
        str | None, typer.Option(help="The simulated day, as YYYY-MM-DD; default: this machine's.")
    ] = None,
) -> None:
    """The simulated services alone, for trying things out without an account."""
    from connectors.sandbox import app as simulated
    from worker.clock import machine_now

    base = f"http://127.0.0.1:{port}"
    typer.echo(
        f"Simulated services at {base}. To use them:\n"
        f"  export GOALWARD_STRAVA_API_URL={base}/strava/api/v3 "
        f"GOALWARD_STRAVA_OAUTH_URL={base}/strava/oauth\n"
        "  export GOALWARD_STRAVA_CLIENT_ID=1 GOALWARD_STRAVA_CLIENT_SECRET=sandbox\n"
        f"  export GOALWARD_GARMIN_API_URL={base}/garmin "
        f"GOALWARD_GARMIN_PERSONAL_API_URL={base}/personal\n"
        f"  export GOALWARD_INTERVALS_API_URL={base}/intervals "
        f"GOALWARD_WEATHER_API_URL={base}/weather\n"
        f"  export GOALWARD_GARMIN_PARTNER_API_URL={base}/partner"
    )
    day = None if today is None else parsed_day(today)
    options = simulated.Options(seed=seed, lag_s=lag, today=day)
    simulated.run("127.0.0.1", port, machine_now=machine_now, options=options)


def demo(
    fast: Annotated[
        bool, typer.Option("--fast", help="End when the story is told, instead of staying up.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed, another runner.")] = 7,
) -> None:
    """The main job, narrated: a recorded run comes in, the watch calendar moves.

    Against simulated services, in a temporary home: nothing of yours is touched.
    """
    from worker.demo import tell_story

    tell_story(fast=fast, seed=seed)
