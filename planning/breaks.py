"""Times without running, or with little of it: illness, injury, travel, rest. The athlete says so.

What follows from one is how the plan goes on (rules R-1 and R-3), and no diagnosis or advice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from planning.activity import content_id

DAY = timedelta(days=1)
QUIET_DAYS, SHORT_QUIET_DAYS = 7, 5  # nothing hard for so long after an illness (rule R-1)
SHORT_DAYS = 3  # an illness of so many days at most is a short one
INJURED_DAYS = 7  # from so many on an injury is come back from as an illness is (custom, E)


class BreakKind(StrEnum):
    ILLNESS = "illness"
    INJURY = "injury"
    TRAVEL = "travel"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Break:
    """From `from_day` to `until_day`, both included; without the latter until further word.

    `minutes` is what a run in it may take at most; None: there is no running.
    """

    id: str
    kind: BreakKind
    from_day: date
    until_day: date | None = None
    minutes: float | None = None
    note: str = ""  # in the athlete's own words

    @property
    def statement(self) -> str:
        """A short id of what it asks of the plan: another one when days or minutes change."""
        return content_id("break", self.kind, self.from_day, self.until_day, self.minutes)

    @property
    def is_off(self) -> bool:
        """Whether there is no running in it at all."""
        return self.minutes is None

    @property
    def days(self) -> int | None:
        """How long it is; None while it has no end."""
        return None if self.until_day is None else (self.until_day - self.from_day).days + 1

    @property
    def quiet_until(self) -> date | None:
        """The last day after it on which nothing is hard; None where it asks for none or has no
        end. After an illness 5 to 7 days (rule R-1: Ruuskanen 2023, D), after an injury of a week
        and more as many (custom, E).
        """
        if self.until_day is None or self.days is None or not self.is_off:
            return None
        match self.kind:
            case BreakKind.ILLNESS:
                quiet = SHORT_QUIET_DAYS if self.days <= SHORT_DAYS else QUIET_DAYS
                return self.until_day + quiet * DAY
            case BreakKind.INJURY if self.days >= INJURED_DAYS:
                return self.until_day + QUIET_DAYS * DAY
        return None

    def holds(self, day: date) -> bool:
        return self.from_day <= day and (self.until_day is None or day <= self.until_day)

    def shapes_until(self) -> date | None:
        """The last day that is planned otherwise because of it: the way back takes as long as the
        break did (rule R-3), to the end of that week. None: it has no end.
        """
        if self.until_day is None or self.days is None:
            return None
        back = self.until_day + self.days * DAY if self.is_off else self.until_day
        last = max(back, self.quiet_until or back)
        return last + (6 - last.weekday()) * DAY


@dataclass(frozen=True, slots=True)
class Breaks:
    """All breaks that were said, asked by day."""

    said: tuple[Break, ...] = ()

    def off(self, day: date) -> Break | None:
        """The break in which the day has no run; of several the first of `said`."""
        return next((one for one in self.said if one.is_off and one.holds(day)), None)

    def off_between(self, first: date, last: date) -> frozenset[date]:
        """The days without a run, both ends included."""
        days = (first + n * DAY for n in range((last - first).days + 1))
        return frozenset(day for day in days if self.off(day))

    def minutes(self, day: date) -> float | None:
        """What a run may take on the day at most; None without a limit."""
        limits = [one.minutes for one in self.said if one.minutes is not None and one.holds(day)]
        return min(limits, default=None)

    def quiet(self, day: date) -> Break | None:
        """The break after which nothing hard is run on the day yet (rule R-1)."""
        return next((one for one in self.said if _quiet_after(one, day)), None)

    def heard_of(self, last: date) -> Iterator[date]:
        """Of each break without running the latest day up to `last`: it is known not to have been
        run on. What is run in a break with little running nobody has said.
        """
        for one in self.said:
            if one.is_off and one.from_day <= last:
                yield last if one.until_day is None else min(last, one.until_day)


NO_BREAKS = Breaks()


def _quiet_after(one: Break, day: date) -> bool:
    if one.until_day is None or one.quiet_until is None:
        return False
    return one.until_day < day <= one.quiet_until
