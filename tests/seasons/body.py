"""What a simulated runner can really do: a simple impulse and response, known to no plan.

Form goes with the logarithm of what was run over six weeks, weighed by intensity. The size of it
follows the trials and logs on volume (a quarter more earns 1 to 2 % in twelve weeks, a fortnight off
costs 2 to 4 %), and nobody gains over 6 or loses over 10 % in a season. Tired legs cost up to 4 %,
rested ones give about 1 %, which is what a taper is worth.
"""

import math

EASY_SHARE = 0.76  # of the speed over 10 km
CHRONIC_DAYS, ACUTE_DAYS = 42.0, 7.0
MOST_GAIN, MOST_LOSS = 0.06, 0.10  # in ln speed
TIRED, MOST_TIRED, MOST_RESTED = 0.025, 0.04, 0.015
ILL, ILL_FADES = 0.04, 0.93  # the day after; what is left of it a day later
RIEGEL_LN = math.log(10_000.0)


def race_time_s(ln_speed, distance_m, fade):
    """Seconds over `distance_m` at `ln_speed` (m/s over 10 km), slower by `fade` per ln distance."""
    return distance_m / math.exp(ln_speed - fade * (math.log(distance_m) - RIEGEL_LN))


def load_km(distance_m, speed_m_per_s, ten_k_m_per_s):
    """Kilometres as easy ones: harder running counts with the square of its speed."""
    return distance_m / 1000 * min(3.0, (speed_m_per_s / (EASY_SHARE * ten_k_m_per_s)) ** 2)


class Body:
    """Moved on by a day at a time."""

    def __init__(self, runner):
        self.runner = runner
        self.usual = self.chronic = self.acute = runner.km_a_week / 7
        self.ill = 0.0

    @property
    def ln_speed(self):
        """Of a race over a flat 10 km today."""
        ratio = self.chronic / self.usual
        form = self.runner.gain * math.log(max(ratio, 0.05))
        tired = TIRED * (self.acute / max(self.chronic, 0.1) - 1)
        return (
            self.runner.ln_speed
            + max(-MOST_LOSS, min(MOST_GAIN, form))
            - max(-MOST_RESTED, min(MOST_TIRED, tired))
            - self.ill
        )

    def lives(self, load, *, ill=False):
        self.chronic += (load - self.chronic) / CHRONIC_DAYS
        self.acute += (load - self.acute) / ACUTE_DAYS
        self.ill = ILL if ill else self.ill * ILL_FADES
