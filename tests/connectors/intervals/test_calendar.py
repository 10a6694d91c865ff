"""The calendar of intervals.icu over HTTP, by the real client, against the simulation."""

from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from connectors.contract import check_unreachable, check_workout_calendar
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.intervals import CONNECTOR
from connectors.intervals.calendar import IntervalsCalendar
from connectors.intervals.client import Client
from connectors.intervals.workouts import render
from connectors.ports import Link
from connectors.tokens import MemoryTokens
from planning.workout import digest
from tests.connectors.garmin.sessions import planned
from tests.connectors.linked import NOW, TODAY, count

FIRST, LAST = TODAY - timedelta(days=1), TODAY + timedelta(days=13)
NOBODY = frozenset()
OWN = {"category": "WORKOUT", "type": "Run", "start_date_local": "2026-11-26T00:00:00"}


@pytest.fixture
def athlete(control, link):
    """The athlete's own hand on the calendar, by plain requests."""

    def ask(method, path="", json=None, **query):
        url = f"{control.intervals_url}/api/v1/athlete/0/events{path}"
        key = link.tokens.read()["api_key"]
        answer = requests.request(
            method, url, json=json, params=query, auth=("API_KEY", key), timeout=5
        )
        answer.raise_for_status()
        return answer.json()

    return ask


@pytest.fixture
def foreign(athlete):
    """What stands there of the athlete's own; gives what is left of it."""
    athlete("POST", json={**OWN, "name": "Club track night", "description": "- 20m Z3 HR"})
    athlete("POST", json={**OWN, "category": "NOTE", "name": "Parents visiting"})

    def there():
        rows = athlete("GET", oldest="2026-01-01", newest="2027-12-31")
        return [row for row in rows if "[goalward:" not in str(row.get("description"))]

    return there


def shown(calendar, known=NOBODY):
    return list(calendar.entries(FIRST, LAST, frozenset(known)))


def writes(control):
    asked = control.dump()["requests"]
    methods = tuple(f"intervals {name}" for name in ("POST", "PUT", "DELETE"))
    return sum(number for name, number in asked.items() if name.startswith(methods))


def fresh(link):
    return IntervalsCalendar(Client(link, lambda: NOW))


def test_the_contract_is_kept(calendar, foreign):
    before = foreign()
    one, other = planned(), planned("g1-w41-long", days=10, name="6 x 1 km", times=6, note="")
    check_workout_calendar(calendar, first=TODAY, workouts=(one, other))
    assert foreign() == before


@pytest.mark.parametrize("note", ["because", "My own words.\nOn two lines."])
def test_what_is_released_keeps_its_note(athlete, calendar, note):
    made = calendar.create(planned())
    path = f"/{made.remote_id}"
    before = athlete("GET", path)["description"]
    athlete("PUT", path, json={"description": before.replace("because", note)})
    calendar.release(made.remote_id)
    kept = athlete("GET", path)["description"]
    assert note in kept
    assert kept == before.replace("because", note).partition("[goalward:")[0].rstrip()


def test_what_was_released_and_moved_far_away_is_not_written_over(athlete, calendar):
    """intervals.icu knows what it is sent in bulk by our name for it, wherever that stands."""
    made = calendar.create(planned())
    calendar.release(made.remote_id)
    far = f"{TODAY + timedelta(days=300)}T00:00:00"
    athlete("PUT", f"/{made.remote_id}", json={"category": "WORKOUT", "start_date_local": far})
    assert calendar.create(planned()).remote_id != made.remote_id
    kept = athlete("GET", f"/{made.remote_id}")
    assert kept["start_date_local"] == far
    assert "goalward" not in kept["description"] + kept["external_id"]


def test_opening_asks_nothing(control, link):
    with CONNECTOR.open(link, NOW):
        pass
    assert count(control, "intervals") == 0


def test_what_is_created_is_what_was_planned(athlete, calendar, foreign):
    before, session = foreign(), planned()
    seen = calendar.create(session)
    assert (seen.ident, seen.day, seen.name) == (session.ident, session.day, "5 x 1 km")
    assert seen.digest == digest(session)
    event = athlete("GET", f"/{seen.remote_id}")
    assert event["start_date_local"] == f"{session.day}T00:00:00"
    assert event["workout_doc"]["steps"][1]["reps"] == 5
    assert foreign() == before
    assert list(calendar.foreign(FIRST, LAST)) == ["Club track night", "Parents visiting"]


