"""Breaks by command: what is asked, what is refused, what is kept, and what is told."""

import json
import zipfile
from datetime import date

from planning.breaks import Break, BreakKind, Breaks
from tests.worker.commands import RACE
from worker import store
from worker.db import open_database, reading
from worker.outcomes import latest_outcome

NEXT_DAY = "2026-09-01T09:00:00+02:00"
DOCTOR = "stop running and see a doctor"


def flat(text):
    return " ".join(text.split())


def kept(home, *more):
    return home.ok("break", "list", "--json", *more).json


def said(home, *words):
    return home.ok("break", "add", *words, "--json").json


def on_record(home):
    engine = open_database(f"sqlite:///{home.path / 'goalward.db'}")
    with reading(engine) as conn:
        found = store.load_state(conn, 1, closing=None).breaks, latest_outcome(conn, 1)
    engine.dispose()
    return found


def test_an_illness_from_today_on_until_it_is_over(trained):
    told = trained.ok("break", "add", "illness", "--note", "flu")
    (one,) = kept(trained)
    assert (one["kind"], one["from_day"], one["until_day"], one["note"]) == ("illness", "2026-08-31", None, "flu")  # fmt: skip
    assert f"{one['id']}  illness from 2026-08-31 on, with no end yet (flu)" in told.out
    assert f"First day off: 2026-08-31. No last day yet: no run until `goalward break end {one['id']}`" in told.out  # fmt: skip
    assert "After its end nothing hard for 7 days (5 if it lasts 3 days or fewer)" in told.out
    assert "rule R-1, evidence D" in told.out
    assert told.out.count(DOCTOR) == 1
    over = trained.ok("break", "end", one["id"])
    assert "illness from 2026-08-31 to 2026-08-31 (flu)" in over.out
    assert "Nothing hard up to and including 2026-09-05" in over.out  # 5 days after a short one
    longer = trained.ok("break", "change", one["id"], "--until", "2026-09-08", "--json").json
    assert (longer["until_day"], longer["quiet_until"]) == ("2026-09-08", "2026-09-15")
    assert longer["says"][0] == "First day off: 2026-08-31, last: 2026-09-08."
    assert kept(trained) == [{k: v for k, v in longer.items() if k != "says"}]


def test_planning_reads_what_was_said_and_is_asked_at_once(trained):
    before, decided = on_record(trained)
    one = said(trained, "travel", "--from", "2026-09-04", "--until", "2026-09-20", "--minutes", 40)
    breaks, anew = on_record(trained)
    first, last = date(2026, 9, 4), date(2026, 9, 20)
    away = Break(one["id"], BreakKind.TRAVEL, first, last, 40.0)
    assert (before, breaks) == (Breaks(), Breaks((away,)))
    on_it = [anew.plan.on(day) for day in (first, last)]
    assert all(not day.workout or day.workout.workout.duration_s <= 2400 for day in on_it)
    assert anew.plan != decided.plan
    trained.ok("break", "remove", one["id"])
    assert on_record(trained) == (Breaks(), decided)


def test_a_break_empties_its_days_until_it_is_over(trained):
    def days_off():
        weeks = trained.ok("plan", "show", "--json").json["weeks"]
        days = [day for week in weeks for day in week["days"]]
        assert all(day["workout"] is None for day in days if day["status"] == "break")
        return [day["day"] for day in days if day["status"] == "break"]

    one = said(trained, "illness", "--from", "2026-09-04")["id"]
    assert (days_off()[0], len(days_off())) == ("2026-09-04", 24)  # to the end of four weeks
    trained.ok("break", "end", one, "--on", "2026-09-05")
    assert days_off() == ["2026-09-04", "2026-09-05"]
    assert "0 findings" in trained.ok("plan", "lint").out
    trained.ok("break", "remove", one)
    assert days_off() == []


def test_only_who_is_unwell_is_told_when_to_see_a_doctor(home):
    for kind in BreakKind:
        told = home.ok("break", "add", kind.value, "--until", "2026-09-20").out
        assert (DOCTOR in told) is (kind.value in {"illness", "injury"})
        assert ("Nothing hard" in told) is (kind.value in {"illness", "injury"})


