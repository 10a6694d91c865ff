from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import check_unreachable, check_workout_calendar
from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.garmin import CONNECTOR
from connectors.garmin.calendar import GarminCalendar
from connectors.garmin.client import Wire, signed_in
from connectors.garmin.listing import read_listing
from connectors.garmin.workouts import render
from connectors.ports import MARKER, Link
from planning.workout import digest
from tests.connectors.garmin.sessions import planned
from tests.connectors.linked import NOW, TODAY, count

FIRST, LAST = TODAY - timedelta(days=1), TODAY + timedelta(days=13)
NOBODY = frozenset()


def shown(calendar, known=NOBODY):
    return list(calendar.entries(FIRST, LAST, frozenset(known)))


def of_ours(control):
    """Ident to day, as the simulation itself knows it."""
    return {entry["ident"]: entry["day"] for entry in control.dump()["entries"]}


def foreign(control):
    return control.dump()["foreign"]


def fresh_calendar(link):
    return GarminCalendar(Wire(signed_in(link, lambda: NOW), lambda: NOW), lambda: NOW)


def test_the_contract_is_kept(calendar):
    one, other = planned(), planned("g1-w41-long", days=10, name="6 x 1 km", times=6, note="")
    check_workout_calendar(calendar, first=TODAY, workouts=(one, other))


@pytest.mark.parametrize("note", ["because", "My own words.\nOn two lines."])
def test_what_is_released_keeps_its_note_and_all_else_but_the_marker(control, calendar, note):
    session = planned()
    made = calendar.create(session)
    marker = MARKER.format(ident=session.ident)
    control.edit_entry(session.ident, description=f"{note}\n\n{marker}")
    (before,) = control.dump()["entries"]
    calendar.release(made.remote_id)
    (after,) = control.dump()["entries"]
    assert after["description"] == note
    assert after == before | {"description": note, "ident": None}


def test_opening_asks_nothing(control, link):
    with CONNECTOR.open(link, NOW):
        pass
    assert count(control, "garmin") == 0


def test_what_is_created_is_what_was_planned(control, calendar):
    before = foreign(control)
    session = planned()
    seen = calendar.create(session)
    assert (seen.ident, seen.day, seen.name) == (session.ident, session.day, "5 x 1 km")
    assert seen.digest == digest(session)
    assert of_ours(control) == {session.ident: session.day.isoformat()}
    assert foreign(control) == before


def test_an_unchanged_calendar_costs_at_most_four_requests(control, link):
    fresh_calendar(link).create(planned())
    before = count(control, "garmin")
    with CONNECTOR.open(link, NOW) as opened:
        assert len(shown(opened.calendar)) == 1
        assert opened.calendar.foreign(FIRST, LAST)
    assert count(control, "garmin") - before <= 4


def test_replacing_keeps_the_id_and_moves_content_and_day(control, calendar):
    made = calendar.create(planned())
    session = planned(days=5, name="3 x 1 km", times=3)
    seen = calendar.replace(made.remote_id, session)
    assert seen.remote_id == made.remote_id
    assert seen.digest == digest(session) != made.digest
    assert of_ours(control) == {session.ident: session.day.isoformat()}


def test_a_listing_and_a_read_tell_the_same_head(calendar):
    made = calendar.create(planned())
    (head,) = shown(calendar)
    read = calendar.read(made.remote_id)
    assert read == made
    assert head == replace(read, digest=None, direct=False)


def test_the_athletes_hand_is_seen(control, calendar):
    made = calendar.create(planned())
    control.move_entry(made.ident, TODAY + timedelta(days=4))
    (moved,) = shown(calendar)
    assert moved.day == calendar.read(made.remote_id).day == TODAY + timedelta(days=4)
    control.edit_entry(made.ident, scale=1.1)
    (edited,) = shown(calendar)
    assert edited.etag != moved.etag
    assert calendar.read(made.remote_id).digest != made.digest
    control.edit_entry(made.ident, name="11-25 Mine now")
    assert calendar.read(made.remote_id).name == "Mine now"
    control.delete_entry(made.ident)
    off = calendar.read(made.remote_id)
    assert (off.ident, off.day, off.name) == (made.ident, None, "Mine now")
    calendar._garmin.delete_workout(made.remote_id.split("/")[0])
    assert calendar.read(made.remote_id) is None


