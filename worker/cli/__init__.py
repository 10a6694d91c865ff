"""`goalward`: the commands. Each module holds those of one subject; heavy imports wait for use."""

import sys

import typer

from worker.cli import (
    accounts,
    activities,
    athletes,
    backtest,
    breaks,
    calendars,
    data,
    goals,
    importing,
    looking,
    plans,
    running,
    seasons,
    weather,
)

app = typer.Typer(
    name="goalward",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turns your running goals into what your watch shows tomorrow.\n\n"
    "New here? `goalward demo` lives through eleven days of a simulated runner. For yourself: "
    "`goalward connect garmin`, `goalward goal add --distance marathon --day 2027-04-11 "
    "--time 3:15:00`, then `goalward up`.",
    epilog="Settings are environment variables, GOALWARD_..., or goalward.toml in the home folder. "
    "Exit status: 0 done, 1 failed, 2 used wrongly, 3 sign-in needed, 4 service unavailable.",
)
for subject in (
    running,
    accounts,
    importing,
    data,
    athletes,
    activities,
    goals,
    breaks,
    looking,
    backtest,
    plans,
    seasons,
    calendars,
    weather,
):
    subject.add_to(app)


def main() -> None:
    """Run one command; what went wrong becomes one line that says what to do."""
    try:
        app()
    except Exception as error:
        from worker.cli.failing import told

        status, line = told(error)
        if line is None:
            raise
        print(f"goalward: {line}", file=sys.stderr)
        sys.exit(status)
