"""The commands, as a person or a program uses them."""

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest
import typer

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.files.made import fit_file, tcx_file
from tests.worker.commands import CLOCK, RACE, TODAY, Home, Said, a_log
from tests.worker.shapes import (
    DIFF,
    DOCTOR,
    FORECAST,
    IMPORT,
    NEWS,
    PLAN,
    STATUS,
    Instant,
    ListOf,
    fits,
)
from worker.cli import app
from worker.cli.failing import UsedWrongly, told
from worker.cli.session import local_zone
from worker.clock import machine_now

# --- an empty home --------------------------------------------------------------------------------


def test_the_first_command_makes_a_home_and_says_so(home):
    said = home.ok("status")
    assert "A new home in" in said.err
    assert "first athlete made" in said.err
    assert "goalward goal add --help" in said.out
    assert "goalward connect --help" in said.out
    assert (home.path / "goalward.db").exists()
    again = home.ok("status")
    assert "new home" not in again.err


def test_what_is_said_of_a_new_home_does_not_spoil_json(home):
    assert fits(home.ok("status", "--json").json, STATUS) == []


def test_without_a_goal_there_is_no_plan(home):
    said = home("plan", "show")
    assert said.status == 1
    assert "goalward goal add" in said.err


def test_without_runs_numbers_are_null_with_a_message(home):
    home.ok("goal", "add", "--day", RACE, "--time", "3:45:00")
    shown = home.ok("forecast", "--json").json
    assert fits(shown, FORECAST) == []
    assert shown["ability"] == {"ten_k_median_s": None, "sd_ln": None}
    (goal,) = shown["goals"]
    assert (goal["probability"], goal["median_s"], goal["status"]) == (None, None, "unknown")
    assert goal["message"]


# --- importing ------------------------------------------------------------------------------------


def test_import_accounts_for_every_file(home, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    start = datetime(2026, 8, 20, 6, tzinfo=UTC)
    (folder / "run.fit").write_bytes(fit_file(start=start))
    (folder / "same.fit").write_bytes(fit_file(start=start))
    (folder / "run.tcx").write_bytes(tcx_file(start=start - timedelta(days=2)))
    (folder / "later.fit").write_bytes(fit_file(start=start + timedelta(days=60)))
    (folder / "broken.fit").write_bytes(b"\x0e\x10not a recording at all")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "table.csv").write_text("name,colour\na,b\n")
    (folder / "gone.fit").symlink_to(folder / "nowhere.fit")
    shown = home.ok("import", folder, "--json").json
    assert fits(shown, IMPORT) == []
    fates = {Path(row["path"]).name: row for row in shown["files"]}
    assert {name: row["outcome"] for name, row in fates.items()} == {
        "run.fit": "imported",
        "same.fit": "unchanged",
        "run.tcx": "imported",
        "later.fit": "skipped",
        "broken.fit": "refused",
        "photo.jpg": "skipped",
        "table.csv": "skipped",
        "gone.fit": "refused",
    }
    assert fates["run.fit"]["activities"] == fates["same.fit"]["activities"] != []
    assert all(row["reason"] for row in fates.values() if row["outcome"] in ("skipped", "refused"))
    again = home.ok("import", folder, "--json").json
    assert {row["outcome"] for row in again["files"]} == {"unchanged", "skipped", "refused"}
    status = home.ok("status", "--json").json
    assert (status["activities"], status["aside"]) == (2, 1)
    assert "1 kept aside" in home.ok("status").out


def test_a_longer_log_adds_only_what_is_new(home, tmp_path):
    first = home.ok("import", a_log(tmp_path), "--json").json["files"][0]
    same = home.ok("import", a_log(tmp_path), "--json").json["files"][0]
    new = [(TODAY.isoformat(), 5000, 1700, "run")]
    longer = home.ok("import", a_log(tmp_path, extra=new), "--json").json["files"][0]
    assert (first["outcome"], same["outcome"], longer["outcome"]) == (
        "imported",
        "unchanged",
        "imported",
    )
    assert first["activities"] == same["activities"]
    assert len(longer["activities"]) == len(first["activities"]) + 1


def test_importing_moves_the_estimate_at_once(trained):
    assert trained.ok("forecast", "--json").json["ability"]["ten_k_median_s"] > 1800


def test_import_of_nothing_is_used_wrongly(home, tmp_path):
    assert "there is no such file" in home.wrong("import", tmp_path / "nowhere")
    assert "COLUMN=VALUE" in home.wrong("import", tmp_path, "--where", "athlete")
    assert "YYYY-MM-DD" in home.wrong("import", tmp_path, "--day-zero", "monday")


# --- goals ----------------------------------------------------------------------------------------


