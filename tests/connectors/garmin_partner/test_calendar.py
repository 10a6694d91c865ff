"""The calendar of the developer programme over HTTP, by the real client, against the simulation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import check_connector, check_unreachable, check_workout_calendar
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.garmin_partner import CONNECTOR
from connectors.garmin_partner.calendar import PartnerCalendar
from connectors.garmin_partner.client import Wire
from connectors.garmin_partner.workouts import expressed
from connectors.in_words import as_text
from connectors.ports import MARKER, CreatesInParts, Link
from planning.workout import Repeat, digest
from tests.connectors.garmin.sessions import FAST, SLOW, planned
from tests.connectors.linked import NOW, TODAY, count

FIRST, LAST = TODAY - timedelta(days=1), TODAY + timedelta(days=13)
NOBODY = frozenset()
MADE, WORKOUT = "/workoutportal/workout/v2", "/training-api/workout/v2"
SCHEDULE = "/training-api/schedule"


@pytest.fixture
def calendar(opened):
    return opened.calendar


@pytest.fixture
def there(control):
    """What stands in Garmin Connect, and the athlete's own hand on it."""

    def told(**hand):
        return control.post("partner/workouts", **hand)

    return told


def fresh(link):
    return PartnerCalendar(Wire(link, lambda: NOW))


def shown(calendar, *known):
    return list(calendar.entries(FIRST, LAST, frozenset(known)))


def ids_of(seen):
    return [int(one) for one in seen.remote_id.split("/")]


def writes(control):
    asked = control.dump()["requests"]
    methods = tuple(f"partner {name}" for name in ("POST", "PUT", "DELETE"))
    return sum(number for name, number in asked.items() if name.startswith(methods))


def asks(control):
    return writes(control) + count(control, "partner GET")


def test_the_contract_is_kept(calendar, there):
    check_connector(CONNECTOR)
    one, other = planned(), planned("g1-w41-long", days=10, name="6 x 1 km", times=6, note="")
    check_workout_calendar(calendar, first=TODAY, workouts=(one, other))
    assert there() == {"workouts": [], "schedules": []}


@pytest.mark.parametrize("note", ["because", "My own words.\nOn two lines."])
def test_what_is_released_keeps_its_note_and_all_else_but_the_marker(calendar, there, note):
    session = planned()
    made = calendar.create(session)
    told = f"{note}\n\n{MARKER.format(ident=session.ident)}"
    there(workout={ids_of(made)[0]: {"description": told}})
    (before,) = there()["workouts"]
    assert before["description"] == told
    calendar.release(made.remote_id)
    (after,) = there()["workouts"]
    assert after == before | {"description": note, "updatedDate": after["updatedDate"]}


def test_opening_asks_nothing(control, link):
    with CONNECTOR.open(link, NOW):
        pass
    assert count(control, "partner") == 0


def test_what_is_created_is_what_was_planned(calendar, there):
    session = planned()
    seen = calendar.create(session)
    assert (seen.ident, seen.day, seen.name) == (session.ident, session.day, "5 x 1 km")
    assert (seen.digest, seen.in_words) == (digest(session), "")
    ((workout,), (schedule,)) = there().values()
    assert seen.remote_id == f"{workout['workoutId']}/{schedule['scheduleId']}"
    assert schedule["date"] == "2026-11-25"
    assert workout["segments"][0]["steps"][1]["repeatValue"] == 5


def test_a_written_and_an_unchanged_calendar_cost_what_they_must(control, link):
    made = fresh(link).create(planned())
    assert writes(control) == 2  # a workout and its day
    assert asks(control) == 4
    with CONNECTOR.open(link, NOW) as opened:
        assert len(shown(opened.calendar, made.remote_id)) == 1
        assert opened.calendar.foreign(FIRST, LAST) == []
    assert asks(control) == 6  # the list, and the workout, of which the list says nothing
    assert writes(control) == 2


def test_the_id_of_a_workout_is_told_before_it_is_put_on_its_day(control, calendar, there):
    assert isinstance(calendar, CreatesInParts)
    standing = []

    def made(remote_id):
        standing.append((remote_id, len(there()["workouts"]), len(there()["schedules"])))

    seen = calendar.create_in_parts(planned(), made)
    assert standing == [(seen.remote_id.partition("/")[0], 1, 0)]


def torn(control, link, *, kind="timeout_before", path=SCHEDULE):
    """The id that was told before the connection went dead."""
    control.fault("partner", kind, method="POST", path_contains=path)
    told = []
    with pytest.raises(Unavailable) as caught:
        fresh(link).create_in_parts(planned(), told.append)
    assert caught.value.applied is None
    return told


