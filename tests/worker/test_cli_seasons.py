"""Seasons by command: blocks, conflicts, prices, years, what comes next. Nothing is written."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.worker.commands import RACE, TODAY, a_log

FIVE_DAY = TODAY + timedelta(weeks=8, days=6)


def stored(home):
    """Every row, but for the clock's note of the latest instant and what is owed by it."""
    with closing(sqlite3.connect(home.path / "goalward.db")) as db:
        tables = [
            name for (name,) in db.execute("select name from sqlite_master where type='table'")
        ]
        return {
            table: sorted(map(repr, db.execute(f"select * from {table}")))  # names of our own
            for table in tables
            if table not in CLOCK_TABLES
        }


CLOCK_TABLES = {"calendar_clock", "sqlite_sequence"}


@pytest.fixture
def torn(trained):
    """A fast 5K eight weeks before the marathon, both A."""
    said = trained.ok(
        "goal", "add", "--distance", "5k", "--day", FIVE_DAY, "--time", "24:00", "--name", "Fast",
        "--json",
    )  # fmt: skip
    trained.five = said.json["id"]
    return trained


def test_the_season_in_blocks_and_what_is_in_the_way(torn):
    out = torn.ok("season", "show").out
    assert "Fast (A)" in out
    assert "In each other's way: Fast and Home" in out.replace("marathon", "Home")
    told = torn.ok("season", "show", "--json").json
    assert [week["phase"] for week in told["weeks"]][-3:] == ["taper"] * 3
    (conflict,) = told["conflicts"]
    assert (conflict["first"], conflict["second"]) == (torn.five, torn.goal)
    assert conflict["days_needed"] > conflict["days_apart"] == (RACE - FIVE_DAY).days


def test_three_ways_out_with_prices_and_how_to_take_them(torn):
    out = torn.ok("season", "ways").out
    for words in (
        "Prioritise:",
        "Sequence:",
        "Compromise:",
        f"goal change {torn.five} --priority B",
    ):
        assert words in out
    (told,) = torn.ok("season", "ways", "--json").json
    assert {way["kind"] for way in told["ways"]} == {"prioritise", "sequence", "compromise"}
    for way in told["ways"]:
        for price in way["prices"]:
            assert price["p10_s"] < price["median_s"] < price["p90_s"]
            assert -1.0 < price["probability_lost"] < 1.0
    # taking one of them ends the conflict
    torn.ok("goal", "change", torn.five, "--priority", "B")
    assert torn.ok("season", "ways").out == "No goals are in each other's way.\n"


def test_the_price_of_a_b_race(torn):
    assert "only a B or C race" in torn.wrong("season", "price", torn.five)
    torn.ok("goal", "change", torn.five, "--priority", "B")
    assert "less, the race itself not counted" in torn.ok("season", "price", torn.five).out
    (told,) = torn.ok("season", "price", torn.five, "--json").json
    assert (told["race"], told["goal"]) == (torn.five, torn.goal)
    assert told["quiet_days"] > 0


def test_years_to_a_far_aim(trained):
    out = trained.ok("season", "path", "--day", "2030-04-14", "--time", "3:05:00").out
    assert "half marathon, the first one" in out
    assert "the aim" in out
    told = trained.ok("season", "path", "--day", "2030-04-14", "--time", "3:05:00", "--json").json
    assert [stage["first"] for stage in told["stages"]][:2] == [True, True]
    assert told["stages"][-1]["target_s"] == 11_100.0
    own = trained.ok("season", "path", trained.goal, "--json").json
    assert own["stages"][-1]["id"] == trained.goal
    assert "name a goal, or the aim" in trained.wrong("season", "path")
    assert "day to come" in trained.wrong("season", "path", "--day", "2026-01-04")


def test_what_comes_after_a_race(home, tmp_path):
    day = TODAY - timedelta(days=1)
    race = (day.isoformat(), 10_050, 2_700, "run")
    early = "2026-08-01T09:00:00+02:00"
    said = home.ok(
        "goal", "add", "--distance", "10k", "--day", day, "--time", "46:00", "--json", clock=early
    ).json
    home.ok("import", a_log(tmp_path, days=120, until=day, extra=[race]), "--json")
    out = home.ok("goal", "next", said["id"]).out
    assert ": reached." in out
    assert "  1. " in out
    told = home.ok("goal", "next", said["id"], "--json").json
    assert (told["end"], told["time_s"]) == ("reached", 2_700.0)
    assert 2 <= len(told["proposals"]) <= 3
    assert "Race week" in home.ok("goal", "next", said["id"], "--season", 1).out


def test_nothing_is_written(torn):
    torn.ok("plan", "show")
    before = stored(torn)
    for words in (
        ("season", "show"),
        ("season", "ways"),
        ("season", "path", torn.goal),
        ("goal", "next", torn.goal),
        ("goal", "next", torn.goal, "--json"),
    ):
        torn.ok(*words)
    assert stored(torn) == before


def test_without_goals_there_is_nothing_in_the_way(home):
    assert "No goals ahead" in home.ok("season", "show").out
    assert "No goals are in each other's way" in home.ok("season", "ways").out
    assert "there is no goal" in home.wrong("goal", "next", "nobody")
    assert "there is no goal" in home.wrong("season", "price", "nobody")