def test_a_goals_life(trained):
    shown = trained.ok("goal", "show", trained.goal)
    assert "marathon in 3:45:00" in shown.out.lower()
    (listed,) = trained.ok("goal", "list", "--json").json
    assert (listed["id"], listed["target_s"], listed["priority"]) == (trained.goal, 13_500.0, "A")
    changed = trained.ok("goal", "change", trained.goal, "--time", "4:00:00", "--priority", "b",
                         "--name", "Home", "--json").json  # fmt: skip
    assert (changed["target_s"], changed["priority"], changed["id"]) == (
        14_400.0,
        "B",
        trained.goal,
    )
    moved = trained.ok("goal", "change", trained.goal, "--day", "2026-12-27", "--json").json
    assert moved["day"] == "2026-12-27"
    assert trained.ok("goal", "assess", trained.goal, "--json").json["verdict"]
    assert "Retired: Home" in trained.ok("goal", "retire", trained.goal).out
    assert "(retired on 2026-08-31)" in trained.ok("goal", "list").out
    assert trained.ok("forecast", "--json").json["goals"] == []


def test_a_completion_goal_with_a_cut_off(trained):
    said = trained.ok("goal", "add", "--distance", "50k", "--day", "2027-03-14", "--cut-off", "7:30:00",
                      "--climb", "900", "--priority", "B", "--json").json  # fmt: skip
    assert (said["kind"], said["target_s"], said["versions"]) == ("completion", None, None)
    kept = next(g for g in trained.ok("goal", "list", "--json").json if g["id"] == said["id"])
    assert (kept["cut_off_s"], kept["climb_m"], kept["distance_m"]) == (27_000.0, 900.0, 50_000.0)
    tighter = trained.ok("goal", "change", said["id"], "--cut-off", "6:00:00", "--json").json
    assert tighter["probability"] <= said["probability"]


def test_a_race_within_the_week_is_doubtful_and_taken(trained):
    said = trained.ok("goal", "add", "--distance", "5k", "--day", "2026-09-05", "--priority", "C")
    assert "Note: The day is less than a week away" in said.err


def test_what_was_accepted_once_is_not_held_against_a_change(trained):
    trained.ok("athlete", "set", "--birth-year", "2010")
    trained.ok("goal", "change", trained.goal, "--name", "Nevertheless")
    late = "2026-12-16T09:00:00+01:00"
    trained.ok("goal", "change", trained.goal, "--name", "At last", clock=late)
    over = "2026-12-22T09:00:00+01:00"
    trained.ok("goal", "change", trained.goal, "--name", "It was", clock=over)
    assert "already past" in trained.wrong(
        "goal", "change", trained.goal, "--day", "2026-12-21", clock=over
    )


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--day", "20 December"), "YYYY-MM-DD"),
        (("--day", "2026-08-30"), "name a day to come"),
        (("--day", "2026-12-20", "--time", "fast"), "[H:]MM:SS"),
        (("--day", "2026-12-20", "--time", "1:00:00"), "faster than anybody has ever run"),
        (("--day", "2026-12-20", "--priority", "D"), "A, B or C"),
        (("--day", "2026-12-20", "--kind", "time"), "--time"),
        (("--day", "2026-12-20", "--kind", "completion", "--time", "4:00:00"), "leave one"),
        (("--day", "2026-12-20", "--kind", "glory"), "time, completion"),
        (("--day", "2026-12-20", "--distance", "far"), "marathon"),
        (("--day", "2026-12-20", "--distance", "900"), "1.5 km to 250 km"),
        (("--day", "2026-12-20", "--time", "4:00:00", "--cut-off", "3:30:00"), "--cut-off"),
        ((), "--day"),
    ],
)
def test_a_goal_that_cannot_be_meant_is_refused_with_the_remedy(home, words, remedy):
    assert remedy in home.wrong("goal", "add", *words).replace("\n", " ")
    assert home.ok("goal", "list", "--json").json == []


def test_the_young_run_no_marathon(home):
    home.ok("athlete", "set", "--birth-year", "2010")
    assert "Under 18" in home.wrong("goal", "add", "--day", RACE)


def test_an_unknown_goal_is_said_with_the_known_ones(trained):
    for command in ("show", "assess", "retire", "change"):
        said = trained.wrong("goal", command, "nosuch")
        assert "nosuch" in said
        assert trained.goal in said


# --- forecast and fitness -------------------------------------------------------------------------


def test_forecast_has_the_contracts_shape(trained):
    shown = trained.ok("forecast", "--json").json
    assert fits(shown, FORECAST) == []
    assert shown["as_of"] == TODAY.isoformat()
    for row in [*shown["distances"], *shown["goals"]]:
        assert row["p10_s"] < row["median_s"] < row["p90_s"]
    versions = shown["goals"][0]["versions"]
    assert versions["stretch_s"] < versions["realistic_s"] < versions["conservative_s"]
    told = trained.ok("forecast").out
    assert "8 times out of 10" in told
    assert "Chance:" in told


