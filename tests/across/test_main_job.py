"""A run comes in, the watch calendar moves: over real HTTP, client libraries, databases, brokers."""

from datetime import timedelta

import pytest

from tests.across.kills import compare
from tests.across.life import APART, EMBEDDED, RACE_DAY, SET_UPS, live, worker_and_trial


@pytest.fixture(params=SET_UPS)
def set_up(request):
    """The two ways to run Goalward; servers start only for the second."""
    if request.param == EMBEDDED:
        return EMBEDDED, {}
    servers = {name: request.getfixturevalue(name) for name in ("postgres", "valkey")}
    return APART, servers


def test_the_calendar_follows_the_runs(set_up, tmp_path):
    name, servers = set_up
    with worker_and_trial(name, tmp_path, **servers) as (_, trial):
        foreign = trial.control.dump()["foreign"]
        live(trial)
        dump = trial.control.dump()
        today = trial.today().isoformat()
        there = {e["ident"]: e for e in dump["entries"] if e["day"] >= today}
        planned = {d.workout.ident: d for d in trial.fortnight() if d.workout}
        assert there.keys() == planned.keys()
        assert len([e for e in dump["entries"] if e["day"] >= today]) == len(there), "one doubled"
        for ident, day in planned.items():
            assert there[ident]["day"] == day.day.isoformat()
        assert dump["foreign"] == foreign
        assert trial.given_up() == []
        raced = [change for change in trial.changes() if "10 km in" in change.sentence]
        assert raced, "the fast race changed nothing"
        frozen_until = RACE_DAY + timedelta(days=1)
        assert all(change.day > frozen_until for change in raced)


def test_three_kills_change_nothing(set_up):
    name, servers = set_up
    differing, killed = compare(name, kills=3, seed=5, weeks=5, longest_s=3.0, **servers)
    assert differing == []
    assert killed == 3
