import dataclasses
from datetime import date, timedelta

from planning.athlete import Units
from planning.closing import Closing, new_race_days
from planning.fitness.ability import AbilityToday
from planning.goals.goal import MARATHON_M, Goal, GoalKind, Priority
from planning.goals.trajectory import GoalForecast
from planning.news import news_of
from planning.schedule.plan import Change, Phase, Plan, PlanWeek
from tests.planning.athletes import race, ride, run

WEDNESDAY = date(2026, 3, 11)
MONDAY = date(2026, 3, 16)
GOAL = Goal("g1", GoalKind.TIME, Priority.A, date(2026, 10, 4), MARATHON_M, 11_700.0)
NOTHING = AbilityToday(None, None, 0, "")


def forecast(status="on_track", probability=0.6, **fields):
    told = {
        "goal_id": "g1",
        "status": status,
        "verdict": "realistic",
        "median_s": 11_500.0,
        "p10_s": 10_800.0,
        "p90_s": 12_300.0,
        "probability": probability,
        "stretch_s": 11_000.0,
        "realistic_s": 11_500.0,
        "conservative_s": 12_000.0,
        "needs": (),
        "message": f"The message of {status}.",
    }
    return GoalForecast(**(told | fields))


def closing(day, *forecasts, plan=None, race_days=()):
    return Closing(day, plan, NOTHING, forecasts or (forecast(),), race_days)


def change(sentence, *, material=True, fact="a session was missed"):
    return Change(WEDNESDAY, "g1-2026w11-1", fact, "R-2", "", "", sentence, material)


def told(now, *, before=None, activities=(), changes=(), goals=(GOAL,), **fields):
    before = before or closing(now.day - timedelta(days=1))
    return news_of(before, now, goals=goals, activities=activities, changes=changes, **fields)


def test_silence_when_nothing_crossed_and_nothing_came():
    calm = closing(WEDNESDAY, forecast(probability=0.7))
    assert told(calm, activities=[run(WEDNESDAY, 10.0, 330)]) == ()


def test_the_first_day_of_all_is_no_news():
    first = closing(MONDAY, forecast("behind"), race_days=(MONDAY,))
    said = news_of(None, first, goals=[GOAL], activities=[race(MONDAY, 10, 2_600)], changes=[])
    assert said == ()


def test_a_status_that_moved_is_told_with_both_words():
    (item,) = told(closing(WEDNESDAY, forecast("behind")))
    assert item.key == "status:g1:behind:2026-03-10"
    assert item.title == "Marathon in 3:15: behind"
    assert item.body == "Was on track, is behind. The message of behind."


def test_two_goals_that_moved_are_one_message():
    goals = [GOAL, dataclasses.replace(GOAL, id="g2", name="Spring 10K")]
    before = closing(WEDNESDAY - timedelta(days=1), forecast(), forecast(goal_id="g2"))
    now = closing(WEDNESDAY, forecast("behind"), forecast("ahead", goal_id="g2"))
    (item,) = told(now, before=before, goals=goals)
    assert item.key == "status:g1:behind,g2:ahead:2026-03-10"
    assert item.title == "Marathon in 3:15: behind; Spring 10K: ahead"


def test_what_the_athlete_changed_is_no_news_to_the_athlete():
    before = closing(WEDNESDAY - timedelta(days=1), forecast(statement="3:30"))
    now = closing(WEDNESDAY, forecast("behind", statement="3:15"), forecast("ahead", goal_id="new"))
    goals = [GOAL, dataclasses.replace(GOAL, id="new")]
    assert told(now, before=before, goals=goals) == ()


def test_only_material_changes_are_told_once_each():
    changes = [
        change("Thursday becomes easy, because a session was missed (rule R-2)."),
        change("Thursday becomes easy, because a session was missed (rule R-2)."),
        change("Sunday becomes 18 km, because a session was missed (rule R-2)."),
        change("Monday becomes rest, because you asked (rule R-2).", fact="you asked"),
        change("A repair.", material=False),
    ]
    (item,) = told(closing(WEDNESDAY), changes=changes)
    assert item.key == "plan:2026-03-10"
    assert item.body.splitlines() == [
        "Because a session was missed (rule R-2):",
        "  Thursday becomes easy",
        "  Sunday becomes 18 km",
        "Monday becomes rest, because you asked (rule R-2).",
    ]
    assert told(closing(WEDNESDAY), changes=changes[-1:]) == ()


def test_days_on_which_nothing_becomes_known_repeat_nothing():
    """No such day closes, so the next one sees the same changes since the same closing."""
    before, changes = closing(WEDNESDAY - timedelta(days=1)), [change("Sunday is shorter.")]
    days = [WEDNESDAY + timedelta(days=n) for n in range(3)]
    plans = [told(closing(day), before=before, changes=changes) for day in days]
    assert len({item.key for (item,) in plans}) == 1
    moved = [told(closing(day, forecast("behind")), before=before) for day in days]
    assert len({item.key for (item,) in moved}) == 1


def test_what_comes_together_is_told_together_weightiest_first():
    (item,) = told(closing(MONDAY, forecast("behind")), changes=[change("Sunday is shorter.")])
    assert item.key.startswith("status:")
    order = [item.body.index(word) for word in ("Was on track", "The plan has", "Week 11")]
    assert order == sorted(order)
    (item,) = told(closing(MONDAY), changes=[change("Sunday is shorter.")])
    assert item.key == "plan:2026-03-15"


