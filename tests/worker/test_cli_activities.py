"""The athlete's own word on activities, by command."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.connectors.files.made import fit_file, tcx_file

AT = datetime(2026, 8, 20, 6, tzinfo=UTC)


@pytest.fixture
def recorded(home, tmp_path):
    """One run twice, as FIT and TCX, and another one on the day after."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "run.fit").write_bytes(fit_file(start=AT, seconds=1800))
    (folder / "run.tcx").write_bytes(tcx_file(start=AT, laps=((1800.0, 5450.0),)))
    (folder / "next.fit").write_bytes(fit_file(start=AT + timedelta(days=1), seconds=1500))
    home.ok("import", folder)
    return home


def listed(home, *words):
    return home.ok("activity", "list", "--json", *words).json


def test_copies_of_one_run_are_one_activity_whose_values_name_their_record(recorded):
    newest, older = listed(recorded)
    assert [one["day"] for one in (newest, older)] == ["2026-08-21", "2026-08-20"]
    assert len(older["sources"]) == len(older["copies"]) == 2
    assert set(older["provenance"].values()) <= set(older["sources"])
    best = older["provenance"]["distance_m"]
    assert (best, older["distance_m"]) == (older["sources"][0], 5_400.0)
    assert older["load"]["minutes"] > 0
    assert older["load"]["basis"] in {"pace", "heart_rate", "duration"}
    shown = recorded.ok("activity", "show", older["id"]).out
    assert f"distance_m: 5400.0  by {best}" in shown
    assert "threshold-equivalent minutes" in shown
    assert "efforts: 5.4 km 30:00, 400 m 2:13, " in shown
    assert "180 m in 1 min, 900 m in 5 min, 3600 m in 20 min  by" in shown


def test_an_activity_is_named_by_the_beginning_of_its_id_or_as_the_latest(recorded):
    newest, older = listed(recorded)
    assert recorded.ok("activity", "show", "latest", "--json").json["id"] == newest["id"]
    assert recorded.ok("activity", "show", older["id"][:6], "--json").json["id"] == older["id"]
    assert "activity list" in recorded.wrong("activity", "show", "nosuch")
    assert "write more of it" in recorded.wrong("activity", "show", "")


def test_what_a_run_is_worth_and_whether_it_was_raced(home, tmp_path):
    lines = ["day,distance_m,moving_s,avg_hr"]
    lines += [f"{2 * n},8000,2640,{130 + n % 9}" for n in range(40)]
    lines += ["81,10000,2820,171", "83,2000,700,130", "85,8000,2640,131"]
    (tmp_path / "log.csv").write_text("\n".join(lines))
    home.ok("import", tmp_path / "log.csv", "--day-zero", "2026-05-04")
    easy, short, fast = listed(home, "--since", "2026-07-24")
    assert fast["quality"] == {"counts": True, "reasons": []}
    assert fast["race_looks"]["chance"] > 0.9
    assert short["quality"]["counts"] is False
    assert short["race_looks"] is None
    shown = home.ok("activity", "show", fast["id"]).out
    assert "  counts for the estimate\n" in shown
    assert "looks like a race (98 %): a usual race distance; 17 % faster than you usually" in shown
    shown = home.ok("activity", "show", easy["id"]).out
    assert "does not look like a race (1 %): not a usual race distance; as fast as" in shown
    assert "not used for the estimate: under 3 km" in home.ok("activity", "show", short["id"]).out
    explained = home.ok("fitness", "--explain").out
    assert "looks like a race (98 %): a usual race distance" in explained
    (effort,) = home.ok("fitness", "--explain", "--json").json["past_efforts"]
    assert effort["race_looks"] == fast["race_looks"]


def test_a_window_of_days(recorded):
    assert [one["day"] for one in listed(recorded, "--since", "2026-08-21")] == ["2026-08-21"]
    assert listed(recorded, "--days", "5") == []
    assert "Nothing was recorded since" in recorded.ok("activity", "list", "--days", "5").out


