"""What could come next: two or three goals, each with its reason and its forecast.

Proposals are not stated by themselves. The season that one would make is simulated on asking.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.fitness.prediction import Prediction
from planning.goals.adherence import adherence
from planning.goals.assessment import check_goal
from planning.goals.evolution import End, Ended, ended
from planning.goals.goal import (
    DISTANCES_M,
    FIVE_K_M,
    HALF_M,
    MARATHON_M,
    Goal,
    GoalKind,
    Priority,
)
from planning.goals.groundwork import groundwork
from planning.goals.offers import Offered, lighter_habit, offers
from planning.goals.prices import Simulated, runs_as_known, simulated
from planning.goals.season import demand_of
from planning.goals.standards import BOSTON, is_marathon, standard
from planning.goals.wording import distance_name, no_faster, spoken_day
from planning.replan import State, foretell, replan

MOST = 3
STRETCH, REALISTIC = 0.35, 0.5  # chances that a proposed time is made with
STILL_POSSIBLE = 0.2  # the same time again is proposed from this chance on
ALIKE = 0.01
HABIT_WEEKS = 12
TEST_WEEKS = 8
USUAL_WEEKS = 4
OFFERED = {
    Offered.TIME: "The same day with the middle of today's forecast as the time.",
    Offered.DAY: "The same goal on the first day, within a year, for which it makes sense.",
    Offered.DISTANCE: "The longest race that can be prepared for by that day.",
    Offered.HABIT: "Less, and likelier to last: an even chance or better, by your own weeks.",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A goal as it could be stated, why, and where it stands today. None: nothing is foretold."""

    goal: Goal
    why: str
    expected: Prediction | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Evolution:
    ended: Ended
    proposals: tuple[Proposal, ...]


def evolution(state: State, goal: Goal, today: date) -> Evolution:
    """What became of `goal` and what could come next, as of `today`: for a goal that still holds
    there is nothing to propose. What cannot be planned for (an age, a distance) is not proposed.
    """
    outcome = replan(state, today)
    told = {each.goal_id: each for each in outcome.forecasts}
    found = ended(goal, state.activities, today=today, forecast=told.get(goal.id))
    proposals: list[Proposal] = []
    for proposal in _proposed(found, state, today):
        wrong = check_goal(proposal.goal, today, athlete=state.athlete)
        if not wrong and not any(_alike(proposal.goal, each.goal) for each in proposals):
            proposals.append(proposal)
    return Evolution(found, tuple(proposals[:MOST]))


def rebuilt(state: State, found: Ended, proposal: Proposal, today: date) -> Simulated:
    """The season with the proposal in it: in the place of a goal that is over or was changed."""
    gone = {found.goal.id} if found.goal.day >= today else set()
    kept = [goal for goal in state.goals if goal.id not in gone and goal.is_alive(today)]
    return simulated(state, (*kept, proposal.goal), today)


