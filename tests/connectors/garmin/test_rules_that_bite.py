"""What live accounts taught about Garmin's workouts and calendar, each rule by its number.

The simulated Garmin follows them over HTTP and is asked by the real client library: whoever breaks
one finds the workout refused, or another one on the watch.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.garmin.calendar import GarminCalendar
from connectors.garmin.client import Wire, signed_in
from connectors.garmin.workouts import render
from planning.workout import (
    Duration,
    DurationType,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    digest,
    steps_as_json,
)
from tests.connectors.garmin.sessions import COOLDOWN, FAST, SLOW, WARMUP, every_step, planned
from tests.connectors.linked import NOW, TODAY, count

FIRST, LAST = TODAY, TODAY + timedelta(days=13)
NOBODY = frozenset()
PACE = {"workoutTargetTypeId": 6, "workoutTargetTypeKey": "pace.zone"}


def with_steps(*steps, **changes):
    session = planned(**changes)
    return replace(session, workout=replace(session.workout, steps=steps))


def library_of_all():
    """Every kind of step, of duration and of target that there is, and two repeats."""
    speed, pulse = Target(TargetType.PACE, 2.9, 3.1), Target(TargetType.HEART_RATE, 130.0, 142.0)
    each = [Step(kind, Duration(DurationType.TIME, 60.0), pulse) for kind in StepKind]
    ways = [Step(StepKind.WORK, Duration(DurationType.DISTANCE, 400.0), speed), COOLDOWN]
    return with_steps(*each, Repeat(3, (FAST, SLOW)), *ways, Repeat(2, (*each, SLOW)))


class Garmin:
    """The athlete's own look and hand, by the same client library."""

    def __init__(self, link):
        self.client = signed_in(link, lambda: NOW)

    def kept(self, seen):
        return self.client.get_workout_by_id(seen.remote_id.split("/")[0])

    def changes(self, seen, **step):
        """The first step, as in Garmin's editor."""
        workout = self.kept(seen)
        next(every_step(workout)).update(step)
        self.client.update_workout(workout["workoutId"], workout)


@pytest.fixture
def garmin(link):
    return Garmin(link)


@pytest.fixture
def written(control, calendar, garmin):
    """Writes a workout; returns it as it was sent, as Garmin keeps it, and as a watch reads it."""

    def write(session):
        seen = calendar.create(session)
        (entry,) = (e for e in control.dump()["entries"] if e["ident"] == session.ident)
        return render(session), garmin.kept(seen), entry["steps"]

    return write


def around(link, **answers):
    """Our calendar at a Garmin whose answers to some calls are others."""

    class Other:
        def __init__(self, garmin):
            self.garmin = garmin

        def __getattr__(self, name):
            real = getattr(self.garmin, name)
            return (lambda *args: answers[name](real(*args))) if name in answers else real

    wire = Wire(Other(signed_in(link, lambda: NOW)), lambda: NOW)
    return GarminCalendar(wire, lambda: NOW)


# --- workouts -------------------------------------------------------------------------------------


def test_rule_01_step_orders_are_unique_over_the_whole_workout(written):
    sent, kept, _ = written(library_of_all())
    orders = [step["stepOrder"] for step in every_step(sent)]
    assert orders == list(range(1, len(orders) + 1))  # depth first, as they are run
    assert [step["stepOrder"] for step in every_step(kept)] == orders


def test_rule_02_ids_and_keys_agree(written):
    """Garmin believes the id and writes its own key beside it."""
    sent, kept, _ = written(library_of_all())
    choices = [
        (kind, ours[kind], theirs[kind])
        for ours, theirs in zip(every_step(sent), every_step(kept), strict=True)
        for kind in ("stepType", "endCondition", "targetType")
        if kind in ours
    ]
    for kind, ours, theirs in choices:
        assert ours == {name: theirs[name] for name in ours}, kind
    told = {
        kind: {tuple(ours.values()) for other, ours, _ in choices if other == kind}
        for kind, *_ in choices
    }
    assert {kind: len(ways) for kind, ways in told.items()} == {
        "stepType": len(StepKind) + 1,  # and the repeat
        "endCondition": len(DurationType) + 1,
        "targetType": len(TargetType),
    }
    assert sent["sportType"].items() <= kept["sportType"].items()


