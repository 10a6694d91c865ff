"""A folder of workout files as a calendar: ours and the athlete's, crashes, drives that go."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import check_connector, check_unreachable, check_workout_calendar
from connectors.errors import Refused, Unavailable
from connectors.ports import Link
from connectors.tokens import MemoryTokens
from connectors.workout_files import CONNECTOR
from connectors.workout_files.calendar import LARGEST_BYTES
from connectors.workout_files.fit import read, written
from connectors.workout_files.names import SIGN, UNFINISHED, day_of, in_bytes, names_for
from connectors.workout_files.sign_in import NOTICE
from planning.workout import Target, TargetType, digest
from tests.connectors.files.made import fit_file
from tests.connectors.garmin.sessions import WARMUP, planned, sessions
from tests.connectors.linked import NOW, TODAY
from tests.sizes import FIXED, examples

MANY = settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
FIRST, LAST = TODAY - timedelta(days=1), TODAY + timedelta(days=13)
NOBODY = frozenset()
CREATED_S = 1_164_000_000
NAME = "2026-11-25 5 x 1 km.fit"


@pytest.fixture
def folder(tmp_path):
    """With what the athlete has in it."""
    place = tmp_path / "watch"
    place.mkdir()
    (place / "2026-11-26 Track with Anna.fit").write_bytes(b"hers")
    (place / "run.fit").write_bytes(fit_file(seconds=30))
    (place / "notes.txt").write_text("[goalward:g1-w40-quality]")
    CONNECTOR.sign_in({}, {"folder": str(place)}, NOW)
    return place


def calendar_of(folder, now=NOW):
    with CONNECTOR.open(Link({"workout_folder": str(folder)}, MemoryTokens({})), now) as use:
        return use.calendar


@pytest.fixture
def calendar(folder):
    return calendar_of(folder)


def shown(calendar, known=NOBODY):
    return list(calendar.entries(FIRST, LAST, frozenset(known)))


def contents(folder, *, but=()):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in but}


def test_the_contract_is_kept(folder, calendar):
    check_connector(CONNECTOR)
    before = contents(folder)
    one, other = planned(), planned("g1-w41-long", days=10, name="6 x 1 km", times=6, note="")
    check_workout_calendar(calendar, first=TODAY, workouts=(one, other))
    assert contents(folder) == before


def test_what_is_created_is_what_was_planned(folder, calendar):
    before, session = contents(folder), planned()
    seen = calendar.create(session)
    assert (seen.remote_id, seen.ident, seen.day, seen.name) == (
        NAME,
        session.ident,
        session.day,
        "5 x 1 km",
    )
    assert seen.digest == digest(session)
    assert contents(folder, but={NAME}) == before
    assert calendar.foreign(FIRST, LAST) == ["2026-11-26 Track with Anna", "run"]
    assert calendar.foreign(LAST, LAST) == ["run"]


def test_a_replaced_file_moves_and_stays_one_for_the_watch(folder, calendar):
    made = calendar.create(planned())
    created_s = read((folder / NAME).read_bytes()).created_s
    session = planned(days=5, name="3 x 1 km", times=3)
    seen = calendar_of(folder, NOW + timedelta(days=1)).replace(made.remote_id, session)
    assert seen.remote_id == "2026-11-28 3 x 1 km.fit"
    assert seen.digest == digest(session) != made.digest
    assert shown(calendar) == [replace(seen, direct=False)]
    assert read((folder / seen.remote_id).read_bytes()).created_s == created_s


def test_a_name_that_is_taken_is_left_to_who_has_it(folder, calendar):
    (folder / NAME).write_bytes(b"mine")
    (folder / "2026-11-25 5 x 1 km (2).fit").symlink_to(folder / "nowhere")
    seen = calendar.create(planned())
    assert seen.remote_id == "2026-11-25 5 x 1 km (3).fit"
    moved = calendar.replace(seen.remote_id, planned(days=9))
    (folder / "2026-11-26 Easy.fit").write_bytes(b"mine")
    back = calendar.replace(moved.remote_id, planned(days=3, name="Easy"))
    assert back.remote_id == "2026-11-26 Easy (2).fit"
    assert (folder / NAME).read_bytes() == (folder / "2026-11-26 Easy.fit").read_bytes() == b"mine"


def test_the_athletes_hand_is_seen(folder, calendar):
    made = calendar.create(planned())
    moved = "2026-11-27 5 x 1 km.fit"
    (folder / NAME).rename(folder / moved)
    assert calendar.read(made.remote_id) is None
    (seen,) = shown(calendar)
    assert (seen.remote_id, seen.ident, seen.day) == (moved, made.ident, TODAY + timedelta(days=4))
    (folder / moved).rename(folder / "later.fit")
    assert [entry.day for entry in shown(calendar)] == [None]
    content = written(planned(times=4), created_s=CREATED_S)
    (folder / "later.fit").rename(folder / NAME)
    (folder / NAME).write_bytes(content)
    (edited,) = shown(calendar)
    assert edited.etag != made.etag
    assert calendar.read(NAME).digest not in {made.digest, None}
    (folder / NAME).unlink()
    assert shown(calendar) == []


def test_a_title_that_the_athlete_chose_stays_while_day_and_session_do(folder, calendar):
    calendar.create(planned())
    theirs = "2026-11-25 with Anna.fit"
    (folder / NAME).rename(folder / theirs)
    assert calendar.replace(theirs, planned(times=4)).remote_id == theirs
    renamed = calendar.replace(theirs, planned(times=4, name="4 x 1 km")).remote_id
    assert renamed == "2026-11-25 4 x 1 km.fit"
    (folder / renamed).rename(folder / theirs)
    seen = calendar.replace(theirs, planned(days=3))
    assert seen.remote_id == "2026-11-26 5 x 1 km.fit"


def test_what_is_known_is_shown_without_a_marker_and_damaged_too(folder, calendar):
    made = calendar.create(planned())
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:-9])
    fresh = calendar_of(folder)
    assert shown(fresh) == []
    (entry,) = shown(fresh, {NAME})
    assert (entry.remote_id, entry.ident, entry.day) == (NAME, None, made.day)
    assert fresh.read(NAME).digest not in {made.digest, None}
    assert fresh.replace(NAME, planned()).digest == made.digest


def test_what_is_not_ours_is_left_alone(folder, calendar, tmp_path):
    recording = fit_file(seconds=30) + b"[goalward:g1-w40-quality]"
    (folder / "recorded.fit").write_bytes(recording)
    large = written(planned(), created_s=CREATED_S) + bytes(LARGEST_BYTES)
    (folder / "large.fit").write_bytes(large)
    (tmp_path / "kept").write_bytes(written(planned(), created_s=CREATED_S))
    (folder / "linked.FIT").symlink_to(tmp_path / "kept")
    before = contents(folder)
    assert shown(calendar) == []
    for name in ("2026-11-26 Track with Anna.fit", "run.fit", "recorded.fit", "large.fit"):
        with pytest.raises(Refused, match="not ours"):
            calendar.replace(name, planned())
        with pytest.raises(Refused, match="not ours"):
            calendar.delete(name)
    for name in ("../watch/run.fit", "/etc/passwd", "..", "."):
        for call in (calendar.read, calendar.delete, lambda n: calendar.replace(n, planned())):
            with pytest.raises((Refused, Unavailable)):
                call(name)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "lost", [Target(TargetType.PACE), Target(TargetType.HEART_RATE, 0.0, 0.0)], ids=str
)
def test_what_a_file_cannot_hold_is_refused_and_nothing_is_written(folder, calendar, lost):
    session = planned()
    workout = replace(session.workout, steps=(replace(WARMUP, target=lost),))
    before = contents(folder)
    with pytest.raises(Refused, match="step 1"):
        calendar.create(replace(session, workout=workout))
    assert contents(folder) == before


def test_a_file_that_vanished_meanwhile_is_looked_for_again(calendar):
    with pytest.raises(Unavailable, match="look again") as caught:
        calendar.replace(NAME, planned())
    assert caught.value.applied is False


def test_a_crash_between_name_and_content_leaves_one_file_of_the_session(folder, calendar):
    """No content can be put while something that is no file has the place of the unfinished one."""
    made = calendar.create(planned())
    (folder / UNFINISHED).mkdir()
    with pytest.raises(Unavailable) as caught:
        calendar.replace(made.remote_id, planned(days=4, times=3))
    assert caught.value.applied is None
    (seen,) = shown(calendar)
    assert (seen.ident, seen.day) == (made.ident, TODAY + timedelta(days=4))
    (folder / UNFINISHED).rmdir()
    done = calendar.replace(seen.remote_id, planned(days=4, times=3))
    assert done.digest == digest(planned(days=4, times=3))
    assert [entry.remote_id for entry in shown(calendar)] == [done.remote_id]


def test_what_a_crash_left_unfinished_is_nobodys_entry(folder, calendar):
    (folder / UNFINISHED).write_bytes(written(planned(), created_s=CREATED_S)[:99])
    assert shown(calendar) == []
    calendar.create(planned())
    assert not (folder / UNFINISHED).exists()


@pytest.mark.parametrize("gone", ["the folder", "its sign"])
def test_an_empty_mount_point_is_no_folder_that_was_emptied(folder, calendar, gone):
    if gone == "the folder":
        shutil.rmtree(folder)
    else:
        (folder / SIGN).unlink()
    check_unreachable(lambda: calendar_of(folder))
    for call in (
        lambda: shown(calendar),
        lambda: calendar.read(NAME),
        lambda: calendar.create(planned()),
        lambda: calendar.replace(NAME, planned()),
        lambda: calendar.delete(NAME),
        lambda: calendar.foreign(FIRST, LAST),
    ):
        with pytest.raises(Unavailable, match="connect workout-files") as caught:
            call()
        assert caught.value.applied is False


def test_a_folder_that_cannot_be_written_is_told(folder, calendar):
    """A directory in the way of a file stops whoever writes, root as well."""
    (folder / UNFINISHED).mkdir()
    with pytest.raises(Unavailable, match="cannot be used"):
        calendar.create(planned())
    assert shown(calendar) == []
    (folder / SIGN).unlink()
    (folder / SIGN).mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        CONNECTOR.sign_in({}, {"folder": str(folder)}, NOW)


# --- connecting -----------------------------------------------------------------------------------


def test_a_folder_is_tried_before_it_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watch").mkdir()
    signed = CONNECTOR.sign_in({}, {"folder": "watch"}, NOW)
    place = str(tmp_path / "watch")
    assert (signed.athlete_id, signed.settings) == (place, {"workout_folder": place})
    assert signed.notice == NOTICE
    assert (tmp_path / "watch" / SIGN).is_file()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", "which one"),
        ("  ", "which one"),
        ("nowhere", "is no folder"),
        ("NewFiles", "takes the"),
    ],
)
def test_what_is_no_folder_for_workouts(tmp_path, answer, says):
    (tmp_path / "NewFiles").mkdir()
    told = str(tmp_path / answer) if answer.strip() else answer
    with pytest.raises(Refused, match=says):
        CONNECTOR.sign_in({}, {"folder": told}, NOW)
    assert not (tmp_path / "NewFiles" / SIGN).exists()


# --- names and days -------------------------------------------------------------------------------


@given(sessions(), st.text(max_size=300))
@MANY
def test_names_sort_by_day_and_suit_any_file_system(session, name):
    session = replace(session, workout=replace(session.workout, name=name))
    one, second = (told for told, _ in zip(names_for(session), "ab", strict=False))
    assert one != second
    assert one.startswith(session.day.isoformat())
    assert {day_of(one), day_of(second)} == {session.day}
    assert in_bytes(second) < 230
    assert one.removesuffix(".fit")[-1] not in ". "
    assert not set(one) & set('<>:"/\\|?*\0\n')


def test_a_name_with_a_slash_reads_well():
    assert next(names_for(planned(name="20/40 s. "))) == "2026-11-25 20-40 s.fit"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (NAME, date(2026, 11, 25)),
        ("2028-02-29 Easy.fit", date(2028, 2, 29)),
        ("2026-12-31.fit", date(2026, 12, 31)),
        ("2027-02-29 Easy.fit", None),
        ("2026-11-251 x.fit", None),
        ("Easy 2026-11-25.fit", None),
        ("٢٠٢٦-١١-٢٥ x.fit", None),
    ],
)
def test_the_day_of_a_name(name, day):
    assert day_of(name) == day


@pytest.mark.parametrize(
    "day",
    [date(2027, 2, 28), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 28)],
)
@pytest.mark.parametrize("hour", [0, 11, 23])
def test_a_day_is_the_athletes_whatever_the_machines_time(folder, day, hour):
    """Only its name says the day, so no zone and no change of clocks can move it."""
    calendar = calendar_of(folder, datetime(2026, 12, 31, hour, 59, tzinfo=UTC))
    seen = calendar.create(replace(planned(), day=day))
    assert seen.day == day
    assert seen.remote_id.startswith(day.isoformat())
    assert [entry.day for entry in calendar.entries(day, day, NOBODY)] == [day]
    assert list(calendar.entries(day + timedelta(days=1), day + timedelta(days=9), NOBODY)) == []