def test_a_workout_without_its_day_is_found_by_its_id_and_put_there(control, link, there):
    (remote_id,) = torn(control, link)
    anew = fresh(link)
    (loose,) = shown(anew, remote_id)
    assert (loose.remote_id, loose.ident, loose.day) == (remote_id, planned().ident, None)
    assert anew.read(remote_id).day is None
    seen = anew.replace(remote_id, planned())
    assert seen.digest == digest(planned())
    assert [len(rows) for rows in there().values()] == [1, 1]
    assert [entry.remote_id for entry in shown(anew, remote_id)] == [seen.remote_id]


def test_a_day_whose_answer_was_lost_is_not_given_twice(control, link, there):
    (remote_id,) = torn(control, link, kind="timeout_after")
    anew = fresh(link)
    (entry,) = shown(anew, remote_id)
    assert entry.remote_id.startswith(f"{remote_id}/")
    assert anew.read(remote_id) is None  # it is shown by its whole id
    assert anew.replace(remote_id, planned()).remote_id == entry.remote_id
    assert [len(rows) for rows in there().values()] == [1, 1]


def test_a_leftover_without_its_day_is_removed(control, link, there):
    (remote_id,) = torn(control, link)
    fresh(link).delete(remote_id)
    assert there() == {"workouts": [], "schedules": []}


def test_a_deletion_that_broke_off_is_finished(control, link, there):
    made = fresh(link).create(planned())
    control.fault("partner", "timeout_before", method="DELETE", path_contains=WORKOUT)
    with pytest.raises(Unavailable) as caught:
        fresh(link).delete(made.remote_id)
    assert caught.value.applied is None
    anew = fresh(link)
    assert shown(anew, made.remote_id) == []
    assert anew.read(made.remote_id).day is None
    anew.delete(made.remote_id)
    assert there() == {"workouts": [], "schedules": []}


def test_a_limit_in_the_middle_of_a_deletion_leaves_open_what_happened(control, calendar):
    made = calendar.create(planned())
    control.fault("partner", method="DELETE", path_contains=WORKOUT, status=429, retry_after=42)
    with pytest.raises(Unavailable) as caught:
        calendar.delete(made.remote_id)
    assert caught.value.applied is None


def test_a_workout_whose_answer_was_lost_is_never_on_a_day(control, link, there):
    """Nobody can find it again: workouts are in no listing. It is not on the calendar."""
    assert torn(control, link, kind="timeout_after", path=MADE) == []
    seen = fresh(link).create(planned())
    assert [len(rows) for rows in there().values()] == [2, 1]
    assert [entry.remote_id for entry in shown(fresh(link))] == [seen.remote_id]


def test_replacing_keeps_the_ids_and_moves_content_and_day(calendar, there):
    made = calendar.create(planned())
    session = planned(days=5, name="3 x 1 km", times=3)
    seen = calendar.replace(made.remote_id, session)
    assert (seen.remote_id, seen.digest) == (made.remote_id, digest(session))
    assert [(entry.ident, entry.day) for entry in shown(calendar)] == [(session.ident, session.day)]
    (workout,) = there()["workouts"]
    assert workout["workoutName"] == "11-28 3 x 1 km"


def test_what_was_taken_off_its_day_is_put_back_by_a_replacement(calendar, there):
    made = calendar.create(planned())
    workout_id, schedule_id = ids_of(made)
    there(remove=[schedule_id])
    seen = calendar.replace(made.remote_id, planned())
    assert ids_of(seen)[0] == workout_id
    assert seen.digest == digest(planned())


def test_a_listing_and_a_read_tell_the_same_head(calendar):
    made = calendar.create(planned())
    (head,) = shown(calendar)
    read = calendar.read(made.remote_id)
    assert read == made
    assert head == replace(read, digest=None, direct=False)


@pytest.mark.parametrize(
    "change",
    [
        {"workoutName": "Mine now"},
        {"sport": "CYCLING"},
        {"segments": []},
    ],
)
def test_the_athletes_hand_on_a_workout_is_seen(calendar, there, change):
    made = calendar.create(planned())
    there(workout={ids_of(made)[0]: change})
    (head,) = shown(calendar)
    assert head.etag != made.etag
    assert calendar.read(made.remote_id).digest != made.digest


def test_the_athletes_hand_on_a_day_is_seen(link, there):
    made = fresh(link).create(planned())
    workout_id, schedule_id = ids_of(made)
    there(schedule={schedule_id: {"date": "2026-11-28"}})
    anew = fresh(link)
    (head,) = shown(anew, made.remote_id)
    assert (head.day, head.remote_id) == (TODAY + timedelta(days=5), made.remote_id)
    there(remove=[schedule_id])
    anew = fresh(link)
    assert shown(anew, made.remote_id) == []
    assert anew.read(made.remote_id).day is None
    there(remove=[workout_id])
    assert anew.read(made.remote_id) is None


