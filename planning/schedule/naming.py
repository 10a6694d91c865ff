"""Names of sessions, short enough for a watch; they follow from kind and steps alone."""

from collections.abc import Sequence
from datetime import date

from planning.activity import content_id
from planning.athlete import Units
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M
from planning.schedule.effort import Effort, effort_of
from planning.units import MILE_M
from planning.workout import DurationType, Item, Kind, Repeat, Step, StepKind

_WORD = {
    Kind.TEMPO: "tempo",
    Kind.THRESHOLD: "threshold",
    Kind.INTERVAL: "intervals",
    Kind.REPETITION: "repetitions",
    Kind.HILLS: "hills",
    Kind.TEST: "test",
    Kind.RACE: "race",
}
_DISTANCES = {FIVE_K_M: "5 km", TEN_K_M: "10 km", HALF_M: "Half marathon", MARATHON_M: "Marathon"}


def ident_of(goal_id: str, monday: date, slot: str) -> str:
    """Belongs to goal, week and slot; lower-case letters, digits and `-` only."""
    year, number, _ = monday.isocalendar()
    return f"g{_letters(goal_id)}-{year}w{number:02d}-{slot}"


def belongs_to(ident: str, goal_id: str) -> bool:
    return ident.startswith(f"g{_letters(goal_id)}-")


def _letters(goal_id: str) -> str:
    """An id of other signs stands by its digest."""
    plain = goal_id.isascii() and goal_id.isalnum() and goal_id == goal_id.lower()
    return goal_id if plain else content_id(goal_id)


def session_name(
    kind: Kind, steps: Sequence[Item], distance_m: float, *, units: Units = Units.METRIC
) -> str:
    """Like `5 x 1 km threshold`, `Long 24 km, 2 x 4 km race pace`, `Easy 8 km, 6 strides`.

    How far an easy or long run goes is told in `units`; a piece of work is what its step says.
    """
    far = about(distance_m, units)
    walk = next((item for item in steps if _has_walking(item)), None)
    work = _rising(steps) or next((found for item in steps if (found := _work(item))), "")
    match kind:
        case Kind.EASY if isinstance(walk, Repeat):
            return f"Run-walk {walk.times} x {_lengths(walk.steps)}"
        case Kind.EASY:
            return f"Easy {far}"
        case Kind.STRIDES:
            times = next((item.times for item in steps if isinstance(item, Repeat)), 0)
            uphill = (
                "hill " if any(_effort_in(item) is Effort.HILL_STRIDE for item in steps) else ""
            )
            return f"Easy {far}, {times} {uphill}strides"
        case Kind.LONG if isinstance(walk, Repeat):
            return f"Long {far}, run-walk {_lengths(walk.steps)}"
        case Kind.LONG:
            tail = f", {work} race pace" if work else ""
            return f"Long {far}{tail}"
        case _:
            word = "race pace" if _is_race_pace(steps) else _WORD[kind]
            return f"{work} {word}".strip()


def kilometres(distance_m: float) -> str:
    """To half a kilometre: `8 km`, `9.5 km`."""
    return f"{round(distance_m / 500) / 2:g} km"


def about(distance_m: float, units: Units) -> str:
    """To half a kilometre or half a mile: `9.5 km`, `6 mi`."""
    if units is Units.IMPERIAL:
        return f"{round(2 * distance_m / MILE_M) / 2:g} mi"
    return kilometres(distance_m)


def distance_name(distance_m: float) -> str:
    """`Marathon`, `10 km`, `50 km`, `8.4 km`."""
    near = (
        name for metres, name in _DISTANCES.items() if abs(distance_m - metres) <= 0.01 * metres
    )
    return next(near, f"{distance_m / 1000:.3g} km")


def _work(item: Item) -> str:
    """`5 x 1 km`, `2 x 1/2/3 min`, `20 min`, or nothing for easy running."""
    steps = item.steps if isinstance(item, Repeat) else (item,)
    working = [s for s in steps if s.kind is StepKind.WORK and effort_of(s) is not Effort.EASY]
    if not working:
        return ""
    times = f"{item.times} x " if isinstance(item, Repeat) else ""
    return f"{times}{_lengths(working)}"


def _lengths(steps: Sequence[Step]) -> str:
    """`1 km`, `1/2/3 min`: a unit that all share is said once."""
    told = [step_length(step) for step in steps]
    if len(told) == 1:
        return told[0]
    parts = [each.rpartition(" ") for each in told]
    if len({unit for _, _, unit in parts}) == 1:
        return "/".join(number for number, _, _ in parts) + f" {parts[0][2]}"
    return "/".join(told)


def _rising(steps: Sequence[Item]) -> str:
    """`30 min rising` when pieces of work follow each other, each at another effort."""
    pieces = [s for s in steps if isinstance(s, Step) and s.kind is StepKind.WORK]
    timed = all(piece.duration.type is DurationType.TIME for piece in pieces)
    if len({effort_of(piece) for piece in pieces}) < 2 or not timed:
        return ""
    return f"{clock(sum(piece.duration.value or 0.0 for piece in pieces))} rising"


def _has_walking(item: Item) -> bool:
    return isinstance(item, Repeat) and any(effort_of(s) is Effort.WALK for s in item.steps)


def _effort_in(item: Item) -> Effort | None:
    return effort_of(item.steps[0] if isinstance(item, Repeat) else item)


def step_length(step: Step) -> str:
    """`800 m`, `1.5 km`, `20 min`, `45 s`."""
    value = step.duration.value or 0.0
    if step.duration.type is DurationType.DISTANCE:
        return f"{value:.0f} m" if value < 1_000 else f"{value / 1000:.3g} km"
    return clock(value)


def clock(seconds: float) -> str:
    """`45 s`, `20 min`, `1:30`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if rest else f"{minutes} min"


def _is_race_pace(steps: Sequence[Item]) -> bool:
    inner = (
        step for item in steps for step in (item.steps if isinstance(item, Repeat) else (item,))
    )
    return any(effort_of(step) is Effort.RACE for step in inner)
