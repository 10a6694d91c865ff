"""Whether last night speaks against running hard today: the body beside its own usual (rule H-2).

It may take a hard session of today away and never gives one (A). What that gains in performance is
small and unsure, SMD 0.20 (-0.09 to 0.48, Manresa-Rocamora 2021): the promise is that hard days are
better placed, not that more comes of them.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import fmean, stdev

from planning.schedule.limits import Softened, as_easy, gives_way
from planning.schedule.paces import Paces
from planning.schedule.plan import PlanDay
from planning.schedule.receipt import Cause
from planning.wellness import Wellness

UNREADY = "H-2"
DAY = timedelta(days=1)
# What is usual is told by the four weeks before the last one, as in Vesterinen 2016: after longer
# ones the lower figures of another watch would call off hard sessions for a month.
WEEK_DAYS, USUAL_DAYS = 7, 28
LEAST_WEEK, LEAST_USUAL = 4, 14  # nights that are known
# In standard deviations of the usual nights. The trials drew the line at a half, and a quarter of
# the hard sessions went (Vesterinen 2016: 13.2 for 17.7); at one, chance takes 2 or 3 in a hundred.
# What nothing else bears out must say more.
BORDER, ALONE = 1.0, 1.5
MOST = 3.0  # one night counts no more: watches err, and one bad night is one bad night


class Sign(StrEnum):
    """What a night tells, by the words for it."""

    VARIABILITY = "heart rate variability"
    RESTING = "resting heart rate"
    SLEEP = "sleep"
    SCORE = "watch's own score"


HEART = (Sign.VARIABILITY, Sign.RESTING)  # these decide, the others only bear them out


@dataclass(frozen=True, slots=True)
class Reading:
    """One sign by one source. `mean` and `sd` are of the usual nights, `nights` are those of the
    last week, today's among them: ln ms, bpm, hours, or points of 100.
    """

    sign: Sign
    source: str
    mean: float
    sd: float
    nights: Mapping[date, float]

    @property
    def usual(self) -> tuple[float, float]:
        """One standard deviation to either side: ms, bpm, hours, or points."""
        return self._plain(self.mean - BORDER * self.sd), self._plain(self.mean + BORDER * self.sd)

    def night(self, day: date) -> float | None:
        """As it was told: ms, bpm, hours, or points."""
        return self._plain(self.nights[day]) if day in self.nights else None

    def worse(self, day: date) -> float | None:
        """By how many standard deviations that night was worse than usual, at most 3; less than 0:
        better. None: not known.
        """
        if day not in self.nights:
            return None
        way = 1.0 if _MEASURES[self.sign].high_is_bad else -1.0
        return min(MOST, way * (self.nights[day] - self.mean) / self.sd)

    def worse_on(self, nights: Iterable[date]) -> list[float]:
        """The same for those of the nights that are known."""
        return [worse for night in nights if (worse := self.worse(night)) is not None]

    def week_worse(self) -> float | None:
        """The mean of the week's nights, in standard deviations; None below four of them (Plews
        2014 found three to do).
        """
        known = self.worse_on(self.nights)
        return fmean(known) if len(known) >= LEAST_WEEK else None

    def of_week(self) -> float:
        """The mean of the week's nights: ms, bpm, hours, or points."""
        return self._plain(fmean(self.nights.values()))

    def _plain(self, value: float) -> float:
        return math.exp(value) if self.sign is Sign.VARIABILITY else value


@dataclass(frozen=True, slots=True)
class Readiness:
    """A morning: the signs that are known of its night, the heart's first."""

    day: date
    readings: tuple[Reading, ...]

    @property
    def against(self) -> str:
        """What speaks against running hard, completing "because ..."; "" when nothing does.

        A bad week: the mean of seven nights' variability (of the resting heart rate where there is
        no variability) is a standard deviation worse than usual, and last night was not better
        than usual already. Or two bad nights running: variability and resting heart rate worse by
        one on the mean; where only one of them is known and neither sleep nor the watch's score
        bears it out, by one and a half. One bad night is neither, however bad: a late meal, a
        drink or a hard run does that. (Weeks tell more than nights: Plews 2014, B; the rest D.)
        """
        yesterday = self.day - DAY
        if bad_week := self._bad_week():
            return bad_week
        if self._is_bad(self.day) and self._is_bad(yesterday):
            return self._two_nights(yesterday, self.day)
        return ""

    def _bad_week(self) -> str:
        reading = self.readings[0]
        worse, last = reading.week_worse(), reading.worse(self.day)
        if worse is None or worse < BORDER or last is None or last <= 0:
            return ""
        side = "over" if _MEASURES[reading.sign].high_is_bad else "under"
        week, low, high = _apart(reading.of_week(), *reading.usual)
        told = f"your {reading.sign} of a week, {week}{_MEASURES[reading.sign].unit},"
        return f"{told} is {side} what is usual for you ({low} to {high})"

    def _is_bad(self, night: date) -> bool:
        heart = [worse for one in self._heart() if (worse := one.worse(night)) is not None]
        borne_out = len(heart) > 1 or bool(self._bearing_out(night))
        return bool(heart) and fmean(heart) >= (BORDER if borne_out else ALONE)

    def _two_nights(self, *nights: date) -> str:
        told = [one for one in self._heart() if fmean(one.worse_on(nights)) >= BORDER]
        if len(told) == 1:
            others = {one.sign: one for night in nights for one in self._bearing_out(night)}
            told += others.values()
        first, *more = (_in_words(one, nights) for one in told)
        return " and your ".join((f"in the last two nights your {first}", *more))

    def _heart(self) -> list[Reading]:
        return [one for one in self.readings if one.sign in HEART]

    def _bearing_out(self, night: date) -> list[Reading]:
        others = (one for one in self.readings if one.sign not in HEART)
        return [one for one in others if (one.worse(night) or 0.0) >= BORDER]


