"""The plan on Garmin's calendar through the developer programme, by the real worker."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.comparing import ident_in
from connectors.garmin_partner import CONNECTOR
from connectors.garmin_partner.oauth import ACTIVITIES, WORKOUTS
from connectors.written import undated
from planning.schedule.plan import DayStatus
from tests.worker.published import coming, free_day, plan, publishes, runs_towards_a_goal
from tests.worker.web.partner import partner_life, sign_in
from worker import tables
from worker.connections import writing_there_already
from worker.publish import EQUAL_AGAIN, NOT_EQUAL

WANTED = {"garmin_partner_calendar": "yes"}


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with partner_life(sqlite_url, tmp_path) as lived:
        # Time stands still here, and with it every window of a limit.
        unlimited = replace(CONNECTOR, capabilities=replace(CONNECTOR.capabilities, limits=()))
        kinds = {**lived.runtime.connectors, "garmin_partner": unlimited}
        lived.runtime = replace(lived.runtime, connectors=kinds)
        lived.control.post("partner/configure", workouts_per_day=10_000)
        yield lived


def there(lived, **hand):
    """What stands in Garmin Connect, and the athlete's own hand on it."""
    return lived.control.post("partner/workouts", **hand)


def goes_on(lived, rounds=6):
    """Until what waits for a limit or a lagging listing is done."""
    for _ in range(rounds):
        lived.work()
        lived.clock.later(minutes=3)
    assert not lived.owed("publish")


def begins(lived):
    runs_towards_a_goal(lived)
    goes_on(lived)


def standing(lived):
    told = there(lived)
    workouts = {one["workoutId"]: one for one in told["workouts"]}
    return sorted(
        (row["date"], ident_in(one["description"]), undated(one["workoutName"]))
        for row in told["schedules"]
        if (one := workouts[row["workoutId"]]) and row["date"] >= lived.today.isoformat()
    )


def equal(lived):
    """Each session once, and no workout left behind on no day."""
    last = lived.today + timedelta(days=13)
    wanted = sorted(
        (d.day.isoformat(), d.workout.ident, d.workout.workout.name)
        for d in plan(lived).days()
        if d.workout and lived.today <= d.day <= last and d.status is DayStatus.PLANNED
    )
    left = {one["workoutId"] for one in there(lived)["workouts"]} - {
        row["workoutId"] for row in there(lived)["schedules"]
    }
    return wanted == standing(lived) and bool(wanted) and not left


def written(lived):
    asked = lived.control.dump()["requests"]
    methods = ("POST", "PUT", "DELETE")
    return sum(
        number
        for name, number in asked.items()
        if name.startswith(tuple(f"partner {method}" for method in methods)) and "wor" in name
    )


def schedule_of(lived, ident):
    told = there(lived)
    (workout,) = (o["workoutId"] for o in told["workouts"] if ident_in(o["description"]) == ident)
    (row,) = (row for row in told["schedules"] if row["workoutId"] == workout)
    return row["scheduleId"]


def said(lived):
    return [row.body for row in lived.rows(tables.message) if row.title in {NOT_EQUAL, EQUAL_AGAIN}]


def test_the_plan_stands_there_and_nothing_is_written_again(lived):
    sign_in(lived, **WANTED)
    begins(lived)
    assert equal(lived)
    before = written(lived)
    publishes(lived, times=2)
    assert written(lived) == before


@pytest.mark.parametrize("settings", [{}, {"garmin_partner_calendar": "no"}])
def test_who_did_not_ask_for_it_finds_nothing_there(lived, settings):
    sign_in(lived, **settings)
    begins(lived)
    publishes(lived)
    assert standing(lived) == []
    assert not lived.rows(tables.outbox, actor="publish")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("timeout_before", "/schedule"),  # the workout is made, and stands on no day
        ("timeout_after", "/schedule"),
        ("timeout_before", "/workout"),
    ],
)
def test_a_creation_that_broke_off_is_healed_by_the_next_run(lived, kind, path):
    sign_in(lived, **WANTED)
    lived.control.fault("partner", kind, method="POST", path_contains=path, times=2)
    begins(lived)
    goes_on(lived)
    assert equal(lived)


def test_a_deletion_that_broke_off_is_healed_by_the_next_run(lived):
    sign_in(lived, **WANTED)
    begins(lived)
    lived.profile(horizon_days=5)
    lived.control.fault("partner", "timeout_before", method="DELETE", path_contains="/workout")
    publishes(lived)
    goes_on(lived)
    wanted = [day for day, *_ in standing(lived)]
    assert wanted
    assert wanted[-1] < (lived.today + timedelta(days=5)).isoformat()
    assert len(there(lived)["workouts"]) == len(there(lived)["schedules"])


def test_what_the_athlete_moves_or_takes_off_there_reaches_the_plan(lived):
    sign_in(lived, **WANTED)
    begins(lived)
    first, second, *_ = coming(lived)
    to_day = free_day(lived, first.day)
    moved = {schedule_of(lived, first.ident): {"date": to_day.isoformat()}}
    there(lived, schedule=moved)
    publishes(lived)
    goes_on(lived)
    assert plan(lived).on(to_day).workout.ident == first.ident
    there(lived, remove=[schedule_of(lived, second.ident)])
    publishes(lived)
    goes_on(lived)
    assert second.ident not in {ident for _, ident, _ in standing(lived)}
    assert not plan(lived).on(second.day).workout or plan(lived).on(second.day).is_skipped


def test_a_missing_permission_is_told_once_and_its_return_too(lived):
    sign_in(lived, **WANTED)
    lived.control.post("partner/permissions", permissions=[ACTIVITIES])
    runs_towards_a_goal(lived)
    publishes(lived, times=2)
    (told,) = said(lived)
    assert "may not take workouts" in told
    assert "Connected Apps" in told
    assert standing(lived) == []
    lived.control.post("partner/permissions", permissions=[ACTIVITIES, WORKOUTS])
    publishes(lived)
    goes_on(lived)
    assert equal(lived)
    assert said(lived)[1:] == ["All that is planned is in it."]


def test_a_quota_that_is_used_up_is_waited_out(lived):
    sign_in(lived, **WANTED)
    lived.control.post("partner/configure", workouts_per_day=10)
    runs_towards_a_goal(lived)
    lived.work()
    assert 0 < len(standing(lived)) < len(coming(lived))
    lived.control.post("partner/configure", workouts_per_day=10_000)
    goes_on(lived, rounds=12)
    assert equal(lived)


def test_one_calendar_is_not_written_by_two_of_an_athletes_connections(lived):
    def other(name, settings=None):
        found = writing_there_already(lived.runtime, 1, name, settings)
        return found.connector if found else None

    assert other("garmin_partner", WANTED) is None
    assert other("garmin") is None
    sign_in(lived, **WANTED)
    assert other("garmin") == "garmin_partner"
    assert other("garmin_partner", WANTED) is None  # connected anew
    assert other("intervals", {"intervals_calendar": "yes"}) is None
    sign_in(lived, garmin_partner_calendar="no")
    assert other("garmin") is None
    lived._connect("garmin", "runner-1", {})
    assert other("garmin_partner", WANTED) == "garmin"
    assert other("garmin_partner") is None
