"""What is believed of one run that a service describes and a device recorded."""

from dataclasses import replace

from connectors.files.decoded import Decoded
from connectors.ports import Recorded
from planning.activity import Record, RecordKind, Streams, Surface


def believed(recorded: Recorded, decoded: Decoded | None) -> Recorded:
    """The summary of a service joined with the file that the device wrote.

    The device file is believed for what it measured, the service for what a person says there:
    name, race, surface; on a treadmill also the distance, which is corrected after the run. What
    is left of a damaged file is not believed against the service, which saw the whole.
    """
    found = _same_session(recorded.record, decoded)
    if found is None:
        return recorded
    summary, measured = recorded.record, found.record
    if decoded and decoded.problem and not _is_whole(measured, summary):
        return recorded
    indoor = summary.surface is Surface.TREADMILL or summary.is_manual
    record = replace(
        measured,
        source=summary.source,
        external_id=summary.external_id,
        kind=RecordKind.DEVICE_FILE,
        sport=summary.sport,
        surface=summary.surface,
        name=summary.name,
        is_race=summary.is_race or measured.is_race,
        is_manual=summary.is_manual,
        utc_offset_s=measured.utc_offset_s
        if summary.utc_offset_s is None
        else summary.utc_offset_s,
        planned_ident=summary.planned_ident or measured.planned_ident,
        distance_m=summary.distance_m if indoor else measured.distance_m,
        moving_time_s=summary.moving_time_s if indoor else measured.moving_time_s,
    )
    streams: Streams | None = None if indoor else found.streams
    return Recorded(record, streams, recorded.file)


def _is_whole(measured: Record, summary: Record) -> bool:
    """Whether a damaged file still holds about all of what the service made of the run."""
    pairs = (
        (measured.distance_m, summary.distance_m),
        (measured.elapsed_time_s, summary.elapsed_time_s),
    )
    return all(there is None or (here or 0.0) >= 0.98 * there for here, there in pairs)


def _same_session(record: Record, decoded: Decoded | None) -> Recorded | None:
    sessions = decoded.recorded if decoded else ()
    return next(
        (
            found
            for found in sessions
            if found.record.sport is record.sport
            and abs((found.record.start_at - record.start_at).total_seconds()) <= 120
        ),
        None,
    )