def readiness_on(wellness: Iterable[Wellness], today: date) -> Readiness | None:
    """The morning of `today`; None when the night to it is not known by the heart, or too few
    nights before it are: 14 of the four weeks before the last. What is missing is never a bad
    night. Later days are not looked at, and the order of `wellness` does not matter.

    Each sign is told by one source, the one that knows most of its nights, so that a watch and the
    phone that passes it on do not count twice, and two devices are not mixed.
    """
    first = today - timedelta(days=WEEK_DAYS + USUAL_DAYS - 1)
    told = [each for each in wellness if first <= each.day <= today]
    known = tuple(one for sign in Sign if (one := _reading(sign, told, today)) is not None)
    return Readiness(today, known) if known and known[0].sign in HEART else None


def soften_unready(
    days: Mapping[date, PlanDay],
    wellness: Iterable[Wellness],
    *,
    today: date,
    paces: Paces,
    hands_off: Collection[str] = frozenset(),
) -> dict[date, Softened]:
    """Today's hard session as an easy run when the morning speaks against it (rule H-2); else
    nothing. It is not put elsewhere (rule R-2), and no other day is touched: nobody knows
    tomorrow's night.

    Left alone are races, what is done, sessions that the athlete's hand put there, and those whose
    ident is in `hands_off`.
    """
    planned = days.get(today)
    if planned is None or not gives_way(planned, hands_off):
        return {}
    morning = readiness_on(wellness, today)
    if morning is None or not morning.against:
        return {}
    return {today: Softened(as_easy(planned, paces), Cause(morning.against, UNREADY))}


@dataclass(frozen=True, slots=True)
class _Measure:
    """`least_sd` is what nights differ by at the least, however smooth a watch's figures are: a
    judgement (E).
    """

    read: Callable[[Wellness], float | None]
    least_sd: float
    unit: str = ""
    high_is_bad: bool = False
    digits: int = 0


def _ln_hrv(night: Wellness) -> float | None:
    hrv_ms = night.hrv_ms or 0.0
    return math.log(hrv_ms) if hrv_ms > 0 else None


def _hours(night: Wellness) -> float | None:
    return night.sleep_s / 3600 if night.sleep_s else None


_MEASURES = {
    Sign.VARIABILITY: _Measure(_ln_hrv, 0.07, " ms"),
    Sign.RESTING: _Measure(
        lambda night: night.resting_heart_rate_bpm, 1.5, " bpm", high_is_bad=True
    ),
    Sign.SLEEP: _Measure(_hours, 0.5, " h", digits=1),
    Sign.SCORE: _Measure(lambda night: night.readiness, 8.0),
}


def _reading(sign: Sign, told: Iterable[Wellness], today: date) -> Reading | None:
    by_source: dict[str, dict[date, list[float]]] = {}
    for night in told:
        if (value := _MEASURES[sign].read(night)) is not None:
            by_source.setdefault(night.source, {}).setdefault(night.day, []).append(value)
    readings = [
        reading
        for source, nights in by_source.items()
        if (reading := _of_source(sign, source, nights, today)) is not None
    ]
    known = {source: len(nights) for source, nights in by_source.items()}
    return min(readings, key=lambda one: (-known[one.source], one.source), default=None)


def _of_source(
    sign: Sign, source: str, told: Mapping[date, Sequence[float]], today: date
) -> Reading | None:
    nights = {day: fmean(values) for day, values in told.items()}
    week = {day: value for day, value in nights.items() if (today - day).days < WEEK_DAYS}
    usual = [value for day, value in nights.items() if day not in week]
    if today not in week or len(usual) < LEAST_USUAL:
        return None
    sd = max(stdev(usual), _MEASURES[sign].least_sd)
    return Reading(sign, source, fmean(usual), sd, week)


def _in_words(reading: Reading, nights: Iterable[date]) -> str:
    """`resting heart rate was 56 and 57 bpm (usually 46 to 51)`."""
    measure = _MEASURES[reading.sign]
    known = [value for night in nights if (value := reading.night(night)) is not None]
    told = " and ".join(f"{value:.{measure.digits}f}" for value in known)
    low, high = (f"{value:.{measure.digits}f}" for value in reading.usual)
    return f"{reading.sign} was {told}{measure.unit} (usually {low} to {high})"


def _apart(value: float, *borders: float) -> list[str]:
    """In whole figures, or in tenths where rounding would put the value on a border."""
    whole = [f"{each:.0f}" for each in (value, *borders)]
    return [f"{each:.1f}" for each in (value, *borders)] if whole[0] in whole[1:] else whole
