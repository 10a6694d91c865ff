"""A season through the whole worker: database, connectors, and the services over HTTP, day by day.

The runner is the one of the pure seasons. What is run appears at the simulated services on the
evening on which it is known; the worker hears of it, takes it in, plans, and writes the calendar.
"""

import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from planning.replan import replan as decide
from planning.schedule.plan import LayerKind
from planning.weather import SAID
from tests.seasons.athletes import ZONE, Chances, Runner, chance_of
from tests.seasons.body import Body
from tests.seasons.days import ill, opinion
from tests.seasons.living import Evening, day_of, lives
from tests.seasons.strain import CALM, Legs
from tests.worker.living import Around, HandClock, Life, life, settings_for
from worker import hand, schedule, serving, store
from worker.actors import known_as_of
from worker.db import reading, writing
from worker.outcomes import latest_outcome
from worker.owing import owe_replan
from worker.pruning import prune
from worker.retention import purge

DAY = timedelta(days=1)
MORNING, NOON, EVENING = time(7), time(12), time(21)
SOON = timedelta(minutes=20)  # what is owed later waits for the next time of day
ROUNDS = 2000  # of work that falls due soon
YEARS_S = 20 * 365 * 86_400.0
DRAGGED = 0.5  # share of the moves and skips that are done on the calendar


@dataclass(frozen=True, slots=True)
class Told:
    """One evening, and the instant at which it was looked at."""

    at: datetime
    evening: Evening

    @property
    def outcome(self):
        return self.evening.outcome


@dataclass
class Season(Around):
    """One runner, `athlete_id` 1, at home in one Goalward."""

    runner: Runner
    lived: Life
    told: dict[date, Told] = field(default_factory=dict)  # by day
    unseen: set[str] = field(default_factory=set)  # sessions dragged since the calendar was read
    foreign: object = None  # the fingerprint of what is the athlete's own
    _silent_from: date | None = None

    def evenings(self):
        """Every evening from the first to the one after the last race."""
        runner, body, legs = self.runner, Body(self.runner), Legs(self.runner)
        runs, before = [], None
        today = runner.first_day
        while today <= runner.last_day + DAY:
            chances = Chances.of(runner.seed, today)
            self._wakes(today, runs)
            self._says(today)
            self._opines(today, chances)
            planned, truth = self._planned_on(today), (body, legs, CALM)
            lived = day_of(runner, truth, today, planned=planned, chances=chances)
            runs += [lived.done] if lived.done else []
            lives(body, legs, lived.done, sick=ill(runner, today))
            self._hands_over(today, runs)
            state, outcome = self._decided(today)
            evening = Evening(
                runner, today, state, outcome, body.ln_speed, before, decide, lived, legs
            )
            self.told[today] = Told(self.clock.at, evening)
            yield evening
            before, today = state, today + DAY

    def ends(self):
        """The morning after the last evening: its day closes."""
        self._wakes(self.lived.today + DAY, [])

    # --- the day ----------------------------------------------------------------------------------

    def _wakes(self, today, runs):
        self.go(today, MORNING)
        self.control.day(today)
        self._watch(today, runs)
        self.unseen.clear()
        prune(self.lived.runtime)
        purge(self.lived.runtime)
        schedule.tick(self.lived.runtime)
        self.settle()

    def _watch(self, today, runs):
        """Since when nothing has been handed over: of no day from there on is anything known."""
        missing = [one.run.day for one in runs if one.known_on > today]
        silences = [first for first, last in self.runner.silences if first <= today <= last]
        silent_from = min([*missing, *silences], default=None)
        if silent_from != self._silent_from:
            self.control.post("personal/watch", silent_from=str(silent_from or ""))
            self._silent_from = silent_from

    def _says(self, today):
        """Goals, days to run on, breaks, heat: what is otherwise than Goalward knows it."""
        self.go(today, NOON)
        runner, runtime = self.runner, self.lived.runtime
        with writing(self.engine) as conn:
            when = {"known_at": runtime.calendar_now(conn), "now": self.clock.at}
            new = [store.put_profile(conn, 1, runner.athlete(today), **when)]
            new += [store.put_goal(conn, 1, goal, **when) for goal in self._goals(conn, today)]
            new += [store.put_break(conn, 1, one, **when) for one in runner.breaks_on(today)]
            new += [
                store.put_weather(conn, 1, replace(told, source=SAID), **when)
                for told in runner.weather_on(today)
            ]
            if any(new):
                owe_replan(runtime, conn, 1)
        self.settle()

    def _goals(self, conn, today):
        """Those that stand, and those given up."""
        stated = self.runner.goals_on(today)
        gone = {one.id for one in stated}
        known = store.goals(conn, 1)
        given_up = [g for g in known if g.id not in gone and g.retired_on is None]
        return [*stated, *(replace(goal, retired_on=today) for goal in given_up)]

    def _opines(self, today, chances):
        """By command, by the same functions as the command line, or with a finger on the watch."""
        plan, layers = self.plan(), self._layers()
        if plan is None:
            return
        wanted = opinion(self.runner, plan, today, layers=layers, chances=chances)
        for layer in layers:
            if layer not in wanted:
                self._does(hand.undone, layer.ident)
        for layer in wanted:
            if layer not in layers and not self._drags(layer, today):
                self._does(hand.by_command, layer)
        self.settle()

    def _does(self, what, said):
        with writing(self.engine) as conn:
            what(self.lived.runtime, conn, 1, said)

    def _drags(self, layer, today):
        """Whether it is done on the calendar, where the worker finds it when it looks there."""
        there = {entry["ident"] for entry in self.control.dump()["entries"]}
        coming = layer.kind is LayerKind.MOVE or (layer.on_day or today) > today
        by_finger = chance_of(self.runner.seed, "drag", today).random() < DRAGGED
        if not (by_finger and coming and layer.ident in there):
            return False
        if layer.kind is LayerKind.MOVE:
            self.control.move_entry(layer.ident, layer.to_day)
        else:
            self.control.delete_entry(layer.ident)
        self.unseen.add(layer.ident)
        return True

    def _hands_over(self, today, runs):
        """In the evening the watch hands over what is known from today on; Strava announces it."""
        self.go(today, EVENING)
        self._watch(today, runs)
        arriving = [one.run for one in runs if one.known_on == today]
        for run in arriving:
            runs_at_services(self.control, run)
        if arriving:
            self.lived.heard(0)
        schedule.tick(self.lived.runtime)
        self.settle()

    def _decided(self, today):
        state, day = known_as_of(self.lived.runtime, 1)
        assert day == today, "work took longer than the day"
        with reading(self.engine) as conn:
            outcome = latest_outcome(conn, 1)
        return state, outcome

    # --- looking, and time ------------------------------------------------------------------------

    def plan(self):
        with reading(self.engine) as conn:
            outcome = latest_outcome(conn, 1)
        return outcome.plan if outcome else None

    def _planned_on(self, today):
        plan = self.plan()
        return plan.on(today) if plan else None

    def _layers(self):
        with reading(self.engine) as conn:
            return store.layers(conn, 1)

    def go(self, day, clock_time):
        self.clock.at = max(self.clock.at, instant(day, clock_time))

    def settle(self):
        """Do what is due, and what falls due soon after it."""
        if not self.settles(soon=SOON, rounds=ROUNDS):
            raise TimeoutError("work is owed for ever")


