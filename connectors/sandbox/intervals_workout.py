"""How intervals.icu reads a planned workout's text: one step a line, repeats without nesting.

What it does not understand it drops without a word. That is why a writer compares what comes back.
"""

import re
from collections.abc import Iterator
from typing import Any

_REPEAT = re.compile(r"^(?:.*\s)?(\d+)x$")
_LENGTH = re.compile(r"(?<![\w:.%-])((?:\d+(?:\.\d+)?(?:h|km|mtr|mi|m|s))+)(?![\w/%])")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|km|mtr|mi|m|s)")
_ZONE = re.compile(r"\bZ(\d)(?:-Z(\d))? (HR|Pace)\b")
_PERCENT = re.compile(r"\b(\d+)(?:-(\d+))?% (HR|LTHR|Pace)\b")
_PACE = re.compile(r"\b(\d+):(\d\d)(?:-(\d+):(\d\d))?/(km|mi) Pace\b")  # without the word: dropped
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_METRES = {"km": 1000.0, "mtr": 1.0, "mi": 1609.344}

type Json = dict[str, Any]


def workout_doc(description: str) -> Json:
    """`steps`, a repeat being one with `reps` and steps of its own; `duration` in all, seconds."""
    steps: list[Json] = []
    block: Json | None = None
    section = ""
    for line in (line.strip() for line in description.splitlines()):
        repeat = _REPEAT.match(line)
        if not line:
            block, section = None, ""
        elif line.startswith("- "):
            step = _step(line[2:], section)
            (steps if block is None else block["steps"]).append(step)
        elif repeat:
            block = {"reps": int(repeat[1]), "steps": []}
            steps.append(block)
        else:
            block, section = None, line.lower()
    return {"steps": steps, "duration": round(sum(map(_seconds, steps)))}


def _step(words: str, section: str) -> Json:
    length = _LENGTH.search(words)
    cue = words[: length.start()].strip() if length else words
    step: Json = {"text": cue} if cue else {}
    if cue.lower().endswith("press lap"):
        step["until_lap_press"] = True
    for number, unit in _PART.findall(length[0] if length else ""):
        name = "duration" if unit in _SECONDS else "distance"
        factor = _SECONDS.get(unit) or _METRES[unit]
        step[name] = round(step.get(name, 0) + float(number) * factor)
    if section in {"warmup", "cooldown"}:
        step[section] = True
    step |= dict(_targets(words[length.end() :] if length else words))
    return step


def _targets(words: str) -> Iterator[tuple[str, Json]]:
    for zone in _ZONE.finditer(words):
        kind = zone[3].lower()
        yield kind, _range(int(zone[1]), zone[2] and int(zone[2]), f"{kind}_zone")
    for share in _PERCENT.finditer(words):
        kind = "pace" if share[3] == "Pace" else "hr"
        yield kind, _range(int(share[1]), share[2] and int(share[2]), f"%{share[3].lower()}")
    for pace in _PACE.finditer(words):
        first = 60 * int(pace[1]) + int(pace[2])
        last = pace[3] and 60 * int(pace[3]) + int(pace[4])
        yield "pace", _range(first, last, f"secs/{pace[5]}")


def _range(first: int, last: int | str | None, units: str) -> Json:
    if not last:
        return {"value": first, "units": units}
    return {"start": first, "end": last, "units": units}


def _seconds(step: Json) -> float:
    """What is measured in metres or by the lap button lasts nobody knows how long."""
    inner: float = sum(map(_seconds, step.get("steps", ())))
    return float(step.get("duration", 0)) + inner * int(step.get("reps", 1))
