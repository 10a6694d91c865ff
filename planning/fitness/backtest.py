"""Every known effort predicted from the days before it, as it would have been that morning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity, FloatArray
from planning.fitness.career import Career
from planning.fitness.detection import Signs
from planning.fitness.expectation import Weights
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from planning.fitness.prediction import Prediction, predict
from planning.fitness.ultra import UltraRace, predict_ultra


@dataclass(frozen=True, slots=True)
class EffortRow:
    """A race-like effort that was run: `label` is whatever the log calls it ("10K")."""

    athlete: str
    day: date
    label: str
    distance_m: float
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class PredictedEffort:
    """The effort and what was expected of it; None outside 1,500 m to 100 km."""

    effort: EffortRow
    median_s: float | None
    sd_ln: float | None


def backtest(
    runs_by_athlete: Mapping[str, Sequence[Activity]],
    efforts: Iterable[EffortRow],
    *,
    weeks_ahead: int = 0,
    weights: Mapping[str, Weights] | None = None,
    signs: Mapping[str, Signs] | None = None,
) -> list[PredictedEffort]:
    """Predictions in the order of `efforts`, each from activities of earlier days only.

    With `weeks_ahead` the last that many weeks before an effort are not known either. Where there
    is too little to speak of, the guess is wide; it is never left out. `weights` and `signs` by
    athlete, where they are to be others than those in force.
    """
    own_weights, own_signs = weights or {}, signs or {}
    careers: dict[str, Career] = {}
    predicted = list[PredictedEffort]()
    for effort in efforts:
        who = effort.athlete
        if who not in careers:
            known = runs_by_athlete.get(who, ())
            careers[who] = Career.of(
                known,
                weights=own_weights.get(who, WEIGHTS),
                signs=own_signs.get(who, RACE_SIGNS),
            )
        predicted.append(_predicted(effort, careers[who], weeks_ahead))
    return predicted


def _predicted(effort: EffortRow, career: Career, weeks_ahead: int) -> PredictedEffort:
    fitness = career.fitness_on(effort.day - timedelta(days=1, weeks=weeks_ahead))
    prediction = predict(fitness, effort.distance_m, weeks_ahead=weeks_ahead, even_if_thin=True)
    if prediction is None:
        return PredictedEffort(effort, None, None)
    return PredictedEffort(effort, prediction.median_s, prediction.sd_ln)


def backtest_ultra(
    histories: Iterable[Sequence[UltraRace]], shape: FloatArray
) -> Iterator[tuple[UltraRace, Prediction]]:
    """Every race that has one before it, with what was to expect of it from those before."""
    for races in histories:
        for race in races:
            told = predict_ultra(
                races, race.day, distance_m=race.distance_m, climb_m=race.climb_m, shape=shape
            )
            if told is not None:
                yield race, told
