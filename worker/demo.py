"""`goalward demo`: the main job, told as a story. Simulated services, real everything else."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connectors.sandbox.control import Control
from planning.goals.goal import Goal
from planning.replan import Outcome
from planning.schedule.effort import hard
from planning.schedule.plan import DayStatus, PlanDay
from planning.schedule.receipt import in_words
from planning.units import format_distance, format_duration
from planning.workout import Workout
from worker import serving
from worker.app import open_runtime
from worker.cli.failing import Failed
from worker.cli.showing import day_line, distance_lines, goal_lines
from worker.connections import connections, opened
from worker.db import reading
from worker.settings import SettingsProblem, load_settings
from worker.trial import (
    HISTORY_WEEKS,
    Trial,
    free_port,
    seen_from_outside,
    simulated_services,
    trial_environment,
)

USUAL_ADDRESS = "127.0.0.1:8000"
RACE_FASTER_BY = 0.04


def tell_story(*, fast: bool, seed: int) -> None:
    """Raises Failed when what it shows at the end is not what it should be."""
    console = Console(highlight=False, soft_wrap=True)
    listen = USUAL_ADDRESS if _is_free(USUAL_ADDRESS) else f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="goalward-demo-") as home:
        console.print(
            "[bold]Goalward[/bold], with a simulated runner. Nothing of yours is touched."
        )
        console.print(f"A fresh home in {home}; simulated Strava and Garmin on this machine.\n")
        with simulated_services(seed=seed) as url, Control(url) as control:
            given = trial_environment(url, home=home, listen=listen)
            with (
                open_runtime(load_settings(given)) as runtime,
                (Path(home) / "log.jsonl").open("w", encoding="utf-8") as log,
            ):
                serving.log_to(log, runtime.settings)
                trial = Trial(runtime, control)
                trial.set_zone()
                listener = serving.listening(listen)
                with (
                    serving.running(runtime, work=True, schedule=True),
                    serving.serving(runtime, listener),
                ):
                    _Story(trial, console, Path(home) / "told.txt").tell()
                    if not fast:
                        _stay(console, listen, url)


@dataclass(frozen=True, slots=True)
class _Story:
    trial: Trial
    console: Console
    told: Path

    def tell(self) -> None:
        self._connect()
        goal = self._goal()
        self._calendar("The watch calendar now, read back through the Garmin client")
        self._as_planned()
        self._race(goal)
        self._missed(goal)
        self._end(goal)

    # --- chapters ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        trial = self.trial
        self._chapter("1. The accounts are connected, and half a year of running comes in")
        trial.control.day(trial.today())
        made = trial.control.history(weeks=HISTORY_WEEKS, until=trial.today() - timedelta(days=1))
        trial.connect_garmin()
        trial.connect_strava()
        trial.ask_for_history()
        self._progress(int(made["activities"]))
        trial.settle(after=trial.subscribed)
        outcome = trial.outcome()
        self.console.print(outcome.ability.message)
        for line in distance_lines(outcome):
            self.console.print(f"  {line}")

    def _progress(self, total: int) -> None:
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task("Runs with their original files", total=total)

            def arrived() -> bool:
                left, every = self.trial.unread()
                bar.update(task, completed=min(max(every - left - 1, 0), total))
                return every > total and left == 0

            self.trial.settle(after=arrived)

    def _goal(self) -> Goal:
        self._chapter("2. A goal is stated: marathon in 3:15:00, sixteen weeks from now")
        goal = self.trial.state_goal()
        self.trial.settle(after=lambda: bool(self.trial.outcome().forecasts))
        for line in goal_lines(self.trial.outcome(), goal):
            self.console.print(line)
        return goal

    def _as_planned(self) -> None:
        day = self._next(lambda workout: not hard(workout))
        self._live_until(day)
        self._chapter(f"3. {day:%A}: a run as planned")
        before = self.trial.outcome()
        self._arrives(day, before, kind="planned")

    def _race(self, goal: Goal) -> None:
        day = self._next_weekday(6)
        self._live_until(day)
        self._chapter(f"4. {day:%A %-d %B}: instead of the long run a 10K race, and a good one")
        before = self.trial.outcome()
        self._arrives(day, before, kind="race", distance_m=10_000.0, faster_by=RACE_FASTER_BY)
        self._forecast(before, goal)

    def _missed(self, goal: Goal) -> None:
        day = self._next(hard)
        self._live_until(day)
        planned = self.trial.outcome().plan.on(day)  # type: ignore[union-attr]  # there is a plan
        self._chapter(f"5. {day:%A %-d %B}: a key session is missed")
        self.console.print(f"Planned was: {day_line(planned)}" if planned else "")
        self.console.print(
            "No run arrives. Silence is not rest: nothing is called missed until a later run\n"
            "proves that the watch has synced."
        )
        after = self._next(lambda _: True, later_than=day)
        self._pass_quietly(day + timedelta(days=1), after)
        self.trial.wake_up_on(after)
        self.trial.settle()
        before = self.trial.outcome()
        self._arrives(after, before, kind="planned")
        self._forecast(before, goal)
        status = self.trial.outcome().plan.on(day).status  # type: ignore[union-attr]  # as above
        self.console.print(f"{day:%A} is now known to be {status.value}; it is not made up.")

    def _end(self, goal: Goal) -> None:
        self._calendar("6. The calendar at the end, read back through the Garmin client")
        told = self.told.read_text("utf-8") if self.told.exists() else ""
        self._chapter("7. What was said, to the file that stands for your phone")
        for line in told.splitlines():
            self.console.print(f"  {line}")
        del goal

    # --- days -------------------------------------------------------------------------------------

    def _next(self, wanted: Callable[[Workout], bool], *, later_than: date | None = None) -> date:
        """The next planned day of a kind that has not been run yet."""
        after = later_than or self.trial.today() - timedelta(days=1)
        return next(
            day.day
            for day in self.trial.fortnight()
            if day.day > after
            and day.workout
            and day.status is DayStatus.PLANNED
            and wanted(day.workout.workout)
        )

    def _next_weekday(self, weekday: int) -> date:
        tomorrow = self.trial.today() + timedelta(days=1)
        return tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)

    def _live_until(self, day: date) -> None:
        """The days before, run as planned, without a word."""
        today = self.trial.today()
        if day > today:
            self._pass_quietly(today, day)
            self.trial.wake_up_on(day)
            self.trial.settle()

    def _pass_quietly(self, first: date, until: date) -> None:
        trial, runs = self.trial, 0
        for offset in range((until - first).days):
            day = first + timedelta(days=offset)
            if day > trial.today():
                trial.wake_up_on(day)
                trial.settle()
            planned = trial.outcome().plan.on(day)  # type: ignore[union-attr]  # there is a plan
            if trial.has_run_on(day):
                continue
            if planned and planned.workout and planned.status is DayStatus.PLANNED:
                self._run(day, kind="planned")
                runs += 1
        if runs:
            passing = "run as planned passes" if runs == 1 else "runs as planned pass"
            self.console.print(f"\n[dim]({runs} {passing} quietly)[/dim]")

    def _run(self, day: date, **how: Any) -> Mapping[str, Any]:
        _, before = self.trial.unread()
        activity = self.trial.run(day, **how)
        if activity is None:
            raise Failed(f"the simulated watch shows no workout on {day}")
        self.trial.settle(after=lambda: self.trial.unread()[1] > before)
        return activity

    def _arrives(self, day: date, before: Outcome, **how: Any) -> None:
        activity = self._run(day, **how)
        took = (
            self.trial.runtime.clock.machine_now() - self.trial.last_arrival_at()
        ).total_seconds()
        self.console.print(
            f"A webhook says that something was recorded. Fetched, as the watch wrote it: "
            f"{activity['name']}, {format_distance(activity['distance_m'])} in "
            f"{format_duration(activity['duration_s'])}."
        )
        after = self.trial.outcome()
        self.console.print(_moved(before, after))
        if after.changes:
            self.console.print("So the plan changes, and with it the watch:")
            for line in in_words(after.changes):
                self.console.print(f"  {line}")
        else:
            self.console.print("Nothing to change on the calendar.")
        self.console.print(f"[dim]From webhook to calendar: {took:.2f} s.[/dim]")

    # --- words ------------------------------------------------------------------------------------

    def _chapter(self, title: str) -> None:
        self.console.print(f"\n[bold]{title}[/bold]")

    def _forecast(self, before: Outcome, goal: Goal) -> None:
        for line in goal_lines(self.trial.outcome(), goal)[:2]:
            self.console.print(line)
        del before

    def _calendar(self, title: str) -> None:
        """Every entry by its id from the service, beside what the plan says."""
        self._chapter(title)
        runtime, planned = self.trial.runtime, self.trial.fortnight()
        with reading(runtime.engine) as conn:
            garmin = next(c for c in connections(conn) if c.connector == "garmin")
        first, last = self.trial.today(), self.trial.today() + timedelta(days=13)
        with opened(runtime, garmin) as use:
            if use.calendar is None:
                raise Failed("the Garmin connector has no calendar")
            entries = {e.ident: e for e in use.calendar.entries(first, last, frozenset())}
            foreign = use.calendar.foreign(first, last)
        for day in planned:
            entry = entries.get(day.workout.ident) if day.workout else None
            shown = f"  [dim]{entry.name}[/dim]" if entry else ""
            self.console.print(f"  {day_line(day)}{shown}")
        self._compare(planned)
        self.console.print(f"  Untouched beside them: {', '.join(foreign)}.")

    def _compare(self, planned: list[PlanDay]) -> None:
        dump = seen_from_outside(self.trial)
        today = self.trial.today().isoformat()
        done = {d.workout.ident for d in planned if d.workout and d.status is not DayStatus.PLANNED}
        there = [entry for entry in dump["calendar"] if entry[0] >= today]
        wanted = [
            (day.day.isoformat(), day.workout.ident)
            for day in planned
            if day.workout and day.status is DayStatus.PLANNED
        ]
        surplus = {entry[1] for entry in there} - {ident for _, ident in wanted} - done
        if surplus:
            raise Failed(f"on the calendar, but not planned: {surplus}")
        if missing := [w for w in wanted if w not in {(e[0], e[1]) for e in there}]:
            raise Failed(f"planned, but not on the calendar: {missing}")
        if len({entry[1] for entry in there}) != len(there):
            raise Failed("something stands on the calendar twice")
        self.console.print(
            f"  {len(there)} workouts of ours, each once; all that is planned is there."
        )


def _moved(before: Outcome, after: Outcome) -> str:
    """What the run did to the estimate, as a 10 km time."""
    old, new = (_ten_k(outcome) for outcome in (before, after))
    if old is None or new is None:
        return after.ability.message
    gain = old - new
    if abs(gain) < 1:
        return f"The estimate holds: 10 km in {format_duration(new)}."
    direction = "faster" if gain > 0 else "slower"
    return (
        f"The estimate moves: 10 km in {format_duration(new)}, "
        f"{abs(gain):.0f} s {direction} than before."
    )


def _ten_k(outcome: Outcome) -> float | None:
    return next((d.median_s for d in outcome.distances if d.distance_m == 10_000), None)


def _stay(console: Console, listen: str, sandbox_url: str) -> None:
    console.print(
        f"\nEverything stays up: look at [bold]http://{listen}[/bold] "
        f"(the simulated services are at {sandbox_url}). Ctrl-C ends it."
    )
    serving.wait_for_signal()


def _is_free(address: str) -> bool:
    try:
        serving.listening(address).close()
    except SettingsProblem:
        return False
    return True
