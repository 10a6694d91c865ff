"""What is beyond what a body is used to, what it costs, and how a runner takes it. All by truth.

An injury by a run far over the longest of 30 days is drawn from a chance of that day's own, so it
meets two policies of one seed on the same day if both ask for as much. What has no shown cost (a
week's rise, hard days in a row: science 8, P-3 and I-6) is counted and costs nothing here but the
tiredness that `Body` has.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.breaks import Break, BreakKind
from planning.schedule.effort import hard
from tests.seasons.athletes import Said, chance_of
from tests.seasons.body import ILL
from tests.seasons.days import own_and_asked_ln

DAY = timedelta(days=1)
USED_TO = 30 * DAY
INJURIES_A_RUN = 0.35 * 5205 / 588_071  # Frandsen 2025: 35 % of 5,205 runners, 588,071 runs
SPIKES = ((2.0, 2.28), (1.3, 1.52), (1.1, 1.64))  # over so many times the longest: hazard ratio
SHORTEST_OFF, LONGEST_OFF = 5, 28  # days, as those injuries are that no plan is to blame for
WEAK = ILL / 2  # an illness is felt until half of what it cost is left: nine days
TOO_FAST_LN = 0.05  # asked for over what the body can do
RELUCTANCE = 0.1  # an assumption: of the sessions that ask for too much so many more are left out


@dataclass(frozen=True, slots=True)
class World:
    """`hurts`: a run far beyond what one is used to may injure. `wears`: asked for too much, a
    runner leaves out more.
    """

    hurts: bool = False
    wears: bool = False


CALM = World()


class Legs:
    """What was truly run, by day; the races among it."""

    def __init__(self, runner):
        self._metres, self._hard_on = {}, None
        for one in runner.histories:
            self._add(one.day, one.distance_m)

    def ran(self, done):
        self._add(done.run.day, done.true_m)
        self._hard_on = done.run.day if done.is_hard else self._hard_on

    def _add(self, day, metres):
        self._metres[day] = max(metres, self._metres.get(day, 0.0))

    def longest_m(self, first: date, last: date):
        """Of the days from `first` to `last`; 0 without a run."""
        return max((m for day, m in self._metres.items() if first <= day <= last), default=0.0)

    def metres(self, first: date, last: date):
        return sum(m for day, m in self._metres.items() if first <= day <= last)

    def times_the_longest(self, metres, today):
        """A run today over the longest of the 30 days before."""
        longest = self.longest_m(today - USED_TO, today - DAY)
        return metres / longest if longest else float("inf")

    def ran_hard_on(self, day):
        return self._hard_on == day


def strains(metres, *, is_hard, legs, body, today):
    """What of a run today is beyond what the legs are used to, before they run it: `spike` over
    1.10 x the longest run of 30 days (Frandsen 2025, C), `close` hard the day after hard (less than
    48 h: Casado 2022, D), `weak` hard in the days after an illness (Ruuskanen 2023, D).
    """
    found = {
        "spike": legs.times_the_longest(metres, today) > SPIKES[-1][0],
        "close": is_hard and legs.ran_hard_on(today - DAY),
        "weak": is_hard and body.ill > WEAK,
    }
    return frozenset(name for name, so in found.items() if so)


def asks_too_much(workout, *, legs, body, today):
    """Whether a planned session strains, or is hard and over 5 % faster than the body is."""
    own, asked = own_and_asked_ln(body, workout)
    too_fast = hard(workout) and asked - own > TOO_FAST_LN
    strain = strains(workout.distance_m, is_hard=hard(workout), legs=legs, body=body, today=today)
    return too_fast or bool(strain)


def excess_hazard(times):
    """The chance that a run so many times the longest injures who would not have been otherwise."""
    ratio = next((ratio for over, ratio in SPIKES if times > over), 1.0)
    return (ratio - 1.0) * INJURIES_A_RUN


def hurt(runner, today, hazard):
    """The runner this evening: injured from tomorrow on, and saying so, where chance has it."""
    chance = chance_of(runner.seed, "hurt", today)
    happens, open_end = chance.random() < hazard, chance.random() < 0.5
    if not happens:
        return runner
    ends = today + chance.randint(SHORTEST_OFF, LONGEST_OFF) * DAY
    injury = Break(f"hurt-{today}", BreakKind.INJURY, today + DAY, ends)
    told = [Said(today, injury)]
    if open_end:
        told = [Said(today, replace(injury, until_day=None), ends), Said(ends, injury)]
    return replace(runner, off=(*runner.off, injury), breaks=(*runner.breaks, *told))
