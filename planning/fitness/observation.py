"""What is learnt from one record, once, when it comes in."""

from datetime import tzinfo

from planning.activity import Observation, Record, Sport, Streams
from planning.fitness.comparable import doubts, flat_distance_m
from planning.fitness.efforts import Bests, bests_of
from planning.fitness.glitches import Believed, believed

DERIVER = 4  # goes up when the same record and streams would give another observation


def derive(record: Record, streams: Streams | None, *, zone: tzinfo) -> Observation:
    """The observation of one record. `zone` is the athlete's; a record's own offset goes first.

    A run is looked at without its glitches, and `repairs` say what was left out; the recording
    itself stays as it came. Whatever cannot teach ability anything stays, with the reasons why not.
    Never raises.
    """
    is_run = record.sport is Sport.RUN
    seen = believed(record, streams) if is_run else Believed(record, streams, ())
    reasons = seen.doubts or doubts(seen.record)
    bests = bests_of(seen.record, seen.stretches) if is_run and not reasons else Bests()
    return Observation(
        record=seen.record,
        day=seen.record.local_day(zone),
        efforts=bests.efforts,
        flat_distance_m=flat_distance_m(seen.streams) if is_run and seen.streams else None,
        usable=not reasons,
        reasons=reasons,
        deriver=DERIVER,
        repairs=seen.repairs,
        curve_m=bests.curve_m,
    )
