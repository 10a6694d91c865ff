"""`goalward goal assess`: the shape of what it says, and the words."""

import pytest

from tests.worker.shapes import ASSESSMENT, fits


def added(home, *options):
    return home.ok("goal", "add", *options, "--json").json["id"]


@pytest.mark.parametrize(
    "options",
    [
        ("--distance", "half", "--day", "2026-12-13", "--time", "1:30:00"),
        ("--distance", "marathon", "--day", "2026-12-13", "--time", "2:30:00"),
        ("--distance", "50k", "--day", "2026-10-11", "--cut-off", "8:00:00"),
        ("--kind", "health", "--runs-per-week", 2, "--until", "2026-12-13"),
        ("--kind", "health", "--until", "2026-12-13"),
    ],
)
def test_every_kind_of_goal_is_assessed_in_one_shape(trained, options):
    goal = added(trained, *options)
    said = trained.ok("goal", "assess", goal, "--json").json
    assert fits(said, ASSESSMENT) == []
    told = trained.ok("goal", "assess", goal).out
    assert all(line in told for line in said["lines"])
    assert fits(trained.ok("goal", "assess", trained.goal, "--json").json, ASSESSMENT) == []


def test_a_home_without_a_run_is_assessed_as_far_as_it_goes(home):
    goal = added(home, "--distance", "marathon", "--day", "2027-03-14", "--time", "4:00:00")
    said = home.ok("goal", "assess", goal, "--json").json
    assert fits(said, ASSESSMENT) == []
    assert (said["verdict"], said["required"], said["decide"]) == (None, None, None)


def test_what_cannot_be_had_comes_with_an_offer_that_can_be_taken(trained):
    goal = added(trained, "--distance", "marathon", "--day", "2026-12-13", "--time", "2:30:00")
    said = trained.ok("goal", "assess", goal, "--json").json
    assert said["verdict"] == "not_by_then"
    offer = next(offer for offer in said["offers"] if offer["what"] == "time")
    time = f"{offer['target_s'] // 3600:.0f}:{offer['target_s'] % 3600 // 60:02.0f}:00"
    taken = trained.ok("goal", "change", goal, "--time", time, "--json").json
    assert taken["verdict"] == "realistic"
    assert taken["probability"] == pytest.approx(offer["probability"], abs=0.01)


def test_a_chance_to_finish_is_told_in_words_alone(trained):
    goal = added(trained, "--distance", "half", "--day", "2026-12-13")
    said = trained.ok("goal", "assess", goal, "--json").json
    low, high = said["judged"]["range"]
    assert low <= said["probability"] <= high
    assert said["judged"]["words"] in said["message"]
    assert "Chance:" not in trained.ok("goal", "show", goal).out
    assert "Chance:" in trained.ok("goal", "show", trained.goal).out


def test_a_race_on_the_calendar_is_named_as_the_one_that_tells(trained):
    race = added(trained, "--distance", "half", "--day", "2026-11-08", "--priority", "B", "--name", "Town")  # fmt: skip
    goal = added(trained, "--distance", "marathon", "--day", "2026-12-13", "--time", "3:50:00")
    said = trained.ok("goal", "assess", goal, "--json").json
    (test,) = [test for test in said["decide"]["tests"] if test["id"] == race]
    assert test["sd_ln_after"] < test["sd_ln_without"]
    assert any("Town on 8 November 2026 tells" in line for line in said["lines"])


def test_what_was_known_then_is_assessed_as_it_was_then(trained):
    goal = added(trained, "--distance", "marathon", "--day", "2026-12-13", "--time", "3:50:00")
    now = trained.ok("goal", "assess", goal, "--json").json
    assert trained.ok("goal", "assess", goal, "--known-at", "2026-08-31", "--json").json == now


def test_a_goal_given_up_is_not_assessed(trained):
    trained.ok("goal", "retire", trained.goal)
    assert "not forecast any more" in trained.ok("goal", "assess", trained.goal).out
    assert trained.ok("goal", "assess", trained.goal, "--json").json["message"] == "retired"
