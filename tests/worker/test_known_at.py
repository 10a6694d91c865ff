"""Reading commands answer with what was known at an earlier moment."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.connectors.files.made import fit_file
from tests.worker.commands import RACE, TODAY, a_log, no_settings

NEXT_DAY = "2026-09-01T20:00:00+02:00"
READING = (
    ("status",),
    ("fitness",),
    ("forecast",),
    ("news",),
    ("plan", "show"),
    ("plan", "changes"),
    ("goal", "list"),
    ("athlete", "show"),
    ("activity", "list"),
)


@pytest.fixture(scope="module")
def lived_once(trained_once, tmp_path_factory):
    """A day later: a run of weeks ago has come in late, another name, another goal."""
    folder = tmp_path_factory.mktemp("lived")
    home, late = trained_once.copied_to(folder / "home"), folder / "late.fit"
    at = datetime(2026, 8, 13, 6, tzinfo=UTC)  # a Thursday without a run
    late.write_bytes(fit_file(start=at, seconds=2400, speed=3.9))
    with no_settings():
        home.then = {words: home.ok(*words, "--json").json for words in READING}
        home.ok("import", late, clock=NEXT_DAY)
        home.ok("goal", "add", "--distance", "10k", "--day", "2026-11-01", "--time", "44:00",
                "--priority", "C", clock=NEXT_DAY)  # fmt: skip
        home.ok("athlete", "set", "--name", "Robin", clock=NEXT_DAY)
    return home


@pytest.fixture
def lived(home, lived_once):
    return lived_once.copied_to(home.path)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_it_says_what_it_said_then(lived, words):
    told = lived.ok(*words, "--json", "--known-at", TODAY, clock=NEXT_DAY).json
    then = lived.then[words]
    if words == ("status",):  # how connections and work stood is not kept
        told, then = [{k: s[k] for k in ("goals", "activities", "newest")} for s in (told, then)]
    assert told == then


@pytest.mark.parametrize("words", [("status",), ("forecast",), ("goal", "list"), ("plan", "show")])
def test_today_it_says_something_else(lived, words):
    assert lived.ok(*words, "--json", clock=NEXT_DAY).json != lived.then[words]


def test_an_instant_within_a_day(lived):
    before = "2026-09-01T19:00:00+02:00"
    assert lived.ok("athlete", "show", "--json", clock=NEXT_DAY).json["name"] == "Robin"
    told = lived.ok("athlete", "show", "--json", "--known-at", before, clock=NEXT_DAY).json
    assert told["name"] != "Robin"


def test_a_run_that_came_late_is_of_its_day_but_was_not_known_on_it(lived):
    now = lived.ok("activity", "list", "--json", clock=NEXT_DAY).json
    then = lived.ok("activity", "list", "--json", "--known-at", TODAY, clock=NEXT_DAY).json
    new = {one["id"] for one in now} - {one["id"] for one in then}
    assert [one["day"] for one in now if one["id"] in new] == ["2026-08-13"]
    (id_,) = new
    asked = ("activity", "show", id_, "--known-at", TODAY)
    assert "there is no activity" in lived.wrong(*asked, clock=NEXT_DAY)


def test_what_the_athlete_said_of_a_run_is_known_from_then_on(lived):
    latest = lived.then["activity", "list"][0]["id"]
    lived.ok("activity", "exclude", latest, clock=NEXT_DAY)
    now = lived.ok("activity", "list", "--json", clock=NEXT_DAY).json
    assert latest not in {one["id"] for one in now}
    told = lived.ok("activity", "list", "--json", "--known-at", TODAY, clock=NEXT_DAY).json
    assert told == lived.then["activity", "list"]


@pytest.mark.parametrize(
    ("when", "remedy"),
    [
        ("yesterday", "YYYY-MM-DD"),
        ((TODAY + timedelta(days=9)).isoformat(), "still to come"),
        ("2020-01-01", "nothing was known before 2026-08-31"),
        ("0001-01-01T00:00+14:00", "before or after all time"),
        ("9999-12-31T23:59-12:00", "before or after all time"),
    ],
)
def test_a_moment_that_cannot_be_meant(trained, when, remedy):
    assert remedy in trained.wrong("forecast", "--known-at", when)


def test_it_changes_nothing(lived):
    now = lived.ok("forecast", "--json", clock=NEXT_DAY).json
    lived.ok("forecast", "--known-at", TODAY, clock=NEXT_DAY)
    assert lived.ok("forecast", "--json", clock=NEXT_DAY).json == now


def test_days_of_silence_in_between_do_not_matter(home, tmp_path):
    """Asked a week later, when nobody had looked at the days between."""
    home.ok("import", a_log(tmp_path))
    home.ok("goal", "add", "--day", RACE, "--time", "3:45:00")
    then = home.ok("forecast", "--json").json
    week_later = "2026-09-07T09:00:00+02:00"
    assert home.ok("forecast", "--json", "--known-at", TODAY, clock=week_later).json == then


def test_a_day_ended_where_the_athlete_lived_then(trained):
    """Who has flown west since: the evening of then is not that of the same date there."""
    early = "2026-09-01T01:00:00+02:00"  # still 31 August in Los Angeles
    before = trained.ok("forecast", "--json").json
    trained.ok("athlete", "set", "--name", "Robin", clock=early)
    trained.ok("athlete", "set", "--zone", "America/Los_Angeles", clock=NEXT_DAY)
    told = trained.ok("athlete", "show", "--json", "--known-at", TODAY, clock=NEXT_DAY).json
    assert (told["name"], told["zone"]) == ("", "Europe/Paris")
    assert trained.ok("forecast", "--json", "--known-at", TODAY, clock=NEXT_DAY).json == before
    now = trained.ok("athlete", "show", "--json", clock=NEXT_DAY).json
    assert (now["name"], now["zone"]) == ("Robin", "America/Los_Angeles")


def test_the_day_of_the_flight_ended_there(trained):
    """Flown east: the day of the move ends by the new zone."""
    trained.ok("athlete", "set", "--zone", "Pacific/Auckland", clock="2026-09-01T01:00:00+02:00")
    trained.ok("athlete", "set", "--name", "Robin", clock="2026-09-01T13:00:00+02:00")
    trained.ok("athlete", "set", "--name", "Kea", clock="2026-09-01T15:00:00+02:00")
    told = trained.ok(
        "athlete", "show", "--json", "--known-at", "2026-09-01", clock="2026-09-01T20:00:00+02:00"
    )
    assert told.json["name"] == "Robin"  # 13:00 in Paris is 23:00 there


def test_of_a_moment_before_an_erasing_it_is_said_what_was_erased(trained, tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(fit_file())
    trained.ok("import", file)
    trained.ok("disconnect", "files", "--erase", clock=NEXT_DAY)
    for words in READING:
        said = trained.ok(*words, "--json", "--known-at", TODAY, clock=NEXT_DAY)
        assert "files was erased on 2026-09-01, so this is without it" in said.err, words
        assert isinstance(said.json, list | dict)
    later = "2026-09-02T20:00:00+02:00"
    assert "erased" not in trained.ok("status", "--known-at", "2026-09-02", clock=later).err
    assert "erased" not in trained.ok("status", clock=later).err
