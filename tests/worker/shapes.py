"""The shapes of the contract, and whether a value has one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class ListOf:
    item: Any


@dataclass(frozen=True)
class OneOf:
    values: tuple


class Instant:
    """RFC 3339, UTC."""


def fits(value, shape, at="$"):
    """What is wrong, one line a fault; empty when it fits. Objects have exactly the shape's keys."""
    match shape:
        case tuple():
            faults = [fits(value, one, at) for one in shape]
            return [] if [] in faults else [f"{at}: {value!r} is none of {shape}"]
        case None:
            return [] if value is None else [f"{at}: {value!r} is not null"]
        case ListOf(item):
            if not isinstance(value, list):
                return [f"{at}: {value!r} is no list"]
            return [f for n, one in enumerate(value) for f in fits(one, item, f"{at}[{n}]")]
        case OneOf(values):
            return [] if value in values else [f"{at}: {value!r} is none of {values}"]
        case dict():
            return _fits_object(value, shape, at)
    return _fits_plain(value, shape, at)


def _fits_object(value, shape, at):
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    odd = [f"{at}: {name} is {'missing' if name in shape else 'not in the contract'}" for name in shape.keys() ^ value.keys()]  # fmt: skip
    return odd + [
        f
        for name in shape.keys() & value.keys()
        for f in fits(value[name], shape[name], f"{at}.{name}")
    ]


def _fits_plain(value, shape, at):
    if shape is date or shape is Instant:
        try:
            if shape is date:
                date.fromisoformat(value)
            else:
                assert value.endswith("Z")
                datetime.fromisoformat(value)
        except (ValueError, TypeError, AssertionError, AttributeError):
            return [f"{at}: {value!r} is no {shape.__name__}"]
        return []
    if shape is float:
        ok = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        ok = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return [] if ok else [f"{at}: {value!r} is no {shape.__name__}"]


