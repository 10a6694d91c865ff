"""The sentence: current trajectory, goal, verdict, and what would do it."""

from collections.abc import Sequence

from planning.fitness.prediction import Prediction
from planning.goals.adherence import Adherence
from planning.goals.completion import DOUBTFUL, chance_to_finish, in_words
from planning.goals.goal import MARATHON_M, Goal
from planning.goals.needs import GATES, LONGEST_RUN, Need
from planning.goals.rates import Required
from planning.goals.status import Verdict, verdict_of
from planning.goals.wording import (
    about_time,
    chance,
    distance_name,
    exact_time,
    habit_in_words,
    kilometres,
    opening,
    performance,
    spoken_day,
)
from planning.units import counted

WORTH_SAYING = 0.5  # per cent
TOO_LITTLE_TIME = "the training that it asks for does not all fit in by then"
FINAL_BUILD_WEEKS = 3.0  # in less than this there is no building, only resting and running


def time_message(
    goal: Goal,
    expected: Prediction,
    needs: Sequence[Need],
    required: Required | None = None,
) -> str:
    """What is told of a time goal: sentence, range, what it asks for beside today."""
    distance_m, target_s = expected.distance_m, goal.target_s or expected.median_s
    target, middle = exact_time(target_s, distance_m), about_time(expected.median_s, distance_m)
    probability = expected.probability_of(target_s)
    judged = _judged(goal, expected, verdict_of(probability), needs, required)
    return " ".join(
        (
            f"Current trajectory suggests {performance(middle, distance_m)}.",
            f"Goal of {target} {judged}.",
            *_unprepared(needs),
            f"Eight in ten such forecasts end between {_range(expected)}.",
            f"The chance of {target} is {chance(probability)}.",
            *(_gain(required) if required else ()),
            *_out_of_reach(goal, needs),
        )
    )


def finish_message(
    goal: Goal, expected: Prediction | None, probability: float | None, needs: Sequence[Need]
) -> str:
    """What is told of a goal to finish: time on feet, and the judged chance in words."""
    told = []
    if expected is not None:
        middle = about_time(expected.median_s, expected.distance_m)
        told.append(
            f"Expected time on feet for the {distance_name(expected.distance_m)}: about {middle}, "
            f"eight in ten between {_range(expected)}."
        )
    if probability is not None:
        inside = "" if goal.cut_off_s is None else " inside the cut-off"
        told.append(
            f"Finishing{inside} is {in_words(probability)}, judged by longest run and weekly "
            "distance and not by statistics."
        )
    to_come = [need for need in needs if need.what in GATES and need.feasible and not need.met]
    if to_come:
        told.append(f"Still to come: {_listed(to_come)}.")
    return " ".join((*told, *_out_of_reach(goal, needs)))


def habit_message(goal: Goal, kept: Adherence) -> str:
    """What is told of a habit to keep up: what was held, and what is to be expected of it."""
    held = (
        f"{opening(habit_in_words(goal))}: held in {kept.weeks_met} of the last "
        f"{counted(kept.weeks_known, 'week')} on record."
        if kept.weeks_known
        else f"{opening(habit_in_words(goal))}: no week is on record yet."
    )
    if kept.weeks_over:
        held += f" Of this goal's weeks so far, in {kept.over_met} of {kept.weeks_over}."
    if not kept.enough_known:
        return f"{held} Four weeks are needed to say how likely it is to be kept up."
    if kept.kept_up:
        return f"{held} It asks for {kept.weeks_asked}: reached."
    return (
        f"{held} Going on like that, {_of_weeks(kept)} would hold it, eight times out of ten; it "
        f"asks for {kept.weeks_asked}. The chance of that is {chance(kept.probability)}, as "
        "runners kept up what they had kept up without being asked to."
    )


def _of_weeks(kept: Adherence) -> str:
    range_of = f"{kept.low} to {kept.high}" if kept.low < kept.high else f"{kept.low}"
    return f"{range_of} of its {counted(kept.weeks, 'week')}"


def habit_result(goal: Goal, kept: Adherence) -> str:
    """How a habit whose weeks are over was kept up."""
    held = f"Held in {kept.over_met} of {kept.weeks_over} weeks; {kept.weeks_asked} were asked for"
    return f"{opening(habit_in_words(goal))}, until {spoken_day(goal.day)}. {held}: " + (
        "goal reached." if kept.kept_up else "not reached."
    )


