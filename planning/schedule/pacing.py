"""When target paces move: one per cent of ability since they were set, or a race."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from planning.activity import Activity
from planning.fitness.ability import Fitness
from planning.schedule.paces import Paces, paces_of
from planning.schedule.plan import Plan
from planning.schedule.receipt import Cause, race_in_words

MOVED_LN = 0.01
AS_EXPECTED = 0.05  # per cent: it would be said as 0.0
RACE_DAYS = 28  # a race that becomes known later than this moves nothing by itself
MOST_MATERIAL, MATERIAL_DAYS = 3, 7
LATELY_DAYS = 3


@dataclass(frozen=True, slots=True)
class Pacing:
    """The paces in force; `cause` says why they moved today, None when they did not.

    `standing` are the paces that the closing plan stands on.
    """

    paces: Paces
    paced_at: float | None
    races_seen: tuple[date, ...]
    cause: Cause | None = None
    standing: Paces | None = None

    def held_back(self, closing: Plan) -> "Pacing":
        """As if nothing had moved; a race stays unseen, so that it is looked at again tomorrow."""
        return Pacing(self.standing or self.paces, closing.paced_at, closing.races_seen)


def pacing_of(
    fitness: Fitness,
    *,
    activities: Sequence[Activity],
    closing: Plan | None,
    today: date,
    sex: str | None = None,
    highest_bpm: float | None = None,
    heard: bool = True,
) -> Pacing:
    """Paces of today's ability for a new plan; for a standing one those it stands on, until ability
    has moved by 1 % since they were set or a race is new (rule G-1). While nothing is `heard`, what
    an estimate loses with time is no reason: they wait for a run, or for word that there was none.
    """
    races = {
        activity.day: activity
        for activity in activities
        if activity.is_run and activity.is_race and today - activity.day <= timedelta(RACE_DAYS)
    }
    seen = tuple(sorted(races))
    set_at = closing.paced_at if closing else None
    paces_now = partial(
        paces_of, fitness, activities=activities, today=today, sex=sex, highest_bpm=highest_bpm
    )
    now = paces_now(had_paces=set_at is not None)
    if closing is None or now.ability is None or not now.certain:
        keeps = set_at if closing else now.ability if now.certain else None
        return Pacing(now, keeps, seen)
    standing = paces_now(paced_at=set_at, had_paces=True)
    new = [races[day] for day in seen if day not in closing.races_seen]
    if set_at is None:
        fact = "there are enough runs now to give you paces"
        return Pacing(now, now.ability, seen, Cause(fact, "B-1", None, now.ability))
    moved = now.ability - set_at
    if (heard and abs(moved) >= MOVED_LN) or new:
        cause = _cause(set_at, now.ability, new, lately=ran_lately(activities, today))
        return Pacing(now, now.ability, seen, cause, standing)
    return Pacing(standing, set_at, seen, None, standing)


def room_left(closing: Plan, today: date) -> int:
    """At most three material changes in seven days, by themselves."""
    return MOST_MATERIAL - len(recent(closing, today))


def recent(closing: Plan, today: date) -> tuple[date, ...]:
    return tuple(day for day in closing.material_on if (today - day).days < MATERIAL_DAYS)


def ran_lately(activities: Sequence[Activity], today: date) -> bool:
    """Whether a run of the last days is known."""
    return any(each.is_run and (today - each.day).days <= LATELY_DAYS for each in activities)


def _cause(before: float, after: float, new: Sequence[Activity], *, lately: bool) -> Cause:
    moved = 100 * (after - before)
    way = "up" if moved >= 0 else "down"
    if new and new[-1].distance_m and new[-1].moving_time_s:
        ran = race_in_words(new[-1].distance_m, new[-1].moving_time_s)
        # what was expected moves paces too: those of a race, whose forecast is nearer now
        fact = (
            f"your {ran} moved the estimate {way} by {abs(moved):.1f} %"
            if abs(moved) >= AS_EXPECTED
            else f"your {ran} was as expected"
        )
    else:
        what = "your recent runs" if lately else "days without a run"
        fact = f"{what} moved the estimate {way} by {abs(moved):.1f} %"
    return Cause(fact, "G-1", before, after)
