"""How sessions were run, beside what was planned, by command."""

from datetime import timedelta

import pytest

from tests.worker.commands import TODAY, a_log

DAY = timedelta(days=1)
NEXT_MONDAY = f"{TODAY + 7 * DAY}T09:00:00+02:00"
SUNDAY = f"{TODAY + 6 * DAY}T21:00:00+02:00"


@pytest.fixture
def week(trained, tmp_path):
    """A week of which the easy session was run as planned, the long one far too fast, and no other;
    and what was planned, by day.
    """
    shown = trained.ok("plan", "show", "--json").json["weeks"][0]["days"]
    planned = {row["day"]: row["workout"] for row in shown if row["workout"]}
    easy = [day for day in sorted(planned) if planned[day]["kind"] in {"easy", "strides", "long"}]
    first, second = easy[:2]
    rows = [
        (day, round(planned[day]["distance_m"]), round(share * planned[day]["duration_s"]), "run")
        for day, share in ((first, 1.0), (second, 0.8))
    ]
    trained.ok("import", a_log(tmp_path, extra=rows), clock=SUNDAY)
    return trained, planned, first, second


def shown(home, day, clock):
    """What `activity show` says of the run of that day, and as JSON."""
    told = home.ok("activity", "list", "--json", clock=clock).json
    run = next(one for one in told if one["day"] == day)
    words = ("activity", "show", run["id"])
    return home.ok(*words, clock=clock).out, home.ok(*words, "--json", clock=clock).json["session"]


@pytest.mark.parametrize("clock", [SUNDAY, NEXT_MONDAY])
def test_a_run_is_told_beside_its_session(week, clock):
    home, planned, first, second = week
    out, session = shown(home, first, clock)
    assert f"session: {planned[first]['name']} of {first}, as planned\n" in out
    assert (session["ident"], session["verdict"]) == (planned[first]["ident"], "as planned")
    assert session["distance_share"] == pytest.approx(1.0, abs=0.01)
    out, session = shown(home, second, clock)
    assert f"session: {planned[second]['name']} of {second}, harder: " in out
    assert session["verdict"] == "harder"
    assert "planned at most" in session["because"]


def test_a_run_from_before_the_plan_was_no_session_of_it(week):
    home, *_ = week
    out, session = shown(home, (TODAY - 2 * DAY).isoformat(), SUNDAY)
    assert session is None
    assert "session:" not in out


def test_the_plan_shows_how_its_sessions_were_run(week):
    home, planned, first, second = week
    lines = home.ok("plan", "show", clock=SUNDAY).out.splitlines()
    told = {day: next(one for one in lines if planned[day]["name"] in one) for day in planned}
    assert told[first].endswith("  as planned")
    assert "  harder: " in told[second]
    others = planned.keys() - {first, second}
    assert others
    assert all(told[day].endswith(")") for day in others)  # nothing is said of what was not run
