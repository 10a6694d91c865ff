"""The athlete's word on copies of runs, and the activities as they are believed because of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeGuard

from sqlalchemy import Connection, select

from planning.activity import Activity, Observation
from planning.athlete import Athlete
from planning.fitness.ability import Fitness
from planning.fitness.career import Career
from planning.fitness.detection import RaceLooks, race_looks
from planning.fitness.heart import YEAR_DAYS, HeartLimits, heart_limits
from planning.fitness.load import (
    DayLoad,
    Load,
    daily_loads,
    day_loads,
    heart_scale,
    load_of,
)
from planning.fitness.quality import Quality, quality_of
from planning.fitness.training import TrainingSpeeds, training_speeds
from planning.records import activities_of, excluded_of
from planning.rulings import Edit, Exclude, Join, Ruling, Split
from planning.wellness import Wellness
from worker import store, tables
from worker.stored import to_body


@dataclass(frozen=True)
class Told:
    """Everything that records and athlete tell, as of `day`."""

    profile: Athlete
    copies: Mapping[str, Observation]
    rulings: tuple[Ruling, ...]
    day: date
    wellness: tuple[Wellness, ...] = ()

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """All that count."""
        return activities_of(self.copies.values(), self.rulings)

    @cached_property
    def excluded(self) -> tuple[Activity, ...]:
        """Those that the athlete left out."""
        return excluded_of(self.copies.values(), self.rulings)

    def copies_of(self, activity: Activity) -> tuple[Observation, ...]:
        """The most believed first."""
        return tuple(self.copies[key] for key in activity.sources if key in self.copies)

    def of(self, activity: Activity) -> tuple[Ruling, ...]:
        """What the athlete said of any of its copies."""
        keys = set(activity.sources)
        return tuple(ruling for ruling in self.rulings if keys & _copies(ruling))

    def load_of(self, activity: Activity) -> Load:
        """By today's threshold, so that loads can be compared with each other."""
        return load_of(
            activity,
            threshold_m_per_s=self._threshold_m_per_s,
            limits=self._limits,
            scale=self.heart_scale,
        )

    @cached_property
    def load_today(self) -> DayLoad | None:
        """Fitness, fatigue and form on `day`; None before the first activity."""
        loads = daily_loads(
            self.activities,
            threshold_m_per_s=self._threshold_m_per_s,
            limits=self._limits,
            scale=self.heart_scale,
        )
        return next(reversed(day_loads(loads, until=self.day)), None)

    @cached_property
    def career(self) -> Career:
        return Career.of(self.activities)

    @cached_property
    def fitness(self) -> Fitness:
        return self.career.fitness_on(self.day)

    def quality_of(self, activity: Activity) -> Quality:
        row = self._row_of(activity)
        return quality_of(
            activity, learnt=row is not None and bool(self.career.runs.learnable[row])
        )

    def race_looks_of(self, activity: Activity) -> RaceLooks | None:
        """None where too little was known before it."""
        row = self._row_of(activity)
        return None if row is None else race_looks(self.career.runs, row, self.career.signs)

    def _row_of(self, activity: Activity) -> int | None:
        ids = self.career.runs.ids
        return ids.index(activity.id) if activity.id in ids else None

    @cached_property
    def speeds(self) -> TrainingSpeeds | None:
        return training_speeds(self.fitness, sex=self.profile.sex)

    @cached_property
    def heart_scale(self) -> float:
        """From the runs of the year: what was a hard minute years ago is none by today's pace."""
        year = timedelta(days=YEAR_DAYS)
        recent = (one for one in self.activities if timedelta(0) <= self.day - one.day < year)
        return heart_scale(recent, threshold_m_per_s=self._threshold_m_per_s, limits=self._limits)

    @property
    def _threshold_m_per_s(self) -> float | None:
        return self.speeds.threshold if self.speeds else None

    @cached_property
    def _limits(self) -> HeartLimits | None:
        return heart_limits(
            self.profile, activities=self.activities, wellness=self.wellness, today=self.day
        )


def told(conn: Connection, athlete_id: int, day: date, *, until: datetime | None = None) -> Told:
    """What is known, or what was at the calendar instant `until`."""
    seen = store.observations(conn, athlete_id, until=until)
    return Told(
        profile=store.profile_of(conn, athlete_id, until=until),
        copies={one.key: one for one in seen},
        rulings=store.rulings(conn, athlete_id, until=until),
        day=day,
        wellness=store.wellness(conn, athlete_id, until=until),
    )


def rule(
    conn: Connection,
    athlete_id: int,
    rulings: Iterable[Ruling],
    *,
    known_at: datetime,
    now: datetime,
) -> None:
    """The athlete says so; of two words on the same the later counts."""
    for ruling in rulings:
        _put(conn, athlete_id, ruling.key, to_body(ruling), known_at=known_at, now=now)


def take_back(
    conn: Connection,
    athlete_id: int,
    rulings: Iterable[Ruling],
    *,
    known_at: datetime,
    now: datetime,
) -> None:
    """As if it had not been said."""
    for ruling in rulings:
        _put(conn, athlete_id, ruling.key, None, known_at=known_at, now=now)


def say_of_others(conn: Connection, athlete_id: int, source: str, *, now: datetime) -> None:
    """What is said of runs through copies of `source` is said of their best other copies too, where
    nothing is said of those yet, and as of when it was said. Repeating it changes nothing.

    Not what is of the copy alone: that one copy is no good, and what belongs together.
    """
    row, begins = tables.ruling, f"{source}:"
    mine = row.c.athlete_id == athlete_id, row.c.superseded_at.is_(None), row.c.body.is_not(None)
    query = select(row.c.body, row.c.known_at).where(*mine).order_by(row.c.id)
    said = [(store.ruling_of(found.body), found.known_at) for found in conn.execute(query)]
    moves = [(one, at) for one, at in said if _is_of_run(one) and one.copy.startswith(begins)]
    if not moves:
        return
    seen, every = store.observations(conn, athlete_id), tuple(one for one, _ in said)
    runs = (*activities_of(seen, every), *excluded_of(seen, every))
    taken = {one.key for one in every}
    for one, known_at in moves:
        keys = next((run.sources for run in runs if one.copy in run.sources), ())
        others = [key for key in keys if not key.startswith(begins)]
        moved = replace(one, copy=others[0]) if others else one
        if moved.key not in taken:
            _put(conn, athlete_id, moved.key, to_body(moved), known_at=known_at, now=now)


def _is_of_run(ruling: Ruling) -> TypeGuard[Edit | Exclude]:
    return isinstance(ruling, Edit) or (isinstance(ruling, Exclude) and ruling.whole_run)


def _put(
    conn: Connection, athlete_id: int, key: str, body: Any, *, known_at: datetime, now: datetime
) -> None:
    store.put(
        conn,
        tables.ruling,
        athlete_id=athlete_id,
        key=key,
        body=body,
        known_at=known_at,
        now=now,
    )


def _copies(ruling: Ruling) -> set[str]:
    match ruling:
        case Split(first, second) | Join(first, second):
            return {first, second}
        case Exclude(copy) | Edit(copy):
            return {copy}
