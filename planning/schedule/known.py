"""Everything that is known of one evening, sorted once, and what was asked for, in digests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planning.activity import Activity, content_id
from planning.athlete import Athlete
from planning.breaks import Breaks
from planning.fitness.ability import Fitness
from planning.fitness.stated import runs_by_word
from planning.goals.goal import Goal
from planning.goals.season import MARATHON_BEFORE_M, is_master, monday_of
from planning.goals.wording import distance_name, spoken_day
from planning.schedule import time_off
from planning.schedule.ground import Ground, hard_gap_days
from planning.schedule.limits import FREEZE_DAYS
from planning.schedule.mileage import REMEMBERED_DAYS, mileage_of
from planning.schedule.naming import belongs_to
from planning.schedule.paces import Paces, for_goal
from planning.schedule.pacing import Pacing
from planning.schedule.plan import Answer, Layer, Plan
from planning.weather import Weather, temperature_on
from planning.wellness import Wellness

REMEMBERED = timedelta(days=REMEMBERED_DAYS)


@dataclass(frozen=True, slots=True)
class Known:
    """`standing` goals are those of this week and later, `past` races of the weeks before it.
    `layers` stand in the order in which they were said, of one session the last word of a kind.
    """

    athlete: Athlete
    standing: tuple[Goal, ...]
    past: tuple[Goal, ...]
    activities: tuple[Activity, ...]
    fitness: Fitness
    layers: tuple[Layer, ...]
    complete_until: date | None
    today: date
    pacing: Pacing
    grows: bool
    withheld_on: frozenset[date]
    weather: tuple[Weather, ...]
    laid_out_weeks: int
    breaks: Breaks  # all that were said
    wellness: tuple[Wellness, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def shaping(self) -> Breaks:
        """The breaks that days from this week on are planned by."""
        return time_off.shaping(self.breaks, self.today)

    @property
    def monday(self) -> date:
        return monday_of(self.today)

    @property
    def thaw(self) -> date:
        """The first day that may change by itself."""
        return self.today + timedelta(days=FREEZE_DAYS)

    @property
    def gap_days(self) -> int:
        """Days from one hard session to the next (rules I-6, M-2)."""
        return hard_gap_days(master=is_master(self.athlete.birth_year, self.today))

    @property
    def race_paces(self) -> dict[str, Paces]:
        """By goal id."""
        return {
            goal.id: for_goal(
                self.pacing.paces,
                goal=goal,
                fitness=self.fitness,
                today=self.today,
                activities=self.activities,
                temperature_c=temperature_on(goal.day, self.weather),
            )
            for goal in (*self.past, *self.standing)
        }

    def goal_and_paces(self, ident: str) -> tuple[Goal | None, Paces]:
        """The goal that the session of this ident is for, and the paces of it."""
        goal = next((g for g in self.standing if belongs_to(ident, g.id)), None)
        return goal, self.race_paces.get(goal.id if goal else "", self.pacing.paces)

    def ground(self, closing: Plan | None) -> Ground:
        """What the weeks stand on, with the peaks that `closing` is led to."""
        ran = (*runs_by_word(self.athlete, self.activities), *self.activities)
        last = max(goal.day for goal in self.standing) + timedelta(weeks=1)
        easy = self.pacing.paces.easy
        return Ground(
            athlete=self.athlete,
            goals=self.standing,
            past=self.past,
            mileage=mileage_of(
                ran,
                today=self.today,
                complete_until=self.complete_until,
                grows=self.grows,
                withheld_on=self.withheld_on,
                off_on=self.breaks.off_between(self.today - REMEMBERED, last),
                caps_m=time_off.caps_m(
                    self.breaks, first=self.monday, last=last, easy_m_per_s=easy
                ),
            ),
            paces=self.pacing.paces,
            race_paces=self.race_paces,
            peaks_m=dict(closing.peaks_m) if closing else {},
            ran_marathon=any(a.is_run and (a.distance_m or 0.0) > MARATHON_BEFORE_M for a in ran),
            today=self.today,
            laid_out_weeks=self.laid_out_weeks,
            breaks=self.shaping,
        )

    def asked(self) -> tuple[str, ...]:
        """What was asked for, in digests: `goal id:digest` for each goal, `break id:digest` for
        each break, `days:digest` at the end.
        """
        goals = (
            f"{g.id}:"
            + content_id(g.kind, g.priority, g.day, g.distance_m, g.target_s, g.climb_m, *g.habit)
            for g in self.standing
        )
        athlete = self.athlete
        days = content_id(
            sorted(athlete.run_weekdays),
            athlete.long_run_weekday,
            athlete.runs_per_week,
            athlete.birth_year,
            *((athlete.hours_per_week,) if athlete.hours_per_week else ()),
            *((athlete.stated,) if athlete.stated else ()),
        )
        return (*goals, *time_off.asked_in(self.shaping), f"days:{days}")

    def asks_anew(self, closing: Plan) -> bool:
        """Something else but breaks is asked for than `closing` was laid out for."""
        return bool(self.newly_asked(closing))

    def newly_asked(self, closing: Plan) -> str:
        """What is asked for otherwise than `closing` knows, but for breaks, as a reason in words:
        a goal that is new, changed or given up, or other days. A goal that is over is none.
        """
        had, now = _by_id(closing.asked), _by_id(self.asked())
        goals = {goal.id: goal for goal in self.standing}
        told = [
            f"you {'changed' if each in had else 'set'} a goal, {_goal_in_words(goals[each])}"
            if each in goals
            else "you changed your days, or what you said of yourself"
            for each, digest in now.items()
            if had.get(each) != digest
        ]
        gone = had.keys() - now.keys() - {goal.id for goal in self.past}
        return " and ".join([*told, *(["you gave up a goal"] if gone else [])])

    def lays_anew(self, closing: Plan) -> bool:
        """Something else is asked for than the coming days of `closing` were laid out for."""
        new = time_off.new_in(closing, self.shaping).said
        taken_back = time_off.is_taken_back(closing, self.breaks)
        return bool(new) or taken_back or self.asks_anew(closing)

    def stays(self, day: date, closing: Plan) -> bool:
        """Whether the day is not laid out anew for what is asked for tonight, as far as is known of
        it alone.
        """
        anew = self.asks_anew(closing) or time_off.is_taken_back(closing, self.breaks)
        new = time_off.new_in(closing, self.shaping)
        return day < self.thaw or not (anew or time_off.shapes(new, day))


def _by_id(asked: Iterable[str]) -> dict[str, str]:
    """The digests of `Plan.asked` by what they are of, breaks left out."""
    split = (each.rpartition(":") for each in asked if not time_off.is_break(each))
    return {of: digest for of, _, digest in split}


def _goal_in_words(goal: Goal) -> str:
    """`the marathon of 16 August 2026`."""
    kind = distance_name(goal.distance_m) if goal.distance_m else "health goal"
    return f"{goal.name or f'the {kind}'} of {spoken_day(goal.day)}"
