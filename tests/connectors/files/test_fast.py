"""The fast reader gives the very same activity as the SDK, or leaves the file to it."""

import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from garmin_fit_sdk import Encoder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.files.checksum import fit_checksum
from connectors.files.decoded import Skipped
from connectors.files.fast import _parsed, read_fast
from connectors.files.fit import Reading, read_slowly
from connectors.files.plain import _is_as_profiled, file_type, is_plain
from connectors.files.sessions import activities_in, decode_fit
from connectors.files.timestamps import COMPRESSED
from planning.activity import Streams
from planning.fitness.observation import derive
from tests.connectors.files.made import NUMBERS, START, even_records, fit_file
from tests.connectors.files.test_devices import FILES, needs_files, stem
from tests.sizes import FIXED, examples

ZONE = ZoneInfo("Europe/Paris")
pytest.importorskip("fitfast")


def told(reading):
    return activities_in(reading, source="files", external_id="x")


def same(first, second):
    """Bit for bit, NaN where there is NaN."""
    assert type(first) is type(second)
    assert first.problem == second.problem
    assert [one.record for one in first.recorded] == [one.record for one in second.recorded]
    for one, other in zip(first.recorded, second.recorded, strict=True):
        if one.streams is None or other.streams is None:
            assert one.streams is other.streams
            continue
        for name in Streams.__slots__:
            mine, theirs = getattr(one.streams, name), getattr(other.streams, name)
            assert (mine is None) == (theirs is None), name
            if mine is not None:
                assert mine.dtype == theirs.dtype
                np.testing.assert_array_equal(mine, theirs, err_msg=name)
        assert derive(one.record, one.streams, zone=ZONE) == derive(
            other.record, other.streams, zone=ZONE
        )


def is_read_fast_and_the_same(content):
    messages = read_fast(content)
    if messages is None:
        return False
    same(told(Reading(messages, ())), told(read_slowly(content)))
    return True


@needs_files
@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".fit"], ids=stem)
def test_files_as_devices_wrote_them(path):
    is_read_fast_and_the_same(path.read_bytes())


@needs_files
def test_most_single_recordings_are_read_fast():
    """The others are damaged, of many sports, packed, or no recording."""
    fast = [stem(p) for p in FILES if p.suffix == ".fit" and read_fast(p.read_bytes())]
    assert {"activity-small-fenix2-run", "sample-activity", "garmin-fenix-5-walk"} <= {*fast}
    assert len(fast) >= 10


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"sub_sport": "treadmill", "total_ascent": 30},
        {"heart_rate": 255},
        {"sport": "cycling", "utc_offset_s": 7200},
        {"session": False},
        {"before": [{"mesg_num": NUMBERS["WORKOUT"], "wkt_name": "5 x 1 km [goalward:ab-1]"}]},
        {"before": [{"mesg_num": NUMBERS["SPORT"], "sport": "running", "sub_sport": "trail"}]},
        {"total_elapsed_time": 700.0, "avg_heart_rate": 150, "max_heart_rate": 171},
    ],
)
def test_files_of_the_sdks_own_encoder(how):
    is_fast = is_read_fast_and_the_same(fit_file(seconds=300, **how))
    assert is_fast == how.get("session", True)


def test_what_is_not_plain_is_left_to_the_sdk():
    whole = fit_file(seconds=60)
    assert read_fast(whole)
    assert read_fast(whole[:-40]) is None
    assert read_fast(whole[:-1] + bytes([whole[-1] ^ 1])) is None
    assert read_fast(whole + whole) is None
    assert read_fast(b"") is None
    buffered = {"mesg_num": NUMBERS["HR"], "timestamp": START, "filtered_bpm": [150]}
    assert read_fast(fit_file(seconds=60, before=[buffered])) is None
    leg = {"timestamp": START + timedelta(seconds=90), "start_time": START, "sport": "running"}
    assert read_fast(fit_file(seconds=60, extra_session=[leg])) is None


def resealed(content):
    """With a checksum that fits, so that only the content can tell that something is wrong."""
    body = bytes(content[:-2])
    return body + fit_checksum(body).to_bytes(2, "little")


def compressed(content, chance):
    """Some headers of data messages turned into compressed ones."""
    made = bytearray(content)
    for _ in range(3):
        place = chance.randrange(14, len(made) - 2)
        made[place] |= COMPRESSED
    return resealed(made)


def flipped(content, chance):
    made = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        made[chance.randrange(14, len(made) - 2)] = chance.randrange(256)
    return resealed(made)


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def spoilt_checksum(content, chance):
    return content[:-1] + bytes([content[-1] ^ (1 + chance.randrange(255))])


WHOLE = fit_file(seconds=20, utc_offset_s=7200, total_ascent=12)


@pytest.mark.parametrize("chance", [52, 81, 212, 391, 562, 617, 1151, 2772])
def test_files_on_which_the_two_were_found_to_differ(chance):
    """Types that are none, lists where numbers belong, and one on which the fast reader panics."""
    is_read_fast_and_the_same(flipped(WHOLE, random.Random(chance)))


def test_a_panic_of_the_fast_reader_is_no_end_of_ours():
    assert _parsed(flipped(WHOLE, random.Random(391))) == {}


