"""The sessions that a goal turns on, in plain words. The plan holds them; this says what they are.

All of it is the practice of good coaches (D) and no proof, but for the long run before half and
marathon (Fokkema 2020, C). Speed asks for intervals, length for long runs, finishing for patience.
"""

from planning.goals.goal import HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind
from planning.goals.needs import longest_run_gate
from planning.goals.season import demand_of
from planning.goals.wording import kilometres

HOW_MANY = "Two hard sessions a week from four runs on, one at three (I-6, D)."
SPEED = "Intervals at 3 to 5 km effort and a threshold session, every week of the build (D)."
HALF = "A threshold session every week of the build, intervals or tempo beside it (D)."
MARATHON = (
    "Marathon pace within every other long run, a threshold session every week of the build (D)."
)
ULTRA = "Long runs on two days in a row, hills, and eating on the way as in the race (D)."
FINISH = "One quicker session a week at most: arriving at the start healthy comes first (D)."
REHEARSE = "Eating and drinking, and run-walk where it is planned, tried on every long run (D)."


def key_sessions(goal: Goal) -> tuple[str, ...]:
    """Sentences, the one that matters most first; empty for a goal without a distance."""
    if goal.distance_m is None:
        return ()
    long = (
        f"A long run every week, in the end of {kilometres(longest_run_gate(goal.distance_m).aim)}"
    )
    if goal.kind is GoalKind.COMPLETION or not goal.is_timed:
        beyond = (ULTRA,) if goal.distance_m > MARATHON_M * 1.05 else ()
        rehearse = (REHEARSE,) if goal.distance_m >= HALF_M * 0.98 and not beyond else ()
        return (f"{long} (C).", *beyond, *rehearse, FINISH)
    peak = f"Race pace in the last {demand_of(goal).peak_weeks} weeks before the taper (D)."
    if goal.distance_m <= TEN_K_M * 1.05:
        return (SPEED, peak, HOW_MANY)
    if goal.distance_m <= HALF_M * 1.05:
        return (HALF, f"{long} (C).", peak, HOW_MANY)
    if goal.distance_m <= MARATHON_M * 1.05:
        return (f"{long} (C).", MARATHON, REHEARSE, HOW_MANY)
    return (f"{long} (D).", ULTRA, HOW_MANY)
