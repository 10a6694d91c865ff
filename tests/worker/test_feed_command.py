"""`goalward connect ics`: the link is made, shown again, renewed and ended."""

import re

PUBLIC = {"GOALWARD_PUBLIC_URL": "https://run.example.org"}


def link(said):
    (found,) = re.findall(r"^  (\S+)/calendar/([\w-]{43})\.ics$", said.out, re.MULTILINE)
    return found


def test_a_link_is_shown_again_until_it_is_renewed_or_ended(home):
    first = home.ok("connect", "ics")
    assert "GOALWARD_PUBLIC_URL" in first.out
    where, token = link(first)
    assert where == "http://127.0.0.1:8000"
    home.environ |= PUBLIC
    again = home.ok("connect", "ics")
    assert link(again) == ("https://run.example.org", token)
    assert "GOALWARD_PUBLIC_URL" not in again.out
    renewed = link(home.ok("connect", "ics", "--renew"))
    assert renewed[1] != token
    assert link(home.ok("connect", "ics")) == renewed
    assert "Calendar feed: connected" in home.ok("status").out
    assert token not in home.ok("status", "--json").out
    home.ok("disconnect", "ics")
    assert link(home.ok("connect", "ics"))[1] not in {token, renewed[1]}


def test_the_feed_is_a_calendar_like_the_others(trained):
    trained.ok("connect", "ics")
    diff = trained.ok("calendar", "diff", "--json").json
    assert {action["action"] for action in diff["actions"]} == {"create"}
    trained.ok("calendar", "sync")
    diff = trained.ok("calendar", "diff", "--json").json
    assert (diff["calendar"], diff["actions"], diff["foreign"]) == ("ics", [], 0)
    trained.ok("goal", "retire", trained.goal)
    diff = trained.ok("calendar", "diff", "--json").json
    assert {action["action"] for action in diff["actions"]} == {"delete"}
