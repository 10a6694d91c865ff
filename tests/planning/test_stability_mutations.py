"""Each guard of the stability contract is needed: the freeze, hysteresis, room for change, the past,
the athlete's word and hand, and that nothing is made up or called missed too soon.
"""

from tests.mutations import ROOT, Mutation, run

ADAPT = ("tests/planning/schedule/test_adapt.py",)
OWN = ("tests/planning/schedule/test_autonomy.py",)
PACING_TESTS = ("tests/planning/schedule/test_pacing.py", *ADAPT)
HAND_TESTS = ("tests/planning/schedule/test_hand.py", *ADAPT)
HEAT_TESTS = ("tests/planning/schedule/test_heat.py",)
OFF = ("tests/planning/schedule/test_time_off.py",)
RAN = ("tests/planning/schedule/test_execution.py",)
YEAR = ("tests/planning/schedule/test_seasons.py::test_a_year_of_several_goals",)
TEN_K = ("tests/stories/test_stories.py::test_a_ten_k_far_faster_than_expected",)
LIVED = ("tests/seasons/test_seasons.py",)
AUTONOMY, PACING, HAND = (f"planning/schedule/{name}.py" for name in ("autonomy", "pacing", "hand"))
STANDING, LIMITS, KNOWN = (
    f"planning/schedule/{name}.py" for name in ("standing", "limits", "known")
)
ADAPTING, OUTCOME, HEAT = (f"planning/schedule/{name}.py" for name in ("adapt", "outcome", "heat"))
CAUSES, TIME_OFF, RECEIPT = (
    f"planning/schedule/{name}.py" for name in ("causes", "time_off", "receipt")
)


def broken(name: str, module: str, old: str, new: str, tests: tuple[str, ...]) -> Mutation:
    return Mutation(f"stability: {name}", module, old, new, tests)


