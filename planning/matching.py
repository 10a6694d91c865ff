"""Which copies are of one run. All of them are looked at at once, so no order can matter.

Two copies are of one run when they are of the same family of sports and

- started within 120 s of each other and lasted as long (within 5 % or 60 s), or
- overlap for over 80 % of the shorter and are as far (within 5 %), or
- overlap for over 80 % of the longer: nobody runs twice at once, whatever a cropped end, a footpod
  or a virtual world makes of the distance.

The first two are what public tools found to tell Garmin and Strava copies apart without error on
198 pairs, with duration and distance widened for trimmed copies. Three kinds of copy need more:

- one with a hidden start: day, duration (1 %) and distance (2 %) fit no other run;
- one typed in by hand, at about the time: start (30 min), duration (5 % or 60 s) and distance (5 %)
  fit no other recording;
- one saved as another sport: the same recording to within 5 s and 1 % of duration and distance.

The best pair goes first, and one account gives a run one copy. What the athlete said goes before
all of this: of two copies that were split none ever comes to where the other is, not even through
a third; two that were joined bring along whatever each is with.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from planning.activity import Observation, Record, RecordKind, Sport
from planning.rulings import Join, Ruling, Split

FILES = "files"  # a folder may hold one run twice, as FIT and GPX; an account holds it once
SAME_START_S = 120.0
TYPED_START_S = 1800.0
ONE_RECORDING_S = 5.0
_DAY_S = 86_400.0


def clusters_of(
    copies: Sequence[Observation], rulings: Iterable[Ruling] = ()
) -> list[list[Observation]]:
    """The copies, one list for each run. No two copies have the same key.

    Rulings about copies that are not there are no mistake: those may come, or come back. A split
    is firmer than a join; joins that contradict splits are done in the order of their keys as far
    as they go.
    """
    clusters = _Clusters(copies, rulings)
    recorded = {copy.key for copy in copies if not copy.record.start_hidden}
    near = list(_neighbours(copies))
    clusters.join(_pairs(near, _gap_s))
    clusters.join(_pairs(near, _gap_under_another_sport_s))
    clusters.join_as_said(only=recorded)
    clusters.join(_typed_beside_recorded(clusters))
    clusters.join(_hidden_beside_timed(clusters))
    clusters.join(_hidden_pairs(clusters))
    clusters.join_as_said()
    return list(clusters.members())


@dataclass(frozen=True, slots=True, order=True)
class _Pair:
    """Two copies that could be one run. The smaller, the better; keys break ties."""

    gap_s: float  # by how much starts and durations differ
    first: str
    second: str


class _Clusters:
    """Copies by cluster, one copy of each account in a cluster."""

    def __init__(self, copies: Sequence[Observation], rulings: Iterable[Ruling]) -> None:
        self._of = {copy.key: [copy] for copy in copies}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._joins: set[tuple[str, str]] = set()
        for said in rulings:
            match said:
                case Split(first, second):
                    self._apart[first].add(second)
                    self._apart[second].add(first)
                case Join(first, second):
                    self._joins.add((min(first, second), max(first, second)))
                case _:
                    pass

    def join(self, pairs: Iterable[_Pair]) -> None:
        for pair in sorted(pairs):
            first, second = self._of[pair.first], self._of[pair.second]
            if first is not second and self.may_join(first, second):
                self._merge(first, second)

    def join_as_said(self, *, only: set[str] | None = None) -> None:
        """By the athlete's word, whatever the sport, the time and the account."""
        known = self._of.keys() if only is None else only
        for one, other in sorted(self._joins):
            if one in known and other in known:
                first, second = self._of[one], self._of[other]
                if first is not second and not self._were_split(first, second):
                    self._merge(first, second)

    def may_join(self, first: Sequence[Observation], second: Sequence[Observation]) -> bool:
        taken = {place for copy in first for place in _places(copy)}
        free = taken.isdisjoint(place for copy in second for place in _places(copy))
        return free and not self._were_split(first, second)

    def members(self) -> Iterator[list[Observation]]:
        seen: set[int] = set()
        for cluster in self._of.values():
            if id(cluster) not in seen:
                seen.add(id(cluster))
                yield cluster

    def _were_split(self, first: Sequence[Observation], second: Sequence[Observation]) -> bool:
        if not self._apart:
            return False
        there = {copy.key for copy in second}
        return any(self._apart[copy.key] & there for copy in first if copy.key in self._apart)

    def _merge(self, first: list[Observation], second: list[Observation]) -> None:
        first += second
        self._of |= dict.fromkeys((copy.key for copy in second), first)


def _slot(copy: Observation) -> str:
    """Copies with one slot are different runs."""
    record = copy.record
    filed = record.source == FILES and record.kind is not RecordKind.LOG
    return copy.key if filed else record.source


def _places(copy: Observation) -> tuple[str, ...]:
    """Of each place a run has one copy: of an account, and of the legs of one triathlon."""
    parent = copy.record.parent_id
    return (_slot(copy),) if parent is None else (_slot(copy), f"{copy.record.source} {parent}")


# -- copies that know when they started -----------------------------------------------------------


type _Near = tuple[Observation, Observation, float]  # the second started so many seconds later