def test_compressed_timestamps_are_left_to_the_sdk():
    assert is_plain(WHOLE)
    tail = bytes([COMPRESSED | 1 << 5])
    size = (int.from_bytes(WHOLE[4:8], "little") + len(tail)).to_bytes(4, "little")
    assert not is_plain(WHOLE[:4] + size + WHOLE[8:-2] + tail + WHOLE[-2:])


@pytest.mark.parametrize(
    ("message", "fields", "is_plain"),
    [
        (20, [(253, 4, 0x86), (5, 4, 0x86)], True),
        (20, [(253, 4, 0x86), (8, 3, 0x0D)], False),  # speed and distance packed into one
        (20, [(253, 4, 0x86), (6, 2, 0x84), (73, 4, 0x86)], False),  # speed, twice
        (20, [(2, 2, 0x84), (78, 4, 0x86)], False),  # altitude, twice
        (20, [(5, 2, 0x84)], False),  # a distance of two bytes
        (20, [(5, 8, 0x86)], False),  # two distances
        (20, [(5, 4, 0x86), (5, 4, 0x86)], False),
        (20, [(200, 1, 0x42)], False),  # a type that is none
        (20, [(200, 7, 0x0D)], True),
        (20, [(200, 0, 0x0D)], False),  # a field of no bytes, over which the SDK stumbles
        (20, [(200, 8, 0x86)], True),
        (20, [(200, 7, 0x86)], False),  # a value and three quarters
        (132, [(253, 4, 0x86)], False),  # buffered heart rate
        (101, [(253, 4, 0x86)], False),
        (26, [(8, 16, 0x07)], True),
    ],
)
def test_definitions(message, fields, is_plain):
    assert _is_as_profiled(message, bytes(b for field in fields for b in field)) == is_plain


@settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
@given(st.sampled_from(["settings", "monitoring_b", "activity"]), st.integers(0, 2**32 - 1))
@example("activity", 203_991)  # several products where there is one
def test_what_a_file_says_it_is_is_what_a_whole_reading_finds(kind, chance):
    content = flipped(fit_file(seconds=3, file_type=kind), random.Random(chance))
    quick = decode_fit(content, source="files", external_id="x")
    whole = told(read_slowly(content))
    if file_type(content) not in {None, 4, 255} and isinstance(whole, Skipped):
        assert quick == whole
    elif file_type(content) in {None, 4, 255}:
        assert type(quick) is type(whole)


def named(field, *, workout=b"Easy"):
    """A run with a developer field of that name, that says 7 at each second."""
    described = {
        "mesg_num": NUMBERS["FIELD_DESCRIPTION"],
        "developer_data_index": 0,
        "field_definition_number": 0,
        "fit_base_type_id": 132,
        "field_name": field,
        "units": "x",
    }
    told = {"mesg_num": NUMBERS["DEVELOPER_DATA_ID"], "application_id": [1] * 16}
    encoder = Encoder()
    encoder.add_developer_field(0, told | {"developer_data_index": 0}, described)
    encoder.write_mesg({"mesg_num": NUMBERS["FILE_ID"], "type": "activity"})
    encoder.write_mesg(told | {"developer_data_index": 0})
    encoder.write_mesg(described)
    for record in even_records(60, 3.0, 150, START):
        encoder.write_mesg({"mesg_num": NUMBERS["RECORD"], **record, "developer_fields": {0: 7}})
    end = START + timedelta(seconds=60)
    session = {"start_time": START, "timestamp": end, "total_elapsed_time": 60.0}
    encoder.write_mesg({"mesg_num": NUMBERS["WORKOUT"], "wkt_name": "Easy"})
    encoder.write_mesg({"mesg_num": NUMBERS["SESSION"], **session, "sport": "running"})
    return resealed(encoder.close().replace(b"Easy", workout))


@pytest.mark.parametrize(
    ("field", "is_fast"), [("form power", True), ("distance", False), ("speed", False)]
)
def test_a_developer_field_with_the_name_of_one_of_ours(field, is_fast):
    content = named(field)
    assert is_read_fast_and_the_same(content) == is_fast
    (one,) = told(read_slowly(content)).recorded
    assert one.streams.distance_m[-1] == 180.0


@pytest.mark.parametrize("before", [bytes((1, 16, 0x0D, 3)), bytes((0,))])
def test_a_developer_without_a_number_is_left_to_the_sdk_that_gives_the_file_up(before):
    """In the definition of the developer, and in that of its field."""
    whole = named("form power")
    place = whole.find(before + bytes((1, 2)), 14) + len(before) - 1
    without = resealed(whole[:place] + bytes((99,)) + whole[place + 1 :])
    assert read_slowly(without).problems == ("damaged: 'developer_data_index'",)
    assert read_fast(without) is None


def test_a_name_that_is_no_text_is_left_to_the_sdk():
    content = named("form power", workout=b"Ea\xffy")
    assert read_fast(content) is None
    (one,) = told(read_slowly(content)).recorded
    assert one.record.name == "Eay"


@settings(deadline=None, derandomize=FIXED, max_examples=examples(300))
@given(st.sampled_from([compressed, flipped, cut, spoilt_checksum]), st.integers(0, 2**32 - 1))
def test_spoilt_files(how, chance):
    content = how(WHOLE, random.Random(chance))
    messages = read_fast(content)
    if messages is not None:
        same(told(Reading(messages, ())), told(read_slowly(content)))
