"""The weather in the worker: asked once a day, by a rounded place, never in anybody's way."""

from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.activity import Sport
from planning.athlete import Athlete
from planning.goals.goal import Goal, GoalKind, Priority
from planning.weather import SAID, Place, RunningHours, Weather, believed, usual_hours
from tests.worker.living import PARIS, START, HandClock, a_record, life
from worker import store, tables
from worker.db import reading, writing
from worker.schedule import tick
from worker.stored import to_body
from worker.weather import ask_again

TODAY = START.date()
LYON = Place.near(45.7772, 4.8559)


@contextmanager
def living(database_url, home, *, place=LYON):
    clock = HandClock()
    with (
        serve(machine_now=clock.machine_now, options=Options(today=TODAY)) as url,
        Control(url) as control,
        life(database_url, home, clock=clock, WEATHER_API_URL=control.weather_url) as lived,
    ):
        lived.control = control
        if place:
            lived.setting("place", to_body(place))
        yield lived


@pytest.fixture
def lived(database_url, tmp_path):
    with living(database_url, tmp_path) as lived:
        yield lived


def ran(lived, days_ago, n=1, **changes):
    start = START - timedelta(days=days_ago, hours=1)
    with writing(lived.engine) as conn:
        from planning.fitness.observation import derive

        seen = derive(a_record(n, start_at=start, **changes), None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=lived.clock.at, now=lived.clock.at)


def will_race(lived, in_days, **changes):
    day = TODAY + timedelta(days=in_days)
    goal = Goal("g", GoalKind.COMPLETION, Priority.A, day, 10_000.0, **changes)
    with writing(lived.engine) as conn:
        store.put_goal(conn, 1, goal, known_at=lived.clock.at, now=lived.clock.at)


def known(lived):
    with reading(lived.engine) as conn:
        return {one.day: one for one in store.weather(conn, 1)}


def asked(lived):
    return lived.control.post("weather/asked")["asked"]


def arrivals(lived):
    return lived.rows(tables.inbox_event, kind="weather")


def days(*ahead):
    return {TODAY + timedelta(days=n) for n in ahead}


def test_days_with_runs_and_days_of_goals_are_asked_for_and_no_others(lived):
    for n, days_ago in enumerate((0, 1, 3, 4, 20)):
        ran(lived, days_ago, n)
    ran(lived, 2, 9, sport=Sport.RIDE)
    will_race(lived, 10)
    tick(lived.runtime)
    assert asked(lived) == []  # the scheduler asks nobody
    lived.work("ingest")
    assert known(lived).keys() == days(0, -1, -3, 10)
    (question,) = asked(lived)
    assert (question["latitude"], question["longitude"]) == ("45.8", "4.9")
    (arrival,) = arrivals(lived)
    assert arrival.outcome == "4 new days of weather"
    for one in known(lived).values():
        assert (one.source, one.place) == ("weather", None)


def test_a_goal_in_the_far_future_is_not_asked_about(lived):
    will_race(lived, 11)
    tick(lived.runtime)
    lived.work("ingest")
    assert asked(lived) == []
    assert arrivals(lived)[0].outcome == "no day to ask about"


def test_a_goal_that_was_given_up_is_not_asked_about(lived):
    will_race(lived, 5, retired_on=TODAY)
    tick(lived.runtime)
    lived.work("ingest")
    assert asked(lived) == []


def test_once_a_day_however_often_it_is_looked(lived):
    ran(lived, 1)
    for _ in range(3):
        tick(lived.runtime)
        lived.work("ingest")
        lived.clock.later(minutes=5)
    assert len(asked(lived)) == 1
    lived.clock.later(days=1)
    tick(lived.runtime)
    lived.work("ingest")
    assert len(asked(lived)) == 2


