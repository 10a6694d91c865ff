"""What every command begins and ends with: the runtime, the athlete, and the work it owes."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from planning.replan import Outcome
    from worker.app import Runtime

AthleteOption = Annotated[
    int | None, typer.Option("--athlete", help="Whose. Needed only where there are several.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs to read.")]


@dataclass(frozen=True, slots=True)
class Session:
    """One command at work for one athlete."""

    runtime: "Runtime"
    athlete_id: int
    zone: ZoneInfo
    now: datetime  # calendar time

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def finish(self) -> None:
        """Do the owed work that needs no remote service, then look at the clock again."""
        from worker.actors import ACTORS
        from worker.perform import run_owed

        run_owed(self.runtime, ACTORS, only=("replan",))

    def outcome(self) -> "Outcome":
        """What was decided last, brought up to today if the day has moved on."""
        from worker.actors import as_of_now
        from worker.db import writing
        from worker.owing import owe_replan

        if (found := self._decided()) is not None:
            return found
        with writing(self.runtime.engine) as conn:
            owe_replan(self.runtime, conn, self.athlete_id)
        self.finish()
        # It may have to wait for runs that `up` has not read yet; the question is answered anyway.
        return self._decided() or as_of_now(self.runtime, self.athlete_id)

    def _decided(self) -> "Outcome | None":
        """What is stored, if it is of today and nothing has happened since."""
        from worker import outbox
        from worker.db import reading
        from worker.outcomes import latest_outcome

        with reading(self.runtime.engine) as conn:
            owed = outbox.open_count(conn, actor="replan", key=str(self.athlete_id))
            found = latest_outcome(conn, self.athlete_id)
        return found if found and found.day == self.today and not owed else None


@contextmanager
def open_home(environ: Mapping[str, str] | None = None) -> Iterator["Runtime"]:
    """The runtime of this machine's settings. An empty home gets its first athlete, and says so."""
    from worker.app import open_runtime
    from worker.settings import load_settings

    settings = load_settings(os.environ if environ is None else environ)
    with open_runtime(settings) as runtime:
        _first_athlete(runtime)
        yield runtime


@contextmanager
def session(athlete: int | None = None) -> Iterator[Session]:
    from worker import store
    from worker.clock import keep_calendar_now
    from worker.db import writing

    with open_home() as runtime:
        with writing(runtime.engine) as conn:
            athlete_id = chosen(store.athlete_ids(conn), athlete)
            now = keep_calendar_now(conn, runtime.clock)
            zone = store.zone_of(conn, athlete_id)
        yield Session(runtime, athlete_id, zone, now)


def chosen(known: list[int], wanted: int | None) -> int:
    from worker.cli.failing import UsedWrongly

    names = ", ".join(map(str, known))
    if wanted is None:
        if len(known) > 1:
            raise UsedWrongly(f"there are several athletes ({names}): say which with --athlete ID")
        return known[0]
    if wanted not in known:
        raise UsedWrongly(f"there is no athlete {wanted}; known: {names}")
    return wanted


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def _first_athlete(runtime: "Runtime") -> None:
    from planning.athlete import Athlete, Autonomy
    from worker import store
    from worker.db import reading, writing

    with reading(runtime.engine) as conn:
        if store.athlete_ids(conn):
            return
    zone = local_zone()
    profile = replace(
        Athlete(zone),
        autonomy=Autonomy(runtime.settings.autonomy),
        horizon_days=runtime.settings.horizon_days,
    )
    with writing(runtime.engine) as conn:
        if store.athlete_ids(conn):  # another command was quicker
            return
        known_at, now = runtime.calendar_now(conn), runtime.clock.machine_now()
        store.add_athlete(conn, profile, known_at=known_at, now=now)
    typer.echo(
        f"A new home in {runtime.settings.home}: database, key and first athlete made "
        f"(time zone {zone.key}, metric; `goalward athlete set` changes that).",
        err=True,
    )


def local_zone() -> ZoneInfo:
    """The machine's time zone; UTC where it has none with a name."""
    import tzlocal

    try:
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except Exception:  # noqa: BLE001  # whatever is odd about this machine, UTC is a zone
        return ZoneInfo("UTC")