def test_a_written_and_an_unchanged_calendar_cost_what_they_must(control, link):
    fresh(link).create(planned())
    assert writes(control) == 1
    assert count(control, "intervals") == 3  # what is there, the write, the reading back
    with CONNECTOR.open(link, NOW) as opened:
        assert len(shown(opened.calendar)) == 1
        assert opened.calendar.foreign(FIRST, LAST) == []
    assert count(control, "intervals") == 4
    assert writes(control) == 1


def test_created_twice_it_is_one_event(control, calendar):
    control.fault("intervals", "timeout_after", method="POST")
    with pytest.raises(Unavailable) as caught:
        calendar.create(planned())
    assert caught.value.applied is None
    seen = calendar.create(planned())
    assert [entry.remote_id for entry in shown(calendar)] == [seen.remote_id]


def test_what_stands_on_another_day_is_not_moved_by_a_creation(link, calendar):
    """As when a session that was missed is planned anew: past days are left alone."""
    old = calendar.create(planned(days=-1))
    moved = calendar.create(planned(days=3))
    back = calendar.replace(moved.remote_id, planned(days=-1))
    anew = fresh(link)
    anew.entries(TODAY, LAST, NOBODY)  # what stands on yesterday is not in sight
    again = anew.create(planned(days=3))
    assert len({old.remote_id, back.remote_id, again.remote_id}) == 3
    days = {entry.remote_id: entry.day for entry in shown(anew)}
    yesterday, later = TODAY - timedelta(days=1), TODAY + timedelta(days=3)
    assert days == {old.remote_id: yesterday, back.remote_id: yesterday, again.remote_id: later}


def test_a_copy_that_is_the_athletes_now_is_not_written_over(athlete, link, calendar):
    made = calendar.create(planned())
    athlete("PUT", f"/{made.remote_id}", {"description": "- 30m Z2 HR", "name": "Mine"})
    anew = fresh(link)
    assert shown(anew) == []
    second = anew.create(planned())
    assert second.remote_id != made.remote_id
    assert athlete("GET", f"/{made.remote_id}")["name"] == "Mine"


def test_replacing_keeps_the_id_and_moves_content_and_day(calendar):
    made = calendar.create(planned())
    session = planned(days=5, name="3 x 1 km", times=3)
    seen = calendar.replace(made.remote_id, session)
    assert (seen.remote_id, seen.digest) == (made.remote_id, digest(session))
    assert [(entry.ident, entry.day) for entry in shown(calendar)] == [(session.ident, session.day)]


def test_a_listing_and_a_read_tell_the_same_head(calendar):
    made = calendar.create(planned())
    (head,) = shown(calendar)
    read = calendar.read(made.remote_id)
    assert read == made
    assert head == replace(read, digest=None, direct=False)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Mine now"},
        {"type": "Ride"},
        {"start_date_local": "2026-11-28T00:00:00"},
        {"description": render(planned(times=4))["description"]},
        {"description": "[goalward:g1-w40-quality]"},
    ],
)
def test_the_athletes_hand_is_seen(athlete, calendar, change):
    made = calendar.create(planned())
    athlete("PUT", f"/{made.remote_id}", change)
    (head,) = shown(calendar)
    assert head.etag != made.etag
    read = calendar.read(made.remote_id)
    assert (read.day, read.digest) != (made.day, made.digest)
    athlete("DELETE", f"/{made.remote_id}")
    assert calendar.read(made.remote_id) is None


def test_an_event_without_marker_is_shown_by_its_known_id_only(athlete, link, calendar):
    made = calendar.create(planned())
    athlete("PUT", f"/{made.remote_id}", {"description": "- 10m Z1 HR"})
    assert shown(fresh(link)) == []
    (entry,) = shown(fresh(link), {made.remote_id})
    assert (entry.remote_id, entry.ident) == (made.remote_id, None)


@pytest.mark.parametrize("write", ["replace", "delete"])
def test_what_is_the_athletes_is_never_touched(athlete, calendar, foreign, write):
    before = foreign()
    remote_id = str(before[0]["id"])
    with pytest.raises(Refused, match="not ours"):
        calendar.delete(remote_id) if write == "delete" else calendar.replace(remote_id, planned())
    assert foreign() == before


