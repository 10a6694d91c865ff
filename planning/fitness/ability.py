"""The estimate: observations -> mean and variance of ability over time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AbilityToday:
    """ln of the speed (m/s) over a flat, cool 10 km, and its standard deviation. None: not yet."""

    ln_speed: float | None
    sd_ln: float | None
    runs_used: int
    message: str
