"""Whatever the bytes, decoding ends in one of three ways; and it does so in another process too."""

import gzip
import io
import pickle
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.files.decode import TooLarge, content_hash, decode, member, unpacked
from connectors.files.decoded import Imported, Refused, Skipped
from connectors.files.log import read_log
from connectors.ports import OriginalFile
from tests.connectors.files.made import fit_file, gpx_file, tcx_file
from tests.sizes import FIXED, examples

EXAMPLES = examples(60)
FIT, TCX = fit_file(seconds=40), tcx_file()
GPX = gpx_file([(s, 47 + s * 3e-5, 8.5, 400) for s in range(40)])
WHOLE = {"run.fit": FIT, "run.tcx": TCX, "run.gpx": GPX}
OUTCOMES = (Imported, Skipped, Refused)
slowly = settings(
    deadline=None,
    derandomize=FIXED,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
names = st.sampled_from(["a.fit", "a.tcx", "a.gpx", "a.fit.gz", "a.zip", "a.csv", "a", "a.jpg"])


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_dot_", "."), content)
    return packed.getvalue()


def told(result):
    assert isinstance(result, OUTCOMES)
    assert bool(result.recorded) == isinstance(result, Imported)
    if not isinstance(result, Imported):
        assert result.reason
    return result


@slowly
@given(names, st.binary(max_size=400))
def test_random_bytes(name, content):
    told(decode(OriginalFile(name, content)))


@slowly
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1))
def test_random_truncations(name, share):
    content = WHOLE[name]
    told(decode(OriginalFile(name, content[: int(len(content) * share)])))


@slowly
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_random_changes(name, data):
    content = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    told(decode(OriginalFile(name, bytes(content))))


@slowly
@given(st.binary(max_size=300))
def test_a_fit_header_and_then_random_bytes(content):
    header = bytes((14, 0x20, 0, 0)) + len(content).to_bytes(4, "little") + b".FIT\0\0"
    told(decode(OriginalFile("a.fit", header + content)))


@slowly
@given(st.text(max_size=200))
def test_random_text_as_a_log(text):
    told(read_log(OriginalFile("a.csv", ("date,distance,time\n" + text).encode())))


@pytest.mark.parametrize("name", ["a.fit", "a.tcx", "a.gpx", "a.zip", "a.csv", ""])
def test_an_empty_file_is_refused(name):
    assert decode(OriginalFile(name, b"")) == Refused("the file is empty")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("photo.jpg", "not a recording: a picture"),
        ("profile.json", "not a recording: a document"),
        ("thing.xyz", "not a recording: of an unknown kind (.xyz)"),
        ("thing", "not a recording: of an unknown kind (no suffix)"),
    ],
)
def test_other_files_are_skipped(name, reason):
    assert decode(OriginalFile(name, b"anything")) == Skipped(reason)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_packed_is_the_same_as_plain(name):
    plain = decode(OriginalFile(name, WHOLE[name]))
    packed = gzip.compress(WHOLE[name])
    ids = [one.record.external_id for one in plain.recorded]
    assert ids == [content_hash(WHOLE[name])] == [content_hash(packed)]
    for other in (
        OriginalFile(f"{name}.gz", packed),
        OriginalFile("some.zip", zipped(**{name.replace(".", "_dot_"): WHOLE[name]})),
        OriginalFile("no-suffix-at-all", WHOLE[name]),
    ):
        result = decode(other)
        assert [one.record for one in result.recorded] == [one.record for one in plain.recorded]


def test_the_id_of_the_service_is_kept_for_a_recording_alone_in_an_archive():
    file = OriginalFile("1.zip", zipped(a_dot_fit=FIT))
    (one,) = decode(file, source="garmin", external_id="21000000100").recorded
    assert (one.record.source, one.record.external_id) == ("garmin", "21000000100")


def test_an_archive_gives_what_it_can():
    result = decode(
        OriginalFile(
            "x.zip", zipped(a_dot_fit=FIT, b_dot_tcx=b"<Training", c_dot_gpx=GPX, d_dot_jpg=b"x")
        )
    )
    assert len(result.recorded) == 2
    assert "damaged" in result.problem


def test_a_damaged_archive_is_refused():
    content = zipped(a_dot_fit=FIT)
    assert isinstance(decode(OriginalFile("x.zip", content[: len(content) // 2])), Refused)


def test_a_truncated_gzip_gives_its_beginning():
    packed = gzip.compress(FIT, 1)
    result = told(decode(OriginalFile("a.fit.gz", packed[: len(packed) * 2 // 3])))
    assert isinstance(result, Imported)
    assert "cut short" in result.problem


def test_what_unpacks_to_more_than_any_recording_is_refused():
    bomb = bytes(5_000_000)
    with pytest.raises(TooLarge, match="1 MB"):
        unpacked(gzip.compress(bomb), most=1_000_000)
    with io.BytesIO() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.fit", bomb)
        with zipfile.ZipFile(packed) as archive, pytest.raises(TooLarge):
            member(archive, archive.infolist()[0], most=1_000_000)


def test_archives_in_archives_end_somewhere():
    content = FIT
    for _ in range(9):
        content = gzip.compress(content)
    assert "deep" in decode(OriginalFile("a.fit.gz", content)).reason


def test_decoding_works_in_a_spawned_process():
    file = OriginalFile("run.fit", FIT)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        (there,) = pool.submit(decode, file).result().recorded
    (here,) = decode(file).recorded
    assert there.record == here.record
    assert there.streams.distance_m.tolist() == here.streams.distance_m.tolist()
    assert pickle.loads(pickle.dumps(Refused("why"))) == Refused("why")
