"""`goalward fitness`: times, zones, paces, a watch's threshold and load, in the athlete's units."""

import csv
import math
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from tests.connectors.files.made import NUMBERS, fit_file
from tests.worker.commands import TODAY, a_log
from tests.worker.shapes import FITNESS, fits

PURPOSES = ("easy", "long", "marathon", "threshold", "interval", "repetition")
NOON = datetime(2026, 8, 30, 10, tzinfo=UTC)


def shown(home):
    told = home.ok("fitness", "--json").json
    assert fits(told, FITNESS) == []
    return told


def hearts(folder, *, runs=20, surface="run", highest=186):
    """A log of runs with heart rates."""
    file = folder / f"{surface}.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("date", "distance_m", "moving_time_s", "avg_hr", "max_hr", "type"))
        for n in range(runs):
            day = TODAY - timedelta(days=2 * n + (1 if surface == "run" else 2))
            rows.writerow((day.isoformat(), 7_000, 2_500, 141, highest, surface))
    return file


def test_it_has_a_shape_of_its_own_and_the_forecasts_times(trained):
    told = shown(trained)
    assert told["distances"] == trained.ok("forecast", "--json").json["distances"]
    bands = [told["paces"][purpose] for purpose in PURPOSES]
    for longer, shorter in pairwise(bands):
        assert longer["low_m_per_s"] <= shorter["low_m_per_s"]
        assert longer["high_m_per_s"] <= shorter["high_m_per_s"]
    first, second = (
        told["zones"][border]["speed_m_per_s"] for border in ("first_border", "second_border")
    )
    assert told["paces"]["easy"]["high_m_per_s"] <= first["middle"] + 0.001
    threshold = told["paces"]["threshold"]
    assert threshold["low_m_per_s"] < second["middle"] < threshold["high_m_per_s"]


def test_where_there_is_nothing_to_explain_no_lines_are_left_empty(home):
    assert "\n\n\n" not in home.ok("fitness", "--explain").out


def test_what_a_break_still_costs_is_said_where_it_is_counted(home, tmp_path):
    back = (TODAY - timedelta(days=1), 5_000, 1_650, "run")
    home.ok("import", a_log(tmp_path, until=TODAY - timedelta(days=18), extra=[back]))
    for command in ("fitness", "forecast"):
        assert "At 10 km the break still costs about" in home.ok(command).out
    told, able = home.ok("forecast", "--json").json, shown(home)["ability"]
    assert told["ability"]["sd_ln"] == able["sd_ln"]
    assert told["ability"]["ten_k_median_s"] == pytest.approx(1e4 / math.exp(able["ln_speed"]))
    assert told["distances"][1]["median_s"] > 1.01 * told["ability"]["ten_k_median_s"]


def test_paces_are_in_the_athletes_units(trained):
    metric = trained.ok("fitness").out
    assert re.search(r"easy: slower than \d:\d\d/km \(\d:\d\d/km to \d:\d\d/km\)\n", metric)
    assert re.search(r"  threshold +\d:\d\d/km to \d:\d\d/km", metric)
    trained.ok("athlete", "set", "--units", "imperial")
    imperial = trained.ok("fitness").out
    assert "/mi" in imperial
    assert "/km" not in imperial


def test_a_sex_and_a_highest_heart_rate_make_borders_of_ones_own(trained):
    before = shown(trained)["zones"]
    assert before["sex"] is before["highest_heart_rate_bpm"] is None
    assert "--max-hr" in before["message"]
    assert "--sex" in trained.ok("fitness").out
    trained.ok("athlete", "set", "--sex", "f", "--max-hr", 190)
    after = shown(trained)["zones"]
    assert after["sex"] == "f"
    assert after["highest_heart_rate_from"] == "set"
    assert after["first_border"]["heart_rate_bpm"]["middle"] == pytest.approx(0.836 * 190, abs=0.1)
    assert after["second_border"]["heart_rate_bpm"]["middle"] == pytest.approx(0.917 * 190, abs=0.1)
    assert (
        after["first_border"]["speed_m_per_s"]["middle"]
        > before["first_border"]["speed_m_per_s"]["middle"]
    )
    assert "under 159 bpm" in trained.ok("fitness").out


def test_without_a_limit_the_heart_rate_is_what_a_year_of_runs_shows(home, tmp_path):
    home.ok("import", hearts(tmp_path))
    zones = shown(home)["zones"]
    assert (zones["highest_heart_rate_bpm"], zones["highest_heart_rate_from"]) == (186.0, "seen")
    assert "20 runs" in zones["message"]
    home.ok("athlete", "set", "--max-hr", 180)
    assert "Your runs reach 186" in shown(home)["zones"]["message"]


