"""`goalward forecast --distance ...`: any race, on any course and day, with what each costs."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from worker.cli.session import Session, print_json
from worker.cli.words import parsed, parsed_day

if TYPE_CHECKING:
    from planning.goals.course import RaceTime
    from planning.goals.goal import Goal

NUMBERS = ("median_s", "p10_s", "p90_s", "sd_ln", "versions")
VERSIONS = {"stretch_s": 0.2, "realistic_s": 0.5, "conservative_s": 0.8}
DRY = "Humidity is not used: the evidence at hand is for the temperature."


@dataclass(frozen=True, slots=True)
class Asked:
    """A race as it was asked for. `temperature_c` None: what is known of the day, if anything."""

    race: "Goal"
    temperature_c: float | None
    dew_point_c: float | None

    @classmethod
    def read(
        cls,
        at_work: Session,
        distance: str,
        *,
        climb_m: float | None,
        temperature_c: float | None,
        dew_point_c: float | None,
        day: str | None,
    ) -> "Asked":
        """Raises UsedWrongly for what cannot be foretold: a day that is past, another distance."""
        from planning.fitness.prediction import LONGEST_M, SHORTEST_M
        from planning.goals.assessment import FURTHEST_DAYS, climb_problems
        from planning.goals.goal import Goal, GoalKind, Priority
        from planning.units import parse_distance
        from worker.cli.failing import UsedWrongly

        distance_m = parsed(parse_distance, distance)
        if not SHORTEST_M <= distance_m <= LONGEST_M:
            raise UsedWrongly("a time can be foretold from 1.5 to 100 km")
        on = parsed_day(day) if day else at_work.today
        if on < at_work.today:
            raise UsedWrongly(f"{on} is past")
        if (on - at_work.today).days > FURTHEST_DAYS:
            raise UsedWrongly(f"{on} is over five years away: nothing can be foretold so far ahead")
        if dew_point_c is not None and temperature_c is None:
            raise UsedWrongly("--dew-point says nothing without --temp")
        race = Goal("", GoalKind.COMPLETION, Priority.C, on, distance_m, climb_m=climb_m)
        if wrong := climb_problems(race):
            raise UsedWrongly(" ".join(wrong))
        return cls(race, temperature_c, dew_point_c)


def show_race(at_work: Session, asked: Asked, *, json: bool) -> None:
    """Print the race: JSON, or lines to read."""
    from planning.replan import foretell
    from planning.weather import temperature_on
    from worker import store
    from worker.db import reading

    outcome = at_work.outcome()
    with reading(at_work.runtime.engine) as conn:
        state = store.load_state(conn, at_work.athlete_id, closing=None, until=at_work.until)
    celsius = asked.temperature_c
    celsius = temperature_on(asked.race.day, state.weather) if celsius is None else celsius
    time = foretell(state, asked.race, today=outcome.day, plan=outcome.plan, temperature_c=celsius)
    if json:
        print_json(_as_json(asked, time, as_of=outcome.day, celsius=celsius))
        return
    for line in (time,) if isinstance(time, str) else _lines(asked, time, celsius):
        typer.echo(line)


def _as_json(
    asked: Asked, time: "RaceTime | str", *, as_of: date, celsius: float | None
) -> dict[str, Any]:
    from planning.goals.influences import costs_of, told_of_race

    race = {
        "as_of": as_of.isoformat(),
        "day": asked.race.day.isoformat(),
        "distance_m": asked.race.distance_m,
        "climb_m": asked.race.climb_m,
        "temperature_c": celsius,
        "dew_point_c": asked.dew_point_c,
    }
    if isinstance(time, str):
        return {**race, **dict.fromkeys(NUMBERS), "costs": [], "message": time}
    told = time.expected
    numbers = (
        told.median_s,
        told.quantile_s(0.1),
        told.quantile_s(0.9),
        told.sd_ln,
        {name: told.quantile_s(p) for name, p in VERSIONS.items()},
    )
    return {
        **race,
        **dict(zip(NUMBERS, numbers, strict=True)),
        "costs": [
            {
                "what": cost.what,
                "median_s": cost.middle_s,
                "p10_s": cost.low_s,
                "p90_s": cost.high_s,
                "evidence": cost.evidence,
            }
            for cost in costs_of(time.effects, told)
        ],
        "message": told_of_race(time, temperature_c=celsius),
    }


def _lines(asked: Asked, time: "RaceTime", celsius: float | None) -> list[str]:
    from planning.goals.influences import told_of_race
    from planning.units import format_duration, name_of_distance

    told = time.expected
    low, high = (format_duration(told.quantile_s(p)) for p in (0.1, 0.9))
    stretch, conservative = (format_duration(told.quantile_s(p)) for p in (0.2, 0.8))
    middle = format_duration(told.median_s)
    name = name_of_distance(told.distance_m)
    lines = [
        f"{name} on {asked.race.day}: {middle}, 8 times out of 10 between {low} and {high}.",
        f"  Stretch {stretch}, realistic {middle}, conservative {conservative}.",
    ]
    because = told_of_race(time, temperature_c=celsius)
    if because:
        lines.append(f"  {because}")
    if celsius is None:
        lines.append("  As on a cool day: --temp says how warm it will be.")
    if asked.dew_point_c is not None:
        lines.append(f"  {DRY}")
    return lines
