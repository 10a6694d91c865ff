"""Every known effort predicted from the days before it, as it would have been that morning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from planning.activity import Activity, FloatArray
from planning.fitness.career import Career
from planning.fitness.detection import Signs
from planning.fitness.expectation import Weights
from planning.fitness.fitted import RACE_SIGNS, WEIGHTS
from planning.fitness.fitting import EffortRow
from planning.fitness.prediction import Effect, Prediction, predict
from planning.fitness.ultra import UltraRace, predict_ultra
from planning.goals.drift import drift, running_of
from planning.goals.goal import Goal, GoalKind, Priority


@dataclass(frozen=True, slots=True)
class PredictedEffort:
    """The effort and what was expected of it; None outside 1,500 m to 100 km.

    `plain`: training as usual. `effects`: what the last weeks' running did besides, a break or a
    taper.
    """

    effort: EffortRow
    plain: Prediction | None
    effects: tuple[Effect, ...] = ()

    @property
    def expected(self) -> Prediction | None:
        return self.plain and self.plain.under(self.effects)


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
        known = runs_by_athlete.get(who, ())
        if who not in careers:
            careers[who] = Career.of(
                known,
                weights=own_weights.get(who, WEIGHTS),
                signs=own_signs.get(who, RACE_SIGNS),
            )
        predicted.append(_predicted(effort, known, careers[who], weeks_ahead))
    return predicted


def _predicted(
    effort: EffortRow, runs: Sequence[Activity], career: Career, weeks_ahead: int
) -> PredictedEffort:
    evening = effort.day - timedelta(days=1, weeks=weeks_ahead)
    fitness = career.fitness_on(evening)
    plain = predict(fitness, effort.distance_m, weeks_ahead=weeks_ahead, even_if_thin=True)
    race = Goal("", GoalKind.COMPLETION, Priority.A, effort.day, effort.distance_m)
    return PredictedEffort(effort, plain, drift(race, running_of(runs, None, today=evening)))


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
