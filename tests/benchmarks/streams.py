"""Does the stream data help? Predictions with and without what only streams know.

The efforts of the study that have a recorded run in the 180 days before, each predicted from
earlier days by weights fitted on the other runners. 281 of 12,978 runs are recorded, of 5 runners
of 18. `stretches`: the best 3, 5 and 10 km within longer runs count as runs of their own. `best
stretch`: a run counts by the best of them where that says more than the run as a whole. `flat`: a
run counts by its distance on the flat. `flat, best`: by both. `pulse`: how much faster the last 90
days were than those before at the same heart rate, by minutes on the flat from the eleventh on,
drift of 3.4 % an hour taken off. `decoupling`: how much more than that the heart rate ran away from
the speed in runs of 40 minutes and more of the last 90 days, for the half and longer. These two
move ln(time) by a factor that is fitted on the other runners, shrunk to none.

`moved`: predictions that became others. A change below zero is for the better; its range is the 95
% range of 2,000 draws of runners. `level apart`: the same after the mean error was taken from both
sides, for whatever makes all forecasts faster looks good where they are too slow.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, timedelta
from pathlib import Path

import numpy as np

from planning.fitness.ability import fitness_of, never_rising
from planning.fitness.career import Career
from planning.fitness.comparable import grade_factor
from planning.fitness.expectation import EFFORT_LN_M, FURTHEST_WEEKS, features_at, ln_speed_from
from planning.fitness.glitches import believed
from planning.fitness.history import Runs, score_of
from planning.fitness.observation import derive
from planning.fitness.prediction import predict
from planning.fitness.way import way_of
from tests.benchmarks.deriving import DATA as STREAMS
from tests.benchmarks.deriving import recordings
from worker.backtesting import Log
from worker.logs import ANY_MONDAY

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "runs"
SINCE_DAYS, RECENT_DAYS = 180, 90
STRETCHES_M = (3_000.0, 5_000.0, 10_000.0)
WARM_MIN, LEAST_MIN, MINUTE_S = 10, 30, 60
DRIFT_LN = 0.034  # of speed at equal heart rate, an hour
USUAL_SLOPE = 0.008  # ln(m/s) a beat, until the runner's own minutes say another
NOISE_LN, FACTOR_SD = 0.06, 1.0
DRAWS, SEED = 2_000, 20261123


@dataclass(frozen=True)
class Recorded:
    """What a stream says of one run."""

    day: date
    distance_m: float
    stretches: tuple  # (metres, seconds) within it
    flat: float | None  # flat metres a metre
    minutes: np.ndarray  # a row each: ln(flat m/s), heart rate, hours since the start


@dataclass(frozen=True)
class Told:
    """A prediction of an effort, as ln(predicted / run) and its spread."""

    athlete: str
    label: str
    error: float
    sd: float
    said: float = 0.0  # what heart rate said, times what it is for


def run():
    if not STREAMS.exists() or not DATA.exists():
        return [{"with": f"skipped: no recorded runs at {STREAMS}"}]
    log = Log.read(DATA / "runs.csv", DATA / "efforts.csv")
    recorded = defaultdict(list)
    for record, streams, row in recordings():
        recorded[row["athlete"]].append(_recorded(record, streams, row))
    return list(rows(log, dict(recorded)))


def rows(log, recorded):
    weights = log.weights_without_each()
    careers = {name: Career.of(log.runs[name], weights=weights[name]) for name in recorded}
    efforts = [e for e in log.efforts if _since(recorded.get(e.athlete, ()), e.day, SINCE_DAYS)]
    without = [_told(careers[e.athlete], e) for e in efforts]
    yield _row("nothing (as it is)", without, without)
    for name, columns in COLUMNS.items():
        seen = {who: columns(careers[who].runs, recorded[who]) for who in recorded}
        yield _row(name, [_told(careers[e.athlete], e, seen[e.athlete]) for e in efforts], without)
    for name, says in (("pulse", _pulse), ("decoupling", _decoupling)):
        said = [
            replace(told, said=says(recorded[effort.athlete], effort))
            for told, effort in zip(without, efforts, strict=True)
        ]
        yield _row(name, [_moved(told, said) for told in said], without)


def _row(name, seen, without):
    who = [told.athlete for told in seen]
    row = {
        "with": name,
        "n": len(seen),
        "moved": sum(a.error != b.error for a, b in zip(seen, without, strict=True)),
        "MAPE": f"{np.mean(_errors_of(seen)):.2f}",
        "CRPS": f"{np.mean(_crps_of(seen)):.2f}",
        "change of MAPE": _change(who, _errors_of(seen), _errors_of(without)),
        "of CRPS": _change(who, _crps_of(seen), _crps_of(without)),
    }
    level = _errors_of(_level_apart(seen)), _errors_of(_level_apart(without))
    short = [[told for told in each if told.label in ("5K", "10K")] for each in (seen, without)]
    return row | {
        "of MAPE, level apart": _change(who, *level),
        "of MAPE, 5 and 10 km": _change([t.athlete for t in short[0]], *map(_errors_of, short)),
    }


def _change(who, seen, without):
    """Of the mean, with its range when athletes are drawn again."""
    change = seen - without
    names = sorted(set(who))
    of = [change[[each == name for each in who]] for name in names]
    total, count = np.array([each.sum() for each in of]), np.array([len(each) for each in of])
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{change.mean():+.2f} ({low:+.2f}, {high:+.2f})"


def _level_apart(seen):
    level = np.mean([told.error for told in seen])
    return [replace(told, error=told.error - level) for told in seen]


def _errors_of(seen):
    """% of time."""
    return np.array([100.0 * abs(math.exp(told.error) - 1.0) for told in seen])


def _crps_of(seen):
    """% of time, of a normal in ln(time) (Gneiting & Raftery 2007)."""
    return np.array([100.0 * _crps(told.error / told.sd, told.sd) for told in seen])


def _crps(z, sd):
    density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    return sd * (z * math.erf(z / math.sqrt(2.0)) + 2.0 * density - math.pi**-0.5)


# --- predictions ----------------------------------------------------------------------------------


def _told(career, effort, seen=None):
    """With the columns `seen` in place of the career's own where speed is read."""
    seen = career.runs if seen is None else seen
    day = effort.day - timedelta(days=1)
    efforts = replace(career.efforts, error=_errors(career, seen))
    plain = fitness_of(career.runs, efforts, day, weights=career.weights)
    own, features = efforts.seen_on(effort.day.toordinal()), _features(career, seen, effort.day)

    def speeds(weeks):
        at = career.weights.at(weeks)
        return never_rising(
            [ln_speed_from(features, math.exp(m), at) - own.shift(m) for m in EFFORT_LN_M]
        )

    fitness = replace(plain, ln_speeds=speeds(0.0), ln_speeds_later=speeds(FURTHEST_WEEKS))
    expected = predict(fitness, effort.distance_m, even_if_thin=True)
    return Told(
        effort.athlete, effort.label, math.log(expected.median_s / effort.time_s), expected.sd_ln
    )