def test_split_and_undone(recorded):
    before = listed(recorded)
    _, older = before
    assert "a run of its own now" in recorded.ok("activity", "split", older["id"]).out
    apart = [one for one in listed(recorded) if one["day"] == "2026-08-20"]
    assert sorted(one["sources"] for one in apart) == sorted([[key] for key in older["sources"]])
    assert {said["kind"] for one in apart for said in one["said"]} == {"split"}
    assert "Taken back: split." in recorded.ok("activity", "undo", apart[0]["id"]).out
    assert listed(recorded) == before
    assert "you have said nothing" in recorded.wrong("activity", "undo", older["id"])


def test_only_what_has_copies_can_be_split(recorded):
    newest, older = listed(recorded)
    assert "nothing to split" in recorded.wrong("activity", "split", newest["id"])
    assert "names no one copy" in recorded.wrong("activity", "split", older["id"], "strava")


def test_join_and_undone(recorded):
    before = listed(recorded)
    newest, older = before
    recorded.ok("activity", "join", older["id"], newest["id"])
    (one,) = listed(recorded)
    assert set(one["sources"]) == {*newest["sources"], *older["sources"]}
    assert "one activity already" in recorded.wrong("activity", "join", one["id"], one["id"])
    recorded.ok("activity", "undo", one["id"])
    assert listed(recorded) == before


def test_what_is_left_out_counts_nowhere_and_is_not_lost(recorded):
    before = listed(recorded)
    newest, _ = before
    recorded.ok("activity", "exclude", newest["id"], "--reason", "the watch was on the dog")
    assert [one["day"] for one in listed(recorded)] == ["2026-08-20"]
    assert recorded.ok("status", "--json").json["activities"] == 1
    told = recorded.ok("activity", "list").out
    assert "(left out by you)" in told
    assert "the watch was on the dog" in recorded.ok("activity", "show", newest["id"]).out
    recorded.ok("activity", "undo", newest["id"])
    assert listed(recorded) == before


def test_one_copy_alone_is_left_out(recorded):
    _, older = listed(recorded)
    best, other = older["sources"]
    recorded.ok("activity", "exclude", older["id"], "--copy", best)
    kept = listed(recorded)[1]
    assert kept["sources"] == [other]
    assert kept["distance_m"] == 5_450.0


def test_the_athletes_word_is_believed_before_any_record(recorded):
    before = listed(recorded)
    newest, _ = before
    recorded.ok("activity", "edit", newest["id"], "--distance", "5.2km", "--time", "25:30",
                "--race", "--surface", "track", "--name", "Club 5")  # fmt: skip
    said = listed(recorded)[0]
    assert (said["distance_m"], said["moving_time_s"]) == (5_200.0, 1_530.0)
    assert (said["is_race"], said["surface"], said["name"]) == (True, "track", "Club 5")
    assert said["provenance"]["distance_m"] == "athlete"
    assert "by your word" in recorded.ok("activity", "list").out
    recorded.ok("activity", "edit", newest["id"], "--sport", "ride")
    assert listed(recorded)[0]["sport"] == "ride"
    recorded.ok("activity", "undo", newest["id"])
    assert listed(recorded) == before


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ((), "nothing was given"),
        (("--sport", "chess"), "run, walk"),
        (("--surface", "ice"), "treadmill"),
        (("--distance", "far"), "far"),
        (("--time", "soon"), "[H:]MM:SS"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(recorded, words, remedy):
    assert remedy in recorded.wrong("activity", "edit", "latest", *words)


def test_the_json_has_the_shape_that_programs_rely_on(recorded):
    for one in listed(recorded):
        json.dumps(one)
        assert {"id", "day", "start_at", "sport", "sources", "provenance", "copies"} <= one.keys()
        for copy in one["copies"]:
            assert {"key", "kind", "reasons", "repairs", "deriver"} <= copy.keys()
