"""The four policies, what a season is measured by, and the table; `python -m tests.verify paired`."""

import json
from dataclasses import asdict, replace
from datetime import date, timedelta
from itertools import islice

import pytest

from planning.breaks import Break, BreakKind
from tests.planning.athletes import run
from tests.seasons.athletes import runner
from tests.seasons.body import Body
from tests.seasons.days import Recorded
from tests.seasons.living import evenings
from tests.seasons.paired import POLICIES, TRUE, Season, difference, lived, never, table
from tests.seasons.strain import (
    CALM,
    INJURIES_A_RUN,
    Legs,
    asks_too_much,
    excess_hazard,
    hurt,
    strains,
)

DAY = timedelta(days=1)
TODAY = date(2026, 6, 1)
WHO = runner(1)


def legs_that_ran(*runs):
    """Kilometres by days ago; a negative number is a hard run."""
    legs = Legs(replace(WHO, histories=()))
    for ago, km in runs:
        done = run(TODAY - ago * DAY, abs(km), 300)
        legs.ran(Recorded(done, done.day, done.distance_m, is_hard=km < 0))
    return legs


def test_the_hazards_are_those_of_the_study():
    assert pytest.approx(0.0031, abs=0.00001) == INJURIES_A_RUN
    ratios = [excess_hazard(times) / INJURIES_A_RUN for times in (1.0, 1.1, 1.2, 1.4, 2.5)]
    assert ratios == pytest.approx([0.0, 0.0, 0.64, 0.52, 1.28])


def strained(km, legs, *, is_hard=False, ill=False):
    body = Body(WHO)
    body.lives(0.0, ill=ill)
    return strains(1000 * km, is_hard=is_hard, legs=legs, body=body, today=TODAY)


def test_a_run_strains_by_the_longest_of_the_thirty_days_before():
    assert strained(11.1, legs_that_ran((30, 10), (2, 5))) == {"spike"}
    assert strained(11.0, legs_that_ran((30, 10), (2, 5))) == set()
    assert strained(11.0, legs_that_ran((31, 10), (2, 5))) == {"spike"}
    assert strained(2.0, legs_that_ran((31, 10))) == {"spike"}


def test_hard_running_strains_the_day_after_and_soon_after_an_illness():
    assert strained(5, legs_that_ran((1, -8)), is_hard=True) == {"close"}
    assert strained(5, legs_that_ran((2, -8), (1, 8)), is_hard=True) == set()
    assert strained(5, legs_that_ran((1, -8))) == set()
    assert strained(5, legs_that_ran((1, 8)), is_hard=True, ill=True) == {"weak"}
    assert strained(5, legs_that_ran((1, 8)), ill=True) == set()


def test_who_is_hurt_is_hurt_by_every_greater_hazard_and_says_so_the_same_evening():
    days = [TODAY + n * DAY for n in range(200)]
    small, large = (
        {day for day in days if hurt(WHO, day, hazard) is not WHO} for hazard in (0.05, 0.2)
    )
    assert small
    assert small < large
    assert not any(hurt(WHO, day, 0.0) is not WHO for day in days)
    day = min(small)
    injured = hurt(WHO, day, 1.0)
    assert injured == hurt(WHO, day, 0.05)
    assert injured.off[-1].from_day == day + DAY
    assert injured.breaks_on(day)[-1].kind is BreakKind.INJURY
    ends = injured.off[-1].until_day
    assert injured.breaks_on(ends)[-1].until_day == ends


def plans(policy, days, seed=1):
    found = islice(evenings(runner(seed), POLICIES[policy](), TRUE), days)
    return [(evening.today, evening.outcome.plan) for evening in found]


def coming(plan, first, last):
    return [(d.day, d.workout) for d in plan.days() if first <= d.day <= last]


def test_the_first_plan_stands_and_one_made_every_evening_does_not():
    for policy, stands in (("never", True), ("at once", False), ("at once, knowing", False)):
        (first, old), *_, (last, new) = plans(policy, 10)
        span = (last + DAY, first + 20 * DAY)
        assert (coming(old, *span) == coming(new, *span)) is stands


