"""Stories as a person reads them: two weeks before and after, and what was said of each change."""

from pathlib import Path

from planning.goals.wording import about_time, chance, distance_name
from planning.schedule.effort import hard
from planning.schedule.plan import DayStatus
from planning.schedule.receipt import day_name, in_words, one_line
from tests.stories.living import DAY

TOLD = Path(__file__).parent / "told"
SHOWN_DAYS = 14
LEGEND = "(* hard; -> what it became; at the end what it was in the end, < the last day lived)"


def file_of(name):
    return TOLD / f"{name}.txt"


def transcript(story) -> str:
    chapters = [line for chapter in story.chapters for line in ("", *_chapter(chapter))]
    return "\n".join([f"{story.title}: {story.happens}", LEGEND, *chapters, ""])


def _chapter(chapter):
    first, last = chapter.evenings[0], chapter.evenings[-1]
    stood, stands = chapter.stood, chapter.stands
    shown = [chapter.first_day + n * DAY for n in range(SHOWN_DAYS)]
    yield f"{chapter.what}: {_evenings(first.today, last.today)}"
    for day in shown:
        if day.weekday() == 0:
            yield _week(day, chapter)
        yield from _day(stood.get(day, stands[day]), stands[day], last.today)
    yield from _receipts(chapter.evenings, shown[-1])
    yield from _heard(chapter.evenings)
    yield from _forecasts(first, last)


def _evenings(first, last):
    if first == last:
        return f"the evening of {day_name(first)}"
    return f"the evenings of {day_name(first)} to {day_name(last)}"


def _week(monday, chapter):
    before, after = (
        [week for plan in plans for week in plan.weeks if week.first_day == monday]
        for plans in ([chapter.evenings[0].stood], [each.plan for each in chapter.evenings])
    )
    ends = [before[0], after[-1] if after else before[0]]
    sizes = dict.fromkeys(f"{week.volume_m / 1000:.1f} km" for week in ends)
    focus = dict.fromkeys(week.focus for week in ends)
    return f"  Week of {day_name(monday)}, {' -> '.join(sizes)}. {' -> '.join(focus)}"


def _day(stood, stands, today):
    before, after = _line(stood), _line(stands)
    status = f"  {stands.status}" if stands.status is not DayStatus.PLANNED else ""
    end = f"{status}{'  <' if stands.day == today else ''}"
    if before == after:
        yield f"    {stood.day:%a %d} {before}{end}"
    else:
        yield f"    {stood.day:%a %d} {before}"
        yield f"        -> {after}{end}"


def _line(day):
    if day.workout is None:
        return "  rest"
    workout = day.workout.workout
    told, size = one_line(workout), f"{workout.distance_m / 1000:.1f} km"
    return f"{'*' if hard(workout) else ' '} {told}" + ("" if size in told else f" ({size})")


def _receipts(evenings, last_day):
    if not any(evening.changes for evening in evenings):
        yield "  Nothing changes."
    for evening in evenings:
        near = [change for change in evening.changes if change.day <= last_day]
        far = [change for change in evening.changes if change.day > last_day]
        if evening.changes:
            yield f"  Receipts of {day_name(evening.today)}:"
            yield from (f"    {line}" for line in in_words(near))
        for fact, rule in dict.fromkeys((each.fact, each.rule) for each in far):
            days = [each.day for each in far if (each.fact, each.rule) == (fact, rule)]
            until = f"up to {day_name(days[-1])}"
            yield f"    Later {len(days)} more, {until}, because {fact} (rule {rule})."


def _heard(evenings):
    for evening in evenings:
        for news in evening.outcome.news:
            yield f"  Heard on {day_name(evening.today)}: {news.title}."


def _forecasts(first, last):
    said = {each.goal_id: each for each in first.state.closing.forecasts}
    goals = {goal.id: goal for goal in (*first.state.goals, *last.state.goals)}
    for now in last.outcome.forecasts:
        metres = goals[now.goal_id].distance_m
        ends = dict.fromkeys(_forecast(each, metres) for each in (said.get(now.goal_id, now), now))
        yield f"  Forecast of the {distance_name(metres)}: {' -> '.join(ends)}"


def _forecast(told, metres):
    if told.median_s is None:
        return str(told.status)
    middle, fast, slow = (about_time(s, metres) for s in (told.median_s, told.p10_s, told.p90_s))
    likely = "" if told.probability is None else f", chance {chance(told.probability)}"
    return f"{middle} ({fast} to {slow}){likely}"