def test_what_was_put_on_another_day_anew_is_shown_there_alone(control, calendar):
    """Taken off its day, and on the calendar again under an id of its own."""
    made = calendar.create(planned())
    control.delete_entry(made.ident)
    assert calendar.read(made.remote_id).day is None
    workout_id = made.remote_id.split("/")[0]
    calendar._garmin.schedule_workout(workout_id, (TODAY + timedelta(days=6)).isoformat())
    (there,) = shown(calendar, {made.remote_id})
    assert there.day == TODAY + timedelta(days=6)
    assert calendar.read(made.remote_id) is None
    assert calendar.read(there.remote_id).day == there.day


def test_the_id_of_a_template_is_told_before_it_is_put_on_its_day(control, calendar):
    told = []

    def made(remote_id):
        told.append((remote_id, calendar.read(remote_id).day))

    seen = calendar.create_in_parts(planned(), made)
    assert told == [(seen.remote_id.split("/")[0], None)]


def test_a_deletion_that_broke_off_is_seen_by_its_id_and_finished(control, link):
    made = fresh_calendar(link).create(planned())
    control.fault("garmin", method="DELETE", path_contains="/workout-service/workout", status=500)
    with pytest.raises(Unavailable):
        fresh_calendar(link).delete(made.remote_id)
    calendar = fresh_calendar(link)
    assert shown(calendar, {made.remote_id}) == []
    assert calendar.read(made.remote_id).day is None
    calendar.delete(made.remote_id)
    assert calendar.read(made.remote_id) is None
    assert control.dump()["templates"] == []


def test_an_entry_without_marker_is_shown_by_its_known_id_only(control, calendar):
    made = calendar.create(planned())
    control.edit_entry(made.ident, description="no marker any more")
    assert shown(calendar) == []
    (entry,) = shown(calendar, {made.remote_id})
    assert (entry.remote_id, entry.ident) == (made.remote_id, None)


def test_pitfall_08_a_template_of_ours_on_no_day_is_shown_until_it_is_scheduled(control, calendar):
    control.fault("garmin", method="POST", path_contains="/schedule/", status=500)
    session = planned()
    with pytest.raises(Unavailable) as caught:
        calendar.create(session)
    assert caught.value.applied is None
    (orphan,) = shown(calendar)
    assert (orphan.ident, orphan.day) == (session.ident, None)
    assert calendar.read(orphan.remote_id).day is None
    seen = calendar.replace(orphan.remote_id, session)
    assert seen.day == session.day
    assert [entry.remote_id for entry in shown(calendar)] == [seen.remote_id]


def test_a_template_of_ours_on_no_day_can_be_deleted(control, calendar):
    control.fault("garmin", method="POST", path_contains="/schedule/", status=500)
    with pytest.raises(Unavailable):
        calendar.create(planned())
    (orphan,) = shown(calendar)
    calendar.delete(orphan.remote_id)
    assert shown(calendar) == []
    assert control.dump()["templates"] == []


def test_a_template_whose_entry_is_known_is_no_orphan(control, calendar):
    """Taken off its day, or a listing that lags: the read by id tells which."""
    made = calendar.create(planned())
    control.delete_entry(made.ident)
    assert shown(calendar, {made.remote_id}) == []
    assert [entry.day for entry in shown(calendar)] == [None]


def test_templates_of_other_times_are_no_orphans(control, calendar):
    """Their entries stand in months that were not read."""
    calendar.create(planned("past", days=-40))
    calendar.create(planned("future", days=70))
    assert shown(calendar) == []
    first = TODAY - timedelta(days=45)
    (old,) = calendar.entries(first, first + timedelta(days=10), NOBODY)
    assert old.ident == "past"


def test_a_window_ends_with_its_last_day(calendar):
    calendar.create(planned("inside", days=13))
    calendar.create(planned("outside", days=14))
    assert [entry.ident for entry in shown(calendar)] == ["inside"]


