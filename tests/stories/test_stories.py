"""What a runner would demand in eleven stories, and every one of them as it is kept in `told/`."""

from types import SimpleNamespace

from planning.goals.season import monday_of
from planning.schedule.effort import hard
from planning.schedule.judging import Verdict
from planning.schedule.mileage import mileage_of
from planning.schedule.plan import BY_HAND, DayStatus
from planning.schedule.review import reviewed
from planning.workout import Kind, TargetType, unrolled
from tests.seasons.checks import checked, softer
from tests.stories.living import DAY
from tests.stories.stories import (
    HALF,
    MARATHON,
    RUNNER,
    STORIES,
    WEEK,
    long_run_on_saturday,
    silent_watch,
    terrible_run,
)
from tests.stories.telling import file_of, transcript

LIMITS = {"P-2", "P-3", "L-1", "I-5"}
OF_ITS_OWN = {"G-1", "B-1"}  # nobody asked for it, and no limit either


def lived(name):
    """The story, once it is seen to keep on every evening what all stories keep, and to read as it
    is kept (`python -m tests.stories --write` keeps it anew).
    """
    story = trusted(STORIES[name]())
    assert transcript(story) == file_of(name).read_text()
    return story


def trusted(story):
    """Every evening is lawful, the past and the freeze stand, each change has its receipt, no day is
    raised by itself, and no more than three material changes come in seven days.
    """
    account = checked(story.life.evenings, SimpleNamespace(seed=0, first_day=story.life.first_day))
    assert [str(violation) for violation in account.violations] == []
    return story


def workout(day):
    return day.workout and day.workout.workout


def workouts(plan):
    return {day.day: workout(day) for day in plan.days()}


def statuses(chapter, first, last):
    return [chapter.stands[day].status for day in days(first, last) if chapter.stands[day].workout]


def days(first, last):
    return [first + n * DAY for n in range((last - first).days + 1)]


def metres(plan, first, last):
    told = workouts(plan)
    return sum(told[day].distance_m for day in days(first, last) if told[day])


def week_m(plan, monday):
    return next(week.volume_m for week in plan.weeks if week.first_day == monday)


def rules(chapter):
    return {change.rule for change in chapter.changes}


def speeds(told):
    """Fast ends of the paces that are asked for."""
    steps = [step.target for step in unrolled(told.steps)]
    return [t.high for t in steps if t.type is TargetType.PACE and t.high]


def test_three_missed_days():
    story = lived("three-missed-days")
    (chapter,) = story.chapters
    tuesday = chapter.evenings[0].today
    missed = statuses(chapter, tuesday, tuesday + 2 * DAY)
    assert missed == [DayStatus.MISSED] * 3
    # nothing is piled on: every day that stood is what it was or less, and no session is moved
    before, after = chapter.stood, chapter.stands
    assert all(softer(before[day], after[day]) for day in before)
    assert rules(chapter) <= LIMITS
    # what the week still holds stands, and the key sessions of the next one stay
    assert not any(change.day < tuesday + 6 * DAY for change in chapter.changes)
    key = [day for day in before if day > tuesday + 2 * DAY and workout(before[day])]
    assert [d for d in key if hard(workout(before[d]))] == [
        d for d in key if workout(after[d]) and hard(workout(after[d]))
    ]


