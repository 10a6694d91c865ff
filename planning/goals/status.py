"""Verdict and status: words for a probability, and when the word changes.

The verdict is today's. The status is a state: it moves only when three days have closed beyond the
border by .03, or at once after a race, so that it does not flicker.
"""

from enum import StrEnum

CLOSINGS = 3
MARGIN = 0.03
EDGE = 1e-9  # a float's last bits are no border


class Verdict(StrEnum):
    CONSERVATIVE = "conservative"
    REALISTIC = "realistic"
    STRETCH = "stretch"
    VERY_AMBITIOUS = "very_ambitious"
    NOT_BY_THEN = "not_by_then"


class Status(StrEnum):
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    OUT_OF_REACH = "out_of_reach"
    UNKNOWN = "unknown"
    DONE = "done"


VERDICTS = (
    (0.8, Verdict.CONSERVATIVE),
    (0.5, Verdict.REALISTIC),
    (0.2, Verdict.STRETCH),
    (0.05, Verdict.VERY_AMBITIOUS),
)
# From the lowest; each with the probability at which it begins.
LADDER = (
    (Status.OUT_OF_REACH, 0.0),
    (Status.BEHIND, 0.05),
    (Status.ON_TRACK, 0.5),
    (Status.AHEAD, 0.8),
)
RUNGS = [status for status, _ in LADDER]

type Waiting = tuple[str, int] | None


def verdict_of(probability: float) -> Verdict:
    """Bands of the chance to reach the goal: .8, .5, .2, .05."""
    for border, verdict in VERDICTS:
        if probability >= border:
            return verdict
    return Verdict.NOT_BY_THEN


def status_of(probability: float) -> Status:
    """The status without memory: ahead from .8, on track from .5, behind from .05."""
    return max((border, status) for status, border in LADDER if probability >= border)[1]


def settled(
    probability: float, *, before: str | None, waiting: Waiting, days: int, at_once: bool
) -> tuple[Status, Waiting]:
    """Today's status and what it is waiting to become.

    `before` and `waiting` are of the last closing, `days` days ago: a day on which nothing ran
    closed as the one before it. The count that is returned holds if today closes like this.
    """
    if before not in RUNGS or at_once:
        return status_of(probability), None
    held = Status(before)
    aim = _aim(held, probability)
    if aim is held:
        return held, None
    closed = 0
    if waiting is not None and _is_up(held, aim) == _is_up(held, Status(waiting[0])):
        closed = waiting[1] + days - 1
    if closed >= CLOSINGS:
        return aim, None
    return held, (aim.value, closed + 1)


def _aim(held: Status, probability: float) -> Status:
    """The rung reached when each border on the way must be passed by the margin."""
    rung = RUNGS.index(held)
    while rung + 1 < len(LADDER) and probability >= LADDER[rung + 1][1] + MARGIN - EDGE:
        rung += 1
    while rung > 0 and probability <= LADDER[rung][1] - MARGIN + EDGE:
        rung -= 1
    return RUNGS[rung]


def _is_up(held: Status, aim: Status) -> bool:
    return RUNGS.index(aim) > RUNGS.index(held)
