"""What was said by hand and is taken back the evening after: as if it had never been said."""

from dataclasses import replace
from datetime import timedelta

from planning.schedule.receipt import one_line

FROZEN = timedelta(days=2)


class Undoing:
    """Follows each new layer for a day beside the season itself: never said, and taken back."""

    def __init__(self):
        self._said, self._never = None, None

    def violations(self, evening):
        if self._said is not None:
            yield from self._taken_back(evening)
        self._said, self._never = None, None
        before = evening.before.layers if evening.before else ()
        new = [layer for layer in evening.state.layers if layer not in before]
        if len(new) == 1 and _in_future(new[0], evening):
            without = replace(evening.state, layers=_without(evening.state.layers, new[0]))
            self._said, self._never = new[0], evening.decide(without, evening.today)

    def _taken_back(self, evening):
        state, today = evening.state, evening.today
        if self._said not in state.layers:
            return
        layers = _without(state.layers, self._said)
        undone = evening.decide(replace(state, layers=layers), today).plan
        closing = self._never.closing
        never = evening.decide(replace(state, layers=layers, closing=closing), today).plan
        if never is None or undone is None:
            return
        back = {day.day: day for day in undone.days()}
        for day in never.days():
            is_as_it_was = day.day in back and _read(back[day.day]) == _read(day)
            if day.day >= today and not is_as_it_was:
                told = f"{_line(back.get(day.day))} and would be {_line(day)}"
                yield "undo", f"{self._said.kind} of {self._said.ident}: {day.day} is {told}"
                return


def _in_future(layer, evening):
    """Neither the session nor the day it goes to is frozen or over."""
    closing = evening.state.closing
    days = [] if closing is None or closing.plan is None else closing.plan.days()
    touched = [day.day for day in days if day.workout and day.workout.ident == layer.ident]
    touched += [layer.to_day] if layer.to_day else []
    return bool(touched) and min(touched) > evening.today + FROZEN


def _without(layers, layer):
    return tuple(each for each in layers if each != layer)


def _read(day):
    """As the athlete and the watch read it. What it comes to (metres, load) is reckoned from that,
    and differs by a decimetre with the evening on which it was.
    """
    if day.workout is None:
        return (day.status,)
    workout = day.workout.workout
    reckoned = round(workout.distance_m / 100), round(workout.duration_s / 60)
    return day.status, day.workout.ident, workout.kind, workout.name, workout.steps, *reckoned


def _line(day):
    return "rest" if day is None or day.workout is None else one_line(day.workout.workout)
