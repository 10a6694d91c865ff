"""Complete or not, withheld or given, and what is asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.activity import Observation, Record, RecordKind, Sport
from planning.completeness import (
    Coverage,
    Withheld,
    complete_until,
    heard_until,
    is_silent,
    missing,
    proof,
    question,
    share_withheld,
    too_much_withheld,
    withheld_words,
)
from planning.wellness import Wellness
from tests.counting import lines_run
from tests.planning.athletes import run
from tests.sizes import FIXED, examples

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def ago(days):
    return TODAY - days * DAY


def seen(days, source="garmin", device="watch", sport=Sport.RUN, **fields):
    """One copy of a run so many days ago."""
    start_at = datetime.combine(ago(days), datetime.min.time(), UTC) + timedelta(hours=7)
    record = Record(
        source=source,
        external_id=f"{days}-{device}-{sport}",
        kind=RecordKind.GARMIN_API,
        start_at=start_at,
        sport=sport,
        distance_m=10_000.0,
        moving_time_s=3_000.0,
        elapsed_time_s=3_000.0,
        device=device,
        **fields,
    )
    return Observation(record, ago(days))


def night(days, source="garmin", **fields):
    return Wellness(source, ago(days), **(fields or {"sleep_s": 28_000.0}))


def synced(days, source="garmin"):
    return Coverage(source, ago(days), "the watch synced")


# --- up to which day ------------------------------------------------------------------------------


def test_without_anything_nothing_is_complete():
    assert complete_until({"garmin"}, seen=[]) is None


def test_a_later_activity_proves_the_days_before_it_and_not_its_own():
    assert complete_until({"garmin"}, seen=[seen(9), seen(4)]) == ago(5)


def test_files_alone_are_complete_by_a_later_activity():
    assert complete_until((), seen=[seen(9, "files"), seen(4, "files")]) == ago(5)


def test_a_night_proves_the_day_before_it_and_not_the_evening_after():
    assert complete_until({"garmin"}, seen=[seen(9)], wellness=[night(1)]) == ago(2)


def test_an_empty_night_proves_nothing():
    empty = Wellness("garmin", ago(1), sleep_score=None)
    assert complete_until({"garmin"}, seen=[seen(9)], wellness=[empty]) == ago(10)


def test_what_the_source_proves_itself_counts():
    assert complete_until({"garmin"}, seen=[seen(9)], coverage=[synced(3), synced(5)]) == ago(3)


def test_the_proofs_of_another_source_are_not_its_own():
    others = {"wellness": [night(1, "intervals")], "coverage": [synced(1, "intervals")]}
    assert complete_until({"garmin"}, seen=[seen(9)], **others) == ago(10)


def test_all_sources_that_feed_must_be_complete():
    copies = [seen(9), seen(8, "intervals")]
    nights = [night(1), night(4, "intervals")]
    assert complete_until({"garmin", "intervals"}, seen=copies, wellness=nights) == ago(5)


def test_a_source_that_gave_nothing_for_four_weeks_holds_up_nothing():
    copies = [seen(40), seen(3, "intervals")]
    assert complete_until({"garmin", "intervals"}, seen=copies) == ago(4)


def test_one_that_is_not_asked_any_more_holds_up_nothing():
    copies = [seen(9), seen(3, "intervals")]
    assert complete_until({"garmin", "intervals"}, seen=copies) == ago(10)
    assert complete_until({"intervals"}, seen=copies) == ago(4)


def test_another_device_proves_nothing_of_the_watch_that_is_worn():
    worn = [seen(days) for days in range(9, 15)]
    indoors = seen(1, device="indoor trainer")
    assert complete_until({"garmin"}, seen=[*worn, indoors]) == ago(10)


def test_a_new_watch_is_the_one_worn_once_most_runs_are_its():
    old, new = [seen(days, device="old") for days in range(5, 12)], []
    for days in (4, 3, 2):
        new.append(seen(days, device="new"))
        assert complete_until({"garmin"}, seen=[*old, *new]) == ago(6)
    assert complete_until({"garmin"}, seen=[*old, *new, seen(1, device="new")]) == ago(2)


def test_what_terms_have_taken_away_takes_no_proof_back():
    """Strava's recordings are purged after a week, and with them the name of the watch."""
    runs = [seen(days) for days in range(2, 14)]
    for purged in range(len(runs) + 1):
        stripped = [seen(each, device=None) for each in range(13, 13 - purged, -1)]
        kept = [each for each in runs if each.day > ago(13 - purged + 1)]
        assert complete_until({"garmin"}, seen=[*stripped, *kept]) == ago(3), purged


