"""How much work something is, counted in lines of Python that run: no clock, so no noise."""

import sys
from collections.abc import Callable

_TOOL = 4  # of those that `sys.monitoring` leaves to anybody


def lines_run(work: Callable[[], object]) -> int:
    """Lines that ran while `work` did its work, in all threads; each turn of a loop is one more."""
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    monitoring = sys.monitoring
    monitoring.use_tool_id(_TOOL, "lines run")
    try:
        monitoring.register_callback(_TOOL, monitoring.events.LINE, one_more)
        monitoring.set_events(_TOOL, monitoring.events.LINE)
        work()
    finally:
        monitoring.set_events(_TOOL, monitoring.events.NO_EVENTS)
        monitoring.register_callback(_TOOL, monitoring.events.LINE, None)
        monitoring.free_tool_id(_TOOL)
    return count
