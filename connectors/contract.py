"""What any connector must keep to, as functions to be called from a test of any kind.

They ask the real thing, or a simulation of it, and raise ContractBroken with the sentence that was
broken. Ours pass them; a connector from elsewhere can be held to them in the same way:

    with CONNECTOR.open(link, now) as opened:
        check_activity_source(opened.activities)
        check_workout_calendar(opened.calendar, first=monday, workouts=(one, other))
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from connectors.errors import ServiceError
from connectors.ports import (
    ActivityRef,
    ActivitySource,
    Challenge,
    Connector,
    Cursor,
    Delivery,
    Malformed,
    Page,
    Recorded,
    Releases,
    WeatherSource,
    WebhookReceiver,
    WellnessSource,
    WorkoutCalendar,
)
from planning.activity import Streams
from planning.calendar import Observed
from planning.weather import Place
from planning.workout import PlannedWorkout

MOST_PAGES = 1000
TEMPLATE_DAYS = 14


class ContractBroken(AssertionError):
    """The sentence says what a connector must do and this one does not."""


def check_connector(connector: Connector) -> None:
    """What can be said without opening it."""
    _require(connector.name.isidentifier(), "a connector's name is a word of letters, digits and _")
    _require(bool(connector.title.strip()), "a connector has a title for people")
    capabilities = connector.capabilities
    _require(
        any(
            (
                capabilities.activities,
                capabilities.calendar,
                capabilities.wellness,
                capabilities.weather,
                capabilities.races,
            )
        ),
        "a connector offers something to somebody",
    )
    _require(
        all(name == name.lower() for name in capabilities.settings),
        "settings are named without prefix, in lower case",
    )
    receiver = connector.receiver({})
    _require(receiver is None or capabilities.webhooks, "what receives webhooks says so beforehand")


def check_activity_source(source: ActivitySource, *, gone_id: str, sample: int = 5) -> None:
    """Needs at least one activity at the service; `gone_id` names one that is not there."""
    refs, cursor = listed(source, None)
    _require(bool(refs), "there must be an activity at the service for this check")
    _require(cursor is not None, "a finished poll leaves a cursor")
    again, _ = listed(source, cursor)
    _require(again.keys() <= refs.keys(), "a poll from the last cursor shows nothing unheard of")
    _require(
        all(refs[key].tag == ref.tag for key, ref in again.items()),
        "a tag stays while its activity does",
    )
    for ref in list(refs.values())[:sample]:
        recorded = source.activity(ref)
        if recorded is None:
            raise ContractBroken(f"activity {ref.external_id} was listed and is not there")
        _check_recorded(ref, recorded)
    _require(source.activity(ActivityRef(gone_id)) is None, "what is gone is None, not an error")
    _check_look_back(source, refs)


def _check_look_back(source: ActivitySource, refs: Mapping[str, ActivityRef]) -> None:
    """Once for the newest day, which is what the daily look back needs to be right about."""
    starts = sorted((ref.start_at, key) for key, ref in refs.items() if ref.start_at)
    if not starts:
        return
    newest_at, newest = starts[-1]
    again, _ = listed(source, source.cursor_at(newest_at.date()))
    _require(newest in again, "a look back from a day lists what was recorded on it")
    _require(
        all(refs[key].tag == ref.tag for key, ref in again.items() if key in refs),
        "a look back shows activities as the poll does",
    )


def check_wellness_source(source: WellnessSource, first: date, last: date) -> None:
    """Needs something known of at least one day from `first` to `last`."""
    rows = source.wellness(first, last)
    days = [row.day for row in rows]
    _require(bool(rows), "there must be a day with something known for this check")
    _require(len(set(days)) == len(days), "a day has one row")
    _require(all(first <= day <= last for day in days), "what is shown is of the days asked for")
    _require(not any(row.is_empty for row in rows), "a day of which nothing is known has no row")
    for row in rows:
        for share in (row.sleep_score, row.readiness):
            _require(share is None or 0 <= share <= 100, "scores are from 0 to 100")
        _require(row.sleep_s is None or 0 < row.sleep_s < 86_400, "sleep is in seconds")
        heart = row.resting_heart_rate_bpm
        _require(heart is None or 20 < heart < 150, "resting heart rate is in beats a minute")
        _require(row.hrv_ms is None or 0 < row.hrv_ms < 400, "HRV is in milliseconds")
    _require(source.wellness(first, last) == rows, "asking again gives the same")


def check_weather_source(source: WeatherSource, place: Place, first: date, last: date) -> None:
    """Needs a day from `first` to `last` that the service knows of."""
    rows = source.weather(place, first, last)
    days = [row.day for row in rows]
    _require(bool(rows), "there must be a day that is known for this check")
    _require(len(set(days)) == len(days), "a day has one row")
    _require(all(first <= day <= last for day in days), "what is shown is of the days asked for")
    for row in rows:
        _require(-90 < row.temperature_c < 60, "temperatures are in degrees Celsius")
        dew = row.dew_point_c
        _require(
            dew is None or dew <= row.temperature_c + 0.5, "a dew point is below the temperature"
        )


def listed(
    source: ActivitySource, since: Cursor | None
) -> tuple[dict[str, ActivityRef], Cursor | None]:
    """A whole poll: every page, until one says that it is the last."""
    refs: dict[str, ActivityRef] = {}
    page = Page((), since, more=True)
    for _ in range(MOST_PAGES):
        page = source.changes(page.cursor)
        refs |= {ref.external_id: ref for ref in page.refs}
        _check_withheld(page)
        if not page.more:
            return refs, page.cursor
    raise ContractBroken("a poll comes to an end")


def _check_withheld(page: Page) -> None:
    there = {ref.external_id for ref in page.refs}
    for one in page.withheld:
        _require(one.external_id not in there, "what is withheld is not listed as if it were given")
        _require(
            bool(one.reason.strip() and one.remedy.strip()),
            "what is withheld says why, and what to do about it",
        )


def check_workout_calendar(
    calendar: WorkoutCalendar, *, first: date, workouts: tuple[PlannedWorkout, PlannedWorkout]
) -> None:
    """`workouts` differ in everything; both days are within two weeks from `first`.

    The calendar is left as it was found.
    """
    last = first + timedelta(days=TEMPLATE_DAYS - 1)
    one, other = workouts
    nobody: frozenset[str] = frozenset()
    before, foreign = calendar.entries(first, last, nobody), sorted(calendar.foreign(first, last))

    made = calendar.create(one)
    _check_written(made, one)
    _check_shown(calendar, made, first, last)
    _require(calendar.read(made.remote_id) == made, "a read shows what the write gave back")

    same = calendar.replace(made.remote_id, one)
    _require(same.digest == made.digest, "writing the same again changes nothing to be seen")

    moved = PlannedWorkout(one.ident, other.day, other.workout, other.note)
    replaced = calendar.replace(same.remote_id, moved)
    _check_written(replaced, moved)
    _check_shown(calendar, replaced, first, last)
    _require(replaced.digest != made.digest, "another day and content have another digest")

    second = calendar.create(other)
    _require(second.remote_id != replaced.remote_id, "two sessions are two entries")
    for gone in (replaced, second):
        calendar.delete(gone.remote_id)
        _require(calendar.read(gone.remote_id) is None, "what was deleted is gone")
        calendar.delete(gone.remote_id)  # already gone is success

    if isinstance(calendar, Releases):
        _check_released(calendar, calendar.release, one=one, first=first, last=last)

    after = calendar.entries(first, last, nobody)
    _require(list(after) == list(before), "nothing of ours is left behind")
    _require(
        sorted(calendar.foreign(first, last)) == foreign, "what is the athlete's is never touched"
    )


def check_webhook_receiver(
    receiver: WebhookReceiver, *, deliveries: Sequence[Delivery], forged: Sequence[Delivery]
) -> None:
    """`deliveries` are the service's own; `forged` are not, and must all be Malformed."""
    for delivery in deliveries:
        understood = receiver.understand(delivery)
        _require(
            understood == receiver.understand(delivery), "a receiver is pure: the same is the same"
        )
        if not isinstance(understood, Challenge):
            keys = [event.delivery_key for event in understood]
            _require(len(set(keys)) == len(keys), "every event has a delivery key of its own")
    for delivery in forged:
        try:
            receiver.understand(delivery)
        except Malformed:
            continue
        raise ContractBroken(f"what the service does not send is Malformed: {delivery}")


