"""What a service keeps of a workout, held against what was sent. Pure; for every calendar."""

import re
from collections.abc import Iterator, Sequence

from connectors.in_words import band, length
from connectors.ports import MARKER
from planning.workout import Item, Step, Target, TargetType, unrolled

SPEED_TOLERANCE_M_PER_S = 0.001  # a watch keeps mm/s
HEART_RATE_TOLERANCE_BPM = 0.5
DURATION_TOLERANCE = 0.5  # seconds or metres: what cannot be seen on a watch
MARKED = re.compile(re.escape(MARKER).replace(re.escape("{ident}"), "([A-Za-z0-9-]+)"))


def ident_in(description: object) -> str | None:
    """What our marker in it says; None: there is none."""
    found = MARKED.search(description) if isinstance(description, str) else None
    return found[1] if found else None


def unmarked(description: object) -> str:
    """The same without our marker; whatever stands around it stays."""
    return MARKED.sub("", description).rstrip() if isinstance(description, str) else ""


def differences(wanted: Sequence[Item], stored: Sequence[Item]) -> list[str]:
    """Where what a service keeps is not what was sent, in words; empty when all is well.

    Steps are held against each other as they are run, repeats laid out. `wanted` is what the
    service can express; the tolerances are for how it may round that.
    """
    asked, kept = list(unrolled(wanted)), list(unrolled(stored))
    if len(asked) != len(kept):
        return [f"{len(asked)} steps became {len(kept)}"]
    return [
        f"step {number}: {fault}"
        for number, (one, other) in enumerate(zip(asked, kept, strict=True), 1)
        for fault in _faults(one, other)
    ]


def _faults(wanted: Step, stored: Step) -> Iterator[str]:
    if wanted.kind is not stored.kind:
        yield f"{wanted.kind} became {stored.kind}"
    if wanted.duration.type is not stored.duration.type or not _near(
        wanted.duration.value, stored.duration.value, DURATION_TOLERANCE
    ):
        yield _became(length(wanted.duration), length(stored.duration), f"{stored.duration.value}")
    by = (
        SPEED_TOLERANCE_M_PER_S
        if wanted.target.type is TargetType.PACE
        else HEART_RATE_TOLERANCE_BPM
    )
    if (
        wanted.target.type is not stored.target.type
        or not _near(wanted.target.low, stored.target.low, by)
        or not _near(wanted.target.high, stored.target.high, by)
    ):
        yield _became(_band(wanted.target), _band(stored.target), _exactly(stored.target))
    if wanted.note.strip() != stored.note:
        yield f"the note {wanted.note!r} became {stored.note!r}"


def _band(target: Target) -> str:
    return band(target) or "no target"


def _exactly(target: Target) -> str:
    unit = "m/s" if target.type is TargetType.PACE else "bpm"
    return f"{target.low}-{target.high} {unit}"


def _became(wanted: str, stored: str, exactly: str) -> str:
    """What differs by less than people write is told as it is."""
    return f"{wanted} became {stored if stored != wanted else exactly}"


def _near(wanted: float | None, stored: float | None, by: float) -> bool:
    if wanted is None or stored is None:
        return wanted is stored
    return abs(wanted - stored) <= by
