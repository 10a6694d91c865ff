"""`python -m tests.seasons.paired --seeds=1-300`: does adapting help? Four policies, the same seasons.

Each runner lives the same season, with the same luck on the same days, by the plan of each policy;
only the truth is measured, which no policy sees (`tests/seasons/body.py`, `strain.py`). Without
`--lines` it prints a table; with it a line a season, which is what the table is made from.

ours          `replan(state, today)`, every evening
never         the plan of the first evening stands to the race; a goal that is said, changed or given
              up makes a new one, and nothing else does
at once       every evening a new plan from all that is known, with no memory of yesterday's
at once, knowing    the same, but it knows which of its sessions were done: a fairer opponent, added
              when the first twenty-four seasons had shown that the other plans what was just run

What a policy cannot help is the same for all: illness, travel, the injuries of daily life, heat,
silences, late and broken records, the habit of skipping. Nobody moves sessions by hand here: on
paper that is as easy as anywhere. Definitions, fixed before any result was seen:

fitness       true speed over a flat 10 km on the morning of the main race, % over the first evening
attainment    of seasons with a time to reach, the share in which the main race was finished (as
              below) in that time; the luck of the day is the seed's
completion    the share of seasons in which the main race was started (not ill, injured or away) and
              could be finished: the longest run of the ten weeks before, races included, was at least
              4, 8, 16 and 25 km for 5 km, 10 km, half and marathon (25 km: Fokkema 2020, C; the
              others are coaching custom, E), short of it by 2 % at most
overload      days a season on which what was truly run was beyond what the legs were used to: over
              1.10 x the longest run of 30 days, hard the day after hard, or hard in the nine days
              after an illness. Main and other races count as runs, but not as overload.
steep weeks   weeks from Monday with over 1.25 x the mean of the four weeks before them
asked         sessions asked for on days on which the runner could run, and done to four fifths
rewritten     coming days of the next fortnight that read otherwise in the evening than the evening
              before: of tomorrow, and of all a week; material as the product means it
"""

import argparse
import json
import math
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from statistics import fmean, stdev

from planning.breaks import NO_BREAKS
from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M
from planning.replan import replan
from planning.schedule.receipt import Cause, change
from tests.across.histories import seeds_in
from tests.seasons.athletes import runner
from tests.seasons.checks import softer
from tests.seasons.living import evenings
from tests.seasons.strain import World

DAY, WEEK, FORTNIGHT = timedelta(days=1), timedelta(weeks=1), timedelta(days=14)
LONG_ENOUGH_M = {FIVE_K_M: 4e3, TEN_K_M: 8e3, HALF_M: 16e3, MARATHON_M: 25e3}
NEARLY, GROUND = 0.98, timedelta(days=70)
STEEP = 1.25
DONE = 0.8
ALL_WEEKS = 60
FORGOTTEN = {
    "paced_at": None,
    "material_on": (),
    "peaks_m": (),
    "unbroken": None,
    "untouched": None,
}
TRUE, UNHURT = World(hurts=True, wears=True), World(hurts=False, wears=True)


def at_once():
    """Made anew every evening from what is known."""
    return lambda state, today: replan(replace(state, closing=None), today)


def at_once_knowing():
    """The days that are over stand, all others are laid out anew, at the paces of today."""

    def decide(state, today):
        closing = state.closing
        if closing is not None and closing.plan is not None:
            over = replace(closing.plan, weeks=_over(closing.plan, today), **FORGOTTEN)
            state = replace(state, closing=replace(closing, plan=over))
        return replan(state, today)

    return decide


def _over(plan, today):
    return tuple(
        replace(week, days=tuple(day for day in week.days if day.day <= today))
        for week in plan.weeks
        if week.first_day <= today
    )


def never():
    """The plan of the evening on which the goals were last said, to the end of the season."""
    made, wanted = None, None

    def decide(state, today):
        nonlocal made, wanted
        if state.goals != wanted:
            afresh = replace(state, closing=None, breaks=NO_BREAKS)
            made, wanted = replan(afresh, today, laid_out_weeks=ALL_WEEKS), state.goals
        return replace(made, day=today)

    return decide