RACE_SHOWN = {
    "as_of": date,
    "day": date,
    "distance_m": float,
    "climb_m": (float, None),
    "temperature_c": (float, None),
    "dew_point_c": (float, None),
    "median_s": (float, None),
    "p10_s": (float, None),
    "p90_s": (float, None),
    "sd_ln": (float, None),
    "versions": ({"stretch_s": float, "realistic_s": float, "conservative_s": float}, None),
    "costs": ListOf(
        {"what": str, "median_s": float, "p10_s": float, "p90_s": float, "evidence": str}
    ),
    "message": str,
}


def test_any_race_is_forecast_with_what_its_course_and_its_day_cost(trained):
    asked = ("forecast", "--distance", "15k")
    flat = trained.ok(*asked, "--json").json
    assert fits(flat, RACE_SHOWN) == []
    assert flat["day"] == TODAY.isoformat()
    hard = trained.ok(
        *asked, "--climb", "150", "--temp", "24", "--dew-point", "20", "--day", RACE, "--json"
    ).json
    assert fits(hard, RACE_SHOWN) == []
    assert [cost["what"] for cost in hard["costs"]][:2] == ["climb", "heat"]
    assert all(cost["p10_s"] < cost["median_s"] < cost["p90_s"] for cost in hard["costs"])
    assert hard["p90_s"] / hard["p10_s"] > flat["p90_s"] / flat["p10_s"]
    told = trained.ok(*asked, "--climb", "150", "--temp", "27", "--dew-point", "20").out
    for said in ("The climb costs about", "27 °C cost about", "paces mean little", "Humidity is"):
        assert said in told
    assert "As on a cool day" in trained.ok(*asked).out


def test_weather_that_is_known_of_the_day_counts(trained):
    trained.ok("weather", "set", RACE, "--temp", "26")
    shown = trained.ok("forecast", "--distance", "half", "--day", RACE, "--json").json
    assert shown["temperature_c"] == 26.0
    assert "26 °C cost about" in trained.ok("forecast").out


def test_a_race_that_cannot_be_forecast_says_why(trained):
    assert "1.5 to 100 km" in trained.wrong("forecast", "--distance", "200k")
    assert "past" in trained.wrong("forecast", "--distance", "10k", "--day", "2020-01-01")
    assert "--temp" in trained.wrong("forecast", "--distance", "10k", "--dew-point", "12")
    assert "--distance" in trained.wrong("forecast", "--temp", "20")
    assert "five years" in trained.wrong("forecast", "--distance", "10k", "--day", "9999-12-31")
    assert "at most 3000 m" in trained.wrong("forecast", "--distance", "5k", "--climb", 3_100)


@pytest.mark.parametrize(
    ("day", "why"), [("0001-01-01", "past"), ("2032-06-01", "five years"), ("9999-12-31", "years")]
)
def test_a_goal_on_a_day_nobody_can_plan_for_is_refused_and_leaves_nothing(trained, day, why):
    before = trained.ok("goal", "list", "--json").json
    assert why in trained.wrong("goal", "add", "--day", day)
    assert trained.ok("goal", "list", "--json").json == before


def test_a_goal_on_an_impossible_course_is_refused(trained):
    assert "at most" in trained.wrong(
        "goal", "add", "--distance", "5k", "--day", RACE, "--climb", 3_100
    )
    assert "--climb" in trained.wrong("goal", "add", "--day", RACE, "--climb", -5)


def test_a_race_nobody_can_foretell_has_no_numbers(home):
    shown = home.ok("forecast", "--distance", "10k", "--json").json
    assert fits(shown, RACE_SHOWN) == []
    assert shown["median_s"] is None
    assert "needed" in shown["message"]
    assert "needed" in home.ok("forecast", "--distance", "10k").out


def test_fitness_says_what_each_run_did(trained, tmp_path):
    shown = trained.ok("fitness", "--json").json
    assert shown["ability"]["runs_used"] > 20
    explained = trained.ok("fitness", "--explain", "--json").json["evidence"]
    assert len(explained) == 16  # four weeks of four runs
    shape = ListOf(
        {"id": str, "day": date, "used": bool, "moved_percent": float, "reason": (str, None)}
    )
    assert fits(explained, shape) == []
    assert all(row["used"] or row["reason"] for row in explained)
    told = trained.ok("fitness", "--explain").out
    assert "16 of 16 activities counted" in told
    assert "No race or hard effort yet" in told
    assert re.search(r"\d s (faster|slower)\n|less than a second\n", told)


