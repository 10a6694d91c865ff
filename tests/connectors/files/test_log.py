import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.files.decoded import Imported, Refused, Skipped
from connectors.files.log import read_log
from connectors.ports import OriginalFile
from planning.activity import RecordKind, Sport, Surface

MONDAY = date(2021, 1, 4)
RUNS = Path(__file__).parents[4] / "shared" / "data" / "runs" / "runs.csv"
HEADER = "athlete,day,month,dow,hour,distance_m,moving_s,elapsed_s,avg_hr,elev_gain_m,kind,name_says_race,suspect\n"


def read(text, **told):
    content = text if isinstance(text, bytes) else text.encode()
    return read_log(OriginalFile("log.csv", content), **told)


def records(text, **told):
    result = read(text, **told)
    assert isinstance(result, Imported), result
    return [one.record for one in result.recorded]


def only(text, **told):
    (record,) = records(text, **told)
    return record


def test_a_line_with_a_day_number():
    record = only(HEADER + "1,9,3,5,8,5784,1891,1895,169.0,5,treadmill,0,0\n", day_zero=MONDAY)
    assert record.kind is RecordKind.LOG
    assert record.start_at == datetime(2021, 1, 13, 8, tzinfo=UTC)
    assert record.start_hidden
    assert record.local_day(UTC) == date(2021, 1, 13)
    assert (record.distance_m, record.moving_time_s, record.elapsed_time_s) == (5784, 1891, 1895)
    assert (record.average_heart_rate_bpm, record.climb_m) == (169, 5)
    assert (record.sport, record.surface, record.is_race) == (Sport.RUN, Surface.TREADMILL, False)


def test_a_race_by_its_name():
    assert only(HEADER + "1,9,3,5,8,42743,15734,,178,,run,1,0\n", day_zero=MONDAY).is_race


def test_the_opinion_that_a_row_is_suspect_is_not_read():
    rows = "1,9,3,5,8,5784,1891,1895,169,5,run,0,{}\n"
    assert records(HEADER + rows.format(0), day_zero=MONDAY) == records(
        HEADER + rows.format(1), day_zero=MONDAY
    )


def test_what_a_log_does_not_say_stays_unknown():
    record = only("date,distance_km,duration\n2026-05-03,10,52:30\n")
    assert (record.distance_m, record.moving_time_s) == (10_000, 3150)
    assert record.elapsed_time_s is None
    assert record.average_heart_rate_bpm is None
    assert record.climb_m is None


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("date,distance_m,moving_s", "2026-05-03,10000,3150"),
        ("Date,Distance (km),Time", "2026-05-03,10,52:30"),
        ("Date;Distance;Duration", "03.05.2026;10,0;0:52:30"),
        ("day,km,duration", "2026-05-03,10.0,52:30"),
        ("start_date,distance,moving_time", "2026-05-03,10000,3150"),
        ("DATE,distance,minutes", "2026/05/03,10,52.5"),
        ("date\tdistance_mi\ttime_min", "2026-05-03\t6.2137119\t52.5"),
        ("date,distance,time", "2026-05-03,10,52.5"),
        ("day,time,distance,duration", "2026-05-03,06:30,10,52:30"),
    ],
)
def test_columns_in_many_spellings(header, row):
    record = only(f"{header}\n{row}\n")
    assert record.distance_m == pytest.approx(10_000, abs=0.1)
    assert record.moving_time_s == pytest.approx(3150)
    assert record.local_day(UTC) == date(2026, 5, 3)


def test_miles_are_not_metres():
    assert only("date,miles,time\n2026-05-03,26.2,3:30:00\n").distance_m == pytest.approx(
        42164.8, abs=1
    )


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        (("03/04/2026", "25/04/2026"), date(2026, 4, 3)),
        (("03/04/2026", "04/25/2026"), date(2026, 3, 4)),
    ],
)
def test_the_log_itself_shows_the_order_of_day_and_month(rows, day):
    text = "date,km,time\n" + "".join(f"{row},10,50:00\n" for row in rows)
    assert records(text)[0].local_day(UTC) == day


def test_dates_that_can_be_read_two_ways_are_refused():
    result = read("date,km,time\n03/04/2026,10,50:00\n")
    assert isinstance(result, Refused)
    assert "2021-04-03" in result.reason


def test_an_instant_with_an_offset_is_not_hidden():
    record = only("date,km,time\n2026-05-03T07:30:00+02:00,10,50:00\n")
    assert record.start_at == datetime(2026, 5, 3, 5, 30, tzinfo=UTC)
    assert (record.utc_offset_s, record.start_hidden) == (7200, False)


def test_a_wall_clock_keeps_the_day_it_was():
    record = only("date,km,time\n2026-05-03 23:59:00,10,50:00\n")
    assert record.start_hidden
    assert record.local_day(UTC) == date(2026, 5, 3)


