"""The athlete's hand on one session, by a command or on the calendar: the last word counts.

The two are facts of their own, and of one session at most one of them stands; what it is pinned to
read is another. When the calendar's
word is taken back, its entry is given back too: the plan may be written over it again.
"""

from dataclasses import replace

from sqlalchemy import Connection

from planning.replan import Outcome
from planning.replan import replan as decide
from planning.schedule.plan import Answer, Layer, LayerKind
from worker import entries, store, tables
from worker.app import Runtime
from worker.db import reading, writing
from worker.facts import standing_body
from worker.owing import owe_publishing, owe_replan
from worker.stored import from_body, to_body


def by_command(runtime: Runtime, conn: Connection, athlete_id: int, layer: Layer) -> None:
    """What the athlete typed stands above what was done on the calendar before."""
    _put(runtime, conn, athlete_id, _command(layer.ident), layer)
    if _put(runtime, conn, athlete_id, _calendar(layer.ident), None):
        _give_back(runtime, conn, athlete_id, layer.ident)
    owe_replan(runtime, conn, athlete_id)


def on_calendar(runtime: Runtime, conn: Connection, athlete_id: int, layer: Layer) -> None:
    """What was done on the calendar stands above what was typed before."""
    put = _put(runtime, conn, athlete_id, _calendar(layer.ident), layer)
    if _put(runtime, conn, athlete_id, _command(layer.ident), None) or put:
        owe_replan(runtime, conn, athlete_id)


def undone(runtime: Runtime, conn: Connection, athlete_id: int, ident: str) -> None:
    """The session is again what the plan made it, also on the calendar."""
    _put(runtime, conn, athlete_id, _command(ident), None)
    _put(runtime, conn, athlete_id, _pin(ident), None)
    if _put(runtime, conn, athlete_id, _calendar(ident), None):
        _give_back(runtime, conn, athlete_id, ident)
    owe_replan(runtime, conn, athlete_id)


def reclaimed(runtime: Runtime, conn: Connection, athlete_id: int, ident: str) -> None:
    """The entry is ours to write again. A day that the athlete moved it to stays their word."""
    said = standing_body(conn, tables.layer, athlete_id=athlete_id, key=_calendar(ident))
    if said and from_body(Layer, said).kind is not LayerKind.MOVE:
        _put(runtime, conn, athlete_id, _calendar(ident), None)
        owe_replan(runtime, conn, athlete_id)
    _give_back(runtime, conn, athlete_id, ident)


def say(runtime: Runtime, conn: Connection, athlete_id: int, layer: Layer) -> None:
    """What the athlete typed of a session: what it is to read, or where it is to stand."""
    if layer.kind is not LayerKind.PIN:
        by_command(runtime, conn, athlete_id, layer)
        return
    _put(runtime, conn, athlete_id, _pin(layer.ident), layer)
    owe_replan(runtime, conn, athlete_id)


def answered(runtime: Runtime, conn: Connection, athlete_id: int, answer: Answer) -> None:
    """Yes or no to a change that the plan would make."""
    known_at, now = runtime.calendar_now(conn), runtime.clock.machine_now()
    store.put_answer(conn, athlete_id, answer, known_at=known_at, now=now)
    owe_replan(runtime, conn, athlete_id)


def tried(runtime: Runtime, athlete_id: int, *told: Layer) -> Outcome:
    """What would be decided if this were typed now. Nothing of it is stored."""
    with writing(runtime.engine) as conn, conn.begin_nested() as attempt:
        for layer in told:
            say(runtime, conn, athlete_id, layer)
        layers = store.layers(conn, athlete_id)
        attempt.rollback()
    with reading(runtime.engine) as conn:
        today = store.today_of(conn, athlete_id, runtime.calendar_now(conn))
        closing = store.last_closing(conn, athlete_id, before=today)
        state = store.load_state(conn, athlete_id, closing=closing)
    return decide(replace(state, layers=layers), today)


def _command(ident: str) -> str:
    return f"by hand:{ident}"


def _pin(ident: str) -> str:
    return f"pin:{ident}"


def _calendar(ident: str) -> str:
    return f"calendar:{ident}"


def _put(
    runtime: Runtime, conn: Connection, athlete_id: int, key: str, layer: Layer | None
) -> bool:
    return store.put(
        conn,
        tables.layer,
        athlete_id=athlete_id,
        key=key,
        body=to_body(layer) if layer else None,
        known_at=runtime.calendar_now(conn),
        now=runtime.clock.machine_now(),
    )


def _give_back(runtime: Runtime, conn: Connection, athlete_id: int, ident: str) -> None:
    if entries.reclaim(conn, athlete_id, ident):
        owe_publishing(runtime, conn, athlete_id)