def test_a_forecast_that_changes_is_told_anew_and_the_same_again_is_not_news(lived):
    will_race(lived, 5)
    tick(lived.runtime)
    lived.work()
    before = known(lived)
    lived.clock.later(days=1)
    tick(lived.runtime)
    lived.work()
    assert known(lived) == before
    assert arrivals(lived)[-1].outcome == "0 new days of weather"
    lived.control.post("weather/warmer", by=6.0)
    lived.clock.later(days=1)
    tick(lived.runtime)
    lived.work("replan")  # of the day that began
    assert not lived.owed("replan")
    lived.work("ingest")
    assert lived.owed("replan")
    (day,) = before
    assert known(lived)[day].temperature_c > before[day].temperature_c + 4
    with reading(lived.engine) as conn:  # what was known then is still there
        assert [*store.weather(conn, 1, until=lived.clock.at - timedelta(hours=1))] == [before[day]]


def test_athletes_are_asked_about_in_their_order_whoever_said_first_where_they_are(lived):
    with writing(lived.engine) as conn:
        when = {"known_at": lived.clock.at, "now": lived.clock.at}
        for _ in range(2):
            store.add_athlete(conn, Athlete(PARIS), **when)
        for athlete_id in (3, 1, 2):
            place = {"athlete_id": athlete_id, "key": "place", "body": to_body(LYON)}
            store.put(conn, tables.athlete_setting, **place, **when)
    tick(lived.runtime)
    assert [one.athlete_id for one in arrivals(lived)] == [1, 2, 3]


def test_without_a_place_nobody_is_asked(database_url, tmp_path):
    with living(database_url, tmp_path, place=None) as lived:
        ran(lived, 1)
        tick(lived.runtime)
        lived.work("ingest")
        assert asked(lived) == []
        assert arrivals(lived) == []


def test_without_a_service_nothing_is_owed(database_url, tmp_path):
    with life(database_url, tmp_path) as lived:
        lived.setting("place", to_body(LYON))
        tick(lived.runtime)
        assert arrivals(lived) == []
        assert lived.rows(tables.connection) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 503},
        {"kind": "timeout_before"},
        {"status": 200, "body": {"garbage": True}},
    ],
)
def test_a_service_in_trouble_is_asked_later_and_the_plan_does_not_wait(
    sqlite_url, tmp_path, fault
):
    with living(sqlite_url, tmp_path) as lived:
        ran(lived, 1)
        will_race(lived, 5)
        lived.control.fault("weather", times=3, **fault)
        tick(lived.runtime)
        lived.work()
        assert known(lived) == {}
        assert not lived.owed("replan")
        assert [one.outcome for one in arrivals(lived)] == [None]
        lived.control.clear_faults()
        lived.clock.later(minutes=20)
        lived.work("ingest")
        assert known(lived).keys() == days(-1, 5)


def test_what_waited_until_the_next_day_is_left_to_that_day(lived):
    ran(lived, 1)
    lived.control.fault("weather", status=503, times=3)
    tick(lived.runtime)
    lived.work("ingest")
    lived.clock.later(days=1)
    tick(lived.runtime)
    lived.work("ingest")
    assert [one.outcome for one in arrivals(lived)] == [
        "left alone: it is another day by now",
        "1 new days of weather",
    ]
    assert len(asked(lived)) == 1


def test_whoever_disconnects_it_is_left_alone_until_they_say_where_they_are(lived):
    from worker.connections import connections, disconnect

    ran(lived, 1)
    tick(lived.runtime)
    lived.work("ingest")
    with reading(lived.engine) as conn:
        (connected,) = connections(conn, athlete_id=1)
    disconnect(lived.runtime, connected)
    lived.clock.later(days=1)
    tick(lived.runtime)
    lived.work("ingest")
    assert len(arrivals(lived)) == 1
    with writing(lived.engine) as conn:
        ask_again(conn, 1)
    tick(lived.runtime)
    lived.work("ingest")
    assert len(arrivals(lived)) == 2
    assert len(lived.rows(tables.connection)) == 1


# What is believed


def said(day, temperature_c, source, **changes):
    return Weather(source, day, temperature_c, **changes)