def test_who_knows_what_was_done_still_has_it_in_the_plan():
    for policy, knows in (("at once", False), ("at once, knowing", True)):
        *_, (first, old), (_, new) = plans(policy, 5)
        stood, stands = (coming(plan, first - 6 * DAY, first) for plan in (old, new))
        assert any(workout for _, workout in stands) is knows
        assert not knows or stood == stands


def test_what_stood_for_the_days_to_come_does_not_matter_to_it():
    evening = next(islice(evenings(WHO, POLICIES["at once, knowing"]()), 3, None))
    closing = evening.state.closing
    over = [w for w in closing.plan.weeks if w.first_day <= evening.today]
    spoiled = [replace(w, days=tuple(map(twice, w.days))) for w in closing.plan.weeks[len(over) :]]
    this_week = [
        replace(w, days=tuple(d if d.day <= evening.today else twice(d) for d in w.days))
        for w in over
    ]
    plan = replace(closing.plan, weeks=(*this_week, *spoiled), paced_at=0.5)
    state = replace(evening.state, closing=replace(closing, plan=plan))
    again = POLICIES["at once, knowing"]()(state, evening.today)
    assert again.plan == evening.outcome.plan


def test_a_goal_that_is_said_makes_another_plan():
    who = runner(3)
    said = next(one.on for one in who.goals if one.what.id == "second")
    told = dict(plans("never", (said - who.first_day).days + 2, seed=3))
    assert told[said].goal_ids != told[said - DAY].goal_ids
    assert told[said] == told[said + DAY] != told[said - DAY]


def unlucky():
    """A runner, and a day on which far too long a run injures."""
    return next(
        (who, day)
        for who in map(runner, range(1, 99))
        if not who.off
        for day in (who.first_day + n * DAY for n in range(20, 60))
        if hurt(who, day, excess_hazard(9.0)) is not who
    )


def test_only_a_run_far_too_long_injures_and_only_where_runs_do():
    who, day = unlucky()
    ends = {}
    for metres, world in ((99e3, TRUE), (99e3, CALM), (1e3, TRUE)):
        far = replace(who, surprise=(day, metres, 0.0))
        *_, last = islice(evenings(far, never(), world), (day - who.first_day).days + 2)
        ends[metres, world] = [one.from_day for one in last.runner.off], last.lived.done
    assert ends.pop((99e3, TRUE)) == ([day + DAY], None)
    assert [off for off, _ in ends.values()] == [[], []]


def main_race(who):
    return [said.what for said in who.goals if said.what.id == "main"][-1]


def test_who_is_ill_on_the_day_does_not_start():
    day = main_race(WHO).day
    ill = Break("ill", BreakKind.ILLNESS, day - DAY, day + DAY)
    assert lived(WHO, never(), CALM).completed == 1.0
    season = lived(replace(WHO, off=(ill,), breaks=()), never(), CALM)
    assert (season.completed, season.attained) == (0.0, 0.0)


def test_who_has_not_run_long_enough_does_not_finish_however_easy_the_time():
    slow = [
        replace(said, what=replace(said.what, target_s=99_999.0, distance_m=21_097.5))
        for said in WHO.goals
    ]
    who = replace(WHO, goals=tuple(slow))
    prepared = lived(who, never(), CALM)
    decide = never()
    unprepared = lived(who, lambda *known: replace(decide(*known), plan=None), CALM)
    assert (prepared.completed, prepared.attained) == (1.0, 1.0)
    assert (unprepared.completed, unprepared.attained, unprepared.asked) == (0.0, 0.0, 0)
    assert unprepared.fitness < prepared.fitness


def doubled():
    """The plan that stands, and on the fifteenth evening every run of it is twice as long."""
    decide, number = never(), 0

    def more(state, today):
        nonlocal number
        number += 1
        outcome = decide(state, today)
        if number < 15:
            return outcome
        weeks = [replace(w, days=tuple(map(twice, w.days))) for w in outcome.plan.weeks]
        return replace(outcome, plan=replace(outcome.plan, weeks=tuple(weeks)))

    return more