def test_flu_for_nine_days():
    story = lived("flu-for-nine-days")
    said, over, back = story.chapters
    first, last = said.evenings[0].today, over.evenings[0].today
    # at once nothing is left, the race neither, and no day is promised
    assert not any(workout(day) for day in said.stands.values() if day.day >= first)
    raced = next(change for change in said.changes if "race" in change.before)
    assert raced.day == first + 5 * DAY
    assert rules(said) == {"R-1"}
    assert all("until further word" in change.fact for change in said.changes)
    # then seven days without anything hard, on about half of the volume, and a way up from there
    quiet = [over.stands[day] for day in days(last + DAY, last + 7 * DAY)]
    assert not any(hard(workout(day)) for day in quiet if workout(day))
    ran = over.evenings[0].state.activities
    held_m = mileage_of(ran, today=first, complete_until=first - DAY).held_m(monday_of(first))
    plan = over.evenings[0].plan
    assert metres(plan, last + DAY, last + 7 * DAY) < 0.6 * held_m
    weeks = [week.volume_m for week in plan.weeks[:4]]
    assert weeks[0] < weeks[1] < weeks[2] < 0.85 * held_m
    assert max(weeks) <= held_m
    assert {"R-1", "R-3"} <= rules(over)
    assert back.changes == []
    assert set(statuses(back, last + 5 * DAY, last + 11 * DAY)) == {DayStatus.DONE}


def test_calf_injury_with_open_end():
    story = lived("calf-injury")
    said, waiting, over, _ = story.chapters
    first, last = said.evenings[0].today, over.evenings[0].today
    for evening in (*said.evenings, *waiting.evenings):
        coming = [day for day in evening.plan.days() if day.day >= evening.today]
        assert {day.status for day in coming} == {DayStatus.BREAK}
        weeks = [week for week in evening.plan.weeks if week.first_day > evening.today]
        before_race = [week for week in weeks if week.first_day <= MARATHON.day - WEEK]
        assert {week.volume_m for week in before_race} == {0.0}
        assert {week.focus for week in before_race} == {"No running: injury"}
        (told,) = evening.outcome.forecasts
        assert told.message.endswith("until then: your break has no end yet.")
    # no date is promised, and while nothing is known nothing is said
    assert all("until further word" in change.fact for change in said.changes)
    assert waiting.changes == []
    assert "break has no end" not in over.evenings[0].outcome.forecasts[0].message
    # once it has an end: nothing hard for a week, and a way back about as long as the break
    plan = over.evenings[0].plan
    quiet = days(last + DAY, last + 7 * DAY)
    assert not any(workouts(plan)[day] and hard(workouts(plan)[day]) for day in quiet)
    weeks = [week_m(plan, monday_of(last) + n * WEEK) for n in (0, 1, 2)]
    assert weeks == sorted(weeks)
    # half of the level and a first step up, and no lighter week on top of the break
    assert weeks[1] < 0.6 * week_m(said.evenings[0].stood, first + WEEK - DAY)
    assert rules(over) <= {"R-1", "R-3", "asked"}


def test_a_fortnight_of_travel_with_runs_of_forty_minutes():
    story = lived("travel")
    said, road, home = story.chapters
    first = road.evenings[0].today
    plan = said.evenings[0].plan
    for day in days(first, first + 13 * DAY):
        assert workouts(plan)[day] is None or workouts(plan)[day].duration_s <= 40 * 60
    # as many runs as before, only shorter; the days before and after it stand
    before = said.evenings[0].stood
    for day, told in workouts(before).items():
        if first <= day < first + 14 * DAY:
            assert (told is None) == (workouts(plan)[day] is None)
        else:
            assert workouts(plan)[day] == told
    assert rules(said) == {"asked"}
    assert rules(road) <= OF_ITS_OWN
    # at home: no kilometre is caught up with
    assert home.changes == []
    weeks = [week_m(home.evenings[-1].plan, first + n * WEEK) for n in (2, 3)]
    stood = [week_m(before, first + n * WEEK - 2 * WEEK) for n in (2, 3)]
    assert all(now < then for now, then in zip(weeks, stood, strict=True))


