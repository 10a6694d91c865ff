"""What the plan changes of its own accord, by command: asked, accepted, declined, pinned, undone."""

import csv
from datetime import timedelta

import pytest

from tests.worker.commands import TODAY

NOW = "2026-08-31T09:00:00+02:00"
LATER = "2026-09-07T20:00:00+02:00"  # the Monday after a race
DAY = timedelta(days=1)


def raced(home, clock=LATER):
    """A 10 km far faster than anything before, and the easy runs around it."""
    file = home.path.parent / "race.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("date", "distance_m", "moving_time_s", "sport"))
        for n, (metres, pace) in enumerate(
            ((9_000, 0.33), (9_000, 0.33), (9_000, 0.33), (10_000, 0.27))
        ):
            day = TODAY + (1 + n + (n > 1)) * DAY
            rows.writerow((day.isoformat(), metres, round(metres * pace), "run"))
    return home.ok("import", file, "--json", clock=clock)


def proposals(home):
    return home.ok("plan", "proposals", "--json", clock=LATER).json


def session_days(home, clock=LATER):
    weeks = home.ok("plan", "show", "--json", clock=clock).json["weeks"]
    return {
        row["day"]: row["workout"]
        for week in weeks
        for row in week["days"]
        if row["workout"] and row["day"] > clock[:10]
    }


@pytest.fixture
def asked(trained):
    trained.ok("athlete", "set", "--autonomy", "ask")
    raced(trained)
    return trained


def test_what_the_plan_would_change_waits_for_a_word(asked):
    before = session_days(asked)
    (held,) = proposals(asked)
    assert (held["waits_for"], held["rule"]) == ("answer", "G-1")
    assert "than your estimate says" in held["cost"]
    told = asked.ok("plan", "proposals", clock=LATER).out
    assert f"goalward plan accept {held['id']}" in told
    assert "Holding still: Your paces are" in told
    assert f"Waiting (G-1): {held['cost']}" in asked.ok("plan", "show", clock=LATER).out
    assert asked.ok("plan", "accept", held["id"], clock=LATER).out.startswith("Accepted: the plan")
    assert proposals(asked) == []
    assert session_days(asked) != before
    assert "no longer" in asked.wrong("plan", "accept", held["id"], clock=LATER)


def test_no_leaves_the_plan_as_it_is(asked):
    before = session_days(asked)
    (held,) = proposals(asked)
    assert held["cost"] in asked.ok("plan", "decline", held["id"], clock=LATER).out
    assert [each["waits_for"] for each in proposals(asked)] == ["nothing"]
    assert session_days(asked) == before
    assert "You said no" in asked.ok("plan", "proposals", clock=LATER).out


def test_a_word_on_what_does_not_wait_names_what_does(asked):
    (held,) = proposals(asked)
    said = asked.wrong("plan", "decline", "nosuch", clock=LATER)
    assert held["id"] in said


def test_a_question_is_told_once(asked):
    told = asked.ok("news", "--json", clock=LATER).out
    (held,) = proposals(asked)
    assert told.count("May the plan change?") == 1
    assert f"goalward plan accept {held['id']}" in told


def test_a_change_is_told_in_full_and_taken_back_by_its_id(trained):
    before = session_days(trained, clock=NOW)
    raced(trained)
    changed = trained.ok("plan", "changes", "--json", clock=LATER).json
    paces = [each for each in changed if each["rule"] == "G-1"]
    assert paces
    (ident,) = {each["id"] for each in paces}
    day = paces[0]["day"]
    why = trained.ok("plan", "why", day, clock=LATER).out
    assert "Estimate over a flat 10 km: " in why
    assert "Rule G-1: Target paces follow the estimate" in why
    assert "evidence D" in why
    assert "  Was: " in why
    assert "  Is: " in why
    said = trained.ok("plan", "undo", ident, clock=LATER).out
    assert said.count(" again.") == len(paces)
    after = session_days(trained)
    assert all(after[each["day"]]["steps"] == before[each["day"]]["steps"] for each in paces)
    trained.ok("plan", "undo", day, clock=LATER)  # and that too can be taken back
    assert session_days(trained)[day]["steps"] != before[day]["steps"]


def test_one_day_of_a_change_is_taken_back(trained):
    raced(trained)
    changed = trained.ok("plan", "changes", "--json", clock=LATER).json
    one, other = [each["day"] for each in changed if each["rule"] == "G-1"][:2]
    now = session_days(trained)
    assert f"{one}: " in trained.ok("plan", "undo", one, clock=LATER).out
    after = session_days(trained)
    assert after[one]["steps"] != now[one]["steps"]
    assert after[other] == now[other]


def test_what_is_pinned_keeps_its_paces_until_it_is_released(trained):
    before = session_days(trained, clock=NOW)
    pinned = next(
        day
        for day in before
        if day > "2026-09-09" and before[day]["kind"] in ("threshold", "tempo", "interval")
    )
    assert trained.ok("plan", "pin", pinned).out.startswith(f"Pinned: {pinned} stays ")
    raced(trained)
    assert session_days(trained)[pinned] == before[pinned]
    assert trained.ok("plan", "undo", pinned, clock=LATER).out == "Undone.\n"
    assert session_days(trained)[pinned]["steps"] != before[pinned]["steps"]


def test_what_is_over_is_not_pinned(trained):
    first, ident = next(
        (day, told["ident"]) for day, told in session_days(trained, clock=NOW).items()
    )
    wednesday = "2026-09-02T20:00:00+02:00"
    assert first < wednesday[:10]
    assert "is over" in trained.wrong("plan", "pin", ident, clock=wednesday)


def test_what_a_break_did_is_taken_back_where_it_was_said(trained):
    trained.ok("break", "add", "illness", "--until", "2026-09-04")
    said = trained.wrong("plan", "undo", "2026-09-02")
    assert "goalward break" in said
