import dataclasses
import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.athlete import Athlete
from planning.breaks import Break, BreakKind, Breaks
from planning.completeness import Withheld
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.replan import State, foretell, replan
from planning.schedule.mileage import mileage_of
from planning.schedule.plan import DayStatus, Layer, LayerKind
from planning.weather import Weather
from tests.planning.athletes import MONDAY, race, ride, run, runs
from tests.sizes import FIXED, examples

EXAMPLES = examples(10)
ATHLETE = Athlete(ZoneInfo("Europe/Berlin"))
WEEKS = 20
TODAY = MONDAY + timedelta(weeks=WEEKS)  # a Monday
HISTORY = runs(WEEKS, 50, 335)


def goal(target_s=11_700.0, distance_m=MARATHON_M, weeks=14, ident="g1", **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    day = TODAY + timedelta(weeks=weeks, days=-1)
    priority = fields.pop("priority", Priority.A)
    return Goal(ident, kind, priority, day, distance_m, target_s, **fields)


def state(*goals, activities=HISTORY, **fields):
    return State(ATHLETE, tuple(activities), goals, **fields)


def lived(goals, activities, *, days, start=TODAY):
    """Day after day, each from the closing of the one before."""
    closing, told = None, []
    for number in range(days):
        day = start + timedelta(days=number)
        outcome = replan(state(*goals, activities=activities, closing=closing), day)
        closing = outcome.closing
        told.append(outcome)
    return told


def test_one_door_gives_ability_forecast_plan_and_news():
    outcome = replan(state(goal()), TODAY)
    assert outcome.ability.ln_speed is not None
    assert [one.distance_m for one in outcome.distances] == [5_000, 10_000, HALF_M, MARATHON_M]
    assert outcome.forecasts[0].goal_id == "g1"
    assert outcome.plan is not None
    assert outcome.plan.goal_ids == ("g1",)
    assert outcome.news == ()
    assert outcome.closing.forecasts == outcome.forecasts


@settings(deadline=None, derandomize=FIXED, max_examples=EXAMPLES)
@given(st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(chance):
    activities = chance.sample(HISTORY, len(HISTORY))
    goals = (goal(), goal(5_400.0, HALF_M, 8, "g2"), goal(None, MARATHON_M, 30, "g3"))
    want = replan(state(*goals), TODAY)
    shuffled = chance.sample(goals, len(goals))
    assert replan(state(*shuffled, activities=activities), TODAY) == want


def test_two_races_of_a_day_are_told_in_the_order_they_were_run():
    day = TODAY + timedelta(days=1)
    closing = replan(state(goal()), TODAY).closing
    first = race(day, 5.0, 1_260)
    second = race(day, 10.0, 2_700, start_at=first.start_at + timedelta(hours=3))
    for races in ((first, second), (second, first)):
        told = replan(state(goal(), activities=[*HISTORY, *races], closing=closing), day)
        assert told.news[0].title == "Race: 5K in 21:00; Race: 10K in 45:00"


def test_doing_it_again_the_same_day_gives_the_same():
    yesterday = replan(state(goal()), TODAY).closing
    again = TODAY + timedelta(days=1)
    known = state(goal(), activities=[*HISTORY, run(again, 12.0, 330)], closing=yesterday)
    assert replan(known, again) == replan(known, again)


def test_today_is_never_input():
    closing = replan(state(goal()), TODAY).closing
    with pytest.raises(ValueError, match="cannot be the past"):
        replan(state(goal(), closing=closing), TODAY)


def test_later_activities_and_goals_are_not_looked_at():
    later = [
        race(TODAY + timedelta(days=1), 10.0, 1_700),
        run(TODAY + timedelta(days=2), 80.0, 300),
    ]
    stated = goal(ident="later", stated_on=TODAY + timedelta(days=1))
    want = replan(state(goal()), TODAY)
    assert replan(state(goal(), stated, activities=[*HISTORY, *later]), TODAY) == want


def test_retired_goals_are_not_forecast():
    retired = goal(ident="old", retired_on=TODAY)
    assert [one.goal_id for one in replan(state(goal(), retired), TODAY).forecasts] == ["g1"]
    still = dataclasses.replace(retired, retired_on=TODAY + timedelta(days=1))
    assert len(replan(state(goal(), still), TODAY).forecasts) == 2


@pytest.mark.parametrize("activities", [(), (ride(TODAY),), HISTORY[:2], HISTORY])
@pytest.mark.parametrize("goals", [(), (goal(),), (goal(None),), (goal(weeks=-2),)])
def test_any_state_has_an_outcome(activities, goals):
    outcome = replan(state(*goals, activities=activities), TODAY)
    assert len(outcome.forecasts) == len(goals)
    assert all(one.message for one in outcome.forecasts)
    if not goals:
        assert outcome.plan is None
    replan(state(*goals, activities=activities, closing=outcome.closing), TODAY + timedelta(days=1))


def test_rides_teach_nothing_about_running():
    rides = tuple(ride(TODAY - timedelta(days=back)) for back in range(60))
    outcome = replan(state(goal(), activities=rides), TODAY)
    assert outcome.ability.ln_speed is None
    assert outcome.forecasts[0].status == "unknown"
    assert replan(state(goal(), activities=[*HISTORY, *rides]), TODAY).ability == (
        replan(state(goal()), TODAY).ability
    )


@settings(deadline=None, derandomize=FIXED, max_examples=EXAMPLES)
@given(
    st.floats(2_300, 2_900),
    st.floats(0.95, 0.999),
    st.sampled_from([11_700, 12_600, 14_400, 1_150]),
)
def test_a_faster_race_moves_the_middle_no_slower(time_s, factor, target_s):
    stated = goal(float(target_s), MARATHON_M if target_s > 5_000 else 5_000.0)

    def after(seconds):
        raced = race(TODAY, 10.0, seconds)
        return replan(state(stated, activities=[*HISTORY, raced]), TODAY).forecasts[0]

    slow, fast = after(time_s), after(time_s * factor)
    assert fast.median_s <= slow.median_s + 1e-9


def test_status_waits_three_closings_and_a_race_moves_it_at_once():
    # a day's chance far below what the first closing says
    first = replan(state(goal()), TODAY)
    ahead = dataclasses.replace(first.forecasts[0], status="ahead")
    closing, statuses = dataclasses.replace(first.closing, forecasts=(ahead,)), []
    for day in range(1, 6):
        outcome = replan(state(goal(), closing=closing), TODAY + timedelta(days=day))
        closing = outcome.closing
        statuses.append(outcome.forecasts[0].status)
    final = first.forecasts[0].status
    assert final != "ahead"
    assert statuses == ["ahead"] * 3 + [final] * 2

    raced = race(TODAY + timedelta(days=1), 10.0, 2_700)
    closing = dataclasses.replace(first.closing, forecasts=(ahead,))
    outcome = replan(
        state(goal(), activities=[*HISTORY, raced], closing=closing), TODAY + timedelta(days=1)
    )
    assert outcome.forecasts[0].status != "ahead"
    assert outcome.news[0].key == f"race:{raced.day.isoformat()}"


def test_quiet_days_that_were_not_planned_come_to_the_same_status():
    first = replan(state(goal()), TODAY)
    ahead = dataclasses.replace(first.forecasts[0], status="ahead")
    closing = dataclasses.replace(first.closing, forecasts=(ahead,))
    second = replan(state(goal(), closing=closing), TODAY + timedelta(days=1)).closing
    skipped = replan(state(goal(), closing=second), TODAY + timedelta(days=4))
    assert skipped.forecasts[0].status == first.forecasts[0].status
    early = replan(state(goal(), closing=second), TODAY + timedelta(days=3))
    assert early.forecasts[0].status == "ahead"


def test_a_steady_month_is_told_four_times_and_no_key_twice():
    year = runs(WEEKS + 5, 50, 335, race_every=0)
    outcomes = lived((goal(weeks=20),), year, days=29)
    news = [item for outcome in outcomes for item in outcome.news]
    assert all(len(outcome.news) <= 1 for outcome in outcomes)
    assert len({item.key for item in news}) == len(news)
    weeks = [item for item in news if "runs," in item.body]
    assert len(weeks) == 4
    assert all("No runs" not in item.body for item in weeks)


def test_a_week_of_unknown_days_widens_the_forecast():
    last = TODAY - timedelta(days=9)
    quiet = [run for run in HISTORY if run.day <= last]

    def width(complete_until, **more):
        stated = state(goal(), activities=quiet, complete_until=complete_until, **more)
        told = replan(stated, TODAY).forecasts[0]
        return told.p90_s - told.p10_s

    # A week that is known to be off is come back from otherwise: the plan moves the middle a little.
    assert width(TODAY - timedelta(days=7)) == pytest.approx(width(TODAY), rel=0.005)
    assert width(TODAY - timedelta(days=8)) > width(TODAY)
    assert width(None) >= width(TODAY - timedelta(days=8))
    answer = Layer(LayerKind.SKIP, "any", on_day=TODAY - timedelta(days=2))
    assert width(None, layers=(answer,)) == width(TODAY)  # "I did not run" is an answer
    late = Layer(LayerKind.SKIP, "any", on_day=TODAY + timedelta(days=2))
    assert width(None, layers=(late,)) == width(None)  # what is skipped in advance is none


def test_a_day_off_that_was_said_is_heard_of():
    last = TODAY - timedelta(days=9)
    quiet = [run for run in HISTORY if run.day <= last]

    def width(*said):
        stated = state(goal(), activities=quiet, breaks=Breaks(said))
        told = replan(stated, TODAY).forecasts[0]
        return told.p90_s - told.p10_s

    def ill(first, until, **more):
        return Break("one", BreakKind.ILLNESS, first, until, **more)

    known = replan(state(goal(), activities=quiet, complete_until=TODAY), TODAY).forecasts[0]
    surely = known.p90_s - known.p10_s
    ago = [TODAY - timedelta(days=n) for n in range(10)]
    assert width(ill(ago[8], ago[7])) == pytest.approx(surely, rel=0.005)
    assert surely < width()
    assert width(ill(ago[9], ago[8])) > surely  # over a week of silence after it
    assert width(ill(ago[9], ago[1])) == surely  # the plan knows of it, and the silence is none
    # what is said of today says nothing of before
    assert width(ill(ago[0], ago[0])) == pytest.approx(width(), rel=0.005)
    little = Break("two", BreakKind.TRAVEL, ago[8], ago[1], minutes=40.0)
    assert width(little) == width()  # nobody said whether there was a run


def test_a_forecast_tells_of_the_break_that_the_race_lies_in():
    race_day = goal(weeks=2)

    def told(*said):
        known = state(race_day, goal(ident="far"), breaks=Breaks(said))
        return [each.message for each in replan(known, TODAY).forecasts]

    def ill(until):
        return Break("one", BreakKind.ILLNESS, TODAY, until)

    lies_in = "The day lies in your break, and the plan has no race on it."
    no_end = "Counted is no running at all until then: your break has no end yet."
    assert [said.endswith(lies_in) for said in told(ill(race_day.day))] == [True, False]
    assert [said.endswith(no_end) for said in told(ill(None))] == [True, True]
    trip = Break("two", BreakKind.TRAVEL, TODAY, race_day.day, minutes=40.0)
    for said in (*told(), *told(trip), *told(ill(TODAY))):
        assert "your break" not in said


def test_a_break_adds_nothing_where_no_race_is_foretold():
    off = Breaks((Break("one", BreakKind.ILLNESS, TODAY),))
    habit = Goal(
        "h", GoalKind.HEALTH, Priority.B, goal().day, None, from_day=TODAY, runs_per_week=3
    )
    kept_up = replan(state(habit, breaks=off), TODAY)
    unknown = replan(state(goal(), activities=HISTORY[:2], breaks=off), TODAY)
    assert kept_up.forecasts[0].probability is not None
    assert unknown.forecasts[0].probability is None
    for outcome in (kept_up, unknown):
        assert "your break" not in outcome.forecasts[0].message


def withheld_runs(count):
    days = [TODAY - timedelta(days=2 * n + 1) for n in range(count)]
    return tuple(
        Withheld("intervals", str(n), day, "They came from Strava.", "Connect Garmin there.")
        for n, day in enumerate(days)
    )


def test_where_over_a_fifth_is_withheld_nothing_is_foretold_and_nothing_grows():
    recent = [run for run in HISTORY if TODAY - timedelta(days=28) < run.day <= TODAY]
    others = [run for run in HISTORY if run not in recent] + recent[::2]
    few, many = withheld_runs(2), withheld_runs(8)
    plain = replan(state(goal(), activities=others), TODAY)
    little = replan(state(goal(), activities=others, withheld=few), TODAY)
    assert little.forecasts == plain.forecasts
    told = replan(state(goal(), activities=others, withheld=many), TODAY)
    (forecast,) = told.forecasts
    assert (forecast.status, forecast.median_s, forecast.probability) == ("unknown", None, None)
    assert "withheld by intervals" in forecast.message
    assert forecast.message.endswith("Connect Garmin there.")
    volumes = [week.volume_m for week in told.plan.weeks]
    held = mileage_of(others, today=TODAY, complete_until=TODAY).held_m(TODAY)
    assert max(volumes) <= held + 100 < max(week.volume_m for week in plain.plan.weeks)


def test_a_session_whose_recording_is_withheld_is_unknown_and_none_missed():
    closing = replan(state(goal()), TODAY).closing
    first, second = [day for day in closing.plan.days() if day.workout and day.day > TODAY][:2]
    today = second.day + timedelta(days=1)
    told = Withheld("intervals", "1", first.day, "It came from Strava.", "Connect Garmin there.")
    now = state(goal(), closing=closing, withheld=(told,), complete_until=second.day)
    plan = replan(now, today).plan
    statuses = {day.day: day.status for day in plan.days()}
    assert statuses[first.day] is DayStatus.UNKNOWN
    assert statuses[second.day] is DayStatus.MISSED


@pytest.mark.parametrize("source", ["intervals", "garmin"])
def test_days_of_which_the_recordings_are_withheld_are_no_break(source):
    """The athlete ran on; one source names the runs and keeps them, or another gives them."""
    gap = [TODAY - timedelta(days=back) for back in range(1, 22)]
    before = [run for run in HISTORY if run.day < gap[-1]]
    seen = tuple(Withheld(source, day.isoformat(), day, "", "") for day in gap)
    off, on = (
        replan(state(goal(), activities=before, complete_until=TODAY, withheld=kept), TODAY)
        for kept in ((), seen)
    )
    first, kept = off.plan.weeks[0].volume_m, on.plan.weeks[0].volume_m
    assert kept > first  # nobody is led back from a break that was none
    held = mileage_of(before, today=TODAY, complete_until=gap[-1]).held_m(TODAY)
    assert max(week.volume_m for week in on.plan.weeks) <= held + 100


def test_what_another_source_gave_is_not_missed():
    gone = [
        Withheld("intervals", run.id, run.day, "", "", run.start_at)
        for run in HISTORY
        if run.day > TODAY - timedelta(days=28)
    ]
    outcome = replan(state(goal(), withheld=tuple(gone)), TODAY)
    assert outcome.forecasts == replan(state(goal()), TODAY).forecasts


def test_the_goal_race_ends_the_goal_and_is_told():
    stated = goal(11_700.0, weeks=0)  # yesterday
    day = stated.day
    before = replan(state(stated), day - timedelta(days=1))
    assert before.forecasts[0].status != "done"
    history = [one for one in HISTORY if one.day != day] + [race(day, 42.4, 11_640)]
    outcome = replan(state(stated, activities=history, closing=before.closing), day)
    assert outcome.forecasts[0].status == "done"
    assert "met with 1:00 to spare" in outcome.news[0].body
    after = replan(
        state(stated, activities=history, closing=outcome.closing), day + timedelta(days=1)
    )
    assert after.forecasts[0].status == "done"
    assert all("status" not in item.key and "race" not in item.key for item in after.news)


def test_the_same_history_imported_in_another_order_over_time_is_the_same_today():
    chance = random.Random(1)
    outcomes = {
        replan(state(goal(), activities=chance.sample(HISTORY, len(HISTORY))), TODAY).forecasts
        for _ in range(4)
    }
    assert len(outcomes) == 1


# --- the day and the way to it ----------------------------------------------------------------------


def warm(on, temperature_c=24.0, source="athlete"):
    return Weather(source, on, temperature_c)


def test_the_weather_of_the_day_is_in_the_forecast_of_a_goal_and_is_said():
    stated = goal()
    cool = replan(state(stated), TODAY).forecasts[0]
    other_day = (warm(stated.day - timedelta(days=1)),)
    assert replan(state(stated, weather=other_day), TODAY).forecasts == (cool,)
    hot = replan(state(stated, weather=(warm(stated.day),)), TODAY).forecasts[0]
    assert hot.median_s > 1.04 * cool.median_s
    assert hot.probability < cool.probability
    assert "24 °C cost about" in hot.message
    assert "°C" not in cool.message


def test_a_race_too_near_another_says_that_its_price_is_not_counted():
    """The prices of a season count tired legs, a forecast of one race does not: said, not hidden."""
    half = goal(5_400.0, HALF_M, weeks=13, ident="g2")
    far = goal(5_400.0, HALF_M, weeks=6, ident="g2")
    for race_before, said in ((half, True), (far, False)):
        told = replan(state(goal(), race_before), TODAY).forecasts
        assert [("season ways" in each.message) for each in told] == [said, said]
    assert "the half marathon of" in replan(state(goal(), half), TODAY).forecasts[1].message


def test_that_no_weather_is_known_is_said_in_the_last_week_before_a_long_race():
    for weeks, distance_m, said in ((1, MARATHON_M, True), (3, MARATHON_M, False), (1, 1e4, False)):
        told = replan(state(goal(None, distance_m, weeks)), TODAY).forecasts[0].message
        assert ("No weather is known" in told) == said
    hot = state(goal(weeks=1), weather=(warm(goal(weeks=1).day),))
    assert "No weather is known" not in replan(hot, TODAY).forecasts[0].message


def test_the_forecast_is_of_the_plan_being_followed():
    stated = goal()
    outcome = replan(state(stated), TODAY)
    planned = foretell(state(stated), stated, today=TODAY, plan=outcome.plan)
    without = foretell(state(stated), stated, today=TODAY, plan=None)
    assert outcome.forecasts[0].median_s == planned.expected.median_s
    volume, taper = planned.effects
    assert (volume.what, taper.what) == ("volume", "taper")
    assert -0.005 < volume.ln_time < 0
    assert without.effects == ()
    assert planned.expected.median_s < without.expected.median_s
    assert planned.expected.sd_ln > without.expected.sd_ln
    assert "The taper, if run as planned" in outcome.forecasts[0].message


def test_no_plan_reads_a_forecast():
    stated = goal()
    cool = replan(state(stated), TODAY)
    hot = replan(state(stated, weather=(warm(stated.day, 33.0),)), TODAY)
    assert hot.forecasts[0].verdict != cool.forecasts[0].verdict
    assert hot.plan == cool.plan


def test_a_break_costs_at_once_where_it_is_known_to_be_one():
    day = TODAY + timedelta(days=20)
    rested = replan(state(goal(), complete_until=day), day)
    silent = replan(state(goal()), day)
    assert rested.distances[1].median_s > 1.02 * silent.distances[1].median_s
    assert [effect.what for effect in rested.effects] == ["break"]
    assert silent.effects == ()
    soon = goal(2_700.0, 10_000.0, weeks=3)
    stated = state(soon, complete_until=day)
    assert "The break still costs about" in replan(stated, day).forecasts[0].message
    assert "The break" not in replan(state(soon), day).forecasts[0].message


def test_a_race_asked_for_on_the_day_of_a_goal_is_foretold_as_that_goal():
    stated = goal()
    outcome = replan(state(stated), TODAY)
    asked = dataclasses.replace(stated, id="", priority=Priority.C)
    told = foretell(state(stated), asked, today=TODAY, plan=outcome.plan)
    assert "taper" in {effect.what for effect in told.effects}
    assert told.expected.median_s == outcome.forecasts[0].median_s


def test_any_race_is_foretold_as_goals_are_or_it_is_said_why_not():
    stated = goal(2_700.0, 15_000.0, priority=Priority.C)
    hot = state(weather=(warm(stated.day),))
    known = foretell(hot, stated, today=TODAY, plan=None)
    asked = foretell(hot, stated, today=TODAY, plan=None, temperature_c=15.0)
    assert known.expected.median_s > asked.expected.median_s
    assert "5 are needed" in foretell(state(activities=()), stated, today=TODAY, plan=None)
    hidden = tuple(Withheld("strava", str(n), TODAY - timedelta(n), "", "") for n in range(20))
    assert "withheld" in foretell(state(withheld=hidden), stated, today=TODAY, plan=None)
