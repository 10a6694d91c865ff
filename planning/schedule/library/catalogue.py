"""Every session of the library, and which of them a week may choose from."""

from collections.abc import Sequence

from planning.schedule.library import easy_sessions, fast_sessions, race_sessions, strong_sessions
from planning.schedule.library.session import Family, Level, Session, Theme
from planning.schedule.plan import Phase

SESSIONS: tuple[Session, ...] = (
    *easy_sessions.EASY,
    *easy_sessions.STRIDES,
    *easy_sessions.LONG,
    *fast_sessions.HILLS,
    *strong_sessions.TEMPO,
    *strong_sessions.THRESHOLD,
    *fast_sessions.INTERVALS,
    *fast_sessions.REPETITIONS,
    *strong_sessions.RACE_PACE,
    *race_sessions.TESTS,
    *race_sessions.RACES,
)
_BY_ID = {session.id: session for session in SESSIONS}


def session_of(session_id: str) -> Session | None:
    """None: a session that is not of this library, or was planned before it had ids."""
    return _BY_ID.get(session_id)


def named(session_id: str) -> Session:
    """Raises KeyError for an id that is not of the library."""
    return _BY_ID[session_id]


def serving(theme: Theme, *, family: Family, phase: Phase, level: Level) -> tuple[Session, ...]:
    """The sessions for a purpose, what comes first in a season first. Where none is for this phase
    or level, those for the family; where none is, all of the theme.
    """
    ours = [session for session in SESSIONS if session.theme is theme]
    family_s = [session for session in ours if family in session.when.families]
    fit = [s for s in family_s if phase in s.when.phases and level in s.when.levels]
    return tuple(fit or family_s or ours)


def in_turn(sessions: Sequence[Session], *, build_up: float, turn: int) -> tuple[Session, ...]:
    """The same, the one to take first: it moves through the list as the season builds up (0 to 1),
    and neighbours alternate with `turn`, the weeks. What follows are the next simpler ones.
    """
    last = len(sessions) - 1
    # So they alternate among all weeks, and among every second or fourth week as well.
    later = (turn + turn // 2 + turn // 4) % 2
    at = min(max(round(build_up * last + (0.5 if later else -0.5)), 0), last)
    return (*reversed(sessions[: at + 1]), *sessions[at + 1 :])
