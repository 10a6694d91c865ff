"""One runner's days through the one door, on a clock of their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.replan import Outcome, State, replan
from tests.planning.schedule.cases import as_planned

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Evening:
    """What was known on an evening, and what came of it; `before` is what was known a day earlier."""

    today: date
    state: State
    outcome: Outcome
    before: State | None
    decide: Callable[[State, date], Outcome] = replan

    @property
    def stood(self):
        """The plan as the day before ended."""
        return self.state.closing and self.state.closing.plan

    @property
    def plan(self):
        return self.outcome.plan

    @property
    def changes(self):
        return self.outcome.changes


class Life:
    """`tonight` lives one day; what is said stays said."""

    def __init__(self, state, first_day):
        self.first_day = self.today = first_day
        self.state = state
        self.evenings = []

    @property
    def plan(self):
        return self.evenings[-1].plan

    def tonight(self, *runs, **said):
        """The day ends: `runs` became known on it, and `said` was said, as fields of State. All
        sources are complete until yesterday, unless that is said otherwise.
        """
        said = {"complete_until": self.today - DAY} | said
        state = replace(self.state, activities=(*self.state.activities, *runs), **said)
        before = self.state if self.evenings else None
        evening = Evening(self.today, state, replan(state, self.today), before)
        self.evenings.append(evening)
        self.state = replace(state, closing=evening.outcome.closing)
        self.today += DAY
        return evening

    def session(self, *, share=1.0, pace=1.0):
        """Today's session as it stood this morning: a share of its way, at its pace times `pace`."""
        return tuple(_at(run, pace) for run in as_planned(self.plan, self.today, self.today, share))

    def as_planned(self, days, **said):
        """Days on which the plan is done."""
        return [self.tonight(*self.session(), **said) for _ in range(days)]

    def without_a_run(self, days, **said):
        return [self.tonight(**said) for _ in range(days)]


def _at(run, pace):
    efforts = tuple(replace(each, time_s=pace * each.time_s) for each in run.efforts)
    time_s = pace * run.moving_time_s
    return replace(run, moving_time_s=time_s, elapsed_time_s=time_s, efforts=efforts)