def test_what_was_put_on_another_day_anew_is_shown_there_alone(link, there):
    made = fresh(link).create(planned())
    workout_id, schedule_id = ids_of(made)
    there(remove=[schedule_id])
    other = fresh(link)._put_on_day(workout_id, TODAY + timedelta(days=6))
    anew = fresh(link)
    assert [entry.remote_id for entry in shown(anew, made.remote_id)] == [other]
    assert anew.read(made.remote_id) is None


def test_a_workout_that_stands_on_another_day_too_outlives_the_deletion_of_one(link, there):
    made = fresh(link).create(planned())
    other = fresh(link)._put_on_day(ids_of(made)[0], TODAY + timedelta(days=6))
    fresh(link).delete(made.remote_id)
    assert [len(rows) for rows in there().values()] == [1, 1]
    assert [entry.remote_id for entry in shown(fresh(link))] == [other]


@pytest.mark.parametrize("write", ["replace", "delete"])
def test_what_is_the_athletes_now_is_never_touched(link, there, write):
    made = fresh(link).create(planned())
    there(workout={ids_of(made)[0]: {"description": "mine"}})
    before = there()
    anew = fresh(link)
    assert shown(anew) == []
    assert list(anew.foreign(FIRST, LAST)) == ["5 x 1 km"]
    with pytest.raises(Refused, match="not ours"):
        anew.delete(made.remote_id) if write == "delete" else anew.replace(
            made.remote_id, planned()
        )
    assert there() == before
    (known,) = shown(fresh(link), made.remote_id)  # by its id it is still known
    assert (known.remote_id, known.ident) == (made.remote_id, None)


def test_a_partner_sees_only_what_it_created(control, calendar):
    assert control.dump()["foreign"]["entries"] > 0
    assert (shown(calendar), list(calendar.foreign(FIRST, LAST))) == ([], [])


def test_replacing_what_vanished_meanwhile_asks_for_another_look(calendar, there):
    made = calendar.create(planned())
    there(remove=ids_of(made))
    with pytest.raises(Unavailable, match="look again") as caught:
        calendar.replace(made.remote_id, planned())
    assert caught.value.applied is False


class Misreading(Wire):
    """A Garmin that keeps the first `times` versions as something else."""

    def __init__(self, link, change, times):
        super().__init__(link, lambda: NOW)
        self.change, self.times = change, times
        self.sent = 0

    def write(self, method, path, body=None):
        self.sent += "/workout/v2" in path
        return super().write(method, path, body)

    def workouts(self, path, **query):
        found = super().workouts(path, **query)
        if isinstance(found, dict) and self.sent <= self.times:
            self.change(found)
        return found


@pytest.mark.parametrize("write", ["create", "replace"])
def test_what_has_too_many_steps_stands_there_in_words_at_once(control, calendar, write):
    session = planned()
    many = (Repeat(2, (FAST, SLOW)),) * 34
    long = replace(session, workout=replace(session.workout, steps=many))
    if write == "create":
        seen = calendar.create(long)
    else:
        seen = calendar.replace(calendar.create(session).remote_id, long)
    assert seen.in_words == "it has 102 steps, and Garmin takes 100"
    words = as_text(long).workout
    kept = replace(long, workout=replace(words, steps=expressed(words.steps)))
    assert seen.digest == digest(kept)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda found: found.update(workoutName="Lost"), "name"),
        (lambda found: found.update(workoutName="11-24 5 x 1 km"), "name"),  # of another day
        (lambda found: found.update(description=""), "marker"),
        (lambda found: found.update(date="2026-11-26"), "day"),
        (lambda found: found.update(segments=[]), "steps became 0"),
    ],
)
def test_what_is_not_even_kept_in_words_is_refused(link, change, says):
    calendar = PartnerCalendar(Misreading(link, change, 99))
    with pytest.raises(Refused, match="keeps '5 x 1 km' differently") as caught:
        calendar.create(planned())
    assert says in str(caught.value)


