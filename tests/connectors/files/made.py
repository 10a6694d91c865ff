"""Recordings made by hand: FIT by the SDK's own encoder, TCX and GPX as text."""

from datetime import UTC, datetime, timedelta

from garmin_fit_sdk import Encoder, Profile

from connectors.files.sessions import EPOCH_S

START = datetime(2026, 5, 3, 7, 30, tzinfo=UTC)
NUMBERS = Profile["mesg_num"]


def fit_seconds(instant):
    return int(instant.timestamp()) - EPOCH_S


def fit_file(
    *,
    seconds=600,
    speed=3.0,
    sport="running",
    sub_sport="generic",
    heart_rate=150,
    start=START,
    session=True,
    extra_session=(),
    utc_offset_s=None,
    file_type="activity",
    before=(),
    records=None,
    **session_fields,
):
    """A run at an even speed, one record a second. `before`: messages written ahead of the records."""
    encoder = Encoder()
    write = encoder.write_mesg
    write(
        {
            "mesg_num": NUMBERS["FILE_ID"],
            "type": file_type,
            "manufacturer": "garmin",
            "product": 3113,
            "serial_number": 7,
            "time_created": start,
        }
    )
    for message in before:
        write(message)
    for message in (
        records if records is not None else even_records(seconds, speed, heart_rate, start)
    ):
        write({"mesg_num": NUMBERS["RECORD"], **message})
    end = start + timedelta(seconds=seconds)
    if session:
        write(
            {
                "mesg_num": NUMBERS["SESSION"],
                "timestamp": end,
                "start_time": start,
                "total_elapsed_time": float(seconds),
                "total_timer_time": float(seconds),
                "total_distance": seconds * speed,
                "sport": sport,
                "sub_sport": sub_sport,
                **session_fields,
            }
        )
    for message in extra_session:
        write({"mesg_num": NUMBERS["SESSION"], **message})
    if session:
        local = {} if utc_offset_s is None else {"local_timestamp": fit_seconds(end) + utc_offset_s}
        write({"mesg_num": NUMBERS["ACTIVITY"], "timestamp": end, "num_sessions": 1, **local})
    return encoder.close()


def even_records(seconds, speed, heart_rate, start):
    return [
        {
            "timestamp": start + timedelta(seconds=second),
            "distance": second * speed,
            "enhanced_speed": speed,
            "heart_rate": heart_rate,
            "enhanced_altitude": 100.0 + second / 60,
            "cadence": 88,
        }
        for second in range(seconds + 1)
    ]


def tcx_file(
    *, laps=((600.0, 1800.0),), sport="Running", heart_rate=150, points_each=10, start=START
):
    """Laps of (seconds, metres), `points_each` trackpoints in each."""
    told, at, along = [], start, 0.0
    for seconds, metres in laps:
        track = []
        for place in range(points_each):
            share = place / (points_each - 1)
            moment = (at + timedelta(seconds=seconds * share)).isoformat().replace("+00:00", "Z")
            track.append(
                f"<Trackpoint><Time>{moment}</Time><AltitudeMeters>100</AltitudeMeters>"
                f"<DistanceMeters>{along + metres * share}</DistanceMeters>"
                f"<HeartRateBpm><Value>{heart_rate}</Value></HeartRateBpm></Trackpoint>"
            )
        told.append(
            f'<Lap StartTime="{at.isoformat()}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
            f"<DistanceMeters>{metres}</DistanceMeters><Track>{''.join(track)}</Track></Lap>"
        )
        at, along = at + timedelta(seconds=seconds), along + metres
    return (
        '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase'
        ' xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="{sport}"><Id>{start.isoformat()}</Id>{"".join(told)}</Activity>'
        "</Activities></TrainingCenterDatabase>"
    ).encode()


def gpx_file(points, *, kind="running", name="Morning"):
    """Points of (seconds, latitude, longitude, elevation); None begins a new segment."""
    body = ""
    for point in points:
        if point is None:
            body += "</trkseg><trkseg>"
            continue
        seconds, latitude, longitude, elevation = point
        moment = (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        body += (
            f'<trkpt lat="{latitude}" lon="{longitude}"><ele>{elevation}</ele>'
            f"<time>{moment}</time><extensions><hr>140</hr></extensions></trkpt>"
        )
    told = f"<type>{kind}</type>" if kind else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="by hand"'
        ' xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>{name}</name>{told}<trkseg>{body}</trkseg></trk></gpx>"
    ).encode()
