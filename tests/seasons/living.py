"""A season day by day: the runner runs, facts arrive, the plan is made anew every evening."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from planning import replan as door
from planning.breaks import Breaks
from planning.replan import Outcome, State
from planning.schedule.readiness import readiness_on
from planning.workout import Kind, Workout
from tests.seasons.athletes import Chances, Runner
from tests.seasons.body import Body, load_km
from tests.seasons.days import Recorded, ill, off, opinion, recorded
from tests.seasons.strain import (
    CALM,
    RELUCTANCE,
    Legs,
    asks_too_much,
    excess_hazard,
    hurt,
    strains,
)

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lived:
    """What truly came of a day. `asked` is the session, no race, that stood in the morning of a day
    on which the runner can run; `strains` and `times` (the longest of 30 days) are of what was run.
    """

    asked: Workout | None
    too_much: bool
    done: Recorded | None
    strains: frozenset[str] = frozenset()
    times: float = 0.0


@dataclass(frozen=True, slots=True)
class Evening:
    """`state.closing` is how the day before ended; `before` is what was known then. `runner` is as
    far as is known tonight: injuries from running come with the days.
    """

    runner: Runner
    today: date
    state: State
    outcome: Outcome
    ln_speed: float  # true
    before: State | None
    decide: Callable[[State, date], Outcome]
    lived: Lived
    legs: Legs


def evenings(runner, decide=door.replan, world=CALM):
    """Every evening from the first to the one after the last race; `decide(state, today)`."""
    body, legs, runs, layers, nights = Body(runner), Legs(runner), [], (), []
    complete, closing, state = None, None, None
    today = runner.first_day
    while today <= runner.last_day + DAY:
        chances, plan = Chances.of(runner.seed, today), closing.plan if closing else None
        if plan is not None:
            layers = opinion(runner, plan, today, layers=layers, chances=chances)
        nights += [night for night in (runner.wellness(today),) if night]
        planned = plan.on(today) if plan else None
        if plan and _is_bad_morning(nights, today):
            known = _state(runner, runs, today, (layers, nights, complete, closing))
            this_morning = decide(known, today).plan
            planned = this_morning.on(today) if this_morning else None
        standing = planned if planned and not _touched(planned, layers) else None
        lived = day_of(runner, (body, legs, world), today, planned=standing, chances=chances)
        runs += [lived.done] if lived.done else []
        lives(body, legs, lived.done, sick=ill(runner, today))
        runner = hurt(runner, today, excess_hazard(lived.times)) if world.hurts else runner
        complete = _complete(runner, runs, today, complete)
        before, state = state, _state(runner, runs, today, (layers, nights, complete, closing))
        outcome = decide(state, today)
        yield Evening(runner, today, state, outcome, body.ln_speed, before, decide, lived, legs)
        closing, today = outcome.closing, today + DAY


def _is_bad_morning(nights, today):
    """Then the watch shows what the morning made of the day, before it is run."""
    morning = readiness_on(nights, today)
    return morning is not None and bool(morning.against)


def day_of(runner, truth, today, *, planned, chances):
    """What comes of a day; `truth`: body, legs and world."""
    body, legs, world = truth
    stands = planned.workout.workout if planned and planned.workout else None
    asked = stands if stands and stands.kind is not Kind.RACE and not off(runner, today) else None
    too_much = asked is not None and asks_too_much(asked, legs=legs, body=body, today=today)
    reluctance = RELUCTANCE if too_much and world.wears else 0.0
    done = recorded(runner, body, today, planned=planned, chances=chances, reluctance=reluctance)
    if done is None:
        return Lived(asked, too_much, None)
    found = strains(done.true_m, is_hard=done.is_hard, legs=legs, body=body, today=today)
    return Lived(asked, too_much, done, found, legs.times_the_longest(done.true_m, today))


def lives(body, legs, done, *, sick):
    """Body and legs after the day."""
    if done is None:
        return body.lives(0.0, ill=sick)
    legs.ran(done)
    speed = done.run.distance_m / done.run.moving_time_s
    ten_k = math.exp(body.ln_speed)
    return body.lives(load_km(done.true_m, min(speed, 1.1 * ten_k), ten_k), ill=sick)


def _touched(planned, layers):
    """A session of today that was skipped or moved away this very day."""
    return planned.workout is not None and planned.workout.ident in {
        layer.ident for layer in layers if layer.to_day != planned.day
    }


def _complete(runner, runs, today, complete):
    """The last day of which everything is here; never says less than it said."""
    if not runner.has_watch:
        return None
    missing = [one.run.day for one in runs if one.known_on > today]
    silence = [first for first, last in runner.silences if first <= today <= last]
    until = min([today, *missing, *silence]) - DAY
    return max(until, complete or until)


def _state(runner, runs, today, known):
    layers, nights, complete, closing = known
    arrived = tuple(one.run for one in runs if one.known_on <= today)
    return State(
        athlete=runner.athlete(today),
        activities=(*runner.histories, *arrived),
        goals=runner.goals_on(today),
        closing=closing,
        layers=layers,
        complete_until=complete,
        wellness=tuple(nights),
        weather=runner.weather_on(today),
        breaks=Breaks(runner.breaks_on(today)),
    )
