"""An assessment in plain words: lines that a runner reads, from the verdict to what else to do."""

from collections.abc import Iterator
from itertools import groupby

from planning.goals.assessment import Assessment
from planning.goals.deciding import Decision, Indicator
from planning.goals.goal import TEN_K_M, Goal
from planning.goals.influences import EIGHT_IN_TEN
from planning.goals.needs import GATES, WEEKLY_DISTANCE, Need
from planning.goals.offers import Offer, Offered
from planning.goals.rates import SEASON_GAIN, Required, seasons_for
from planning.goals.sentence import WORTH_SAYING
from planning.goals.wording import (
    about_time,
    chance,
    distance_name,
    exact_time,
    habit_in_words,
    kilometres,
    opening,
    spoken_day,
)

SIMILAR_SD = 0.0005  # of ln(time): a result that leaves as much tells nothing
NO_FASTER = (
    "No day within a year makes it more than a rare chance, by what is known of getting faster."
)


def assessment_lines(told: Assessment) -> Iterator[str]:
    """Verdict first, then what must happen, when to decide, and what to do instead."""
    yield told.forecast.message
    yield from _versions(told)
    if told.required is not None:
        yield _required(told.required, told.goal.distance_m or 0.0)
    yield from _needs(told)
    yield from told.key_sessions
    if told.decision is not None:
        yield from _decision(told, told.decision)
    yield from offer_lines(told)


def offer_lines(told: Assessment) -> Iterator[str]:
    """What to offer instead, the nearest first; nothing where the goal can stay as it is."""
    for offer in told.offers:
        yield _offer(offer, told.goal)
    asked = told.required
    is_hard = any(offer.kind is Offered.TIME for offer in told.offers)
    if is_hard and asked and not any(offer.kind is Offered.DAY for offer in told.offers):
        yield NO_FASTER + _seasons(asked)


def _versions(told: Assessment) -> Iterator[str]:
    said, distance_m = told.forecast, told.goal.distance_m or 0.0
    if said.stretch_s and said.realistic_s and said.conservative_s:
        stretch, realistic, conservative = (
            about_time(time_s, distance_m)
            for time_s in (said.stretch_s, said.realistic_s, said.conservative_s)
        )
        yield (
            f"Stretch {stretch} (one in five), realistic {realistic} (an even chance), "
            f"conservative {conservative} (four in five)."
        )


def _required(asked: Required, distance_m: float) -> str:
    today = f"The same race today would take about {about_time(asked.today_s, distance_m)}"
    if asked.gain_percent < WORTH_SAYING:
        return f"{today}: nothing has to be gained."
    now, needed = (about_time(time_s, TEN_K_M) for time_s in (asked.ten_k_s, asked.ten_k_needed_s))
    return f"{today}; the goal asks for the speed of a {needed} 10K, and today's is that of {now}."


def _needs(told: Assessment) -> Iterator[str]:
    """Gates by date, the last of them what the goal asks for."""
    met = [need.what for need in told.forecast.needs if need.met]
    if met:
        yield f"In place: {', '.join(met)}."
    ahead = [need for need in told.forecast.needs if not need.met]
    gates = sorted((*told.steps, *ahead), key=lambda need: (need.by_day, not need.feasible))
    for (day, feasible), needs in groupby(gates, key=lambda need: (need.by_day, need.feasible)):
        amounts = ", ".join(map(_amount, needs))
        if day < told.day:
            yield f"Was due by {spoken_day(day)} and is not there: {amounts}."
            continue
        beyond = "" if feasible else ", which no safe progress reaches by then"
        yield f"By {spoken_day(day)}: {amounts}{beyond}."


def _amount(need: Need) -> str:
    if need.what not in GATES:
        return f"{need.value:g} {need.what}"
    if need.what == WEEKLY_DISTANCE:
        return f"{kilometres(need.value)} a week"
    return f"{need.what} of {kilometres(need.value)}"


def _decision(told: Assessment, decided: Decision) -> Iterator[str]:
    if not decided.shapes_training:
        yield (
            "It is too late for a test, and the choice shapes training no more: choose the pace on "
            f"{spoken_day(decided.day)}, by weather and legs."
        )
        return
    yield (
        f"Choose between the versions by {spoken_day(decided.day)}: from then on training is set "
        "for the day."
    )
    telling = [test for test in decided.tests if test.sd_without - test.sd_ln >= SIMILAR_SD]
    if not telling:
        yield "No race or test before that would tell much."
    for number, test in enumerate(telling):
        yield _indicator(test, told, is_best=number == 0)


def _indicator(test: Indicator, told: Assessment, *, is_best: bool) -> str:
    distance_m = test.race.distance_m or 0.0
    name = distance_name(distance_m)
    what = f"a {name} time trial" if test.is_trial else test.race.name or f"the {name}"
    ranges = [
        f"{100 * EIGHT_IN_TEN * sd:.1f}" for sd in (told.sd_ln or 0.0, test.sd_without, test.sd_ln)
    ]
    tells = "tells most" if is_best else "tells less"
    return (
        f"{opening(what)} on {spoken_day(test.race.day)} {tells}: the range of the forecast is "
        f"{ranges[0]} % either way today, {ranges[1]} by then and {ranges[2]} after it. "
        f"{_results(test, told.goal, distance_m)}"
    )


def _results(test: Indicator, goal: Goal, distance_m: float) -> str:
    target = exact_time(goal.target_s or 0.0, goal.distance_m or 0.0)
    told = [
        f"{about_time(time_s, distance_m)} or {word}: {target} {so}."
        for time_s, word, so in (
            (test.even_s, "faster", "is an even chance or better"),
            (test.doubtful_s, "slower", "has less than one in five, so take another version"),
        )
        if time_s is not None
    ]
    return " ".join(told) or "No likely result of it alone would settle the goal."


def _offer(offer: Offer, goal: Goal) -> str:
    distance_m = offer.goal.distance_m or 0.0
    name = distance_name(distance_m)
    match offer.kind:
        case Offered.TIME:
            told = exact_time(offer.goal.target_s or 0.0, distance_m)
            return f"For that day {told} is the nearest realistic time ({_likely(offer)})."
        case Offered.DAY if offer.probability is None:
            return f"The {name} can be prepared for by {spoken_day(offer.goal.day)}, the first day."
        case Offered.DAY:
            told = exact_time(goal.target_s or 0.0, distance_m)
            return (
                f"For {told} the earliest sensible day is {spoken_day(offer.goal.day)} "
                f"({_likely(offer)})."
            )
        case Offered.DISTANCE:
            return f"By {spoken_day(offer.goal.day)} the {name} can be prepared for."
        case Offered.HABIT:
            return f"{opening(habit_in_words(offer.goal))} is likelier to last ({_likely(offer)})."


def _likely(offer: Offer) -> str:
    return f"a chance of {chance(offer.probability or 0.0)}"


def _seasons(asked: Required) -> str:
    seasons = seasons_for(asked.gain_percent)
    low, high = SEASON_GAIN
    gains = f"trained runners gain about {low:g} to {high:g} % a season (from the literature)"
    if seasons is None:
        return f" It is a matter of years: {gains}, and it asks for {asked.gain_percent:.0f} %."
    fewest, most = seasons
    count = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return f" It is a matter of {count} seasons: {gains}."
