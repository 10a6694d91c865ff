from datetime import date

import pytest

from planning.fitness.prediction import Prediction
from planning.goals.adherence import Adherence
from planning.goals.goal import HALF_M, MARATHON_M, Goal, GoalKind, Priority
from planning.goals.needs import LONGEST_RUN, WEEKLY_DISTANCE, Need
from planning.goals.rates import Required
from planning.goals.sentence import finish_message, habit_message, time_message

ASKED = " % more speed than today's race would have"
DAY = date(2026, 10, 4)
MARATHON = Prediction(MARATHON_M, 12_120.0, 0.07)
FIVE_K = Prediction(5_000.0, 1_185.0, 0.05)


def goal(target_s, distance_m=MARATHON_M, **fields):
    kind = GoalKind.TIME if target_s else GoalKind.COMPLETION
    return Goal("g", kind, Priority.A, DAY, distance_m, target_s, **fields)


def need(what=LONGEST_RUN, value=30_000.0, **fields):
    return Need(what, date(2026, 9, 6), value, "m", **({"met": False} | fields))


def asked(target_s, weeks, today_s=12_120.0):
    return Required(today_s, target_s, 2_640.0, weeks)


BETWEEN = "Eight in ten such forecasts end between 3:05 and 3:41."


@pytest.mark.parametrize(
    ("target_s", "message"),
    [
        (
            13_200,
            (
                "Current trajectory suggests a 3:22 marathon. Goal of 3:40 is well within reach; "
                f"3:10 would be the stretch version. {BETWEEN} The chance of 3:40 is about 90 %."
            ),
        ),
        (
            12_300,
            (
                "Current trajectory suggests a 3:22 marathon. Goal of 3:25 is realistic with steady "
                f"training. {BETWEEN} The chance of 3:25 is about 60 %."
            ),
        ),
        (
            11_700,
            (
                "Current trajectory suggests a 3:22 marathon. Goal of 3:15 is aggressive but possible "
                f"with a strong final build. {BETWEEN} The chance of 3:15 is about 30 %. "
                f"It asks for 3.5{ASKED}, 0.29 % a week for 12 weeks; of 34 runners studied at least one in four gained that much."
            ),
        ),
        (
            11_100,
            (
                "Current trajectory suggests a 3:22 marathon. Goal of 3:05 is very ambitious: a lot "
                f"has to go right; 3:10 is the stretch version. {BETWEEN} The chance of 3:05 is about "
                f"10 %. It asks for 8.8{ASKED}, 0.73 % a week for 12 weeks; of 34 runners studied between one in four and one in ten gained that much."
            ),
        ),
        (
            9_000,
            (
                "Current trajectory suggests a 3:22 marathon. Goal of 2:30 is not within reach by "
                f"4 October 2026; 3:10 is the stretch version. {BETWEEN} The chance of 2:30 is under "
                f"5 %. It asks for 29.8{ASKED}, 2.48 % a week for 12 weeks; of 34 runners studied fewer than one in ten gained that much."
            ),
        ),
    ],
)
def test_one_honest_sentence_for_every_verdict(target_s, message):
    assert time_message(goal(target_s), MARATHON, (), asked(target_s, 12.0)) == message


def test_short_races_are_told_in_minutes_and_seconds():
    assert time_message(goal(1_140, 5_000.0), FIVE_K, (), asked(1_140, 6.0, 1_185.0)) == (
        "Current trajectory suggests a 19:45 5K. Goal of 19:00 is aggressive but possible with a "
        "strong final build. Eight in ten such forecasts end between 18:30 and 21:05. "
        f"The chance of 19:00 is about 20 %. It asks for 3.9{ASKED}, 0.65 % a week for 6 weeks; of 34 runners studied at least one in four gained that much."
    )


def test_in_the_last_weeks_nobody_builds_any_more():
    assert "possible on a very good day" in time_message(
        goal(11_700), MARATHON, (), asked(11_700, 2.0)
    )
    assert "build" not in time_message(goal(11_700), MARATHON, (), asked(11_700, 2.0))
    near = time_message(goal(11_700), MARATHON, (), asked(11_700, 4.0))
    assert near.endswith(f"It asks for 3.5{ASKED}, 0.88 % a week for 4 weeks.")
    assert f"It asks for 3.5{ASKED}." in time_message(
        goal(11_700), MARATHON, (), asked(11_700, 2.0)
    )
    assert "training" not in time_message(goal(12_300), MARATHON, (), asked(12_300, 2.0))


def test_a_long_run_out_of_reach_is_said_with_its_price():
    short = need(value=25_000.0, feasible=False, reachable=18_200.0)
    message = time_message(goal(11_700), MARATHON, (short,), asked(11_700, 8.0))
    assert message.endswith(
        "Rising safely, in 3 h at most and 2.5 before a first marathon, the longest run reaches "
        "18 km by 6 September 2026; the marathon asks for 25 km. Marathon runners whose longest run stayed under 25 km took about 13 minutes longer "
        "(Fokkema 2020, an association); run-walk is an option."
    )
    assert "Fokkema" not in finish_message(goal(None, 50_000.0), None, 0.5, (short,))


def test_finishing_is_told_in_words_and_never_as_a_measured_chance():
    needs = (need(), need(WEEKLY_DISTANCE, 45_000.0, met=True))
    assert finish_message(goal(None), MARATHON, 0.89, needs) == (
        "Expected time on feet for the marathon: about 3:22, eight in ten between 3:05 and 3:41. "
        "Finishing is very likely (about 9 in 10), judged by longest run and weekly distance and "
        "not by statistics. Still to come: longest run of 30 km by 6 September 2026."
    )
    inside = finish_message(goal(None, cut_off_s=14_400.0), None, 0.4, needs)
    assert inside.startswith("Finishing inside the cut-off is doubtful (3 to 5 in 10)")


@pytest.mark.parametrize(
    ("target_s", "word"),
    [
        (13_200, "well within reach by speed alone"),
        (12_300, "realistic by speed alone"),
        (11_700, "possible by speed alone"),
    ],
)
def test_steady_training_is_no_answer_where_there_is_no_time_for_it(target_s, word):
    told = time_message(goal(target_s), MARATHON, (need(feasible=False, reachable=20_000.0),))
    assert f"{word}: the training that it asks for does not all fit in by then" in told
    assert "steady training" not in told
    assert "strong final build" not in told
    assert "by speed alone" not in time_message(goal(target_s), MARATHON, (need(),))


def test_a_habit_without_a_week_on_record_and_one_of_a_single_week():
    habit = Goal("h", GoalKind.HEALTH, Priority.A, DAY, None, hours_per_week=4.0)
    none = Adherence(0, 0, 1, 1, 0, 0, 0.5, 0, 0)
    assert "4 hours a week: no week is on record yet." in habit_message(habit, none)
    one = Adherence(26, 3, 1, 1, 0, 0, 0.1, 0, 0)
    assert "Going on like that, 0 of its 1 week would hold it" in habit_message(habit, one)


def test_what_is_not_quite_reached_does_not_sound_as_if_it_were():
    short = need(value=16_000.0, feasible=False, reachable=15_600.0)
    told = time_message(goal(5_700.0, HALF_M), Prediction(HALF_M, 5_800.0, 0.06), (short,))
    assert "the longest run reaches 15.5 km by" in told
    assert "asks for 16 km." in told