def _judged(
    goal: Goal,
    expected: Prediction,
    verdict: Verdict,
    needs: Sequence[Need],
    required: Required | None,
) -> str:
    """The verdict's words; steady training is no answer where there is no time for enough of it."""
    building = required is None or required.weeks >= FINAL_BUILD_WEEKS
    short = any(need.what in GATES and not need.feasible for need in needs)
    stretch = about_time(expected.quantile_s(0.2), expected.distance_m)
    match verdict:
        case Verdict.CONSERVATIVE:
            alone = f" by speed alone: {TOO_LITTLE_TIME}" if short else ""
            return f"is well within reach{alone}; {stretch} would be the stretch version"
        case Verdict.REALISTIC if short:
            return f"is realistic by speed alone: {TOO_LITTLE_TIME}"
        case Verdict.REALISTIC:
            return "is realistic with steady training" if building else "is realistic"
        case Verdict.STRETCH if short:
            return f"is aggressive but possible by speed alone: {TOO_LITTLE_TIME}"
        case Verdict.STRETCH if building:
            return "is aggressive but possible with a strong final build"
        case Verdict.STRETCH:
            return "is aggressive but possible on a very good day"
        case Verdict.VERY_AMBITIOUS:
            return f"is very ambitious: a lot has to go right; {stretch} is the stretch version"
        case Verdict.NOT_BY_THEN:
            return (
                f"is not within reach by {spoken_day(goal.day)}; {stretch} is the stretch version"
            )


def _unprepared(needs: Sequence[Need]) -> tuple[str, ...]:
    """Times are of those who come prepared; a time goal may be far from that as well (C-1)."""
    finishing = chance_to_finish(needs)
    if finishing >= DOUBTFUL:
        return ()
    warning = (
        f"But these are times of runners who came prepared: finishing is {in_words(finishing)}, "
        "judged by longest run and weekly distance and not by statistics."
    )
    return (warning,)


def _range(expected: Prediction) -> str:
    fast, slow = (
        about_time(expected.quantile_s(probability), expected.distance_m)
        for probability in (0.1, 0.9)
    )
    return f"{fast} and {slow}"


def _gain(required: Required) -> tuple[str, ...]:
    """How much faster than today the goal is, when it is."""
    gain, weeks = required.gain_percent, required.weeks
    if gain < WORTH_SAYING:
        return ()
    asks = f"It asks for {gain:.1f} % more speed than today's race would have"
    if weeks < FINAL_BUILD_WEEKS or required.percent_a_week is None:
        return (f"{asks}.",)
    asks = f"{asks}, {required.percent_a_week:.2f} % a week for {weeks:.0f} weeks"
    share = required.gained_by
    return (f"{asks}; of 34 runners studied {share} gained that much." if share else f"{asks}.",)


def _out_of_reach(goal: Goal, needs: Sequence[Need]) -> tuple[str, ...]:
    """What the safe rise of the longest run does not reach, and what that costs."""
    short = [need for need in needs if need.what == LONGEST_RUN and not need.feasible]
    if not short or goal.distance_m is None:
        return ()
    need, marathon = short[0], abs(goal.distance_m / MARATHON_M - 1) <= 0.03
    within = ", in 3 h at most and 2.5 before a first marathon" if marathon else ""
    reached = (
        f"Rising safely{within}, the longest run reaches "
        f"{_not_quite(need)} by {spoken_day(need.by_day)}; the "
        f"{distance_name(goal.distance_m)} asks for {kilometres(need.value)}."
    )
    if not marathon:
        return (reached,)
    price = (
        "Marathon runners whose longest run stayed under 25 km took about 13 minutes longer "
        "(Fokkema 2020, an association); run-walk is an option."
    )
    return (reached, price)


def _not_quite(need: Need) -> str:
    """What is reached of a need that is not: to the half kilometre below, where to the nearest
    kilometre it would sound as if it were.
    """
    reached = kilometres(need.reachable or 0.0)
    if reached != kilometres(need.value):
        return reached
    return f"{(need.reachable or 0.0) // 500 / 2:g} km"


def _listed(needs: Sequence[Need]) -> str:
    texts = [
        f"{need.what} of {kilometres(need.value)} by {spoken_day(need.by_day)}" for need in needs
    ]
    return " and ".join(texts)
