"""Limits that all workers share: never passed, live before history, turned exactly in time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from connectors.errors import RateLimited, Refused
from connectors.ports import Limit, Scope, Usage
from tests.sizes import FIXED, examples
from worker.db import open_database, reading
from worker.rates import SharedMeter, Whose, signing_in
from worker.tables import rate_rest, rate_window

START = datetime(2026, 11, 23, 6, 1, tzinfo=UTC)
QUARTER = Limit("short", Scope.APPLICATION, 100, 900)
DAY = Limit("day", Scope.APPLICATION, 1000, 86_400)
READS = Limit("reads", Scope.APPLICATION, 10, 900, kind="read")
MINUTE = Limit("minute", Scope.ATHLETE, 20, 60)


class Time:
    def __init__(self, at=START):
        self.at = at

    def __call__(self):
        return self.at

    def later(self, **how):
        self.at += timedelta(**how)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def engine(database_url, time):
    engine = open_database(database_url, now=time)
    yield engine
    engine.dispose()


def meter(engine, *limits, athlete=1, **how):
    return SharedMeter(engine, Whose("strava", athlete), limits or (QUARTER,), **how)


def spent(one, kind="", at_most=10_000):
    """How many requests it lets pass, and the wait it then tells."""
    for number in range(at_most):
        try:
            one.spend(kind)
        except RateLimited as error:
            return number, error.retry_after_s
    return at_most, None


def windows(engine):
    with reading(engine) as conn:
        return {
            (row.name, row.starts_at): (row.used, row.backfill, row.calls)
            for row in conn.execute(select(rate_window))
        }


# --- windows --------------------------------------------------------------------------------------


def test_no_more_than_the_limit_and_the_wait_is_exact(engine, time):
    live = meter(engine)
    number, wait = spent(live)
    assert number == 100
    assert time.at + timedelta(seconds=wait) == datetime(2026, 11, 23, 6, 15, 5, tzinfo=UTC)
    time.later(seconds=wait - 0.001)
    assert spent(live)[0] == 0
    time.later(seconds=0.001)
    assert spent(live)[0] == 100


def test_every_limit_counts_and_the_longest_wait_is_told(engine, time):
    small = Limit("day", Scope.APPLICATION, 15, 86_400)
    both = meter(engine, MINUTE, small)
    number, wait = spent(both)
    assert number == 15
    assert wait == (datetime(2026, 11, 24, tzinfo=UTC) - time.at).total_seconds() + 5


def test_a_refused_request_is_not_counted(engine):
    small = Limit("small", Scope.APPLICATION, 3, 900)
    assert spent(meter(engine, QUARTER, small))[0] == 3
    assert [used for used, *_ in windows(engine).values()] == [3, 3]


def test_kinds_are_counted_apart(engine):
    one = meter(engine, QUARTER, READS)
    assert spent(one, "read")[0] == 10
    assert spent(one)[0] == 90  # reads count among all


def test_an_athletes_limit_is_theirs_and_an_applications_everybodys(engine):
    assert spent(meter(engine, MINUTE, athlete=1))[0] == 20
    assert spent(meter(engine, MINUTE, athlete=2))[0] == 20
    assert spent(meter(engine, QUARTER, athlete=1))[0] == 100
    assert spent(meter(engine, QUARTER, athlete=2))[0] == 0
    assert {name for name, _ in windows(engine)} == {
        "strava:minute:1",
        "strava:minute:2",
        "strava:short",
    }


def test_near_a_turn_a_request_counts_on_both_sides(engine, time):
    """Who can know in which window the service sees it?"""
    time.at = datetime(2026, 11, 23, 6, 14, 57, tzinfo=UTC)
    assert spent(meter(engine), at_most=60)[0] == 60
    time.later(seconds=6)
    assert spent(meter(engine))[0] == 40
    time.later(seconds=6)
    assert spent(meter(engine))[0] == 0
    assert all(used == 100 for used, *_ in windows(engine).values())


def test_old_windows_are_pruned(engine, time):
    for _ in range(20):
        meter(engine).spend()
        time.later(minutes=15)
    assert len(windows(engine)) <= 3


def test_without_limits_nothing_is_written(engine):
    free = SharedMeter(engine, Whose("files", 1), ())
    assert spent(free, at_most=50) == (50, None)
    assert windows(engine) == {}


# --- live before history --------------------------------------------------------------------------


def test_history_has_a_fifth_and_what_live_work_leaves(engine, time):
    time.at = datetime(2026, 11, 23, 6, 0, 10, tzinfo=UTC)
    history, live = meter(engine, backfill=True), meter(engine)
    assert spent(history)[0] == 20 + 0  # ten seconds have passed: not one request of live work
    time.at = datetime(2026, 11, 23, 6, 7, 30, tzinfo=UTC)
    assert spent(history)[0] == 40  # half of the window: half of what live work did not use
    assert spent(live)[0] == 40
    time.at = datetime(2026, 11, 23, 6, 14, 20, tzinfo=UTC)
    assert spent(history)[0] == 0


def test_history_is_told_when_its_share_has_grown(engine, time):
    history = meter(engine, backfill=True)
    _, wait = spent(history)
    time.later(seconds=wait - 0.002)
    assert spent(history)[0] == 0
    time.later(seconds=0.002)
    assert spent(history)[0] == 1


@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_history_gets_on_within_the_smallest_limits(engine, time, calls):
    tiny = Limit("tiny", Scope.APPLICATION, calls, 900)
    history, done = meter(engine, tiny, backfill=True), 0
    until = time.at + timedelta(hours=2)
    while time.at < until:
        number, wait = spent(history)
        done += number
        time.later(seconds=wait)
    assert done >= 4 * calls


def test_what_live_work_uses_is_not_left_for_history(engine, time):
    time.at = datetime(2026, 11, 23, 6, 7, 30, tzinfo=UTC)
    assert spent(meter(engine), at_most=40)[0] == 40  # its share so far
    assert spent(meter(engine, backfill=True))[0] == 20


# --- what the service says ------------------------------------------------------------------------


def test_the_service_knows_better_how_much_is_used(engine):
    one = meter(engine)
    one.spend()
    one.learn([Usage("short", used=97)])
    assert spent(one)[0] == 3
    one.learn([Usage("short", used=5)])  # an older answer that comes late
    assert spent(one)[0] == 0


def test_a_limit_that_is_smaller_than_we_thought_counts_also_after_the_turn(engine, time):
    one = meter(engine)
    assert spent(one, at_most=50)[0] == 50
    one.learn([Usage("short", calls=30)])
    number, wait = spent(one)
    assert number == 0
    time.later(seconds=wait)
    assert spent(one)[0] == 30
    one.learn([Usage("short", calls=200)])
    assert spent(one)[0] == 170


def test_a_service_that_allows_nothing_is_asked_once_a_window(engine, time):
    one = meter(engine)
    one.spend()
    one.learn([Usage("short", calls=0)])
    number, wait = spent(one)
    assert number == 0
    time.later(seconds=wait)
    assert spent(one)[0] == 1
    one.learn([Usage("short", calls=100, used=1)])
    assert spent(one)[0] == 99


def test_what_was_used_before_the_turn_is_used_no_more(engine, time):
    """The answer took until after it."""
    time.at = datetime(2026, 11, 23, 6, 14, 40, tzinfo=UTC)
    one = meter(engine)
    one.spend()
    time.later(seconds=40)
    one.learn([Usage("short", used=100, calls=100)])
    assert spent(one)[0] == 100


def test_usage_of_a_limit_we_do_not_know_is_passed_by(engine):
    one = meter(engine)
    one.learn([Usage("nothing", used=100)])
    assert spent(one)[0] == 100


# --- rests ----------------------------------------------------------------------------------------


def test_a_rest_is_everybodys(engine, time):
    meter(engine, athlete=1).rest(120)
    for backfill in (False, True):
        assert spent(meter(engine, athlete=2, backfill=backfill)) == (0, 120.0)
    time.later(seconds=120)
    assert spent(meter(engine, athlete=2))[0] == 100


def test_a_rest_of_a_service_that_counts_athletes_is_the_athletes(engine):
    meter(engine, MINUTE, athlete=1).rest(120)
    assert spent(meter(engine, MINUTE, athlete=1)) == (0, 120.0)
    assert spent(meter(engine, MINUTE, athlete=2))[0] == 20


def test_a_shorter_rest_does_not_end_a_longer_one(engine):
    one = meter(engine)
    one.rest(600)
    one.rest(60)
    assert spent(one) == (0, 600.0)


def test_rests_that_follow_each_other_grow_and_trouble_is_forgotten(engine, time):
    one, waits = meter(engine), []
    for _ in range(9):
        one.rest(60)
        waits.append(spent(one)[1])
        time.later(seconds=waits[-1] + 1)
    assert waits[:4] == [60, 61, 123, 247]
    assert waits[-1] == 3600
    time.later(hours=3)
    one.rest(60)
    assert spent(one)[1] == 60


def test_nothing_is_sent_while_it_rests_however_long(engine, time):
    one = meter(engine)
    one.rest(3 * 86_400)
    time.later(days=2)
    assert spent(one)[0] == 0
    with reading(engine) as conn:
        assert len(conn.execute(select(rate_rest)).all()) == 2


# --- signing in -----------------------------------------------------------------------------------


def blocked(engine, *, knocks, account="robin@example.org"):
    """One attempt at a service that blocks sign-ins; returns the wait that is told."""

    def attempt():
        with signing_in(engine, "garmin", account):
            knocks.append(account)
            raise RateLimited("Garmin blocks sign-ins from here.", retry_after_s=7200)

    with pytest.raises(RateLimited) as caught:
        attempt()
    assert "Try again in" in str(caught.value)
    return caught.value.retry_after_s / 3600


def test_pitfall_23_a_sign_in_that_is_blocked_is_not_tried_again_before_its_time(engine, time):
    knocks, waits = [], []
    for _ in range(8):
        waits.append(blocked(engine, knocks=knocks))
        time.later(minutes=10)
        assert blocked(engine, knocks=knocks) == pytest.approx(waits[-1] - 1 / 6)
        time.later(seconds=waits[-1] * 3600 - 600)
    assert waits == pytest.approx([2, 2, 4, 8, 16, 24, 24, 24])
    assert len(knocks) == 8  # nobody knocked in between


def test_pitfall_23_another_account_may_sign_in_and_success_leaves_no_trace(engine):
    blocked(engine, knocks=[])
    with signing_in(engine, "garmin", "anna@example.org"):
        pass
    with reading(engine) as conn:
        names = list(conn.scalars(select(rate_rest.c.name)))
    assert len(names) == 2
    assert not any("robin" in name for name in names)  # an address is nobody's business


def test_a_wrong_password_is_no_block(engine):
    for _ in range(2):
        with pytest.raises(Refused), signing_in(engine, "garmin", "robin@example.org"):
            raise Refused("a wrong password")


# --- many at once ---------------------------------------------------------------------------------


def test_threads_do_not_pass_a_limit(engine):
    def work(number):
        how = {"backfill": number % 2 == 0}
        return spent(meter(engine, QUARTER, READS, MINUTE, athlete=number % 3, **how), "read")[0]

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(work, range(16))) == 10


ASK = """
import sys
from connectors.errors import RateLimited
from connectors.ports import Limit, Scope
from worker.db import open_database
from worker.rates import SharedMeter, Whose
from datetime import datetime, UTC
engine = open_database(sys.argv[1], now=lambda: datetime(2026, 11, 23, 6, 1, tzinfo=UTC))
one = SharedMeter(engine, Whose("strava", 1), [Limit("short", Scope.APPLICATION, 40, 900)])
done = 0
try:
    while True:
        one.spend()
        done += 1