def test_a_ride_with_the_watch_proves_that_it_synced():
    assert complete_until({"garmin"}, seen=[seen(9), seen(2, sport=Sport.RIDE)]) == ago(3)
    bike = seen(2, sport=Sport.RIDE, device="bike computer")
    assert complete_until({"garmin"}, seen=[seen(9), bike]) == ago(10)


def test_what_was_typed_in_proves_nothing_of_the_watch():
    typed = seen(1, device=None, is_manual=True)
    assert complete_until({"garmin"}, seen=[seen(9), typed]) == ago(10)
    assert complete_until({"garmin"}, seen=[typed]) == ago(2)  # unless everything is


def test_a_proof_says_why():
    assert proof("garmin", seen=[seen(9)]).because == "the watch handed over a run of 14 November"
    told = proof("garmin", seen=[seen(9)], wellness=[night(1)])
    assert told == Coverage("garmin", ago(2), "the watch told of the night to 22 November")
    assert proof("strava", seen=[seen(9)]) is None


FACTS = st.lists(
    st.one_of(
        st.builds(seen, st.integers(1, 40), st.sampled_from(["garmin", "intervals"]),
                  st.sampled_from(["watch", "trainer", None])),
        st.builds(night, st.integers(1, 40), st.sampled_from(["garmin", "intervals"])),
        st.builds(synced, st.integers(1, 40), st.sampled_from(["garmin", "intervals"])),
    ),
    max_size=12,
)  # fmt: skip


def told_by(facts):
    of = lambda kind: [fact for fact in facts if isinstance(fact, kind)]  # noqa: E731 -- three times
    return complete_until(
        {"garmin", "intervals"},
        seen=of(Observation),
        wellness=of(Wellness),
        coverage=of(Coverage),
    )


@settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
@given(FACTS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_facts_matters(facts, chance):
    again = chance.sample(facts, len(facts)) + facts[:2]
    assert told_by(again) == told_by(facts)


@settings(deadline=None, derandomize=FIXED, max_examples=examples(60))
@given(FACTS, st.integers(1, 40), st.sampled_from(["garmin", "intervals"]))
def test_another_proof_never_makes_less_complete(facts, days, source):
    before, after = told_by(facts), told_by([*facts, night(days, source)])
    assert before is None or after >= before


# --- silence --------------------------------------------------------------------------------------


def test_heard_is_the_last_of_what_is_complete_run_or_said():
    def heard(complete=None, ran=(), said=()):
        return heard_until(TODAY, complete=complete, ran=ran, said=said)

    assert heard() is None
    assert heard(ago(5)) == ago(5)
    assert heard(ago(5), [ago(9), ago(3)], [ago(4)]) == ago(3)
    assert heard(ago(5), [ago(9)], [ago(4)]) == ago(4)
    assert heard(TODAY, [TODAY]) == ago(1)  # today is not over


def test_silence_begins_when_seven_days_are_unknown():
    assert not is_silent(TODAY, None)
    assert not is_silent(TODAY, ago(7))  # six days
    assert is_silent(TODAY, ago(8))


# --- withheld -------------------------------------------------------------------------------------


def kept_back(ident, days, *, source="intervals", hour=None):
    day = None if days is None else ago(days)
    start_at = day and hour and datetime.combine(day, datetime.min.time(), UTC) + hour * HOUR
    told = "They came from Strava.", "Connect Garmin to intervals.icu directly."
    return Withheld(source, ident, day, *told, start_at=start_at)


HOUR = timedelta(hours=1)


def test_pitfall_27_stubs_are_counted_and_named_with_the_remedy():
    missed = missing([kept_back(str(n), n) for n in (1, 5, 9)], [run(ago(2), 10, 300)], TODAY)
    assert withheld_words(missed, "Intervals.icu") == (
        "3 activities of the last four weeks are withheld by Intervals.icu. "
        "They came from Strava. Connect Garmin to intervals.icu directly."
    )
    assert withheld_words(missed[:1], "X").startswith("1 activity of the last four weeks is ")
    assert withheld_words((), "X") == ""


def test_only_the_last_four_weeks_count():
    told = [kept_back(str(n), days) for n, days in enumerate((27, 28, -1, None))]
    assert [each.day for each in missing(told, [], TODAY)] == [ago(27)]


def test_a_run_that_another_source_gave_is_not_missed():
    given_run = run(ago(1), 10, 300)  # at 07:00 UTC
    assert missing([kept_back("a", 1)], [given_run], TODAY) == ()
    assert missing([kept_back("a", 1, hour=7)], [given_run], TODAY) == ()
    assert len(missing([kept_back("a", 1, hour=8)], [given_run], TODAY)) == 1


def test_around_midnight_two_sources_may_name_two_days():
    late = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)
    given_run = run(ago(0), 10, 300, start_at=late)
    told = replace(kept_back("a", 1), start_at=late)
    assert abs((given_run.day - told.day).days) == 1
    assert missing([told], [given_run], TODAY) == ()


