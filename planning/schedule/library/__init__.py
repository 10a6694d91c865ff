"""The sessions: purposes, the sessions that serve them as data, and how they are built.

A session is a function of how much work it holds and of the paces. Its name follows from its steps,
so that shortening or retargeting a session cannot leave a name that says something else.
"""

from planning.schedule.library.building import quality, suits
from planning.schedule.library.catalogue import SESSIONS, in_turn, named, serving, session_of
from planning.schedule.library.notes import note_of
from planning.schedule.library.race_day import race
from planning.schedule.library.running import easy, long, long_run_walk, quiet, run_walk, strides
from planning.schedule.library.session import (
    Evidence,
    Family,
    Level,
    Session,
    Theme,
    family_of,
    level_of,
)
from planning.schedule.library.steps import SHORTEST_RUN_M, assembled, timed

__all__ = [
    "SESSIONS",
    "SHORTEST_RUN_M",
    "Evidence",
    "Family",
    "Level",
    "Session",
    "Theme",
    "assembled",
    "easy",
    "family_of",
    "in_turn",
    "level_of",
    "long",
    "long_run_walk",
    "named",
    "note_of",
    "quality",
    "quiet",
    "race",
    "run_walk",
    "serving",
    "session_of",
    "strides",
    "suits",
    "timed",
]
