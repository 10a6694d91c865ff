"""A workout in the text of intervals.icu, and what intervals.icu makes of it. Pure.

One step a line that begins with `- `: what to mind, how long, how fast. What intervals.icu does not
understand it drops without a word, so what comes back (`workout_doc`) is read, never the text.
Heart rates in beats a minute it has no word for: they go into what the runner reads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.comparing import differences, ident_in
from connectors.in_words import WORDS, beats_band, pace_band, sentences
from connectors.ports import MARKER
from connectors.written import cut
from planning.units import MILE_M
from planning.workout import (
    OPEN_TARGET,
    Duration,
    DurationType,
    Item,
    PlannedWorkout,
    Repeat,
    Step,
    StepKind,
    Target,
    TargetType,
    unrolled,
)

type Json = Mapping[str, Any]

WORKOUT, RUN = "WORKOUT", "Run"
LONGEST_NOTE = 1000
UNTIL_LAP_S = 600  # intervals.icu draws a step that the lap button ends as so long
LAP = "Press lap"
SECTIONS = {StepKind.WARMUP: "Warmup", StepKind.COOLDOWN: "Cooldown"}
INTENSITIES = {
    StepKind.WARMUP: "warmup",
    StepKind.WORK: "active",
    StepKind.RECOVERY: "recovery",
    StepKind.REST: "rest",
    StepKind.COOLDOWN: "cooldown",
}
KINDS = {word: kind for kind, word in INTENSITIES.items()} | {"interval": StepKind.WORK}
PER_M = {"secs/km": 1000.0, "secs/mi": MILE_M, "secs/mile": MILE_M}
FOREIGN = ("power", "cadence", "ramp", "freeride", "maxeffort")  # of a step; none is of ours
_BEATS = re.compile(r"(\d+)-(\d+) bpm(?:, |$)")
_GLUED = re.compile(r"(\d)(?=[^\W\d_]|[%'\"/])|\b([Cc]?[Zz])(?=\d)")


def render(planned: PlannedWorkout) -> dict[str, Any]:
    """What is sent to create or replace the event."""
    return _event(planned, "\n\n".join(_blocks(planned.workout.steps)))


def in_words(planned: PlannedWorkout) -> dict[str, Any]:
    """The same as text that no service takes for steps, for when it misreads them."""
    return _event(planned, "\n".join(sentences(expressed(planned.workout.steps), planned.units)))


def parse(event: Json) -> tuple[str | None, str, tuple[Item, ...]]:
    """Ident (None: no marker), name, and steps as intervals.icu understood them.

    Whatever the athlete may have made of it is read. What our words have none for is put into the
    step's note, and a workout without steps is one step of its text: so a change is seen as one.
    """
    text = str(event.get("description") or "")
    rows = steps_in(event)
    steps = tuple(_items(rows)) if rows else (Step(StepKind.WORK, _OPEN, note=text),)
    return ident_in(text), shown_name(event), steps


def steps_in(event: Json) -> Sequence[Json]:
    """As intervals.icu has them; none: its text holds no steps."""
    rows = (event.get("workout_doc") or {}).get("steps")
    return rows if isinstance(rows, list) else ()


def shown_name(event: Json) -> str:
    """Another sport than running, and what is no workout at all, is named."""
    odd = [str(event.get(key)) for key, ours in _OURS.items() if event.get(key) != ours]
    return " ".join([str(event.get("name") or ""), *(f"[{word}]" for word in odd)])


def misread(planned: PlannedWorkout, event: Json) -> list[str]:
    """Where the steps are not what was meant, in words; empty when all is well."""
    return differences(expressed(planned.workout.steps), parse(event)[2])


def expressed(steps: Sequence[Item]) -> tuple[Item, ...]:
    """As well as the text can say it: whole seconds, metres and seconds per km; words on one line,
    and in them no number that stands right before a letter, for that may be read as a length.
    """
    return tuple(
        Repeat(item.times, tuple(map(_expressed, item.steps)))
        if isinstance(item, Repeat)
        else _expressed(item)
        for item in steps
    )


_OPEN = Duration(DurationType.OPEN)
_OURS = {"type": RUN, "category": WORKOUT}


def _event(planned: PlannedWorkout, steps: str) -> dict[str, Any]:
    marker = MARKER.format(ident=planned.ident)
    note = cut(_plain(planned.note).lstrip("-•* "), longest=LONGEST_NOTE)
    return {
        **_OURS,
        "start_date_local": f"{planned.day.isoformat()}T00:00:00",
        "name": planned.workout.name,
        "description": "\n\n".join(filter(None, (note, steps, marker))),
    }


def _blocks(steps: Sequence[Item]) -> Iterator[str]:
    """A repeat by itself, and what follows each other of one section."""
    lines: list[str] = []
    section: str | None = None
    for item in steps:
        of = None if isinstance(item, Repeat) else SECTIONS.get(item.kind, "")
        if lines and (of is None or of != section):
            yield "\n".join(lines)
            lines = []
        if isinstance(item, Repeat):
            repeated = (_line(step, said=False) for step in item.steps)
            yield "\n".join([f"Main set {item.times}x", *repeated])
        else:
            lines += [of] if of and not lines else []
            lines.append(_line(item, said=bool(of)))
        section = of
    if lines:
        yield "\n".join(lines)


def _line(step: Step, *, said: bool) -> str:
    """`said`: the section's name says the kind."""
    step = _expressed(step)
    beats = beats_band(step.target) if step.target.type is TargetType.HEART_RATE else ""
    minded = ", ".join(filter(None, (beats, step.note)))
    cue = ": ".join(filter(None, ("" if said else WORDS.get(step.kind, ""), minded)))
    pace = f"{pace_band(step.target)} Pace" if step.target.type is TargetType.PACE else ""
    intensity = f"intensity={INTENSITIES[step.kind]}"
    return " ".join(filter(None, ("-", cue, _length(step.duration), pace, intensity)))