def test_fitness_shows_how_it_went(trained):
    until = trained.ok("fitness", "--json").json["as_of"]
    since = date.fromisoformat(until) - timedelta(weeks=6)
    weeks = trained.ok("fitness", "--since", since, "--json").json["weeks"]
    seconds = (float, None)
    shape = {"first_day": date, "as_of": date, "runs": int, "distance_m": float}
    shape |= {"ten_k_median_s": seconds, "p10_s": seconds, "p90_s": seconds}
    assert fits(weeks, ListOf(shape)) == []
    assert weeks[-1]["as_of"] == until
    now = trained.ok("forecast", "--json").json["ability"]["ten_k_median_s"]
    assert weeks[-1]["ten_k_median_s"] == pytest.approx(now, abs=0.06)
    lines = trained.ok("fitness", "--since", since).out.splitlines()
    assert len([line for line in lines if re.match(r"\d{4}-\d{2}-\d{2} ", line)]) == len(weeks)
    assert "no day" in trained.wrong("fitness", "--since", "Monday")


# --- the plan -------------------------------------------------------------------------------------


def days_of(plan):
    return {row["day"]: row for week in plan["weeks"] for row in week["days"]}


def shown_plan(home, **how):
    return home.ok("plan", "show", "--json", **how).json


def test_plan_has_the_contracts_shape(trained):
    plan = shown_plan(trained)
    assert fits(plan, PLAN) == []
    assert plan["weeks"][0]["first_day"] == TODAY.isoformat()
    assert date.fromisoformat(plan["weeks"][-1]["first_day"]) <= RACE
    assert {len(week["days"]) for week in plan["weeks"]} <= {0, 7}
    assert trained.ok("plan", "show").out.count("\n") > 28
    assert len(trained.ok("plan", "show", "--all").out) > len(trained.ok("plan", "show").out)


def test_the_plan_is_the_same_when_asked_again(trained):
    assert shown_plan(trained) == shown_plan(trained)


def a_session(home, *, kinds=("easy", "long", "tempo", "threshold", "interval"), after=3):
    """(day, ident) of a session to play with, some days ahead."""
    return next(
        (day, row["workout"]["ident"])
        for day, row in sorted(days_of(shown_plan(home)).items())
        if row["workout"]
        and row["workout"]["kind"] in kinds
        and day > (TODAY + timedelta(days=after)).isoformat()
    )


def test_skip_and_undo(trained):
    before = shown_plan(trained)
    day, ident = a_session(trained)
    for words in (day, ident):
        trained.ok("plan", "skip", words)
        row = days_of(shown_plan(trained))[day]
        assert (row["status"], row["workout"]) == ("skipped", None)
        assert trained.ok("plan", "undo", words).out == "Undone.\n"
        assert days_of(shown_plan(trained)) == days_of(before)
    assert "nothing was skipped" in trained.wrong("plan", "undo", day)


def test_move_and_undo(trained):
    before = days_of(shown_plan(trained))
    day, ident = a_session(trained)
    free = next(d for d, row in before.items() if d > day and row["workout"] is None)
    trained.ok("plan", "move", day, free)
    moved = days_of(shown_plan(trained))
    assert moved[free]["workout"]["ident"] == ident
    assert moved[day]["status"] == "moved"
    assert trained.ok("plan", "changes").out
    trained.ok("plan", "undo", free)
    assert days_of(shown_plan(trained)) == before


def test_a_move_that_cannot_be_is_refused_and_leaves_no_trace(trained):
    before = shown_plan(trained)
    day, _ = a_session(trained)
    full = next(d for d, row in days_of(before).items()
                if d > day and row["workout"] and row["workout"]["kind"] not in ("easy", "strides"))  # fmt: skip
    assert "skip or move that first" in trained.wrong("plan", "move", day, full)
    assert "nothing was skipped" in trained.wrong("plan", "undo", day)
    assert "is over" in trained.wrong("plan", "move", day, "2026-08-30")
    assert "neither a day" in trained.wrong("plan", "move", day, "2027-08-30")
    assert "neither a day" in trained.wrong("plan", "skip", "nosuch")
    rest = next(d for d, row in days_of(before).items() if row["workout"] is None)
    assert "nothing is planned" in trained.wrong("plan", "skip", rest)
    assert shown_plan(trained) == before