POLICIES = {
    "ours": lambda: replan,
    "never": never,
    "at once": at_once,
    "at once, knowing": at_once_knowing,
}


@dataclass(slots=True)
class Season:
    """What truly became of one season under one policy."""

    fitness: float = 0.0
    attained: float | None = None  # 1 or 0; None: there was no time to reach
    completed: float = 0.0
    overload: int = 0  # days
    spikes: int = 0
    close: int = 0
    weak: int = 0
    steep_weeks: int = 0
    hurt: int = 0  # injuries from runs beyond what the legs were used to
    km: float = 0.0  # a week
    asked: int = 0  # sessions
    too_much: int = 0
    done: int = 0
    tomorrow: int = 0
    tomorrow_more: int = 0  # not softer than before
    rewritten: float = 0.0  # days a week
    material: float = 0.0


def lived(who, decide, world):
    """The season of this runner under one policy, measured by truth."""
    season, plan, days, morning = Season(), None, 0, 0.0
    main = [said.what for said in who.goals if said.what.id == "main"][-1]
    season.attained = 0.0 if main.is_timed else None
    for evening in evenings(replace(who, habits=replace(who.habits, opinions=0.0)), decide, world):
        days += 1
        _strained(season, evening)
        _followed(season, evening.lived)
        _rewritten(season, plan, evening)
        if evening.today == main.day:
            season.fitness = 100 * (math.exp(morning - who.ln_speed) - 1)
            _raced(season, main, evening)
        plan, morning = evening.outcome.plan, evening.ln_speed
    season.hurt = len(evening.runner.off) - len(who.off)
    season.km = evening.legs.metres(who.first_day, evening.today) / 1000 / (days / 7)
    season.rewritten, season.material = (
        n / (days / 7) for n in (season.rewritten, season.material)
    )
    return season


def _raced(season, main, evening):
    done, day = evening.lived.done, evening.today
    least_m = NEARLY * LONG_ENOUGH_M[main.distance_m]
    if done is None or not done.run.is_race:
        return
    season.completed = float(evening.legs.longest_m(day - GROUND, day - DAY) >= least_m)
    if main.is_timed:
        season.attained = season.completed * (done.run.moving_time_s <= main.target_s)


def _strained(season, evening):
    done, found, today = evening.lived.done, evening.lived.strains, evening.today
    if done and not done.run.is_race:
        season.overload += bool(found)
        season.spikes += "spike" in found
        season.close += "close" in found
        season.weak += "weak" in found
    monday = today - 6 * DAY
    if today.weekday() == 6 and monday >= evening.runner.first_day:
        usual_m = evening.legs.metres(monday - 4 * WEEK, monday - DAY) / 4
        season.steep_weeks += evening.legs.metres(monday, today) > STEEP * usual_m


def _followed(season, today):
    if today.asked is None:
        return
    season.asked += 1
    season.too_much += today.too_much
    season.done += today.done is not None and today.done.true_m >= DONE * today.asked.distance_m


def _rewritten(season, before, evening):
    plan, today = evening.outcome.plan, evening.today
    if before is None or plan is None:
        return
    now = {day.day: day for day in plan.days()}
    for old in before.days():
        if not today < old.day <= today + FORTNIGHT or old.day not in now:
            continue
        told = change(old, now[old.day], Cause("", ""))
        season.rewritten += told is not None
        season.material += told is not None and told.material
        if told and old.day == today + DAY:
            season.tomorrow += 1
            season.tomorrow_more += not softer(old, now[old.day])