def test_rule_03_a_repeat_keeps_its_count(written):
    _, kept, watch = written(with_steps(Repeat(7, (FAST, SLOW))))
    (group,) = (step for step in every_step(kept) if step["type"] == "RepeatGroupDTO")
    assert group["numberOfIterations"] == group["endConditionValue"] == 7
    assert group["endCondition"]["conditionTypeId"] == 7
    assert watch == steps_as_json((Repeat(7, (FAST, SLOW)),))


def test_rule_04_bounds_stand_on_the_step_and_reach_the_watch(written):
    session = with_steps(WARMUP, FAST)
    sent, _, watch = written(session)
    for step in every_step(sent):
        assert step.keys() >= {"targetValueOne", "targetValueTwo"}
        assert step["targetType"].keys() == PACE.keys()
    assert watch == steps_as_json(session.workout.steps)


def test_rule_05_paces_are_metres_per_second_and_the_faster_one_comes_first(written):
    """4:15 to 4:00 a kilometre."""
    pace = Target(TargetType.PACE, 1000 / 255, 1000 / 240)
    sent, kept, _ = written(with_steps(replace(FAST, target=pace)))
    for (step,) in (every_step(sent), every_step(kept)):
        assert step["targetType"].items() >= PACE.items()
        assert (step["targetValueOne"], step["targetValueTwo"]) == (4.1666667, 3.9215686)


def test_rule_05_paces_are_read_in_either_order(link, garmin):
    """Both were seen, and both worked on a watch."""

    def turned(workout):
        step = next(every_step(workout))
        one, two = step["targetValueOne"], step["targetValueTwo"]
        return {**workout, **_first_step(workout, targetValueOne=two, targetValueTwo=one)}

    calendar = around(link, get_workout_by_id=turned)
    session = with_steps(FAST)
    assert calendar.create(session).digest == digest(session)


def _first_step(workout, **changes):
    (segment, *others) = workout["workoutSegments"]
    first, *rest = segment["workoutSteps"]
    return {
        "workoutSegments": [{**segment, "workoutSteps": [{**first, **changes}, *rest]}, *others]
    }


def test_rule_06_no_zone_is_sent_beside_bounds(written):
    sent, kept, _ = written(library_of_all())
    assert not any("zoneNumber" in step for step in every_step(sent))
    assert all(step.get("zoneNumber") is None for step in every_step(kept))


def test_rule_06_a_zone_that_drops_our_bounds_is_seen_as_the_athletes_edit(calendar, garmin):
    made = calendar.create(planned())
    seen = [made.digest]
    for zone in (2, 3):
        garmin.changes(made, zoneNumber=zone)
        (first, *_) = every_step(garmin.kept(made))
        assert first["targetValueOne"] is None
        seen.append(calendar.read(made.remote_id).digest)
    assert len(set(seen)) == len(seen)


def test_rule_07_no_step_of_ours_ends_by_heart_rate(written):
    sent, *_ = written(library_of_all())
    ends = {step["endCondition"]["conditionTypeId"] for step in every_step(sent)}
    assert ends == {1, 2, 3, 7}


def test_rule_07_a_step_that_the_athlete_ends_by_heart_rate_is_seen(calendar, garmin):
    """By a number of beats and by a zone; and each change of them."""
    made = calendar.create(planned())
    until = {"endCondition": {"conditionTypeId": 6, "conditionTypeKey": "heart.rate"}}
    seen = [made.digest]
    for value, zone in ((140, None), (150, None), (None, 3), (None, 4)):
        garmin.changes(made, **until, endConditionValue=value, endConditionZone=zone)
        seen.append(calendar.read(made.remote_id).digest)
    assert len(set(seen)) == len(seen)


