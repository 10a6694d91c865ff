"""What is learnt from one record, once, when it comes in."""

from datetime import tzinfo

from planning.activity import Observation, Record, Sport, Streams
from planning.fitness.comparable import doubts, flat_distance_m
from planning.fitness.efforts import efforts_of

DERIVER = 1  # goes up when the same record and streams would give another observation


def derive(record: Record, streams: Streams | None, *, zone: tzinfo) -> Observation:
    """The observation of one record. `zone` is the athlete's; a record's own offset goes first.

    Whatever cannot teach ability anything stays, with the reasons why not. Never raises.
    """
    reasons = doubts(record)
    is_run = record.sport is Sport.RUN
    return Observation(
        record=record,
        day=record.local_day(zone),
        efforts=efforts_of(record, streams) if is_run and not reasons else (),
        flat_distance_m=flat_distance_m(streams) if is_run and streams is not None else None,
        usable=not reasons,
        reasons=reasons,
        deriver=DERIVER,
    )