NUMBER = (float, None)
PRIORITY = OneOf(("A", "B", "C"))
NEED = {"what": str, "by_day": date, "value": float, "unit": str, "met": bool}
VERSIONS = {"stretch_s": float, "realistic_s": float, "conservative_s": float}
GOAL = {
    "id": str,
    "kind": OneOf(("time", "completion", "health")),
    "priority": PRIORITY,
    "distance_m": NUMBER,
    "day": date,
    "target_s": NUMBER,
    "status": OneOf(("ahead", "on_track", "behind", "out_of_reach", "unknown", "done")),
    "median_s": NUMBER,
    "p10_s": NUMBER,
    "p90_s": NUMBER,
    "probability": NUMBER,
    "verdict": (
        OneOf(("conservative", "realistic", "stretch", "very_ambitious", "not_by_then")),
        None,
    ),
    "versions": (VERSIONS, None),
    "needs": ListOf(NEED),
    "message": str,
}
TEST = {
    "kind": OneOf(("race", "time trial")),
    "id": (str, None),
    "day": date,
    "distance_m": float,
    "median_s": float,
    "sd_ln_without": float,
    "sd_ln_after": float,
    "even_at_s": NUMBER,
    "doubtful_at_s": NUMBER,
}
OFFER = {
    "what": OneOf(("time", "day", "distance", "habit")),
    "day": date,
    "distance_m": NUMBER,
    "target_s": NUMBER,
    "runs_per_week": (int, None),
    "hours_per_week": NUMBER,
    "probability": NUMBER,
}
REQUIRED = {
    "today_s": float,
    "target_s": float,
    "ten_k_s": float,
    "weeks": float,
    "gain_percent": float,
    "percent_a_week": NUMBER,
    "ten_k_needed_s": float,
    "base_rate": (str, None),
}
HABIT = {
    "weeks_known": int,
    "weeks_met": int,
    "weeks": int,
    "weeks_asked": int,
    "weeks_over": int,
    "over_met": int,
    "probability": float,
    "low": int,
    "high": int,
}
CHECK = {"name": str, "met": (bool, None), "says": str, "missing": ListOf(str)}
ASSESSMENT = {
    **GOAL,
    "checks": ListOf(CHECK),
    "required": (REQUIRED, None),
    "judged": ({"words": str, "range": ListOf(float)}, None),
    "steps": ListOf(NEED),
    "key_sessions": ListOf(str),
    "decide": ({"by_day": date, "shapes_training": bool, "tests": ListOf(TEST)}, None),
    "offers": ListOf(OFFER),
    "habit": (HABIT, None),
    "lines": ListOf(str),
}
FORECAST = {
    "as_of": date,
    "ability": {"ten_k_median_s": NUMBER, "sd_ln": NUMBER},
    "distances": ListOf(
        {"distance_m": float, "median_s": NUMBER, "p10_s": NUMBER, "p90_s": NUMBER}
    ),
    "goals": ListOf(GOAL),
}
RANGE = {"low": float, "middle": float, "high": float}
BORDER = {"speed_m_per_s": (RANGE, None), "heart_rate_bpm": (RANGE, None)}
BAND = {"low_m_per_s": NUMBER, "high_m_per_s": NUMBER, "effort": str}
WATCH = {
    "day": date,
    "source": str,
    "speed_m_per_s": NUMBER,
    "heart_rate_bpm": NUMBER,
    "used": OneOf((False,)),
    "why": str,
}
FITNESS = {
    "as_of": date,
    "ability": {"ln_speed": NUMBER, "sd_ln": NUMBER, "runs_used": int, "message": str},
    "distances": FORECAST["distances"],
    "zones": {
        "sex": OneOf(("f", "m", None)),
        "first_border": BORDER,
        "second_border": BORDER,
        "highest_heart_rate_bpm": NUMBER,
        "highest_heart_rate_from": OneOf(("set", "seen", None)),
        "message": str,
    },
    "paces": dict.fromkeys(
        ("easy", "long", "marathon", "threshold", "interval", "repetition"), BAND
    ),
    "watch_threshold": (WATCH, None),
    "load": {
        "fitness": NUMBER,
        "fatigue": NUMBER,
        "form": NUMBER,
        "heart_rate_scale": float,
        "activities": ListOf(
            {
                "id": str,
                "day": date,
                "minutes": float,
                "basis": OneOf(("pace", "heart_rate", "duration")),
            }
        ),
    },
}
STEP = {
    "step": OneOf(("warmup", "work", "recovery", "rest", "cooldown")),
    "duration": {"type": OneOf(("time", "distance", "open")), "value": NUMBER},
    "target": {"type": OneOf(("pace", "heart_rate", "open")), "low": NUMBER, "high": NUMBER},
    "note": (str, None),
}
REPEAT = {"repeat": int, "steps": ListOf(STEP)}
KINDS = (
    "easy", "long", "tempo", "threshold", "interval", "repetition", "hills", "strides", "race", "test"
)  # fmt: skip
WORKOUT = {
    "ident": str,
    "kind": OneOf(KINDS),
    "name": str,
    "purpose": str,
    "distance_m": NUMBER,
    "duration_s": NUMBER,
    "load": float,
    "steps": ListOf((STEP, REPEAT)),
}
STATUSES = ("planned", "done", "partly", "missed", "unknown", "skipped", "moved", "break")
PLAN = {
    "version": str,
    "made_at": Instant,
    "weeks": ListOf(
        {
            "first_day": date,
            "phase": OneOf(("base", "build", "peak", "taper", "recovery")),
            "focus": str,
            "volume_m": float,
            "load": float,
            "days": ListOf(
                {
                    "day": date,
                    "status": OneOf(STATUSES),
                    "workout": (WORKOUT, None),
                    "why": ListOf(str),
                }
            ),
        }
    ),
}
CHANGE = {
    "action": str,
    "become": (OneOf(("created", "moved", "changed", "removed", "yours")), None),
    "day": (date, None),
    "from_day": (date, None),
    "ident": str,
    "name": (str, None),
    "was": (str, None),
    "differences": ListOf(str),
    "reason": str,
}
DIFF = {
    "calendar": str,
    "policy": OneOf(("sync", "no-deletes", "dry-run")),
    "paused": bool,
    "actions": ListOf(CHANGE),
    "left_out": ListOf(CHANGE | {"why": str}),
    "counts": {
        "created": int,
        "moved": int,
        "changed": int,
        "removed": int,
        "left": int,
        "yours": int,
    },
    "ours": int,
    "foreign": int,
}
IMPORT = {
    "files": ListOf(
        {
            "path": str,
            "outcome": OneOf(("imported", "unchanged", "skipped", "refused")),
            "reason": (str, None),
            "activities": ListOf(str),
        }
    )
}
STATUS = {
    "goals": ListOf(str),
    "activities": int,
    "newest": (date, None),
    "aside": int,
    "connections": ListOf(
        {
            "connector": str,
            "state": str,
            "problem": (str, None),
            "remedy": (str, None),
            "last_attempt_at": (Instant, None),
            "last_good_at": (Instant, None),
            "last_data_at": (Instant, None),
            "complete_until": (date, None),
            "withheld": int,
            "key_expires_on": (date, None),
            "unread": int,
            "calendar": (
                {"policy": str, "paused_on": (date, None), "paused_why": (str, None)},
                None,
            ),
        }
    ),
    "owed": int,
    "stuck": ListOf({"id": str, "what": str, "tries": int, "error": (str, None), "given_up": bool}),
}
NEWS = ListOf({"at": Instant, "title": str, "body": str, "told": bool, "problem": (str, None)})
DOCTOR = ListOf({"what": str, "ok": bool, "says": str})
