"""What a forecast says beside its numbers: of a race, what is near it, and a break on its day."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planning.breaks import Breaks
from planning.goals.conflicts import Conflict
from planning.goals.goal import Goal
from planning.goals.trajectory import GoalForecast
from planning.goals.wording import distance_name, spoken_day


def with_caveats(
    told: GoalForecast, goal: Goal, *, clashing: Sequence[Conflict], breaks: Breaks
) -> GoalForecast:
    """The forecast of `goal` with what is not in its numbers, or changes what they mean. Where
    nothing is foretold there is nothing to add.
    """
    if told.probability is None:
        return told
    notes = (*_in_its_way(goal, clashing), *_off(goal, breaks))
    return replace(told, message=" ".join([told.message, *notes]))


def _in_its_way(goal: Goal, clashing: Sequence[Conflict]) -> Iterator[str]:
    """A forecast is of the race alone; what a race near it costs is priced, not foretold."""
    others = [
        each.second if each.first.id == goal.id else each.first
        for each in clashing
        if goal.id in {each.first.id, each.second.id}
    ]
    if others:
        names = " and ".join(
            f"the {each.name or distance_name(each.distance_m or 0.0)} of {spoken_day(each.day)}"
            for each in others
        )
        yield f"Not counted: what {names} so near to it costs; `goalward season ways` prices it."


def _off(goal: Goal, breaks: Breaks) -> Iterator[str]:
    """The race is foretold as if it were run, whatever the plan has on its day."""
    one = breaks.off(goal.day)
    if one is None or goal.distance_m is None:
        return
    if one.until_day is None:
        yield "Counted is no running at all until then: your break has no end yet."
    else:
        yield "The day lies in your break, and the plan has no race on it."