def test_an_injury_of_a_week_is_come_back_from_gently_and_a_shorter_one_is_not(home):
    short = said(home, "injury", "--until", "2026-09-05")
    assert (short["quiet_until"], len(short["says"])) == (None, 2)
    week = said(home, "injury", "--until", "2026-09-06")  # the same break, a day longer
    assert (week["id"], week["quiet_until"]) == (short["id"], "2026-09-13")
    assert "custom, evidence E" in week["says"][1]
    open_ = home.ok("break", "change", week["id"], "--until", "").out
    assert "If it lasts 7 days or more, nothing hard for 7 days after its end" in open_
    assert len(kept(home)) == 1


def test_what_is_long_over_holds_nothing_back_any_more(home):
    told = said(home, "illness", "--from", "2026-03-04", "--until", "2026-03-10")
    assert (told["quiet_until"], len(told["says"])) == ("2026-03-17", 2)


def test_short_runs_on_a_journey(home):
    told = home.ok("break", "add", "travel", "--from", "2026-09-04", "--minutes", 40).out
    assert "travel from 2026-09-04 on, with no end yet, runs of 40 minutes at most" in told
    assert "From 2026-09-04 on no run takes over 40 minutes, until `goalward break end" in told
    (one,) = kept(home)
    ended = home.ok("break", "end", one["id"], "--on", "2026-09-18", "--json").json
    assert ended["says"] == ["From 2026-09-04 to 2026-09-18 no run takes over 40 minutes."]
    none = home.ok("break", "change", one["id"], "--minutes", 0, "--kind", "rest", "--from", "2026-09-05", "--note", "x", "--json").json  # fmt: skip
    assert [none[k] for k in ("kind", "from_day", "minutes", "note")] == ["rest", "2026-09-05", None, "x"]  # fmt: skip
    assert none["says"] == ["First day off: 2026-09-05, last: 2026-09-18."]


def test_a_changed_break_keeps_its_id_and_another_one_gets_another(home):
    first = said(home, "rest", "--until", "2026-09-03")
    home.ok("break", "change", first["id"], "--from", "2026-09-02")
    second = said(home, "rest", "--until", "2026-09-01")
    assert [(one["id"], one["from_day"]) for one in kept(home)] == [(second["id"], "2026-08-31"), (first["id"], "2026-09-02")]  # fmt: skip
    assert second["id"] != first["id"]
    assert said(home, "rest", "--from", "2026-09-02", "--until", "2026-09-04")["id"] == first["id"]


def test_what_cannot_be_meant_is_refused(home):
    for words, why in (
        (("flu",), "no kind of break: illness, injury, travel, rest"),
        (("pregnancy",), "a rest"),
        (("rest", "--from", "tomorrow"), "is no day; write YYYY-MM-DD"),
        (("rest", "--from", "2026-03-03"), "--from is 2026-03-04 at the earliest"),
        (("rest", "--from", "2028-08-31"), "is the year right?"),
        (("rest", "--until", "2028-08-31"), "is the year right?"),
        (("rest", "--until", "2026-08-30"), "--until 2026-08-30 is before 2026-08-31"),
        (("illness", "--minutes", 30), "with an illness nothing is run. Leave it out"),
        (("injury", "--minutes", 30), "with an injury nothing is run. Leave it out"),
        (("travel", "--minutes", 9), "10 to 600"),
        (("travel", "--minutes", 0), "10 to 600"),
        (("travel", "--minutes", 601), "10 to 600"),
        (("travel", "--minutes", "nan"), "10 to 600"),
    ):
        assert why in flat(home.wrong("break", "add", *words)), words
    assert kept(home) == []
    for words in (("--minutes", 10), ("--minutes", 600), ("--until", "2028-08-30")):
        home.ok("break", "add", "travel", "--from", "2026-03-04", *words)