def instant(day, clock_time):
    return datetime.combine(day, clock_time, ZONE).astimezone(UTC)


def runs_at_services(control, run):
    """It is recorded there as it was run, with the session it followed."""
    control.paced(
        run.day,
        distance_m=run.distance_m,
        duration_s=run.moving_time_s,
        race=run.is_race,
        ident=run.planned_ident,
    )


@contextmanager
def whole(runner, database_url, home, *, history=10_000 * DAY):
    """The season of a runner who connects Strava on the first morning, and who has a watch Garmin,
    with its nights and its calendar.

    `history`: how far back the services know of runs.
    """
    clock = HandClock(instant(runner.first_day, time(6)))
    options = Options(
        today=runner.first_day, seed=runner.seed, record_every_s=60, webhook_retry_s=0.05
    )
    with ExitStack() as stack:
        url = stack.enter_context(serve(machine_now=clock.machine_now, options=options))
        control = stack.enter_context(Control(url))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ours = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = settings_for(url, ours, home)
        lived = stack.enter_context(life(database_url, home, clock=clock, zone=ZONE, **variables))
        lived.control = control
        control.post("runner", weekly_km=runner.km_a_week)
        for run in runner.histories:
            if run.day >= runner.first_day - history:
                runs_at_services(control, run)
        season = Season(runner, lived)
        season._says(runner.first_day)
        if runner.has_watch:
            # garminconnect reads the real clock: for it a token of the season would have run out.
            garmin = control.tokens(life_s=YEARS_S)["garmin"]
            lived._connect("garmin", "runner-1", garmin)
        lived.connect_strava()
        stack.enter_context(serving.serving(lived.runtime, listener))
        schedule.subscribe(lived.runtime)
        season.foreign = control.dump()["foreign"]
        yield season
