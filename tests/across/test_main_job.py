"""A run comes in, the watch calendar moves: over real HTTP, client libraries, databases, brokers."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.across.life import APART, EMBEDDED, RACE_DAY, SET_UPS, lived

WEEKS = 5  # of history


@pytest.fixture(params=SET_UPS)
def set_up(request):
    """The two ways to run Goalward; servers start only for the second."""
    if request.param == EMBEDDED:
        return EMBEDDED, {}
    servers = {name: request.getfixturevalue(name) for name in ("postgres", "valkey")}
    return APART, servers


def test_the_calendars_follow_the_runs_and_kills_change_nothing(set_up, tmp_path):
    name, servers = set_up
    calm = lived(name, tmp_path, weeks=WEEKS, look=the_calendar_follows, **servers)
    with TemporaryDirectory() as folder:
        hunted = lived(name, Path(folder), kills=3, seed=5, weeks=WEEKS, longest_s=3.0, **servers)
    assert not any(calm.wrong.values()), calm.wrong
    assert not any(hunted.wrong.values()), hunted.wrong
    assert list(apart(calm.seen, hunted.seen)) == []
    assert hunted.kills >= 3


def apart(calm, hunted):
    """Where two lives differ: what, and of a list only what one of them has."""
    for what in calm:
        one, other = calm[what], hunted[what]
        if one != other and isinstance(one, list | tuple):
            one, other = [x for x in one if x not in other], [x for x in other if x not in one]
        if calm[what] != hunted[what]:
            yield what, one, other


def the_calendar_follows(trial):
    """What is planned stands on the calendar once, and the fast race has moved later days only."""
    entries = trial.control.dump()["entries"]
    ahead = [entry for entry in entries if entry["day"] >= trial.today().isoformat()]
    there = {entry["ident"]: entry for entry in ahead}
    planned = {day.workout.ident: day for day in trial.fortnight() if day.workout}
    assert there.keys() == planned.keys()
    assert len(ahead) == len(there), "one doubled"
    for ident, day in planned.items():
        assert there[ident]["day"] == day.day.isoformat()
    assert trial.given_up() == []
    raced = [change for change in trial.changes() if "10 km in" in change.sentence]
    assert raced, "the fast race changed nothing"
    frozen_until = RACE_DAY + timedelta(days=1)
    assert all(change.day > frozen_until for change in raced)
