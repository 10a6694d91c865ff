"""What to train by, for `goalward fitness`: zones, paces, a watch's threshold, load."""

from collections import Counter
from datetime import timedelta
from typing import Any

from planning.activity import LoadBasis
from planning.athlete import Units
from planning.fitness.heart import ENOUGH_RUNS, Highest, highest_heart_rate
from planning.fitness.training import Purpose, TrainingSpeeds
from planning.fitness.watch import WHY_NEVER_USED, WatchThreshold, watch_threshold
from planning.fitness.zones import TOO_UNSURE, Border, Range, Zones, zones
from planning.units import format_pace
from worker.cli.explaining import View
from worker.rulings import Told

LOAD_DAYS = 42
BASES = {
    LoadBasis.PACE: "by pace",
    LoadBasis.HEART_RATE: "by heart rate",
    LoadBasis.DURATION: "by duration",
}


def training_view(told: Told) -> View:
    """Everything that follows from the estimate of `told.day`, in the athlete's units."""
    profile, per = told.profile, "mi" if told.profile.units is Units.IMPERIAL else "km"
    highest = highest_heart_rate(told.activities, told.day, set_bpm=profile.max_heart_rate_bpm)
    borders = zones(told.fitness, highest=highest, sex=profile.sex)
    speeds = told.speeds if told.speeds and told.speeds.sd_ln <= TOO_UNSURE else None
    watch = watch_threshold(told.copies.values(), told.day)
    loads = _loads(told)
    return View(
        {
            "zones": _zones_json(borders, highest),
            "paces": _paces_json(speeds),
            "watch_threshold": _watch_json(watch),
            "load": _load_json(told, loads),
        },
        [
            *_zone_lines(borders, highest, per),
            "",
            *_pace_lines(speeds, per),
            *_watch_lines(watch, borders, per),
            "",
            *_load_lines(told, loads),
        ],
    )


# --- zones ----------------------------------------------------------------------------------------


def _zones_json(borders: Zones, highest: Highest | None) -> dict[str, Any]:
    return {
        "sex": borders.sex,
        "first_border": _border_json(borders.first),
        "second_border": _border_json(borders.second),
        "highest_heart_rate_bpm": round(highest.bpm, 1) if highest else None,
        "highest_heart_rate_from": highest.origin.value if highest else None,
        "message": " ".join(_zone_notes(borders, highest)),
    }


def _border_json(border: Border) -> dict[str, Any]:
    """`low` and `high` hold it 8 times out of 10."""
    return {
        "speed_m_per_s": _range_json(border.speed_m_per_s, digits=3),
        "heart_rate_bpm": _range_json(border.heart_rate_bpm, digits=1),
    }


def _range_json(told: Range | None, *, digits: int) -> dict[str, float] | None:
    if told is None:
        return None
    return {name: round(getattr(told, name), digits) for name in ("low", "middle", "high")}


def _zone_lines(borders: Zones, highest: Highest | None, per: str) -> list[str]:
    easy = _words(borders.first, per, by_pace="slower than ", by_heart="under ")
    hard = _words(borders.second, per, by_pace="faster than ", by_heart="over ")
    lines = ["Zones, by the borders between them (8 times out of 10 within the range):"]
    if easy and hard:
        lines += [f"  easy: {easy}", f"  hard: {hard}"]
    else:
        lines.append("  Not yet: neither the estimate nor your highest heart rate is sure enough.")
    return [*lines, *(f"  {note}" for note in _zone_notes(borders, highest))]


def _words(border: Border, per: str, *, by_pace: str = "", by_heart: str = "") -> str:
    """Pace first, heart rate second; "" when neither is known."""
    parts = []
    if (speed := border.speed_m_per_s) is not None:
        fast, slow = (format_pace(one, per=per) for one in (speed.high, speed.low))
        parts.append(f"{by_pace}{format_pace(speed.middle, per=per)} ({fast} to {slow})")
    if (beats := border.heart_rate_bpm) is not None:
        parts.append(f"{by_heart}{beats.middle:.0f} bpm ({beats.low:.0f} to {beats.high:.0f})")
    return ", ".join(parts)