def test_why_changes_and_lint(trained):
    day, ident = a_session(trained)
    assert trained.ok("plan", "why", day).out == trained.ok("plan", "why", ident).out != ""
    assert "Rules:" in trained.ok("plan", "why", day).out
    told = trained.ok("plan", "why", day, "--json").json
    shown = [one for week in shown_plan(trained)["weeks"] for one in week["days"]]
    assert {name: told[name] for name in ("day", "status", "workout", "why")} in shown
    assert told["session"]["id"]
    assert told["note"]
    assert told["changes"] == []
    lint = trained("plan", "lint", "--json")
    assert lint.json == []
    assert lint.status == 0
    assert fits(trained.ok("plan", "changes", "--json").json, ListOf(dict)) == []


def test_the_library_teaches_what_plans_are_made_of(trained):
    kinds = trained.ok("plan", "library", "--json").json
    assert len(kinds) >= 40
    assert {"id", "purpose", "goals", "phases", "progression", "source", "evidence"} <= set(
        kinds[0]
    )
    assert f"{len(kinds)} kinds." in trained.ok("plan", "library").out
    of_a_goal = trained.ok("plan", "library", "ultra", "--json").json
    assert {kind["id"] for kind in of_a_goal} < {kind["id"] for kind in kinds}
    assert all("ultra" in kind["goals"] for kind in of_a_goal)
    one = trained.ok("plan", "library", "back-to-back").out
    assert "practice of ultra runners" in one
    assert "evidence: D" in one
    assert "no session, purpose or goal" in trained.wrong("plan", "library", "nosuch")
    day, _ = a_session(trained, kinds=("tempo", "threshold", "interval"))
    assert "Evidence" in trained.ok("plan", "why", day).out


def test_the_days_go_by(trained):
    """A week later the past stands as it was, and nothing was run."""
    before = days_of(shown_plan(trained))
    late = days_of(shown_plan(trained, clock="2026-09-07T09:00:00+02:00"))
    first = TODAY + timedelta(days=7)
    assert min(late) == first.isoformat()
    assert set(before) & set(late)


# --- status, news, doctor, replay -----------------------------------------------------------------


def test_status_news_and_doctor(trained):
    assert fits(trained.ok("status", "--json").json, STATUS) == []
    assert "Activities: " in trained.ok("status").out
    assert fits(trained.ok("news", "--json").json, NEWS) == []
    assert "Nothing was worth saying yet." in trained.ok("news").out
    assert fits(trained.ok("doctor", "--json").json, DOCTOR) == []
    assert "ok   database" in trained.ok("doctor").out


def test_news_after_weeks(trained):
    trained.ok("status", clock="2026-09-01T09:00:00+02:00")
    trained.ok("status", clock="2026-09-08T09:00:00+02:00")
    news = trained.ok("news", "--json").json
    assert fits(news, NEWS) == []
    assert any(item["title"].startswith("Week") or "Week" in item["body"] for item in news)
    assert news[0]["title"] in trained.ok("news").out


def test_replay_of_nothing_is_used_wrongly(home):
    for row in ("999", "x", "-1", "9" * 30):
        assert "goalward status" in home.wrong("replay", "--", row)


def test_doctor_names_what_is_wrong(trained):
    bad = Home(trained.path, {"GOALWARD_NOTIFY": "nosuch://x", "GOALWARD_EXAMPLES": "1"})
    said = bad("doctor")
    assert said.status == 1
    assert "BAD  messages by nosuch" in said.out
    assert "BAD  settings: these mean nothing: GOALWARD_EXAMPLES" in said.out


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Paris"])
def test_the_zone_is_where_the_machine_is_now(monkeypatch, zone):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    assert local_zone().key == "America/Los_Angeles"
    monkeypatch.setenv("TZ", zone)
    assert local_zone().key == zone


def test_backtest_of_ones_own_history(trained, tmp_path):
    assert trained.ok("backtest", "--json").json == []
    assert "No races" in trained.ok("backtest").out
    assert "belong together" in trained.wrong("backtest", "--runs", tmp_path)
    assert "belong together" in trained.wrong("backtest", "--leave-one-out")
    fast = [(TODAY - timedelta(days=n), 10_000, 2_760, "run") for n in (70, 30)]
    trained.ok("import", a_log(tmp_path, extra=fast))
    scored = trained.ok("backtest", "--json").json
    assert [row["day"] for row in scored] == [fast[0][0].isoformat(), fast[1][0].isoformat()]
    shape = {"day": date, "race": bool, "distance_m": float, "time_s": float}
    shape |= dict.fromkeys(("median_s", "p10_s", "p90_s"), float)
    assert fits(scored, ListOf(shape)) == []
    assert scored[1]["p10_s"] < scored[1]["median_s"] < scored[1]["p90_s"]
    ahead = trained.ok("backtest", "--horizon-weeks", "4", "--json").json
    assert ahead[-1]["p90_s"] / ahead[-1]["p10_s"] > scored[-1]["p90_s"] / scored[-1]["p10_s"]
    told = trained.ok("backtest").out
    assert told.count("hard run ") == 2
    assert "In all 2: off by" in told