def check_unreachable(call: Callable[[], object]) -> None:
    """Calling it, with the service away, raises one of the four errors and nothing else."""
    try:
        call()
    except ServiceError:
        return
    raise ContractBroken("a service that is away is told by one of the four errors")


def _check_recorded(ref: ActivityRef, recorded: Recorded) -> None:
    record = recorded.record
    _require(record.external_id == ref.external_id, "a record carries the id it was asked for by")
    _require(record.start_at.utcoffset() == timedelta(0), "instants are aware UTC")
    _require(
        recorded.tag in {"", ref.tag}, "the tag of what was fetched is that of what was listed"
    )
    for name in ("distance_m", "moving_time_s", "elapsed_time_s"):
        value = getattr(record, name)
        _require(value is None or value > 0, f"{name} is positive, or None when it is not known")
    if recorded.streams is not None:
        _check_streams(recorded.streams)
    if recorded.file is not None:
        _require(
            recorded.file.name.lower().endswith((".fit", ".tcx", ".gpx", ".zip")),
            "an original file's name says what it is",
        )
        _require(bool(recorded.file.content), "an original file is not empty")


def _check_streams(streams: Streams) -> None:
    _require(bool(np.all(np.diff(streams.time_s) > 0)), "time increases strictly")
    others = (
        streams.distance_m,
        streams.heart_rate_bpm,
        streams.altitude_m,
        streams.speed_m_per_s,
        streams.cadence_steps_per_min,
        streams.temperature_c,
    )
    _require(
        all(series is None or series.size == streams.time_s.size for series in others),
        "all series are as long as time",
    )


