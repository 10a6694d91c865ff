"""Whose record counts: copies of one run, told by several sources, become one activity.

Clusters are made from all copies at once, the best pair first, so that the order of arrival cannot
matter. Two copies are of one run when they are of the same family of sports and

- started within 120 s of each other and lasted as long (within 5 % or 60 s), or
- overlap for over 80 % of the shorter and are as far (within 5 %), or
- one has a hidden start, and day, duration (1 %) and distance (2 %) fit no other run.

The first two are what public tools found to tell Garmin and Strava copies apart without error on
198 pairs, with duration and distance widened for trimmed copies.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planning.activity import (
    Activity,
    Observation,
    Record,
    RecordKind,
    Sport,
    Surface,
    content_id,
)

FILES = "files"  # a folder may hold one run twice, as FIT and GPX; an account holds it once
_DAY_S = 86_400.0


def activities_of(observations: Iterable[Observation]) -> tuple[Activity, ...]:
    """One activity for each run, ride, ... that any copy speaks of, sorted by start.

    The same copies in any order, and any of them twice, give the same activities. Of two
    observations with one key the one by the later deriver counts. An activity's id comes from the
    smallest key of its copies, and stays as long as that copy does.
    """
    copies = _one_for_each_key(observations)
    clusters = _Clusters(copies)
    clusters.join(_timed_pairs(copies))
    clusters.join(_hidden_beside_timed(clusters))
    clusters.join(_hidden_pairs(clusters))
    activities = (_activity(cluster) for cluster in clusters.members())
    return tuple(sorted(activities, key=lambda each: (each.start_at, each.id)))


def _one_for_each_key(observations: Iterable[Observation]) -> list[Observation]:
    latest: dict[str, Observation] = {}
    for each in observations:
        known = latest.setdefault(each.key, each)
        if each != known and (known.deriver, repr(known)) < (each.deriver, repr(each)):
            latest[each.key] = each
    return [latest[key] for key in sorted(latest)]


# -- which copies are of one run ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class _Pair:
    """Two copies that could be one run. The smaller, the better; keys break ties."""

    gap_s: float  # by how much starts and durations differ
    first: str
    second: str


class _Clusters:
    """Copies by cluster, one copy of each account in a cluster."""

    def __init__(self, copies: Sequence[Observation]) -> None:
        self._of = {copy.key: [copy] for copy in copies}

    def join(self, pairs: Iterable[_Pair]) -> None:
        for pair in sorted(pairs):
            first, second = self._of[pair.first], self._of[pair.second]
            if first is not second and not {*map(_slot, first)} & {*map(_slot, second)}:
                first += second
                self._of |= dict.fromkeys((copy.key for copy in second), first)

    def members(self) -> Iterator[list[Observation]]:
        seen: set[int] = set()
        for cluster in self._of.values():
            if id(cluster) not in seen:
                seen.add(id(cluster))
                yield cluster


def _slot(copy: Observation) -> str:
    """Copies with one slot are different runs."""
    record = copy.record
    filed = record.source == FILES and record.kind is not RecordKind.LOG
    return copy.key if filed else record.source


def _timed_pairs(copies: Sequence[Observation]) -> Iterator[_Pair]:
    """Only neighbours are compared: starts within the first one's duration, or within 120 s."""
    timed = [copy for copy in copies if not copy.record.start_hidden]
    starts = sorted((copy.record.start_at.timestamp(), copy.key, copy) for copy in timed)
    for index, (start_s, key, copy) in enumerate(starts):
        reach_s = max(120.0, min(_length_s(copy.record) or 0.0, _DAY_S))
        for other_start_s, other_key, other in starts[index + 1 :]:
            later_s = other_start_s - start_s
            if later_s > reach_s:
                break
            gap_s = _timed_gap_s(copy.record, other.record, later_s)
            if gap_s is not None:
                yield _Pair(gap_s, *sorted((key, other_key)))


def _timed_gap_s(first: Record, second: Record, later_s: float) -> float | None:
    """`second` started `later_s` seconds after `first`. None: two runs."""
    durations = _durations_s(first, second)
    if _family(first.sport) != _family(second.sport) or durations is None:
        return None
    gap_s = abs(durations[0] - durations[1])
    as_long = gap_s <= max(60.0, 0.05 * max(durations))
    if later_s <= 120.0 and as_long:
        return later_s + gap_s
    overlap_s = min(durations[0], later_s + durations[1]) - later_s
    if overlap_s > 0.8 * min(durations) and _close(first.distance_m, second.distance_m, 0.05):
        return later_s + gap_s
    return None


def _hidden_beside_timed(clusters: _Clusters) -> Iterator[_Pair]:
    """A copy whose start is hidden joins the only run of its day that it fits."""
    timed: dict[object, list[list[Observation]]] = defaultdict(list)
    hidden: list[Observation] = []
    for cluster in clusters.members():
        if cluster[0].record.start_hidden:
            hidden += cluster
        else:
            for day in {copy.day for copy in cluster}:
                timed[day].append(cluster)
    for copy in hidden:
        fits = [found for each in timed[copy.day] if (found := _fits(copy, each))]
        if len(fits) == 1:
            yield min(fits[0])