def test_without_the_permission_it_is_said_what_to_do_and_runs_still_come(control, opened, link):
    others = ["ACTIVITY_EXPORT", "HEALTH_EXPORT"]
    control.post("partner/permissions", permissions=others)
    for call in (
        lambda: shown(opened.calendar),
        lambda: opened.calendar.create(planned()),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert "may not take workouts" in str(caught.value)
        assert "Connected Apps" in str(caught.value)
    assert opened.activities.changes(None).cursor
    assert writes(control) == 1


def test_a_token_that_was_refused_is_renewed_and_the_write_made_once(
    control, calendar, link, there
):
    control.fault("partner", method="POST", path_contains=MADE, status=401)
    old = link.tokens.read()["access_token"]
    calendar.create(planned())
    assert link.tokens.read()["access_token"] != old
    assert len(there()["workouts"]) == 1


def test_who_left_has_to_sign_in(control, calendar):
    control.post("partner/deregister")
    with pytest.raises(SignInNeeded):
        shown(calendar)


@pytest.mark.parametrize("limit", ["per_minute", "workouts_per_day"])
def test_the_quotas_of_an_evaluation_key_are_waited_out(control, calendar, limit):
    control.post("partner/configure", **{limit: 2})
    with pytest.raises(Unavailable) as caught:  # the workout is made, and read back it is not
        calendar.create(planned())
    assert caught.value.applied is None
    with pytest.raises(RateLimited) as limited:
        calendar.create(planned())
    assert limited.value.retry_after_s > 0


def test_what_is_asked_counts_in_the_limits_of_workouts(link):
    class Meter:
        def __init__(self):
            self.kinds = []

        def spend(self, kind=""):
            self.kinds.append(kind)

        def learn(self, usage): ...

        def rest(self, seconds): ...

    meter = Meter()
    calendar = fresh(replace(link, meter=meter))
    shown(calendar)
    calendar.delete(calendar.create(planned()).remote_id)
    assert set(meter.kinds) == {"workouts"}
    assert "workouts" in {limit.kind for limit in CONNECTOR.capabilities.limits}


@pytest.mark.parametrize(
    ("fault", "kind", "applied"),
    [
        ({"status": 500}, Unavailable, None),
        ({"status": 429, "retry_after": 42}, RateLimited, ...),
        ({"kind": "timeout_before"}, Unavailable, None),
        ({"kind": "timeout_after"}, Unavailable, None),
        ({"status": 400}, Refused, ...),
        ({"status": 409}, Refused, ...),
    ],
)
def test_a_write_that_fails_says_whether_it_may_have_worked(
    control, calendar, fault, kind, applied
):
    control.fault("partner", method="POST", path_contains=MADE, **fault)
    with pytest.raises(kind) as caught:
        calendar.create(planned())
    assert getattr(caught.value, "applied", ...) is applied
    assert writes(control) == 1  # never blindly repeated


@pytest.mark.parametrize("path", [SCHEDULE, WORKOUT])
def test_a_fault_after_the_first_write_leaves_open_what_happened(control, calendar, path):
    control.fault("partner", path_contains=path, status=429, retry_after=42)
    with pytest.raises(Unavailable) as caught:
        calendar.create(planned())
    assert caught.value.applied is None


@pytest.mark.parametrize("odd", [{}, "no", [{}], [{"workoutId": 5}], [{"date": "soon"}]])
def test_part_of_a_listing_is_never_returned(control, calendar, odd):
    control.fault("partner", method="GET", path_contains=SCHEDULE, status=200, body=odd)
    with pytest.raises(Unavailable, match="no known shape"):
        shown(calendar)


def test_a_listing_that_shows_more_days_than_asked_for_is_cut(control, calendar):
    workout_id, schedule_id = ids_of(calendar.create(planned()))
    row = {"workoutId": workout_id, "scheduleId": schedule_id, "date": "2027-01-04"}
    control.fault("partner", method="GET", path_contains=SCHEDULE, status=200, body=[row])
    assert shown(calendar) == []


@pytest.mark.parametrize("odd", [[1], {"workoutId": 1}, {"segments": 5}, {"segments": [5]}])
def test_a_workout_in_no_known_shape_is_not_taken_for_gone(control, calendar, odd):
    made = calendar.create(planned())
    for look in (lambda: calendar.read(made.remote_id), lambda: shown(calendar)):
        control.fault("partner", method="GET", path_contains=WORKOUT, status=200, body=odd)
        with pytest.raises(Unavailable, match="no known shape"):
            look()


def test_an_answer_that_does_not_name_what_was_made_leaves_it_open(control, calendar):
    control.fault("partner", method="POST", path_contains=SCHEDULE, status=200, body={"a": 1})
    with pytest.raises(Unavailable, match="did not name") as caught:
        calendar.create(planned())
    assert caught.value.applied is None


def test_a_service_that_is_away_is_told_so(link):
    away = Link({**link.settings, "garmin_partner_api_url": "http://127.0.0.1:9"}, link.tokens)
    for call in (
        lambda: shown(fresh(away)),
        lambda: fresh(away).read("1/2"),
        lambda: fresh(away).create(planned()),
        lambda: fresh(away).delete("1/2"),
    ):
        check_unreachable(call)
