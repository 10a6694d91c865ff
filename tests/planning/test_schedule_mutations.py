"""Each guard of the generator is needed: without it lint finds plans unlawful.

Where two guards keep one rule, only the one without which a plan goes wrong is here. What a break
takes from a week that stands (R-3) lint cannot see: `tests.planning.schedule.test_adapt` does.
"""

from tests.mutations import ROOT, Mutation, run

LAWFUL = ("tests/planning/schedule/test_lawful.py",)
GRID = ("tests/planning/schedule/test_worth.py",)  # hours are the athlete's, and no rule of lint's
BEGUN = ("tests/planning/schedule/test_beginning.py",)
RETURNING = ("tests/planning/schedule/test_returning.py",)
DRAFT, LONG, WEEK = (f"planning/schedule/{name}.py" for name in ("draft", "long_run", "week"))
GROUND = "planning/schedule/ground.py"
MILEAGE, TAPER, SHAPE = (f"planning/schedule/{name}.py" for name in ("mileage", "taper", "shape"))
DAYS, LIMITS, MENU = (f"planning/schedule/{name}.py" for name in ("days", "limits", "menu"))
EASY = "planning/schedule/easy_week.py"
RACE_DAY = "planning/schedule/library/race_day.py"
SEASON = "planning/goals/season.py"


def broken(name: str, module: str, old: str, new: str, tests: tuple[str, ...] = LAWFUL) -> Mutation:
    return Mutation(f"schedule: {name}", module, old, new, tests)


