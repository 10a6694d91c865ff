"""What the worker keeps of a season, beside what was decided on the evenings themselves.

Yields what is wrong as (what, told), like the checks of the pure seasons.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from planning.replan import replan as decide
from planning.schedule.plan import Change, DayStatus
from worker import outbox, store, tables
from worker.actors import known_as_of
from worker.db import reading
from worker.stored import from_body

DAY = timedelta(days=1)
FORTNIGHT = 13 * DAY  # today and so many days after it
OVER = {DayStatus.DONE, DayStatus.PARTLY}


def wrong_in(season, evening):
    """On the evening itself."""
    yield from _decided(evening)
    yield from _closed(season, evening.state.closing, evening.today)
    yield from _on_calendar(season, evening)
    yield from _given_up(season)


def wrong_at_the_end(season):
    """On the morning after: what was known on each evening, and the chain of days from the facts."""
    for day, told in season.told.items():
        state, today = known_as_of(season.lived.runtime, 1, told.at)
        state, then = _without_words(state), _without_words(told.evening.state)
        if (state, today) != (then, day):
            yield "known at", f"{day}: {', '.join(_differing(state, then))} differ"
    with reading(season.engine) as conn:
        last = store.last_closed(conn, 1, before=season.lived.today)
    yield from _closed(season, last.closing if last else None, season.lived.today)
    yield from _from_the_facts(season)


def _without_words(state):
    """As it is when the terms of the sources are over: Strava's titles are not kept for longer."""
    return replace(state, activities=tuple(map(_untitled, state.activities)))


def _untitled(activity):
    source = activity.provenance.get("name")
    if source is not None and not source.startswith("strava:"):
        return activity
    told = {what: whose for what, whose in activity.provenance.items() if what != "name"}
    return replace(activity, name="", provenance=told)


def _decided(evening):
    again = decide(evening.state, evening.today)
    if again != evening.outcome:
        yield "stored", f"{', '.join(_differing(again, evening.outcome))} are not as decided"


def _closed(season, closing, today):
    """Yesterday ended as its evening said, and its receipts are kept."""
    ended = closing.day if closing else None
    if ended != (today - DAY if today - DAY in season.told else None):
        yield "closing", f"{today - DAY}: {ended} is the last day that closed"
        return
    if closing is None:
        return
    told = season.told[closing.day].outcome
    if told.closing != closing:
        yield "closing", f"{closing.day}: {', '.join(_differing(closing, told.closing))} differ"
    row = tables.change
    kept = [from_body(Change, one.body) for one in season.lived.rows(row, made_on=closing.day)]
    if sorted(kept, key=_place) != sorted(told.changes, key=_place):
        yield "receipts", f"{closing.day}: {len(kept)} kept, {len(told.changes)} told"


def _from_the_facts(season):
    """Every closed day again, from nothing but the facts and when they became known."""
    row, closing = tables.closing, None
    with reading(season.engine) as conn:
        ended = conn.execute(select(row.c.key, row.c.known_at).order_by(row.c.key)).all()
    for key, until in ended:
        with reading(season.engine) as conn:
            state = store.load_state(conn, 1, closing=closing, until=until)
        day = next(day for day in season.told if day.isoformat() == key)
        outcome = decide(state, day)
        if outcome != season.told[day].outcome:
            names = ", ".join(_differing(outcome, season.told[day].outcome))
            yield "replay", f"{key}: {names} differ"
        closing = outcome.closing


def _on_calendar(season, evening):
    """The plan's coming fortnight, each session once; what is the athlete's own stays as it was."""
    if not season.runner.has_watch:
        return
    there = season.control.dump()
    if there["foreign"] != season.foreign:
        yield "foreign", "an entry of the athlete's own was touched"
    today, last = evening.today.isoformat(), (evening.today + FORTNIGHT).isoformat()
    coming = [entry for entry in there["entries"] if today <= entry["day"] <= last]
    for ident, count in Counter(entry["ident"] for entry in coming).items():
        if count > 1:
            yield "calendar", f"{ident} stands there {count} times"
    standing = {entry["ident"]: (entry["day"], entry["name"]) for entry in coming}
    planned = dict(_planned(evening, last))
    done = {day.workout.ident for day in _days(evening) if day.workout and day.status in OVER}
    theirs = season.lived.rows(tables.calendar_entry, state="athletes")
    handed_over = {one.ident for one in theirs}
    for ident in (standing.keys() | planned.keys()) - done - season.unseen:
        now, wanted = standing.get(ident), planned.get(ident)
        if not _is_as_wanted(now, wanted, is_theirs=ident in handed_over):
            yield "calendar", f"{ident}: {now}, and the plan says {wanted}"


def _is_as_wanted(now, wanted, *, is_theirs):
    """An entry that the athlete's hand was on stands on the day they gave it, and the rest of it is
    their own; in front of the name of each of ours the day is told there.
    """
    if wanted is None:
        return now is None or is_theirs
    same_day = now is not None and now[0] == wanted[0]
    return same_day and (is_theirs or now[1].endswith(wanted[1]))


def _planned(evening, last):
    for day in _days(evening):
        if day.workout and evening.today <= day.day and day.day.isoformat() <= last:
            yield day.workout.ident, (day.day.isoformat(), day.workout.workout.name)


def _days(evening):
    return evening.outcome.plan.days() if evening.outcome.plan else ()


def _given_up(season):
    with reading(season.engine) as conn:
        owed = outbox.listed(conn)
    for one in owed:
        if one.buried_at:
            yield "given up", f"{one.actor} {one.key}: {one.last_error}"


def _differing(one, other):
    return [name for name in one.__slots__ if getattr(one, name) != getattr(other, name)]


def _place(change):
    return change.day, change.ident
