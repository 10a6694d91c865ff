"""How the athlete slept and recovered, a day at a time, by whose record."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Wellness:
    """What one source says of one day; a night belongs to the day on which it ends.

    `hrv_ms` is the night's mean RMSSD, `readiness` and `sleep_score` are the service's own 0 to
    100. None: not known. It may soften a day's training, never harden it.
    """

    source: str  # connector name
    day: date  # the athlete's
    sleep_s: float | None = None
    sleep_score: float | None = None
    hrv_ms: float | None = None
    resting_heart_rate_bpm: float | None = None
    readiness: float | None = None

    @property
    def key(self) -> str:
        return f"{self.source}:{self.day.isoformat()}"

    @property
    def is_empty(self) -> bool:
        """Nothing is known of the day yet: the watch has not synced."""
        values = (self.sleep_s, self.hrv_ms, self.resting_heart_rate_bpm, self.readiness)
        return all(value is None for value in values)
