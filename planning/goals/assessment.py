"""Is a goal achievable, in which versions, and what must happen."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must happen: {"what", "by_day", "value", "unit", "met"}."""

    what: str
    by_day: date
    value: float
    unit: str
    met: bool