def test_a_ten_k_far_faster_than_expected():
    story = lived("fast-ten-k")
    ran, after = story.chapters
    (evening,) = ran.evenings
    today = evening.today
    paced = [change for change in ran.changes if change.rule == "G-1"]
    assert min(change.day for change in paced) == today + 3 * DAY  # Monday is a day off
    for change in paced:
        assert change.ability_after > change.ability_before + 0.03
        assert "your 10 km in 41:30 moved the estimate up by" in change.fact
    # a day that is shortened on the same evening tells of both
    both = next(change for change in ran.changes if change.rule == "P-2")
    assert "moved the estimate up by" in both.fact
    assert "10 % over the longest run" in both.fact
    assert both.ability_after > both.ability_before
    tomorrow = next(change for change in ran.changes if change.day == today + DAY)
    assert tomorrow.fact == "56 km is what the weeks you have really run allow"
    # tomorrow keeps its paces, and later days become faster
    before, now = (workouts(plan) for plan in (evening.stood, evening.plan))
    assert set(speeds(now[today + DAY])) == set(speeds(before[today + DAY]))
    for day in days(today + 2 * DAY, today + 8 * DAY):
        if before[day]:
            assert max(speeds(now[day])) > max(speeds(before[day]))
            assert now[day].distance_m < 1.03 * before[day].distance_m
    for week in evening.plan.weeks:
        if week.days:
            assert week.volume_m < 1.01 * week_m(evening.stood, week.first_day)
    assert after.changes == []
    (then,), (said,) = evening.state.closing.forecasts, evening.outcome.forecasts
    assert said.probability > then.probability
    assert said.median_s < then.median_s < HALF.target_s


def test_a_heat_wave():
    story = lived("heat-wave")
    said, over, after = story.chapters
    first = said.evenings[0].today
    hot, cool = workouts(said.evenings[0].plan), workouts(over.evenings[0].plan)
    before = workouts(said.evenings[0].stood)
    for day in days(first, first + 6 * DAY):
        assert not hot[day] or not speeds(hot[day])  # today and tomorrow as well
    assert {change.rule for change in said.changes} == {"H-1"}
    assert {change.day for change in said.changes} >= {first, first + DAY}
    assert all(hot[day] == before[day] for day in before if day > first + 6 * DAY)
    # sooner over than foretold: beyond the frozen days all is again as it was, no harder
    for day in days(first + 4 * DAY, first + 6 * DAY):
        assert cool[day] == before[day]
    assert {change.rule for change in over.changes} == {"H-1"}
    assert after.changes == []


def test_a_watch_that_stops_syncing_for_a_week():
    story = lived("silent-watch")
    silent, late, after = story.chapters
    first, last = silent.evenings[0].today, silent.evenings[-1].today
    for evening in silent.evenings:
        gone = [day for day in evening.plan.days() if first <= day.day < evening.today]
        assert {day.status for day in gone if day.workout} <= {DayStatus.UNKNOWN}
        for week in evening.plan.weeks:
            assert week.volume_m <= 1.001 * week_m(
                evening.stood, week.first_day
            )  # it does not grow
    # all of it arrives: the days of this week are found to be done, and nothing is piled on
    monday = last - 2 * DAY
    assert set(statuses(late, monday, last)) == {DayStatus.DONE}
    assert late.changes == []
    assert rules(after) <= OF_ITS_OWN
    before, now = silent.evenings[-1].outcome, late.evenings[0].outcome
    assert width(now) < width(before)


def test_a_week_of_which_nothing_ever_arrives_is_unknown_and_none_missed():
    story = trusted(silent_watch(arrives=False))
    silent, late, _ = story.chapters
    last = silent.evenings[-1].today
    assert set(statuses(late, last - 2 * DAY, last)) == {DayStatus.UNKNOWN}
    assert all(change.rule in LIMITS | OF_ITS_OWN for change in late.changes)


def width(outcome):
    (told,) = outcome.forecasts
    return told.p90_s - told.p10_s


def test_one_terrible_run():
    story = lived("terrible-run")
    (chapter,) = story.chapters
    today = chapter.evenings[0].today
    assert chapter.stands[today].status is DayStatus.PARTLY
    assert chapter.changes == []
    # beside the same days with that session done, the plan is the same and so is nearly the estimate
    (instead,) = terrible_run(happens=False).chapters
    for bad, good in zip(chapter.evenings, instead.evenings, strict=True):
        assert workouts(bad.plan) == workouts(good.plan)
        assert abs(bad.outcome.ability.ln_speed - good.outcome.ability.ln_speed) < 0.002
        (told,), (else_told,) = bad.outcome.forecasts, good.outcome.forecasts
        assert abs(told.probability - else_told.probability) < 0.01


