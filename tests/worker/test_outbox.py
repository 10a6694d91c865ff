from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker import outbox
from worker.db import open_database, reading, writing
from worker.outbox import LEASE, MAX_TRIES, backoff

START = datetime(2026, 5, 1, tzinfo=UTC)


def s(seconds):
    return timedelta(seconds=seconds)


class Time:
    """Machine time, moved by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def __iadd__(self, seconds):
        self.now += s(seconds)
        return self


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def engine(database_url, time):
    engine = open_database(database_url, now=time)
    yield engine
    engine.dispose()


def push(engine, *, actor="replan", key="1", at=0.0, **more):
    with writing(engine) as conn:
        return outbox.push(conn, actor, key, due_at=START + s(at), **more)


def due(engine, time, **more):
    with reading(engine) as conn:
        return outbox.due(conn, now=time.now, limit=100, **more)


def claim(engine, row_id, owner="a"):
    return outbox.claim(engine, row_id, owner=owner)


def row(engine):
    with reading(engine) as conn:
        (found,) = outbox.listed(conn)
        return found


def test_ten_pushes_make_one_run(engine, time):
    rows = {push(engine) for _ in range(10)}
    assert due(engine, time) == list(rows)
    lease = claim(engine, *rows)
    assert (lease.actor, lease.key, lease.generation, lease.tries) == ("replan", "1", 10, 1)
    assert outbox.finish(engine, lease) is False
    assert due(engine, time) == []


def test_a_push_is_part_of_the_transaction_that_makes_it(engine, time):
    with pytest.raises(ZeroDivisionError), writing(engine) as conn:
        1 / outbox.push(conn, "replan", "1", due_at=START) / 0
    assert due(engine, time) == []


def test_other_keys_and_actors_are_other_work(engine, time):
    rows = [push(engine), push(engine, key="2"), push(engine, actor="publish")]
    assert sorted(due(engine, time)) == sorted(rows)
    assert due(engine, time, actors=["publish"]) == rows[2:]
    with reading(engine) as conn:
        assert outbox.open_count(conn) == 3
        assert outbox.open_count(conn, actor="replan") == 2
        assert outbox.open_count(conn, actor="replan", key="2") == 1


def test_the_longest_due_comes_first(engine, time):
    late, early = push(engine, key="late", at=5), push(engine, key="early", at=1)
    time += 10
    assert due(engine, time) == [early, late]
    with reading(engine) as conn:
        assert outbox.oldest_owed(conn, now=time.now) == s(9)
        assert outbox.due(conn, now=time.now, limit=1) == [early]


def test_a_push_during_the_work_is_not_lost(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    push(engine)
    assert outbox.finish(engine, lease) is True
    again = claim(engine, row_id)
    assert again.generation == 2
    assert outbox.finish(engine, again) is False


def test_a_push_for_later_during_the_work_waits_for_its_time(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    push(engine, at=60)
    push(engine, at=40)
    assert outbox.finish(engine, lease) is False
    assert claim(engine, row_id) is None
    time += 40
    assert due(engine, time) == [row_id]


def test_when_the_owner_dies_its_work_does_not_wait_for_a_later_push(engine, time):
    row_id = push(engine)
    claim(engine, row_id)
    push(engine, at=3600)
    time += 10
    lease = claim(engine, row_id, "b")
    assert lease.generation == 2  # one claim does all that was pushed before it
    outbox.snooze(engine, lease, due_at=START + s(7200))
    assert row(engine).due_at == START + s(7200)
    time += 7200
    assert outbox.finish(engine, claim(engine, row_id)) is False
    assert due(engine, time) == []


def test_a_lease_that_was_given_back_is_over(engine, time):
    lease = claim(engine, push(engine))
    outbox.finish(engine, lease)
    push(engine)
    before = row(engine)
    assert not outbox.renew(engine, lease)
    assert not outbox.still_held(engine, lease)
    outbox.bury(engine, lease, reason="too late")
    assert row(engine) == before


@pytest.mark.parametrize(("first", "second", "expected"), [(60, 5, 5), (5, 60, 5)])
def test_of_two_pushes_the_earlier_counts(engine, time, first, second, expected):
    row_id = push(engine, at=first)
    push(engine, at=second)
    time += expected - 1
    assert claim(engine, row_id) is None
    time += 1
    assert claim(engine, row_id) is not None


def test_what_is_not_due_is_not_given(engine, time):
    row_id = push(engine, at=1)
    assert (due(engine, time), claim(engine, row_id)) == ([], None)
    with reading(engine) as conn:
        assert outbox.next_due_at(conn, after=time.now) == START + s(1)
        assert outbox.oldest_owed(conn, now=time.now) is None


def test_while_a_lease_lasts_nobody_else_gets_the_row(engine, time):
    row_id = push(engine)
    first = claim(engine, row_id)
    time += LEASE.total_seconds() - 0.001
    assert (due(engine, time), claim(engine, row_id, "b")) == ([], None)
    assert outbox.still_held(engine, first)
    with reading(engine) as conn:
        assert outbox.next_due_at(conn, after=time.now) == START + LEASE
    time += 0.001
    assert not outbox.still_held(engine, first)
    second = claim(engine, row_id, "b")
    assert second.tries == 2
    assert not outbox.renew(engine, first)


def test_a_renewed_lease_lasts_longer(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    for _ in range(5):
        time += 3
        assert outbox.renew(engine, lease)
    assert outbox.still_held(engine, lease)
    assert claim(engine, row_id, "b") is None


def test_a_lease_that_ran_out_is_not_renewed_even_if_nobody_took_it(engine, time):
    """Between the two, somebody may have looked and found it free."""
    lease = claim(engine, push(engine))
    time += 10
    assert not outbox.renew(engine, lease)


def test_the_same_owner_twice_is_two_leases(engine, time):
    row_id = push(engine)
    first = claim(engine, row_id)
    time += 10
    second = claim(engine, row_id)
    assert not outbox.still_held(engine, first)
    assert outbox.still_held(engine, second)


@pytest.mark.parametrize("end", ["finish", "snooze", "fail", "bury"])
def test_who_lost_the_lease_changes_nothing(engine, time, end):
    row_id = push(engine)
    lost = claim(engine, row_id)
    time += 10
    held = claim(engine, row_id, "b")
    before = row(engine)
    match end:
        case "finish":
            assert outbox.finish(engine, lost) is False
        case "snooze":
            outbox.snooze(engine, lost, due_at=START + s(99))
        case "fail":
            outbox.fail(engine, lost, "error", due_at=START + s(99))
        case "bury":
            outbox.bury(engine, lost, reason="reason")
    assert row(engine) == before
    assert outbox.still_held(engine, held)


def test_work_finished_after_its_lease_ran_out_counts_if_nobody_took_it(engine, time):
    lease = claim(engine, push(engine))
    time += 60
    assert outbox.finish(engine, lease) is False
    assert due(engine, time) == []


def test_of_many_that_claim_at_once_one_gets_it(engine):
    row_id = push(engine)
    with ThreadPoolExecutor(8) as threads:
        leases = list(threads.map(lambda n: claim(engine, row_id, f"owner {n}"), range(8)))
    assert sum(lease is not None for lease in leases) == 1


def test_many_first_pushes_at_once_make_one_row(engine, time):
    with ThreadPoolExecutor(8) as threads:
        rows = set(threads.map(lambda _n: push(engine), range(24)))
    assert len(rows) == 1
    assert claim(engine, rows.pop()).generation == 24


def test_a_failure_waits_and_says_why(engine, time):
    row_id = push(engine)
    outbox.fail(engine, claim(engine, row_id), "no route" + "!" * 1000, due_at=START + s(5))
    found = row(engine)
    assert (found.tries, found.due_at, found.buried_at) == (1, START + s(5), None)
    assert found.last_error.startswith("no route!")
    assert len(found.last_error) == 500
    assert claim(engine, row_id) is None
    time += 5
    outbox.finish(engine, claim(engine, row_id))
    with reading(engine) as conn:
        assert outbox.listed(conn) == []


def test_any_text_can_be_the_reason(engine, time):
    lease = claim(engine, push(engine))
    outbox.fail(engine, lease, "nul \0 and half a pair \ud800", due_at=START)
    assert row(engine).last_error == "nul  and half a pair ?"


def test_it_is_buried_after_so_many_tries_with_its_reason(engine, time):
    row_id = push(engine)
    for tries in range(1, MAX_TRIES + 1):
        lease = claim(engine, row_id)
        assert lease.tries == tries
        outbox.fail(engine, lease, "no route", due_at=time.now)
    found = row(engine)
    assert found.buried_at == time.now
    assert found.last_error == "given up after 8 tries: no route"
    assert (due(engine, time), claim(engine, row_id)) == ([], None)
    with reading(engine) as conn:
        assert outbox.open_count(conn) == 0
        assert outbox.next_due_at(conn, after=START - s(1)) is None


def test_work_that_kills_its_process_is_buried_too(engine, time):
    row_id = push(engine)
    for _ in range(MAX_TRIES):
        assert claim(engine, row_id) is not None
        time += 10
    assert claim(engine, row_id) is None
    found = row(engine)
    assert found.buried_at == time.now
    assert found.last_error == "its process ended 8 times in the middle of the work"


def test_a_push_opens_what_is_buried_and_counts_tries_anew(engine, time):
    row_id = push(engine)
    outbox.bury(engine, claim(engine, row_id), reason="sign in again")
    assert row(engine).last_error == "sign in again"
    push(engine, at=7)
    assert row(engine).buried_at is None
    time += 7
    assert claim(engine, row_id).tries == 1


def test_a_push_during_work_that_is_then_buried_keeps_it_open(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    push(engine)
    outbox.bury(engine, lease, reason="refused")
    assert row(engine).buried_at is None
    assert claim(engine, row_id).tries == 1


def test_a_push_counts_tries_anew_but_does_not_shorten_the_wait_it_came_into(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    push(engine)
    outbox.fail(engine, lease, "no route", due_at=START + s(5))
    assert claim(engine, row_id) is None
    time += 5
    assert claim(engine, row_id).tries == 1


def away(engine, lease, *, due_at):
    outbox.wait_out(engine, lease, "no route", due_at=due_at)


def test_an_outage_is_never_a_reason_to_give_up(engine, time):
    row_id = push(engine)
    for outages in range(5 * MAX_TRIES):
        lease = claim(engine, row_id)
        assert (lease.tries, lease.outages) == (1, outages)
        away(engine, lease, due_at=time.now + s(1))
        found = row(engine)
        assert (found.tries, found.last_error) == (outages + 1, "no route")
        assert found.buried_at is None
        assert claim(engine, row_id) is None
        time += 1
    outbox.finish(engine, claim(engine, row_id))
    push(engine)
    assert claim(engine, row_id).outages == 0


def test_deaths_during_an_outage_still_count(engine, time):
    row_id = push(engine)
    for _ in range(MAX_TRIES - 1):
        claim(engine, row_id)
        time += 10
        away(engine, claim(engine, row_id), due_at=time.now)
    assert claim(engine, row_id).tries == MAX_TRIES
    time += 10
    assert claim(engine, row_id) is None
    assert row(engine).last_error.endswith("in the middle of the work; last error: no route")


def test_an_outage_takes_no_try_from_what_then_fails(engine, time):
    row_id = push(engine)
    for _ in range(MAX_TRIES):
        away(engine, claim(engine, row_id), due_at=time.now)
    outbox.fail(engine, claim(engine, row_id), "cannot read it", due_at=time.now)
    assert row(engine).buried_at is None
    assert claim(engine, row_id).tries == 2


@pytest.mark.parametrize("end", ["snooze", "fail", "bury"])
def test_an_outage_is_over_when_something_else_happens(engine, time, end):
    row_id = push(engine)
    away(engine, claim(engine, row_id), due_at=time.now)
    lease = claim(engine, row_id)
    match end:
        case "snooze":
            outbox.snooze(engine, lease, due_at=time.now)
        case "fail":
            outbox.fail(engine, lease, "error", due_at=time.now)
        case "bury":
            outbox.bury(engine, lease, reason="reason")
            push(engine)
    assert claim(engine, row_id).outages == 0


def test_what_is_late_comes_after_all_that_is_due(engine, time):
    old = [push(engine, key=f"old {n}", late=True) for n in range(3)]
    time += 60
    new = push(engine, key="new", at=60)
    assert due(engine, time) == [new, *old]
    assert due(engine, time, late=True) == old
    assert due(engine, time, late=False) == [new]


def test_a_push_that_is_not_late_hurries_what_was_and_not_the_other_way(engine, time):
    row_id = push(engine, late=True)
    assert due(engine, time, late=True) == [row_id]
    push(engine)
    assert due(engine, time, late=False) == [row_id]
    push(engine, late=True)
    assert due(engine, time, late=False) == [row_id]
    outbox.finish(engine, claim(engine, row_id))
    push(engine, late=True)  # it is other work now
    assert due(engine, time, late=True) == [row_id]


def is_mine(engine, lease):
    with writing(engine) as conn:
        return outbox.still_mine(conn, lease)


def test_a_lease_is_mine_until_somebody_else_claims(engine, time):
    row_id = push(engine)
    first = claim(engine, row_id)
    assert is_mine(engine, first)
    time += 10
    assert is_mine(engine, first)  # it ran out, and nobody can take it while one looks
    second = claim(engine, row_id, "b")
    assert (is_mine(engine, first), is_mine(engine, second)) == (False, True)
    outbox.finish(engine, second)
    assert not is_mine(engine, second)


def test_nobody_takes_over_while_its_owner_stores(engine, time):
    """The owner slept between looking at its lease and the end of its transaction."""
    row_id = push(engine)
    lease = claim(engine, row_id)
    order = []

    def another():
        order.append(claim(engine, row_id, "b") is not None)

    other = Thread(target=another)
    with writing(engine) as conn:
        assert outbox.still_mine(conn, lease)
        time += 60
        other.start()
        other.join(0.5)
        order.append("stored")
    other.join(10)
    assert order == ["stored", True]


def test_two_owners_that_push_each_others_work_do_not_wait_for_each_other(postgresql_url, time):
    """A replan owes publishing, a publish that finds a moved entry owes a replan."""
    engine = open_database(postgresql_url, now=time)
    rows = push(engine, actor="replan"), push(engine, actor="publish")
    leases = [claim(engine, row_id) for row_id in rows]
    both = Barrier(2)

    def store(lease, other):
        with writing(engine) as conn:
            assert outbox.still_mine(conn, lease)
            both.wait(10)
            outbox.push(conn, other, "1", due_at=START)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(store, lease, other) for lease, other in zip(leases, ("publish", "replan"), strict=True)]:  # fmt: skip
            done.result(10)
    assert all(outbox.finish(engine, lease) for lease in leases)
    engine.dispose()


def test_a_snooze_is_no_try(engine, time):
    row_id = push(engine)
    for number in range(3 * MAX_TRIES):
        lease = claim(engine, row_id)
        assert lease.tries == 1
        outbox.snooze(engine, lease, due_at=START + s(number + 1), reason="quiet hours")
        assert row(engine).last_error == "quiet hours"
        assert claim(engine, row_id) is None
        time += 1


def test_a_push_during_the_work_wakes_a_snoozer_earlier(engine, time):
    row_id = push(engine)
    lease = claim(engine, row_id)
    push(engine, at=2)
    outbox.snooze(engine, lease, due_at=START + s(900))
    time += 2
    assert claim(engine, row_id) is not None


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.integers(1, 4000), st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_backoff_grows_to_an_hour_and_is_spread(tries, jitter, other):
    wait = backoff(tries, jitter=jitter)
    assert s(2.5) <= wait <= s(3600)
    assert backoff(tries + 1, jitter=other) >= wait or tries >= 10 or other < jitter
    assert backoff(tries, jitter=0.0) * 2 == backoff(tries, jitter=1.0)


def test_backoff_by_numbers():
    assert [backoff(n, jitter=1.0).total_seconds() for n in (1, 2, 3, 8, 11, 12)] == [
        5,
        10,
        20,
        640,
        3600,
        3600,
    ]