except RateLimited:
    print(done)
"""


def test_processes_do_not_pass_a_limit(database_url):
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK, database_url], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    done = [int(each.communicate(timeout=60)[0]) for each in asking]
    assert sum(done) == 40


# --- any interleaving -----------------------------------------------------------------------------


class Service:
    """Counts by a clock of its own, as it sees requests: never more than it allows."""

    def __init__(self, limits):
        self.limits = limits
        self.seen = {}

    def sees(self, at, kind):
        for limit in self.limits:
            if limit.kind in ("", kind):
                key = limit.name, at.timestamp() // limit.per_s
                self.seen[key] = self.seen.get(key, 0) + 1

    def passed(self):
        most = {limit.name: limit.calls for limit in self.limits}
        return {key: used for key, used in self.seen.items() if used > most[key[0]]}


class Lives(RuleBasedStateMachine):
    """Workers of live work and of history, a service whose clock is two seconds off, and delays."""

    database = None  # set by the test

    def __init__(self):
        super().__init__()
        self.time = Time(START + timedelta(days=type(self).number))
        type(self).number += 1
        self.engine = open_database(self.database, now=self.time)
        limits = (
            Limit(f"short{type(self).number}", Scope.APPLICATION, 6, 120),
            Limit(f"reads{type(self).number}", Scope.APPLICATION, 4, 300, kind="read"),
        )
        self.service = Service(limits)
        self.limits = limits
        self.under_way = []
        self.waits = []

    def teardown(self):
        self.engine.dispose()

    def asker(self, *, backfill):
        return SharedMeter(self.engine, Whose("strava", 1), self.limits, backfill=backfill)

    @rule(kind=st.sampled_from(["", "read"]), backfill=st.booleans(), number=st.integers(1, 5))
    def ask(self, kind, backfill, number):
        for _ in range(number):
            try:
                self.asker(backfill=backfill).spend(kind)
            except RateLimited as error:
                self.waits.append(error.retry_after_s)
                return
            self.under_way.append((kind, self.time.at))

    @rule(seconds=st.sampled_from([0.5, 2.0, 13.0, 59.0, 118.0, 301.0]))
    def time_passes(self, seconds):
        self.arrive()
        self.time.later(seconds=seconds)

    @precondition(lambda self: self.under_way)
    @rule(skew_s=st.sampled_from([-2.0, 0.0, 2.0]), latency_s=st.sampled_from([0.0, 0.9]))
    def arrive(self, skew_s=2.0, latency_s=0.9):
        for kind, sent_at in self.under_way:
            self.service.sees(sent_at + timedelta(seconds=skew_s + latency_s), kind)
        self.under_way.clear()

    @rule(backfill=st.booleans())
    def wait_as_told(self, backfill):
        """After exactly that wait a request passes, for nobody else asks in between."""
        number, wait = spent(self.asker(backfill=backfill), "")
        for _ in range(number):
            self.under_way.append(("", self.time.at))
        self.arrive()
        self.time.later(seconds=wait)
        self.asker(backfill=backfill).spend("")
        self.under_way.append(("", self.time.at))

    @invariant()
    def a_wait_ends_with_its_window(self):
        assert all(0 < wait <= 305 for wait in self.waits)

    @invariant()
    def no_limit_is_passed(self):
        assert self.service.passed() == {}


def test_no_interleaving_passes_a_limit(sqlite_url):
    machine = type("Machine", (Lives,), {"database": sqlite_url, "number": 0})
    machine.TestCase.settings = settings(
        max_examples=examples(15),
        stateful_step_count=25,
        deadline=None,
        derandomize=FIXED,
        suppress_health_check=list(HealthCheck),
    )
    machine.TestCase("runTest").runTest()


@given(
    steps=st.lists(st.tuples(st.integers(0, 90), st.booleans(), st.integers(1, 30)), max_size=12)
)
@settings(
    max_examples=examples(15),
    deadline=None,
    derandomize=FIXED,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_live_work_always_finds_its_share_of_the_time_that_is_left(sqlite_url, steps):
    """remaining >= .8 C - max(live, .8 C f), whatever history has taken before."""
    assume(steps)
    begun = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    time = Time(begun)
    engine = open_database(sqlite_url, now=time)
    limit = Limit("share", Scope.APPLICATION, 50, 900)
    whose = Whose(f"x{abs(hash(tuple(steps)))}", 1)
    try:
        for seconds, backfill, number in steps:
            time.later(seconds=seconds)
            part = (time.at - begun) / timedelta(minutes=15)
            if part >= 0.9:
                return
            made, _ = spent(SharedMeter(engine, whose, [limit], backfill=backfill), at_most=number)
            used, history, _ = windows(engine)[f"{whose.connector}:share", begun]
            assert used <= 50
            if backfill and made:
                assert 50 - used >= 40 - max(used - history, 40 * part) - 1e-9
    finally:
        engine.dispose()
