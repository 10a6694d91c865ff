"""Workouts as FIT, written by us and read by two decoders that know nothing of each other."""

from dataclasses import replace
from datetime import date

import pytest
from garmin_fit_sdk import Encoder, Profile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.comparing import differences
from connectors.workout_files.fit import LONGEST_TEXT_BYTES, kept_of, read, written
from connectors.workout_files.names import in_bytes
from planning.goals.goal import FIVE_K_M, MARATHON_M, TEN_K_M
from planning.schedule import library
from planning.schedule.library import SESSIONS, note_of
from planning.workout import (
    Duration,
    DurationType,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Workout,
    digest,
)
from tests.connectors.formats import by_fitdecode, by_the_sdk, fit_steps
from tests.connectors.garmin.sessions import COOLDOWN, FAST, SLOW, WARMUP, planned, sessions
from tests.planning.schedule.cases import PACES, UNSURE, goal_in
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
CREATED_S = 1_164_000_000
SPEEDS = ("easy_low", "easy_high", "marathon", "threshold", "interval", "repetition", "race")


# --- the format, worked by hand -------------------------------------------------------------------


DECODERS = pytest.mark.parametrize("decoded", [by_the_sdk, by_fitdecode])


@DECODERS
def test_five_times_a_kilometre_in_the_words_of_the_format(decoded):
    found = decoded(written(planned(), created_s=CREATED_S))
    (file_id,), (head,) = found["file_id"], found["workout"]
    assert (file_id["type"], file_id["manufacturer"]) == ("workout", "development")
    assert file_id["serial_number"] > 0
    assert head["wkt_name"] == "11-25 5 x 1 km"
    assert head["wkt_description"] == "because\n\n[goalward:g1-w40-quality]"
    assert (head["sport"], head["num_valid_steps"]) == ("running", 5)
    warmup, fast, slow, repeat, cooldown = found["workout_step"]
    assert [step["message_index"] for step in found["workout_step"]] == [0, 1, 2, 3, 4]
    assert (warmup["intensity"], warmup["duration_time"]) == ("warmup", 900.0)
    assert warmup["target_type"] == "heart_rate"
    assert warmup["custom_target_heart_rate_low"] == 220  # 120 bpm
    assert warmup["custom_target_heart_rate_high"] == 240
    assert (fast["intensity"], fast["duration_distance"]) == ("active", 1000.0)
    assert (fast["target_type"], fast["target_speed_zone"]) == ("speed", 0)
    assert fast["custom_target_speed_low"] == pytest.approx(3.922)
    assert fast["custom_target_speed_high"] == pytest.approx(4.167)
    assert fast["notes"] == "relaxed arms"
    assert (slow["intensity"], slow["target_type"]) == ("recovery", "open")
    assert repeat["duration_type"] == "repeat_until_steps_cmplt"
    assert (repeat["duration_step"], repeat["repeat_steps"]) == (1, 5)
    assert (cooldown["intensity"], cooldown["duration_type"]) == ("cooldown", "open")


# --- there and back -------------------------------------------------------------------------------


def holds(session):
    """What is in the file is what was planned, by our reading and by both decoders'."""
    content = written(session, created_s=CREATED_S)
    name, steps = kept_of(session)
    ours = read(content)
    assert (ours.ident, ours.name, ours.created_s) == (session.ident, name, CREATED_S)
    assert differences(steps, ours.steps) == []
    assert len(ours.steps) == len(steps)  # repeats stay repeats
    for decoded in (by_the_sdk, by_fitdecode):
        found = decoded(content)
        assert differences(steps, fit_steps(found)) == []
        assert [type(item) for item in fit_steps(found)] == [type(item) for item in steps]
        assert len(found["workout_step"]) == found["workout"][0]["num_valid_steps"]
    return ours


def of_the_library(paces):
    """Every session of it at these paces, and the runs that have no recipe."""
    recipes = (
        library.quality([session], work_m=work_m, limit_m=30_000, paces=paces)
        for session in SESSIONS
        if session.recipe is not None and session.id not in PLAIN
        for work_m in (2_000, 6_000)
    )
    yield from (workout for workout in recipes if workout)
    yield library.easy(8_000, paces)
    yield library.long(26_000, paces, blocks=2, block_m=4_000)
    yield library.long(24_000, paces)
    yield library.strides(8_000, paces)
    yield library.strides(8_000, paces, times=4, session="hill-strides")
    yield library.run_walk(1_800, paces, run_s=60, walk_s=60)
    yield library.long_run_walk(20_000, paces)
    yield from (
        library.race(goal_in(5, metres), paces) for metres in (FIVE_K_M, TEN_K_M, MARATHON_M)
    )


PLAIN = {session.id for session in SESSIONS if type(session.recipe).__name__ == "Plain"}


@pytest.mark.parametrize("slower", [0.6, 1.0, 1.35])
@pytest.mark.parametrize("paces", [PACES, UNSURE], ids=["certain", "unsure"])
def test_every_session_of_the_library_is_whole_in_a_file(paces, slower):
    told = replace(paces, **{name: getattr(paces, name) * slower for name in SPEEDS})
    built = list(of_the_library(told))
    assert {workout.session for workout in built} >= {s.id for s in SESSIONS} - PLAIN
    for number, workout in enumerate(built):
        session = PlannedWorkout(f"g1-{number}", date(2027, 3, 11), workout, note_of(workout))
        ours = holds(session)
        assert ours.name == workout.name
        assert differences(workout.steps, ours.steps) == []  # nothing of any note was cut
        seen = replace(workout, name=ours.name, steps=ours.steps)
        assert digest(replace(session, workout=seen)) == digest(session)