def _check_written(seen: Observed, planned: PlannedWorkout) -> None:
    _require(seen.ident == planned.ident, "what was written carries our marker")
    _require(seen.day == planned.day, "what was written stands on its day")
    _require(seen.digest is not None and seen.direct, "what was written was read back")


def _check_released(
    calendar: WorkoutCalendar,
    release: Callable[[str], None],
    *,
    one: PlannedWorkout,
    first: date,
    last: date,
) -> None:
    made, foreign = calendar.create(one), len(calendar.foreign(first, last))
    release(made.remote_id)
    stands = calendar.read(made.remote_id)
    if stands is None:
        raise ContractBroken("what was released stays where it is")
    _require(stands.ident is None, "what was released carries no marker")
    _require((stands.day, stands.name) == (made.day, made.name), "and keeps its day and name")
    contents = [seen.content and seen.content.steps for seen in (made, stands)]
    _require(contents[0] == contents[1], "and every step and target")
    there = calendar.entries(first, last, frozenset())
    _require(
        made.remote_id not in {entry.remote_id for entry in there},
        "what was released is not taken for ours again",
    )
    _require(len(calendar.foreign(first, last)) == foreign + 1, "it is the athlete's, and counted")
    release(made.remote_id)
    _require(calendar.read(made.remote_id) == stands, "releasing it again changes nothing")
    again = calendar.create(one)
    _require(again.remote_id != made.remote_id, "the same session is written beside it")
    _require(calendar.read(made.remote_id) == stands, "and not over it")
    calendar.delete(again.remote_id)
    calendar.entries(first, last, frozenset({made.remote_id}))  # as if it were in our records
    calendar.delete(made.remote_id)
    release(made.remote_id)  # gone is success


def _check_shown(calendar: WorkoutCalendar, made: Observed, first: date, last: date) -> None:
    shown = [
        entry for entry in calendar.entries(first, last, frozenset()) if entry.ident == made.ident
    ]
    _require(
        [(entry.remote_id, entry.day) for entry in shown] == [(made.remote_id, made.day)],
        "a listing shows what was written, once",
    )
    _require(
        all((entry.etag, entry.name) == (made.etag, made.name) for entry in shown),
        "a head in the listing reads the same as the entry itself",
    )
    _require(
        made.remote_id
        not in {
            entry.remote_id
            for entry in calendar.entries(
                last + timedelta(days=60), last + timedelta(days=61), frozenset()
            )
        },
        "a listing shows its window only",
    )


def _require(kept: bool, sentence: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not kept:
        raise ContractBroken(sentence)