def _fits(copy: Observation, cluster: Sequence[Observation]) -> list[_Pair]:
    """Pairs with members of one run; none if a member comes from the same account."""
    if _slot(copy) in map(_slot, cluster):
        return []
    pairs = (_hidden_pair(copy, other) for other in cluster)
    return [pair for pair in pairs if pair]


def _hidden_pairs(clusters: _Clusters) -> Iterator[_Pair]:
    """Copies that all hide their start: each must be the only one of its account that fits."""
    by_day: dict[object, list[Observation]] = defaultdict(list)
    for cluster in clusters.members():
        if len(cluster) == 1 and cluster[0].record.start_hidden:
            by_day[cluster[0].day] += cluster
    for alone in by_day.values():
        pairs = [
            (pair, (first.key, _slot(second)), (second.key, _slot(first)))
            for index, first in enumerate(alone)
            for second in alone[index + 1 :]
            if (pair := _hidden_pair(first, second))
        ]
        fits = Counter(side for _, *sides in pairs for side in sides)
        yield from (pair for pair, *sides in pairs if all(fits[side] == 1 for side in sides))


def _hidden_pair(first: Observation, second: Observation) -> _Pair | None:
    """Of two copies of one day."""
    one, two = first.record, second.record
    durations = _durations_s(one, two)
    if (
        durations is None
        or _family(one.sport) != _family(two.sport)
        or not _close(*durations, 0.01)
        or not _close(one.distance_m, two.distance_m, 0.02)
    ):
        return None
    return _Pair(abs(durations[0] - durations[1]), *sorted((first.key, second.key)))


def _family(sport: Sport) -> Sport:
    """Runs and walks are told apart by hand and by speed, not by when they were."""
    return Sport.RUN if sport is Sport.WALK else sport


def _durations_s(first: Record, second: Record) -> tuple[float, float] | None:
    """Like with like: services compute moving time each in their own way, elapsed time hardly."""
    if first.elapsed_time_s is not None and second.elapsed_time_s is not None:
        return first.elapsed_time_s, second.elapsed_time_s
    if first.moving_time_s is not None and second.moving_time_s is not None:
        return first.moving_time_s, second.moving_time_s
    one, two = _length_s(first), _length_s(second)
    return None if one is None or two is None else (one, two)


def _length_s(record: Record) -> float | None:
    return record.moving_time_s if record.elapsed_time_s is None else record.elapsed_time_s


def _close(one: float | None, two: float | None, within: float) -> bool:
    return one is not None and two is not None and abs(one - two) <= within * max(one, two)


# -- what they say together -----------------------------------------------------------------------


def _activity(cluster: Sequence[Observation]) -> Activity:
    """Field by field what the most believed copy says, and whose word it is."""
    corrected = any(c.record.surface is Surface.TREADMILL or c.record.is_manual for c in cluster)
    copies = sorted(cluster, key=lambda copy: (*_rank(copy.record, corrected=corrected), copy.key))
    whose: dict[str, str] = {}

    def best(field: str, read: Callable[[Record], Any], *, unless: Any = None) -> Any:
        for copy in copies:
            value = read(copy.record)
            if value is not None and value != unless:
                whose[field] = copy.key
                return value
        return unless

    started = next((copy for copy in copies if not copy.record.start_hidden), copies[0])
    learned = _learned_from(copies, corrected=corrected)
    whose |= {"start_at": started.key, "efforts": learned.key}
    return Activity(
        id=content_id(min(copy.key for copy in copies)),
        day=started.day,
        start_at=started.record.start_at,
        sport=best("sport", lambda r: r.sport),
        surface=best("surface", lambda r: r.surface, unless=Surface.ROAD),
        name=best("name", lambda r: r.name, unless=""),
        distance_m=best("distance_m", lambda r: r.distance_m),
        moving_time_s=best("moving_time_s", lambda r: r.moving_time_s),
        elapsed_time_s=best("elapsed_time_s", lambda r: r.elapsed_time_s),
        climb_m=best("climb_m", lambda r: r.climb_m),
        average_heart_rate_bpm=best("average_heart_rate_bpm", lambda r: r.average_heart_rate_bpm),
        is_race=best("is_race", lambda r: r.is_race, unless=False),
        efforts=learned.efforts,
        usable=learned.usable,
        reasons=learned.reasons,
        planned_ident=best("planned_ident", lambda r: r.planned_ident),
        sources=tuple(copy.key for copy in copies),
        provenance=whose,
    )


def _rank(record: Record, *, corrected: bool) -> tuple[bool, int]:
    """Smaller is believed first.

    Of a treadmill or manual run the summary was put right afterwards, the bare file never was. (A
    file that came through an account was already joined with the summary there.)
    """
    bare = record.source == FILES and record.kind is not RecordKind.LOG
    return corrected and bare, record.kind.rank


def _learned_from(copies: Sequence[Observation], *, corrected: bool) -> Observation:
    """Stretches within the run need streams; a single effort is no more than the run as a whole."""
    told = [copy for copy in copies if copy.efforts] or copies
    if corrected:
        return told[0]
    return next((copy for copy in told if len(copy.efforts) > 1), told[0])
