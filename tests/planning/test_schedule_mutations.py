"""Each guard of the generator is needed: without it the lint finds plans of the grid unlawful."""

from tests.mutations import Mutation, run

GRID = ("tests/planning/schedule/test_worth.py",)
DRAFT, LONG, WEEK = (f"planning/schedule/{name}.py" for name in ("draft", "long_run", "week"))
MILEAGE, TAPER, SHAPE = (f"planning/schedule/{name}.py" for name in ("mileage", "taper", "shape"))
SEASON = "planning/goals/season.py"


def broken(name: str, module: str, old: str, new: str, tests: tuple[str, ...] = GRID) -> Mutation:
    return Mutation(f"schedule: {name}", module, old, new, tests)


MUTATIONS = (
    broken("P-2", MILEAGE, "PLANNED_LONGEST_RISE = 1.08", "PLANNED_LONGEST_RISE = 1.3"),
    broken(
        "P-3",
        MILEAGE,
        "PLANNED_WEEK_RISE, PLANNED_WEEK_RISE_M = 1.07, 2_500.0",
        "PLANNED_WEEK_RISE, PLANNED_WEEK_RISE_M = 1.6, 12_000.0",
    ),
    broken("P-1", SEASON, "LIGHT_SHARE = 0.75", "LIGHT_SHARE = 1.0"),
    broken(
        "P-5", DRAFT, "new_m = min(wanted_m, max(ceiling_m, held_m))", "new_m = 3 * wanted_m + 9e4"
    ),
    broken(
        "L-1",
        LONG,
        "most_share = 0.56 if week.volume_m < 40_000 else 0.48",
        "most_share = 0.9",
    ),
    broken("I-6 and M-2", DRAFT, "3 if ground.master else 2", "1"),
    broken("I-5", TAPER, "if not too_hard([*standing,", "if True or not too_hard([*standing,"),
    broken("B-1", DRAFT, "1 if regular >= NO_HARD_WEEKS else 0", "1"),
    broken("T-3", TAPER, "max(share * week.peak_m, LEAST_M) * unfinished", "9e9"),
    broken("T-4", WEEK, "week.habits.hard_sessions - used - minor, 0", "week.habits.hard_sessions, 0"),
    broken("T-5 before and after", SEASON, "before, after = 2, demand_of(race)", "before, after = 0, 0 * demand_of(race)"),
    broken("T-5 rest", SHAPE, "for n in (1, 2)", "for n in ()"),
    broken("the athlete's days", SHAPE, "and day.weekday() in week.habits.weekdays", ""),
    broken("hours", DRAFT, "if hours else math.inf", "if hours and hours > 99 else math.inf"),
)  # fmt: skip

QUICK = ("P-2",)


def test_a_broken_guard_is_noticed():
    chosen = [each for each in MUTATIONS if each.name.removeprefix("schedule: ") in QUICK]
    assert dict(run(chosen, examples=12)) == {chosen[0].name: True}