def _zone_notes(borders: Zones, highest: Highest | None) -> list[str]:
    notes = []
    if borders.first.speed_m_per_s and borders.first.heart_rate_bpm:
        notes.append("Where they disagree go by pace on the flat, by heart rate on hills.")
    notes.append(
        highest.message
        if highest
        else f"No heart rates: `goalward athlete set --max-hr BPM`, or {ENOUGH_RUNS} runs with a "
        "highest heart rate in a year."
    )
    if borders.sex is None:
        notes.append("Narrower for a woman or a man: `goalward athlete set --sex f` or `m`.")
    return notes


# --- paces ----------------------------------------------------------------------------------------


def _paces_json(speeds: TrainingSpeeds | None) -> dict[str, Any]:
    """Slow and fast end in m/s; null where only the effort can be said."""
    bands = {each: speeds.band(each) if speeds else (None, None) for each in Purpose}
    return {
        each.value: {
            "low_m_per_s": low and round(low, 3),
            "high_m_per_s": high and round(high, 3),
            "effort": each.feel,
        }
        for each, (low, high) in bands.items()
    }


def _pace_lines(speeds: TrainingSpeeds | None, per: str) -> list[str]:
    if speeds is None:
        head = "To train by: effort. Paces come with five runs and a surer estimate (rule B-1)."
        return [head, *(f"  {each.value:12}{each.feel}" for each in Purpose)]
    lines = ["To train by (from the estimate, never from a goal; as wide as it is unsure):"]
    for each in Purpose:
        low, high = speeds.band(each)
        fast, slow = format_pace(high, per=per), format_pace(low, per=per)
        lines.append(f"  {each.value:12}{f'{fast} to {slow}':22} {each.feel}")
    return lines


# --- the watch ------------------------------------------------------------------------------------


def _watch_json(watch: WatchThreshold | None) -> dict[str, Any] | None:
    if watch is None:
        return None
    return {
        "day": watch.day.isoformat(),
        "source": watch.source,
        "speed_m_per_s": watch.speed_m_per_s,
        "heart_rate_bpm": watch.heart_rate_bpm,
        "used": False,
        "why": WHY_NEVER_USED,
    }


def _watch_lines(watch: WatchThreshold | None, borders: Zones, per: str) -> list[str]:
    if watch is None:
        return []
    speed, beats = watch.speed_m_per_s, watch.heart_rate_bpm
    its = [format_pace(speed, per=per)] if speed else []
    its += [f"{beats:.0f} bpm"] if beats else []
    ours = _words(borders.second, per) or "not known yet"
    return [
        "",
        f"Your watch's threshold ({watch.source}, {watch.day}): {', '.join(its)}; ours: {ours}.",
        f"It is shown and never used: {WHY_NEVER_USED}.",
    ]


# --- load -----------------------------------------------------------------------------------------


def _loads(told: Told) -> list[dict[str, Any]]:
    """Each activity of six weeks, newest first, with what its load was read from."""
    first = told.day - timedelta(days=LOAD_DAYS - 1)
    recent = [one for one in told.activities if first <= one.day <= told.day]
    return [
        {
            "id": one.id,
            "day": one.day.isoformat(),
            "minutes": round(load.minutes, 1),
            "basis": load.basis.value,
        }
        for one in reversed(recent)
        for load in (told.load_of(one),)
    ]


def _load_json(told: Told, loads: list[dict[str, Any]]) -> dict[str, Any]:
    """Minutes at threshold that would have cost the same; the three are means of a day."""
    today = told.load_today
    return {
        "fitness": today and round(today.fitness, 1),
        "fatigue": today and round(today.fatigue, 1),
        "form": today and round(today.form, 1),
        "heart_rate_scale": round(told.heart_scale, 3),
        "activities": loads,
    }


def _load_lines(told: Told, loads: list[dict[str, Any]]) -> list[str]:
    today, scale = told.load_today, told.heart_scale
    if today is None:
        return ["Load: nothing was recorded yet."]
    counted = Counter(row["basis"] for row in loads)
    bases = [f"{counted[basis]} {words}" for basis, words in BASES.items() if counted[basis]]
    means = f"fitness {today.fitness:.0f} (42 days), fatigue {today.fatigue:.0f} (7 days)"
    own = f" (x {scale:.2f}, as your runs with both show)" if scale != 1.0 else ""
    words = ", ".join(bases).replace("by heart rate", f"by heart rate{own}")
    return [
        f"Load, in minutes at threshold a day: {means}, form {round(today.form):+d}.",
        f"  The {len(loads)} activities of six weeks: {words or 'none'}.",
        "  It describes how training was: no forecast reads it, and it foretells no injury.",
    ]
