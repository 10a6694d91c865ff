from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.athlete import Athlete, StatedFitness
from planning.fitness.ability import estimate
from planning.goals.assessment import assess
from planning.goals.drift import Running, running_of
from planning.goals.goal import HALF_M, MARATHON_M, TEN_K_M, Goal, GoalKind, Priority
from planning.goals.judging import assessment_lines
from planning.goals.needs import GATES, LONGEST_RUN
from planning.goals.offers import Offered
from planning.goals.wording import chance
from planning.replan import State, assessed, replan
from tests.planning.athletes import MONDAY, run, runs

WEEKS = 40
TODAY = MONDAY + timedelta(weeks=WEEKS)
RUNNER = runs(WEEKS, 55, 330)
BEGINNER = runs(WEEKS, 15, 400, race_every=0)


def goal(target_s=None, weeks=15, distance_m=MARATHON_M, name="", **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    day = TODAY + timedelta(weeks=weeks, days=6)
    told = {"kind": kind, "priority": Priority.A} | fields
    return Goal(name or "g", day=day, distance_m=distance_m, target_s=target_s, name=name, **told)


def assessment(wanted, *others, history=RUNNER, stated=None):
    state = State(
        Athlete(ZoneInfo("UTC"), stated=stated), history, (wanted, *others), complete_until=TODAY
    )
    outcome = replan(state, TODAY)
    said = next(told for told in outcome.forecasts if told.goal_id == wanted.id)
    told = assessed(state, wanted, today=TODAY, plan=outcome.plan, said=said)
    fresh = assessed(state, wanted, today=TODAY, plan=outcome.plan)
    assert fresh.forecast.probability == said.probability
    return told


def lines(*arguments, **fields):
    return list(assessment_lines(assessment(*arguments, **fields)))


def test_a_time_is_assessed_from_verdict_to_the_day_to_decide():
    town = goal(5_700.0, weeks=9, distance_m=HALF_M, name="Town half", priority=Priority.B)
    told = lines(goal(12_000.0), town)
    assert told[0].startswith("Current trajectory suggests a 3:")
    assert "aggressive but possible with a strong final build" in told[0]
    assert told[1].startswith("Stretch 3:05 (one in five), realistic 3:2")
    assert told[2].startswith("The same race today would take about 3:25; the goal asks for the")
    assert "In place: weekly distance, runs of 20 km or more." in told
    assert "By 28 February 2027: longest run of 26 km." in told
    assert any(
        line.startswith("Build (") and "race pace within the long run" in line for line in told
    )
    assert (
        "Choose between the versions by 7 March 2027: from then on training is set for the day."
        in told
    )
    assert told[-1].startswith(
        "Town half on 14 February 2027 tells most: the range of the forecast"
    )


def test_what_is_out_of_reach_gets_a_better_offer():
    told = assessment(goal(10_200.0))
    assert told.forecast.verdict == "not_by_then"
    (offer,) = told.offers
    assert offer.kind is Offered.TIME
    assert offer.goal.target_s == pytest.approx(told.forecast.realistic_s, abs=60)
    said = list(assessment_lines(told))
    assert said[-2].startswith("For that day 3:2")
    assert said[-1].startswith("No day within a year makes it more than a rare chance")
    assert "1 to 4 % a season" in said[-1]


def test_a_first_marathon_too_soon_is_told_the_day_the_distance_and_no_number():
    told = assessment(goal(weeks=9), history=BEGINNER)
    assert {offer.kind for offer in told.offers} == {Offered.DAY, Offered.DISTANCE}
    said = list(assessment_lines(told))
    assert "Finishing is unlikely (under 3 in 10)" in said[0]
    assert "%" not in " ".join(line for line in said if "inishing" in line)
    assert "which no safe progress reaches by then" in " ".join(said)
    assert told.decision is None
    assert told.required is None


def test_a_time_that_is_easy_is_no_promise_to_finish():
    told = assessment(goal(18_000.0, weeks=8), history=BEGINNER)
    assert told.forecast.verdict == "realistic"
    assert "finishing is unlikely" in told.forecast.message
    assert "finishing" not in assessment(goal(18_000.0)).forecast.message


def test_what_was_due_and_is_not_there_is_said_as_such():
    told = lines(goal(12_000.0, weeks=1))
    assert any(line.startswith("Was due by 22 November 2026") for line in told)
    assert any("too late for a test" in line for line in told)


def test_with_too_little_on_record_the_ground_is_judged_all_the_same():
    told = assessment(goal(14_400.0, weeks=20), history=(run(TODAY - timedelta(days=3), 5, 400),))
    assert told.forecast.status == "unknown"
    assert (told.required, told.decision) == (None, None)
    assert [offer.probability for offer in told.offers] == [None, None]
    assert "The marathon can be prepared for by" in " ".join(assessment_lines(told))


def test_a_habit_is_assessed_by_its_own_weeks():
    wanted = goal(weeks=12, distance_m=None, kind=GoalKind.HEALTH, runs_per_week=4, from_day=TODAY)
    told = assessment(wanted)
    assert told.habit.weeks_met == 26
    assert told.forecast.probability == told.habit.probability > 0.8
    assert (told.forecast.verdict, told.forecast.status) == ("conservative", "ahead")
    assert lines(wanted) == [told.forecast.message, *told.key_sessions]
    assert "4 days of running a week: held in 26 of the last 26 weeks" in told.forecast.message
    more = assessment(goal(weeks=12, distance_m=None, kind=GoalKind.HEALTH, runs_per_week=6))
    assert more.forecast.verdict == "not_by_then"


@pytest.mark.parametrize(
    ("asked", "lighter"),
    [
        ({"runs_per_week": 7}, (5, None)),
        ({"runs_per_week": 7, "hours_per_week": 7.0}, (3, 3.0)),
        ({"hours_per_week": 9.0}, (None, 3.5)),
    ],
)
def test_a_habit_that_will_hardly_last_gets_a_lighter_one(asked, lighter):
    """What is held: five days a week and five hours, about four in every fourth week."""
    wanted = goal(distance_m=None, kind=GoalKind.HEALTH, from_day=TODAY, **asked)
    (offer,) = assessment(wanted).offers
    assert offer.kind is Offered.HABIT
    assert (offer.goal.runs_per_week, offer.goal.hours_per_week) == lighter
    assert offer.probability >= 0.5
    assert lines(wanted)[-1].endswith(
        f"is likelier to last (a chance of {chance(offer.probability)})."
    )
    assert assessment(offer.goal).offers == ()


def test_a_race_that_is_over_has_nothing_more_to_assess():
    told = assessment(goal(12_000.0, weeks=-3))
    assert told.forecast.status == "done"
    assert list(assessment_lines(told)) == [told.forecast.message]


@pytest.mark.parametrize("distance_m", [5_000.0, TEN_K_M, HALF_M, MARATHON_M, 50_000.0, 100_000.0])
@pytest.mark.parametrize("history", [RUNNER, BEGINNER])
@pytest.mark.parametrize("weeks", [2, 8, 25, 45])
def test_steps_rise_to_the_need_and_no_faster_than_the_rules_allow(distance_m, history, weeks):
    told = assessment(goal(weeks=weeks, distance_m=distance_m), history=history)
    for what in GATES:
        steps = [step for step in told.steps if step.what == what]
        need = next(need for need in told.forecast.needs if need.what == what)
        values = [need.held, *(step.value for step in steps), need.value]
        assert values == sorted(values) or not steps
        assert all(step.value <= step.reachable for step in steps)
        assert all(TODAY < step.by_day < need.by_day for step in steps)
        assert not steps or (need.feasible and not need.met)
    assert told.key_sessions


def test_long_runs_are_counted_from_the_half_on():
    longest, _, often = assessment(goal(distance_m=HALF_M)).forecast.needs
    assert (longest.what, longest.value) == (LONGEST_RUN, 21_000)
    assert (often.what, often.value, often.unit) == ("runs of 16 km or more", 3, "runs")
    assert often.met
    assert not assessment(goal(distance_m=HALF_M), history=BEGINNER).forecast.needs[2].met
    assert len(assessment(goal(distance_m=TEN_K_M)).forecast.needs) == 2


def test_a_habit_whose_weeks_are_over_is_told_as_it_was_kept():
    kept = {"distance_m": None, "kind": GoalKind.HEALTH, "from_day": TODAY - timedelta(weeks=12)}
    told = assessment(goal(weeks=-1, runs_per_week=4, **kept))
    assert told.forecast.status == "done"
    assert "Held in 12 of 12 weeks; 10 were asked for: goal reached." in told.forecast.message
    more = assessment(goal(weeks=-1, runs_per_week=6, **kept)).forecast.message
    assert "Held in 0 of 12 weeks; 10 were asked for: not reached." in more


def test_what_the_athlete_says_to_hold_counts_until_there_is_a_record():
    wanted = goal(weeks=15)
    assert assessment(wanted, history=()).offers
    stated = StatedFitness(TODAY, weekly_m=50_000.0, longest_m=24_000.0)
    assert assessment(wanted, history=(), stated=stated).offers == ()


def test_another_race_is_foretold_training_as_usual_and_not_by_this_plan():
    fitness = estimate(RUNNER, TODAY)
    wanted = goal(12_000.0)
    state = State(Athlete(ZoneInfo("UTC")), RUNNER, (wanted,), complete_until=TODAY)
    told = replan(state, TODAY).forecasts[0]

    def tests_if(metres, known_until=TODAY):
        days = {TODAY + timedelta(days=n): metres for n in range(1, 105)}
        ran = running_of(RUNNER, None, today=TODAY).metres
        running = Running(ran | days, TODAY, known_until, max(days))
        found = assess(wanted, told, goals=(), fitness=fitness, activities=RUNNER, running=running)
        return [(test.expected.median_s, test.expected.sd_ln) for test in found.decision.tests]

    assert tests_if(14_000.0) == tests_if(2_000.0)
    silent = tests_if(14_000.0, known_until=TODAY - timedelta(weeks=5))
    assert all(unsure[1] > sure[1] for unsure, sure in zip(silent, tests_if(2e3), strict=True))
