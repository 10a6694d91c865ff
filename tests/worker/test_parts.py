"""One activity that is told of in parts, each once: joined whichever came first."""

import itertools
import json
from datetime import date

import pytest

from connectors.errors import Refused
from connectors.ports import ActivityRef
from planning.activity import Observation
from planning.fitness.observation import derive
from planning.wellness import Wellness
from tests.worker.living import PARIS
from tests.worker.web.partner import partner_life
from worker import parts, store, tables
from worker.connections import connection, opened
from worker.db import reading, writing
from worker.polling import Event
from worker.stored import from_body


class Free:
    """A lease that nobody wants."""

    def check(self, conn=None):
        pass


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with partner_life(sqlite_url, tmp_path) as lived:
        yield lived


def events(lived, kind="activity"):
    with reading(lived.engine) as conn:
        return [
            Event(
                row.id,
                row.kind,
                row.delivery_key,
                row.payload,
                row.known_at,
                connection(conn, row.connection_id),
            )
            for row in lived.rows(tables.inbox_event, kind=kind)
        ]


def ref_of(event):
    return ActivityRef(event.payload["external_id"], carried=event.payload["carried"])


def part_of(event):
    return event.payload["carried"].partition('"kind": "')[2].partition('"')[0]


def take(lived, event):
    """What is made of one notification, stored. None: there is nothing to store."""
    ref = ref_of(event)
    with opened(lived.runtime, event.connected) as use:
        source = use.activities
        if parts.named(lived.runtime, event, Free(), source, ref) is not None:
            return None
        new = source.activity(ref)
        found = parts.whole(lived.runtime, event, Free(), source, ref, new)
    if found is None or found.is_bare:
        return None
    with writing(lived.engine) as conn:
        seen = derive(found.record, None, zone=PARIS)
        store.put_observation(conn, 1, seen, known_at=lived.clock.at, now=lived.clock.at)
    return found


def known(lived):
    return {
        row.key: from_body(Observation, row.body).record
        for row in lived.rows(tables.observation)
        if row.superseded_at is None and row.body is not None
    }


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["activities", "activityDetails", "activityFiles"]))
)
def test_in_whatever_order_they_come(lived, order):
    made = lived.control.run(kind="race", distance_m=10_000)
    lived.control.post("partner/announce", kinds=list(order))
    found = [take(lived, event) for event in events(lived)]
    assert [part_of(event) for event in events(lived)] == list(order)
    last = found[-1]
    assert last.record.name == made["name"]
    assert last.file.content[8:12] == b".FIT"
    assert list(known(lived)) == [f"garmin_partner:{made['garmin_id']}"]


def test_pitfall_20_one_run_told_twice_is_one(lived):
    lived.control.run()
    lived.control.post("partner/announce", kinds=["activities", "activityFiles"], times=2)
    for event in [*events(lived), *events(lived)]:
        take(lived, event)
    assert len(known(lived)) == 1
    assert len(lived.rows(tables.raw_copy)) == 1


def test_a_file_alone_is_a_run_by_what_it_measured(lived):
    made = lived.control.run(distance_m=12_000)
    lived.control.post("partner/announce", kinds=["activityFiles"])
    (event,) = events(lived)
    record = take(lived, event).record
    assert (record.source, record.external_id) == ("garmin_partner", str(made["garmin_id"]))
    assert record.distance_m == pytest.approx(made["distance_m"], abs=2)


def test_a_file_that_was_read_before_a_crash_is_still_there(lived):
    """Garmin answers 410 to the second attempt; nothing was stored after the first."""
    lived.control.run()
    lived.control.post("partner/announce", kinds=["activityFiles"])
    (event,) = events(lived)
    with opened(lived.runtime, event.connected) as use:
        new = use.activities.activity(ref_of(event))
        parts.whole(lived.runtime, event, Free(), use.activities, ref_of(event), new)
        assert use.activities.activity(ref_of(event)).file is None
    assert known(lived) == {}
    assert take(lived, event).file.content == new.file.content
    assert len(known(lived)) == 1


def test_a_file_that_is_gone_for_good_is_said_and_its_summary_stays(lived):
    lived.control.run()
    lived.control.post("partner/announce", kinds=["activityFiles", "activities"])
    file, summary = events(lived)
    with opened(lived.runtime, file.connected) as use:
        use.activities.activity(ref_of(file))  # and the process dies
    with pytest.raises(Refused, match="given before"):
        take(lived, file)
    assert take(lived, summary).file is None
    before = known(lived)
    take(lived, file)
    assert known(lived) == before


def test_an_edit_after_the_file_is_of_the_same_run(lived):
    made = lived.control.run()
    lived.control.post("partner/sync")
    lived.control.edit_activity(made["garmin_id"], name="Tempo by the river")
    lived.control.post("partner/sync")
    for event in events(lived):
        found = take(lived, event)
    (record,) = known(lived).values()
    assert record.name == "Tempo by the river"
    assert found.file is not None


def test_a_ping_becomes_an_arrival_for_each_run(lived):
    lived.control.post("partner/configure", pinged=["activities"])
    runs = [lived.control.run(date(2026, 8, day)) for day in (28, 30)]
    lived.control.post("partner/sync", kinds=["activities"])
    (ping,) = events(lived)
    assert take(lived, ping) is None
    assert take(lived, ping) is None  # repeated after a crash: the same arrivals
    named = events(lived)[1:]
    assert {e.payload["external_id"] for e in named} == {str(run["garmin_id"]) for run in runs}
    for event in named:
        take(lived, event)
    assert len(known(lived)) == 2


def test_a_day_is_put_together_of_what_is_told_of_it(lived):
    lived.control.post("partner/wellness", day="2026-08-30")
    told = events(lived, "wellness")
    for event in [*told, *told]:
        parts.carried_wellness(lived.runtime, event, Free(), event.payload["carried"])
    (row,) = (r for r in lived.rows(tables.wellness) if r.superseded_at is None)
    day = from_body(Wellness, row.body)
    assert (day.source, day.day) == ("garmin_partner", date(2026, 8, 30))
    assert None not in (day.sleep_s, day.sleep_score, day.hrv_ms, day.resting_heart_rate_bpm)


def test_a_day_that_has_not_come_is_nobodys(lived):
    """A watch that believes it is later would prove that nothing can be missing until then."""
    told = {"kind": "hrv", "item": {"calendarDate": "2034-01-01", "lastNightAvg": 60}}
    with reading(lived.engine) as conn:
        event = Event(1, "wellness", "w", {}, lived.clock.at, connection(conn, 1))
    assert parts.carried_wellness(lived.runtime, event, Free(), json.dumps(told)) == 0
    assert lived.rows(tables.wellness) == []


def test_sources_that_tell_all_at_once_are_left_alone(lived):
    class Whole:
        def activity(self, ref):
            raise AssertionError

    lived.control.run()
    lived.control.post("partner/announce", kinds=["activities"])
    (event,) = events(lived)
    ref, source, told = ref_of(event), Whole(), object()
    assert parts.named(lived.runtime, event, Free(), source, ref) is None
    assert parts.whole(lived.runtime, event, Free(), source, ref, told) is told