# --- several athletes -----------------------------------------------------------------------------


def test_several_athletes(trained):
    said = trained.ok("athlete", "add", "Anna", "--zone", "America/Los_Angeles")
    assert "--athlete 2" in said.out
    for words in (
        ("status",),
        ("forecast",),
        ("goal", "list"),
        ("plan", "show"),
        ("athlete", "show"),
        ("news",),
    ):
        assert "--athlete ID" in trained.wrong(*words)
    assert "known: 1, 2" in trained.wrong("status", "--athlete", "3")
    assert trained.ok("goal", "list", "--athlete", "2", "--json").json == []
    assert len(trained.ok("goal", "list", "--athlete", "1", "--json").json) == 1
    listed = trained.ok("athlete", "list", "--json").json
    assert [(row["id"], row["name"]) for row in listed] == [(1, ""), (2, "Anna")]
    assert "2  Anna  America/Los_Angeles" in trained.ok("athlete", "list").out


def test_athlete_set(home):
    home.ok("athlete", "set", "--name", "Kim", "--zone", "Asia/Tokyo", "--days", "mon,wed,sat",
            "--long-run", "sat", "--runs-per-week", "3", "--units", "imperial", "--sex", "f",
            "--birth-year", "1990", "--max-hr", "190", "--resting-hr", "48", "--autonomy", "ask",
            "--horizon-days", "10", "--strava-use", "trigger", "--notify", "json://localhost")  # fmt: skip
    shown = home.ok("athlete", "show", "--json").json
    assert {name: shown[name] for name in ("name", "zone", "units", "sex", "autonomy")} == {
        "name": "Kim", "zone": "Asia/Tokyo", "units": "imperial", "sex": "f", "autonomy": "ask"
    }  # fmt: skip
    assert sorted(shown["run_weekdays"]) == [0, 2, 5]
    assert (shown["horizon_days"], shown["runs_per_week"], shown["long_run_weekday"]) == (10, 3, 5)
    assert "mon wed sat" in home.ok("athlete", "show").out


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--zone", "Paris"), "Europe/Paris"),
        (("--days", "mon,someday"), "mon, tue"),
        (("--days", "mon,tue"), "set --long-run"),
        (("--long-run", "x"), "mon, tue"),
        (("--units", "feet"), "metric, imperial"),
        (("--autonomy", "yes"), "auto, ask, never"),
        (("--notify", "nosuch://secret"), "not a channel"),
        (("--birth-year", "2025"), "too young"),
        (("--max-hr", "20"), "--max-hr"),
        (("--strava-use", "some"), "full, trigger, off"),
        (("--nonsense",), "No such option"),
        ((), "nothing to set"),
    ],
)
def test_a_setting_that_cannot_be_meant(home, words, remedy):
    said = home.wrong("athlete", "set", *words)
    assert remedy in said
    assert "secret" not in said


# --- the calendar, and what errors become ---------------------------------------------------------


@pytest.fixture
def with_garmin(trained, tmp_path):
    """Connected by a token file, as `connect garmin --tokens` takes it; yields (home, control)."""
    with (
        serve(machine_now=machine_now, options=Options(today=TODAY)) as url,
        Control(url) as control,
    ):
        trained.environ |= {
            "GOALWARD_GARMIN_API_URL": f"{url}/garmin",
            "GOALWARD_CALENDAR_SETTLE_S": "0",
        }
        tokens = tmp_path / "garmin_tokens.json"
        tokens.write_text(json.dumps(control.tokens()["garmin"]))
        assert "Garmin is connected" in trained.ok("connect", "garmin", "--tokens", tokens).out
        yield trained, control


def test_calendar_diff_and_sync(with_garmin):
    home, control = with_garmin
    before = control.dump()
    shown = home.ok("calendar", "diff", "--json").json
    assert fits(shown, DIFF) == []
    assert {action["action"] for action in shown["actions"]} == {"create"}
    assert "yours untouched" in home.ok("calendar", "diff").out
    assert control.dump()["entries"] == before["entries"] == []  # a diff writes nothing
    home.ok("calendar", "sync")
    after = control.dump()
    assert len(after["entries"]) == len(shown["actions"])
    assert after["foreign"] == before["foreign"]
    settled = home.ok("calendar", "diff", "--json").json
    assert (settled["actions"], settled["ours"]) == ([], len(after["entries"]))
    day, _ = a_session(home)
    home.ok("plan", "skip", day)
    (action,) = home.ok("calendar", "diff", "--json").json["actions"]
    assert (action["action"], action["day"]) == ("delete", day)
    assert action["reason"]


