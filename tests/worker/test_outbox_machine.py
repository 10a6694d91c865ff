"""The outbox under everything that may happen to it: a state machine.

Several workers perform what messages tell them to. Messages are lost, doubled, late; processes die
in the middle of the work, or sleep through their lease and wake up; pushes come at any moment. The
model knows, for each key, which generation was pushed and which was performed from its beginning.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from tests.sizes import FIXED, examples
from worker import outbox, tables
from worker.db import open_database, reading, writing
from worker.outbox import LEASE, MAX_TRIES

KEYS = ("a", "b", "c")
HOW = ("done", "done", "failed", "away", "snoozed", "died")  # a run may end
START = datetime(2026, 5, 1, tzinfo=UTC)


class Machine(RuleBasedStateMachine):
    url: str

    def __init__(self):
        super().__init__()
        self.now = START
        self.engine = open_database(self.url, now=lambda: self.now)
        with writing(self.engine) as conn:
            conn.execute(delete(tables.outbox))
        self.ids = {}
        self.pushed = defaultdict(int)  # the newest generation
        self.performed = defaultdict(int)  # the newest generation whose work was done
        self.messages = []  # the broker's queue
        self.at_work = []  # leases whose workers live
        self.began = defaultdict(list)  # key -> (generation, ended how) of each claim
        self.poison = set()
        self.outages = defaultdict(int)  # key -> how often in a row the service was away

    def teardown(self):
        try:
            self.settle()
        finally:
            self.engine.dispose()

    # What the world does

    @initialize(poison=st.sets(st.sampled_from(KEYS), max_size=1))
    def some_work_always_fails(self, poison):
        self.poison = poison

    @rule(
        key=st.sampled_from(KEYS),
        wait_s=st.sampled_from([0, 0, 0, 4, 30]),
        rings=st.booleans(),
        late=st.booleans(),
    )
    def push(self, key, wait_s, rings, late):
        due_at = self.now + timedelta(seconds=wait_s)
        with writing(self.engine) as conn:
            row_id = outbox.push(conn, "work", key, due_at=due_at, late=late)
        assert self.ids.setdefault(key, row_id) == row_id
        self.pushed[key] += 1
        if rings:
            self.messages.append(row_id)

    @rule(seconds=st.sampled_from([0.5, 3, 9.5, 11, 60]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_broker_is_flushed(self):
        self.messages.clear()

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def a_message_is_doubled(self, data):
        self.messages.append(data.draw(st.sampled_from(self.messages)))

    @rule()
    def sweep(self):
        with reading(self.engine) as conn:
            self.messages += outbox.due(conn, now=self.now, limit=100)

    # What workers do

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def a_worker_gets_a_message(self, data):
        row_id = self.messages.pop(data.draw(st.integers(0, len(self.messages) - 1)))
        holders = [lease for lease in self.at_work if self.holds(lease) and lease.row_id == row_id]
        lease = outbox.claim(self.engine, row_id, owner=data.draw(st.sampled_from(["one", "two"])))
        if lease is None:
            return
        assert not holders, "two owners at once"
        assert lease.generation == self.pushed[lease.key], "a claim takes all that was pushed"
        same = [how for generation, how in self.began[lease.key] if generation == lease.generation]
        counted = [how for how in same if how != "snoozed"]
        assert lease.tries == len(counted) + 1 <= MAX_TRIES, "tries are counted before the work"
        assert lease.outages == self.outages[lease.key]
        self.began[lease.key].append((lease.generation, "begun"))
        self.at_work.append(lease)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), how=st.sampled_from(HOW), times=st.sampled_from([1, 3, MAX_TRIES + 1]))
    def a_worker_takes_what_is_due(self, data, how, times):
        """The common case, again and again, which chance alone seldom finds."""
        for _ in range(times):
            self.now += timedelta(hours=1)  # as long as anything waits
            self.sweep()
            if self.messages:
                self.a_worker_gets_a_message(data)
            if self.at_work:
                self.end(self.at_work.pop(), how)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), how=st.sampled_from(HOW))
    def a_worker_ends(self, data, how):
        lease = self.at_work.pop(data.draw(st.integers(0, len(self.at_work) - 1)))
        self.end(lease, how)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def a_worker_renews(self, data):
        lease = data.draw(st.sampled_from(self.at_work))
        assert outbox.renew(self.engine, lease) == self.holds(lease, before=True)

    def end(self, lease, how):
        if how == "done" and lease.key in self.poison:
            how = "failed"
        latest = self.is_latest(lease)
        if latest and how in ("done", "failed", "snoozed"):
            self.outages[lease.key] = 0
        match how:
            case "done":  # the work itself is done, whoever holds the lease
                self.performed[lease.key] = max(self.performed[lease.key], lease.generation)
                if outbox.finish(self.engine, lease):
                    self.messages.append(lease.row_id)
            case "failed":
                outbox.fail(self.engine, lease, "it failed", due_at=self.now + timedelta(seconds=2))
            case "away":
                wait = outbox.backoff(lease.outages + 1, jitter=0.5)
                outbox.wait_out(self.engine, lease, "it was away", due_at=self.now + wait)
                if latest:
                    self.forget_try(lease)
                    self.outages[lease.key] += 1
            case "snoozed":
                outbox.snooze(self.engine, lease, due_at=self.now + timedelta(seconds=2))
                if latest:
                    self.forget_try(lease)
            case "died":
                pass

    def forget_try(self, lease):
        for index in reversed(range(len(self.began[lease.key]))):
            if self.began[lease.key][index] == (lease.generation, "begun"):
                self.began[lease.key][index] = (lease.generation, "snoozed")
                return

    # What must hold

    def row(self, row_id):
        with reading(self.engine) as conn:
            return conn.execute(select(tables.outbox).where(tables.outbox.c.id == row_id)).one()

    def is_latest(self, lease):
        row = self.row(lease.row_id)
        return (row.lease_number, row.lease_owner) == (lease.number, lease.owner)

    def holds(self, lease, *, before=False):
        held = outbox.still_held(self.engine, lease)
        return held if not before else held or self._renewed_just_now(lease)

    def _renewed_just_now(self, lease):
        row = self.row(lease.row_id)
        return self.is_latest(lease) and row.lease_until == self.now + LEASE

    @invariant()
    def nothing_is_closed_that_was_not_performed(self):
        for key, row_id in self.ids.items():
            row = self.row(row_id)
            assert row.generation == self.pushed[key]
            assert row.done_generation <= self.performed[key]
            if row.buried_at is not None:
                assert row.last_error
                counted = [how for g, how in self.began[key] if how == "begun"]
                assert len(counted) >= MAX_TRIES, "an outage is no reason to give up"
                assert row.done_generation < row.generation

    def settle(self):
        """Nobody pushes any more, the broker is empty, all die: sweeps alone finish everything."""
        self.messages.clear()
        self.at_work.clear()
        for _ in range(3 * MAX_TRIES):
            self.now += timedelta(hours=1)  # as long as anything waits
            self.sweep()
            while self.messages:
                lease = outbox.claim(self.engine, self.messages.pop(), owner="last")
                if lease is not None:
                    self.end(lease, "done")
        for key, row_id in self.ids.items():
            row = self.row(row_id)
            if key in self.poison:
                assert row.buried_at is not None
                assert "it failed" in row.last_error or "its process ended" in row.last_error
            elif row.buried_at is None:
                assert row.done_generation == row.generation == self.performed[key]
            else:  # it died or failed too often before everything settled
                assert row.last_error


def run(url, number, steps):
    machine = type("Run", (Machine,), {"url": url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            derandomize=FIXED,
            database=None,
            max_examples=number,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(sqlite_url):
    run(sqlite_url, examples(60), 40)


def test_on_postgresql(postgresql_url):
    run(postgresql_url, examples(60) // 4, 40)