@pytest.mark.parametrize("runs", [4, 5])  # of five there is an estimate, of a sd over .10
def test_too_little_is_said_by_effort_and_no_pace_is_made_up(home, tmp_path, runs):
    home.ok("import", hearts(tmp_path, runs=runs))
    told = shown(home)
    assert (told["ability"]["sd_ln"] is None) == (runs == 4)
    assert {band["low_m_per_s"] for band in told["paces"].values()} == {None}
    assert told["zones"]["first_border"] == {"speed_m_per_s": None, "heart_rate_bpm": None}
    text = home.ok("fitness").out
    assert "To train by: effort" in text
    assert "comfortably hard" in text
    assert "/km" not in text


def test_load_says_what_it_was_read_from(home, tmp_path):
    home.ok("import", hearts(tmp_path, surface="treadmill"))
    load = shown(home)["load"]
    assert {row["basis"] for row in load["activities"]} == {"duration"}
    home.ok("athlete", "set", "--resting-hr", 50)  # the highest is what the runs show
    load = shown(home)["load"]
    assert {row["basis"] for row in load["activities"]} == {"heart_rate"}
    newest = load["activities"][0]
    assert date.fromisoformat(newest["day"]) == TODAY - timedelta(days=2)
    one = home.ok("activity", "show", newest["id"], "--json").json["load"]
    assert one == {"minutes": newest["minutes"], "basis": newest["basis"]}
    assert load["form"] == pytest.approx(load["fitness"] - load["fatigue"], abs=2.0)
    text = home.ok("fitness").out
    assert "20 by heart rate." in text
    assert "foretells no injury" in text


def test_an_hour_on_a_belt_is_an_hour_of_the_same_effort_on_a_road(home, tmp_path):
    home.ok("athlete", "set", "--resting-hr", 50, "--max-hr", 190)
    home.ok("import", hearts(tmp_path), hearts(tmp_path, surface="treadmill"))
    load = shown(home)["load"]
    costs = {basis: [] for basis in ("pace", "heart_rate")}
    for row in load["activities"]:
        costs[row["basis"]].append(row["minutes"])
    belt, road = (costs[basis][0] for basis in ("heart_rate", "pace"))
    assert belt == pytest.approx(road, abs=0.2)
    assert load["heart_rate_scale"] != 1.0
    said = re.search(r"by heart rate \(x (\d\.\d\d),", home.ok("fitness").out)
    assert said
    assert float(said[1]) == pytest.approx(load["heart_rate_scale"], abs=0.006)


def test_a_watchs_threshold_is_shown_and_changes_nothing(trained, tmp_path):
    for name, extra in (("plain", []), ("marked", [172])):
        file = tmp_path / f"{name}.fit"
        before = [{"mesg_num": NUMBERS["ZONES_TARGET"], "threshold_heart_rate": b} for b in extra]
        file.write_bytes(fit_file(start=NOON, seconds=1_500, before=before))
    trained.ok("import", tmp_path / "plain.fit")
    without = shown(trained)
    assert without["watch_threshold"] is None
    trained.ok("import", tmp_path / "marked.fit")
    told = shown(trained)
    assert told["watch_threshold"]["heart_rate_bpm"] == 172
    assert told["watch_threshold"]["source"] == "files"
    for same in ("ability", "distances", "zones", "paces"):
        assert told[same] == without[same]
    text = trained.ok("fitness").out
    assert "172 bpm; ours: " in text
    assert "shown and never used" in text
    assert "Lu 2025" in text


def test_limits_that_make_no_sense_are_refused(trained):
    said = trained.wrong("athlete", "set", "--max-hr", 140, "--resting-hr", 105)
    assert "--resting-hr 105 is too near to --max-hr 140" in said
    trained.ok("athlete", "set", "--max-hr", 180)
    trained.ok("athlete", "set", "--sex", "m")
    told = trained.ok("athlete", "show").out
    assert "sex: m; born: not said; heart rate: highest 180 bpm, resting as recorded" in told


def test_help_teaches():
    from typer.testing import CliRunner

    from worker.cli import app

    said = CliRunner().invoke(app, ["fitness", "--help"]).output
    for word in ("Times", "Zones", "Paces", "Load", "--max-hr"):
        assert word in said
