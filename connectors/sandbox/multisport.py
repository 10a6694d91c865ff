"""Several recordings in one: what a triathlon is to Garmin, a parent and its legs."""

from dataclasses import dataclass

from connectors.sandbox.recorded import RecordedRun


@dataclass(frozen=True, slots=True)
class Multisport:
    """`legs` are recorded activities in the order in which they were done; at least one."""

    garmin_id: int
    name: str
    legs: tuple[RecordedRun, ...]
