"""All that an athlete ran, read once: the estimate of any day, and what one more run does."""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from planning.activity import Activity
from planning.fitness.ability import Fitness, fitness_of
from planning.fitness.detection import Signs
from planning.fitness.expectation import Weights
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from planning.fitness.history import NO_RUNS, Runs, continued, in_order
from planning.fitness.own import Efforts, efforts_of


@dataclass(frozen=True, slots=True, eq=False)
class Career:
    """Runs in order, as columns, and the efforts among them.

    Nothing of a run or an effort depends on later ones, so one reading serves every day, and what
    is known of the days before a new run stays as it is. Extended in any way it equals bit for bit
    what is read of all activities at once.
    """

    told: tuple[Activity, ...]  # runs only, in order
    runs: Runs
    efforts: Efforts
    weights: Weights
    signs: Signs

    @classmethod
    def of(
        cls,
        activities: Iterable[Activity],
        *,
        weights: Weights = WEIGHTS,
        signs: Signs = RACE_SIGNS,
    ) -> "Career":
        """In any order. Of two activities with one id the last counts."""
        return cls((), NO_RUNS, efforts_of(NO_RUNS), weights, signs).extended(activities)

    def extended(self, activities: Iterable[Activity]) -> "Career":
        """With these too; one whose id is known already takes the other's place.

        Costs what the days from the earliest that differs are worth: little for a run of today.
        """
        new = {activity.id: activity for activity in activities}
        for known in self.told:
            if known.id in new and new[known.id] == known:
                del new[known.id]
        return self._changed(new.keys(), [each for each in new.values() if each.is_run])

    def without(self, ids: Collection[str]) -> "Career":
        """As if these had not been recorded."""
        return self._changed(ids, ())

    def fitness_on(self, day: date) -> Fitness:
        """Fitness at the end of `day`, as `ability.estimate` has it: later runs change nothing."""
        return fitness_of(self.runs, self.efforts, day, weights=self.weights)

    def _changed(self, out: Collection[str], new: Iterable[Activity]) -> "Career":
        added = list(new)
        days = [*(each.day for each in added), *(a.day for a in self.told if a.id in out)]
        if not days:
            return self
        first = min(days)
        same = bisect_left(self.told, first, key=lambda activity: activity.day)
        later = [*(a for a in self.told[same:] if a.id not in out), *added]
        later.sort(key=in_order)
        untouched = self.runs.before(first.toordinal())
        runs = continued(untouched, later)
        since = len(untouched)
        known = self.efforts.before(since)
        efforts = efforts_of(runs, self.weights, signs=self.signs, earlier=known, since=since)
        return Career((*self.told[:same], *later), runs, efforts, self.weights, self.signs)
