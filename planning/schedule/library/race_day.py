"""The race as a workout: pace by segment, even or slightly faster at the end (rule G-2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning.goals.course import is_mountain
from planning.goals.goal import FIVE_K_M, HALF_M, TEN_K_M, Goal
from planning.schedule.effort import Effort, noted
from planning.schedule.library.catalogue import named
from planning.schedule.library.session import Family, Session, family_of
from planning.schedule.library.steps import whole, workout_of
from planning.schedule.naming import distance_name
from planning.schedule.paces import Paces, band
from planning.workout import OPEN_TARGET, Duration, DurationType, Step, StepKind, Target, Workout

# From here on the first half is held below .94 of critical speed: marathons begun above it slowed
# by a quarter more often (Smyth & Muniz-Pumares 2020). Shorter races are run above it throughout.
CAPPED_FROM_M = 30_000.0
MOST_OF_CRITICAL = 0.94
HALF_BAND_S = 5  # s/km to each side


@dataclass(frozen=True, slots=True)
class Segment:
    """A share of the way, its speed as a multiple of the race's mean, and what to mind there."""

    share: float
    speed: float
    cue: str


_SHORT = (
    Segment(0.2, 0.99, "hold back: it should feel too easy"),
    Segment(0.6, 1.0, "even, one kilometre at a time"),
    Segment(0.2, 1.01, "all that is left"),
)
_HALF = (
    Segment(0.25, 0.99, "hold back; drink at the first station"),
    Segment(0.5, 1.0, "even; drink to thirst"),
    Segment(0.25, 1.01, "now race"),
)
_MARATHON = (
    Segment(0.12, 0.985, "hold back: nothing is won here"),
    Segment(0.38, 1.0, "even; carbohydrate every 20 to 30 min, drink to thirst"),
    Segment(0.26, 1.0, "keep eating and drinking; the race begins at 30 km"),
    Segment(0.24, 1.01, "what is left, evenly"),
)
_FINISH = (
    Segment(0.25, 0.985, "too easy is right; walk a minute in ten from the start"),
    Segment(0.5, 1.0, "keep the breaks; eat and drink at them"),
    Segment(0.25, 1.01, "fewer breaks if you feel well"),
)
_ULTRA = (
    Segment(0.33, 1.0, "easy; hike the climbs; eat from the first half hour"),
    Segment(0.34, 1.0, "keep eating; no haste at stations and no long stops"),
    Segment(0.33, 1.0, "from station to station"),
)


def race(goal: Goal, paces: Paces) -> Workout:
    """The race alone, from the gun, by segments; in the mountains, above 25 degrees and while too
    little is known by effort, else by pace in whole seconds a kilometre, as the time wants it.
    """
    distance_m = goal.distance_m or FIVE_K_M
    session, segments = _kind_of(goal, distance_m)
    by_pace = paces.certain and not is_mountain(goal) and not paces.hot
    steps = [
        Step(
            StepKind.WORK,
            Duration(DurationType.DISTANCE, metres),
            _segment_target(speed, limit) if by_pace else OPEN_TARGET,
            noted(Effort.RACE, segment.cue),
        )
        for segment, metres, speed, limit in _laid(segments, distance_m, paces)
    ]
    name = goal.name or f"{distance_name(distance_m)} race"
    purpose = session.purpose
    if by_pace and paces.version:
        purpose += f" Paced for {paces.version}."
    if is_mountain(goal):
        purpose += " By effort, never by pace: the course sets that."
    if paces.hot:
        purpose += " It will be over 25 degrees: by effort, and slower than on a cool day (H-1)."
    # Its time is that of the day, on its course and in its weather, not that of race-pace work.
    as_raced = replace(paces, race=paces.on_the_day)
    return workout_of(session, steps, as_raced, name=name, purpose=purpose)


def first_half_limit(distance_m: float, paces: Paces) -> float | None:
    """m/s that no part of the first half may be faster than; None where there is no limit."""
    return MOST_OF_CRITICAL * paces.critical if distance_m >= CAPPED_FROM_M else None


def _kind_of(goal: Goal, distance_m: float) -> tuple[Session, tuple[Segment, ...]]:
    match family_of(goal):
        case Family.ULTRA | Family.TRAIL:
            return named("race-ultra"), _ULTRA
        case Family.FINISH if distance_m > TEN_K_M * 1.05:
            return named("race-finish"), _FINISH
        case _ if distance_m < HALF_M * 0.95:
            return named("race-short"), _SHORT
        case _:
            return named("race-far"), _HALF if distance_m < CAPPED_FROM_M else _MARATHON


def _laid(
    segments: Sequence[Segment], distance_m: float, paces: Paces
) -> list[tuple[Segment, float, float, float | None]]:
    """Each segment with its metres, its speed (m/s) and the speed that it must not exceed."""
    # So that the segments together take the time of the even race.
    even = sum(segment.share / segment.speed for segment in segments) * paces.on_the_day
    limit = first_half_limit(distance_m, paces)
    laid, gone_m = [], 0.0
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        metres = distance_m - gone_m if last else whole(segment.share * distance_m)
        speed, here = even * segment.speed, limit if gone_m < 0.495 * distance_m else None
        if limit is not None:
            speed = min(speed, limit * (1.0 if here else 1.01))
        laid.append((segment, metres, speed, here))
        gone_m += metres
    return laid


def _segment_target(speed_m_per_s: float, limit: float | None) -> Target:
    middle_s = round(1000.0 / speed_m_per_s)
    fast_s = middle_s - HALF_BAND_S
    if limit is not None:
        fast_s = max(fast_s, int(-(-1000.0 // limit)))
    return band(fast_s, max(middle_s + HALF_BAND_S, fast_s + HALF_BAND_S))
