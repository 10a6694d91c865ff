"""What is learnt of one run from its streams, beside plain C on the same series.

All recorded runs of the data, 281: `derive` (the gate for glitches, the distance on the flat, the
best efforts over nine distances by two pointers, the mean-maximal curve) and `deriving.c`, which
this machine's `cc` compiles here and now with full optimisation, take turns. C computes the same
arrays and no more: no words, no records, no repairs. Its results are compared with ours first. A
time is the shortest of several of one run; what is shown are medians over the runs.
"""

import csv
import ctypes
import gzip
import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from planning.activity import Record, RecordKind, Sport, Streams
from planning.fitness.efforts import CURVE_S, STANDARD_M
from planning.fitness.leaps import WINDOWS_S, furthest_m
from planning.fitness.observation import derive

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "streams"
SOURCE = Path(__file__).with_suffix(".c")
FLAGS = ("-O3", "-march=native", "-fopenmp-simd", "-shared", "-fPIC")
MOST_RATIO, TURNS = 5.0, 7
COLUMNS = ("t_s", "dist_m", "hr", "alt_rel_m", "speed_mps", "cadence", "temp_c")  # as of Streams


class Found(ctypes.Structure):
    """`found` of the C source."""

    _fields_ = (
        ("flat_m", ctypes.c_double),
        ("efforts_s", ctypes.c_double * len(STANDARD_M)),
        ("curve_m", ctypes.c_double * len(CURVE_S)),
        ("suspect", ctypes.c_int),
    )


def run():
    with tempfile.TemporaryDirectory() as folder:
        kernel = compiled(Path(folder))
        if kernel is None:
            return [{"run": "NOT MEASURED: there is no C compiler (cc) here", "held": "no"}]
        if not DATA.exists():
            return [{"run": f"skipped: no recordings at {DATA}"}]
        return list(rows([timed(kernel, record, streams) for record, streams, _ in recordings()]))


def compiled(folder):
    """The C function; None where nothing can compile it."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "deriving.so"
    subprocess.run([compiler, *FLAGS, "-o", library, SOURCE, "-lm"], check=True)
    return ctypes.CDLL(str(library)).derive


def missed(table):
    return any(row.get("held") == "no" for row in table)


def rows(measured):
    """`measured` holds what `timed` says of each run."""
    ordered = sorted(measured)
    tenth = len(ordered) // 10
    parts = {"the shortest tenth": ordered[:tenth], "the longest tenth": ordered[-tenth:]}
    for name, part in (*parts.items(), ("all", ordered)):
        samples, ours, ceiling = (statistics.median(column) for column in zip(*part, strict=True))
        ratio = statistics.median(mine / other for _, mine, other in part)
        row = {
            "run": name,
            "n": len(part),
            "samples": round(samples),
            "ours us": f"{1e6 * ours:.0f}",
            "C us": f"{1e6 * ceiling:.0f}",
            "ratio": f"{ratio:.1f}",
        }
        yield row | ({"held": "yes" if ratio <= MOST_RATIO else "no"} if name == "all" else {})


def timed(kernel, record, streams):
    """Samples, seconds of ours and seconds of C, which must have found the same."""
    arguments, out = prepared(streams)
    seen = derive(record, streams, zone=UTC)
    kernel(*arguments)
    agree(seen, out)
    ours, ceiling = [], []
    for _ in range(TURNS):
        ours.append(_took(lambda: derive(record, streams, zone=UTC)))
        ceiling.append(_took(lambda: kernel(*arguments)))
    return len(streams.time_s), min(ours), min(ceiling)


def prepared(streams):
    """Arguments for C, and where its results will be."""
    out, samples = Found(), len(streams.time_s)
    room = np.empty(6 * (samples + int(streams.time_s[-1]) + 8))
    windows = np.array(WINDOWS_S, dtype=np.intc)
    known = [
        streams.time_s,
        streams.distance_m,
        streams.heart_rate_bpm,
        streams.altitude_m,
        streams.cadence_steps_per_min,
        np.array(STANDARD_M),
        np.array(CURVE_S, dtype=np.intc),
        windows,
        furthest_m(windows.astype(float)),
        room,
    ]
    pointers = [None if array is None else ctypes.c_void_p(array.ctypes.data) for array in known]
    out.kept = known  # they live as long as C may read them
    return (ctypes.c_int(samples), *pointers, ctypes.byref(out)), out


def agree(seen, out):
    """Raises AssertionError where C and we differ on a run without a glitch; C must see each."""
    if seen.repairs:
        assert out.suspect, seen.repairs
        return
    efforts = [found for found in out.efforts_s if not np.isnan(found)]
    curve = [found for found in out.curve_m if not np.isnan(found)]
    np.testing.assert_allclose([e.time_s for e in seen.efforts[1:]], efforts, atol=1e-6)
    np.testing.assert_allclose(seen.curve_m, curve, atol=0.051)
    flat_m = np.nan if seen.flat_distance_m is None else seen.flat_distance_m
    np.testing.assert_allclose(flat_m, out.flat_m, atol=1e-5)


def recordings():
    """(record, streams, its row of the manifest) of each recorded run."""
    with (DATA / "manifest.csv").open(encoding="utf-8", newline="") as file:
        manifest = list(csv.DictReader(file))
    for row in manifest:
        streams = _read(DATA / row["file"])
        record = Record(
            source="files",
            external_id=row["file"],
            kind=RecordKind.DEVICE_FILE,
            start_at=datetime(2024, 1, 1, tzinfo=UTC),
            sport=Sport.RUN,
            distance_m=float(row["distance_m"]),
            moving_time_s=float(row["moving_s"]),
            elapsed_time_s=float(streams.time_s[-1]),
        )
        yield record, streams, row


def _read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    told = np.array([[float(cell) if cell else np.nan for cell in line] for line in lines]).T
    series = dict(zip(header, told, strict=True))
    known = (np.ascontiguousarray(series[name]) for name in COLUMNS)
    return Streams(*(None if np.isnan(array).all() else array for array in known))


def _took(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
