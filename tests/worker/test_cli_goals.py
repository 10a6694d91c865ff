"""Goals of every kind by command: what is asked, what is refused, what is kept."""

import pytest

UNTIL = "2026-12-20"


@pytest.fixture
def woman(home):
    home.ok("athlete", "set", "--sex", "f", "--birth-year", "1985")
    return home


def kept(home, goal_id):
    return next(g for g in home.ok("goal", "list", "--json").json if g["id"] == goal_id)


def test_a_reason_and_the_weather_expected_are_kept_and_shown(home):
    said = home.ok(
        "goal", "add", "--day", UNTIL, "--reason", "for my father", "--temp", 24, "--json"
    )
    goal = kept(home, said.json["id"])
    assert (goal["reason"], goal["temperature_c"]) == ("for my father", 24.0)
    assert "You said: for my father" in home.ok("goal", "assess", goal["id"]).out
    changed = home.ok("goal", "change", goal["id"], "--reason", "for myself", "--json")
    assert any("for myself" in check["says"] for check in changed.json["checks"])
    assert kept(home, goal["id"])["temperature_c"] == 24.0


def test_a_health_goal_from_day_to_day(home):
    said = home.ok(
        "goal", "add", "--kind", "health", "--runs-per-week", 3, "--hours-per-week", 2.5,
        "--from", "2026-09-07", "--until", UNTIL, "--json",
    ).json  # fmt: skip
    assert (said["kind"], said["distance_m"], said["day"]) == ("health", None, UNTIL)
    goal = kept(home, said["id"])
    assert (goal["runs_per_week"], goal["hours_per_week"], goal["from_day"]) == (3, 2.5, "2026-09-07")  # fmt: skip
    assert "3 days of running and 2.5 hours a week" in home.ok("goal", "list").out
    home.ok("goal", "change", said["id"], "--runs-per-week", 4, "--until", "2027-01-31")
    goal = kept(home, said["id"])
    assert (goal["runs_per_week"], goal["day"]) == (4, "2027-01-31")
    assert home.ok("plan", "show", "--json").json["weeks"]


def test_a_qualifier_is_the_standard_less_the_buffer(woman):
    """42 or 43 on 17 April 2028, for which a marathon of March 2027 is too late for 2027."""
    said = woman.ok("goal", "add", "--qualifier", "boston", "--day", "2027-03-14", "--json")
    assert said.json["target_s"] == 3.5 * 3600 + 5 * 60
    assert "The time is that of 2028-04-17" in said.err
    assert "may still be tightened" in said.err
    goal = kept(woman, said.json["id"])
    assert goal["qualifier"] == "boston"
    faster = woman.ok("goal", "change", goal["id"], "--buffer", "7:00", "--json").json
    assert faster["target_s"] == said.json["target_s"] - 420
    both = ("--buffer", "1:00", "--time", "3:20:00")
    assert "its own time" in woman.wrong("goal", "change", goal["id"], *both)
    own = woman.ok("goal", "change", goal["id"], "--time", "3:20:00", "--json").json
    assert own["target_s"] == 12_000
    assert kept(woman, goal["id"])["qualifier"] == ""
    assert "its own time" in woman.wrong("goal", "change", goal["id"], "--buffer", "1:00")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--day", UNTIL, "--qualifier", "berlin"), "known: boston"),
        (("--day", UNTIL, "--qualifier", "boston", "--time", "3:00:00"), "time of its own"),
        (("--day", UNTIL, "--qualifier", "boston", "--distance", "half"), "only a marathon"),
        (("--day", UNTIL, "--buffer", "5:00"), "--qualifier"),
        (("--day", UNTIL, "--runs-per-week", 3), "--runs-per-week is for a goal of --kind health"),
        (("--distance", "10k"), "--day"),
        (("--kind", "health"), "--until"),
        (("--kind", "health", "--until", UNTIL, "--time", "40:00"), "--time is for a race"),
        (("--kind", "health", "--until", UNTIL, "--from", "2027-01-01"), "--until is before"),
        (("--kind", "joy", "--day", UNTIL), "--kind is one of time, completion, health"),
    ],
)
def test_what_does_not_go_together_is_refused(woman, words, why):
    assert why in woman.wrong("goal", "add", *words).replace("\n", " ")
    assert woman.ok("goal", "list", "--json").json == []