def _errors(career, seen):
    """Of the runner's efforts against what `seen` would have said on their mornings."""
    if seen is career.runs:
        return career.efforts.error
    runs, rows = career.runs, career.efforts.row
    expected = [
        ln_speed_from(
            _features(career, seen, date.fromordinal(int(runs.day[row]))),
            float(runs.distance_m[row]),
            career.weights.now,
        )
        for row in rows
    ]
    # stretches add rows, and of a run as a whole they say nothing
    comparable_m = (seen if len(seen) == len(runs) else runs).comparable_m
    return np.log(runs.result_s[rows] / comparable_m[rows]) + np.array(expected)


def _features(career, seen, day):
    """What speed is read from is `seen`; what was run is the career's."""
    cut = day.toordinal()
    known = features_at(career.runs, cut)
    if seen is career.runs:
        return known
    fast = features_at(seen, cut)
    scored = ("all_ln_m", "all_score", "all_age", "half_year_m", "half_year_score")
    speeds = ("q90", "recent80", "width", *scored)
    return replace(known, **{name: getattr(fast, name) for name in speeds})


def _with_stretches(runs, recorded):
    more = [
        (row, metres, seconds)
        for one in recorded
        if (row := _row_of(runs, one)) is not None and runs.learnable[row]
        for metres, seconds in one.stretches
    ]
    row, metres, seconds = (np.array(column) for column in zip(*more, strict=True))
    own = {
        "distance_m": metres,
        "comparable_m": metres,
        "time_s": seconds,
        "result_s": seconds,
        "score": score_of(metres, seconds),
    }
    ids = runs.ids + tuple(runs.ids[each] for each in row)
    columns = [column.name for column in fields(Runs)][1:]
    added = (own.get(name, getattr(runs, name)[row]) for name in columns)
    both = [np.concatenate((getattr(runs, n), new)) for n, new in zip(columns, added, strict=True)]
    order = np.argsort(np.concatenate((runs.day, runs.day[row])), kind="stable")
    return Runs(tuple(ids[each] for each in order), *(column[order] for column in both))


def _by_best_stretch(runs, recorded):
    score = runs.score.copy()
    for one in recorded:
        row = _row_of(runs, one)
        for metres, seconds in one.stretches if row is not None else ():
            score[row] = max(score[row], score_of(metres, seconds))
    return replace(runs, score=score)


def _on_the_flat(runs, recorded):
    comparable_m = runs.distance_m.copy()
    for one in recorded:
        row = _row_of(runs, one)
        if row is not None and one.flat is not None:
            comparable_m[row] *= one.flat
    return replace(runs, comparable_m=comparable_m, score=score_of(comparable_m, runs.time_s))


def _by_both(runs, recorded):
    flat, best = _on_the_flat(runs, recorded), _by_best_stretch(runs, recorded)
    return replace(flat, score=np.maximum(flat.score, best.score))


