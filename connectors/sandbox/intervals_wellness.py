"""How the simulated runner slept, in intervals.icu's words."""

from datetime import date, timedelta

from connectors.sandbox.runner import chance
from connectors.sandbox.world import Account

UNWORN = 0.1  # share of the nights without the watch


def values_of(account: Account, day: date) -> dict[str, float] | None:
    """None: the watch was not worn. A day of much running raises the pulse of the next morning."""
    random = chance(account.runner.seed, "night", day)
    if random.uniform() < UNWORN:
        return None
    yesterday = day - timedelta(days=1)
    run_s = sum(one.run.moving_s for one in account.activities if one.local_day == yesterday)
    tired = min(run_s / 7200.0, 1.5) + float(random.normal(0.0, 0.3))
    resting = account.runner.resting_heart_rate_bpm + 2.0 * tired
    return {
        "restingHR": round(resting),
        "hrv": round(62.0 - 6.0 * tired + float(random.normal(0.0, 4.0)), 1),
        "sleepSecs": round(float(random.normal(7.4, 0.6)) * 60.0) * 60,
        "sleepScore": round(80.0 - 5.0 * tired),
        "readiness": round(72.0 - 12.0 * tired),
    }