def _neighbours(copies: Sequence[Observation]) -> Iterator[_Near]:
    """Only these are compared: starts within the first one's duration, or within 120 s."""
    timed = [copy for copy in copies if not copy.record.start_hidden]
    starts = sorted((copy.record.start_at.timestamp(), copy.key, copy) for copy in timed)
    for index, (start_s, _, copy) in enumerate(starts):
        reach_s = max(SAME_START_S, min(_length_s(copy.record) or 0.0, _DAY_S))
        for place in range(index + 1, len(starts)):  # a slice would copy all that follow
            other_start_s, _, other = starts[place]
            if other_start_s - start_s > reach_s:
                break
            yield copy, other, other_start_s - start_s


def _pairs(
    near: Iterable[_Near], gap: Callable[[Record, Record, float], float | None]
) -> Iterator[_Pair]:
    for first, second, later_s in near:
        gap_s = gap(first.record, second.record, later_s)
        if gap_s is not None:
            yield _Pair(gap_s, *sorted((first.key, second.key)))


def _gap_s(first: Record, second: Record, later_s: float) -> float | None:
    """`second` started `later_s` seconds after `first`. None: two runs."""
    durations = _durations_s(first, second)
    if durations is None or _family(first.sport) != _family(second.sport):
        return None
    overlap_s = min(durations[0], later_s + durations[1]) - later_s
    if (
        (later_s <= SAME_START_S and _as_long(*durations))
        or overlap_s > 0.8 * max(durations)
        or (overlap_s > 0.8 * min(durations) and _close(first.distance_m, second.distance_m, 0.05))
    ):
        return later_s + abs(durations[0] - durations[1])
    return None


def _gap_under_another_sport_s(first: Record, second: Record, later_s: float) -> float | None:
    """The same recording, saved as another sport at one of the two."""
    durations = _durations_s(first, second)
    if (
        later_s > ONE_RECORDING_S
        or durations is None
        or _family(first.sport) == _family(second.sport)
        or not _close(*durations, 0.01)
        or not _as_far_or_none(first, second)
    ):
        return None
    return later_s + abs(durations[0] - durations[1])


def _as_long(one_s: float, two_s: float) -> bool:
    return abs(one_s - two_s) <= max(60.0, 0.05 * max(one_s, two_s))


def _as_far_or_none(first: Record, second: Record) -> bool:
    """A recording of an hour in the gym has no distance under any name."""
    one, two = first.distance_m or 0.0, second.distance_m or 0.0
    return abs(one - two) <= 0.01 * max(one, two)


# -- copies that know it about, or not at all -----------------------------------------------------


def _typed_beside_recorded(clusters: _Clusters) -> Iterator[_Pair]:
    """What was typed in joins the only recording that it can be of."""
    by_day: dict[object, list[list[Observation]]] = defaultdict(list)
    typed: list[list[Observation]] = []
    for cluster in clusters.members():
        if all(copy.record.is_manual for copy in cluster):
            typed.append([copy for copy in cluster if not copy.record.start_hidden])
        else:
            for day in {copy.day for copy in cluster}:
                by_day[day].append(cluster)
    for told in typed:
        near = {id(each): each for copy in told for each in by_day[copy.day]}.values()
        fits = [
            [pair for one in told for two in each if (pair := _typed_pair(one, two))]
            for each in near
            if clusters.may_join(told, each)
        ]
        yield from _only(fits)


def _typed_pair(typed: Observation, other: Observation) -> _Pair | None:
    one, two = typed.record, other.record
    durations = _durations_s(one, two)
    apart_s = abs((one.start_at - two.start_at).total_seconds())
    if (
        two.start_hidden
        or apart_s > TYPED_START_S
        or durations is None
        or _family(one.sport) != _family(two.sport)
        or not _as_long(*durations)
        or not _close(one.distance_m, two.distance_m, 0.05)
    ):
        return None
    gap_s = apart_s + abs(durations[0] - durations[1])
    return _Pair(gap_s, *sorted((typed.key, other.key)))


def _hidden_beside_timed(clusters: _Clusters) -> Iterator[_Pair]:
    """A copy whose start is hidden joins the only run of its day that it fits."""
    by_day: dict[object, list[list[Observation]]] = defaultdict(list)
    hidden: list[Observation] = []
    for cluster in clusters.members():
        if all(copy.record.start_hidden for copy in cluster):
            hidden += cluster
        else:
            for day in {copy.day for copy in cluster}:
                by_day[day].append(cluster)
    for copy in hidden:
        yield from _only(
            [pair for other in each if (pair := _hidden_pair(copy, other))]
            for each in by_day[copy.day]
            if clusters.may_join([copy], each)
        )


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
            if clusters.may_join([first], [second]) and (pair := _hidden_pair(first, second))
        ]
        fits = Counter(side for _, *sides in pairs for side in sides)
        yield from (pair for pair, *sides in pairs if all(fits[side] == 1 for side in sides))


def _only(fits: Iterable[list[_Pair]]) -> list[_Pair]:
    """The best pair with the only cluster that has any; nothing if several have, or none."""
    found = [pairs for pairs in fits if pairs]
    return [min(found[0])] if len(found) == 1 else []


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


# -- like with like --------------------------------------------------------------------------------


def _family(sport: Sport) -> Sport:
    """Runs and walks are told apart by hand and by speed, not by when they were."""
    return Sport.RUN if sport is Sport.WALK else sport


def _durations_s(first: Record, second: Record) -> tuple[float, float] | None:
    """Services compute moving time each in their own way, elapsed time hardly."""
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
