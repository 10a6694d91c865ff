"""Three stories by command, from a log of runs to the race and after (`-s` prints what is said)."""

import csv
from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.planning.goals.stories import FIVE_K_RUNNER, MONDAY
from tests.planning.schedule.cases import history

CLOCK = f"{MONDAY}T08:00:00+01:00"
SUB_20 = "2026-06-14"
AFTER = "2026-06-15T09:00:00+02:00"


class Story:
    """Commands on one morning, printed."""

    def __init__(self, home, folder):
        self.home, self.folder = home, folder

    def runs(self, *more, km, pace, **usual):
        """A log of usual weeks until today, and `more` rows after them."""
        file = self.folder / "log.csv"
        with file.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(("date", "distance_m", "moving_time_s", "sport", "name"))
            for run in history(km, pace, until=MONDAY, **usual):
                time_s = round(run.moving_time_s)
                rows.writerow((run.day, round(run.distance_m), time_s, "run", run.name))
            rows.writerows(more)
        self("import", file, clock=AFTER if more else CLOCK)

    def __call__(self, *words, clock=CLOCK):
        said = self.home.ok(*words, clock=clock)
        print(f"\n$ goalward {' '.join(map(str, words))}\n{said.out}")
        return said.out

    def json(self, *words, clock=CLOCK):
        return self.home.ok(*words, "--json", clock=clock).json

    def weeks(self):
        """The plan to the last goal, lawful; what is said of it names each week."""
        out, weeks = self("plan", "show", "--all"), self.json("plan", "show", "--all")["weeks"]
        assert all(f"{week['first_day']}  {week['phase']}" in out for week in weeks)
        assert self("plan", "lint") == "0 findings.\n"
        return weeks


@pytest.fixture
def story(home, tmp_path):
    return Story(home, tmp_path)


def workouts(weeks):
    return [(day["day"], day["workout"]) for w in weeks for day in w["days"] if day["workout"]]


def test_sub_20_5k_by_june(story):
    story.runs(**FIVE_K_RUNNER)
    story("athlete", "set", "--runs-per-week", 5)
    reason = "at twenty and a half for years"
    wanted = ("--distance", "5k", "--day", SUB_20, "--time", "19:59", "--reason", reason)
    goal = story.json("goal", "add", *wanted)["id"]
    # one answer everywhere: a stretch, with what it takes
    told, said = story("goal", "assess", goal), story.json("goal", "assess", goal)
    assert (said["verdict"], said["status"]) == ("stretch", "behind")
    assert "aggressive but possible with a strong final build" in told
    assert "Build (4 full weeks): intervals every week" in told
    assert f"You said: {reason}" in told
    (forecast,) = story.json("forecast")["goals"]
    assert forecast["probability"] == said["probability"]
    assert forecast["versions"]["stretch_s"] < 1_199 < forecast["versions"]["conservative_s"]
    # intervals in the build, race pace in the peak, a light and sharp race week, an even race
    weeks = story.weeks()
    kinds = {week["first_day"]: [w["kind"] for _, w in workouts([week])] for week in weeks}
    build = [week for week in weeks if week["phase"] == "build" and "Lighter" not in week["focus"]]
    assert all("interval" in kinds[week["first_day"]] for week in build)
    assert weeks[-1]["phase"] == "taper"
    assert weeks[-1]["volume_m"] < 0.65 * max(week["volume_m"] for week in weeks)
    day, race = workouts(weeks)[-1]
    assert (day, race["kind"]) == (SUB_20, "race")
    low, high = race["steps"][1]["target"]["low"], race["steps"][1]["target"]["high"]
    assert low < 5_000 / 1_199 < high
    # reached: what was learned and what could be next, with its season
    story.runs((SUB_20, 5_000, 1_190, "run", "Town race"), **FIVE_K_RUNNER)
    out = story("goal", "next", goal, clock=AFTER)
    assert ": reached." in out
    assert "19:50: 0:09 inside what was wanted." in out
    assert "Race week" in story("goal", "next", goal, "--season", 1, clock=AFTER)


def test_first_ultra(story):
    story.runs(km=48.0, pace=350.0, weeks=40)
    story("athlete", "set", "--runs-per-week", 5)
    course = ("--climb", 800, "--cut-off", "8:00:00", "--name", "First 50K")
    goal = story.json("goal", "add", "--distance", "50k", "--day", "2026-08-16", *course)["id"]
    told, said = story("goal", "assess", goal), story.json("goal", "assess", goal)
    assert said["versions"] is None or set(said["versions"].values()) == {None}
    assert said["judged"]["words"] in told
    assert "long runs on two days in a row in 4" in told
    assert "One hard session a week at most" in told
    days = workouts(story.weeks())
    longs = [date.fromisoformat(day) for day, workout in days if workout["kind"] == "long"]
    assert sum(after - before == timedelta(days=1) for before, after in pairwise(longs)) >= 4
    assert sum("run-walk 9/1 min" in workout["name"] for _, workout in days) >= 6
    _, race = days[-1]
    assert race["name"] == "First 50K"
    assert "hike the climbs; eat from the first half hour" in race["steps"][0]["note"]


def test_three_good_months_of_just_consistent(story):
    story.runs(km=24.0, pace=370.0, weeks=16, race_every=0)
    habit = ("--kind", "health", "--runs-per-week", 3, "--from", MONDAY, "--until", "2026-05-31")
    goal = story.json("goal", "add", *habit)["id"]
    told, said = story("goal", "assess", goal), story.json("goal", "assess", goal)
    assert "held in 16 of the last 16 weeks" in told
    assert 0.7 < said["probability"] < 0.95
    assert "One hard session a week at most, in turn" in told
    weeks = story.weeks()
    assert {week["phase"] for week in weeks} == {"base"}
    assert all(3 <= len(workouts([week])) <= 5 for week in weeks)
    assert not {"race", "test"} & {workout["kind"] for _, workout in workouts(weeks)}