def test_races_of_the_calendar_are_proposed_and_become_goals_by_command_only(with_garmin):
    home, control = with_garmin
    control.post("calendar/race", name="City's run", day="2026-10-11", distance_km=21.0975,
                 target_s=6600, is_main=True)  # fmt: skip
    before = home.ok("goal", "list", "--json").json
    proposals = home.ok("goal", "list", "--from-calendar", "--json").json
    race = next(one for one in proposals if one["name"] == "City's run")
    assert (race["day"], race["priority"], race["target_s"]) == ("2026-10-11", "A", 6600)
    said = home.ok("goal", "list", "--from-calendar").out
    assert race["command"] in said
    assert home.ok("goal", "list", "--json").json == before
    _, *words = shlex.split(race["command"])
    assert home.ok(*words, "--json").json["distance_m"] == 21_097.5
    again = home.ok("goal", "list", "--from-calendar", "--json").json
    assert race not in again
    assert len(again) == len(proposals) - 1
    assert "--known-at" in home.wrong("goal", "list", "--from-calendar", "--known-at", "2026-08-31")


def test_without_a_calendar_no_race_can_be_proposed(home):
    said = home("goal", "list", "--from-calendar")
    assert said.status == 1
    assert "goalward connect garmin" in said.err


def test_how_far_ahead_concerns_the_calendar(with_garmin):
    home, _ = with_garmin
    home.ok("calendar", "sync")
    assert home.ok("status", "--json").json["owed"] == 0
    home.ok("athlete", "set", "--horizon-days", "5")
    assert home.ok("status", "--json").json["owed"] == 1  # `up` makes the calendar follow
    actions = home.ok("calendar", "diff", "--json").json["actions"]
    assert {action["action"] for action in actions} == {"delete"}


def test_sync_reads_what_came_in_first(with_garmin):
    home, control = with_garmin
    before = home.ok("status", "--json").json
    assert before["connections"][0]["unread"] == 1  # connecting asks at once; nothing is up to read
    control.run(TODAY - timedelta(days=3))  # a Friday: not in the log
    assert "Reading what came in (1)" in home.ok("calendar", "sync").err
    after = home.ok("status", "--json").json
    assert (after["activities"], after["owed"]) == (before["activities"] + 1, 0)


def test_a_lapsed_sign_in_is_exit_three_with_the_command_that_mends_it(with_garmin):
    home, control = with_garmin
    control.revoke("garmin")
    said = home("calendar", "diff")
    assert said.status == 3
    assert "goalward connect garmin" in said.err
    for command in ("diff", "sync"):
        again = home("calendar", command)
        assert (again.status, "goalward connect garmin" in again.err) == (3, True)
    assert "sign in needed" in home.ok("status").out
    doctor = home("doctor")
    assert (doctor.status, "BAD  garmin" in doctor.out) == (1, True)


def test_a_service_that_is_away_is_exit_four(with_garmin):
    home, control = with_garmin
    control.fault("garmin", status=503, times=99)
    said = home("calendar", "diff")
    assert said.status == 4
    assert "503" in said.err


def test_doctor_of_a_changed_key(with_garmin):
    home, _ = with_garmin
    (home.path / "secret.key").unlink()
    said = home("doctor", "--json")
    assert said.status == 1
    (key,) = [finding for finding in said.json if not finding["ok"]]
    assert key["what"] == "key"
    assert "Restore it from the backup" in key["says"]


def test_disconnecting_forgets_the_tokens(with_garmin):
    home, _ = with_garmin
    assert "tokens are deleted" in home.ok("disconnect", "garmin").out
    assert "garmin is not connected" in home.wrong("disconnect", "garmin")
    assert "Nothing is connected" in home.ok("status").out
    said = home("calendar", "diff")
    assert said.status == 1
    assert "goalward connect garmin" in said.err


def test_an_account_of_another_athlete_is_refused(with_garmin, tmp_path):
    home, _ = with_garmin
    home.ok("athlete", "add", "Anna")
    tokens = tmp_path / "garmin_tokens.json"
    said = home.wrong("connect", "garmin", "--tokens", tokens, "--athlete", "2")
    assert "already connected to athlete 1" in said


def test_connecting_a_folder(home, tmp_path):
    assert "is no folder" in home.wrong("connect", "folder", tmp_path / "nowhere")
    home.ok("connect", "folder", tmp_path)
    assert "connected, not used yet, 1 waiting to be read" in home.ok("status").out
    # a day later the poll is still unread, for nothing is up: commands answer all the same
    late = "2026-09-01T09:00:00+02:00"
    assert home.ok("goal", "add", "--day", RACE, "--distance", "10k", "--json", clock=late).json[
        "id"
    ]
    assert home.ok("forecast", "--json", clock=late).json["as_of"] == "2026-09-01"


