import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from worker import tables
from worker.clock import (
    KEPT_EVERY,
    Clock,
    advance,
    calendar_now,
    is_kept,
    keep_calendar_now,
    keep_latest,
    machine_now,
)
from worker.db import open_database, reading, writing

TRIAL = datetime(2030, 3, 1, 6, tzinfo=UTC)
SOON = timedelta(seconds=30)


def test_without_a_trial_calendar_time_is_machine_time():
    clock = Clock()
    assert timedelta(0) <= clock.calendar_now(0.0, None) - machine_now() + SOON < 2 * SOON
    assert clock.machine_now().utcoffset() == timedelta(0)


def test_in_a_trial_calendar_time_starts_from_the_given_instant_and_goes_on():
    clock = Clock(TRIAL)
    first = clock.calendar_now(0.0, None)
    second = clock.calendar_now(0.0, None)
    assert TRIAL <= first <= second < TRIAL + SOON
    assert abs(clock.machine_now() - machine_now()) < SOON  # machine time knows nothing of trials


def test_the_offset_is_added():
    assert Clock(TRIAL).calendar_now(86400.0, None) >= TRIAL + timedelta(days=1)


def test_it_is_never_earlier_than_the_latest_stored():
    later = TRIAL + timedelta(days=9)
    assert Clock(TRIAL).calendar_now(0.0, later) == later
    assert Clock(TRIAL).calendar_now(0.0, TRIAL - timedelta(days=9)) >= TRIAL


def test_advancing_moves_every_process(engine):
    with writing(engine) as conn:
        assert calendar_now(conn, Clock(TRIAL)) < TRIAL + SOON
        advance(conn, 3600.0)
        advance(conn, 1800.0)
    with reading(engine) as conn:
        for clock in (Clock(TRIAL), Clock(TRIAL)):
            assert (
                timedelta(minutes=90) <= calendar_now(conn, clock) - TRIAL < timedelta(minutes=91)
            )


def test_time_is_not_advanced_backwards(engine):
    with pytest.raises(ValueError, match="never goes back"), writing(engine) as conn:
        advance(conn, -1.0)


def test_a_second_process_goes_on_where_the_first_was(engine):
    with writing(engine) as conn:
        advance(conn, 7 * 86400.0)
        kept = keep_calendar_now(conn, Clock(TRIAL))
    with writing(engine) as conn:
        earlier = Clock(TRIAL - timedelta(days=30))
        assert calendar_now(conn, earlier) == kept
        assert keep_calendar_now(conn, earlier) == kept


def test_machine_time_is_not_kept(engine):
    with writing(engine) as conn:
        keep_calendar_now(conn, Clock())
        assert conn.scalars(select(tables.calendar_clock)).all() == []


def test_real_time_that_was_kept_does_not_go_back(engine):
    with writing(engine) as conn:
        assert not is_kept(conn, Clock())
        keep_latest(conn, Clock())
        assert is_kept(conn, Clock())
        before = machine_now()
        earlier = Clock(before - timedelta(days=9))  # a machine that is behind
        assert before - SOON < calendar_now(conn, earlier) <= before
        keep_latest(conn, earlier)
        assert before - SOON < calendar_now(conn, earlier) <= before
        conn.execute(tables.calendar_clock.update().values(latest_at=before - KEPT_EVERY))
        assert not is_kept(conn, Clock())


def test_a_command_in_another_process_reads_the_same_row(sqlite_url):
    engine = open_database(sqlite_url)
    with writing(engine) as conn:
        advance(conn, 86400.0)
    engine.dispose()
    code = (
        "from datetime import datetime\nfrom worker.clock import *\nfrom worker.db import *\n"
        f"engine = open_database({sqlite_url!r})\n"
        f"with reading(engine) as conn: print(calendar_now(conn, Clock(datetime.fromisoformat({TRIAL.isoformat()!r}))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert datetime.fromisoformat(done.stdout.strip()) >= TRIAL + timedelta(days=1)


def test_only_one_module_asks_the_clock():
    """The linter's ban has one exception, and it is this one."""
    from pathlib import Path

    asking = ("datetime.now(", "time.time(", "utcnow(", "date.today(")
    for package in ("planning", "worker", "connectors"):
        for file in Path(package).rglob("*.py"):
            if file != Path("worker/clock.py") and "sandbox" not in file.parts:
                found = [word for word in asking if word in file.read_text(encoding="utf-8")]
                assert not found, f"{file} asks the clock: {found}"
