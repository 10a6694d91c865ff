"""A connector of somebody else's: installed, connected, its runs in the estimate."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "plugin"
GOALWARD = str(Path(sys.executable).parent / "goalward")
UV = shutil.which("uv") or str(Path(__file__).parents[2] / ".uv/bin/uv")
CLOCK = "2026-11-02T09:00:00+01:00"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The package, built and installed by the installer that a person would use."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin"
    shutil.copytree(HERE, source)
    command = [UV, "pip", "install", "--quiet", "--python", sys.executable, "--target", target]
    subprocess.run([*command, "--no-deps", "--no-build-isolation", source], check=True)
    return target


@pytest.fixture
def goalward(site, tmp_path):
    """Runs a command in a home of its own, where the package is installed."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(site),
        "GOALWARD_HOME": str(tmp_path / "home"),
        "GOALWARD_CLOCK": CLOCK,
        "GOALWARD_LISTEN": f"127.0.0.1:{_free_port()}",
        "TZ": "Europe/Paris",
    }

    def run(*words, **how):
        command = [GOALWARD, *map(str, words)]
        return subprocess.run(
            command, check=False, env=environ, capture_output=True, text=True, **how
        )

    run.environ = environ
    return run


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "log.jsonl"
    runs = [
        {"id": f"run-{n}", "start": f"2026-10-{n:02}T06:30:00+00:00", "metres": 10_000.0 + 100 * n}
        | {"seconds": 3_000.0, "name": f"Run {n}"}
        for n in range(1, 29, 3)
    ]
    file.write_text("\n".join(map(json.dumps, runs)))
    return file


def test_it_keeps_the_contracts_that_ours_keep(goalward, log):
    said = subprocess.run(
        [sys.executable, HERE / "check.py", log],
        check=False,
        env=goalward.environ,
        capture_output=True,
        text=True,
    )
    assert (said.stdout, said.returncode) == ("the contracts are kept\n", 0), said.stderr


def test_it_is_named_where_the_others_are(goalward):
    told = goalward("connect", "--help")
    assert "RunLog" in told.stdout, told
    assert "nothing leaves this machine" in goalward("connect", "runlog", "--help").stdout


def test_its_runs_become_activities(goalward, log):
    connected = goalward("connect", "runlog", "--answer", f"file={log}", input="\n")
    assert connected.returncode == 0, connected
    assert "RunLog is connected: me." in connected.stdout
    up = subprocess.Popen(
        [GOALWARD, "up"],
        env=goalward.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = _soon(lambda: _activities(goalward), until=lambda found: len(found) == 10)
    finally:
        up.terminate()
        up.wait(20)
    assert {one["name"] for one in found} == {f"Run {n}" for n in range(1, 29, 3)}
    assert {tuple(one["sources"]) for one in found} == {
        (f"runlog:run-{n}",) for n in range(1, 29, 3)
    }
    shown = json.loads(goalward("status", "--json").stdout)
    assert [(c["connector"], c["state"]) for c in shown["connections"]] == [("runlog", "connected")]


def test_a_wrong_answer_is_refused_with_the_reason(goalward, tmp_path):
    nowhere = tmp_path / "nowhere"
    told = goalward("connect", "runlog", "--answer", f"file={nowhere}", "--answer", "name=me")
    assert told.returncode == 1
    assert "is no file: a log has one run a line" in told.stderr
    assert json.loads(goalward("status", "--json").stdout)["connections"] == []
    unknown = goalward("connect", "runlog", "--answer", "password=x")
    assert unknown.returncode == 2
    assert "it asks for file, name" in unknown.stderr


def test_removed_again_it_is_told_and_nothing_else_breaks(goalward, log):
    goalward("connect", "runlog", "--answer", f"file={log}", "--answer", "name=me")
    del goalward.environ["PYTHONPATH"]
    told = goalward("doctor")
    assert "runlog" in told.stdout
    assert "not installed any more" in told.stdout
    assert goalward("status").returncode == 0


def _activities(goalward):
    told = goalward("activity", "list", "--days", "60", "--json")
    return json.loads(told.stdout) if told.returncode == 0 else []


def _soon(look, *, until, within_s=60):
    for _ in range(within_s * 2):
        found = look()
        if until(found):
            return found
        threading.Event().wait(0.5)
    raise AssertionError(f"not within {within_s} s: {found}")


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
