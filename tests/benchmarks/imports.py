"""A Strava and a Garmin account export brought in by the real command, beside decoding alone.

Each export has 3,000 recordings, patched from 40 encoded ones, and pictures up to 2 GB. `per s per
core` is activities by seconds of processor time of all processes together, start and plan included;
`decoding` is the same for nothing but `decode` on the same files. `peak MB` adds up the resident
memory of all processes of the import. Killed: once, in the middle, then done again; nothing may be
doubled or lost, and what was in is not decoded again.
"""

import json
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import time
import zlib
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from tests.connectors.files.exported import garmin_export, strava_export, templates

ACTIVITIES = int(os.environ.get("GOALWARD_BENCH_ACTIVITIES", "3000"))
TEMPLATES = int(os.environ.get("GOALWARD_BENCH_TEMPLATES", "40"))
EXPORT_BYTES = float(os.environ.get("GOALWARD_BENCH_EXPORT_MB", "2000")) * 1e6
PICTURES = 1_000
MANUAL = 2
LEAST_RATIO, MOST_MB = 0.5, 400


def run():
    """Rows for the table; the last column says whether the targets were met."""
    with tempfile.TemporaryDirectory() as folder:
        place, made = Path(folder), templates(TEMPLATES)
        return [measured(name, place, made) for name in ("strava", "garmin")]


def measured(name, place, made, *, activities=ACTIVITIES, size=EXPORT_BYTES):
    """A row of the table for one export; raises AssertionError when anything is lost or doubled."""
    export = place / f"{name}.zip"
    packed = sum(len(zlib.compress(t.content, 1)) for t in made) / len(made)
    picture = max(int((size - activities * packed) / PICTURES), 1_000)
    build = {"strava": strava_export, "garmin": garmin_export}[name]
    build(export, made, activities, media=PICTURES, media_bytes=picture, manual=MANUAL)
    size = export.stat().st_size
    decoding = decoded_alone(export)
    whole = Imported(place / f"{name}-whole", export).finish()
    again = Imported(place / f"{name}-killed", export)
    again.kill_after(activities // 2)
    stored = len(again.keys())
    told = again.start("--json").finish().told
    outcomes = [file["outcome"] for file in told]
    if not 0 < stored < activities or outcomes.count("unchanged") < stored:
        raise AssertionError(f"{stored} were in, and only {outcomes.count('unchanged')} unchanged")
    if again.keys() != whole.keys() or len(whole.keys()) != activities + MANUAL:
        raise AssertionError(f"{len(whole.keys())} and, killed in between, {len(again.keys())}")
    if b" activities" not in whole.shown:
        raise AssertionError("no progress was shown")
    export.unlink()
    per_s, ceiling = activities / whole.cpu_s, activities / decoding
    met = per_s / ceiling >= LEAST_RATIO and max(whole.peak_mb, again.peak_mb) < MOST_MB
    return {
        "export": f"{name}, {size / 1e9:.1f} GB",
        "activities": activities,
        "seconds": round(whole.wall_s, 1),
        "per s per core": round(per_s, 1),
        "decoding": round(ceiling, 1),
        "ratio": round(per_s / ceiling, 2),
        "peak MB": round(max(whole.peak_mb, again.peak_mb)),
        "killed with": f"{stored} in, then {again.wall_s:.1f} s",
        "target": f">= {LEAST_RATIO}, < {MOST_MB} MB {'met' if met else 'MISSED'}",
    }


class Imported:
    """The command in a process of its own, with a home of its own."""

    def __init__(self, home, export):
        self.home, self.export = home, export
        self.peak_mb = self.wall_s = self.cpu_s = 0.0
        self.told, self.shown = [], b""
        self.start()

    def start(self, *options):
        environ = {**os.environ, "GOALWARD_HOME": str(self.home), "TZ": "Europe/Paris"}
        environ |= {"TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1"}  # show a bar
        self.began = time.monotonic()
        self.used = _children_s()
        command = [sys.executable, "-m", "worker", "import", str(self.export), *options]
        self.out = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is read
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = Popen(command, env=environ, stdout=self.out, stderr=self.errors)
        return self

    def finish(self):
        while self.process.poll() is None:
            self._look()
        self.wall_s = time.monotonic() - self.began
        self.cpu_s = _children_s() - self.used
        self.errors.seek(0)
        self.shown = self.errors.read()
        if self.process.returncode:
            raise AssertionError(self.shown[-2000:])
        self.out.seek(0)
        said = self.out.read()
        self.told = json.loads(said)["files"] if said.startswith(b"{") else []
        self.out.close()
        self.errors.close()
        return self

    def kill_after(self, stored):
        while len(self.keys()) < stored and self.process.poll() is None:
            self._look()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.out.close()
        self.errors.close()

    def _look(self):
        self.peak_mb = max(self.peak_mb, _resident_mb(self.process.pid))
        time.sleep(0.05)  # noqa: TID251 - a look at a process from outside

    def keys(self):
        place = self.home / "goalward.db"
        if not place.exists():
            return []
        with sqlite3.connect(f"file:{place}?mode=ro", uri=True, timeout=30) as conn:
            try:
                rows = conn.execute(
                    "SELECT key FROM observation WHERE superseded_at IS NULL ORDER BY key"
                ).fetchall()
            except sqlite3.OperationalError:  # its tables are being made
                rows = []
        conn.close()
        return [key for (key,) in rows]


def decoded_alone(export):
    """Seconds of processor time for `decode` on every recording of an export, in a process."""
    script = "from tests.benchmarks.imports import print_decoding; print_decoding()"
    with Popen([sys.executable, "-c", script, str(export)], stdout=PIPE, stderr=DEVNULL) as alone:
        return float(alone.communicate()[0])


def print_decoding():
    from connectors.files import walk
    from connectors.files.decode import decode
    from connectors.files.walk import Found

    total = 0.0
    for entry in walk([Path(sys.argv[1])]):
        if isinstance(entry, Found):
            file = entry.read()
            began = time.process_time()
            decode(file)
            total += time.process_time() - began
    print(total)


def _children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident_mb(root):
    """Of a process and all that it started."""
    parents, pages = {}, {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(place.name)], pages[int(place.name)] = int(fields[1]), int(fields[21])
    tree, grown = {root}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in tree} - tree
        tree, grown = tree | more, bool(more)
    return sum(pages.get(each, 0) for each in tree) * resource.getpagesize() / 1e6