def test_pitfall_07_an_entry_doubled_by_a_lost_answer_is_shown_twice(control, calendar):
    control.fault("garmin", "timeout_after", method="POST", path_contains="/schedule/")
    session = planned()
    with pytest.raises(Unavailable) as caught:
        calendar.create(session)
    assert caught.value.applied is None
    calendar.create(session)
    assert [entry.ident for entry in shown(calendar)] == [session.ident] * 2


def test_deleting_one_of_two_templates_leaves_the_other(control, calendar):
    session = planned()
    one, other = calendar.create(session), calendar.create(session)
    calendar.delete(one.remote_id)
    assert [entry.remote_id for entry in shown(calendar)] == [other.remote_id]


def test_a_template_that_the_athlete_uses_twice_outlives_our_entry(control, link, calendar):
    made = calendar.create(planned())
    workout_id = made.remote_id.split("/")[0]
    calendar._garmin.schedule_workout(workout_id, (TODAY + timedelta(days=9)).isoformat())
    for opened in (calendar, fresh_calendar(link)):
        shown(opened)
    calendar.delete(made.remote_id)
    (left,) = shown(calendar)
    assert left.day == TODAY + timedelta(days=9)


def test_the_same_holds_for_a_connection_that_has_listed_nothing(control, link, calendar):
    made = calendar.create(planned())
    workout_id = made.remote_id.split("/")[0]
    calendar._garmin.schedule_workout(workout_id, (TODAY + timedelta(days=9)).isoformat())
    fresh_calendar(link).delete(made.remote_id)
    (left,) = shown(calendar)
    assert left.day == TODAY + timedelta(days=9)


def own_template(control, link):
    """Of the athlete's own workouts."""
    heads = signed_in(link, lambda: NOW).get_workouts(0, 100)
    return str(next(head["workoutId"] for head in heads if not head["description"]))


@pytest.mark.parametrize("write", ["replace", "delete"])
def test_what_is_the_athletes_is_never_touched(control, link, calendar, write):
    before, remote_id = foreign(control), own_template(control, link)
    with pytest.raises(Refused, match="not ours"):
        calendar.delete(remote_id) if write == "delete" else calendar.replace(remote_id, planned())
    assert foreign(control) == before


def test_the_athletes_own_plans_are_named_and_their_runs_are_not(control, calendar):
    control.run(TODAY)
    calendar.create(planned())
    assert list(calendar.foreign(FIRST, LAST)) == [
        "Physio 17:30",
        "Club track night",
        "Hill sprints, old favourite",
        "Coach: base run",
        "Club track night",
        "Parents visiting",
        "Parkrun with the club",
    ]


def test_of_the_athletes_own_workouts_take_a_place_on_the_watch_and_nothing_else(control, calendar):
    calendar.create(planned())
    shown(calendar)
    before = count(control, "garmin")
    assert calendar.taken(FIRST, LAST) == 4  # no race, no notes
    assert calendar.taken(TODAY, TODAY + timedelta(days=3)) == 1
    assert count(control, "garmin") == before


def test_replacing_what_vanished_meanwhile_asks_for_another_look(control, calendar):
    made = calendar.create(planned())
    control.delete_entry(made.ident, template=True)
    with pytest.raises(Unavailable, match="look again") as caught:
        calendar.replace(made.remote_id, planned())
    assert caught.value.applied is False


def test_replacing_what_was_taken_off_its_day_puts_it_back(control, calendar):
    made = calendar.create(planned())
    control.delete_entry(made.ident)
    seen = calendar.replace(made.remote_id, planned(days=3))
    assert seen.day == TODAY + timedelta(days=3)
    assert of_ours(control) == {made.ident: seen.day.isoformat()}


@pytest.mark.parametrize("listing", ["/workout-service/workouts", "/calendar-service"])
def test_part_of_a_listing_is_never_returned(control, calendar, listing):
    calendar.create(planned())
    control.fault("garmin", method="GET", path_contains=listing, status=503, times=5)
    with pytest.raises(Unavailable):
        shown(calendar)
    control.clear_faults()


