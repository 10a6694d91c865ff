"""Seasons, conflicts, ways, prices, paths and what comes next, in plain words."""

from collections.abc import Iterator

from planning.goals.completion import in_words, likelihood
from planning.goals.goal import HALF_M
from planning.goals.path import Path, Stage
from planning.goals.prices import LEGS, SHARPNESS, Price, Standing
from planning.goals.proposals import Evolution, Proposal
from planning.goals.season import SeasonWeek
from planning.goals.ways import RacePrice, WaysOut
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
from planning.schedule.menu import focus_of
from planning.schedule.plan import Phase

WORTH_SAYING_S = 1.0
WORTH_SAYING = 0.01  # of a chance
WORTH_SAYING_M = 500.0
CAUTION = (
    "Seconds and chances are middles of simulated seasons, each as unsure as its forecast; what "
    "another kind of training and tired legs cost is judgement."
)
JUDGED = {
    SHARPNESS: "weeks of recovery or of another kind of training",
    LEGS: "legs that are not back",
}


def ways_lines(told: WaysOut) -> Iterator[str]:
    """The conflict, what it costs as it stands, and each way with its prices."""
    yield opening(told.conflict.sentence)
    yield f"{opening(told.conflict.clash)}, by {told.conflict.ground}."
    yield "As it stands, beside each prepared for without the other:"
    yield from (f"  {price_line(price)}" for price in told.today)
    for way in told.ways:
        yield f"{opening(way.kind)}: {way.sentence}"
        yield from (f"  {price_line(price)}" for price in way.prices)
    yield told.advice
    yield CAUTION


def price_line(price: Price) -> str:
    """As in "5K (A, 2026-09-27), 21:55 (20:50 to 23:05), chance about 45 %: 10 s slower, 4 points
    of chance lost, 14 more days without hard running."
    """
    parts = [_seconds(price), _points(price)]
    if price.days_moved:
        parts.append(f"{price.days_moved} days later")
    if price.quiet_days:
        more, days = "more" if price.quiet_days > 0 else "fewer", abs(price.quiet_days)
        parts.append(f"{days} {more} {'day' if days == 1 else 'days'} without hard running")
    shorter_m = price.before.longest_m - price.after.longest_m
    if abs(shorter_m) >= WORTH_SAYING_M and (price.goal.distance_m or 0.0) >= HALF_M * 0.98:
        parts.append(f"longest run {_longer(-shorter_m)}")
    parts += [f"with {JUDGED[what]}" for what in price.judged]
    return f"{standing_line(price.after)}: {', '.join(parts)}."


def standing_line(standing: Standing) -> str:
    """Where a goal ends up: name, priority, day, expected time and its range, chance."""
    goal, expected = standing.goal, standing.expected
    name = goal.name or distance_name(goal.distance_m or 0.0)
    told = [f"{name} ({goal.priority}, {goal.day})"]
    if expected is not None:
        middle, low, high = (
            about_time(expected.quantile_s(p), expected.distance_m) for p in (0.5, 0.1, 0.9)
        )
        told.append(f"{middle} ({low} to {high})")
    if standing.probability is not None:
        told.append(likelihood(goal, standing.probability))
    return ", ".join(told)


def race_price_lines(told: RacePrice) -> Iterator[str]:
    """What a B or C race costs one A race."""
    race = told.race.name or distance_name(told.race.distance_m or 0.0)
    yield f"{race} ({told.race.priority}, {told.race.day}) costs {price_line(told.price)}"
    yield (
        f"  Until then {kilometres(told.training_m)} of training and {_sessions(told)} less, the "
        "race itself not counted."
    )


def phase_lines(weeks: tuple[SeasonWeek, ...]) -> Iterator[str]:
    """The season in blocks: weeks of one phase and goal in a row, with the races in them."""
    blocks: list[list[SeasonWeek]] = []
    for week in weeks:
        if blocks and _block(blocks[-1][-1]) == _block(week):
            blocks[-1].append(week)
        else:
            blocks.append([week])
    for block in blocks:
        first, full = block[0], [week for week in block if not week.light] or block
        races = [goal for week in block for goal in week.races]
        raced = "".join(
            f"; {goal.day} {goal.name or distance_name(goal.distance_m or 0.0)} ({goal.priority})"
            for goal in races
        )
        long = f"{len(block)} {'week' if len(block) == 1 else 'weeks'}"
        focus = f"{focus_of(full[0])}{raced}"
        yield f"{first.first_day}  {long:>8}  {_block_name(first):<10}  {focus}"


