"""What if: plan and forecast beside today's, and not one row of the database is changed by it."""

from datetime import timedelta

from tests.worker.commands import RACE, TODAY
from tests.worker.test_cli_seasons import stored


def test_nothing_is_written(trained):
    trained.ok("plan", "show")
    before = stored(trained)
    said = trained.ok(
        "plan", "what-if", "--move-goal", f"{trained.goal}={RACE + timedelta(weeks=4)}",
        "--add-goal", f"half@{TODAY + timedelta(weeks=9, days=6)}=1:55:00/B",
        "--drop-day", "tue", "--hours", "3",
    )  # fmt: skip
    assert said.out.endswith("Nothing was written.\n")
    trained.ok("plan", "what-if", "--hours", "3", "--json")
    assert stored(trained) == before


def test_a_goal_moved_is_shown_beside_today(trained):
    later = RACE + timedelta(weeks=4)
    told = trained.ok("plan", "what-if", "--move-goal", f"{trained.goal}={later}", "--json").json
    assert [goal["day"] for goal in told["today"]["goals"]] == [str(RACE)]
    assert [goal["day"] for goal in told["then"]["goals"]] == [str(later)]
    weeks = [len(told[which]["plan"]["weeks"]) for which in ("today", "then")]
    assert weeks[1] == weeks[0] + 4
    shown = trained.ok("plan", "show", "--json").json["weeks"]
    assert told["today"]["plan"]["weeks"][:4] == shown[:4]
    assert all(len(week["days"]) == 7 for week in told["then"]["plan"]["weeks"])


def test_a_goal_added_and_a_day_dropped(trained):
    day = TODAY + timedelta(weeks=6, days=6)
    out = trained.ok("plan", "what-if", "--add-goal", f"10k@{day}=50:00/C").out
    assert "today  not a goal" in out
    told = trained.ok(
        "plan", "what-if", "--drop-day", "sun", "--drop-day", "Saturday", "--json"
    ).json
    days = [day for week in told["then"]["plan"]["weeks"] for day in week["days"]]
    ran = {
        entry["day"] for entry in days if entry["workout"] and entry["workout"]["kind"] != "race"
    }
    assert ran
    weekdays = {(TODAY + timedelta(days=(_day(day) - TODAY).days)).weekday() for day in ran}
    assert weekdays <= {0, 1, 2, 3, 4}


def _day(text):
    return type(TODAY).fromisoformat(text)


def test_fewer_hours_are_fewer_kilometres(trained):
    told = trained.ok("plan", "what-if", "--hours", "2", "--json").json
    for before, after in zip(
        told["today"]["plan"]["weeks"][1:10], told["then"]["plan"]["weeks"][1:10], strict=True
    ):
        assert after["volume_m"] < before["volume_m"]


def test_what_cannot_be_meant(trained):
    assert "what if what?" in trained.wrong("plan", "what-if")
    assert "there is no goal" in trained.wrong("plan", "what-if", "--move-goal", "x=2027-01-01")
    assert "--move-goal is ID=DAY" in trained.wrong("plan", "what-if", "--move-goal", "x")
    assert "--add-goal is DISTANCE@DAY" in trained.wrong("plan", "what-if", "--add-goal", "half")
    past = f"{trained.goal}={TODAY - timedelta(days=1)}"
    assert "already past" in trained.wrong("plan", "what-if", "--move-goal", past)
    assert "is no weekday" in trained.wrong("plan", "what-if", "--drop-day", "noday")
    every = [
        word
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        for word in ("--drop-day", day)
    ]
    assert "no day would be left" in trained.wrong("plan", "what-if", *every)


def test_today_is_what_status_says_and_done_is_what_was_asked(trained):
    """The same chance everywhere: forecasts look at days of the coming weeks alone."""
    shown = ("median_s", "probability", "verdict", "p10_s", "p90_s")

    def of_goals(goals):
        return {goal["id"]: [goal[name] for name in shown] for goal in goals}

    later = RACE + timedelta(weeks=4)
    asked = trained.ok(
        "plan", "what-if", "--move-goal", f"{trained.goal}={later}",
        "--add-goal", f"half@{RACE}=1:50:00/B", "--json",
    ).json  # fmt: skip
    assert of_goals(asked["today"]["goals"]) == of_goals(
        trained.ok("forecast", "--json").json["goals"]
    )
    trained.ok("goal", "change", trained.goal, "--day", later)
    trained.ok("goal", "add", "--distance", "half", "--day", RACE, "--time", "1:50:00", "--priority", "B")  # fmt: skip
    assert of_goals(asked["then"]["goals"]) == of_goals(
        trained.ok("forecast", "--json").json["goals"]
    )
    again = trained.ok("plan", "what-if", "--hours", "0", "--json").json
    asked_weeks, done_weeks = (
        [(week["first_day"], week["volume_m"]) for week in told["plan"]["weeks"]]
        for told in (asked["then"], again["today"])
    )
    assert asked_weeks == done_weeks


def test_no_goal_is_looked_at_that_could_not_be_stated(trained):
    day = TODAY + timedelta(weeks=9)
    for added in (f"400@{day}", f"half@{day}=0:30:00", f"50k@{day + timedelta(days=3000)}"):
        wrong = trained.wrong("plan", "what-if", "--add-goal", added)
        stated = added.partition("@")[0]
        assert any(word in wrong for word in ("outside", "faster than anybody", "five years")), (
            stated
        )
    far = f"{trained.goal}={TODAY + timedelta(days=3000)}"
    assert "five years" in trained.wrong("plan", "what-if", "--move-goal", far)