@pytest.mark.parametrize("call", ["get_workouts", "get_scheduled_workouts", "get_workout_by_id"])
def test_an_empty_answer_is_not_taken_for_an_empty_calendar(link, calendar, call):
    """Garmin's 204 reaches us as {}."""
    made = calendar.create(planned())

    class Mute:
        def __init__(self, garmin):
            self.garmin = garmin

        def __getattr__(self, name):
            return (lambda *_: {}) if name == call else getattr(self.garmin, name)

    clock = lambda: NOW  # noqa: E731 - as short as it can be
    mute = GarminCalendar(Wire(Mute(signed_in(link, clock)), clock), clock)
    with pytest.raises(Unavailable, match="no known shape"):
        mute.read(made.remote_id) if call == "get_workout_by_id" else shown(mute)


class Forgetful:
    """A Garmin that keeps something else than it was sent."""

    def __init__(self, garmin, change):
        self.garmin, self.change = garmin, change

    def __getattr__(self, name):
        return getattr(self.garmin, name)

    def upload_workout(self, workout):
        return self.garmin.upload_workout(self.change(workout))

    def update_workout(self, workout_id, workout):
        return self.garmin.update_workout(workout_id, self.change(workout))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"workoutName": "Lost"}, "name"),
        ({"workoutName": "11-24 3 x 1 km"}, "name"),  # of another day
        ({"description": ""}, "marker"),
        ({"workoutSegments": render(planned())["workoutSegments"]}, "1 steps became 12"),
    ],
)
def test_what_is_not_even_kept_in_words_is_refused(link, change, says):
    forgetful = Forgetful(signed_in(link, lambda: NOW), lambda sent: {**sent, **change})
    calendar = GarminCalendar(Wire(forgetful, lambda: NOW), lambda: NOW)
    with pytest.raises(Refused, match="keeps '3 x 1 km' differently") as caught:
        calendar.create(planned(name="3 x 1 km", times=3))
    assert says in str(caught.value)


def test_without_consent_the_remedy_is_told(control, calendar):
    control.settings(consent=False)
    with pytest.raises(Refused, match=r"garmin\.com/account/privacy"):
        calendar.create(planned())


@pytest.mark.parametrize(
    ("fault", "kind", "applied"),
    [
        ({"status": 500}, Unavailable, None),
        ({"status": 403}, Unavailable, False),
        ({"status": 429, "retry_after": 42}, RateLimited, ...),
        ({"kind": "timeout_before"}, Unavailable, None),
        ({"kind": "timeout_after"}, Unavailable, None),
        ({"status": 409}, Refused, ...),
    ],
)
def test_pitfall_09_a_write_that_fails_says_whether_it_may_have_worked(
    control, calendar, fault, kind, applied
):
    control.fault("garmin", method="POST", path_contains="/workout-service/workout", **fault)
    with pytest.raises(kind) as caught:
        calendar.create(planned())
    if applied is not ...:
        assert caught.value.applied is applied
    if kind is RateLimited:
        assert caught.value.retry_after_s == 42
    assert count(control, "garmin POST /workout-service/workout") == 1


def test_after_the_first_write_nothing_claims_to_have_had_no_effect(control, calendar):
    """Else an unfinished replacement would look like the athlete's edit."""
    made = calendar.create(planned())
    control.fault("garmin", method="PUT", path_contains="/schedule/", status=429, retry_after=5)
    with pytest.raises(Unavailable) as caught:
        calendar.replace(made.remote_id, planned(days=6, name="Other"))
    assert caught.value.applied is None


def test_a_service_that_is_not_there_had_no_effect(link):
    away = Link({"garmin_api_url": "http://127.0.0.1:9"}, link.tokens)
    with CONNECTOR.open(away, NOW) as opened:
        check_unreachable(lambda: shown(opened.calendar))
        with pytest.raises(Unavailable) as caught:
            opened.calendar.create(planned())
    assert caught.value.applied is False


def test_a_sign_in_taken_back_is_told(control, calendar):
    control.revoke("garmin")
    with pytest.raises(SignInNeeded) as caught:
        shown(calendar)
    assert caught.value.remedy == "goalward connect garmin"


