"""The forecast for the goal day: probability, versions, on-track state with hysteresis."""

from dataclasses import dataclass

from planning.goals.assessment import Need


@dataclass(frozen=True, slots=True)
class GoalForecast:
    """The trajectory to one goal, as `forecast --json` shows it. Unknown numbers are None."""

    goal_id: str
    status: str  # ahead, on_track, behind, out_of_reach, unknown, done
    verdict: str | None  # conservative, realistic, stretch, very_ambitious, not_by_then
    median_s: float | None
    p10_s: float | None
    p90_s: float | None
    probability: float | None
    stretch_s: float | None
    realistic_s: float | None
    conservative_s: float | None
    needs: tuple[Need, ...]
    message: str
    waiting: tuple[str, int] | None = (
        None  # (status it would change to, closings beyond the border)
    )
