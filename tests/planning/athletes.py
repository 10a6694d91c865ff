"""Runners made by hand: weeks of easy, tempo and long runs, and now and then a race.

Everything follows from the arguments (a seed, never the clock), so two calls give equal histories.
"""

import random
from datetime import UTC, date, datetime, time, timedelta

from planning.activity import Activity, Effort, Sport, Surface, content_id

MONDAY = date(2026, 3, 2)  # a Monday to count weeks from

# Weekday, share of the week's distance, pace as a multiple of the easy pace. Shares add up to one.
FIVE_DAYS = (
    (0, 0.14, 1.02),  # easy
    (2, 0.20, 0.90),  # tempo, warmup and cooldown in it
    (3, 0.14, 1.00),  # easy
    (5, 0.16, 0.99),  # easy
    (6, 0.36, 1.01),  # long
)
RIEGEL = 1.06


def run(day, km, pace, **fields) -> Activity:
    """One run: `pace` in s/km. Any field of Activity can be given by name."""
    distance_m, moving_time_s = km * 1000.0, km * pace
    told = {
        "id": content_id("run", day, round(distance_m), round(moving_time_s, 1)),
        "day": day,
        "start_at": datetime.combine(day, time(7), tzinfo=UTC),
        "sport": Sport.RUN,
        "surface": Surface.ROAD,
        "name": "Morning run",
        "distance_m": distance_m,
        "moving_time_s": moving_time_s,
        "elapsed_time_s": moving_time_s,
        "climb_m": None,
        "average_heart_rate_bpm": None,
        "is_race": False,
        "efforts": (Effort(distance_m, moving_time_s),),
        "usable": True,
        "reasons": (),
        "planned_ident": None,
        "sources": (f"files:{day.isoformat()}-{round(distance_m)}",),
    }
    return Activity(**(told | fields))


def race(day, km, time_s, name="Race", **fields) -> Activity:
    """A race over `km` in `time_s` seconds."""
    return run(day, km, time_s / km, name=name, is_race=True, **fields)


def ride(day, km=30.0, minutes=75.0) -> Activity:
    """A bike ride: counted, but nothing that running ability may learn from."""
    return run(
        day,
        km,
        minutes * 60 / km,
        sport=Sport.RIDE,
        name="Ride",
        usable=False,
        reasons=("not a run",),
        id=content_id("ride", day, km, minutes),
    )


def ten_k_time_s(pace) -> float:
    """The 10 km race time that goes with an easy pace (s/km): easy is about 1.28 x race pace."""
    return 10.0 * pace / 1.28


def runs(
    n_weeks, km_per_week, pace, start_day=MONDAY, seed=0, race_every=6
) -> tuple[Activity, ...]:
    """A history of whole weeks, sorted by start.

    `pace` is the usual easy pace in s/km; races are run at what goes with it (`ten_k_time_s`,
    Riegel 1.06), about two per cent up or down. `start_day` is the first day; weekdays are kept, so
    a Monday is a good one. Every fourth week is a fifth lighter. Every `race_every` weeks (0: never)
    the long run's day is a race: 5 km, 10 km and half marathon in turn.
    """
    chance = random.Random(seed)
    told = []
    for week in range(n_weeks):
        monday = start_day + timedelta(weeks=week)
        km_of_week = km_per_week * (0.8 if week % 4 == 3 else 1.0) * chance.uniform(0.95, 1.05)
        racing = race_every and week % race_every == race_every - 1
        for weekday, share, effort in FIVE_DAYS:
            day = monday + timedelta(days=weekday)
            if racing and weekday == 6:
                km = (5.0, 10.0, 21.0975)[(week // race_every) % 3]
                time_s = ten_k_time_s(pace) * (km / 10.0) ** RIEGEL * chance.uniform(0.98, 1.02)
                told.append(race(day, km, time_s))
            else:
                told.append(
                    run(
                        day,
                        round(km_of_week * share, 2),
                        pace * effort * chance.uniform(0.97, 1.03),
                    )
                )
    return tuple(sorted(told, key=lambda activity: (activity.start_at, activity.id)))