def told(seed):
    """A line of one seed: what each policy came to, and without the injuries from running."""
    who, seasons = runner(seed), {}
    for name, policy in POLICIES.items():
        true = lived(who, policy(), TRUE)
        # Who was never hurt lives the same season where nobody is.
        unhurt = lived(who, policy(), UNHURT) if true.hurt else true
        seasons[name] = {"true": asdict(true), "unhurt": asdict(unhurt)}
    return json.dumps({"seed": seed, "seasons": seasons})


ROWS = (  # what, in a season's own words, decimals
    ("true fitness on race day, %", lambda s: s["fitness"], 2),
    ("attainment of a time, %", lambda s: s["attained"] and 100 * s["attained"], 1),
    ("completion, %", lambda s: 100 * s["completed"], 1),
    ("overload, days a season", lambda s: s["overload"], 2),
    ("- runs over 1.10 x the longest of 30 days", lambda s: s["spikes"], 2),
    ("- hard the day after hard", lambda s: s["close"], 2),
    ("- hard soon after an illness", lambda s: s["weak"], 2),
    ("steep weeks a season", lambda s: s["steep_weeks"], 2),
    ("injuries from such runs, in 100 seasons", lambda s: 100 * s["hurt"], 1),
    ("km a week", lambda s: s["km"], 1),
    ("sessions asked for in a season", lambda s: s["asked"], 1),
    ("- beyond what the legs were used to, %", lambda s: _share(s, "too_much"), 1),
    ("- done, %", lambda s: _share(s, "done"), 1),
    ("tomorrow rewritten, times a season", lambda s: s["tomorrow"], 2),
    ("- to something that is not less", lambda s: s["tomorrow_more"], 2),
    ("days rewritten a week", lambda s: s["rewritten"], 2),
    ("- materially", lambda s: s["material"], 2),
)


def _share(season, name):
    return 100 * season[name] / season["asked"] if season["asked"] else None


def table(lines, world="true"):
    """Lines of a Markdown table: means, and ours less another over the same seeds, with the 95 %
    interval of a mean of pairs (1.96 standard errors).
    """
    seasons = [json.loads(line)["seasons"] for line in lines]
    others = [name for name in POLICIES if name != "ours"]
    heads = ["what", *POLICIES, *(f"ours - {name}" for name in others)]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for what, read, digits in ROWS:
        by_policy = {name: [read(one[name][world]) for one in seasons] for name in POLICIES}
        means = [f"{fmean(_known(each)):.{digits}f}" for each in by_policy.values()]
        apart = [difference(by_policy["ours"], by_policy[name], digits) for name in others]
        yield f"| {' | '.join([what, *means, *apart])} |"


def difference(ours, others, digits):
    """`+1.2 (-0.3 to +2.7)`: mean of the pairs of which both are known."""
    pairs = [a - b for a, b in zip(ours, others, strict=True) if a is not None and b is not None]
    mean = fmean(pairs)
    half = 1.96 * stdev(pairs) / math.sqrt(len(pairs)) if len(pairs) > 1 else math.inf
    return f"{mean:+.{digits}f} ({mean - half:+.{digits}f} to {mean + half:+.{digits}f})"


def _known(values):
    return [value for value in values if value is not None]


def main():
    ask = argparse.ArgumentParser(description="Four policies live the same seasons.")
    ask.add_argument("--seeds", default="1-10")
    ask.add_argument("--lines", action="store_true", help="a line a season, and no table")
    given = ask.parse_args()
    began, lines = time.process_time(), []
    for seed in seeds_in(given.seeds):
        lines.append(told(seed))
        if given.lines:
            print(lines[-1], flush=True)
    for line in () if given.lines else report(lines):
        print(line)
    each = (time.process_time() - began) / len(lines)
    print(f"{len(lines)} seasons, {each:.1f} s each")


def report(printed):
    """Both worlds, from the lines of seasons among what was printed."""
    lines = [line for line in printed if line.startswith("{")]
    if not lines:
        return
    yield f"{len(lines)} seasons"
    yield from table(lines)
    yield "Where no run injures anybody:"
    yield from table(lines, "unhurt")


if __name__ == "__main__":
    sys.exit(main())