def test_of_thousands_of_activities_only_those_of_the_days_are_looked_at():
    years = [run(ago(n // 2), 10, 300) for n in range(10_000)]
    told = [kept_back(str(n), n % 28, source="strava") for n in range(200)]
    assert len(missing(told, years, TODAY)) == 200 - 56
    few, many = (lines_run(partial(missing, some, years, TODAY)) for some in (told[:20], told))
    assert many < 3 * few  # the activities of the years are gone through once


def test_one_run_answers_for_one_that_is_withheld():
    told = [kept_back("a", 1), kept_back("b", 1)]
    assert len(missing(told, [run(ago(1), 10, 300)], TODAY)) == 1


def test_a_known_start_is_told_apart_before_a_mere_day():
    told = [kept_back("a", 1), kept_back("b", 1, hour=7)]
    twice = [run(ago(1), 10, 300), run(ago(1), 5, 300, start_at=START_EVENING)]
    assert missing(told, twice, TODAY) == ()


START_EVENING = datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_what_the_same_source_gave_of_that_day_is_another_run():
    own = run(ago(1), 10, 300, sources=("intervals:i9",))
    assert len(missing([kept_back("a", 1)], [own], TODAY)) == 1


def test_a_run_that_two_sources_withhold_is_one():
    told = [kept_back("a", 1), kept_back("b", 1, source="garmin_partner")]
    assert len(missing(told, [], TODAY)) == 1
    assert len(missing([kept_back("a", 1), kept_back("b", 1)], [], TODAY)) == 2


@pytest.mark.parametrize(("withheld", "share"), [(0, 0.0), (2, 0.2), (3, 3 / 11)])
def test_the_share_that_is_withheld(withheld, share):
    recent = [run(ago(2 * n), 10, 300) for n in range(8)]
    older = [run(ago(28 + n), 10, 300) for n in range(9)]
    missed = missing([kept_back(str(n), 2 * n + 1) for n in range(withheld)], recent, TODAY)
    assert share_withheld(missed, recent + older, TODAY) == pytest.approx(share)
    assert bool(too_much_withheld(missed, share)) == (share > 0.2)


def test_why_there_is_no_forecast_is_said_with_the_remedy():
    missed = tuple(kept_back(str(n), n) for n in range(3))
    assert too_much_withheld(missed, 3 / 11) == (
        "No forecast: 27% of the last four weeks' activities are withheld by intervals. "
        "Connect Garmin to intervals.icu directly."
    )


# --- asking ---------------------------------------------------------------------------------------


def test_the_question_names_the_days_and_every_way_to_answer():
    asked = question([ago(3), ago(2)], ["Garmin Connect"], ago(3))
    assert asked == (
        "Nothing is known of 20 November, 21 November. Did you run on these days? "
        "If so, sync your watch: nothing has come from Garmin Connect since. "
        "If not, say so: `goalward plan skip 2026-11-20`. "
        "Until then the plan takes it neither for done nor for missed."
    )
    alone = question([ago(3)], [], None)
    assert "goalward import PATH" in alone
    assert "plan skip" not in alone
