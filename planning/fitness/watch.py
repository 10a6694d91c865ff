"""A watch's own threshold: shown beside ours, never used (rule Z-2).

Lu 2025 (100 runners, strength B): against blood lactate all watches put the second threshold too
fast, by 1.0 to 2.1 km/h on the mean, and were 13-26 % off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from planning.activity import Observation

WHY_NEVER_USED = (
    "watches put the threshold 1.0 to 2.1 km/h too fast, tested against blood lactate in 100 "
    "runners (Lu 2025)"
)
SPEEDS_M_PER_S = (1.5, 7.0)  # what a threshold can be; beyond is another unit, or none
BEATS_BPM = (90.0, 220.0)


@dataclass(frozen=True, slots=True)
class WatchThreshold:
    """As it stood with a run of `day`; None for what the watch does not tell."""

    day: date
    source: str  # connector name
    speed_m_per_s: float | None
    heart_rate_bpm: float | None


def watch_threshold(copies: Iterable[Observation], today: date) -> WatchThreshold | None:
    """The newest that any copy of a run carries, one with a pace before one without.

    Any order of the copies gives the same. None when no source tells any.
    """
    told = [
        (copy.day, speed is not None, copy.key, copy.record.source, speed, beats)
        for copy in copies
        if copy.day <= today
        for speed in (_within(copy.record.watch_threshold_m_per_s, SPEEDS_M_PER_S),)
        for beats in (_within(copy.record.watch_threshold_bpm, BEATS_BPM),)
        if speed is not None or beats is not None
    ]
    if not told:
        return None
    day, _, _, source, speed, beats = max(told, key=lambda one: one[:3])
    return WatchThreshold(day, source, speed, beats)


def _within(value: float | None, limits: tuple[float, float]) -> float | None:
    low, high = limits
    return value if value is not None and low <= value <= high else None
