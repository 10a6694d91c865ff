"""Present fitness by the athlete's word: `athlete set --recent 10k=52:30@2026-05-10 ...`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.athlete import Athlete, StatedFitness, StatedRace
from planning.fitness.stated import OLDEST_WEEKS
from planning.goals.assessment import LONGEST_M, SHORTEST_M, WALKING_S_PER_M, record_s
from planning.units import format_distance, format_duration, name_of_distance, parse_distance
from worker.cli.failing import UsedWrongly
from worker.cli.words import parsed, parsed_day, parsed_time

LIKE_THIS = "write it as 10k=52:30@2026-05-10"


@dataclass(frozen=True, slots=True)
class Present:
    """What was given of it; None where nothing was. An empty `recent` takes results back."""

    recent: Sequence[str] | None = None
    weekly_km: float | None = None
    longest_km: float | None = None
    running_since: int | None = None

    @property
    def is_said(self) -> bool:
        given = (self.recent, self.weekly_km, self.longest_km, self.running_since)
        return any(value is not None for value in given)

    def of(self, profile: Athlete, today: date) -> Athlete:
        """The athlete with it, stated today; what was stated before and not now stays."""
        if not self.is_said:
            return profile
        new = {
            "races": None if self.recent is None else _races(self.recent, today),
            "weekly_m": None if self.weekly_km is None else 1_000.0 * self.weekly_km,
            "longest_m": None if self.longest_km is None else 1_000.0 * self.longest_km,
            "running_since": self.running_since,
        }
        told = {name: value for name, value in new.items() if value is not None}
        before = profile.stated or StatedFitness(today)
        stated = replace(before, on=today, **told)  # type: ignore[arg-type]  # its own fields
        if stated.running_since is not None and stated.running_since > today.year:
            raise UsedWrongly(f"--running-since {stated.running_since} is yet to come")
        return replace(profile, stated=stated)


def lines(stated: StatedFitness | None) -> list[str]:
    """What was stated, as `athlete show` has it."""
    if stated is None:
        return []
    said = [
        f"{name_of_distance(race.distance_m)} in {format_duration(race.time_s)} on {race.day}"
        for race in stated.races
    ]
    if stated.weekly_m is not None:
        said.append(f"{format_distance(stated.weekly_m)} a week")
    if stated.longest_m is not None:
        said.append(f"longest run {format_distance(stated.longest_m)}")
    if stated.running_since is not None:
        said.append(f"running since {stated.running_since}")
    return [f"  by your word of {stated.on}: {', '.join(said) or 'nothing any more'}"]


def _races(recent: Sequence[str], today: date) -> tuple[StatedRace, ...]:
    return tuple(_race(words, today) for words in recent if words.strip())


def _race(words: str, today: date) -> StatedRace:
    result, at, day_words = words.partition("@")
    distance, equals, time = result.partition("=")
    if not at or not equals:
        raise UsedWrongly(f"--recent {words!r} is no result: {LIKE_THIS}")
    day, distance_m = parsed_day(day_words), parsed(parse_distance, distance)
    time_s = parsed_time(time) or 0.0
    if not 0 <= (today - day).days <= 7 * OLDEST_WEEKS:
        raise UsedWrongly(f"--recent {words!r}: a day of the last two years says how fit you are")
    if not SHORTEST_M <= distance_m <= LONGEST_M:
        raise UsedWrongly(f"--recent {words!r}: from 1.5 km to 250 km it says something")
    if not record_s(distance_m) <= time_s <= WALKING_S_PER_M * distance_m:
        raise UsedWrongly(f"--recent {words!r}: is the time right? {LIKE_THIS}")
    return StatedRace(distance_m, time_s, day)
