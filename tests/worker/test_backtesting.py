"""The command that predicts a log of many runners, and fits the weights on it."""

import csv
import math
from pathlib import Path

import pytest

from planning.fitness.expectation import TERMS
from tests.planning.athletes import MONDAY, runs, ten_k_time_s
from worker.backtesting import Log, score_ultra

RUNS = ("athlete", "day", "distance_m", "moving_s", "elapsed_s", "kind", "suspect")
EFFORTS = ("athlete", "day", "effort", "distance_m", "time_s")
PACES = {"a": 290.0, "b": 330.0, "c": 390.0}


def written(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def log(tmp_path):
    """Three runners of forty weeks; some rows of the last are rides, marked suspect."""
    lines = [
        (name, (one.day - MONDAY).days, one.distance_m, one.moving_time_s, "", "run", 0)
        for name, pace in PACES.items()
        for one in runs(40, 50.0, pace, seed=1)
    ]
    lines += [("c", 200 + n, 12_000, 2_100, "", "run", 1) for n in range(9)]
    efforts = [
        (name, week * 7, "10K", 10_000, ten_k_time_s(pace))
        for name, pace in PACES.items()
        for week in (20, 30, 38)
    ]
    return {
        "--runs": written(tmp_path / "runs.csv", RUNS, lines),
        "--efforts": written(tmp_path / "efforts.csv", EFFORTS, efforts),
    }


def words(log):
    return [word for pair in log.items() for word in pair]


def predicted(home, log, tmp_path, *more):
    out = tmp_path / "out.csv"
    home.ok("backtest", *words(log), "--out", out, *more)
    with out.open() as file:
        return [(float(row["median_s"]), float(row["sd_ln"])) for row in csv.DictReader(file)]


def test_each_effort_is_predicted_from_the_days_before(home, log, tmp_path):
    now = predicted(home, log, tmp_path)
    ahead = predicted(home, log, tmp_path, "--horizon-weeks", 12)
    assert len(now) == len(ahead) == 9
    for (median_s, sd), (_, wider), pace in zip(now, ahead, "aaabbbccc", strict=True):
        assert median_s == pytest.approx(ten_k_time_s(PACES[pace]), rel=0.15)
        assert wider > sd


def test_who_is_left_out_is_predicted_by_the_others(home, log, tmp_path):
    left_out = predicted(home, log, tmp_path, "--leave-one-out")
    assert left_out != predicted(home, log, tmp_path)
    rows = list(csv.reader(log["--efforts"].read_text().splitlines()))
    slower = [
        row if row[0] != "c" else [*row[:4], float(row[4]) * 1.5] for row in rows[1:]
    ]  # nothing of one's own times is in one's own prediction
    written(log["--efforts"], rows[0], slower)
    again = predicted(home, log, tmp_path, "--leave-one-out")
    assert again[6:] == left_out[6:]
    assert again[:6] != left_out[:6]


def test_rows_that_somebody_doubts_are_left_out_only_to_compare(home, log, tmp_path):
    plain = predicted(home, log, tmp_path)
    dropped = predicted(home, log, tmp_path, "--drop-suspect")
    assert plain[:6] == dropped[:6]
    for (one, _), (other, _) in zip(plain, dropped, strict=True):
        assert one == pytest.approx(other, rel=0.002)


def test_the_weights_are_printed_as_they_are_kept(home, log):
    told = home.ok("backtest", *words(log), "--refit").out.splitlines()
    assert [line.strip().partition(":")[0].strip('"') for line in told[:-1]] == list(TERMS)
    assert told[-1] == "Nobody named a race: the signs of one stay as they are."


def named(log):
    """The same log, its races named."""
    raced = {
        ((one.day - MONDAY).days, name)
        for name, pace in PACES.items()
        for one in runs(40, 50.0, pace, seed=1)
        if one.is_race
    }
    rows = list(csv.reader(log["--runs"].read_text().splitlines()))[1:]
    lines = [(*row, int((int(row[1]), row[0]) in raced)) for row in rows]
    return log | {"--runs": written(log["--runs"], (*RUNS, "name_says_race"), lines)}


def test_the_signs_of_a_race_are_printed_too(home, log):
    told = home.ok("backtest", *words(named(log)), "--refit").out.splitlines()[len(TERMS) :]
    signs = ["constant", "standard", "longer", "faster", "heart_rate", "named"]
    assert [line.strip().partition("=")[0] for line in told] == signs


def test_the_signs_are_of_the_others_too(home, log, tmp_path):
    """What one names a race says nothing of what their own races look like."""
    paths = named(log)
    known = Log.read(paths["--runs"], paths["--efforts"]).signs_without_each()
    rows = list(csv.reader(log["--runs"].read_text().splitlines()))
    unnamed = [row if row[0] != "a" else [*row[:-1], "0"] for row in rows[1:]]
    written(log["--runs"], rows[0], unnamed)
    again = Log.read(paths["--runs"], paths["--efforts"]).signs_without_each()
    assert again["a"].constant == known["a"].constant
    assert again["b"].constant != known["b"].constant
    assert predicted(home, log, tmp_path, "--leave-one-out")


def test_what_is_missing_is_said(home, log, tmp_path):
    assert "belong together" in home.wrong("backtest", "--drop-suspect")
    assert "belong together" in home.wrong("backtest", "--refit", "--runs", log["--runs"])
    rows = [
        (*row[:4], "") for row in list(csv.reader(log["--efforts"].read_text().splitlines()))[1:]
    ]
    written(log["--efforts"], EFFORTS, rows)
    assert "time_s" in home.wrong("backtest", *words(log), "--refit")


def test_nobody_can_be_left_out_of_one(home, log, tmp_path):
    whole = list(csv.reader(log["--efforts"].read_text().splitlines()))[1:]
    written(log["--efforts"], EFFORTS, [row for row in whole if row[0] == "a"])
    asked = ("backtest", *words(log), "--out", tmp_path / "out.csv", "--leave-one-out")
    assert "at least two" in home.wrong(*asked)
    written(log["--efforts"], EFFORTS, [["nobody", *row[1:]] for row in whole])
    assert "earlier runs are known" in home.wrong("backtest", *words(log), "--refit")


def test_options_that_say_nothing_together_are_refused(home, log, tmp_path):
    asked = ("backtest", *words(log), "--refit")
    assert "add --out" in home.wrong(*asked, "--leave-one-out")
    assert "add --out" in home.wrong(*asked, "--horizon-weeks", 4)
    ultras = histories(tmp_path / "u.csv", 12)
    assert "stands alone" in home.wrong("backtest", "--ultra", ultras, *words(log))
    assert "stands alone" in home.wrong("backtest", "--ultra", ultras, "--horizon-weeks", 4)


def test_a_file_that_is_no_such_log_is_named_with_what_it_lacks(home, log, tmp_path):
    swapped = ("--runs", log["--runs"], "--efforts", log["--runs"], "--out", tmp_path / "out.csv")
    assert "runs.csv lacks effort" in home.wrong("backtest", *swapped)
    assert "efforts.csv lacks runner" in home.wrong("backtest", "--ultra", log["--efforts"])
    rows = [("a", 140, "10K", 10_000, 3_000), ("a", "soon", "10K", 10_000, 3_000)]
    written(log["--efforts"], EFFORTS, rows)
    asked = ("backtest", *words(log), "--out", tmp_path / "out.csv")
    assert "efforts.csv, row 3: 'soon' is no number" in home.wrong(*asked)
    written(log["--efforts"], EFFORTS, [("a", 140, "10K", "nan", 3_000)])
    assert "'nan' is no number" in home.wrong(*asked)
    log["--runs"].write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in home.wrong(*asked)
    log["--runs"].write_text("")
    assert "runs.csv lacks athlete" in home.wrong(*asked)


def test_programs_read_it_too(home, log, tmp_path):
    out = tmp_path / "out.csv"
    told = home.ok("backtest", *words(log), "--refit", "--out", out, "--json").json
    assert list(told["weights"]) == list(TERMS)
    assert told["signs"] is None
    assert (told["predicted"], told["out"]) == (9, str(out))
    signs = home.ok("backtest", *words(named(log)), "--refit", "--json").json["signs"]
    assert len(signs["heart_rate"]) > 1
    *_, every = home.ok("backtest", "--ultra", histories(tmp_path / "u.csv", 12), "--json").json
    assert (every["effort_km"], every["races"]) == ("all", 18)
    assert every["median_error_percent"] < 5.0


# --- trail and ultra ------------------------------------------------------------------------------


def histories(path, runners):
    """Runners of different strength over the same kind of courses."""
    header = ("runner", "day", "sex", "distance_km", "elev_gain_m", "time_s")
    rows = [
        (runner, 100 * n, "F", km, climb, round((1.0 + runner / 50) * 3_000 * math.log(km) ** 2))
        for runner in range(runners)
        for n, (km, climb) in enumerate([(30, 900), (60, 4_000), (90, 3_000), (120, 7_500)])
    ]
    return written(path, header, rows)


def test_the_second_half_of_the_runners_is_predicted(home, tmp_path):
    told = home.ok("backtest", "--ultra", histories(tmp_path / "u.csv", 12)).out.splitlines()
    last = told[-1].split()
    assert last[:2] == ["all", "18"]  # six runners, three races each that have one before
    assert float(last[2]) < 5.0


def test_too_few_ultras_are_said(home, tmp_path):
    assert "too few" in home.wrong("backtest", "--ultra", histories(tmp_path / "u.csv", 1))


def test_real_ultras_are_predicted_within_eight_per_cent():
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "ultra" / "itra_histories.csv"
    if not path.is_file():
        pytest.skip(f"no histories of real races at {path}: they are not part of the project")
    *_, all_of_them = score_ultra(path, track=iter)
    assert all_of_them.races > 4_000
    assert all_of_them.median_error <= 8.0
    assert 76 <= all_of_them.inside <= 86
