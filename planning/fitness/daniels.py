"""Oxygen cost and race fraction of Daniels and Gilbert (Oxygen Power, 1979).

VO2(v) = -4.60 + 0.182258 v + 0.000104 v^2 with v in m/min, ml/kg/min;
F(t) = 0.8 + 0.1894393 e^(-0.012778 t) + 0.2989558 e^(-0.1932605 t) with t in minutes.
Used for training speeds; it predicts races no better than Riegel's rule.
"""

import math

_A, _B, _C = 0.000104, 0.182258, -4.60


def vdot(distance_m: float, time_s: float) -> float:
    """VDOT (ml/kg/min) of a race; 5 km in 20:00 is 49.8 (Daniels' table: 49.8)."""
    minutes = time_s / 60.0
    speed = distance_m / minutes
    fraction = (
        0.8 + 0.1894393 * math.exp(-0.012778 * minutes) + 0.2989558 * math.exp(-0.1932605 * minutes)
    )
    return (_C + _B * speed + _A * speed * speed) / fraction


def speed_at(vdot_ml: float, fraction: float) -> float:
    """m/s at a fraction of VDOT: the quadratic VO2(v) = fraction x VDOT solved for v."""
    discriminant = _B * _B + 4 * _A * (fraction * vdot_ml - _C)
    return (-_B + math.sqrt(discriminant)) / (2 * _A) / 60.0
