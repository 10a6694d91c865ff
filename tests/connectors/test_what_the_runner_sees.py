"""What a runner reads of a session on each target: names, notes, texts of steps, in both units.

The texts are kept in `seen/`; `python -m tests.connectors.test_what_the_runner_sees --write` keeps
them anew. Read them as on a watch of 240 pixels: so many letters as stand before the bar.
"""

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.garmin import workouts as garmin
from connectors.in_words import as_text
from connectors.workout_files.names import names_for
from planning.athlete import Units
from planning.schedule import library
from planning.schedule.plan import PlanDay
from planning.schedule.receipt import Cause, change
from planning.schedule.shown import shown
from planning.workout import PlannedWorkout, Repeat
from tests.connectors.formats import (
    by_feed,
    by_garmin,
    by_intervals,
    by_partner,
    by_the_sdk,
    fit_kept,
)
from tests.connectors.garmin.sessions import every_step
from tests.connectors.library import one_of_each
from tests.planning.schedule.cases import PACES, goal_in

KEPT = Path(__file__).parent / "seen"
DAY = date(2026, 11, 29)
SCREEN = 18  # letters of a name that a small watch shows in a list
BACK = Cause("you come back from 5 days off", "R-1")
SESSIONS = {
    "threshold": library.quality(
        [library.named("cruise-1k")], work_m=6_000, limit_m=30_000, paces=PACES
    ),
    "long": library.long(26_000, PACES, blocks=2, block_m=4_000),
    "easy-by-heart": library.easy(9_000, replace(PACES, by_heart=True)),
    "run-walk": library.run_walk(1_800, PACES, run_s=60, walk_s=60),
    "race": library.race(goal_in(5, 42_195.0), PACES),
}
CHANGED = {"easy-by-heart": (SESSIONS["long"], BACK)}  # what it was before, and why it is not


def session(name, units):
    workout = SESSIONS[name]
    planned = PlannedWorkout("g1-2026w48-long", DAY, workout, library.note_of(workout))
    before, cause = CHANGED.get(name, (None, None))
    receipts = []
    if before:
        was, new = (
            PlanDay(DAY, PlannedWorkout(planned.ident, DAY, one)) for one in (before, workout)
        )
        receipts = [change(was, new, cause)]
    return shown(planned, focus="Threshold and the long run", changes=receipts, units=units)


def seen(planned):
    yield f"watch list: {garmin.render(planned)['workoutName'][:SCREEN]}|"
    yield f"file: {next(names_for(planned))}"
    for target, keeps in TARGETS.items():
        kept = keeps(planned)
        yield from ("", f"--- {target}: {kept.name}", kept.note, *_steps(kept.steps))
    units = {
        step["preferredEndConditionUnit"]["unitKey"]
        for step in every_step(garmin.render(planned))
        if "preferredEndConditionUnit" in step
    }
    yield from ("", f"long steps on garmin in: {', '.join(units) or 'the unit of the account'}")
    yield from ("", "--- garmin, in words only")
    yield from _steps(by_garmin(as_text(planned)).steps)


def _steps(steps):
    """Their texts, as the watch shows them while they are run."""
    for item in steps:
        if isinstance(item, Repeat):
            yield f"> {item.times} times:"
            yield from (f">   {step.kind.value}: {step.note}" for step in item.steps)
        else:
            yield f"> {item.kind.value}: {item.note}"


TARGETS = {
    "garmin": by_garmin,
    "garmin_partner": by_partner,
    "intervals": by_intervals,
    "workout_files": fit_kept(by_the_sdk),
    "ics": by_feed,
}
BOTH = pytest.mark.parametrize("units", Units)


def text_of(name, units):
    lines = "\n".join(seen(session(name, units))).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def file_of(name, units):
    return KEPT / f"{name}.{units.value}.txt"


@BOTH
@pytest.mark.parametrize("name", SESSIONS)
def test_what_is_seen_is_as_it_was_read_and_found_good(name, units):
    assert text_of(name, units) == file_of(name, units).read_text()


@BOTH
def test_every_note_has_its_purpose_its_easier_option_and_its_reason_on_each_target(units):
    """Also where notes are short."""
    for workout in one_of_each().values():
        planned = PlannedWorkout("g1-2026w48-quality", DAY, workout, library.note_of(workout))
        told = shown(planned, focus="Threshold and the long run", changes=(), units=units)
        for target, keeps in TARGETS.items():
            note = re.sub(r"\s+", " ", keeps(told).note)
            assert plain(workout.purpose) in plain(note), (target, workout.session)
            assert "Easier option: " in note, (target, workout.session)
            easier = told.note.partition("Easier option: ")[2].partition(" This week: ")[0]
            assert plain(easier) in plain(note), (target, workout.session)


def plain(text):
    """Blanks set for the sake of a format do not count."""
    return re.sub(r"\s", "", text)


def test_names_tell_the_session_on_a_small_screen():
    """Behind the day: how many of what; only the kind of work may be cut."""
    for workout in one_of_each().values():
        planned = PlannedWorkout("g1", DAY, workout)
        screen = garmin.render(planned)["workoutName"][:SCREEN]
        work = re.match(
            r"Run-walk|Easy [\d.]+ km|Long [\d.]+ km|\w+ race|[\d x/.:]+( \w+)?", workout.name
        )
        assert f"11-29 {work[0]}".startswith(screen) or f"11-29 {work[0]}" in screen, workout.name


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    KEPT.mkdir(exist_ok=True)
    for each in SESSIONS:
        for unit in Units:
            file_of(each, unit).write_text(text_of(each, unit))
