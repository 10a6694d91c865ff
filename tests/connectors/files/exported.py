"""Account exports in the layout of the real ones, of any size, from a few encoded recordings."""

import csv
import gzip
import io
import json
import os
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.files.checksum import fit_checksum
from connectors.sandbox.fit_file import encode
from connectors.sandbox.history import history
from connectors.sandbox.runner import Runner

PARIS = ZoneInfo("Europe/Paris")
LAST_DAY = date(2026, 8, 1)
DAY_S = 86_400
_HEADER = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,"
    "Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,Average Speed,"
    "Elevation Gain,Elevation Loss,Elevation Low,Elevation High,Max Grade,Average Grade,"
    "Average Positive Grade,Average Negative Grade,Max Cadence,Average Cadence,Max Heart Rate,"
    "Average Heart Rate,Competition,Long Run,Media"
)
STRAVA_HEADER = _HEADER.split(",")
_DATES = {0: (4,), 18: (2,), 19: (2,), 34: (5,)}  # file_id, session, lap, activity


class Template:
    """One encoded run, and where its instants and its serial number stand."""

    def __init__(self, done, *, every_s):
        self.content = encode(done, serial=1, zone=PARIS, every_s=every_s)
        self.start_at = done.start_at
        self.run = done
        self.instants, self.serials = _places(self.content)

    def at(self, day, serial):
        """The same run on another day, by another serial number."""
        shift_s = (day - self.start_at.date()).days * DAY_S
        made = bytearray(self.content)
        for place in self.instants:
            told = int.from_bytes(made[place : place + 4], "little") + shift_s
            made[place : place + 4] = told.to_bytes(4, "little")
        for place in self.serials:
            made[place : place + 4] = serial.to_bytes(4, "little")
        body = bytes(made[:-2])
        return body + fit_checksum(body).to_bytes(2, "little")

    def start_on(self, day):
        return self.start_at + timedelta(days=(day - self.start_at.date()).days)


def _places(content):
    """Byte places of all instants and of the serial number, by the definitions in the file."""
    known, instants, serials, at = {}, [], [], content[0]
    while at < len(content) - 2:
        header = content[at]
        if header & 0x40:
            number, fields = int.from_bytes(content[at + 3 : at + 5], "little"), content[at + 5]
            known[header & 15], place = [number, 1, [], []], 1
            for field in range(fields):
                told = at + 6 + 3 * field
                if content[told] == 253 or content[told] in _DATES.get(number, ()):
                    known[header & 15][2].append(place)
                if number == 0 and content[told] == 3:
                    known[header & 15][3].append(place)
                place += content[told + 1]
            known[header & 15][1] = place
            at += 6 + 3 * fields
            continue
        _, length, here, named = known[header]
        instants += [at + place for place in here]
        serials += [at + place for place in named]
        at += length
    return instants, serials


def templates(count, *, every_s=1):
    done = history(Runner(), LAST_DAY, weeks=count // 4 + 2)
    return [Template(run, every_s=every_s) for run in done[-count:]]


def days(count):
    """One run a day, up to the last day."""
    return [LAST_DAY - timedelta(days=count - n) for n in range(count)]


def strava_export(path, made, count, *, media=20, media_bytes=1_000, manual=2):
    """Of `count` recordings, `manual` runs entered by hand and pictures."""
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for n, day in enumerate(days(count)):
            template = made[n % len(made)]
            name = f"activities/{9_000_000 + n}.fit.gz"
            archive.writestr(name, gzip.compress(template.at(day, n + 1), 1, mtime=0))
            rows.append(strava_row(n, template.start_on(day), template.run, name=name))
        for n in range(manual):
            started = datetime(2010, 1, 1, 7, tzinfo=UTC) + timedelta(days=n)
            rows.append(strava_row(count + n, started, None, title="By hand"))
        archive.writestr("activities.csv", table(rows))
        for name in ("profile.csv", "bikes.csv", "comments.csv", "messaging.json"):
            archive.writestr(name, "Name,Value\nsome,thing\n")
        pad(archive, [f"media/{n:05d}-picture.jpg" for n in range(media)], media_bytes)


def strava_row(n, started, done, *, name="", title=None, kind="Run", race=False):
    """Without a run, an hour and 10 km."""
    seconds, metres = (done.elapsed_s, done.total_m) if done else (3600, 10_000.0)
    said = f"{started:%b} {started.day}, {started.year}, {started:%I:%M:%S %p}"
    told = dict.fromkeys(range(len(STRAVA_HEADER)), "")
    told |= {0: 9_000_000 + n, 1: said, 2: title or f"Run {n}", 3: kind, 5: seconds, 9: "false"}
    told |= {6: f"{metres / 1000:.2f}", 12: name, 15: float(seconds), 16: float(seconds)}
    told |= {17: round(metres, 1), 32: 1.0 if race else ""}
    return [told[place] for place in range(len(STRAVA_HEADER))]


def table(rows, header=STRAVA_HEADER):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def garmin_export(path, made, count, *, media=20, media_bytes=1_000, parts=3, manual=2):
    """Recordings in archives within the archive, named by account and number."""
    told = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in range(parts):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as inner:
                for n, day in list(enumerate(days(count)))[part::parts]:
                    template = made[n % len(made)]
                    name = f"runner@example.org_{70_000_000 + n}.fit"
                    inner.writestr(name, template.at(day, n + 1))
                    told.append(garmin_summary(n, template.start_on(day), template.run))
            name = f"DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part{part + 1}.zip"
            archive.writestr(name, packed.getvalue())
        for n in range(manual):
            started = datetime(2010, 1, 1, 7, tzinfo=UTC) + timedelta(days=n)
            told.append(garmin_summary(count + n, started, None))
        archive.writestr(
            "DI_CONNECT/DI-Connect-Fitness/runner@example.org_0_summarizedActivities.json",
            json.dumps([{"summarizedActivitiesExport": told}]),
        )
        for name in ("DI-Connect-User/user_profile.json", "DI-Connect-Wellness/1_sleepData.json"):
            archive.writestr(f"DI_CONNECT/{name}", "{}")
        pad(archive, [f"DI_CONNECT/DI-Connect-User/{n}.jpg" for n in range(media)], media_bytes)


def garmin_summary(n, started, done, **more):
    """Centimetres, milliseconds, and wall clocks as if they were UTC."""
    seconds, metres = (done.elapsed_s, done.total_m) if done else (3600, 10_000.0)
    begun_ms = started.timestamp() * 1000
    return {
        "activityId": 5_000_000 + n,
        "name": f"Paris Running {n}",
        "activityType": "running",
        "sportType": "RUNNING",
        "eventTypeId": 9,
        "beginTimestamp": begun_ms,
        "startTimeGmt": begun_ms,
        "startTimeLocal": begun_ms + 3_600_000,
        "duration": seconds * 1000.0,
        "elapsedDuration": seconds * 1000.0,
        "distance": metres * 100.0,
        "avgHr": 140.0,
        "splits": [{"startTimeGMT": begun_ms, "measurements": [1.0, 2.0]}],
        **more,
    }


def pad(archive, names, size):
    """Stored as they are, and cheap to make: nobody reads them."""
    block = os.urandom(min(size, 1 << 20))
    for name in names:
        with archive.open(zipfile.ZipInfo(name), "w") as file:
            for first in range(0, size, len(block)):
                file.write(block[: size - first])
