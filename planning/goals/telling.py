"""Seasons, conflicts, ways and prices in plain words."""

from collections.abc import Iterator

from planning.goals.goal import HALF_M
from planning.goals.prices import LEGS, SHARPNESS, Price, Standing
from planning.goals.season import SeasonWeek, focus_of
from planning.goals.ways import RacePrice, WaysOut
from planning.goals.wording import about_time, chance, distance_name, kilometres, opening
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
    yield "As it stands:"
    yield from (f"  {price_line(price)}" for price in told.today)
    for way in told.ways:
        yield f"{opening(way.kind)}: {way.sentence}"
        yield from (f"  {price_line(price)}" for price in way.prices)
    yield told.advice
    yield CAUTION


def price_line(price: Price) -> str:
    """As in "5K: 21:55, about 50 %; +10 s, -4 points, 0 days later, 14 more quiet days"."""
    parts = [_seconds(price), _points(price)]
    if price.days_moved:
        parts.append(f"{price.days_moved} days later")
    if price.quiet_days:
        more = "more" if price.quiet_days > 0 else "fewer"
        parts.append(f"{abs(price.quiet_days)} {more} days without hard running")
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
        what = "chance" if goal.is_timed else "to finish"
        told.append(f"{what} {chance(standing.probability)}")
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
