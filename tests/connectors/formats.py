"""What each calendar's format keeps of a workout, read by hands that share nothing with ours.

The simulations say what a service keeps of what it is sent; FIT files are read by two decoders.
"""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fitdecode
from garmin_fit_sdk import Decoder, Stream

from connectors.garmin import workouts as garmin
from connectors.garmin_partner import workouts as partner
from connectors.ics.words import text_of
from connectors.in_words import as_text
from connectors.intervals import workouts as intervals
from connectors.sandbox import garmin_partner_training, garmin_workouts
from connectors.sandbox.intervals_workout import workout_doc
from connectors.workout_files.fit import written
from planning.workout import (
    Duration,
    DurationType,
    Item,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
)

CREATED_S = 1_164_000_000
BEATS = re.compile(r"(\d+)-(\d+) bpm(?:, )?")
SAID = {"Warm up": StepKind.WARMUP, "Recovery": StepKind.RECOVERY, "Rest": StepKind.REST,
        "Cool down": StepKind.COOLDOWN}  # fmt: skip
FIT_KINDS = {
    "active": StepKind.WORK,
    "rest": StepKind.REST,
    "warmup": StepKind.WARMUP,
    "cooldown": StepKind.COOLDOWN,
    "recovery": StepKind.RECOVERY,
}
PARTNER_KINDS = {
    "INTERVAL": StepKind.WORK,
    "REST": StepKind.REST,
    "WARMUP": StepKind.WARMUP,
    "COOLDOWN": StepKind.COOLDOWN,
    "RECOVERY": StepKind.RECOVERY,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands there."""

    name: str
    note: str
    steps: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """`keeps` gives what stands there. Durations and heart rates are rounded to whole parts of
    `per_unit`, paces so that `pace_of` a speed moves by half at the most.
    """

    keeps: Callable[[PlannedWorkout], Kept]
    per_unit: float
    pace_of: Callable[[float], float]


def _sent(body: Any) -> Any:
    """Over the wire."""
    return json.loads(json.dumps(body))


# --- Garmin Connect -------------------------------------------------------------------------------


def by_garmin(planned):
    """As the simulated watch reads it."""
    kept = garmin_workouts.stored(_sent(garmin.render(planned)), workout_id=7, owner_id=1)
    steps = garmin_workouts.parse(kept["workoutSegments"])
    return Kept(kept["workoutName"], kept["description"], steps)


def by_partner(planned):
    planned = as_text(planned) if partner.too_long(planned.workout.steps) else planned
    kept = _sent(garmin_partner_training.checked(_sent(partner.render(planned))))
    (segment,) = kept["segments"]
    steps = tuple(map(_partner_item, segment["steps"]))
    return Kept(kept["workoutName"], kept["description"], steps)


def _partner_item(row):
    if row["type"] == "WorkoutRepeatStep":
        return Repeat(row["repeatValue"], tuple(map(_partner_item, row["steps"])))
    low, high = row["targetValueLow"], row["targetValueHigh"]
    return Step(
        PARTNER_KINDS[row["intensity"]],
        Duration(DurationType[row["durationType"]], row["durationValue"]),
        Target(TargetType[row["targetType"]], low, high),
        row["description"] or "",
    )


# --- intervals.icu --------------------------------------------------------------------------------


def by_intervals(planned):
    event = _sent(intervals.render(planned))
    rows = workout_doc(event["description"])["steps"]
    return Kept(event["name"], event["description"], tuple(map(_intervals_item, rows)))


def _intervals_item(row):
    if "reps" in row:
        return Repeat(row["reps"], tuple(map(_intervals_item, row["steps"])))
    kind, text = _said(row)
    target = Target()
    if beats := BEATS.match(text):
        target = Target(TargetType.HEART_RATE, float(beats[1]), float(beats[2]))
        text = text[beats.end() :]
    if pace := row.get("pace"):
        ends = sorted(1000 / pace[end] for end in ("start", "end") if end in pace)
        ends = ends or [1000 / pace["value"]]
        target = Target(TargetType.PACE, ends[0], ends[-1])
    return Step(kind, _intervals_duration(row), target, text)


def _said(row):
    """Its kind by section or by its first word, and the rest of its text."""
    text = row.get("text", "").replace("Press lap", "").strip()
    for section in ("warmup", "cooldown"):
        if row.get(section):
            return StepKind[section.upper()], text
    word, colon, rest = text.partition(":")
    return (SAID[word], rest.strip() if colon else "") if word in SAID else (StepKind.WORK, text)


def _intervals_duration(row):
    if row.get("until_lap_press"):
        return Duration(DurationType.OPEN)
    if "distance" in row:
        return Duration(DurationType.DISTANCE, float(row["distance"]))
    return Duration(DurationType.TIME, float(row["duration"]))


# --- FIT files ------------------------------------------------------------------------------------


def by_the_sdk(content):
    """Names and units as the official decoder gives them."""
    assert Decoder(Stream.from_byte_array(bytearray(content))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(content))).read()
    assert errors == []
    return {name.removesuffix("_mesgs"): found for name, found in messages.items()}


def by_fitdecode(content):
    """The same by a decoder of other authors."""
    found = {}
    with fitdecode.FitReader(io.BytesIO(content), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                told = {field.name: field.value for field in frame.fields}
                found.setdefault(frame.name, []).append(told)
    return found


def fit_steps(found):
    """From the decoders' own names and units."""
    items, begins = [], []
    for index, told in enumerate(found["workout_step"]):
        if told["duration_type"] == "repeat_until_steps_cmplt":
            at = begins.index(told["duration_step"])
            items[at:] = [Repeat(told["repeat_steps"], tuple(items[at:]))]
            begins[at:] = [begins[at]]
        else:
            items.append(_fit_step(told))
            begins.append(index)
    return tuple(items)


def _fit_step(told):
    match told["duration_type"]:
        case "time":
            duration = Duration(DurationType.TIME, told["duration_time"])
        case "distance":
            duration = Duration(DurationType.DISTANCE, told["duration_distance"])
        case "open":
            duration = Duration(DurationType.OPEN)
    match told["target_type"]:
        case "speed":
            low, high = told["custom_target_speed_low"], told["custom_target_speed_high"]
            target = Target(TargetType.PACE, low, high)
        case "heart_rate":
            low, high = (told[f"custom_target_heart_rate_{end}"] - 100 for end in ("low", "high"))
            target = Target(TargetType.HEART_RATE, low, high)
        case "open":
            target = Target()
    return Step(FIT_KINDS[told["intensity"]], duration, target, told.get("notes") or "")


def fit_kept(decoded):
    def keeps(planned):
        found = decoded(written(planned, created_s=CREATED_S))
        (head,) = found["workout"]
        return Kept(head["wkt_name"], head["wkt_description"], fit_steps(found))

    return keeps


# --- a feed ---------------------------------------------------------------------------------------


def by_feed(planned):
    """Words only."""
    return Kept(planned.workout.name, text_of(planned), ())


def _digits(speed_m_per_s):
    """As many as are sent."""
    return speed_m_per_s * 1e7


def _mm_per_s(speed_m_per_s):
    return speed_m_per_s * 1000


def _s_per_km(speed_m_per_s):
    return 1000 / speed_m_per_s


FORMATS = {
    "garmin": Format(by_garmin, 10.0, _digits),
    "garmin_partner": Format(by_partner, 10.0, _digits),
    "intervals": Format(by_intervals, 1.0, _s_per_km),
    "workout_files": Format(fit_kept(by_the_sdk), 100.0, _mm_per_s),
    "workout_files, fitdecode": Format(fit_kept(by_fitdecode), 100.0, _mm_per_s),
}
FEED = Format(by_feed, 1.0, _s_per_km)