def path_lines(path: Path) -> Iterator[str]:
    """The races on the way with their forecasts and milestones, and what the aim asks for."""
    for stage in path.stages:
        yield from _stage_lines(stage, is_aim=stage is path.aim)
    if path.gain_percent is not None and path.gain_percent > 0.0:
        told = f"The aim asks for {path.gain_percent:.1f} % more speed than today's forecast"
        if path.years > 1.0:
            told += f", {path.gain_percent / path.years:.1f} % a year"
        if path.rate is not None:
            told += f"; within a year {path.rate} of 34 runners studied gained that much"
        several = " Nobody has figures for several such years in a row." if path.years > 1.0 else ""
        yield f"{told}.{several}"
    if path.earliest is not None:
        yield (
            f"That is too soon: with the races before it the aim can stand on "
            f"{spoken_day(path.earliest)} at the earliest."
        )
    yield (
        "Training as usual is assumed, without a plan or a gain (`goal show` counts the plan as "
        "well); a forecast years ahead is little more than the range in which runners stay."
    )


def evolution_lines(found: Evolution) -> Iterator[str]:
    """What became of a goal, what was learned, and what could be next, numbered."""
    goal = found.ended.goal
    name = goal.name or (distance_name(goal.distance_m) if goal.distance_m else "")
    of = f"{name} of" if name else f"{habit_in_words(goal)} until"
    yield f"{opening(of)} {spoken_day(goal.day)}: {found.ended.end}."
    yield from (f"  {line}" for line in found.ended.learned)
    if found.proposals:
        yield "What could be next:"
    for number, proposal in enumerate(found.proposals, start=1):
        yield f"  {number}. {_proposed(proposal)}"
        yield f"     {proposal.why}"


def _block(week: SeasonWeek) -> tuple[str, str]:
    return _block_name(week), week.goal.id if week.phase is not Phase.RECOVERY else ""


def _block_name(week: SeasonWeek) -> str:
    return "off season" if week.off else week.phase.value


def _seconds(price: Price) -> str:
    seconds = price.seconds
    if seconds is None:
        return "no time foretold"
    if abs(seconds) < WORTH_SAYING_S:
        return "no seconds"
    whole = round(abs(seconds))
    told = f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d} min"
    return f"{told} {'slower' if seconds > 0 else 'faster'}"


def _points(price: Price) -> str:
    lost = price.probability
    if lost is None:
        return "no chance foretold"
    if abs(lost) < WORTH_SAYING:
        return "no chance lost"
    points = round(100 * abs(lost))
    told = "1 point" if points == 1 else f"{points} points"
    return f"{told} of chance {'lost' if lost > 0 else 'won'}"


def _sessions(told: RacePrice) -> str:
    return f"{told.hard_sessions} hard session{'' if told.hard_sessions == 1 else 's'}"


def _longer(metres: float) -> str:
    return f"{abs(metres) / 1000:.1f} km {'longer' if metres > 0 else 'shorter'}"


def _stage_lines(stage: Stage, *, is_aim: bool) -> Iterator[str]:
    goal, expected = stage.goal, stage.expected
    name = goal.name or distance_name(goal.distance_m or 0.0)
    what = "the aim" if is_aim else "the first one" if stage.is_first else "faster"
    line = f"{goal.day}  {name}, {what}"
    if expected is not None:
        middle, low, high = (
            about_time(expected.quantile_s(p), expected.distance_m) for p in (0.5, 0.1, 0.9)
        )
        line += f": {middle} ({low} to {high}) as things stand"
    if stage.probability is not None:
        of_the_time = stage.milestone_s is not None and not stage.is_first
        said = chance(stage.probability) if of_the_time else in_words(stage.probability)
        line += f", {'' if of_the_time else 'finishing '}{said}"
    yield line
    if stage.milestone_s is None or expected is None:
        return
    metres = expected.distance_m
    if is_aim:
        yield f"    wanted: {exact_time(stage.milestone_s, metres)}"
        return
    told = f"    on the way to the aim: {about_time(stage.milestone_s, metres)}"
    if stage.latest_s is not None:
        told += (
            f"; slower than {about_time(stage.latest_s, metres)} means another aim or more years"
        )
    yield told


def _proposed(proposal: Proposal) -> str:
    goal = proposal.goal
    if not goal.distance_m:
        told = f"{opening(habit_in_words(goal))} until {spoken_day(goal.day)}"
        return told if proposal.probability is None else f"{told}, {chance(proposal.probability)}"
    what = opening(distance_name(goal.distance_m))
    if goal.target_s is not None:
        what += f" in {exact_time(goal.target_s, goal.distance_m)}"
    told = f"{what} on {spoken_day(goal.day)} ({goal.priority})"
    if proposal.expected is not None:
        low, high = (
            about_time(proposal.expected.quantile_s(p), goal.distance_m) for p in (0.1, 0.9)
        )
        told += f", foretold {low} to {high}"
    if proposal.probability is not None:
        told += f", {likelihood(goal, proposal.probability)}"
    return told
