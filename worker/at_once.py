"""Work on one calendar for a command: now, and under the same lease as the workers."""

from collections.abc import Callable

from worker import outbox
from worker.app import Runtime
from worker.connections import Connected
from worker.db import writing
from worker.outbox import LeaseLost
from worker.perform import Heartbeat, Held, perform

TAKEN = "a worker is writing this calendar right now; look again in a moment"


class Busy(Exception):
    """Not now. The text says why, and when to look again."""


def at_once[T](runtime: Runtime, connected: Connected, work: Callable[[Held], T]) -> T:
    """What `work` returns. Raises what it raises, and Busy when somebody else is writing."""
    done: list[T] = []
    trouble: list[Exception] = []

    def tried(_: Runtime, _key: str, held: Held) -> None:
        done.clear()
        trouble.clear()
        try:
            done.append(work(held))
        except Busy as error:
            trouble.append(error)  # whoever it waits for owes this again
        except Exception as error:
            trouble.append(error)
            raise

    with writing(runtime.engine) as conn:
        now = runtime.clock.machine_now()
        row_id = outbox.push(conn, "publish", str(connected.id), due_at=now)
    with Heartbeat(runtime.engine) as heartbeat:
        perform(runtime, row_id, actors={"publish": tried}, heartbeat=heartbeat)
    if trouble and isinstance(trouble[0], LeaseLost):
        raise Busy(TAKEN) from trouble[0]
    if trouble:
        raise trouble[0]
    if not done:
        raise Busy(TAKEN)
    return done[0]
