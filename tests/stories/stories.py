"""Eleven stories that a runner asks about, each lived day by day."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from planning.athlete import Athlete
from planning.breaks import Break, BreakKind, Breaks
from planning.goals.goal import HALF_M, MARATHON_M, TEN_K_M, Priority
from planning.goals.season import monday_of
from planning.replan import State
from planning.schedule.plan import Layer, LayerKind
from planning.weather import Weather
from planning.workout import Kind
from tests.planning.athletes import race, run
from tests.planning.schedule.cases import TODAY, ZONE, goal_in, history
from tests.stories.living import DAY, Evening, Life

WEEK = 7 * DAY
RUNNER = Athlete(zone=ZONE, runs_per_week=5, sex="f", birth_year=1988)
MARATHON = goal_in(14, MARATHON_M, target_s=3.4 * 3600)
HALF = goal_in(9, HALF_M, target_s=98 * 60.0)
DRAGGED = "dragged on the watch"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some evenings in a row; of the plan two weeks are told, the `weeks_on`th and the next."""

    what: str
    evenings: tuple[Evening, ...]
    weeks_on: int = 0

    @property
    def first_day(self):
        return monday_of(self.evenings[0].today) + self.weeks_on * WEEK

    @property
    def stood(self):
        """The days as they stood before, by day."""
        return {day.day: day for day in self.evenings[0].stood.days()}

    @property
    def stands(self):
        """The days as they stand at the end; those of weeks that are over as they were last."""
        return {day.day: day for evening in self.evenings for day in evening.plan.days()}

    @property
    def changes(self):
        return [change for evening in self.evenings for change in evening.changes]


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    happens: str
    life: Life
    chapters: tuple[Chapter, ...]


def begun(*goals, days, athlete=RUNNER):
    """50 km and five runs a week, and the plan done for so many days, the first one without a run."""
    life = Life(State(athlete, history(50, 335), goals or (MARATHON,)), TODAY)
    life.tonight()
    life.as_planned(days - 1)
    return life


def three_missed_days():
    life = begun(days=8)
    away, back = life.without_a_run(3), life.as_planned(5)
    return Story(
        "Three missed days",
        "from Tuesday to Thursday nothing is run, and all sources say so.",
        life,
        (Chapter("Three days without a run, and the plan again", (*away, *back)),),
    )


def flu_for_nine_days():
    tune_up = goal_in(1, TEN_K_M, id="ten", priority=Priority.C, target_s=44 * 60.0)
    life = begun(MARATHON, tune_up, days=8)
    flu = Break("flu", BreakKind.ILLNESS, life.today)
    said = life.tonight(breaks=Breaks((flu,)))
    life.without_a_run(7)
    over = life.tonight(breaks=Breaks((replace(flu, until_day=life.today),)))
    back = life.as_planned(11)
    return Story(
        "Flu for nine days",
        "said on its first day, and nobody knows how long; a 10 km race lies in it.",
        life,
        (
            Chapter("The flu is said", (said,)),
            Chapter("It is over", (over,)),
            Chapter("Coming back", tuple(back), weeks_on=1),
        ),
    )


def calf_injury():
    life = begun(days=8)
    calf = Break("calf", BreakKind.INJURY, life.today)
    said = life.tonight(breaks=Breaks((calf,)))
    waiting = life.without_a_run(15)
    over = life.tonight(breaks=Breaks((replace(calf, until_day=life.today),)))
    back = life.as_planned(10)
    return Story(
        "A calf injury with open end",
        "nobody knows how long; after seventeen days it has an end.",
        life,
        (
            Chapter("The injury is said", (said,)),
            Chapter("Waiting", tuple(waiting), weeks_on=1),
            Chapter("It has an end", (over,), weeks_on=1),
            Chapter("Coming back", tuple(back), weeks_on=1),
        ),
    )


def travel():
    life = begun(days=8)
    away = Break("trip", BreakKind.TRAVEL, life.today + 6 * DAY, life.today + 19 * DAY, minutes=40)
    said = life.tonight(*life.session(), breaks=Breaks((away,)))
    life.as_planned(5)
    road, home = life.as_planned(14), life.as_planned(7)
    return Story(
        "A fortnight of travel with runs of 40 minutes",
        "said six days ahead.",
        life,
        (
            Chapter("The trip is said", (said,), weeks_on=1),
            Chapter("On the road", tuple(road)),
            Chapter("At home", tuple(home)),
        ),
    )


def fast_ten_k():
    life = begun(HALF, days=12)
    ran = life.tonight(race(life.today, 10.0, 41 * 60 + 30))
    after = life.as_planned(8)
    return Story(
        "A 10K far faster than expected",
        "on Saturday in 41:30, where 43:30 was to be expected.",
        life,
        (Chapter("The race", (ran,)), Chapter("The days after", tuple(after))),
    )


