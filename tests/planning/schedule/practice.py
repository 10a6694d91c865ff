"""Plans beside published practice. `python -m tests.planning.schedule.practice` prints the tables.

Marathon: 92 plans for sub-elite runners, their last 12 weeks, mean and standard deviation in three
classes of volume (Knopp 2024). The others are coaches' schedules as sold (D), all by Hal Higdon:
5K advanced (8 weeks, 5 runs, 3:34 h a week, longest 90 min), half intermediate 2 and advanced (12
weeks, 5 runs, longest 12 and 15 miles), 50 km (26 weeks, 5 runs, 10 to 20 miles, then 4 to 5 h, most
of them beside a second long run). Their time is read at 5 to 6 min/km; ours may lie as far around as
the ranges.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from planning.athlete import Athlete
from planning.fitness.ability import estimate
from planning.goals.goal import FIFTY_K_M, FIVE_K_M, HALF_M, MARATHON_M, GoalKind
from planning.schedule.adapt import plan_for
from planning.schedule.effort import Effort, effort_of
from planning.schedule.plan import Phase
from planning.workout import DurationType, Kind, TargetType, unrolled
from tests.planning.athletes import race
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history

LAST_WEEKS = 12
ZONE_OF = {
    Effort.EASY: 2, Effort.WALK: 2, Effort.MARATHON: 3, Effort.RACE: 3, Effort.TEMPO: 3,
    Effort.THRESHOLD: 4, Effort.INTERVAL: 5, Effort.REPETITION: 5, Effort.STRIDE: 5, Effort.HILL: 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knopp:
    """Of 92 plans: kilometres a week, longest run in km and runs a week, each with its standard
    deviation; shares of five zones in per cent, 1 and 2 (easy) taken together.
    """

    km: tuple[float, float]
    zones: tuple[int, int, int, int]
    longest_km: tuple[float, float]
    runs: tuple[float, float]


KNOPP = {
    "high": Knopp((107.7, 38.4), (82, 10, 5, 3), (35.2, 3.3), (6.8, 1.4)),
    "middle": Knopp((58.5, 17.9), (77, 18, 2, 3), (32.5, 3.8), (4.9, 0.9)),
    "low": Knopp((42.9, 14.1), (79, 17, 2, 2), (30.9, 4.1), (4.1, 0.9)),
}
KNOPP_FALLS = "22 to 31, the race week about 50"  # per cent of the week before
STARTS = {"high": (95.0, 7, 280.0), "middle": (52.0, 5, 310.0), "low": (44.0, 4, 315.0)}


@dataclass(frozen=True, slots=True)
class Published:
    """A coach's schedule. `start`: km and runs a week and easy s/km of who begins ours. Ranges
    (least, most) of km in the fullest week, longest run in km, runs a week, hard sessions a week.
    """

    start: tuple[float, int, float]
    weeks: int
    distance_m: float
    km: tuple[float, float]
    longest_km: tuple[float, float]
    runs: tuple[float, float]
    hard: tuple[float, float]
    source: str
    fields: dict[str, Any] = field(default_factory=dict)


PUBLISHED = {
    "5 km": Published(
        (34.0, 5, 315.0), 8, FIVE_K_M, (30, 42), (11, 18), (4, 6), (1, 3),
        "Higdon, 5K advanced: 8 weeks, 3:34 h a week, 90 min longest",
    ),
    "half": Published(
        (36.0, 5, 345.0), 12, HALF_M, (35, 50), (16, 22), (4, 6), (1, 2),
        "Higdon, half intermediate 2: 12 weeks, 19 km longest",
    ),
    "half, faster": Published(
        (48.0, 6, 315.0), 12, HALF_M, (45, 65), (19, 25), (5, 6), (1, 3),
        "Higdon, half advanced: 12 weeks, 24 km longest",
    ),
    "first 50 km": Published(
        (40.0, 5, 370.0), 26, FIFTY_K_M, (48, 80), (24, 42), (4, 6), (0, 2),
        "Higdon, 50 km: 26 weeks, 32 km longest, then a marathon and 4 to 5 h, in pairs",
        {"kind": GoalKind.COMPLETION},
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marathon:
    """Our last twelve weeks, in Knopp's words; `falls` of volume in per cent, week by week; the
    fullest week is so many weeks before the race's.
    """

    km: float
    zones: tuple[float, ...]
    longest_km: float
    runs: float
    falls: tuple[float, ...]
    peak_weeks: int


@dataclass(frozen=True, slots=True)
class Fullest:
    """Our build and peak weeks: the most of each, and hard sessions on the mean."""

    km: float
    longest_km: float
    runs: int
    hard: float


def marathon(volume: str) -> Marathon:
    weeks = _laid_out(*STARTS[volume], 18, MARATHON_M, target_s=3.2 * 3600).weeks[-LAST_WEEKS:]
    metres = [week.volume_m for week in weeks]
    return Marathon(
        km=sum(metres) / LAST_WEEKS / 1000,
        zones=_zones(weeks),
        longest_km=max(w.distance_m for week in weeks for w in _training(week)) / 1000,
        runs=sum(len(_training(week)) for week in weeks[:-1]) / (LAST_WEEKS - 1),
        falls=tuple(100 * (1 - after / before) for before, after in pairwise(metres[-4:])),
        peak_weeks=LAST_WEEKS - 1 - metres.index(max(metres)),
    )


def fullest(name: str) -> Fullest:
    asked = PUBLISHED[name]
    fields = asked.fields or {"target_s": asked.distance_m / 3.4}
    plan = _laid_out(*asked.start, asked.weeks, asked.distance_m, **fields)
    weeks = [_training(w) for w in plan.weeks if w.phase in {Phase.BUILD, Phase.PEAK}]
    keyed = [
        sum(w.kind not in {Kind.EASY, Kind.LONG, Kind.STRIDES} for w in week) for week in weeks
    ]
    return Fullest(
        km=max(sum(w.distance_m for w in week) for week in weeks) / 1000,
        longest_km=max(w.distance_m for week in weeks for w in week) / 1000,
        runs=max(map(len, weeks)),
        hard=sum(keyed) / len(keyed),
    )


def table() -> str:
    """Markdown, two tables: ours / theirs."""
    return f"{_marathon_table()}\n\n{_other_table()}"


def _marathon_table() -> str:
    heads = (
        "marathon", "km a week", "runs", "longest, km", "zones 1+2-3-4-5, %", "the taper falls by, %",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for volume, theirs in KNOPP.items():
        ours = marathon(volume)
        cells = (
            f"{volume} volume",
            f"{ours.km:.0f} / {theirs.km[0]} +- {theirs.km[1]}",
            f"{ours.runs:.1f} / {theirs.runs[0]} +- {theirs.runs[1]}",
            f"{ours.longest_km:.0f} / {theirs.longest_km[0]} +- {theirs.longest_km[1]}",
            (
                f"{'-'.join(f'{share:.0f}' for share in ours.zones)} / "
                f"{'-'.join(map(str, theirs.zones))}"
            ),
            f"{', '.join(f'{fall:.0f}' for fall in ours.falls)} / {KNOPP_FALLS}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _other_table() -> str:
    heads = ("plan", "fullest week, km", "longest, km", "runs", "hard sessions", "beside")
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for name, theirs in PUBLISHED.items():
        ours = fullest(name)
        cells = (
            name,
            f"{ours.km:.0f} / {_range(theirs.km)}",
            f"{ours.longest_km:.0f} / {_range(theirs.longest_km)}",
            f"{ours.runs} / {_range(theirs.runs)}",
            f"{ours.hard:.1f} / {_range(theirs.hard)}",
            theirs.source,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _laid_out(km, runs, pace, weeks, distance_m, **fields):
    """Every day of a plan for somebody who has run the marathon."""
    ran = (race(TODAY - timedelta(days=300), 42.195, 42.195 * pace * 0.93), *history(km, pace))
    plan, _ = plan_for(
        athlete=Athlete(zone=ZONE, runs_per_week=runs),
        goals=(goal_in(weeks, distance_m, **fields),),
        activities=ran,
        fitness=estimate(ran, TODAY),
        today=TODAY,
        laid_out_weeks=weeks + 1,
    )
    return plan


def _training(week):
    workouts = [day.workout.workout for day in week.days if day.workout]
    return [workout for workout in workouts if workout.kind is not Kind.RACE]


def _zones(weeks) -> tuple[float, ...]:
    """Per cent of the time by zone; a step of no known effort is easy."""
    took = Counter()
    for week in weeks:
        for workout in _training(week):
            mean = workout.distance_m / workout.duration_s
            for step in unrolled(workout.steps):
                value, target = step.duration.value or 0.0, step.target
                paced = target.type is TargetType.PACE and target.low and target.high
                speed = (target.low + target.high) / 2 if paced else mean
                seconds = value if step.duration.type is DurationType.TIME else value / speed
                took[ZONE_OF.get(effort_of(step), 4 if effort_of(step) else 2)] += seconds
    total = sum(took.values())
    return tuple(100 * took[zone] / total for zone in (2, 3, 4, 5))


if __name__ == "__main__":
    print(table())