def test_a_goal_moved_three_weeks_earlier():
    story = lived("goal-moved")
    said, after = story.chapters
    (evening,) = said.evenings
    today, before = evening.today, workouts(evening.stood)
    now = workouts(evening.plan)
    assert all(now[day] == before[day] for day in now if day < today + 2 * DAY)
    assert any(now[day] != before[day] for day in days(today + 2 * DAY, today + WEEK))
    assert rules(said) == {"asked"}
    assert {change.fact for change in said.changes} == {
        "you changed a goal, the marathon of 23 August 2026"
    }
    assert after.changes == []
    # it is led up to the new day, within what was lawful before, and the forecast tells the price
    sooner = MARATHON.day - 3 * WEEK
    last = evening.plan.weeks[-1]
    assert last.first_day <= sooner + WEEK
    assert max(w.volume_m for w in evening.plan.weeks) <= max(
        w.volume_m for w in evening.stood.weeks
    )
    (then,), (told,) = evening.state.closing.forecasts, evening.outcome.forecasts
    assert told.median_s > then.median_s
    assert told.probability < then.probability
    assert told.statement != then.statement


def test_the_long_run_dragged_to_saturday():
    story = lived("long-run-on-saturday")
    dragged, undone, after = story.chapters
    (evening,) = dragged.evenings
    sunday = evening.today + 4 * DAY
    before, now = ({day.day: day for day in plan.days()} for plan in (evening.stood, evening.plan))
    # the two days change places, and nothing else moves
    assert workout(now[sunday - DAY]) == workout(before[sunday])
    assert now[sunday].status is DayStatus.MOVED
    assert {change.day for change in dragged.changes} == {sunday - DAY, sunday}
    assert rules(dragged) == rules(undone) == {BY_HAND}
    assert all(workout(now[day]) == workout(before[day]) for day in now if day > sunday)
    # taken back, the plan is what it would have been, to the last byte
    never = long_run_on_saturday(happens=False).chapters[1].evenings[0].plan
    assert repr(undone.evenings[0].plan) == repr(never)
    assert after.changes == []


def test_easy_days_that_are_always_too_fast():
    story = lived("easy-days-too-fast")
    fast, extra, after = story.chapters
    # each is judged harder than planned, and no day is changed for that
    evening = fast.evenings[-1]
    verdicts = {
        each.planned.day: each.judgement.verdict
        for each in reviewed(
            evening.plan,
            athlete=RUNNER,
            activities=evening.state.activities,
            today=evening.today,
        )
    }
    ran = {day: workout(fast.stands[day]) for day in verdicts}
    easy = {day for day, told in ran.items() if told.kind in {Kind.EASY, Kind.STRIDES}}
    assert len(easy) == 3
    assert {verdicts[day] for day in easy} == {Verdict.HARDER}
    assert {verdicts[day] for day in verdicts.keys() - easy} == {Verdict.AS_PLANNED}
    assert fast.changes == after.changes == []
    # nobody is led to faster paces by it
    first, last = story.life.evenings[0], story.life.evenings[-1]
    assert last.plan.paced_at == first.plan.paced_at
    assert last.outcome.ability.ln_speed < first.outcome.ability.ln_speed
    # what was really hard takes the place of the hard session after it
    (evening,) = extra.evenings
    tuesday = evening.today + DAY
    softened = next(change for change in extra.changes if change.day == tuesday)
    assert softened.rule == "I-6"
    assert softened.fact == "your 6.5 km run on Monday 15 June was as hard as a session"
    assert hard(workout(extra.stood[tuesday]))
    assert not hard(workout(extra.stands[tuesday]))
    assert rules(extra) == {"I-6", "P-3"}