def test_replacing_what_vanished_meanwhile_asks_for_another_look(athlete, calendar):
    made = calendar.create(planned())
    athlete("DELETE", f"/{made.remote_id}")
    with pytest.raises(Unavailable, match="look again") as caught:
        calendar.replace(made.remote_id, planned())
    assert caught.value.applied is False


class Misreading(Client):
    """A service that understands the first `times` texts it is sent as something else."""

    def __init__(self, link, change, times):
        super().__init__(link, lambda: NOW)
        self.change, self.times = change, times
        self.sent = 0

    def write(self, *args, **query):
        self.sent += 1
        return super().write(*args, **query)

    def json(self, path, **query):
        found = super().json(path, **query)
        if isinstance(found, dict) and self.sent <= self.times:
            self.change(found)
        return found


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda event: event.update(name="Lost"), "name"),
        (lambda event: event.update(description=""), "marker"),
        (lambda event: event.update(start_date_local="2026-11-26T00:00:00"), "day"),
        (lambda event: event["workout_doc"].update(steps=[{"duration": 60}]), "steps are left"),
    ],
)
def test_what_is_not_even_kept_in_words_is_refused(link, change, says):
    calendar = IntervalsCalendar(Misreading(link, change, 99))
    with pytest.raises(Refused, match="keeps '5 x 1 km' differently") as caught:
        calendar.create(planned())
    assert says in str(caught.value)


def test_a_key_that_may_not_write_is_told_and_the_runs_still_come(control, settings):
    token = control.post("intervals/token", scope="ACTIVITY:READ,CALENDAR:READ")["access_token"]
    with CONNECTOR.open(Link(settings, MemoryTokens({"access_token": token})), NOW) as opened:
        assert shown(opened.calendar) == []
        with pytest.raises(Refused, match="CALENDAR:WRITE"):
            opened.calendar.create(planned())
        assert opened.activities.changes(None).refs == ()


def test_an_old_key_wants_a_sign_in(control, calendar):
    control.post("intervals/key", renew=True)
    with pytest.raises(SignInNeeded):
        shown(calendar)


@pytest.mark.parametrize(
    ("fault", "kind", "applied"),
    [
        ({"status": 500}, Unavailable, None),
        ({"status": 429, "retry_after": 42}, RateLimited, ...),
        ({"kind": "timeout_before"}, Unavailable, None),
        ({"kind": "timeout_after"}, Unavailable, None),
        ({"status": 422}, Refused, ...),
        ({"status": 409}, Refused, ...),
    ],
)
def test_a_write_that_fails_says_whether_it_may_have_worked(
    control, calendar, fault, kind, applied
):
    control.fault("intervals", method="POST", **fault)
    with pytest.raises(kind) as caught:
        calendar.create(planned())
    assert getattr(caught.value, "applied", ...) is applied
    assert "does not give" not in str(caught.value)  # which is what a read is told
    assert writes(control) == 1  # never blindly repeated


def test_a_reading_back_that_fails_leaves_open_what_happened(control, calendar):
    shown(calendar)
    control.fault("intervals", method="GET", status=429, retry_after=42)
    with pytest.raises(Unavailable) as caught:
        calendar.create(planned())
    assert caught.value.applied is None
    assert writes(control) == 1


def test_part_of_a_listing_is_never_returned(control, calendar):
    calendar.create(planned())
    for odd in ({}, [{}], [{"id": 5}], [{"id": 5, "start_date_local": "soon"}], "no"):
        control.fault("intervals", method="GET", path_contains="/events", status=200, body=odd)
        with pytest.raises(Unavailable, match="no known shape"):
            shown(calendar)


@pytest.mark.parametrize("odd", [[], {"id": 1}, {"workout_doc": 5}])
def test_an_event_in_no_known_shape_is_not_taken_for_gone(control, calendar, odd):
    made = calendar.create(planned())
    control.fault("intervals", method="GET", status=200, body=odd)
    with pytest.raises(Unavailable, match="no known shape"):
        calendar.read(made.remote_id)


def test_a_service_that_is_away_is_told_so(link):
    away = Link({"intervals_api_url": "http://127.0.0.1:9"}, link.tokens)
    for call in (
        lambda: shown(fresh(away)),
        lambda: fresh(away).read("1"),
        lambda: fresh(away).create(planned()),
        lambda: fresh(away).delete("1"),
    ):
        check_unreachable(call)