@pytest.mark.parametrize(
    ("kind", "sport", "surface"),
    [
        ("run", Sport.RUN, Surface.ROAD),
        ("trail", Sport.RUN, Surface.TRAIL),
        ("Trail Run", Sport.RUN, Surface.TRAIL),
        ("treadmill", Sport.RUN, Surface.TREADMILL),
        ("tempo", Sport.RUN, Surface.ROAD),
        ("", Sport.RUN, Surface.ROAD),
        ("Ride", Sport.RIDE, Surface.ROAD),
        ("Hike", Sport.WALK, Surface.ROAD),
    ],
)
def test_kinds(kind, sport, surface):
    record = only(f"date,km,time,kind\n2026-05-03,10,50:00,{kind}\n")
    assert (record.sport, record.surface) == (sport, surface)


def test_a_line_that_cannot_be_used_is_named_and_the_others_are_read():
    text = "date,distance_m,moving_s\n2026-05-03,10000,3000\n2026-05-04,far,3000\n2026-05-05,,\n2026-02-30,1,1\n2026-05-06,-5,3000\n2026-05-07,5000,1e99\n2026-05-08,5000,1500\n"
    result = read(text)
    assert len(result.recorded) == 2
    assert [p.partition(":")[0] for p in result.problems] == [f"line {n}" for n in (3, 4, 5, 6, 7)]
    assert "'far'" in result.problems[0]


def test_line_numbers_count_lines_of_the_file():
    text = 'date,km,time,name\n2026-05-03,10,50:00,"two\nlines"\n\n2026-05-04,x,50:00,\n'
    assert read(text).problems[0].startswith("line 5")


def test_an_impossible_heart_rate_costs_only_itself():
    record = only("date,km,time,hr\n2026-05-03,10,50:00,999\n")
    assert record.average_heart_rate_bpm is None


def test_a_log_of_many_needs_to_be_told_whose():
    text = HEADER + "1,9,3,5,8,5784,1891,1895,,,run,0,0\n2,9,3,5,8,5784,1891,1895,,,run,0,0\n"
    result = read(text, day_zero=MONDAY)
    assert isinstance(result, Refused)
    assert "--where athlete=1" in result.reason
    assert len(records(text, day_zero=MONDAY, where={"athlete": "2"})) == 1


def test_day_numbers_need_a_day_zero():
    result = read(HEADER + "1,9,3,5,8,5784,1891,1895,,,run,0,0\n")
    assert isinstance(result, Refused)
    assert "--day-zero" in result.reason


def test_a_filter_that_matches_nothing_is_told():
    text = HEADER + "1,9,3,5,8,5784,1891,1895,,,run,0,0\n"
    assert read(text, where={"athlete": "7"}) == Skipped("no line has athlete=7")
    assert read(text, where={"runner": "7"}) == Refused("it has no column runner")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "a,b,c\n1,2,3\n",
        "date,distance\n",
        "file,source,licence\nx,y,z\n",
        "date,price\n2026-05-03,9.99\n",
    ],
)
def test_what_is_no_log_of_runs_is_skipped(text):
    assert isinstance(read(text), Skipped)


def test_the_index_of_an_export_is_not_read_beside_its_files():
    text = "Activity ID,Activity Date,Activity Type,Elapsed Time,Distance,Filename\n1,2026-05-03,Run,3000,10,a.fit\n"
    assert "account export" in read(text).reason


def test_a_longer_log_adds_only_what_is_new():
    rows = [f"2026-05-{day:02},10,50:00" for day in range(1, 20)]
    rows.insert(3, rows[3])  # the same run twice on one day is two runs
    before = [r.external_id for r in records("\n".join(["date,km,time", *rows[:12]]))]
    after = [r.external_id for r in records("\n".join(["date,km,time", *rows]))]
    assert after[: len(before)] == before
    assert len(set(after)) == len(rows)


def test_the_order_of_columns_and_a_corrected_heart_rate_do_not_make_another_run():
    one = only("date,km,time,hr\n2026-05-03,10,50:00,150\n")
    other = only("hr,time,km,date\n151,50:00,10,2026-05-03\n")
    assert one.external_id == other.external_id


def test_latin_letters_of_old_files_are_read():
    assert (
        only("date,km,time,name\n2026-05-03,10,50:00,Zürich\n".encode("latin-1")).name == "Zürich"
    )


@pytest.mark.skipif(not RUNS.exists(), reason="no logs of runs beside the repository")
def test_logs_of_many_years():
    content = RUNS.read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    for athlete in sorted({row["athlete"] for row in rows}):
        own = [row for row in rows if row["athlete"] == athlete]
        result = read(content, day_zero=MONDAY, where={"athlete": athlete})
        assert len(result.recorded) + len(result.problems) == len(own)
        assert len({one.record.external_id for one in result.recorded}) == len(result.recorded)
        if not result.problems:
            assert [one.record.distance_m or 0 for one in result.recorded] == [
                float(row["distance_m"]) for row in own
            ]