COLUMNS = {
    "stretches": _with_stretches,
    "best stretch": _by_best_stretch,
    "flat": _on_the_flat,
    "flat, best": _by_both,
}


def _row_of(runs, one):
    first, end = runs.row(one.day.toordinal()), runs.row(one.day.toordinal() + 1)
    rows = [row for row in range(first, end) if abs(runs.distance_m[row] - one.distance_m) < 1.0]
    return rows[0] if rows else None


# --- heart rate -----------------------------------------------------------------------------------


def _pulse(recorded, effort):
    """ln of the speed at the same heart rate before the last 90 days, over that in them."""
    known = [one for one in recorded if one.day < effort.day and len(one.minutes)]
    recent = _since(known, effort.day, RECENT_DAYS)
    earlier = [one for one in known if one.day < effort.day - timedelta(days=RECENT_DAYS)]
    if not recent or not earlier:
        return 0.0
    slope = _slope(known)
    before, now = (np.mean([_level(one, slope) for one in part]) for part in (earlier, recent))
    return float(before - now)


def _level(one, slope):
    """ln(m/s) on the flat at 150 beats, as fresh as at the start."""
    speed, heart, hours = one.minutes.mean(axis=0)
    return speed - slope * (heart - 150.0) + DRIFT_LN * hours


def _slope(recorded):
    """ln(m/s) a beat between minutes of the same run, shrunk to the usual one."""
    apart = [one.minutes - one.minutes.mean(axis=0) for one in recorded]
    speed, heart, hours = np.concatenate(apart).T
    prior = 25_000.0  # beats squared: as much as some 250 minutes of 10 beats apart
    total = (heart * (speed + DRIFT_LN * hours)).sum() + prior * USUAL_SLOPE
    return total / ((heart**2).sum() + prior)


def _decoupling(recorded, effort):
    """ln of speed a beat lost from half to half beyond drift, times how much longer than 10 km."""
    longer = max(math.log(effort.distance_m / 10_000.0), 0.0)
    recent = _since(recorded, effort.day, RECENT_DAYS)
    lost = [_lost(one.minutes) for one in recent if len(one.minutes) >= LEAST_MIN]
    return longer * float(np.mean(lost)) if lost and longer > 0.5 else 0.0


def _lost(minutes):
    half = len(minutes) // 2
    first, last = minutes[:half].mean(axis=0), minutes[half:].mean(axis=0)
    return float(first[0] - last[0] - np.log(first[1] / last[1]) - DRIFT_LN * (last[2] - first[2]))


def _moved(told, all_said):
    """By what was said, times a factor fitted on the other runners."""
    others = [other for other in all_said if other.athlete != told.athlete]
    said, error = (np.array([getattr(o, name) for o in others]) for name in ("said", "error"))
    factor = -(said @ error) / (said @ said + (NOISE_LN / FACTOR_SD) ** 2)
    return replace(told, error=told.error + factor * told.said)


# --- streams --------------------------------------------------------------------------------------


def _recorded(record, streams, row):
    seen = derive(record, streams, zone=UTC)
    left = believed(record, streams).streams
    length_m = way_of(left).length_m
    return Recorded(
        day=ANY_MONDAY + timedelta(days=int(row["day"])),
        distance_m=float(row["distance_m"]),
        stretches=tuple(
            (effort.distance_m, effort.time_s)
            for effort in seen.efforts[1:]
            if effort.distance_m in STRETCHES_M and effort.distance_m < 0.98 * length_m
        ),
        flat=None if seen.flat_distance_m is None else seen.flat_distance_m / length_m,
        minutes=_minutes(left),
    )


def _minutes(streams):
    """Whole minutes from the eleventh on in which the runner ran and the heart rate is known."""
    if streams.heart_rate_bpm is None or not np.isfinite(streams.heart_rate_bpm).any():
        return np.empty((0, 3))
    way = way_of(streams)
    ends = np.arange(WARM_MIN * MINUTE_S, way.time_s[-1], MINUTE_S)
    metres = np.diff(np.interp(ends, way.time_s, way.covered_m))
    flat = metres * grade_factor(_climbed(streams, ends) / np.maximum(metres, 1.0))
    known = np.isfinite(streams.heart_rate_bpm)
    beats = np.interp(
        ends[:-1] + MINUTE_S / 2, streams.time_s[known], streams.heart_rate_bpm[known]
    )
    ran = (metres > 1.5 * MINUTE_S) & (beats > 100.0)
    speed = np.log(np.maximum(flat, 1.0) / MINUTE_S)
    return np.column_stack([speed, beats, ends[:-1] / 3_600.0])[ran]


def _climbed(streams, ends):
    """Metres up in each minute; none where the altitude is not known."""
    known = np.zeros(0) if streams.altitude_m is None else np.isfinite(streams.altitude_m)
    if not known.any():
        return np.zeros(max(len(ends) - 1, 0))
    return np.diff(np.interp(ends, streams.time_s[known], streams.altitude_m[known]))


def _since(recorded, day, days):
    return [one for one in recorded if day - timedelta(days=days) <= one.day < day]