def test_rule_08_garmins_own_estimate_is_not_compared(calendar, garmin):
    session = planned()
    made = calendar.create(session)
    estimated = garmin.kept(made)["estimatedDurationInSecs"]
    assert estimated != render(session)["estimatedDurationInSecs"]
    assert made.digest == digest(session)
    (head,) = calendar.entries(FIRST, LAST, NOBODY)
    assert head.etag == made.etag


def test_rule_09_equal_workouts_have_names_of_their_own(control, calendar):
    """Equal names and contents collide on the watch; a move gives the new day's name."""
    sessions = [planned(f"g1-w{n}", days=n, name="Easy run") for n in range(14)]
    made = [calendar.create(session) for session in sessions]
    names = [entry["name"] for entry in control.dump()["entries"]]
    assert len(set(names)) == 14
    calendar.replace(made[0].remote_id, replace(sessions[0], day=TODAY + timedelta(days=14)))
    names = [entry["name"] for entry in control.dump()["entries"]]
    assert len(set(names)) == 14
    assert "12-07 Easy run" in names


def test_rule_09_a_name_like_ours_does_not_make_it_ours(control, calendar):
    made = calendar.create(planned())
    name = control.dump()["entries"][0]["name"]
    control.add_entry(name, TODAY + timedelta(days=2))
    before = control.dump()["foreign"]
    (ours,) = calendar.entries(FIRST, LAST, NOBODY)
    assert ours.remote_id == made.remote_id
    calendar.delete(made.remote_id)
    assert control.dump()["foreign"] == before


def test_rule_10_the_lap_button_reaches_the_watch(written):
    """The library's typed workouts have no word for it: plain ones are sent."""
    session = with_steps(FAST, COOLDOWN)
    _, kept, watch = written(session)
    *_, last = every_step(kept)
    assert last["endCondition"]["conditionTypeKey"] == "lap.button"
    assert last["endConditionValue"] is None
    assert watch == steps_as_json(session.workout.steps)


# --- templates and entries ------------------------------------------------------------------------


def test_scheduling_takes_the_workouts_id_and_all_else_the_entrys(control, calendar):
    made = calendar.create(planned())
    workout_id, schedule_id = made.remote_id.split("/")
    assert workout_id != schedule_id
    moved = calendar.replace(made.remote_id, planned(days=5))
    assert moved.day == TODAY + timedelta(days=5)
    calendar.delete(made.remote_id)
    asked = control.dump()["requests"]
    paths = [path for path in asked if " /workout-service/schedule/" in path]
    writes = {path for path in paths if " GET " not in path}
    path = "/workout-service/schedule"
    assert writes == {
        f"garmin POST {path}/{workout_id}",
        f"garmin PUT {path}/{schedule_id}",
        f"garmin DELETE {path}/{schedule_id}",
    }
    assert {path for path in paths if " GET " in path} == {f"garmin GET {path}/{schedule_id}"}


def test_a_replacement_is_the_whole_workout_and_leaves_id_and_entries(control, calendar, garmin):
    """A watch keeps what it has under the id."""
    made = calendar.create(planned())
    workout_id = made.remote_id.split("/")[0]
    other_day = TODAY + timedelta(days=9)
    garmin.client.schedule_workout(workout_id, other_day.isoformat())
    session = with_steps(WARMUP, FAST, name="Other", note="another reason")
    calendar.replace(made.remote_id, session)
    kept = garmin.kept(made)
    assert str(kept["workoutId"]) == workout_id
    assert kept["description"] == render(session)["description"]
    entries = control.dump()["entries"]
    assert [entry["day"] for entry in entries] == [made.day.isoformat(), other_day.isoformat()]
    assert all(entry["steps"] == steps_as_json((WARMUP, FAST)) for entry in entries)


