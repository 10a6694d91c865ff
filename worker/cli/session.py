"""What every command begins and ends with: the runtime, the athlete, and the work it owes."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from planning.replan import Outcome
    from worker.app import Runtime

AthleteOption = Annotated[
    int | None, typer.Option("--athlete", help="Whose. Needed only where there are several.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs to read.")]
KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="DAY",
        help="Answer with what was known at the end of that day (YYYY-MM-DD), or at an instant.",
    ),
]


@dataclass(frozen=True, slots=True)
class Session:
    """One command at work for one athlete.

    With `until` it looks back: only what was known at that instant counts, and `now` is then.
    """

    runtime: "Runtime"
    athlete_id: int
    zone: ZoneInfo
    now: datetime  # calendar time
    until: datetime | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def finish(self) -> None:
        """Do the owed work that needs no remote service."""
        from worker.actors import ACTORS
        from worker.perform import run_owed

        run_owed(self.runtime, ACTORS, only=("replan",))

    def outcome(self) -> "Outcome":
        """What was decided last, brought up to today if the day has moved on; or was then."""
        from worker.actors import as_of
        from worker.db import writing
        from worker.owing import owe_replan

        if self.until is None and (found := self._decided()) is not None:
            return found
        with writing(self.runtime.engine) as conn:
            owe_replan(self.runtime, conn, self.athlete_id)
        self.finish()
        # It may have to wait for runs that `up` has not read yet; the question is answered anyway.
        if self.until is not None:
            return as_of(self.runtime, self.athlete_id, self.until)
        return self._decided() or as_of(self.runtime, self.athlete_id)

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
def session(athlete: int | None = None, *, known_at: str | None = None) -> Iterator[Session]:
    """`known_at`: a day, then its end counts, or an instant; the answer is that of then."""
    from worker import store
    from worker.clock import keep_calendar_now
    from worker.db import writing

    with open_home() as runtime:
        with writing(runtime.engine) as conn:
            athlete_id = chosen(store.athlete_ids(conn), athlete)
            now = keep_calendar_now(conn, runtime.clock)
            zone = store.zone_of(conn, athlete_id)
            until = None if known_at is None else _instant(conn, athlete_id, known_at, now)
            if until is not None:
                zone = store.zone_of(conn, athlete_id, at=until)
                _say_what_was_erased(runtime, conn, athlete_id, until=until, now=now)
        yield Session(runtime, athlete_id, zone, until or now, until)


def _instant(conn: "Connection", athlete_id: int, words: str, now: datetime) -> datetime:
    """The calendar instant that is meant. Raises UsedWrongly for one that nothing is known of."""
    from sqlalchemy import func, select

    from worker import tables
    from worker.cli.failing import UsedWrongly

    try:
        said = datetime.fromisoformat(words)
    except ValueError as error:
        form = "YYYY-MM-DD or an instant such as 2026-09-01T12:00+02:00"
        raise UsedWrongly(f"--known-at {words!r} is no day; write {form}") from error
    if len(words) <= len("YYYY-MM-DD"):
        said = said.replace(hour=23, minute=59, second=59, microsecond=999_999)
    try:
        at = (said if said.tzinfo else _local(conn, athlete_id, said)).astimezone(UTC)
    except OverflowError as error:
        raise UsedWrongly(f"--known-at {words} is before or after all time") from error
    if at.date() > now.date() + timedelta(days=1):
        raise UsedWrongly(f"--known-at {words} is still to come")
    setting = tables.athlete_setting
    first = conn.scalar(
        select(func.min(setting.c.known_at)).where(setting.c.athlete_id == athlete_id)
    )
    if first is not None and at < first:
        raise UsedWrongly(f"nothing was known before {first:%Y-%m-%d %H:%M} UTC")
    return min(at, now)


def _local(conn: "Connection", athlete_id: int, said: datetime) -> datetime:
    """The instant of these words where the athlete lived then, and not where they live now."""
    from worker import store

    at = said.replace(tzinfo=store.zone_of(conn, athlete_id))
    return said.replace(tzinfo=store.zone_of(conn, athlete_id, at=at.astimezone(UTC)))


def _say_what_was_erased(
    runtime: "Runtime", conn: "Connection", athlete_id: int, *, until: datetime, now: datetime
) -> None:
    """What was known then and has been erased since is in no answer: that is said, beside it."""
    from worker.erasing import erased

    offset = now - runtime.clock.machine_now()
    for at, what, rows in erased(conn, athlete_id):
        if at + offset > until:
            typer.echo(
                f"Note: {what} was erased on {at + offset:%Y-%m-%d}, so this is without it "
                f"({rows.get('observation', 0)} records of activities).",
                err=True,
            )


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
        tzlocal.reload_localzone()  # else it says what it was when it was first asked
        return ZoneInfo(tzlocal.get_localzone_name() or "UTC")
    except Exception:  # noqa: BLE001  # whatever is odd about this machine, UTC is a zone
        return ZoneInfo("UTC")
