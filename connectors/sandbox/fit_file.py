"""A run as the FIT activity file its watch would have written."""

import io
import zipfile
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any

import numpy as np

from connectors.sandbox.runner import Lap, Run
from planning.activity import Surface
from planning.workout import StepKind

SEMICIRCLES_PER_DEGREE = 2**31 / 180.0
FIT_EPOCH_S = 631_065_600  # 1989-12-31T00:00:00Z in Unix seconds
GARMIN_PRODUCT = 4257  # Forerunner 265
_INTENSITY = {
    StepKind.WARMUP: "warmup",
    StepKind.WORK: "active",
    StepKind.RECOVERY: "recovery",
    StepKind.REST: "rest",
    StepKind.COOLDOWN: "cooldown",
}
_SUB_SPORT = {Surface.TREADMILL: "treadmill", Surface.TRAIL: "trail", Surface.TRACK: "track"}


def encode(
    done: Run, *, serial: int, zone: tzinfo, workout: str | None = None, every_s: int = 5
) -> bytes:
    """The file's bytes. `every_s` is how often the watch records; lap ends are always recorded."""
    from garmin_fit_sdk import Encoder

    writer = Encoder()
    start, end = done.start_at, done.start_at + timedelta(seconds=done.elapsed_s)
    _write(writer, "file_id", _file_id(done, serial))
    _write(writer, "device_info", _device(start, serial))
    _write(writer, "event", {"timestamp": start, "event": "timer", "event_type": "start"})
    if workout:
        _write(writer, "workout", {"sport": "running", "wkt_name": workout[:48]})
    for record in _records(done, every_s):
        writer.write_mesg(record)
    _write(writer, "event", {"timestamp": end, "event": "timer", "event_type": "stop_all"})
    for index, lap in enumerate(done.laps):
        _write(writer, "lap", {"message_index": index, **_lap(done, lap)})
    _write(writer, "session", _session(done))
    _write(writer, "activity", _activity(done, end, zone))
    return bytes(writer.close())


def zipped(name: str, content: bytes) -> bytes:
    """As the download service hands it out: a ZIP with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # Always the same date: the same run is the same bytes.
        entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@cache
def _message_number(name: str) -> int:
    from garmin_fit_sdk import Profile

    return int(Profile["mesg_num"][name.upper()])


def _write(writer: Any, name: str, fields: dict[str, Any]) -> None:
    writer.write_mesg({"mesg_num": _message_number(name), **fields})


def _file_id(done: Run, serial: int) -> dict[str, Any]:
    return {
        "type": "activity",
        "manufacturer": "garmin",
        "product": GARMIN_PRODUCT,
        "serial_number": serial,
        "time_created": done.start_at,
    }


def _device(start: datetime, serial: int) -> dict[str, Any]:
    return {
        "timestamp": start,
        "device_index": 0,
        "manufacturer": "garmin",
        "product": GARMIN_PRODUCT,
        "serial_number": serial,
        "software_version": 20.26,
    }


def _records(done: Run, every_s: int) -> list[dict[str, Any]]:
    """Numbers, not dates: the writer is a third faster that way."""
    number = _message_number("record")
    start = int(done.start_at.timestamp()) - FIT_EPOCH_S
    outdoors = done.surface is not Surface.TREADMILL
    kept = samples(done, every_s)
    columns: dict[str, list[Any]] = {
        "timestamp": (kept + start).tolist(),
        "distance": done.distance_m[kept].tolist(),
        "enhanced_speed": done.speed_m_per_s[kept].tolist(),
        "heart_rate": done.heart_rate_bpm[kept].astype(int).tolist(),
        "cadence": (done.cadence_steps_per_min[kept] / 2.0).astype(int).tolist(),
    }
    if outdoors:
        lat, lon = done.latitude[kept], done.longitude[kept]
        columns["enhanced_altitude"] = done.altitude_m[kept].tolist()
        columns["position_lat"] = np.rint(lat * SEMICIRCLES_PER_DEGREE).astype(int).tolist()
        columns["position_long"] = np.rint(lon * SEMICIRCLES_PER_DEGREE).astype(int).tolist()
    names = ("mesg_num", *columns)
    return [
        dict(zip(names, (number, *row), strict=True)) for row in zip(*columns.values(), strict=True)
    ]


def samples(done: Run, every_s: int) -> Any:
    """Which seconds are recorded: every so many, and where laps end."""
    ends = [lap.last for lap in done.laps]
    return np.union1d(np.arange(0, done.elapsed_s + 1, every_s), [*ends, done.elapsed_s])


def _lap(done: Run, lap: Lap) -> dict[str, Any]:
    seconds = lap.last - lap.first
    metres = float(done.distance_m[lap.last] - done.distance_m[lap.first])
    beats = done.heart_rate_bpm[lap.first : lap.last + 1]
    return {
        "timestamp": done.start_at + timedelta(seconds=lap.last),
        "start_time": done.start_at + timedelta(seconds=lap.first),
        "event": "lap",
        "event_type": "stop",
        "total_elapsed_time": float(seconds),
        "total_timer_time": float(seconds),
        "total_distance": metres,
        "enhanced_avg_speed": metres / seconds,
        "avg_heart_rate": round(float(beats.mean())),
        "max_heart_rate": int(beats.max()),
        "intensity": _INTENSITY[lap.kind],
        "lap_trigger": "manual",
        "sport": "running",
    }


def _session(done: Run) -> dict[str, Any]:
    return {
        "timestamp": done.start_at + timedelta(seconds=done.elapsed_s),
        "start_time": done.start_at,
        "message_index": 0,
        "event": "session",
        "event_type": "stop",
        "sport": "running",
        "sub_sport": _SUB_SPORT.get(done.surface, "generic"),
        "total_elapsed_time": float(done.elapsed_s),
        "total_timer_time": float(done.elapsed_s),
        "total_distance": done.total_m,
        "total_ascent": round(done.climb_m),
        "enhanced_avg_speed": done.total_m / done.elapsed_s,
        "enhanced_max_speed": float(done.speed_m_per_s.max()),
        "avg_heart_rate": round(float(done.heart_rate_bpm.mean())),
        "max_heart_rate": int(done.heart_rate_bpm.max()),
        "first_lap_index": 0,
        "num_laps": len(done.laps),
        "trigger": "activity_end",
    }


def _activity(done: Run, end: datetime, zone: tzinfo) -> dict[str, Any]:
    offset = end.astimezone(zone).utcoffset() or timedelta()
    return {
        "timestamp": end,
        "local_timestamp": int((end + offset).timestamp()) - FIT_EPOCH_S,
        "total_timer_time": float(done.elapsed_s),
        "num_sessions": 1,
        "type": "manual",
        "event": "activity",
        "event_type": "stop",
    }