def heat_wave():
    life = begun(days=9, athlete=replace(RUNNER, max_heart_rate_bpm=186.0))
    days = [life.today + n * DAY for n in range(7)]
    told = tuple(Weather("weather", day, 31.0) for day in days)
    morning, said = life.session(), life.tonight(weather=told)
    life.tonight(*morning, *life.session())
    cool = life.today + 2 * DAY
    milder = tuple(replace(one, temperature_c=19.0) if one.day >= cool else one for one in told)
    over = life.tonight(*life.session(), weather=milder)
    after = life.as_planned(3)
    return Story(
        "A heat wave",
        "31 degrees are foretold for a week from today on; two days later only until Saturday.",
        life,
        (
            Chapter("The heat is foretold, in the morning", (said,)),
            Chapter("It is to end sooner", (over,)),
            Chapter("Afterwards", tuple(after)),
        ),
    )


def silent_watch(*, arrives=True):
    life = begun(days=10)
    last, held, silent = life.today - DAY, [], []
    for _ in range(7):
        held += life.session()
        silent.append(life.tonight(complete_until=last))
    known = {} if arrives else {"complete_until": last}
    late = life.tonight(*life.session(), *(held if arrives else ()), **known)
    after = life.as_planned(3, **known)
    return Story(
        "A watch that stops syncing for a week",
        "she runs, and from Thursday to Wednesday nothing arrives; then all of it at once.",
        life,
        (
            Chapter("Silence", tuple(silent)),
            Chapter("Everything arrives", (late,)),
            Chapter("Afterwards", tuple(after)),
        ),
    )


def terrible_run(*, happens=True):
    life = begun(days=2)
    bad = life.session(share=0.45, pace=1.22) if happens else life.session()
    ran, after = life.tonight(*bad), life.as_planned(3)
    return Story(
        "One terrible run",
        "less than half of a hard session, and over a minute a kilometre slower.",
        life,
        (Chapter("The run, and the days after", (ran, *after)),),
    )


def goal_moved():
    life = begun(days=10)
    sooner = replace(MARATHON, day=MARATHON.day - 3 * WEEK)
    said, after = life.tonight(*life.session(), goals=(sooner,)), life.as_planned(2)
    return Story(
        "A goal moved three weeks earlier",
        "the marathon is in nine weeks and not in twelve.",
        life,
        (Chapter("It is said", (said,)), Chapter("The days after", tuple(after))),
    )


def long_run_on_saturday(*, happens=True):
    life = begun(days=9)
    sunday = life.plan.on(monday_of(life.today) + 6 * DAY)
    move = Layer(LayerKind.MOVE, sunday.workout.ident, sunday.day - DAY, DRAGGED)
    dragged = life.tonight(*life.session(), layers=(move,) if happens else ())
    undone, after = life.tonight(*life.session(), layers=()), life.as_planned(4)
    return Story(
        "The long run on Saturday",
        "dragged there on the watch, and taken back the day after.",
        life,
        (
            Chapter("It is dragged", (dragged,)),
            Chapter("It is taken back", (undone,)),
            Chapter("The days after", tuple(after)),
        ),
    )


def easy_days_too_fast():
    life = begun(days=7)
    fast = [too_fast(life) for _ in range(7)]
    extra = life.tonight(run(life.today, 6.5, 270.0))
    after = [too_fast(life) for _ in range(6)]
    return Story(
        "Easy days too fast",
        "all easy runs a tenth faster than planned, and on a Monday off 6.5 km as fast as a race.",
        life,
        (
            Chapter("A week of fast easy runs", tuple(fast)),
            Chapter("6.5 km in 29:15 on a day off", (extra,)),
            Chapter("The week after", tuple(after)),
        ),
    )


def too_fast(life):
    planned = life.plan.on(life.today).workout
    easy = planned is not None and planned.workout.kind in {Kind.EASY, Kind.STRIDES}
    return life.tonight(*life.session(pace=0.9 if easy else 1.0))


STORIES: dict[str, Callable[[], Story]] = {
    "three-missed-days": three_missed_days,
    "flu-for-nine-days": flu_for_nine_days,
    "calf-injury": calf_injury,
    "travel": travel,
    "fast-ten-k": fast_ten_k,
    "heat-wave": heat_wave,
    "silent-watch": silent_watch,
    "terrible-run": terrible_run,
    "goal-moved": goal_moved,
    "long-run-on-saturday": long_run_on_saturday,
    "easy-days-too-fast": easy_days_too_fast,
}
