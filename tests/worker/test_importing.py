"""Files brought in by hand, by somebody who may be stopped at any moment."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from connectors.ports import OriginalFile
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from tests.connectors.files.made import fit_file, tcx_file
from tests.worker.counted import transactions
from tests.worker.living import PARIS, START, life
from worker import store, tables
from worker.cli.importing import _owe
from worker.cli.session import Session
from worker.db import writing
from worker.importing import Importer
from worker.outcomes import latest_outcome
from worker.owing import owe_replan

TODAY = START.date()


class Killed(BaseException):
    """Nobody catches it, as nobody catches a SIGKILL."""


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life(sqlite_url, tmp_path) as lived:
        goal = Goal("g", GoalKind.TIME, Priority.A, date(2026, 12, 20), MARATHON_M, 12000.0)
        with writing(lived.engine) as conn:
            store.put_goal(conn, 1, goal, known_at=lived.clock.at, now=lived.clock.at)
            owe_replan(lived.runtime, conn, 1)
        lived.work()
        lived.clock.later(minutes=1)
        yield lived


def log(days):
    rows = (f"{TODAY - timedelta(days=day + 1)},10,50\n" for day in range(days))
    return OriginalFile("log.csv", f"date,distance_km,duration_min\n{''.join(rows)}".encode())


def history(runs):
    """One file of many activities, as training software exports them."""
    whole = tcx_file(start=START).decode()
    head, _, rest = whole.partition("<Activity ")
    one, _, tail = rest.partition("</Activities>")
    days = (START - timedelta(days=day + 1) for day in range(runs))
    each = "".join(
        f"<Activity {one}".replace(START.date().isoformat(), day.date().isoformat()) for day in days
    )
    return OriginalFile("history.tcx", f"{head}{each}</Activities>{tail}".encode())


def bring_in(lived, file):
    return Importer(lived.runtime, 1, lived.clock.at).bring_in(file, file.name)


def killed_at(lived, commit, file):
    """The process ends instead of making its n-th commit."""
    left = [commit]

    def count(conn):
        if conn.get_execution_options().get("writes"):
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    event.listen(lived.engine, "commit", count)
    try:
        with pytest.raises(Killed):
            bring_in(lived, file)
    finally:
        event.remove(lived.engine, "commit", count)


def runs_used(lived):
    from worker.db import reading

    with reading(lived.engine) as conn:
        return latest_outcome(conn, 1).ability.runs_used


def test_what_is_brought_in_is_owed_to_the_plan_at_once(lived):
    """Killed before anything else is done about it: the workers do."""
    assert bring_in(lived, log(28)).outcome == "imported"
    (owed,) = lived.owed("replan")
    assert owed.due_at == lived.clock.at + timedelta(seconds=1)
    lived.clock.later(seconds=1)
    lived.work("replan")
    assert runs_used(lived) > 0


def test_repeating_an_import_that_was_killed_leads_to_a_plan_that_knows_the_runs(lived):
    bring_in(lived, log(28))
    again = bring_in(lived, log(28))
    assert again.outcome == "unchanged"
    _owe(Session(lived.runtime, 1, PARIS, lived.clock.at), [again])
    assert runs_used(lived) > 0
    assert lived.owed("replan") == []


def test_an_import_that_brought_nothing_replans_nothing(lived):
    bring_in(lived, log(28))
    lived.clock.later(seconds=1)
    lived.work()
    before = lived.rows(tables.outbox, actor="replan")
    _owe(Session(lived.runtime, 1, PARIS, lived.clock.at), [bring_in(lived, log(28))])
    assert lived.rows(tables.outbox, actor="replan") == before


@pytest.mark.parametrize("file", [log(120), history(120)], ids=["log", "history"])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_an_import_killed_at_any_commit_is_made_whole_by_repeating_it(lived, file, commit):
    killed_at(lived, commit, file)
    stored = len(lived.activities())
    assert stored == 50 * (commit - 1)
    assert bool(lived.owed("replan")) == bool(stored)
    fate = bring_in(lived, file)
    assert fate.outcome == "imported"
    assert len(fate.keys) == len(lived.activities()) == 120
    assert bring_in(lived, file).outcome == "unchanged"


def test_a_recording_and_its_copy_are_stored_together_or_not_at_all(lived):
    file = OriginalFile("a.fit", fit_file(start=START - timedelta(days=1)))
    killed_at(lived, 1, file)
    assert lived.activities() == ()
    assert lived.rows(tables.raw_copy) == []
    assert bring_in(lived, file).outcome == "imported"
    assert len(lived.rows(tables.raw_copy)) == 1
    assert bring_in(lived, file).outcome == "unchanged"


def test_no_transaction_holds_more_than_fifty_runs(lived):
    with transactions(lived.engine, "observation") as sizes:
        bring_in(lived, log(120))
    assert sum(sizes) == 120
    assert max(sizes) == 50