MUTATIONS = (
    broken("P-2", MILEAGE, "PLANNED_LONGEST_RISE = 1.08", "PLANNED_LONGEST_RISE = 1.3"),
    broken("P-2 long run", LONG, "if limit_m < aimed_m:", "if limit_m < 0:"),
    broken(
        "P-2 hard session",
        WEEK,
        "limit_m=min(most_m, week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE))",
        "limit_m=most_m",
    ),
    broken(
        "P-2 easy run",
        EASY,
        "            week.mileage.run_limit_m(day, rise=PLANNED_LONGEST_RISE),\n            before_race_m",
        "            9e9,\n            before_race_m",
    ),
    broken(
        "P-2 after a month off",
        MILEAGE,
        "min(0.5 * self.longest_within(day, 180), 8_000.0)",
        "self.longest_within(day, 180)",
    ),
    broken("P-2 of what stands", LIMITS, "metres > mileage.run_limit_m(day) + 1", "metres > 9e9"),
    broken(
        "P-3",
        MILEAGE,
        "PLANNED_WEEK_RISE, PLANNED_WEEK_RISE_M = 1.07, 2_500.0",
        "PLANNED_WEEK_RISE, PLANNED_WEEK_RISE_M = 1.6, 12_000.0",
    ),
    broken("P-3 after a race", MILEAGE, "return min(race_m, max(longest, ALWAYS_ALLOWED_M))", "return race_m"),
    broken("P-3 level of before", MILEAGE, "min(behind, self.peak_m(monday))", "1.3 * behind"),
    broken("P-3 of what was run", DRAFT, "volume_m=max(volume_m - done_m, 0.0)", "volume_m=volume_m"),
    broken("P-1", SEASON, "LIGHT_SHARE = 0.75", "LIGHT_SHARE = 1.0"),
    broken(
        "M-2 lighter weeks",
        SEASON,
        "light_every = MASTERS_LIGHT_EVERY if master else LIGHT_EVERY",
        "light_every = 7 if master else LIGHT_EVERY",
    ),
    broken(
        "P-5", DRAFT, "new_m = min(wanted_m, max(ceiling_m, held_m))", "new_m = 3 * wanted_m + 9e4"
    ),
    broken("P-5 one and a half", MILEAGE, "max(1.5 * max(means), least_m)", "max(3.0 * max(means), least_m + 3e4)"),
    broken("L-1 length", LONG, "aimed_m = min(wanted_m, far_m, most_m)", "aimed_m = min(1.3 * max(wanted_m, far_m), most_m)"),
    broken("L-1 share in a taper", TAPER, "if long_m <= most_m:", "if True:", GRID),
    broken("I-6 and M-2", GROUND, "3 if master else 2", "1"),
    broken("M-2", GROUND, "3 if master else 2", "2"),
    broken("I-6 days", DAYS, "if far_enough(days, from_days=around, gap=gap)", "if True"),
    broken(
        "I-6 week before",
        DRAFT,
        "hard_days=frozenset(hard_near | {race.day for race in races})",
        "hard_days=frozenset({race.day for race in races})",
    ),
    broken("I-5", TAPER, "if not too_hard([*standing,", "if True or not too_hard([*standing,"),
    broken("B-1", GROUND, "1 if so_far.hard else 0", "1"),
    broken("B-1 strides", GROUND, "strides=so_far.strides", "strides=True"),
    broken("B-1 of what stands", LIMITS, "spared = _spared(days, room)", "spared = {}", BEGUN),
    broken("B-1 runs", GROUND, "most = 3 if beginner and not athlete.runs_per_week else 7", "most = 7"),
    broken(
        "B-1 walking",
        "planning/schedule/beginning.py",
        "Begun(regular, RUN_S[regular // 2] if walks else None)",
        "Begun(regular, None)",
    ),
    broken("T-3", TAPER, "max(share * week.peak_m, LEAST_M) * unfinished", "9e9"),
    broken("T-4", WEEK, "week.habits.hard_sessions - used - minor, 0", "week.habits.hard_sessions, 0"),
    broken("T-4 one session", MENU, "chosen.themes[: allowed - chosen.race_pace_long]", "chosen.themes"),
    broken("T-4 whole week", SEASON, "days |= {monday + timedelta(days=n) for n in range(7)} - {race.day}", "pass"),
    broken("T-5 before and after", SEASON, "before, after = 2, demand_of(race)", "before, after = 0, 0 * demand_of(race)"),
    broken("T-5 days", WEEK, "if day not in blocked and not any", "if not any"),
    broken("T-5 rest", SHAPE, "for n in (1, 2)", "for n in ()"),
    broken("G-2", RACE_DAY, "Segment(0.12, 0.985,", "Segment(0.12, 1.04,"),
    broken("a race on its day", WEEK, "if goal.day not in placed and goal.day", "if goal.priority is Priority.A and goal.day"),
    broken("the athlete's days", SHAPE, "and day.weekday() in week.habits.weekdays", ""),
    broken("T-5 a half that counts little", SEASON, "after if race.distance_m > FAR_M else 1", "1", RETURNING),
    broken("T-5 a marathon that counts little", SEASON, "or (race.distance_m or 0.0) > MARATHON_LIKE_M", "", RETURNING),
    broken("T-1 race week", EASY, "((3, 0.35), (5, 0.5))", "((3, 9.0), (5, 9.0))", RETURNING),
    broken("T-1 last long run", LONG, "LAST_LONG_SHARE = 10, 0.7", "LAST_LONG_SHARE = 10, 9.0", RETURNING),
    broken("T-4 the week before", SEASON, "B_RACE_EVE_SHARE = 0.85", "B_RACE_EVE_SHARE = 1.0", RETURNING),
    broken("P-1 behind a recovery", SEASON, "light and _recovery_share(first - timedelta(weeks=1), races) == 1.0", "light", RETURNING),
    broken("P-2 remembered in recovery", LONG, "LONG_AGAIN_SHARE = 0.5", "LONG_AGAIN_SHARE = 0.9", RETURNING),
    broken("P-3 warm-ups", WEEK, "placed = drawn_out(week, placed, left_m)", "pass", RETURNING),
    broken("hours", DRAFT, "if hours else math.inf", "if hours and hours > 99 else math.inf", GRID),
)  # fmt: skip

QUICK = ("P-2",)


def test_a_broken_guard_is_noticed():
    chosen = [each for each in MUTATIONS if each.name.removeprefix("schedule: ") in QUICK]
    assert dict(run(chosen, examples=12)) == {chosen[0].name: True}


def test_every_guard_still_stands_where_it_is_broken():
    """Or the long proof would say so only the day it is run."""
    for each in MUTATIONS:
        assert (ROOT / each.module).read_text().count(each.old) == 1, each.name
