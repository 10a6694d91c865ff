"""Whose record counts: copies of one run, told by several sources, become one activity.

`planning.matching` says which copies are of one run. Here each field is taken from the most
believed of them, the athlete's own word before all, and it is noted whose word it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from planning.activity import (
    Activity,
    Effort,
    Observation,
    Record,
    RecordKind,
    Sport,
    Surface,
    content_id,
)
from planning.fitness.comparable import CHEAPEST, DEAREST, doubts
from planning.matching import FILES, clusters_of
from planning.rulings import Edit, Exclude, Field, Ruling
from planning.weather import Weather, believed

ATHLETE = "athlete"  # in provenance, where else the key of a copy stands
_MEASURED: frozenset[Field] = frozenset({"distance_m", "moving_time_s", "elapsed_time_s"})


def activities_of(
    observations: Iterable[Observation],
    rulings: Iterable[Ruling] = (),
    *,
    weather: Iterable[Weather] = (),
) -> tuple[Activity, ...]:
    """One activity for each run, ride, ... that any copy speaks of, sorted by start.

    The same copies and rulings in any order, and any of them twice, give the same activities. Of
    two observations with one key the one by the later deriver counts. An activity's id comes from
    the smallest key of its copies, and stays as long as that copy does. What the athlete excluded
    is not among them: see `excluded_of`. The temperature is that of its day, as
    far as `weather` knows it. Never raises.
    """
    return _told(observations, rulings, weather)[0]


def excluded_of(
    observations: Iterable[Observation], rulings: Iterable[Ruling] = ()
) -> tuple[Activity, ...]:
    """What does not count because the athlete said so, as `activities_of` would have told it.

    Excluded copies are matched among themselves: they are no part of any activity that counts.
    """
    return _told(observations, rulings, ())[1]


type _Words = Mapping[str, Mapping[Field, Edit]]  # by key of the copy


def _told(
    observations: Iterable[Observation], rulings: Iterable[Ruling], weather: Iterable[Weather]
) -> tuple[tuple[Activity, ...], tuple[Activity, ...]]:
    """What counts, and what does not."""
    rulings = tuple(rulings)
    copies, words = _one_for_each_key(observations), _words(rulings)
    degrees = {day: told.temperature_c for day, told in believed(weather).items()}
    excluded = [said for said in rulings if isinstance(said, Exclude)]
    runs = {said.copy for said in excluded if said.whole_run}
    alone = {said.copy for said in excluded} - runs
    counted, aside = list[Activity](), list[Activity]()
    for cluster in clusters_of([copy for copy in copies if copy.key not in alone], rulings):
        is_out = any(copy.key in runs for copy in cluster)
        (aside if is_out else counted).append(_activity(cluster, words, degrees))
    left = clusters_of([copy for copy in copies if copy.key in alone], rulings)
    aside += (_activity(cluster, words, degrees) for cluster in left)
    return _by_start(counted), _by_start(aside)


def _by_start(activities: Iterable[Activity]) -> tuple[Activity, ...]:
    return tuple(sorted(activities, key=lambda each: (each.start_at, each.id)))


def _one_for_each_key(observations: Iterable[Observation]) -> list[Observation]:
    latest: dict[str, Observation] = {}
    for each in observations:
        known = latest.setdefault(each.key, each)
        if each != known and (known.deriver, repr(known)) < (each.deriver, repr(each)):
            latest[each.key] = each
    return [latest[key] for key in sorted(latest)]


def _words(rulings: Iterable[Ruling]) -> _Words:
    """What the athlete said of each copy's run; of two words about one field, always the same."""
    words: dict[str, dict[Field, Edit]] = {}
    edits = (said for said in rulings if isinstance(said, Edit))
    for said in sorted(edits, key=lambda said: (said.key, repr(said.value))):
        words.setdefault(said.copy, {})[said.field] = said
    return words


# -- what they say together -----------------------------------------------------------------------