def _length(duration: Duration) -> str:
    match duration:
        case Duration(DurationType.TIME, float(seconds)):
            hours, minutes = divmod(round(seconds) // 60, 60)
            parts = (hours, "h"), (minutes, "m"), (round(seconds) % 60, "s")
            return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
        case Duration(DurationType.DISTANCE, float(metres)) if metres < 1000:
            return f"{round(metres)}mtr"
        case Duration(DurationType.DISTANCE, float(metres)):
            return f"{metres / 1000:.3f}".rstrip("0").rstrip(".") + "km"
        case _:
            return f"{LAP} {UNTIL_LAP_S // 60}m"


def _expressed(step: Step) -> Step:
    value = step.duration.value
    duration = _OPEN if value is None else Duration(step.duration.type, float(round(value)))
    return replace(step, duration=duration, target=_whole(step.target), note=_plain(step.note))


def _whole(target: Target) -> Target:
    if target.type is TargetType.OPEN or not target.low or not target.high:
        return OPEN_TARGET
    if target.type is TargetType.HEART_RATE:
        return Target(target.type, float(round(target.low)), float(round(target.high)))
    slow, fast = round(1000.0 / target.low), round(1000.0 / target.high)
    return Target(target.type, 1000.0 / slow, 1000.0 / fast)


def _plain(note: str) -> str:
    """On one line, and nothing in it that could be read as a length, a target or a repeat."""
    return " ".join(_GLUED.sub(lambda found: f"{found[0]} ", note).split())


def _items(rows: Sequence[Json]) -> Iterator[Item]:
    for row in rows:
        children = row.get("steps")
        if not children:
            yield _step(row)
            continue
        inner = tuple(unrolled(tuple(_items(children))))  # a nested one is laid out
        yield Repeat(int(row.get("reps") or 1), inner)


def _step(row: Json) -> Step:
    cue = " ".join(str(row.get("text") or "").split())
    if row.get("until_lap_press"):
        cue = re.sub(rf"(?i)\s*\b{LAP}\b\s*", " ", cue).strip()
    kind = _kind(row, cue)
    said, colon, rest = cue.partition(":")
    if said == WORDS.get(kind):
        cue = rest.strip() if colon else ""
    target, odd = _target(row)
    beats = _BEATS.match(cue)
    if beats and target is OPEN_TARGET:
        target = Target(TargetType.HEART_RATE, float(beats[1]), float(beats[2]))
        cue = cue[beats.end() :]
    strange = [f"[{key} {row[key]}]" for key in FOREIGN if row.get(key)]
    return Step(kind, _duration(row), target, " ".join(filter(None, (cue, *odd, *strange))))


def _kind(row: Json, cue: str) -> StepKind:
    if (told := KINDS.get(str(row.get("intensity") or "").lower())) is not None:
        return told
    for kind in SECTIONS:
        if row.get(INTENSITIES[kind]):
            return kind
    said = cue.partition(":")[0]
    return next((kind for kind, word in WORDS.items() if word == said), StepKind.WORK)


def _duration(row: Json) -> Duration:
    """Of what is so far intervals.icu reckons the time as well: the distance counts."""
    if row.get("until_lap_press"):
        return _OPEN
    for key, kind in (("distance", DurationType.DISTANCE), ("duration", DurationType.TIME)):
        value = row.get(key)
        if isinstance(value, (int, float)) and value > 0:
            return Duration(kind, float(value))
    return _OPEN


def _target(row: Json) -> tuple[Target, list[str]]:
    """And, in words, what is a target of a kind that we never set, or one beside another."""
    found, odd = OPEN_TARGET, []
    for key in ("pace", "hr"):
        told = row.get(key)
        target = _band(key, told) if told else OPEN_TARGET
        if target is None or OPEN_TARGET not in (found, target):
            odd.append(f"[{key} {told}]")
        elif target is not OPEN_TARGET:
            found = target
    return found, odd


def _band(key: str, told: Any) -> Target | None:
    """None: in no unit of ours."""
    try:
        ends = [float(told[end]) for end in ("start", "end") if told.get(end) is not None]
        ends = ends or [float(told["value"])]
        if key == "pace":
            speeds = [PER_M[told["units"]] / end for end in ends]
            return Target(TargetType.PACE, min(speeds), max(speeds))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None
    in_beats = told.get("units") == "bpm"
    return Target(TargetType.HEART_RATE, min(ends), max(ends)) if in_beats else None
