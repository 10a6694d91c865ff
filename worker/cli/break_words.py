"""Breaks as people type them: from words to a break, to a changed one, and what follows from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from planning.activity import content_id
from planning.breaks import (
    INJURED_DAYS,
    QUIET_DAYS,
    SHORT_DAYS,
    SHORT_QUIET_DAYS,
    Break,
    BreakKind,
    Breaks,
)
from planning.goals.goal import Goal
from planning.goals.wording import distance_name
from worker.cli.failing import UsedWrongly
from worker.cli.words import parsed_day

EARLIEST_DAYS = 180  # so many days ago a break may begin: what is older shapes no plan
LATEST_DAYS = 730  # so far ahead a day may be; further is a slip of the year
LEAST_MINUTES, MOST_MINUTES = 10, 600
UNWELL = (BreakKind.ILLNESS, BreakKind.INJURY)
OPEN, NO_RUNNING = "", 0.0  # how `change` takes an end, or a limit of minutes, away
SEE_A_DOCTOR = (  # rule R-1
    "Chest pain, fainting, breathlessness, palpitations, missing periods, repeated bone pain or "
    "pain that changes how you walk or run: stop running and see a doctor."
)


@dataclass(frozen=True, slots=True)
class Words:
    """What was given on the command line; None where nothing was."""

    kind: str | None = None
    from_day: str | None = None
    until: str | None = None
    minutes: float | None = None
    note: str | None = None


def break_of(words: Words, *, athlete_id: int, today: date, known: Breaks) -> Break:
    """The break that the words state. Of one kind and first day there is one: said again, it is the
    same break. Raises UsedWrongly for what cannot be meant.
    """
    kind = _kind(words.kind or "")
    first = today if words.from_day is None else parsed_day(words.from_day)
    said = Break(
        id=_id_of(athlete_id, kind, first, known),
        kind=kind,
        from_day=first,
        until_day=None if words.until is None else parsed_day(words.until),
        minutes=words.minutes,
        note=words.note or "",
    )
    _check_first_day(said, today)
    return _checked(said, today)


def changed(one: Break, words: Words, *, today: date) -> Break:
    """The break with what was given: `--until ""` takes its end away, `--minutes 0` its limit."""
    if words == Words():
        raise UsedWrongly("nothing to change: give --kind, --from, --until, --minutes or --note")
    new = one
    if words.kind is not None:
        new = replace(new, kind=_kind(words.kind))
    if words.from_day is not None:
        new = replace(new, from_day=parsed_day(words.from_day))
        _check_first_day(new, today)
    if words.until is not None:
        new = replace(new, until_day=None if words.until == OPEN else parsed_day(words.until))
    if words.minutes is not None:
        new = replace(new, minutes=None if words.minutes == NO_RUNNING else words.minutes)
    if words.note is not None:
        new = replace(new, note=words.note)
    return _checked(new, today)


def ended(one: Break, on: date, *, today: date) -> Break:
    """The same break with its last day; it never becomes longer than it was said."""
    if on < one.from_day:
        raise UsedWrongly(
            f"it begins only on {one.from_day}: `goalward break remove {one.id}` takes it back, "
            f"--on is its last day"
        )
    if one.until_day is not None and on > one.until_day:
        raise UsedWrongly(
            f"it ends on {one.until_day} already; `goalward break change {one.id} --until {on}` "
            "makes it longer"
        )
    return _checked(replace(one, until_day=on), today)


def break_named(break_id: str, known: Breaks) -> Break:
    """The break of that id among those that are known."""
    by_id = {one.id: one for one in known.said}
    if break_id not in by_id:
        raise UsedWrongly(f"there is no break {break_id!r}; known: {', '.join(by_id) or 'none'}")
    return by_id[break_id]


def told(one: Break) -> str:
    """Its days and kind in one line."""
    until = "on, with no end yet" if one.until_day is None else f"to {one.until_day}"
    runs = "" if one.minutes is None else f", runs of {one.minutes:g} minutes at most"
    note = f" ({one.note})" if one.note else ""
    return f"{one.kind} from {one.from_day} {until}{runs}{note}"


def consequences(one: Break, today: date) -> Iterator[str]:
    """What the plan makes of it, sentence by sentence."""
    yield _days_off(one)
    if quiet := _quiet(one, today):
        yield quiet
    if one.kind in UNWELL:
        yield SEE_A_DOCTOR


def races_in_it(one: Break, goals: Iterable[Goal], today: date) -> Iterator[str]:
    """Of each race to come that lies in the break: which it is, and what to do about it."""
    for goal in goals:
        is_to_come = goal.is_alive(today) and goal.day >= today
        if goal.distance_m is None or not is_to_come or not one.holds(goal.day):
            continue
        name = goal.name or distance_name(goal.distance_m)
        limit = "" if one.minutes is None else f", with {one.minutes:g} minutes at most"
        is_open = one.until_day is None
        ends = "end the break" if is_open else "shorten the break"
        how = f"end {one.id}" if is_open else f"change {one.id} --until DAY"
        yield (
            f"the {name} of {goal.day} lies in this break{limit}. Give the race another day "
            f"(`goalward goal change {goal.id} --day DAY`), give it up "
            f"(`goalward goal retire {goal.id}`), or {ends} (`goalward break {how}`)."
        )


def _kind(words: str) -> BreakKind:
    try:
        return BreakKind(words)
    except ValueError as error:
        kinds = ", ".join(kind.value for kind in BreakKind)
        raise UsedWrongly(
            f"{words!r} is no kind of break: {kinds}. Whatever is none of the others is a rest"
        ) from error


def _id_of(athlete_id: int, kind: BreakKind, first: date, known: Breaks) -> str:
    """That of the same break said before; else one that no break has that was changed since."""
    for one in known.said:
        if (one.kind, one.from_day) == (kind, first):
            return one.id
    taken = {one.id for one in known.said}
    ids = (content_id("break", athlete_id, kind, first, n)[:6] for n in count())
    return next(each for each in ids if each not in taken)


def _check_first_day(one: Break, today: date) -> None:
    earliest = today - timedelta(days=EARLIEST_DAYS)
    if one.from_day < earliest:
        raise UsedWrongly(
            f"{one.from_day} is over {EARLIEST_DAYS} days ago, too long to shape the plan; "
            f"--from is {earliest} at the earliest"
        )


def _checked(one: Break, today: date) -> Break:
    """Raises UsedWrongly for what cannot be meant."""
    latest = today + timedelta(days=LATEST_DAYS)
    if max(one.from_day, one.until_day or one.from_day) > latest:
        raise UsedWrongly(f"is the year right? A break has no day after {latest}")
    if one.until_day is not None and one.until_day < one.from_day:
        raise UsedWrongly(
            f"it would end before it begins: --until {one.until_day} is before {one.from_day}, "
            "its first day"
        )
    if one.minutes is None:
        return one
    if one.kind in UNWELL:
        raise UsedWrongly(
            f"--minutes is for travel and rest; with an {one.kind} nothing is run. Leave it out, "
            "or say --minutes 0 when you change a break"
        )
    if not LEAST_MINUTES <= one.minutes <= MOST_MINUTES:
        raise UsedWrongly(
            f"--minutes is what one run may take, {LEAST_MINUTES} to {MOST_MINUTES}; leave it out "
            "where there is no running at all"
        )
    return one


def _days_off(one: Break) -> str:
    ends = f"`goalward break end {one.id}`"
    match one.until_day, one.minutes:
        case None, None:
            return f"First day off: {one.from_day}. No last day yet: no run until {ends}."
        case last, None:
            return f"First day off: {one.from_day}, last: {last}."
        case None, limit:
            return f"From {one.from_day} on no run takes over {limit:g} minutes, until {ends}."
        case last, limit:
            return f"From {one.from_day} to {last} no run takes over {limit:g} minutes."


def _quiet(one: Break, today: date) -> str:
    """On how many days after it nothing is hard, and by which rule; "" where that is no question.

    In an open break it depends on how long it will have been.
    """
    rule = "rule R-1, evidence D" if one.kind is BreakKind.ILLNESS else "custom, evidence E"
    if one.until_day is not None:
        last = one.quiet_until
        held = f"Nothing hard up to and including {last}, and half the usual volume ({rule})."
        return "" if last is None or last < today else held
    match one.kind:
        case BreakKind.ILLNESS:
            return (
                f"After its end nothing hard for {QUIET_DAYS} days ({SHORT_QUIET_DAYS} if it lasts "
                f"{SHORT_DAYS} days or fewer), and half the usual volume ({rule})."
            )
        case BreakKind.INJURY:
            return (
                f"If it lasts {INJURED_DAYS} days or more, nothing hard for {QUIET_DAYS} days "
                f"after its end, and half the usual volume ({rule})."
            )
        case BreakKind.TRAVEL | BreakKind.REST:
            return ""