def _activity(
    cluster: Sequence[Observation], words: _Words, degrees: Mapping[date, float]
) -> Activity:
    """Field by field what the most believed copy says, and whose word it is."""
    corrected = any(c.record.surface is Surface.TREADMILL or c.record.is_manual for c in cluster)
    copies = sorted(cluster, key=lambda copy: (*_rank(copy.record, corrected=corrected), copy.key))
    said = _said(copies, words)
    whose: dict[str, str] = {}

    def best(field: str, *, unless: Any = None, of: Sequence[Observation] = copies) -> Any:
        if field in said:
            whose[field] = ATHLETE
            return said[field]
        for copy in of:
            value = getattr(copy.record, field)
            if value is not None and value != unless:
                whose[field] = copy.key
                return value
        return unless

    whole = {
        "sport": best("sport"),
        "surface": best("surface", unless=Surface.ROAD),
    }
    measured = _best_measured(copies, **whole)
    whole |= {
        "distance_m": best("distance_m", of=measured),
        "moving_time_s": best("moving_time_s", of=measured),
        "elapsed_time_s": best("elapsed_time_s", of=measured),
    }
    started = next((copy for copy in copies if not copy.record.start_hidden), copies[0])
    learned = _learned_from(copies, whole["sport"], corrected=corrected)
    whose |= {"start_at": started.key, "efforts": learned.key}
    if said.keys() & whole.keys() or learned.record.surface is not whole["surface"]:
        learned = _judged_again(learned, whole, measured=bool(said.keys() & _MEASURED))
    return Activity(
        id=content_id(min(copy.key for copy in copies)),
        day=started.day,
        start_at=started.record.start_at,
        name=best("name", unless=""),
        climb_m=best("climb_m"),
        average_heart_rate_bpm=best("average_heart_rate_bpm"),
        max_heart_rate_bpm=best("max_heart_rate_bpm"),
        flat_distance_m=_flat_distance_m(measured, whole, whose=whose),
        is_race=best("is_race", unless=False),
        efforts=learned.efforts,
        curve_m=learned.curve_m,
        usable=learned.usable,
        reasons=learned.reasons,
        planned_ident=best("planned_ident"),
        sources=tuple(copy.key for copy in copies),
        temperature_c=degrees.get(started.day),
        provenance=whose,
        **whole,
    )


def _rank(record: Record, *, corrected: bool) -> tuple[bool, int]:
    """Smaller is believed first.

    Of a treadmill or manual run the summary was put right afterwards, the bare file never was. (A
    file that came through an account was already joined with the summary there.)
    """
    bare = record.source == FILES and record.kind is not RecordKind.LOG
    return corrected and bare, record.kind.rank


def _best_measured(
    copies: Sequence[Observation], *, sport: Sport, surface: Surface
) -> Sequence[Observation]:
    """The copies in the order in which their distance and times are believed.

    What a watch recorded that nobody can have run (a drive home, no distance at all) is no measure
    of the run while another copy has one: what ability learns from is what the run was. On a
    treadmill, and of other sports, no copy is learnt from, and none is less believed for that.
    """
    taught = sport is Sport.RUN and surface is not Surface.TREADMILL
    return sorted(copies, key=lambda copy: (taught and not copy.usable, not copy.record.distance_m))


def _flat_distance_m(
    copies: Sequence[Observation], whole: Mapping[str, Any], *, whose: dict[str, str]
) -> float | None:
    """The believed distance on the flat, by how steep the most believed copy with altitude was.

    Copies measure the same run a little shorter or longer, so the slope is carried as a ratio. A
    ratio that no slope can make means that summary and recording of that copy are not of one run.
    """
    distance_m: float | None = whole["distance_m"]
    on_a_belt = whole["surface"] is Surface.TREADMILL
    if whole["sport"] is not Sport.RUN or on_a_belt or not distance_m:
        return None
    for copy in copies:
        length_m, flat_m = copy.record.distance_m, copy.flat_distance_m
        if not (copy.usable and length_m and flat_m):
            continue
        if CHEAPEST <= flat_m / length_m <= DEAREST:
            whose["flat_distance_m"] = copy.key
            return distance_m * (flat_m / length_m)
    return None


def _said(copies: Sequence[Observation], words: _Words) -> dict[str, Any]:
    """The athlete's own word on each field; of several the one on the most believed copy."""
    return {
        field: edit.meant
        for copy in reversed(copies)
        for field, edit in words.get(copy.key, {}).items()
    }


def _learned_from(copies: Sequence[Observation], sport: Sport, *, corrected: bool) -> Observation:
    """Stretches within the run need streams; a single effort is no more than the run as a whole.

    Where one source has it as another sport, the copies that have it right are asked.
    """
    right = [copy for copy in copies if copy.record.sport is sport] or copies
    told = [copy for copy in right if copy.efforts] or right
    if corrected:
        return told[0]
    return next((copy for copy in told if len(copy.efforts) > 1), told[0])


def _judged_again(learned: Observation, whole: Mapping[str, Any], *, measured: bool) -> Observation:
    """After the athlete's word on the run as a whole, which may cure what was doubted, or not.

    `measured`: distance or time were wrong, so no stretch within the run is believed any more.
    """
    record = replace(learned.record, **whole)
    others = () if measured else _not_in(doubts(learned.record), learned.reasons)
    reasons = doubts(record) + others
    efforts = () if measured else learned.efforts
    curve_m = () if measured or reasons else learned.curve_m
    time_s = record.moving_time_s or record.elapsed_time_s
    if not efforts and record.distance_m and time_s:
        efforts = (Effort(record.distance_m, time_s),)
    return replace(
        learned,
        efforts=() if reasons else efforts,
        curve_m=curve_m,
        usable=not reasons,
        reasons=reasons,
    )


def _not_in(known: tuple[str, ...], reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(reason for reason in reasons if reason not in known)
