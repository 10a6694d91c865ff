"""What is believed in the end does not depend on when word of it came, or how often.

Whole seasons, told plainly and told anyhow, through planning alone and through the database. Each
number below is a seed: a history that fails is made again from it.
"""

import random
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from planning.athlete import Athlete
from planning.goals.goal import Goal, GoalKind, Priority
from planning.records import activities_of
from planning.replan import State, replan
from tests.planning.histories import (
    ZONE,
    Happened,
    Known,
    Said,
    anyhow,
    history,
    live,
    outcome,
    plainly,
)
from tests.sizes import SEED, examples
from worker import rulings, store
from worker.db import writing

HISTORIES = examples(40)
STORED = examples(4)
SEEDS = [f"{SEED or 0}-{number}" for number in range(HISTORIES)]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def believed(known, today):
    return outcome(known.seen.values(), known.said.values(), today)


def within(chance, steps):
    """Answers take so many steps at the most."""
    return partial(chance.randint, 0, steps)


def assert_same(found, expected, seed):
    for what in expected:
        assert found[what] == expected[what], f"the {what} of history {seed} differ"


def test_any_order_doubling_delay_and_loss_of_words_gives_the_same_to_the_bit():
    for seed in SEEDS:
        chance = random.Random(seed)
        season = history(chance)
        plain = believed(live(plainly(season), Known()), season.today)
        for longest in (0, 30):  # steps that an answer takes
            told = live(anyhow(season, chance), Known(), pace=within(chance, longest))
            assert_same(believed(shuffled(told, chance), season.today), plain, seed)


def shuffled(known, chance):
    """The same, kept in another order."""
    mixed = Known()
    for key in chance.sample(list(known.seen), len(known.seen)):
        mixed.look(known.seen[key])
    for key in chance.sample(list(known.said), len(known.said)):
        mixed.hear(known.said[key])
    return mixed


class Stored:
    """The same through the database: what is known is what stands there."""

    def __init__(self, conn):
        self.conn, self.at = conn, NOW
        self.athlete_id = store.add_athlete(conn, Athlete(ZONE), known_at=NOW, now=NOW)

    def look(self, observation):
        store.put_observation(self.conn, self.athlete_id, observation, **self._when())

    def gone(self, key):
        store.drop_observation(self.conn, self.athlete_id, key, **self._when())

    def hear(self, ruling):
        rulings.rule(self.conn, self.athlete_id, [ruling], **self._when())

    def take_back(self, ruling):
        rulings.take_back(self.conn, self.athlete_id, [ruling], **self._when())

    def _when(self):
        self.at += timedelta(seconds=1)
        return {"known_at": self.at, "now": self.at}

    def believed(self, today):
        seen = store.observations(self.conn, self.athlete_id)
        said = store.rulings(self.conn, self.athlete_id)
        found = outcome(seen, said, today)
        assert store.activities(self.conn, self.athlete_id) == activities_of(seen, said)
        return found


def test_the_database_believes_the_same_whatever_word_came_when(sqlite_engine):
    for seed in SEEDS[:STORED]:
        chance = random.Random(f"stored {seed}")
        season = history(chance)
        plain = believed(live(plainly(season), Known()), season.today)
        with writing(sqlite_engine) as conn:
            for steps in (plainly(season), anyhow(season, chance)):
                known = live(steps, Stored(conn), pace=within(chance, 10))
                assert_same(known.believed(season.today), plain, seed)


def test_the_plan_is_the_same_too():
    for seed in SEEDS[: max(1, HISTORIES // 20)]:
        chance = random.Random(f"planned {seed}")
        season = history(chance)
        goal = Goal(
            "g", GoalKind.TIME, Priority.A, season.today + timedelta(weeks=10), 10_000.0, 3000.0
        )
        plans = []
        for steps in (plainly(season), anyhow(season, chance)):
            known = live(steps, Known())
            activities = activities_of(known.seen.values(), known.said.values())
            plans.append(repr(replan(State(Athlete(ZONE), activities, (goal,)), season.today)))
        assert plans[0] == plans[1], f"the plan of history {seed} differs"


def test_histories_have_everything_in_them():
    """Otherwise the properties above would prove less than they say."""
    seasons = [history(random.Random(seed)) for seed in range(60)]
    happened = [h for season in seasons for h in season.happenings if isinstance(h, Happened)]
    records = [h.record for h in happened if h.record]
    assert {h.source for h in happened} == {"garmin", "strava", "intervals", "files"}
    assert sum(h.record is None for h in happened) > 60
    for field in ("start_hidden", "is_manual", "is_race", "parent_id", "name"):
        assert sum(bool(getattr(record, field)) for record in records) > 20, field
    said = [h for season in seasons for h in season.happenings if isinstance(h, Said)]
    kinds = {h.ruling.kind for h in said}
    assert kinds == {"split", "join", "exclude", "edit"}
    assert any(h.taken_back for h in said)
    joined = [
        activity
        for season in seasons
        for activity in activities_of(live(plainly(season), Known()).seen.values())
    ]
    assert sum(len(activity.sources) > 2 for activity in joined) > 500
    assert sum(len(activity.sources) == 1 for activity in joined) > 100


def test_an_old_answer_that_comes_last_would_be_noticed():
    """Why who stores answers must know in which order they were asked for."""
    differ = 0
    for seed in range(8):
        chance = random.Random(seed)
        season = history(chance)
        plain = believed(live(plainly(season), Known()), season.today)
        steps = [*plainly(season)]
        for in_order in (True, False):
            told = live(steps, Known(), pace=within(chance, 5), in_order=in_order)
            same = believed(told, season.today) == plain
            assert same or not in_order
            differ += not same
    assert differ > 0


@pytest.mark.parametrize("wrong", ["first look only", "deaf to what is gone", "words pile up"])
def test_believing_otherwise_would_be_noticed(wrong):
    class Wrong(Known):
        def look(self, observation):
            if wrong != "first look only" or observation.key not in self.seen:
                super().look(observation)

        def gone(self, key):
            if wrong != "deaf to what is gone":
                super().gone(key)

        def take_back(self, ruling):
            if wrong != "words pile up":
                super().take_back(ruling)

    differ = 0
    for seed in range(8):
        chance = random.Random(seed)
        season = history(chance)
        plain = believed(live(plainly(season), Known()), season.today)
        differ += believed(live(anyhow(season, chance), Wrong()), season.today) != plain
    assert differ > 0
