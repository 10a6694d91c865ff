from datetime import timedelta

import pytest

from connectors.files.decode import decode
from connectors.files.decoded import Imported, Refused, Skipped
from connectors.ports import OriginalFile
from planning.activity import RecordKind, Sport
from tests.connectors.files.made import START, tcx_file


def decoded(content):
    return decode(OriginalFile("run.tcx", content))


def test_laps_add_up():
    (one,) = decoded(tcx_file(laps=((600.0, 1800.0), (300.0, 1200.0)))).recorded
    record = one.record
    assert (record.kind, record.sport) == (RecordKind.EXCHANGE_FILE, Sport.RUN)
    assert record.start_at == START
    assert (record.distance_m, record.moving_time_s, record.elapsed_time_s) == (
        3000.0,
        900.0,
        900.0,
    )
    assert record.average_heart_rate_bpm == 150
    assert one.streams.distance_m[-1] == 3000


def test_a_pause_between_laps_is_elapsed_and_not_moving():
    content = tcx_file(laps=((600.0, 1800.0),)).decode()
    second = tcx_file(laps=((300.0, 900.0),), start=START + timedelta(seconds=900)).decode()
    lap = second[second.index("<Lap") : second.index("</Lap>") + 6]
    (one,) = decoded(content.replace("</Activity>", f"{lap}</Activity>").encode()).recorded
    assert (one.record.moving_time_s, one.record.elapsed_time_s) == (900.0, 1200.0)


def test_each_activity_of_a_file_is_one():
    first = tcx_file().decode()
    activity = first[first.index("<Activity ") : first.index("</Activities>")]
    result = decoded(
        first.replace(activity, activity + activity.replace("Running", "Biking")).encode()
    )
    assert [one.record.sport for one in result.recorded] == [Sport.RUN, Sport.RIDE]
    ids = [one.record.external_id for one in result.recorded]
    assert ids[1] == f"{ids[0]}-1"


def test_a_file_that_breaks_off_keeps_what_was_read():
    content = tcx_file(points_each=100)
    result = decoded(content[: len(content) * 2 // 3])
    assert isinstance(result, Imported)
    assert result.problem.startswith("damaged")
    assert 0 < result.recorded[0].streams.distance_m[-1] < 1800


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(declared, encoding):
    text = tcx_file().decode().replace("?>", f"?>{declared}", 1).replace("UTF-8", encoding)
    result = decoded(text.encode(encoding))
    assert isinstance(result, Refused)
    assert "entities" in result.reason


def test_utf_16_is_read():
    text = tcx_file().decode().replace("UTF-8", "UTF-16")
    assert isinstance(decoded(text.encode("utf-16")), Imported)


@pytest.mark.parametrize("huge", ["1e308", "NaN", "-inf", "9" * 400, "zwölf", ""])
def test_numbers_beyond_measure_are_missing_ones(huge):
    text = (
        tcx_file(points_each=3)
        .decode()
        .replace("<DistanceMeters>1800.0<", f"<DistanceMeters>{huge}<")
    )
    (one,) = decoded(text.encode()).recorded
    assert one.record.distance_m in {None, 900.0}


def test_years_beyond_the_calendar_are_missing_ones():
    text = tcx_file().decode().replace("2026-05-03", "0001-01-01").replace("Z<", "+14:00<")
    assert not isinstance(decoded(text.encode()), Skipped)


def test_a_course_is_skipped():
    content = (
        b'<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        b"<Courses><Course><Name>Loop</Name></Course></Courses></TrainingCenterDatabase>"
    )
    assert decoded(content) == Skipped("not a recording: a course")


def test_no_xml_is_refused():
    assert isinstance(decoded(b"<Training"), Refused)
