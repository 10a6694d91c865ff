"""How far the athlete has run and will have run: the ground on which all limits stand."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache, wraps
from typing import Any

from planning.activity import Activity, Surface
from planning.completeness import is_silent

ALWAYS_ALLOWED_M = 5_000.0  # one run (rule P-2)
FIRST_WEEK_M = 9_000.0  # three short run-walks: where someone without any running starts
LONGEST_RISE = 1.10  # rule P-2
WEEK_RISE, WEEK_RISE_M = 1.10, 3_000.0  # rule P-3
# What is planned stays a little below what is allowed: a run of 19.8 km where 20 were planned must
# not make next week's plan unlawful.
PLANNED_LONGEST_RISE = 1.08
PLANNED_WEEK_RISE, PLANNED_WEEK_RISE_M = 1.07, 2_500.0
GAP_DAYS = 7  # so many days without a run are a break (rule R-3)
SEEN_DAYS = 2 * GAP_DAYS - 1  # of so many days one week is empty from Monday to Sunday
FORGOTTEN_DAYS = 56
REMEMBERED_GAP_DAYS = 3 * FORGOTTEN_DAYS
REMEMBERED_DAYS = 400
# Eight weeks hold six full ones: a session missed here and there leads nobody down for good. Of
# five weeks a miss counted twice, in its week and in the level that all later weeks rise from. Yet
# who has run less for five weeks comes back to more by so much at most at once: with what a new
# week may rise by (rule P-3) that is a quarter.
HELD_WEEKS, HELD_BEST = 8, 2
LATELY_WEEKS, BACK_AT_ONCE = 5, 1.15
DAY = timedelta(days=1)


@lru_cache(maxsize=512)
def week_of(monday: date) -> tuple[date, ...]:
    """The seven days from `monday`; asked for so often that counting them is half of a plan."""
    return tuple(monday + timedelta(days=day) for day in range(7))


def _remembered[T](of: Callable[["Mileage", date], T]) -> Callable[["Mileage", date], T]:
    """What is asked of one mileage and one day, reckoned once: every week of a plan asks it again,
    and that was half of the time a plan takes.
    """

    @wraps(of)
    def told(mileage: "Mileage", monday: date) -> T:
        key = (of.__name__, monday)
        if key not in mileage.answers:
            mileage.answers[key] = of(mileage, monday)
        answer: T = mileage.answers[key]
        return answer

    return told


@dataclass(frozen=True, slots=True)
class Mileage:
    """Metres by day, of races what they add to the level held (`as_training_m`). `longest_m` holds
    the longest training run of a day: races do not count there.

    Days up to `known_until` without an entry were days without a run, but for those `withheld_on`,
    of which a source keeps what was done. Unless it `grows`, too little is known to lead anybody
    on: nothing may be more than what was held. `rested_on` are days on which less was meant to be
    run, before and after a race: the level held lies behind them. `off_on` are days that the
    athlete said to be without a run, past and to come; `caps_m` what a run may be on others.
    """

    volume_m: Mapping[date, float]
    longest_m: Mapping[date, float]
    known_until: date
    grows: bool = True
    withheld_on: frozenset[date] = frozenset()
    rested_on: frozenset[date] = frozenset()
    off_on: frozenset[date] = frozenset()
    caps_m: Mapping[date, float] = field(default_factory=dict)
    answers: dict[tuple[str, date], Any] = field(  # by what was asked, and of which day
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_known(self, day: date) -> bool:
        """Whether a day without an entry was one without a run."""
        return day in self.off_on or (day <= self.known_until and day not in self.withheld_on)

    def and_then(self, day: date, distance_m: float, *, training: bool = True) -> "Mileage":
        """As if a run of `distance_m` had been done on `day`; not `training`: a race."""
        if not distance_m:
            return self
        longest = dict(self.longest_m)
        if training:
            longest[day] = max(longest.get(day, 0.0), distance_m)
        else:
            distance_m = as_training_m(distance_m, longest, day)
        volume = {**self.volume_m, day: self.volume_m.get(day, 0.0) + distance_m}
        return replace(self, volume_m=volume, longest_m=longest)

    def week_m(self, monday: date) -> float:
        return sum([self.volume_m.get(day, 0.0) for day in week_of(monday)])

    def runs_in(self, monday: date) -> int:
        """Days with a run in the week of `monday`."""
        return sum([self.volume_m.get(day, 0.0) > 0 for day in week_of(monday)])

    def longest_within(self, day: date, days: int) -> float:
        """The longest training run of the `days` days before `day`; 0.0 without one."""
        first = day - timedelta(days=days)
        return max((m for ran, m in self.longest_m.items() if first <= ran < day), default=0.0)

    def run_limit_m(self, day: date, *, rise: float = LONGEST_RISE) -> float:
        """The longest run allowed on `day`, metres (rule P-2; Frandsen 2025): 1.10 x the longest
        training run of 30 days, 5 km always; after 30 days off half of the longest of 180 days, at
        most 8 km. Never more than the athlete has time for on that day.
        """
        longest = self.longest_within(day, 30)
        if longest > 0:
            lawful_m = (rise if self.grows else 1.0) * longest
        else:
            lawful_m = min(0.5 * self.longest_within(day, 180), 8_000.0)
        return min(max(ALWAYS_ALLOWED_M, lawful_m), self.caps_m.get(day, math.inf))

    @_remembered
    def held_m(self, monday: date) -> float:
        """The weekly volume really held before `monday`: the mean of the best two of eight weeks,
        at most 1.15 x that of the last five.

        Weeks with a break of 7 days and more are left out and looked behind; coming back takes
        about as long as the break was (rule R-3), from .8 of the level after one week to .5 after
        three. Then all of it counts again.
        """
        gap = self._last_gap(monday)
        if gap is None:
            return self._level_m(monday)
        first, last, back_days = gap
        days_off = (last - first).days + 1
        if days_off >= FORGOTTEN_DAYS:
            return self._level_m(monday)
        start = level_after(days_off)
        returned = min(start + (1 - start) * back_days / days_off, 1.0)
        touched = frozenset(first + timedelta(days=day) for day in range(days_off))
        level = max(
            returned * self._best_of(monday, touched), self._best_of(monday, frozenset()) / 2
        )
        # Of a short break that nobody told, no whole week may be without a run: then rule P-3 sees
        # no break, and looks back no further than eight weeks.
        seen = days_off >= SEEN_DAYS or touched <= self.off_on
        return level if seen else min(level, self.peak_m(monday))

    def week_limit_m(self, monday: date) -> float:
        """The most a week may hold that stands already (rule P-3, a convention): 10 % or 3 km over
        the best two of eight weeks, while one comes back from a break over the level held.

        New weeks rise from the level held, which may be less: what stands is not cut for five weeks
        with less running in them.
        """
        held = self.held_m(monday)
        if not self.grows:
            return max(FIRST_WEEK_M, held)
        if self._last_gap(monday) is None:
            held = max(held, self.peak_m(monday))
        return max(FIRST_WEEK_M, WEEK_RISE * held, held + WEEK_RISE_M)

    def ceiling_m(self, monday: date, *, least_m: float) -> float:
        """1.5 x the highest four-week mean of the last year, or `least_m` if more (rule P-5)."""
        weeks = [self.week_m(monday - timedelta(weeks=back)) for back in range(1, 53)]
        means = [sum(weeks[i : i + 4]) / 4 for i in range(len(weeks) - 3)]
        return max(1.5 * max(means), least_m)

    @_remembered
    def peak_m(self, monday: date) -> float:
        """What a taper is a share of: the mean of the best two of the eight weeks before."""
        weeks = sorted(self.week_m(monday - timedelta(weeks=back)) for back in range(1, 9))
        return sum(weeks[-2:]) / 2

    def was_off(self, monday: date, *, weeks: int) -> bool:
        """Whether a known break of 7 days or more touches one of the `weeks` weeks before."""
        since = monday - timedelta(weeks=weeks)
        return any(last >= since for _, last in self._gaps(monday))

    @_remembered
    def regular_weeks(self, monday: date) -> int:
        """How many of the last 26 weeks had two runs or more."""
        return sum(self.runs_in(monday - timedelta(weeks=back)) >= 2 for back in range(1, 27))

    @_remembered
    def runs_a_week(self, monday: date) -> float:
        """Days with a run, a week, as really held: the mean of the best two of eight weeks. Of
        fewer weeks a run missed now and then would lead from three a week to two, and on to one.
        """
        back = range(1, HELD_WEEKS + 1)
        counts = [self.runs_in(monday - timedelta(weeks=weeks)) for weeks in back]
        best = [count for count in sorted(counts)[-HELD_BEST:] if count]
        return sum(best) / len(best) if best else 0.0

    def _level_m(self, monday: date) -> float:
        """The level of before a race comes back after it, and that of before a break once that is
        run off, as far as rule P-3 sees it: the best two of eight weeks.
        """
        left_out = self.rested_on | self._off_before(monday)
        behind = self._best_of(monday, left_out) if left_out else 0.0
        return max(self._best_of(monday, frozenset()), min(behind, self.peak_m(monday)))

    def _best_of(self, monday: date, left_out: frozenset[date]) -> float:
        weeks: list[float] = []
        for back in range(1, HELD_WEEKS + 9):
            first = monday - timedelta(weeks=back)
            if left_out.isdisjoint(week_of(first)):
                weeks.append(self.week_m(first))
            if len(weeks) == HELD_WEEKS:
                break
        held, lately = (
            sum(sorted(among)[-HELD_BEST:]) / HELD_BEST for among in (weeks, weeks[:LATELY_WEEKS])
        )
        return min(held, (BACK_AT_ONCE if self.grows else 1.0) * lately)

    def _last_gap(self, monday: date) -> tuple[date, date, int] | None:
        """First and last day of the last known break that is not yet run off, and the days since;
        None without one.
        """
        for first, last in self._gaps(monday):
            since = (monday - last).days - 1
            if since <= (last - first).days + 1:
                return first, last, since
        return None

    def _off_before(self, monday: date) -> frozenset[date]:
        """The days of all known breaks that are remembered."""
        return frozenset(
            first + timedelta(days=n)
            for first, last in self._gaps(monday)
            for n in range((last - first).days + 1)
        )

    def _gaps(self, monday: date) -> Iterator[tuple[date, date]]:
        """First and last day of known breaks before `monday`, the last one first. Days that nothing
        is known of are no break.
        """
        back, off = monday - DAY, 0
        while (monday - back).days <= REMEMBERED_GAP_DAYS:
            if back in self.volume_m:
                if off >= GAP_DAYS:
                    yield back + DAY, back + DAY * off
                off = 0
            elif self.is_known(back):
                off += 1
            back -= DAY


def level_after(days_off: float) -> float:
    """The share of the level held with which one comes back (rule R-3): .8 after a week off, .5
    from three weeks on; all of it under a week.
    """
    return 1.0 if days_off < GAP_DAYS else max(0.95 - 0.15 * days_off / 7, 0.5)


def mileage_of(
    activities: Sequence[Activity],
    *,
    today: date,
    complete_until: date | None,
    grows: bool = True,
    withheld_on: Collection[date] = (),
    off_on: Collection[date] = (),
    caps_m: Mapping[date, float] | None = None,
) -> Mileage:
    """What was run up to and with `today`. A run whose numbers are not believed is left out. Who
    said to be off on the days `off_on` is not silent then.
    """
    oldest = today - timedelta(days=REMEMBERED_DAYS)
    counted = [a for a in activities if counts(a) and oldest <= a.day <= today]
    volume: dict[date, float] = {}
    longest: dict[date, float] = {}
    for activity in counted:
        if not activity.is_race:
            distance_m = activity.distance_m or 0.0
            volume[activity.day] = volume.get(activity.day, 0.0) + distance_m
            longest[activity.day] = max(longest.get(activity.day, 0.0), distance_m)
    for race in counted:
        if race.is_race:
            metres = as_training_m(race.distance_m or 0.0, longest, race.day)
            volume[race.day] = volume.get(race.day, 0.0) + metres
    known = max([day for day in (complete_until, max(volume, default=None)) if day], default=today)
    silent = is_silent(today, max([known, *(day for day in off_on if day <= today)]))
    return Mileage(
        volume,
        longest,
        min(known, today),
        grows and not silent,
        frozenset(withheld_on),
        off_on=frozenset(off_on),
        caps_m=caps_m or {},
    )


def as_training_m(race_m: float, longest_m: Mapping[date, float], day: date) -> float:
    """What a race adds to the level held: at most the longest training run of the month before it,
    or 5 km. A marathon of 42 km is not a week's training done, nor ground to build on.
    """
    month = day - timedelta(days=30)
    longest = max((m for ran, m in longest_m.items() if month <= ran < day), default=0.0)
    return min(race_m, max(longest, ALWAYS_ALLOWED_M))


def counts(activity: Activity) -> bool:
    """Treadmill and trail kilometres count, though ability may not learn from them."""
    return (
        activity.is_run
        and bool(activity.distance_m)
        and (activity.usable or activity.surface in {Surface.TREADMILL, Surface.TRAIL})
    )