# --- the calendar ---------------------------------------------------------------------------------


def on_day(day, ident):
    session = planned(ident)
    return PlannedWorkout(ident, day, session.workout)


def test_pitfall_05_months_count_from_zero(control, calendar):
    """Each month of a year by itself, asked for by Garmin's number."""
    for month in range(1, 13):
        calendar.create(on_day(date(2027, month, 15), f"m{month}"))
    for month in range(1, 13):
        first, last = date(2027, month, 1), date(2027, month, monthrange(2027, month)[1])
        path = f"garmin GET /calendar-service/year/2027/month/{month - 1}"
        before = control.dump()["requests"].get(path, 0)
        (found,) = calendar.entries(first, last, NOBODY)
        assert (found.ident, found.day) == (f"m{month}", date(2027, month, 15))
        assert control.dump()["requests"][path] == before + 1


def test_pitfall_05_a_window_over_new_year_is_read_whole(control, calendar):
    for days in (30, 37, 38, 39, 45):
        calendar.create(planned(f"d{days}", days=days))
    first = TODAY + timedelta(days=30)
    found = calendar.entries(first, first + timedelta(days=15), NOBODY)
    assert [entry.ident for entry in found] == ["d30", "d37", "d38", "d39", "d45"]
    assert count(control, "garmin GET /calendar-service/year/2026/month/11") == 1
    assert count(control, "garmin GET /calendar-service/year/2027/month/0") == 1


def test_a_day_that_two_months_pages_show_is_one_entry(calendar, garmin):
    """Pages are whole weeks."""
    made = calendar.create(on_day(date(2026, 12, 1), "both"))
    pages = [garmin.client.get_scheduled_workouts(2026, month) for month in (11, 12)]
    schedule_id = int(made.remote_id.split("/")[1])
    assert all(schedule_id in {item["id"] for item in page["calendarItems"]} for page in pages)
    assert [entry.remote_id for entry in calendar.entries(FIRST, LAST, NOBODY)] == [made.remote_id]


def test_items_of_two_kinds_may_have_one_id(link, calendar):
    made = calendar.create(planned())
    schedule_id = int(made.remote_id.split("/")[1])
    note = {"id": schedule_id, "itemType": "note", "date": str(TODAY), "title": "Physio"}

    def with_note(page):
        return {**page, "calendarItems": [*page["calendarItems"], note]}

    other = around(link, get_scheduled_workouts=with_note)
    (seen,) = other.entries(FIRST, LAST, NOBODY)
    assert seen.remote_id == made.remote_id
    assert "Physio" in other.foreign(FIRST, LAST)


def test_lengths_that_the_calendar_tells_are_not_relied_on(link, calendar):
    """Seconds or milliseconds, metres or centimetres: nobody knows which."""
    calendar.create(planned())

    def in_other_units(page):
        items = [{**item, "duration": 2.7e6, "distance": 1e6} for item in page["calendarItems"]]
        return {**page, "calendarItems": items}

    other = around(link, get_scheduled_workouts=in_other_units)
    assert other.entries(FIRST, LAST, NOBODY) == calendar.entries(FIRST, LAST, NOBODY)
    assert other.foreign(FIRST, LAST) == calendar.foreign(FIRST, LAST)


def test_what_a_plan_of_garmins_own_protects_is_not_touched(control, calendar):
    """Not even where it is our template that it put on a day."""
    made = calendar.create(planned())
    control.plan_entry(made.ident, TODAY + timedelta(days=6))
    before = control.dump()["foreign"]
    found = calendar.entries(FIRST, LAST, NOBODY)
    assert [entry.remote_id for entry in found] == [made.remote_id]
    told = calendar.foreign(FIRST, LAST)
    assert {"Coach: base run", control.dump()["entries"][0]["name"]} <= set(told)
    calendar.delete(made.remote_id)
    assert control.dump()["foreign"] == before
    assert control.dump()["entries"] == []
