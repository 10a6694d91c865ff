"""Facts: what stands, what stood, and what was known when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from planning.athlete import Athlete
from planning.breaks import Break, BreakKind, Breaks
from planning.fitness.ability import AbilityToday
from planning.fitness.observation import derive
from planning.goals.goal import Goal, GoalKind, Priority
from planning.replan import Closing
from planning.rulings import Exclude
from planning.schedule.plan import Layer, LayerKind
from planning.weather import Weather
from tests.worker.living import PARIS, a_record
from worker import store, tables
from worker.db import writing
from worker.stored import to_body

MONDAY = datetime(2026, 8, 31, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNKNOWN = AbilityToday(None, None, 0, "not known yet")


def a_goal(name, day, **changes):
    return replace(Goal(name, GoalKind.COMPLETION, Priority.A, day, 10_000.0), **changes)


@pytest.fixture
def conn(engine):
    with writing(engine) as conn:
        store.add_athlete(conn, Athlete(PARIS), known_at=MONDAY, now=MONDAY)
        yield conn


def put(conn, body, *, known_at=MONDAY, now=MONDAY, key="k", table=tables.layer, athlete_id=1):
    return store.put(
        conn, table, athlete_id=athlete_id, key=key, body=body, known_at=known_at, now=now
    )  # fmt: skip


def standing(conn, *, until=None, athlete_id=1):
    return dict(store.facts(conn, tables.layer, athlete_id=athlete_id, until=until))


def rows(conn, table=tables.layer):
    return conn.execute(select(table).order_by(table.c.id)).all()


def test_a_fact_is_changed_by_another_row_and_nothing_is_overwritten(conn):
    assert put(conn, {"n": 1})
    assert put(conn, {"n": 2}, known_at=MONDAY + HOUR, now=MONDAY + DAY)
    first, second = rows(conn)
    assert (first.body, first.known_at, first.recorded_at) == ({"n": 1}, MONDAY, MONDAY)
    assert first.superseded_at == MONDAY + DAY
    assert (second.body, second.superseded_at) == ({"n": 2}, None)
    assert standing(conn) == {"k": {"n": 2}}


def test_the_same_again_is_no_news(conn):
    assert put(conn, {"n": 1})
    assert not put(conn, {"n": 1}, known_at=MONDAY + HOUR)
    assert len(rows(conn)) == 1


def test_the_same_known_earlier_is_news(conn):
    """An arrival of the evening may be read after one of the next morning."""
    put(conn, {"n": 1}, known_at=MONDAY + HOUR)
    assert standing(conn, until=MONDAY) == {}
    assert put(conn, {"n": 1}, known_at=MONDAY)
    assert standing(conn, until=MONDAY) == standing(conn) == {"k": {"n": 1}}


def test_what_is_taken_back_no_longer_stands_but_stood(conn):
    put(conn, {"n": 1})
    assert put(conn, None, known_at=MONDAY + HOUR)
    assert standing(conn) == {}
    assert standing(conn, until=MONDAY) == {"k": {"n": 1}}
    assert not put(conn, None, known_at=MONDAY + DAY)  # it is gone already
    assert put(conn, {"n": 1}, known_at=MONDAY + DAY)  # and may come again
    assert standing(conn) == {"k": {"n": 1}}


def test_taking_back_what_never_was_writes_nothing(conn):
    assert not put(conn, None)
    assert rows(conn) == []


def test_until_shows_what_was_known_at_that_instant(conn):
    for hours, body in enumerate(("a", "b", "c")):
        put(conn, body, known_at=MONDAY + hours * HOUR)
    seen = [standing(conn, until=MONDAY + hours * HOUR - timedelta(microseconds=1)).get("k") for hours in range(4)]  # fmt: skip
    assert seen == [None, "a", "b", "c"]
    assert standing(conn, until=MONDAY + HOUR)["k"] == "b"  # the instant itself is included


def test_a_fact_recorded_late_counts_from_when_it_was_known(conn):
    put(conn, "known on monday", key="a", known_at=MONDAY, now=MONDAY)
    put(conn, "recorded on tuesday", key="b", known_at=MONDAY, now=MONDAY + DAY)
    assert standing(conn, until=MONDAY) == {"a": "known on monday", "b": "recorded on tuesday"}


def test_facts_of_others_are_others(conn):
    store.add_athlete(conn, Athlete(PARIS), known_at=MONDAY, now=MONDAY)
    put(conn, "mine")
    assert dict(store.facts(conn, tables.layer, athlete_id=2)) == {}


@settings(
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has its own athlete
)
@given(words=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([None, 1, 2])), max_size=12))
def test_facts_are_the_last_word_on_each_key(sqlite_engine, words):
    with writing(sqlite_engine) as conn:
        one = store.add_athlete(conn, Athlete(PARIS), known_at=MONDAY, now=MONDAY)
        for n, (key, body) in enumerate(words):
            put(conn, body, key=key, known_at=MONDAY + n * HOUR, athlete_id=one)
        for n in range(len(words)):
            said = {key: body for key, body in dict(words[: n + 1]).items() if body is not None}
            assert standing(conn, until=MONDAY + n * HOUR, athlete_id=one) == said


# --- what is kept as facts ----------------------------------------------------------------------


def test_the_profile_as_it_was(conn):
    known = store.profile_of(conn, 1)
    store.put_profile(conn, 1, replace(known, name="Kim"), known_at=MONDAY + DAY, now=MONDAY)
    assert store.profile_of(conn, 1).name == "Kim"
    assert store.profile_of(conn, 1, until=MONDAY) == known
    assert store.zone_of(conn, 1) == PARIS


def test_a_setting_that_was_never_set(conn):
    assert store.setting(conn, 1, "notify") is None


def test_an_observation_is_kept_whole_and_dropped_by_key(conn):
    seen = derive(a_record(), None, zone=PARIS)
    assert store.put_observation(conn, 1, seen, known_at=MONDAY, now=MONDAY)
    assert not store.put_observation(conn, 1, seen, known_at=MONDAY + HOUR, now=MONDAY)
    (run,) = store.activities(conn, 1)
    assert (run.distance_m, run.sources) == (10_000.0, ("garmin:1",))
    gone = MONDAY + HOUR
    assert store.drop_observation(conn, 1, "garmin:1", known_at=gone, now=gone)
    assert not store.drop_observation(conn, 1, "garmin:1", known_at=gone, now=gone)
    assert not store.drop_observation(conn, 1, "garmin:2", known_at=gone, now=gone)
    assert store.activities(conn, 1) == ()
    assert len(store.activities(conn, 1, until=MONDAY)) == 1


def test_goals_come_by_day_and_then_by_id(conn):
    first, second = date(2026, 10, 4), date(2026, 12, 20)
    for goal in (a_goal("b", second), a_goal("z", first), a_goal("a", second)):
        store.put_goal(conn, 1, goal, known_at=MONDAY, now=MONDAY)
    assert [goal.id for goal in store.goals(conn, 1)] == ["z", "a", "b"]
    moved = a_goal("z", date(2027, 1, 1))
    store.put_goal(conn, 1, moved, known_at=MONDAY + DAY, now=MONDAY)
    assert [goal.id for goal in store.goals(conn, 1)] == ["a", "b", "z"]
    assert [goal.id for goal in store.goals(conn, 1, until=MONDAY)] == ["z", "a", "b"]


def test_the_last_closing_is_of_an_earlier_day(conn):
    days = [date(2026, 8, 30), date(2026, 9, 1)]
    for day in days:
        closing = Closing(day, None, UNKNOWN, (), ())
        store.put_closing(conn, 1, closing, known_at=MONDAY, now=MONDAY)
    found = [
        store.last_closing(conn, 1, before=day) for day in (days[0], days[1], date(2027, 1, 1))
    ]
    assert [closing and closing.day for closing in found] == [None, *days]


def test_the_state_as_of_an_instant(conn):
    seen = derive(a_record(), None, zone=PARIS)
    store.put_observation(conn, 1, seen, known_at=MONDAY + HOUR, now=MONDAY)
    store.put_goal(conn, 1, a_goal("g", date(2026, 12, 1)), known_at=MONDAY, now=MONDAY)
    early = store.load_state(conn, 1, closing=None, until=MONDAY)
    late = store.load_state(conn, 1, closing=None)
    assert (len(early.activities), len(early.goals), early.complete_until) == (0, 1, None)
    assert (len(late.activities), len(late.goals)) == (1, 1)


def test_only_what_lies_before_the_newest_run_is_complete(conn):
    """Silence is not rest: a watch that has not synced says nothing of the day."""
    for n, at in ((1, MONDAY), (2, MONDAY - 3 * DAY)):
        seen = derive(a_record(n, start_at=at), None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=MONDAY, now=MONDAY)
    assert store.load_state(conn, 1, closing=None).complete_until == date(2026, 8, 30)


def test_the_last_closing_tells_when_its_day_was_over(conn):
    assert store.last_closed(conn, 1, before=date(2027, 1, 1)) is None
    closing = Closing(date(2026, 8, 31), None, UNKNOWN, (), ())
    store.put_closing(conn, 1, closing, known_at=MONDAY + HOUR, now=MONDAY + DAY)
    found = store.last_closed(conn, 1, before=date(2027, 1, 1))
    assert (found.closing, found.until) == (closing, MONDAY + HOUR)


def test_the_zone_as_it_was_known(conn):
    moved, home = ZoneInfo("Asia/Tokyo"), store.profile_of(conn, 1)
    for at, zone in ((MONDAY + DAY, moved), (MONDAY + 3 * DAY, PARIS)):
        store.put_profile(conn, 1, replace(home, zone=zone), known_at=at, now=MONDAY)
    at = [MONDAY - DAY, MONDAY, MONDAY + DAY - HOUR, MONDAY + DAY, MONDAY + 3 * DAY, None]
    assert [store.zone_of(conn, 1, at=instant) for instant in at] == [
        PARIS, PARIS, PARIS, moved, PARIS, PARIS,
    ]  # fmt: skip


# --- what became known, and when -----------------------------------------------------------------


def test_news_come_one_after_the_other(conn):
    instants = [MONDAY + n * DAY for n in range(1, 4)]
    for n in (2, 0, 1):
        put(conn, n, key=str(n), known_at=instants[n])
    put(conn, 9, key="9", known_at=MONDAY, athlete_id=store.add_athlete(conn, Athlete(PARIS), known_at=MONDAY, now=MONDAY))  # fmt: skip
    found = [store.next_news(conn, 1, after=after) for after in (None, MONDAY, *instants)]
    assert found == [MONDAY, *instants, None]


@pytest.mark.parametrize(
    "table",
    [
        tables.athlete_setting,
        tables.observation,
        tables.goal,
        tables.layer,
        tables.athlete_break,
        tables.answer,
    ],
    ids=str,
)
def test_every_kind_of_fact_is_news(conn, table):
    at = MONDAY + DAY
    columns = {"source": "s", "external_id": "1", "day": at.date(), "start_at": at}
    extra = columns if table is tables.observation else {}
    store.put(conn, table, athlete_id=1, key="new", body="x", known_at=at, now=at, **extra)
    assert store.next_news(conn, 1, after=MONDAY) == at


# --- order, and what is in the state ------------------------------------------------------------


def test_layers_stand_in_the_order_in_which_they_were_said(conn):
    def say(key, ident, hours):
        layer = Layer(LayerKind.SKIP, ident)
        put(conn, to_body(layer), key=key, known_at=MONDAY + hours * HOUR)

    say("a", "first", 0)
    say("z", "second", 1)
    say("b", "third", 2)
    assert [layer.ident for layer in store.layers(conn, 1)] == ["first", "second", "third"]
    say("a", "first again", 3)
    idents = [layer.ident for layer in store.load_state(conn, 1, closing=None).layers]
    assert idents == ["second", "third", "first again"]
    as_of = store.layers(conn, 1, until=MONDAY + HOUR)
    assert [layer.ident for layer in as_of] == ["first", "second"]
    later = store.layers(conn, 1, until=MONDAY + 3 * HOUR)
    assert [layer.ident for layer in later] == idents


def test_the_athletes_word_on_copies_is_in_the_activities(conn):
    for number in (1, 2):
        seen = derive(a_record(number, start_at=MONDAY + number * DAY), None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=MONDAY, now=MONDAY)
    assert len(store.load_state(conn, 1, closing=None).activities) == 2
    left_out = Exclude("garmin:1")
    put(conn, to_body(left_out), key=left_out.key, known_at=MONDAY + HOUR, table=tables.ruling)
    assert len(store.load_state(conn, 1, closing=None).activities) == 1
    assert len(store.load_state(conn, 1, closing=None, until=MONDAY).activities) == 2
    assert store.next_news(conn, 1, after=MONDAY) == MONDAY + HOUR


def test_a_run_knows_the_temperature_of_its_day_as_far_as_that_was_known(conn):
    seen = derive(a_record(1, start_at=MONDAY), None, zone=PARIS)
    store.put_observation(conn, 1, seen, known_at=MONDAY, now=MONDAY)
    told = Weather("athlete", seen.day, 27.0)
    store.put_weather(conn, 1, told, known_at=MONDAY + DAY, now=MONDAY)
    (known,), (before,) = (
        store.load_state(conn, 1, closing=None, until=until).activities for until in (None, MONDAY)
    )
    assert (known.temperature_c, before.temperature_c) == (27.0, None)
    assert store.activities(conn, 1) == (known,)


def test_weather_is_in_the_state_and_the_same_again_is_no_news(conn):
    told = Weather("athlete", date(2026, 9, 6), 24.0)
    assert store.put_weather(conn, 1, told, known_at=MONDAY, now=MONDAY)
    assert not store.put_weather(conn, 1, told, known_at=MONDAY + HOUR, now=MONDAY)
    warmer = replace(told, temperature_c=27.0)
    assert store.put_weather(conn, 1, warmer, known_at=MONDAY + DAY, now=MONDAY)
    assert store.load_state(conn, 1, closing=None).weather == (warmer,)
    assert store.load_state(conn, 1, closing=None, until=MONDAY).weather == (told,)


def test_breaks_are_in_the_state_as_far_as_they_were_known(conn):
    def at(hours):
        return {"known_at": MONDAY + hours * HOUR, "now": MONDAY + hours * HOUR}

    ill = Break("ill", BreakKind.ILLNESS, date(2026, 9, 1))
    away = Break("away", BreakKind.TRAVEL, date(2026, 8, 20), date(2026, 8, 25), 40.0, "Málaga")
    assert store.put_break(conn, 1, ill, **at(0))
    assert not store.put_break(conn, 1, ill, **at(1))
    over = replace(ill, until_day=date(2026, 9, 4))
    assert store.put_break(conn, 1, over, **at(2))
    assert store.put_break(conn, 1, away, **at(3))
    assert store.load_state(conn, 1, closing=None).breaks.said == (away, over)
    assert store.drop_break(conn, 1, "ill", **at(4))
    assert not store.drop_break(conn, 1, "ill", **at(5))
    assert not store.drop_break(conn, 1, "never", **at(5))
    assert store.breaks(conn, 1) == Breaks((away,))
    known = [store.breaks(conn, 1, until=MONDAY + n * HOUR).said for n in range(-1, 5)]
    assert known == [(), (ill,), (ill,), (over,), (away, over), (away,)]
    then = store.load_state(conn, 1, closing=None, until=MONDAY + HOUR)
    assert then.breaks == Breaks((ill,))
    other = store.add_athlete(conn, Athlete(PARIS), known_at=MONDAY, now=MONDAY)
    assert store.breaks(conn, other) == Breaks()


@pytest.mark.parametrize("table", store.NEWS, ids=lambda table: table.name)
def test_every_fact_that_planning_reads_is_news(conn, table):
    nothing = {"source": "x", "external_id": "x", "day": MONDAY.date(), "start_at": MONDAY}
    columns = {name: value for name, value in nothing.items() if name in table.c}
    later = MONDAY + 5 * HOUR
    store.put(
        conn, table, athlete_id=1, key="k", body={"n": 1}, known_at=later, now=MONDAY, **columns
    )
    assert store.next_news(conn, 1, after=MONDAY) == later
