"""Workouts of the session library, at anybody's paces, on any day."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.schedule import library
from planning.schedule.library import SESSIONS
from planning.schedule.library.session import Plain
from planning.schedule.paces import Beats
from planning.workout import PlannedWorkout
from tests.connectors.linked import TODAY
from tests.planning.schedule.cases import PACES, goal_in

SPEEDS = ("easy_low", "easy_high", "marathon", "threshold", "interval", "repetition", "race")
EASY_RUNS = ("easy", "recovery", "shakeout", "medium-long", "easy-strength")
HARD = [session for session in SESSIONS if not isinstance(session.recipe, Plain)]


def _easy(session):
    return lambda metres, paces: library.easy(metres, paces, session=session)


def _long(session, **blocks):
    return lambda metres, paces: library.long(2 * metres, paces, session=session, **blocks)


def _to_finish(_, paces):
    return library.race(goal_in(5, MARATHON_M, kind=GoalKind.COMPLETION), paces)


EASY = {
    **{name: _easy(name) for name in EASY_RUNS},
    **{name: _long(name) for name in ("long-hills", "back-to-back")},
    "easy-strides": library.strides,
    "hill-strides": lambda metres, paces: library.strides(metres, paces, session="hill-strides"),
    "run-walk-start": lambda _, paces: library.run_walk(1_800, paces, run_s=60, walk_s=60),
    "run-walk": lambda _, paces: library.run_walk(2_400, paces, run_s=240, walk_s=60),
    "long": _long("long"),
    "long-race-pace": _long("long", blocks=2, block_m=3_000),
    "long-finish": _long("long-finish", blocks=1, block_m=4_000),
    "long-run-walk": library.long_run_walk,
    "race-finish": _to_finish,
}
RACES = (1_500.0, FIVE_K_M, TEN_K_M, HALF_M, MARATHON_M, 50_000.0, 100_000.0)


@st.composite
def anybodys_paces(draw):
    """From twice as fast as the runner of `PACES` to half as fast; by feel or by heart as well."""
    by = draw(st.floats(0.5, 2.0))
    told = {name: getattr(PACES, name) * by for name in (*SPEEDS, "critical", "on_the_day")}
    beats = Beats(float(draw(st.integers(120, 150))), float(draw(st.integers(155, 180))))
    return replace(
        PACES,
        **told,
        half_band_s=draw(st.sampled_from((5, 10, 15))),
        certain=draw(st.sampled_from((True, True, True, False))),
        beats=beats,
        by_heart=draw(st.booleans()),
    )


def _hard(session, work_m, paces):
    return library.quality([session], work_m=work_m, limit_m=60_000, paces=paces)


@st.composite
def library_workouts(draw):
    """Every session has the same chance; the races come by their distances."""
    paces, metres = draw(anybodys_paces()), float(draw(st.integers(15, 80)) * 200)
    which = draw(st.sampled_from([*HARD, *EASY, *RACES]))
    if isinstance(which, str):
        workout = EASY[which](metres, paces)
    elif isinstance(which, float):
        workout = library.race(goal_in(5, which), paces)
    else:
        workout = _hard(which, metres, paces)
    day = TODAY + timedelta(days=draw(st.integers(0, 400)))
    return PlannedWorkout("g1-2026w48-quality", day, workout, library.note_of(workout))


def one_of_each(paces=PACES):
    """Every session of the library once, by its id, and a race of each distance."""
    found = {session.id: _hard(session, 6_000.0, paces) for session in HARD}
    found |= {name: made(9_000.0, paces) for name, made in EASY.items()}
    races = (library.race(goal_in(5, metres), paces) for metres in RACES)
    return found | {race.session: race for race in races}