def test_what_cannot_be_meant_of_a_known_break_is_refused(home):
    one = said(home, "illness", "--from", "2026-09-03", "--until", "2026-09-06")["id"]
    before = kept(home)
    for words, why in (
        (("end", one, "--on", "2026-09-02"), f"begins only on 2026-09-03: `goalward break remove {one}`"),
        (("end", one, "--on", "2026-09-07"), f"`goalward break change {one} --until 2026-09-07`"),
        (("end", "zzz"), f"there is no break 'zzz'; known: {one}"),
        (("change", one), "nothing to change"),
        (("change", one, "--minutes", 30), "say --minutes 0"),
        (("change", one, "--kind", "flu"), "no kind of break"),
        (("change", one, "--from", "2026-09-07"), "before it begins"),
        (("change", one, "--from", "2026-01-01"), "at the earliest"),
        (("change", "zzz", "--note", "x"), "there is no break"),
        (("remove", "zzz"), "there is no break"),
    ):  # fmt: skip
        assert why in flat(home.wrong("break", *words)), words
    assert kept(home) == before


def test_what_was_said_in_good_time_may_be_changed_long_after(home):
    one = said(home, "injury")["id"]
    later = home.ok("break", "end", one, "--on", "2026-09-10", clock="2027-06-01T09:00:00+02:00")
    assert "last: 2026-09-10" in later.out
    home.ok("break", "change", one, "--note", "calf", clock="2027-06-01T09:00:00+02:00")


def test_a_race_in_a_break_is_named_with_what_to_do(trained):
    habit = trained.ok("goal", "add", "--kind", "health", "--until", RACE, "--json").json["id"]
    told = trained("break", "add", "injury", "--json")
    assert told.status == 0
    assert told.err.count("Note:") == 1
    one = told.json["id"]
    assert f"the marathon of {RACE} lies in this break." in told.err
    assert f"`goalward goal change {trained.goal} --day DAY`" in told.err
    assert f"`goalward goal retire {trained.goal}`" in told.err
    assert f"end the break (`goalward break end {one}`)" in told.err
    assert habit not in told.err
    assert trained.ok("break", "end", one, "--on", "2026-12-19").err == ""
    with_it = trained.ok("break", "change", one, "--until", RACE).err
    assert f"shorten the break (`goalward break change {one} --until DAY`)" in with_it
    after = trained.ok("break", "change", one, "--note", "y", clock="2026-12-21T09:00:00+01:00")
    assert after.err == ""  # the race is over


def test_a_race_given_up_is_not_named_and_one_in_a_break_with_short_runs_is(trained):
    short = trained.ok("break", "add", "travel", "--minutes", 40)
    assert f"the marathon of {RACE} lies in this break, with 40 minutes at most." in short.err
    trained.ok("goal", "retire", trained.goal)
    assert trained.ok("break", "add", "injury").err == ""


def test_what_was_known_of_breaks_at_an_earlier_moment(home):
    one = said(home, "illness")["id"]
    then = kept(home)
    home.ok("break", "change", one, "--kind", "injury", clock=NEXT_DAY)
    assert home.ok("break", "list", "--known-at", "2026-08-31", "--json", clock=NEXT_DAY).json == then  # fmt: skip
    assert "injury from" in home.ok("break", "list", clock=NEXT_DAY).out
    home.ok("break", "remove", one, clock=NEXT_DAY)
    assert "No breaks." in home.ok("break", "list", clock=NEXT_DAY).out
    assert home.ok("break", "list", "--known-at", "2026-08-31", "--json", clock=NEXT_DAY).json == then  # fmt: skip


def test_breaks_are_of_one_athlete_are_exported_and_erased(home, tmp_path):
    said(home, "illness", "--note", "a very private word")
    home.ok("athlete", "add", "Sam")
    assert kept(home, "--athlete", 2) == []
    assert len(kept(home, "--athlete", 1)) == 1
    home.ok("export", tmp_path / "all.zip", "--athlete", 1)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        (row,) = map(json.loads, archive.read("athlete_break.jsonl").decode().splitlines())
        assert "athlete_break.jsonl: illness, injury" in archive.read("README.txt").decode()
    assert row["body"]["note"] == "a very private word"
    home.ok("erase", "--athlete", 1, "--yes")
    assert b"a very private word" not in (home.path / "goalward.db").read_bytes()