@pytest.mark.parametrize("missing", ["--sex", "--birth-year"])
def test_a_standard_needs_sex_and_age(home, missing):
    given = {"--sex": "m", "--birth-year": "1990"}
    del given[missing]
    home.ok("athlete", "set", *[word for pair in given.items() for word in pair])
    assert missing in home.wrong("goal", "add", "--qualifier", "boston", "--day", UNTIL)


def test_the_weather_expected_counts_until_one_is_known(trained):
    warm = trained.ok("goal", "change", trained.goal, "--temp", 26, "--json").json
    cool = trained.ok("goal", "change", trained.goal, "--temp", 8, "--json").json
    assert warm["median_s"] > 1.02 * cool["median_s"]
    day = cool["day"]
    trained.ok("weather", "set", day, "--temp", 26)
    known = trained.ok("goal", "show", trained.goal, "--json").json
    assert known["median_s"] == pytest.approx(warm["median_s"])


# --- present fitness by word ----------------------------------------------------------------------


def test_without_a_record_the_word_gives_a_forecast_and_a_plan(home):
    home.ok(
        "athlete", "set", "--recent", "10k=52:30@2026-05-10", "--recent", "5k=25:00@2026-03-01",
        "--weekly-km", 35, "--longest-km", 16, "--running-since", 2019,
    )  # fmt: skip
    shown = home.ok("athlete", "show").out
    assert "10k in 52:30 on 2026-05-10, 5k in 25:00 on 2026-03-01, 35 km a week" in shown
    goal = home.ok("goal", "add", "--day", UNTIL, "--distance", "half", "--json").json
    assert goal["probability"] is not None
    assert next(check for check in goal["checks"] if check["name"] == "achievable")["met"]
    weeks = home.ok("plan", "show", "--json").json["weeks"]
    assert weeks[1]["volume_m"] > 30_000
    assert "0 findings" in home.ok("plan", "lint").out
    home.ok("athlete", "set", "--recent", "")
    assert home.ok("goal", "show", goal["id"], "--json").json["median_s"] is None
    assert home.ok("athlete", "show", "--json").json["stated"]["weekly_m"] == 35_000


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--recent", "10k=52:30"), "10k=52:30@2026-05-10"),
        (("--recent", "10k@2026-05-10"), "10k=52:30@2026-05-10"),
        (("--recent", "10k=52:30@2026-09-10"), "last two years"),
        (("--recent", "10k=52:30@2019-09-10"), "last two years"),
        (("--recent", "10k=20:00@2026-05-10"), "is the time right"),
        (("--recent", "10k=5:20:00@2026-05-10"), "is the time right"),
        (("--recent", "400=1:20@2026-05-10"), "from 1.5 km"),
        (("--running-since", 2030), "yet to come"),
        ((), "nothing to set"),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused(home, words, why):
    assert why in home.wrong("athlete", "set", *words).replace("\n", " ")
    assert home.ok("athlete", "show", "--json").json["stated"] is None


def test_another_distance_asks_for_another_time(home):
    goal = home.ok("goal", "add", "--day", UNTIL, "--time", "3:50:00", "--json").json["id"]
    assert "--time as well" in home.wrong("goal", "change", goal, "--distance", "half")
    home.ok("goal", "change", goal, "--distance", "half", "--time", "1:45:00")
    assert (kept(home, goal)["distance_m"], kept(home, goal)["target_s"]) == (21_097.5, 6_300.0)


def test_a_buffer_can_be_taken_back(woman):
    said = woman.ok("goal", "add", "--qualifier", "boston", "--day", "2027-03-14", "--buffer", "5:00", "--json")  # fmt: skip
    plain = woman.ok("goal", "change", said.json["id"], "--buffer", "0:00", "--json").json
    assert plain["target_s"] == said.json["target_s"] + 300


def test_what_was_said_of_an_athlete_is_shown_and_can_be_unsaid(woman):
    shown = woman.ok("athlete", "show").out
    assert "sex: f; born: 1985" in shown
    assert "units: metric" in shown
    woman.ok("athlete", "set", "--sex", "", "--birth-year", 0)
    told = woman.ok("athlete", "show", "--json").json
    assert (told["sex"], told["birth_year"]) == (None, None)
    assert "too old" in woman.wrong("athlete", "set", "--birth-year", 1850)
    assert "too young" in woman.wrong("athlete", "set", "--birth-year", 2025)


def test_no_weather_is_believed_that_nobody_runs_in(home):
    assert "50" in home.wrong("weather", "set", UNTIL, "--temp", 60)