def test_a_race_is_told_with_what_it_did():
    raced = race(WEDNESDAY, 10.0, 2_520)
    now = closing(WEDNESDAY, forecast("ahead", 0.82), race_days=(WEDNESDAY,))
    (item,) = told(now, activities=[raced])
    assert item.key == "race:2026-03-11"
    assert item.title == "Race: 10K in 42:00"
    assert item.body == "Marathon in 3:15: chance about 60 % before, about 80 % now; ahead."
    now = closing(WEDNESDAY, forecast(probability=0.61), race_days=(WEDNESDAY,))
    (item,) = told(now, activities=[raced])
    assert item.body == "Marathon in 3:15: chance still about 60 %."
    now = closing(WEDNESDAY, race_days=(WEDNESDAY,))
    (item,) = news_of(
        dataclasses.replace(closing(WEDNESDAY - timedelta(days=1)), forecasts=()),
        dataclasses.replace(now, forecasts=()),
        goals=(),
        activities=[raced],
        changes=(),
    )
    assert item.body == "It counts in the estimate."


def test_a_race_and_the_rest_of_the_day_are_two_messages_at_most():
    raced = race(MONDAY, 10.0, 2_520)
    now = closing(MONDAY, forecast("ahead", 0.82), race_days=(MONDAY,))
    keys = [item.key for item in told(now, activities=[raced], changes=[change("Slower.")])]
    assert keys == ["race:2026-03-16", "plan:2026-03-15"]


def test_the_race_of_the_goal_tells_how_it_ended():
    day = WEDNESDAY
    done = forecast("done", None, message="marathon on 11 March 2026: 3:14:15. Met.")
    (item,) = told(closing(day, done, race_days=(day,)), activities=[race(day, 42.3, 11_655)])
    assert item.body == done.message


def test_how_a_goal_ended_is_told_once():
    done = forecast("done", None, message="Met.")
    before = closing(WEDNESDAY - timedelta(days=1), done)
    now = closing(WEDNESDAY, done, race_days=(WEDNESDAY,))
    (item,) = told(now, before=before, activities=[race(WEDNESDAY, 10.0, 2_520)])
    assert "Met." not in item.body


def test_a_race_that_comes_in_late_is_told_and_an_old_one_is_history():
    before = closing(WEDNESDAY - timedelta(days=1))
    for age, count in ((0, 1), (2, 1), (6, 1), (7, 0), (400, 0)):
        raced = race(WEDNESDAY - timedelta(days=age), 10.0, 2_520)
        now = closing(WEDNESDAY, race_days=(raced.day,))
        assert len(told(now, before=before, activities=[raced])) == count
    known = dataclasses.replace(before, race_days=(WEDNESDAY - timedelta(days=2),))
    raced = race(WEDNESDAY - timedelta(days=2), 10.0, 2_520)
    now = closing(WEDNESDAY, race_days=(raced.day,))
    assert told(now, before=known, activities=[raced]) == ()


def test_an_older_closing_without_race_days_counts_those_up_to_its_day_as_known():
    before = dataclasses.replace(closing(WEDNESDAY), race_days=None)
    days = (WEDNESDAY - timedelta(days=9), WEDNESDAY, MONDAY)
    assert new_race_days(before, days) == (MONDAY,)


def plan(first_day, volume_m):
    weeks = tuple(
        PlanWeek(first_day + timedelta(weeks=week), Phase.BUILD, "", volume_m + 2_000 * week, 0.0)
        for week in range(3)
    )
    return Plan("v", first_day, ("g1",), None, weeks)


LAST_WEEK = [
    run(date(2026, 3, 8), 30.0, 330),  # the Sunday before
    run(date(2026, 3, 9), 10.2, 330),
    run(date(2026, 3, 12), 12.0, 330),
    ride(date(2026, 3, 13)),
    run(date(2026, 3, 15), 24.0, 330),
    run(date(2026, 3, 16), 9.0, 330),  # today
]


def test_the_week_that_is_over_is_told_in_a_few_lines():
    weeks = plan(date(2026, 3, 9), 50_000)
    before = closing(date(2026, 3, 15), plan=weeks)
    (item,) = told(closing(MONDAY, plan=weeks), before=before, activities=LAST_WEEK)
    assert item.key == "week:2026-W11"
    assert item.body.splitlines() == [
        "3 runs, 46 km, longest 24 km.",
        "Planned were 50 km.",
        "This week: build, 52 km.",
        "Marathon in 3:15: on track, 3:12 (3:00 to 3:25), chance about 60 %.",
    ]


def test_the_digest_is_told_once_and_not_lost_when_nothing_ran_on_monday():
    tuesday = closing(MONDAY + timedelta(days=1))
    keys = {item.key for item in told(tuesday, before=closing(date(2026, 3, 15)))}
    assert keys == {"week:2026-W11"}
    assert told(tuesday, before=closing(MONDAY)) == ()


def test_a_drive_home_on_the_watch_is_no_distance_of_the_week():
    drive = run(date(2026, 3, 12), 42, 71, usable=False, reasons=("it was no run",))
    before = closing(date(2026, 3, 15))
    (plain,) = told(closing(MONDAY), before=before, activities=LAST_WEEK)
    (item,) = told(closing(MONDAY), before=before, activities=(*LAST_WEEK, drive))
    count, _, plainly = plain.body.partition(",")
    assert item.body.partition(",")[2] == plainly
    assert count != item.body.partition(",")[0]


def test_a_week_without_runs_is_told_without_reproach():
    (item,) = told(closing(MONDAY), activities=[])
    assert item.body.splitlines()[0] == "No runs on record."


def test_miles_for_those_who_think_in_miles():
    (item,) = told(closing(MONDAY), activities=LAST_WEEK, units=Units.IMPERIAL)
    assert item.body.splitlines()[0] == "3 runs, 29 miles, longest 15 miles."


def test_iso_weeks_belong_to_their_iso_year():
    (item,) = told(closing(date(2027, 1, 4)))
    assert item.key == "week:2026-W53"
