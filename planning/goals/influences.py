"""What course, day and the weeks until then cost a race or bring it, in seconds and in words."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.fitness.conditions import WARNING_C
from planning.fitness.prediction import Effect, Prediction
from planning.goals.course import CLIMB, HEAT, RaceTime
from planning.goals.drift import BREAK, FIRST_YEAR, TAPER, VOLUME

WORTH_SAYING = 0.003  # of the time
EIGHT_IN_TEN = 1.2816  # standard deviations

EVIDENCE = {
    CLIMB: "from speed at equal heart rate on roads and from 21,000 mountain races",
    HEAT: "one curve after 1.8 million marathon finishers, good to half of itself",
    VOLUME: "an association, a third of it counted",
    BREAK: "few figures, and unequal ones",
    TAPER: "trials of tapers, which were not of this plan",
    FIRST_YEAR: "beginners gain very unequally, so the range is wider",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that an effect adds to the middle of a forecast; below 0 it takes some away.

    Eight times out of ten it is between `low_s` and `high_s`.
    """

    what: str
    middle_s: float
    low_s: float
    high_s: float

    @property
    def evidence(self) -> str:
        return EVIDENCE[self.what]


def costs_of(effects: Sequence[Effect], expected: Prediction) -> tuple[Cost, ...]:
    """Each against the same race without it; `expected` is with all of them."""
    return tuple(_cost(effect, expected.median_s) for effect in effects)


def told_of_race(time: RaceTime, *, temperature_c: float | None = None) -> str:
    """Why it is another time than today's, and what `told_of` says of its effects; may be ""."""
    told = told_of(time.effects, time.expected, temperature_c=temperature_c)
    return " ".join(filter(None, (_against_today(time), told)))


def told_of(
    effects: Sequence[Effect], expected: Prediction, *, temperature_c: float | None = None
) -> str:
    """Sentences for what is worth saying, each with its range and what it stands on; may be ""."""
    told = list(_told(effects, expected, temperature_c))
    if temperature_c is not None and temperature_c > WARNING_C:
        told.append(
            f"Above {WARNING_C:g} °C paces mean little: go by effort or heart rate, and slow down "
            "in time."
        )
    return " ".join(told)


def _against_today(time: RaceTime) -> str:
    """The expectation ahead holds what preparing brought to those who raced (`fitness.fitting`)."""
    if time.now is None or abs(math.log(time.flat.median_s / time.now.median_s)) < WORTH_SAYING:
        return ""
    later_s = time.flat.median_s - time.now.median_s
    if later_s > 0:
        return f"Good form of late counts less by then: about {_spoken(later_s)} slower than today."
    return (
        f"About {_spoken(-later_s)} faster than today is in it already: what runners who raced had "
        "gained by then in preparing, no promise to who does not."
    )


def _told(
    effects: Sequence[Effect], expected: Prediction, temperature_c: float | None
) -> Iterator[str]:
    for effect in effects:
        if max(abs(effect.ln_time), effect.sd_ln) < WORTH_SAYING:
            continue
        cost = _cost(effect, expected.median_s)
        match effect.what:
            case "climb":
                opening = f"The climb costs {_amount(cost)}"
            case "heat":
                opening = f"{temperature_c or 0.0:g} °C cost {_amount(cost)}"
            case "break":
                opening = f"The break still costs {_amount(cost)} on the day"
            case "taper":
                opening = f"The taper, if run as planned, is worth {_amount(cost)}"
            case "volume" if cost.middle_s < 0:
                opening = f"More kilometres, if run as planned, are worth {_amount(cost)}"
            case "volume":
                opening = f"Fewer kilometres than of late, as planned, cost {_amount(cost)}"
            case _:
                opening = "It is the first year of running"
        yield f"{opening}: {cost.evidence}."


def _cost(effect: Effect, median_s: float) -> Cost:
    without_s = median_s * math.exp(-effect.ln_time)
    low_s, middle_s, high_s = (
        without_s * math.expm1(effect.ln_time + z * effect.sd_ln)
        for z in (-EIGHT_IN_TEN, 0.0, EIGHT_IN_TEN)
    )
    return Cost(effect.what, middle_s, low_s, high_s)


def _amount(cost: Cost) -> str:
    """As in "about 6 min 30 s (2 min 10 s to 10 min)"; what may be nothing at all begins at 0."""
    worth = cost.middle_s < 0
    ends = (-cost.high_s, -cost.low_s) if worth else (cost.low_s, cost.high_s)
    low, high = (_spoken(max(end, 0.0)) for end in ends)
    return f"about {_spoken(abs(cost.middle_s))} ({low} to {high})"


def _spoken(seconds: float) -> str:
    """To the second below a minute, to ten seconds below ten, else to the minute; with its units,
    for beside "3:21" of a marathon "2:10" would be taken for hours.
    """
    step = 1 if seconds < 60 else 10 if seconds < 600 else 60
    minutes, left = divmod(round(seconds / step) * step, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (left, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
