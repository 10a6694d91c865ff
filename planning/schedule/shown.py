"""A session as the athlete reads it on a calendar: their units, and why it is as it is. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from planning.athlete import Units
from planning.schedule.library import note_of
from planning.schedule.naming import session_name
from planning.schedule.plan import Change
from planning.workout import PlannedWorkout, Workout


def shown(
    planned: PlannedWorkout, *, focus: str, changes: Sequence[Change], units: Units
) -> PlannedWorkout:
    """With name and note in `units`; the note says what its week is about (`focus`), and by which
    of `changes` (the newest first) it is not what it was.

    A receipt that counts is always of a change that moves the digest, so that its reason reaches a
    calendar together with the change.
    """
    workout, said = planned.workout, note_of(planned.workout)
    changed, week = _changed(planned, changes, units), _week(focus)
    if said and said in planned.note:
        told = note_of(workout, units=units, changed=changed, week=week)
        note = planned.note.replace(said, told)
    else:  # the athlete's own words, or none
        note = " ".join(filter(None, (planned.note, changed)))
    named = replace(workout, name=name_in(workout, units))
    return replace(planned, workout=named, note=note, units=units)


def name_in(workout: Workout, units: Units) -> str:
    """The session's name; one that does not follow from its steps stays as it is."""
    of_steps = session_name(workout.kind, workout.steps, workout.distance_m)
    if workout.name != of_steps:
        return workout.name
    return session_name(workout.kind, workout.steps, workout.distance_m, units=units)


def _changed(planned: PlannedWorkout, changes: Sequence[Change], units: Units) -> str:
    """Like `Instead of Long 24 km: you come back from 5 days off (rule R-1).`"""
    mine = (each for each in changes if each.ident == planned.ident and each.day == planned.day)
    receipt = next(mine, None)
    if receipt is None or receipt.workout_after != planned.workout:
        return ""
    before = receipt.workout_before
    if before is None:
        what = "Added"
    elif before.name != planned.workout.name:
        what = f"Instead of {name_in(before, units)}"
    else:
        what = "Changed"
    because = ": ".join(filter(None, (what, receipt.fact)))
    return f"{because} (rule {receipt.rule})."


def _week(focus: str) -> str:
    """Like `This week: threshold and the long run.`; by itself what speaks for itself."""
    if not focus:
        return ""
    if ":" in focus or "week" in focus.lower():
        return f"{focus}."
    return f"This week: {focus[:1].lower()}{focus[1:]}."