@given(sessions())
@MANY
def test_any_session_is_whole_in_a_file(session):
    holds(session)


TEXTS = st.text(max_size=400)


@example("a\0b", "c\0d", "e\0f")
@given(TEXTS, TEXTS, st.text(max_size=80))
@MANY
def test_no_text_breaks_a_file(note, cue, name):
    session = planned(name=name, note=note)
    steps = (replace(FAST, note=cue), COOLDOWN)
    session = replace(session, workout=replace(session.workout, steps=steps))
    ours = holds(session)
    assert all(in_bytes(step.note) <= LONGEST_TEXT_BYTES for step in ours.steps)


def test_a_note_that_is_too_long_ends_in_an_ellipsis_and_keeps_the_marker():
    (head,) = by_the_sdk(written(planned(note="ü" * 500), created_s=CREATED_S))["workout"]
    assert in_bytes(head["wkt_description"]) <= LONGEST_TEXT_BYTES
    assert head["wkt_description"].endswith("ü…\n\n[goalward:g1-w40-quality]")


def test_a_session_keeps_its_serial_number_and_another_has_another():
    def serial(session):
        return by_the_sdk(written(session, created_s=CREATED_S))["file_id"][0]["serial_number"]

    assert serial(planned()) == serial(planned(days=9, name="3 x 1 km", times=3))
    assert serial(planned()) != serial(planned("g1-w41-quality"))


# --- what others made of it -----------------------------------------------------------------------


def file_of(*steps, file_type="workout", **head):
    writer = Encoder()
    told = {"type": file_type, "manufacturer": "development", "serial_number": 1, "time_created": 9}
    numbers = Profile["mesg_num"]
    writer.write_mesg({"mesg_num": int(numbers["FILE_ID"]), **told})
    head = {"wkt_name": "Mine", "sport": "running", "num_valid_steps": len(steps)} | head
    writer.write_mesg({"mesg_num": int(numbers["WORKOUT"]), **head})
    for index, step in enumerate(steps):
        told = {"message_index": index, "intensity": "active"} | step
        writer.write_mesg({"mesg_num": int(numbers["WORKOUT_STEP"]), **told})
    return bytes(writer.close())


RUN = {"duration_type": "open", "target_type": "open"}
TWICE = {"duration_type": "repeat_until_steps_cmplt", "duration_value": 0, "target_value": 2}


@pytest.mark.parametrize(
    ("step", "note"),
    [
        ({"duration_type": "calories", "duration_value": 200}, "[until 4: 200]"),
        ({"target_type": "heart_rate", "target_value": 3}, "[at 1, zone 3: None to None]"),
        (
            {
                "target_type": "heart_rate",
                "custom_target_value_low": 70,
                "custom_target_value_high": 80,
            },
            "[at 1, zone 0: 70 to 80]",  # per cent
        ),
        ({"target_type": "power", "target_value": 2}, "[at 4, zone 2: None to None]"),
        (
            {
                "target_type": "speed",
                "target_value": 3,
                "custom_target_value_low": 3000,
                "custom_target_value_high": 4000,
            },
            "[at 0, zone 3: 3000 to 4000]",
        ),
        ({"target_type": "speed"}, "[at 0, zone 0: None to None]"),
        ({"intensity": "other"}, "[intensity 6]"),
    ],
)
def test_what_we_have_no_word_for_is_seen_as_a_change(step, note):
    stored = read(file_of(RUN | step))
    assert [each.note for each in stored.steps] == [note]


def test_a_repeat_of_repeats_or_until_something_else_is_seen_as_a_change():
    (repeat, told) = read(file_of(RUN, TWICE, TWICE)).steps
    assert repeat == Repeat(2, (Step(StepKind.WORK, Duration(DurationType.OPEN)),))
    assert told.note == "[repeats by 6 from 0: 2]"
    assert len(read(file_of(RUN, TWICE, RUN, TWICE)).steps) == 3
    (_, told) = read(file_of(RUN, TWICE | {"duration_type": "repeat_until_time"})).steps
    assert told.note == "[repeats by 7 from 0: 2]"
    (_, told) = read(file_of(RUN, TWICE | {"duration_value": 5})).steps
    assert told.note == "[repeats by 6 from 5: 2]"


def test_another_sport_is_seen_as_a_change():
    assert read(file_of(RUN, sport="cycling")).name == "Mine [sport 2]"


def test_a_file_of_the_athletes_has_no_marker():
    stored = read(file_of(RUN))
    assert (stored.ident, stored.name) == (None, "Mine")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no fit",
        written(planned(), created_s=CREATED_S)[:-9],
        written(planned(), created_s=CREATED_S)[:-2] + b"xx",
        file_of(RUN, file_type="activity"),
    ],
    ids=["empty", "noise", "cut short", "damaged", "a recording"],
)
def test_what_is_no_whole_workout(content):
    assert read(content) is None


def test_a_change_of_any_step_is_a_difference():
    stored = read(written(planned(times=4), created_s=CREATED_S))
    assert differences(planned().workout.steps, stored.steps) == ["12 steps became 10"]
    shorter = replace(SLOW, duration=Duration(DurationType.TIME, 119.0))
    session = planned()
    changed = Workout(
        session.workout.kind,
        "5 x 1 km",
        "",
        (WARMUP, Repeat(5, (FAST, shorter)), COOLDOWN),
        1.0,
        1.0,
        1.0,
    )
    stored = read(written(replace(session, workout=changed), created_s=CREATED_S))
    assert len(differences(session.workout.steps, stored.steps)) == 5
