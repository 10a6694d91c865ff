"""The end of an athlete here: what goes last, and what it changes for who remains."""

from typing import Any

from sqlalchemy import Connection, delete, or_

from worker import store, tables
from worker.app import Runtime
from worker.connections import connections, strava_use
from worker.doomed import Scope


def say_goodbye(runtime: Runtime, conn: Connection, athlete_id: int, *, actor: str) -> None:
    """The athlete, and all that is owed. What the settings say is of the first athlete: who becomes
    the first must not inherit another one's channels, nor what Strava is for.
    """
    owed = tables.outbox
    by_athlete = owed.c.key.startswith(f"{athlete_id}:") & (owed.c.actor == actor)
    replan = (owed.c.actor == "replan") & (owed.c.key == str(athlete_id))
    others = by_athlete & (owed.c.key != Scope(athlete_id).key)
    conn.execute(delete(owed).where(or_(replan, others)))
    here = store.athlete_ids(conn)
    heirs = here[1:2] if here[:1] == [athlete_id] else []
    own = [(heir, *word) for heir in heirs for word in _own_words(runtime, conn, heir)]
    conn.execute(delete(tables.athlete).where(tables.athlete.c.id == athlete_id))
    for heir, key, body in own:
        store.put(
            conn,
            tables.athlete_setting,
            athlete_id=heir,
            key=key,
            body=body,
            known_at=runtime.calendar_now(conn),
            now=runtime.clock.machine_now(),
        )


def _own_words(runtime: Runtime, conn: Connection, athlete_id: int) -> list[tuple[str, Any]]:
    """What has held for an athlete so far where nothing was said; to be asked before they are the
    first.
    """
    known: dict[str, Any] = {"notify": []}
    mine = connections(conn, athlete_id=athlete_id, state=None)
    if any(one.connector == "strava" for one in mine):
        known["strava_use"] = strava_use(conn, runtime, athlete_id)
    return [
        (key, body) for key, body in known.items() if store.setting(conn, athlete_id, key) is None
    ]