def test_the_athletes_word_is_believed_before_any_service_in_any_order():
    day, other = TODAY, TODAY + timedelta(days=1)
    told = [
        said(other, 3.0, "weather"),
        said(day, 1.0, "weather"),
        said(day, 2.0, SAID),
        said(day, 0.0, "zephyr"),
        said(day, 5.0, "aeolus"),
        said(other, 9.0, "aeolus"),
        said(day, 30.0, SAID, place=LYON),  # of somewhere else
    ]
    for order in (told, told[::-1], told[3:] + told[:3]):
        assert [(d, one.temperature_c) for d, one in believed(order).items()] == [
            (day, 2.0),
            (other, 9.0),
        ]


def test_the_hours_are_the_athletes_own_once_there_is_a_habit():
    evening = datetime(2026, 11, 23, 17, 30, tzinfo=PARIS)
    assert usual_hours([evening] * 4, PARIS) == RunningHours(7, 9)
    morning = evening.replace(hour=6)
    assert usual_hours([evening] * 3 + [morning] * 2, PARIS) == RunningHours(17, 19)
    assert usual_hours([evening.replace(hour=23)] * 5, PARIS) == RunningHours(23, 23)


@pytest.mark.parametrize("hours", [RunningHours(0, 0), RunningHours(7, 9), RunningHours(21, 23)])
def test_hours_are_read_as_they_are_written(hours):
    assert RunningHours.read(str(hours)) == hours


@pytest.mark.parametrize("text", ["", "9-7", "7-24", "7", "a-b", "7-9-11", "-1-3"])
def test_what_is_no_hours_is_the_habit_of_most(text):
    assert RunningHours.read(text) == RunningHours(7, 9)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_what_is_not_on_the_globe_is_no_place(latitude, longitude):
    with pytest.raises(ValueError, match="globe"):
        Place.near(latitude, longitude)


# By command


def test_a_word_is_set_shown_and_taken_back(home):
    home.ok("weather", "set", "2027-04-11", "--temp", "18", "--dew-point", "12.5")
    home.ok("weather", "set", "2027-04-10", "--temp", "-3")
    shown = home.ok("weather", "show", "--json").json
    assert shown == [
        {"day": "2027-04-10", "temperature_c": -3.0, "dew_point_c": None, "source": "athlete"},
        {"day": "2027-04-11", "temperature_c": 18.0, "dew_point_c": 12.5, "source": "athlete"},
    ]
    assert "18 °C, dew point 12.5 °C  (you)" in home.ok("weather", "show").out
    home.ok("weather", "set", "2027-04-11", "--temp", "20")
    home.ok("weather", "forget", "2027-04-10")
    assert "Nothing was said" in home.ok("weather", "forget", "2027-04-10").out
    (left,) = home.ok("weather", "show", "--json").json
    assert (left["temperature_c"], left["dew_point_c"]) == (20.0, None)


def test_without_a_word_none_is_assumed(home):
    assert home.ok("weather", "show", "--json").json == []
    assert "none is assumed" in home.ok("weather", "show").out


@pytest.mark.parametrize(
    "words",
    [
        ("2027-04-11", "--temp", "10", "--dew-point", "11"),
        ("2027-04-11", "--temp", "300"),
        ("someday", "--temp", "10"),
        ("2027-04-11",),
    ],
)
def test_what_cannot_be_weather_is_not_taken(home, words):
    assert home("weather", "set", *words).status == 2


def test_a_place_is_kept_rounded_and_nowhere_finer(home):
    home.ok("athlete", "set", "--place", "-33.8688,151.2093")
    kept = (home.path / "goalward.db").read_bytes()
    wal = home.path / "goalward.db-wal"
    kept += wal.read_bytes() if wal.exists() else b""
    assert b"33.9" in kept
    assert b"33.86" not in kept
    assert b"151.20" not in kept


@pytest.mark.parametrize("words", ["45.8", "north,east", "95,4", "45.8,4.9,1", "nan,nan"])
def test_what_is_no_place_is_not_taken(home, words):
    said = home("athlete", "set", "--place", words)
    assert said.status == 2
    assert "LAT,LON" in said.err
