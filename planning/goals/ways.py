"""Ways out of a conflict of goals: prioritise, sequence, compromise, each simulated and priced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

from planning.goals.conflicts import Clash, Conflict, conflicts
from planning.goals.goal import Goal, Priority
from planning.goals.needs import weekly_gate
from planning.goals.prices import Price, Simulated, priced, simulated
from planning.goals.season import alive
from planning.goals.wording import distance_name, kilometres, opening, spoken_day
from planning.replan import State
from planning.schedule.effort import hard

FURTHEST_WEEKS = 52  # a race is not moved by more than a year
EQUAL = 0.03  # chances that differ by less than this are told as alike


class WayKind(StrEnum):
    PRIORITISE = "prioritise"
    SEQUENCE = "sequence"
    COMPROMISE = "compromise"


@dataclass(frozen=True, slots=True)
class Way:
    """`changed` goals as they would have to be stated; `prices` against each goal without the other
    one, in the order of the conflict. A goal that is given up has none.
    """

    kind: WayKind
    sentence: str
    changed: tuple[Goal, ...]
    prices: tuple[Price, ...]
    season: Simulated

    @property
    def lost(self) -> float:
        """What the goals lose in chances together, one given up all of a chance. Days are for the
        athlete to weigh.
        """
        given_up = sum(1.0 for goal in self.changed if goal.retired_on is not None)
        return given_up + sum(price.probability or 0.0 for price in self.prices)


@dataclass(frozen=True, slots=True)
class WaysOut:
    """`today` prices the season as it stands."""

    conflict: Conflict
    today: tuple[Price, ...]
    ways: tuple[Way, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class RacePrice:
    """What a B or C race costs an A race: `price`, and what the training loses until then."""

    race: Goal
    price: Price
    training_m: float
    hard_sessions: int


def conflicts_of(state: State, today: date) -> tuple[Conflict, ...]:
    """Every pair in each other's way: by day and distance, and by volume where the plan for both
    leaves one goal short of the weekly distance that it gets alone. Sorted by day.
    """
    races = _races(state, today)
    found = list(conflicts(races, today))
    told = {(each.first.id, each.second.id) for each in found}
    together = simulated(state, _stated(state, today), today) if len(races) > 1 else None
    for first, second in combinations(races, 2):
        if together is not None and (first.id, second.id) not in told:
            found += _starved(state, together, first, second, today)
    return tuple(sorted(found, key=lambda each: (each.first.day, each.second.day, each.second.id)))


def ways_out(state: State, conflict: Conflict, today: date) -> WaysOut:
    """The three ways, one of them for each goal that may come first. Nothing is stored.

    Seconds, chances and days are against each goal planned for without the other.
    """
    goals, pair = _stated(state, today), (conflict.first, conflict.second)
    alone = {
        goal.id: simulated(state, _without(goals, other), today)
        for goal, other in (pair, pair[::-1])
    }
    as_it_is = simulated(state, goals, today)
    ways = tuple(
        _way(kind, changed, state=state, goals=goals, alone=alone, today=today)
        for kind, changed in _changes(conflict, goals, today)
    )
    return WaysOut(conflict, _prices(alone, as_it_is, today), ways, _advice(ways))


def race_prices(state: State, race: Goal, today: date) -> tuple[RacePrice, ...]:
    """The price of a B or C race for each A race from `today` on: the season with and without it.

    Raises ValueError where `race` is an A race: that is a conflict, or none.
    """
    if race.priority is Priority.A:
        raise ValueError("an A race has no price: it is what the others are weighed against")
    goals = _stated(state, today)
    season, without = simulated(state, goals, today), simulated(state, _without(goals, race), today)
    return tuple(
        _race_price(race, goal, season=season, without=without, today=today)
        for goal in _races(state, today)
        if goal.priority is Priority.A
    )


def _race_price(
    race: Goal, goal: Goal, *, season: Simulated, without: Simulated, today: date
) -> RacePrice:
    before, after = without.sessions(goal.day), season.sessions(goal.day)
    metres = sum(w.distance_m for w in before) - sum(w.distance_m for w in after)
    sessions = sum(map(hard, before)) - sum(map(hard, after))
    return RacePrice(race, priced(without, season, goal.id, today=today), metres, sessions)


def _starved(
    state: State, together: Simulated, first: Goal, second: Goal, today: date
) -> Iterator[Conflict]:
    """One of the two gets less than its least weekly distance because of the other."""
    for goal, other in ((first, second), (second, first)):
        least_m = weekly_gate(goal.distance_m or 0.0).least
        got_m = together.standings[goal.id].weekly_m
        if got_m >= least_m:
            continue
        alone = simulated(state, _without(_stated(state, today), other), today)
        alone_m = alone.standings[goal.id].weekly_m
        if alone_m >= least_m:
            sentence = (
                f"{opening(_name(goal))} asks for {kilometres(least_m)} a week and gets "
                f"{kilometres(got_m)} beside {_name(other)}; alone it would get "
                f"{kilometres(alone_m)}."
            )
            days = (second.day - first.day).days
            yield Conflict(first, second, Clash.VOLUME, days + 7, sentence, "rules P-3 and P-5")
            return


def _changes(
    conflict: Conflict, goals: Sequence[Goal], today: date
) -> Iterator[tuple[WayKind, tuple[Goal, ...]]]:
    """Each way and the goals that it changes."""
    first, second = conflict.first, conflict.second
    for chosen, other in ((first, second), (second, first)):
        yield WayKind.PRIORITISE, _prioritised(chosen, other, today)
    later = _moved(conflict, goals, today)
    if later is not None:
        yield WayKind.SEQUENCE, (*_both(first, second, Priority.A)[:1], later)
    yield WayKind.COMPROMISE, _both(first, second, Priority.B)


def _prioritised(chosen: Goal, other: Goal, today: date) -> tuple[Goal, Goal]:
    """The other one as a B race; as a C race, for training, where that is too near; and given up
    where there is no room even for that.
    """
    chosen = replace(chosen, priority=Priority.A)
    for priority in (Priority.B, Priority.C):
        less = replace(other, priority=priority)
        pair = sorted((chosen, less), key=lambda goal: (goal.day, goal.id))
        if not conflicts(pair, pair[0].day):
            return chosen, less
    return chosen, replace(other, retired_on=today)


def _both(first: Goal, second: Goal, priority: Priority) -> tuple[Goal, Goal]:
    return replace(first, priority=priority), replace(second, priority=priority)


def _moved(conflict: Conflict, goals: Sequence[Goal], today: date) -> Goal | None:
    """The second race on the first weekday like its own on which it is in nobody's way; None
    within a year.
    """
    first, second = _both(conflict.first, conflict.second, Priority.A)
    others = [goal for goal in _without(goals, second) if goal.id != first.id]
    for weeks in range(1, FURTHEST_WEEKS + 1):
        moved = replace(second, day=second.day + timedelta(weeks=weeks))
        near = (moved.day - first.day).days < conflict.days_needed
        found = conflicts((*others, first, moved), today)
        if not near and not any(moved.id in (each.first.id, each.second.id) for each in found):
            return moved
    return None


def _way(
    kind: WayKind,
    changed: tuple[Goal, ...],
    *,
    state: State,
    goals: Sequence[Goal],
    alone: Mapping[str, Simulated],
    today: date,
) -> Way:
    new = {goal.id: goal for goal in changed}
    season = simulated(state, [new.get(goal.id, goal) for goal in goals], today)
    return Way(kind, _sentence(kind, changed), changed, _prices(alone, season, today), season)


def _prices(alone: Mapping[str, Simulated], season: Simulated, today: date) -> tuple[Price, ...]:
    """In the order of the conflict; a goal that is given up has none."""
    return tuple(
        priced(before, season, goal_id, today=today)
        for goal_id, before in alone.items()
        if goal_id in season.standings
    )


def _sentence(kind: WayKind, changed: Sequence[Goal]) -> str:
    first, second = changed
    match kind:
        case WayKind.PRIORITISE if second.retired_on is not None:
            return f"{opening(_name(first))} comes first; {_name(second)} is left out."
        case WayKind.PRIORITISE:
            how = (
                "with a small taper and a good effort"
                if second.priority is Priority.B
                else "for training, without a taper"
            )
            return f"{opening(_name(first))} comes first; {_name(second)} is run {how}."
        case WayKind.SEQUENCE:
            return (
                f"One after the other: {_name(first)} as it is, then {_name(second)} on "
                f"{spoken_day(second.day)} or a race about then, each with its full preparation."
            )
        case WayKind.COMPROMISE:
            return (
                f"Both on their days, neither with a full peak: the long run grows for the longer "
                f"of {_name(first)} and {_name(second)}, each gets a small taper, and what counts "
                "is a good day and not the last seconds."
            )


def _advice(ways: Sequence[Way]) -> str:
    """Where least is lost. Days are named and not weighed: nobody can do that for an athlete."""
    on_their_days = [way for way in ways if way.kind is not WayKind.SEQUENCE]
    best = min(on_their_days, key=lambda way: way.lost)
    alike = [way for way in on_their_days if way.lost - best.lost < EQUAL]
    sequence = [way for way in ways if way.kind is WayKind.SEQUENCE]
    told = (
        f"Of the ways that keep both days least is lost in all by this one: {best.sentence}"
        if len(alike) == 1
        else "The ways that keep both days cost about the same: choose by which goal means more."
    )
    if sequence and sequence[0].lost < best.lost - EQUAL:
        told += " Both as they should be costs time: one after the other."
    return told


def _stated(state: State, today: date) -> tuple[Goal, ...]:
    return tuple(goal for goal in state.goals if goal.is_alive(today))


def _races(state: State, today: date) -> tuple[Goal, ...]:
    return tuple(goal for goal in alive(_stated(state, today), today) if goal.distance_m)


def _without(goals: Sequence[Goal], left_out: Goal) -> tuple[Goal, ...]:
    return tuple(goal for goal in goals if goal.id != left_out.id)


def _name(goal: Goal) -> str:
    return goal.name or f"the {distance_name(goal.distance_m or 0.0)}"
