"""What plans are made of: one runner, one goal at a time. `python -m tests.planning.schedule.emphasis`
prints the table.
"""

from collections import Counter
from dataclasses import dataclass

from planning.athlete import Athlete
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.schedule.library import Theme, named
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.schedule.cases import ZONE, goal_in, history, planned

WEEKS = 16
ATHLETE = Athlete(zone=ZONE, runs_per_week=5)
HISTORY = history(45, 345)  # five runs and 45 km a week
GOALS = {
    "5 km": goal_in(WEEKS, FIVE_K_M, target_s=1_350),
    "10 km": goal_in(WEEKS, TEN_K_M, target_s=2_820),
    "half": goal_in(WEEKS, HALF_M, target_s=6_300),
    "marathon": goal_in(WEEKS, MARATHON_M, target_s=13_200),
    "first marathon": goal_in(WEEKS, MARATHON_M, kind=GoalKind.COMPLETION),
    "first 50 km": goal_in(WEEKS, 50_000.0, kind=GoalKind.COMPLETION),
    "health": goal_in(WEEKS, None, kind=GoalKind.HEALTH),
}
COLUMNS = {
    "easy": (Theme.EASY,),
    "long": (Theme.LONG,),
    "strides, hills": (Theme.STRIDES, Theme.HILLS),
    "tempo, threshold": (Theme.TEMPO, Theme.THRESHOLD),
    "interval, repetition": (Theme.INTERVAL, Theme.REPETITION),
    "race pace, test": (Theme.RACE_PACE, Theme.TEST),
}


@dataclass(frozen=True, slots=True)
class Emphasis:
    """`time` is the share of each purpose; `long_share` of the peak weeks' distance."""

    time: dict[Theme, float]
    sessions: Counter[str]
    peak_km: float
    longest_km: float
    long_share: float

    def share(self, *themes: Theme) -> float:
        return sum(self.time.get(theme, 0.0) for theme in themes)


def plan_for_goal(name):
    return planned(ATHLETE, (GOALS[name],), HISTORY, laid_out_weeks=WEEKS + 1)[0]


def emphasis(plan) -> Emphasis:
    """Races are left out; a session counts whole for its purpose."""
    time, sessions = Counter(), Counter()
    longs, full = [], []
    for week in plan.weeks:
        workouts = [day.workout.workout for day in week.days if day.workout]
        for workout in workouts:
            if workout.kind is not Kind.RACE:
                time[named(workout.session).theme] += workout.duration_s
                sessions[workout.session] += 1
        far_m = max((w.distance_m for w in workouts if w.kind is Kind.LONG), default=0.0)
        longs.append(far_m)
        if week.phase is not Phase.TAPER:
            full.append((week.volume_m, far_m / week.volume_m))
    total = sum(time.values())
    best = sorted(full)[-3:]
    return Emphasis(
        {theme: seconds / total for theme, seconds in time.items()},
        sessions,
        best[-1][0] / 1000,
        max(longs) / 1000,
        sum(share for _, share in best) / len(best),
    )


def table() -> str:
    """Markdown: shares of the time in per cent, peak week and longest run in km."""
    heads = ("goal", *COLUMNS, "kinds", "peak week", "longest", "long run of the week")
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for name in GOALS:
        told = emphasis(plan_for_goal(name))
        cells = [
            name,
            *(f"{100 * told.share(*themes):.0f}" for themes in COLUMNS.values()),
            str(len(told.sessions)),
            f"{told.peak_km:.0f}",
            f"{told.longest_km:.0f}",
            f"{100 * told.long_share:.0f} %",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