@pytest.mark.parametrize(("days", "sent"), [(0, 1), (3, 1), (4, 0)])
def test_pitfall_11_what_is_to_be_run_soon_is_sent_to_the_watch_once(control, link, days, sent):
    with CONNECTOR.open(link, NOW) as opened:
        made = opened.calendar.create(planned(days=days))
        opened.calendar.replace(made.remote_id, planned(days=days, name="Again"))
    assert control.dump()["sent_to_devices"] == sent


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        (1, 9, 1),  # out of the next two days
        (9, 1, 1),  # into them
        (1, None, 1),  # taken off
        (9, 8, 0),
        (9, None, 0),
    ],
)
def test_what_leaves_the_next_days_leaves_the_watch_as_well(control, link, before, after, sent):
    made = fresh_calendar(link).create(planned(days=before))
    with CONNECTOR.open(link, NOW) as opened:
        shown(opened.calendar)
        if after is None:
            opened.calendar.delete(made.remote_id)
        else:
            opened.calendar.replace(made.remote_id, planned(days=after))
    assert control.dump()["sent_to_devices"] == sent


def test_looking_sends_nothing_and_a_deletion_without_a_look_does(control, link):
    made = fresh_calendar(link).create(planned(days=0))
    with CONNECTOR.open(link, NOW) as opened:
        shown(opened.calendar)
    assert control.dump()["sent_to_devices"] == 0
    with CONNECTOR.open(link, NOW) as opened:
        opened.calendar.delete(made.remote_id)
    assert control.dump()["sent_to_devices"] == 1


def test_what_was_written_before_a_fault_is_sent_all_the_same(control, link):
    """It is settled, and nobody writes it again."""

    def write_two():
        with CONNECTOR.open(link, NOW) as opened:
            opened.calendar.create(planned(days=0))
            control.fault("garmin", method="POST", status=500)
            opened.calendar.create(planned("other", days=1))

    with pytest.raises(Unavailable):
        write_two()
    assert control.dump()["sent_to_devices"] == 1


def test_a_watch_that_cannot_be_reached_is_no_fault(control, link):
    control.fault("garmin", path_contains="sendtodevices", status=500)
    with CONNECTOR.open(link, NOW) as opened:
        opened.calendar.create(planned())
    assert control.clear_faults() == 0


def test_a_listing_that_lags_is_only_late(control, link):
    calendar = fresh_calendar(link)
    shown(calendar)
    control.settings(lag_s=30.0)
    made = calendar.create(planned())
    assert shown(calendar) == []
    assert calendar.read(made.remote_id) == made
    control.settings(lag_s=0.0)
    assert [entry.remote_id for entry in shown(calendar)] == [made.remote_id]


def test_a_library_of_many_pages_is_read_whole(control, link):
    calendar = fresh_calendar(link)
    for days in range(5):
        calendar.create(planned(f"d{days}", days=days))
    wire = Wire(signed_in(link, lambda: NOW), lambda: NOW)
    small = read_listing(wire, FIRST, LAST, page_size=2)
    assert small == read_listing(wire, FIRST, LAST)
    assert len(small.heads) == 5 + 4  # four are the athlete's own


def test_an_entry_whose_template_is_not_listed_yet_is_read_itself(link):
    class Slow:
        """A Garmin whose library lags behind its calendar."""

        def __init__(self, garmin):
            self.garmin = garmin

        def __getattr__(self, name):
            return getattr(self.garmin, name)

        def get_workouts(self, *_):
            return []

    made = fresh_calendar(link).create(planned())
    calendar = GarminCalendar(Wire(Slow(signed_in(link, lambda: NOW)), lambda: NOW), lambda: NOW)
    (entry,) = shown(calendar)
    assert (entry.remote_id, entry.ident, entry.name) == (made.remote_id, made.ident, made.name)


def test_heads_without_description_are_read_one_by_one_if_their_name_looks_ours(control, link):
    class Terse:
        """A Garmin whose listings carry less."""

        def __init__(self, garmin):
            self.garmin = garmin

        def __getattr__(self, name):
            return getattr(self.garmin, name)

        def get_workouts(self, *window):
            heads = self.garmin.get_workouts(*window)
            return [{k: v for k, v in head.items() if k != "description"} for head in heads]

    calendar = GarminCalendar(Wire(Terse(signed_in(link, lambda: NOW)), lambda: NOW), lambda: NOW)
    calendar.create(planned())
    before = count(control, "garmin GET /workout-service/workout/")
    assert [entry.ident for entry in shown(calendar)] == ["g1-w40-quality"]
    assert count(control, "garmin GET /workout-service/workout/") == before + 1
