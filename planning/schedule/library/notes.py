"""What a workout's description on the watch says: why, what to mind, and an easier option."""

from planning.athlete import Units
from planning.schedule.library.catalogue import session_of
from planning.schedule.library.session import Session
from planning.schedule.naming import about
from planning.workout import Kind, Workout

# Jeukendrup 2014, the figures that position stands have taken over: 30 to 60 g an hour from an hour
# or so on, up to 90 g of glucose and fructose beyond two and a half hours, for who is used to it.
FUEL_FROM_S, MUCH_FUEL_FROM_S = 90 * 60.0, 150 * 60.0
RACE_FUEL_FROM_S = 75 * 60.0
FUEL = "Drink to thirst; 30 to 60 g of carbohydrate an hour"
MUCH_FUEL = f"{FUEL}, up to 90 g if you are used to it"


def note_of(
    workout: Workout, *, units: Units = Units.METRIC, changed: str = "", week: str = ""
) -> str:
    """Why, the easier option, and cues for pace and fuel: where it is cut, these go first.

    `changed` says why it is not what it was, `week` what its week is about.
    """
    session = session_of(workout.session)
    parts = (
        workout.purpose,
        changed,
        _easier(workout, session, units),
        week,
        session.cue if session else "",
        fuelling(workout),
    )
    return " ".join(part for part in parts if part)


def fuelling(workout: Workout) -> str:
    """What to eat and drink in a race of 75 min or a long run of 90 min and more; else nothing."""
    racing = workout.kind is Kind.RACE
    if workout.kind not in {Kind.RACE, Kind.LONG}:
        return ""
    if workout.duration_s < (RACE_FUEL_FROM_S if racing else FUEL_FROM_S):
        return ""
    told = MUCH_FUEL if workout.duration_s >= MUCH_FUEL_FROM_S else FUEL
    return f"{told}, as practised." if racing else f"{told}: practise what the race will ask for."


def _easier(workout: Workout, session: Session | None, units: Units) -> str:
    if workout.kind is Kind.LONG:
        return f"Easier option: {about(0.75 * workout.distance_m, units)} without any pace."
    if session is not None:
        return f"Easier option: {session.easier}."
    return "Easier option: half of it, or 40 min easy."
