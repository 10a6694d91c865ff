"""`python -m tests.seasons.worker --seeds=1-3 [--postgres] [--days=30]`: seasons through the worker.

Prints a line for every violation, one for every season, and the table of the pure seasons; exit
status 1 with violations.
"""

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path

from tests.across.histories import seeds_in
from tests.seasons.__main__ import examples, table
from tests.seasons.athletes import runner
from tests.seasons.checks import Violation, checked
from tests.seasons.kept import wrong_at_the_end, wrong_in
from tests.seasons.whole import whole
from tests.servers import migrated_sqlite, postgres_server
from worker import tables


def lived(season, days=None):
    """The account of one season, or of its first days."""
    wrong = []
    account = checked(_looked_at(season, days, wrong), season.runner)
    season.ends()
    wrong += [(season.lived.today, *one) for one in wrong_at_the_end(season)]
    account.violations += [Violation(season.runner.seed, *one) for one in wrong]
    return account


def _looked_at(season, days, wrong):
    for evening in islice(season.evenings(), days):
        wrong += [(evening.today, *one) for one in wrong_in(season, evening)]
        yield evening


@contextmanager
def databases(postgres):
    """Gives what makes a new database, in a folder or in a server, and its address."""
    if not postgres:
        yield lambda home: nullcontext(f"sqlite:///{migrated_sqlite(home / 'goalward.db')}")
        return
    with postgres_server() as server:
        yield lambda _home: server.database()


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="1-3")
    ask.add_argument("--days", type=int, help="of each season; all without it")
    ask.add_argument("--postgres", action="store_true")
    given = ask.parse_args()
    began = time.monotonic()
    with databases(given.postgres) as database:
        accounts = [_season(seed, given.days, database) for seed in seeds_in(given.seeds)]
    violations = [one for account in accounts for one in account.violations]
    for line in (*table(accounts), *examples(accounts)):
        print(line)
    each = (time.monotonic() - began) / len(accounts)
    days = sum(account.days for account in accounts)
    print(f"{len(accounts)} seasons, {days} days, {len(violations)} violations, {each:.0f} s each")
    return 1 if violations else 0


def _season(seed, days, database):
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with database(home) as url, whole(runner(seed), url, home) as season:
            account = lived(season, days)
            for violation in account.violations:
                print(violation)
            kept = {name: len(season.lived.rows(table)) for name, table in COUNTED.items()}
    told = ", ".join(f"{count} {name}" for name, count in kept.items())
    took = time.monotonic() - began
    print(f"seed {seed}: {account.days} days, {told}, {took:.0f} s", flush=True)
    return account


COUNTED = {
    "records": tables.observation,
    "closings": tables.closing,
    "receipts": tables.change,
    "facts by hand": tables.layer,
    "writes on the calendar": tables.calendar_journal,
    "messages": tables.message,
}


if __name__ == "__main__":
    sys.exit(main())