MUTATIONS = (
    broken("paces in the freeze", STANDING, "if day.workout is None or day.day < known.thaw:", "if day.workout is None:", TEN_K),
    broken("frozen days when asked anew", STANDING, "if not (anew and planned.day >= known.thaw)", "if not anew", ADAPT),
    broken("two days are frozen", LIMITS, "FREEZE_DAYS = 2", "FREEZE_DAYS = 0", ADAPT),
    broken("the week gives beyond the freeze first", LIMITS, "for first in (room.today + timedelta(days=FREEZE_DAYS), room.today):", "for first in (room.today,):", ADAPT),
    broken("less time puts nothing on frozen days", STANDING, "(shaped.is_off and planned.workout is not None)", "True", OFF),
    broken("the way back puts nothing on tomorrow", STANDING, "(shaped.is_off and planned.workout is not None)", "shaped.is_off", OFF),
    broken("no paces back on a frozen day", HEAT, "or not (hot or thawed)", "", HEAT_TESTS),
    broken("the past is as it was shown", STANDING, "own = [past.get(d.day, d) for d in plan.days()", "own = [d for d in plan.days()", ADAPT + LIVED),
    broken("one per cent", PACING, "MOVED_LN = 0.01", "MOVED_LN = 0.001", PACING_TESTS),
    broken("a race is seen once", PACING, "if day not in closing.races_seen]", "]", PACING_TESTS),
    broken("rounding hides a move", STANDING, "if workout.steps == planned.workout.steps:", "if False:", PACING_TESTS),
    broken("three in seven days", PACING, "MOST_MATERIAL, MATERIAL_DAYS = 3, 7", "MOST_MATERIAL, MATERIAL_DAYS = 9, 7", OWN),
    broken("seven days", PACING, "MOST_MATERIAL, MATERIAL_DAYS = 3, 7", "MOST_MATERIAL, MATERIAL_DAYS = 3, 99", OWN),
    broken("what waits is not made", ADAPTING, "left = without(known, closing_plan, held)", "left = known", OWN),
    broken("who is asked", AUTONOMY, "case Autonomy.ASK if material:", "case Autonomy.ASK if False:", OWN),
    broken("who wants none", AUTONOMY, "case Autonomy.NEVER:\n            return WaitsFor.NOTHING", "case Autonomy.NEVER:\n            pass", OWN),
    broken("quiet changes are not asked for", AUTONOMY, "case Autonomy.ASK if material:", "case Autonomy.ASK:", OWN),
    broken("yes for one day", AUTONOMY, "if answer.accepted and answer.day == known.today:", "if answer.accepted:", OWN),
    broken("yes for one way", AUTONOMY, "way = math.copysign(1.0, _moved(known))", "way = 1.0", OWN),
    broken("no until more is at stake", AUTONOMY, "if not answer.accepted and int(larger) >= size:", "if not answer.accepted:", OWN),
    broken("since when it waits", AUTONOMY, "since=before.since if before else known.today", "since=known.today", OWN),
    broken("a bad morning waits too", AUTONOMY, "if UNREADY in rules and known.wellness:", "if False:", OWN),
    broken("a bad morning counts", AUTONOMY, "OF_ITS_OWN = PACES | {UNREADY}", "OF_ITS_OWN = PACES", OWN),
    broken("material by 15 %", RECEIPT, "MATERIAL_SHARE, MATERIAL_TARGET = 0.15, 0.02", "MATERIAL_SHARE, MATERIAL_TARGET = 0.6, 0.02", ADAPT),
    broken("material by 2 %", RECEIPT, "MATERIAL_SHARE, MATERIAL_TARGET = 0.15, 0.02", "MATERIAL_SHARE, MATERIAL_TARGET = 0.15, 0.2", OWN),
    broken("missed when the sources are complete", OUTCOME, "if complete_until is not None and complete_until >= planned.day:", "if True:", ADAPT),
    broken("missed when the day is over", OUTCOME, "if planned.day >= today:", "if False:", ADAPT),
    broken("far targets rise on Mondays", ADAPTING, "if closing is None or not closing.weeks or closing.weeks[0].first_day != known.monday:", "if True:", ADAPT),
    broken("what is edited is not ours", HAND, "HOLDS = frozenset({LayerKind.EDIT, LayerKind.PIN})", "HOLDS = frozenset({LayerKind.PIN})", HAND_TESTS + HEAT_TESTS + LIVED),
    broken("what was moved is not softened", LIMITS, "and BY_HAND not in planned.why", "", RAN),
    broken("what was taken under the hand", HAND, "if said.issuperset(each.under) and each.ident in now", "if each.ident in now", HAND_TESTS),
    broken("a hand that is settled", HAND, "return tuple(stands[d.day] if d.day in moved else d for d in days)", "return tuple(days)", HAND_TESTS),
    broken("nothing into the past", HAND, "if planned.day < today or there.day < today or planned.status is DayStatus.DONE:", "if planned.status is DayStatus.DONE:", HAND_TESTS),
    broken("only what gives way", HAND, "there.workout.workout.kind not in GIVES_WAY or there.status is DayStatus.DONE", "there.status is DayStatus.DONE", HAND_TESTS),
    broken("a break taken back leaves no trace", ADAPTING, "made = _made(known, stands, time_off.without(shown), known.shaping)", "made = _made(known, stands, shown, known.shaping)", OFF),
    broken("a goal that is over is none that was given up", KNOWN, "- {goal.id for goal in self.past}", "", YEAR),
    broken("one hard run moves one session", STANDING, "gap_days=self.known.gap_days,", "gap_days=9,", ADAPT),
    broken("the hand is told apart", CAUSES, "if not reads_alike(before, by_hand):", "if False:", LIVED + ADAPT),
)  # fmt: skip

QUICK = ("three in seven days",)


def test_a_broken_guard_is_noticed():
    chosen = [each for each in MUTATIONS if each.name.removeprefix("stability: ") in QUICK]
    assert all(killed for _, killed in run(chosen, examples=12))


def test_every_guard_still_stands_where_it_is_broken():
    """Or the long proof would say so only the day it is run."""
    for each in MUTATIONS:
        assert (ROOT / each.module).read_text().count(each.old) == 1, each.name
