"""`fitness --explain` and `fitness --since`: what the estimate rests on, and how it went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning.activity import Activity
from planning.athlete import Units
from planning.fitness.detection import RaceLooks
from planning.fitness.evidence import Evidence, Explanation, PastEffort
from planning.fitness.progress import FitnessWeek
from planning.units import format_distance, format_duration

FEW_EFFORTS = 12
LEAST_SHARE = 0.005
HARDLY_S = 0.5  # of 10 km
LIKELY, UNLIKELY = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class View:
    """The same for programs and for people."""

    json: dict[str, Any]
    lines: list[str]


def explanation_view(told: Explanation, recorded: Iterable[Activity], units: Units) -> View:
    activities = {activity.id: activity for activity in recorded}
    return View(_explanation_json(told), _explanation_lines(told, activities, units))


def weeks_view(weeks: Sequence[FitnessWeek], units: Units) -> View:
    lines = [_week_line(week, units) for week in weeks]
    head = f"{'Week of':10}  {'10 km':>9}   {'8 times out of 10':22}  {'run':>8}"
    return View(
        {"weeks": [_week_json(week) for week in weeks]},
        [head, *lines] if lines else ["Nothing was run since then."],
    )


def race_looks_json(looks: RaceLooks | None) -> dict[str, Any] | None:
    if looks is None:
        return None
    return {"chance": round(looks.chance, 3), "signs": list(looks.signs)}


def race_looks_line(looks: RaceLooks) -> str:
    """Such as: looks like a race (80 %): a usual race distance; heart rate not known."""
    per_cent = f"{100 * min(max(looks.chance, 0.01), 0.99):.0f} %"
    if looks.chance >= LIKELY:
        words = "looks like a race"
    elif looks.chance >= UNLIKELY:
        words = "may have been a race"
    else:
        words = "does not look like a race"
    return f"{words} ({per_cent}): {'; '.join(looks.signs)}"


def _explanation_json(told: Explanation) -> dict[str, Any]:
    """`moved_percent`: how much faster the 10 km estimate is for having it; shares in per cent."""
    return {
        "ten_k_s": _rounded(told.ten_k_s),
        "runs_alone_s": _rounded(told.runs_alone_s),
        "past_efforts": [
            {
                "id": effort.activity_id,
                "day": effort.day.isoformat(),
                "distance_m": effort.distance_m,
                "time_s": effort.time_s,
                "expected_s": round(effort.expected_s, 1),
                "race": effort.is_race,
                "race_looks": race_looks_json(effort.looks),
                "share_percent": round(100 * effort.share, 1),
                "moved_percent": round(100 * effort.moved_ln, 2),
            }
            for effort in told.efforts
        ],
        "evidence": [_part_json(part) for part in told.recent],
        "older_evidence": [_part_json(part) for part in told.older],
    }


def _part_json(part: Evidence) -> dict[str, Any]:
    return {
        "id": part.activity_id,
        "day": part.day.isoformat(),
        "used": part.used,
        "moved_percent": round(100 * part.moved_ln, 2),
        "reason": part.reason or None,
    }


def _explanation_lines(
    told: Explanation, activities: Mapping[str, Activity], units: Units
) -> list[str]:
    """`activities` by id."""
    recent, older = (
        [_part_line(told, part, activities[part.activity_id], units) for part in parts]
        for parts in (told.recent, told.older)
    )
    used = sum(part.used for part in told.recent)
    past = _past_lines(told, units)
    return [
        *([*past, ""] if past else ()),
        (
            f"Four weeks: {used} of {len(recent)} activities counted. What each does to the 10 km "
            "time (runs cover each other, so the seconds do not add up):"
        ),
        *(recent or ["  Nothing was recorded."]),
        *(["", "Older runs that matter still:", *older] if older else ()),
    ]


def _week_json(week: FitnessWeek) -> dict[str, Any]:
    """`p10_s` is the fast end; null while there was too little to speak of."""
    return {
        "first_day": week.first_day.isoformat(),
        "as_of": week.as_of.isoformat(),
        "ten_k_median_s": _rounded(week.ten_k.median_s if week.ten_k else None),
        "p10_s": _rounded(week.ten_k.quantile_s(0.1) if week.ten_k else None),
        "p90_s": _rounded(week.ten_k.quantile_s(0.9) if week.ten_k else None),
        "runs": week.runs,
        "distance_m": round(week.distance_m, 1),
    }


def _week_line(week: FitnessWeek, units: Units) -> str:
    if week.ten_k is None:
        able = f"{'not yet':>9}   {'':22}"
    else:
        fast, slow = (format_duration(week.ten_k.quantile_s(p)) for p in (0.1, 0.9))
        able = f"{format_duration(week.ten_k.median_s):>9}   {f'({fast} to {slow})':22}"
    return f"{week.first_day}  {able}  {_far(week.distance_m, units):>8} in {week.runs}"


def _past_lines(told: Explanation, units: Units) -> list[str]:
    if told.ten_k_s is None or told.runs_alone_s is None:
        return []
    count = len(told.efforts)
    if not count:
        return ["No race or hard effort yet: the estimate is from how you train alone."]
    efforts = "one earlier race or hard effort" if count == 1 else f"{count} earlier efforts"
    kept = 1.0 - sum(effort.share for effort in told.efforts)
    heavy = [each for each in told.efforts if each.share >= LEAST_SHARE][:FEW_EFFORTS]
    rest = sum(effort.share for effort in told.efforts[len(heavy) :])
    more = [f"  and {count - len(heavy)} others with {100 * rest:.0f} % in all"]
    return [
        (
            f"Your training alone says {format_duration(told.runs_alone_s)} for 10 km; how "
            f"{efforts} came out makes it {format_duration(told.ten_k_s)}."
        ),
        f"Their weight in that, the heaviest first ({100 * kept:.0f} % is kept for no difference):",
        *(line for effort in heavy for line in _effort_lines(effort, units)),
        *(more if count > len(heavy) else ()),
    ]


def _effort_lines(effort: PastEffort, units: Units) -> list[str]:
    better = effort.expected_s / effort.time_s - 1.0
    came = f"{100 * abs(better):.1f} % {'faster' if better >= 0 else 'slower'} than expected"
    kind = "race" if effort.is_race else "hard run"
    line = (
        f"  {effort.day}  {_far(effort.distance_m, units):>7}  {format_duration(effort.time_s):>8}"
        f"  {kind:8}  {100 * effort.share:3.0f} %  {came}"
    )
    told = effort.looks is not None and not effort.is_race
    return (
        [line, f"  {'':10}  {race_looks_line(effort.looks)}"] if told and effort.looks else [line]
    )


def _part_line(told: Explanation, part: Evidence, activity: Activity, units: Units) -> str:
    far = _far(activity.distance_m, units) if activity.distance_m else "-"
    time_s = activity.moving_time_s or activity.elapsed_time_s
    took = format_duration(time_s) if time_s else "-"
    what = ": ".join(filter(None, [_moved(told, part) if part.used else "not used", part.reason]))
    name = activity.name or activity.sport.value
    return f"  {part.day}  {far:>7}  {took:>8}  {name[:24]:24}  {what}"


def _moved(told: Explanation, part: Evidence) -> str:
    """In seconds of the 10 km time."""
    if told.ten_k_s is None:
        return "counts"
    slower_s = told.ten_k_s * part.moved_ln
    if abs(slower_s) < HARDLY_S:
        return "counts, moves it by less than a second"
    return f"{abs(slower_s):.0f} s {'faster' if slower_s > 0 else 'slower'}"


def _far(distance_m: float, units: Units) -> str:
    return format_distance(distance_m, per="mi" if units is Units.IMPERIAL else "km")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
