"""What the athlete lets us do to each of their calendars."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, update

from planning.calendar import EntryRecord, LeftOut, Observed, Policy, changes
from worker import outbox, tables
from worker.app import Runtime
from worker.connections import Connected
from worker.db import writing
from worker.owing import owe_message

STAYS = "Workouts that would be taken off stay on your calendar"
FEW = 5  # named in a message


def put(runtime: Runtime, conn: Connection, connected: Connected, policy: Policy) -> None:
    """What it lets us do now is owed."""
    row = tables.connection
    said = update(row).where(row.c.id == connected.id).values(calendar_policy=policy.value)
    conn.execute(said)
    outbox.push(conn, "publish", str(connected.id), due_at=runtime.clock.machine_now())


def tell_left_out(
    runtime: Runtime,
    connected: Connected,
    left_out: Iterable[LeftOut],
    records: Mapping[str, EntryRecord],
    seen: Mapping[str, Observed | None],
) -> None:
    """Once a week what is not taken off of its day. Where nothing at all is written, nothing is
    told: that is only for looking on.
    """
    if connected.policy is not Policy.NO_DELETES:
        return
    told = [
        f"{each.name or each.ident} on {each.day}"
        for each in changes((one.action for one in left_out), records, seen)
        if each.day
    ]
    if not told:
        return
    more = f" and {len(told) - FEW} more" if len(told) > FEW else ""
    body = (
        f"{runtime.title_of(connected.connector)}: {', '.join(told[:FEW])}{more}. You chose that "
        "nothing is taken off there: do it yourself, or run "
        f"`goalward calendar policy sync {connected.connector}`."
    )
    with writing(runtime.engine) as conn:
        year, week, _ = runtime.calendar_now(conn).isocalendar()
        key = f"left out:{connected.id}:{year}-W{week}"
        owe_message(runtime, conn, connected.athlete_id, key=key, title=STAYS, body=body)