def twice(day):
    if day.workout is None:
        return day
    old = day.workout.workout
    new = replace(old, distance_m=2 * old.distance_m, duration_s=2 * old.duration_s, name="Twice")
    return replace(day, workout=replace(day.workout, workout=new))


def test_a_plan_that_becomes_twice_as_much_is_counted_as_it_is():
    calm, much = lived(WHO, never(), CALM), lived(WHO, doubled(), CALM)
    assert (calm.rewritten, calm.tomorrow) == (0.0, 0)
    assert much.material == much.rewritten > 0
    assert much.tomorrow == much.tomorrow_more <= 1
    for name in ("km", "overload", "spikes", "steep_weeks", "too_much"):
        assert getattr(much, name) > getattr(calm, name), name


def every_day(session):
    """The plan that stands, with this session on every day."""
    decide = never()

    def again(state, today):
        outcome = decide(state, today)
        weeks = [
            replace(w, days=tuple(replace(d, workout=replace(session, day=d.day)) for d in w.days))
            for w in outcome.plan.weeks
        ]
        return replace(outcome, plan=replace(outcome.plan, weeks=tuple(weeks)))

    return again


def test_who_is_asked_for_too_much_leaves_out_more():
    hard_days = every_day(planned_tempo())
    ran = {}
    for wears in (True, False):
        who = replace(WHO, habits=replace(WHO.habits, opinions=0.0))
        found = list(islice(evenings(who, hard_days, replace(CALM, wears=wears)), 60))
        assert sum(evening.lived.too_much for evening in found) > 40
        ran[wears] = sum(evening.lived.done is not None for evening in found)
    assert ran[True] < ran[False]


def planned_tempo():
    [(_, plan)] = plans("never", 1)
    return next(d.workout for d in plan.days() if d.workout and d.workout.workout.kind == "tempo")


def test_too_much_is_also_what_is_far_too_fast():
    asked = planned_tempo().workout
    legs, body = legs_that_ran((3, 30)), Body(WHO)
    faster = replace(asked, duration_s=asked.duration_s / 1.2)
    slower = replace(asked, duration_s=asked.duration_s * 1.1)
    assert asks_too_much(faster, legs=legs, body=body, today=TODAY)
    assert not asks_too_much(slower, legs=legs, body=body, today=TODAY)


def test_differences_are_of_pairs_with_their_interval():
    # 1, 2, 3 and 6 apart: mean 3, sd 2.160, half an interval 1.96 x 2.160 / 2 = 2.117
    assert difference([2, 4, 6, 9], [1, 2, 3, 3], 2) == "+3.00 (+0.88 to +5.12)"
    assert difference([2, None, 4], [1, 5, None], 1) == "+1.0 (-inf to +inf)"


def test_the_table_has_a_row_for_each_figure_and_leaves_out_what_is_unknown():
    def line(attained, spikes):
        mine = Season(attained=attained, spikes=spikes, asked=4, done=3)
        other = Season(attained=attained and 0.0, asked=4, done=2)
        told = {name: asdict(mine if name == "ours" else other) for name in POLICIES}
        worlds = {name: {"true": one, "unhurt": one} for name, one in told.items()}
        return json.dumps({"seed": 1, "seasons": worlds})

    rows = list(table([line(1.0, 2), line(None, 4)]))
    assert rows[3].startswith("| attainment of a time, % | 100.0 | 0.0 | 0.0 | 0.0 | +100.0 (-inf")
    assert any("| 3.00 | 0.00 | 0.00 | 0.00 | +3.00 (+1.04 to +4.96) |" in row for row in rows)
    assert any(row.startswith("| - done, % | 75.0 | 50.0 | 50.0 | 50.0 |") for row in rows)


def test_a_race_is_a_run_for_the_legs_and_no_overload():
    day, _, better = WHO.surprise
    found = {
        metres: lived(replace(WHO, surprise=(day, metres, better)), never(), CALM)
        for metres in (5_000.0, 25_000.0)
    }
    assert found[25_000.0].km > found[5_000.0].km
    assert found[25_000.0].spikes <= found[5_000.0].spikes