def _proposed(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    if found.goal.distance_m is None:
        yield from _after_a_habit(found, state, today)
        return
    match found.end:
        case End.REACHED:
            yield from _after_success(found, state, today)
        case End.MISSED | End.NOT_RUN:
            yield from _after_a_miss(found, state, today)
        case End.OUTGROWN:
            yield from _more(found, state, today)
        case End.IMPOSSIBLE:
            yield from _less(found, state, today)
        case End.ABANDONED:
            yield from _after_giving_up(found, state, today)
        case End.UNDERWAY:
            return


def _alike(one: Goal, other: Goal) -> bool:
    """The same race on the same day, and times that differ by less than one per cent."""
    if (one.distance_m, one.day, one.kind) != (other.distance_m, other.day, other.kind):
        return False
    if one.target_s is None or other.target_s is None:
        return one.target_s == other.target_s
    return abs(one.target_s / other.target_s - 1.0) < ALIKE


def _after_success(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    goal = found.goal
    again = _next_day(found, goal.distance_m or 0.0, today)
    why = "The same distance again, faster: a time that today's forecast gives one chance in three."
    if not goal.is_timed:
        why = "Now with a time: the middle of today's forecast, since the first one is behind you."
    chance = STRETCH if goal.is_timed else REALISTIC
    if is_marathon(goal.distance_m):
        yield from _qualifier(found, state, again, today)
    yield from _timed(state, goal, again, chance, today=today, why=why)
    longer = next((m for m in DISTANCES_M if m > 1.05 * (goal.distance_m or 0.0)), None)
    if longer is not None:
        yield _told(
            state,
            _race(longer, _next_day(found, longer, today)),
            today,
            f"The next distance, to finish well: what you hold carries over to the "
            f"{distance_name(longer)}.",
        )
    yield _habit(state, today, "No race for a while: keep what you have, as often as of late.")


def _qualifier(found: Ended, state: State, day: date, today: date) -> Iterator[Proposal]:
    """Boston's standard, where sex and age are known: with its chance, however small that is."""
    athlete = state.athlete
    try:
        asked = standard(BOSTON, sex=athlete.sex, birth_year=athlete.birth_year, day=day)
    except ValueError:
        return
    if found.goal.target_s is not None and found.goal.target_s <= asked.time_s:
        return
    goal = replace(_race(MARATHON_M, day, asked.time_s), qualifier=BOSTON)
    told = _told(state, goal, today, "")
    far = told.probability is not None and told.probability < STILL_POSSIBLE
    years = "; it may take years: `goalward season path` shows them" if far else ""
    why = f"Boston's standard for {asked.race_day.year} at {asked.age} ({asked.source}){years}."
    yield replace(told, why=why)


def _after_a_miss(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    goal = found.goal
    again = _next_day(found, goal.distance_m or 0.0, today)
    if goal.is_timed:
        same = _told(
            state,
            _race(goal.distance_m or 0.0, again, goal.target_s),
            today,
            "The same time again, with a whole preparation: it is not out of reach.",
        )
        if (same.probability or 0.0) >= STILL_POSSIBLE:
            yield same
        why = "The same distance with the middle of today's forecast as the time."
        yield from _timed(state, goal, again, REALISTIC, today=today, why=why)
    else:
        why = "The same race again, with a whole preparation."
        yield _told(state, _race(goal.distance_m or 0.0, again), today, why)
    yield from _test_race(found, state, today)


def _more(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    goal = found.goal
    why = "The same day with the middle of today's forecast: the old time has become safe."
    yield from _timed(state, goal, goal.day, REALISTIC, today=today, why=why)
    why = "The same day with a time that takes a good day: one chance in three."
    yield from _timed(state, goal, goal.day, STRETCH, today=today, why=why)


def _less(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    def time_of(goal: Goal) -> Prediction | None:
        told = foretell(state, goal, today=today, plan=None)
        return None if isinstance(told, str) else told.expected

    goal = found.goal
    chance = _told(state, goal, today, "").probability
    done = groundwork(runs_as_known(state, today), today)
    for offer in offers(goal, done, today=today, probability=chance, foretell=time_of):
        new = replace(offer.goal, id=_id(offer.goal.distance_m, offer.goal.day), stated_on=None)
        yield _told(state, new, today, OFFERED[offer.kind])
    shorter = [m for m in DISTANCES_M if m < 0.95 * (goal.distance_m or 0.0)]
    if shorter:
        why = f"A shorter race on the same day: {distance_name(shorter[-1])}, to finish well."
        yield _told(state, _race(shorter[-1], goal.day), today, why)


def _after_giving_up(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    yield _habit(state, today, "Running without a race for a while, as often as of late.")
    yield from _test_race(found, state, today)


def _after_a_habit(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    if found.end is End.IMPOSSIBLE:
        yield from _lighter(found.goal, state, today)
    if found.end in {End.UNDERWAY, End.OUTGROWN, End.IMPOSSIBLE}:
        return
    kept = found.end is End.REACHED
    why = "It works: go on with it." if kept else "The same habit, as often as it really was."
    yield _habit(state, today, why, asked=found.goal.runs_per_week if kept else None)
    day = _sunday(today + timedelta(weeks=demand_of(_race(FIVE_K_M, today)).season_weeks))
    yield _told(state, _race(FIVE_K_M, day), today, "A first or another 5K, to finish well.")


def _lighter(goal: Goal, state: State, today: date) -> Iterator[Proposal]:
    def chance_of(habit: Goal) -> float | None:
        kept = adherence(habit, runs_as_known(state, today), today)
        return kept.probability if kept else None

    offer = lighter_habit(goal, chance_of)
    if offer is not None:
        new = replace(offer.goal, id=_id(None, goal.day), stated_on=None)
        yield Proposal(new, OFFERED[offer.kind], None, offer.probability)


def _test_race(found: Ended, state: State, today: date) -> Iterator[Proposal]:
    """A shorter race within two months: it tells where one stands, and is soon over."""
    shorter = [m for m in DISTANCES_M if m < 0.95 * (found.goal.distance_m or 0.0)]
    metres = min(shorter[-1], HALF_M) if shorter else FIVE_K_M
    rest = timedelta(days=demand_of(found.goal).no_hard_days if found.result else 0)
    day = _sunday(max(today, found.on + rest) + timedelta(weeks=TEST_WEEKS))
    like = replace(_race(metres, day), priority=Priority.B)
    why = f"A {distance_name(metres)} by {spoken_day(day)}: it shows where you stand."
    yield from _timed(state, like, day, REALISTIC, today=today, why=why)


def _timed(
    state: State, like: Goal, day: date, chance: float, *, today: date, why: str
) -> Iterator[Proposal]:
    """The distance and course of `like` on `day` with the time that has this chance, rounded up;
    nothing where no time can be foretold.
    """
    goal = replace(like, id=_id(like.distance_m, day), day=day, stated_on=None, retired_on=None)
    open_ended = replace(goal, kind=GoalKind.COMPLETION, target_s=None, qualifier="", buffer_s=0.0)
    expected = _told(state, open_ended, today, why).expected
    if expected is None:
        return
    target_s = no_faster(expected.quantile_s(chance), expected.distance_m)
    yield _told(state, replace(open_ended, kind=GoalKind.TIME, target_s=target_s), today, why)


def _told(state: State, goal: Goal, today: date, why: str) -> Proposal:
    would_be = replace(state, goals=(goal,), closing=None)
    (forecast,) = replan(would_be, today).forecasts
    time = foretell(would_be, goal, today=today, plan=replan(would_be, today).plan)
    expected = None if isinstance(time, str) else time.expected
    return Proposal(goal, why, expected, forecast.probability)


def _habit(state: State, today: date, why: str, *, asked: int | None = None) -> Proposal:
    first = today - timedelta(weeks=USUAL_WEEKS) + timedelta(days=1)
    days = {run.day for run in state.activities if run.is_run and first <= run.day <= today}
    usual = max(math.floor(len(days) / USUAL_WEEKS + 1e-9), 1)
    day = _sunday(today + timedelta(weeks=HABIT_WEEKS))
    goal = Goal(
        _id(None, day),
        GoalKind.HEALTH,
        Priority.A,
        day,
        None,
        runs_per_week=asked or usual,
        from_day=today,
    )
    return Proposal(goal, why, None, None)


def _next_day(found: Ended, distance_m: float, today: date) -> date:
    """A Sunday after recovery from the race that was run, and a whole season of the next."""
    rest = len(demand_of(found.goal).after_shares) if found.result is not None else 0
    start = max(found.on, today) if found.result is None else found.on
    weeks = rest + demand_of(_race(distance_m, today)).season_weeks
    return _sunday(max(start + timedelta(weeks=weeks), today + timedelta(weeks=TEST_WEEKS)))


def _race(metres: float, day: date, target_s: float | None = None) -> Goal:
    kind = GoalKind.COMPLETION if target_s is None else GoalKind.TIME
    return Goal(_id(metres, day), kind, Priority.A, day, metres, target_s)


def _id(metres: float | None, day: date) -> str:
    return f"next-{round(metres or 0.0)}-{day:%y%m%d}"


def _sunday(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())