def test_workouts_go_into_a_folder(home, tmp_path):
    missing = home("connect", "workout-files", "--answer", f"folder={tmp_path / 'nowhere'}")
    assert (missing.status, "is no folder" in missing.err) == (1, True)
    place = tmp_path / "watch"
    place.mkdir()
    said = home.ok("connect", "workout-files", answers=f"{place}\n")
    assert "Copy the files to the watch" in said.out
    home.ok("athlete", "set", "--recent", "10k=50:00@2026-08-20", "--weekly-km", "40")
    home.ok("goal", "add", "--day", RACE, "--distance", "10k")
    diff = home.ok("calendar", "diff", "--json").json
    assert {action["action"] for action in diff["actions"]} == {"create"}
    home.ok("calendar", "sync")
    assert len(list(place.glob("2026-*.fit"))) == len(diff["actions"])
    diff = home.ok("calendar", "diff", "--json").json
    assert (diff["actions"], diff["calendar"]) == ([], "workout_files")
    assert "Workout files in a folder: connected" in home.ok("status").out
    home.ok("disconnect", "workout-files")
    assert list(place.glob("2026-*.fit"))


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (SignInNeeded("gone", remedy="goalward connect x"), 3, "goalward connect x"),
        (Unavailable("away"), 4, "tried again"),
        (RateLimited("busy", retry_after_s=9), 4, "busy"),
        (Refused("never"), 1, "never"),
        (UsedWrongly("so"), 2, "so"),
        (FileNotFoundError(2, "No such file", "/x"), 1, "/x: No such file"),
    ],
)
def test_what_an_error_is_to_the_person_at_the_keyboard(error, status, says):
    found, line = told(error)
    assert found == status
    assert says in line


def test_a_fault_of_ours_keeps_its_traceback():
    assert told(KeyError("x")) == (1, None)


# --- help -----------------------------------------------------------------------------------------


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group) or hasattr(command, "commands"):
            yield from commands(command, (*path, name))


EVERY = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_teaches(home, path):
    said = home.ok(*path, "--help").out
    assert "Usage:" in said
    assert EVERY[path].help
    for parameter in EVERY[path].params:
        if parameter.name != "help" and parameter.param_type_name == "option":
            assert parameter.help, f"{path}: {parameter.name} is not explained"
    assert not home.path.exists()  # help makes nothing


WRITING = {
    "demo", "up", "web", "work", "schedule", "migrate", "sandbox", "disconnect", "export", "replay",
    "connect garmin", "connect strava", "connect folder", "connect garmin-partner",
    "connect ics", "connect webhook", "athlete add", "athlete set", "activity split", "activity join",
    "activity exclude", "activity edit", "activity undo", "goal retire", "plan skip", "plan move",
    "plan undo", "plan pin", "plan accept", "plan decline", "calendar reclaim", "calendar detach",
    "calendar pause", "calendar resume", "calendar remove-all", "weather set", "weather forget",
    "break remove",
}  # fmt: skip


def test_every_command_that_reads_takes_json():
    mute = {
        " ".join(path)
        for path, command in EVERY.items()
        if not hasattr(command, "commands")
        and not any("--json" in parameter.opts for parameter in command.params)
    }
    assert mute == WRITING


def test_help_is_quick_and_imports_little():
    code = (
        "import sys, worker.cli\n"
        "try: worker.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'stravalib', 'garminconnect', 'numpy', 'dramatiq', 'starlette', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "goalward demo" in done.stdout


# --- the real thing, in a process of its own ------------------------------------------------------


def console(home, *words):
    script = Path(sys.executable).with_name("goalward")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GOALWARD_")}
    environ |= {"GOALWARD_HOME": str(home), "GOALWARD_CLOCK": CLOCK}
    done = subprocess.run(
        [script, *map(str, words)], env=environ, capture_output=True, text=True, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_the_console_script(tmp_path):
    (tmp_path / "run.fit").write_bytes(fit_file(start=datetime(2026, 8, 20, 6, tzinfo=UTC)))
    said = console(tmp_path / "home", "import", tmp_path / "run.fit", "--json")
    assert said.status == 0, said
    assert said.json["files"][0]["outcome"] == "imported"  # decoded in a process of its own
    wrong = console(tmp_path / "home", "goal", "add", "--day", "tomorrow")
    assert wrong.status == 2
    assert wrong.err == "goalward: 'tomorrow' is no day; write YYYY-MM-DD\n"
    assert console(tmp_path / "home", "plan", "show").status == 1


def test_instants_are_utc():
    assert fits("2026-08-31T07:00:00Z", Instant) == []
    assert fits("2026-08-31T07:00:00+02:00", Instant) != []
