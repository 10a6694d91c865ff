"""`goalward connect garmin-partner` and `connect webhook`, as a person uses them."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from connectors.sandbox.app import serve
from connectors.sandbox.control import Control
from tests.worker.commands import Home

BROWSER = """\
#!{python}
import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=20).read()
"""


def machine_now():
    return datetime.now(UTC)  # noqa: TID251 - the command measures a token's life with it


@pytest.fixture
def control():
    with serve(machine_now=machine_now) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def home(tmp_path, control):
    return Home(
        tmp_path / "home",
        {
            "GOALWARD_GARMIN_PARTNER_CLIENT_ID": "goalward-client",
            "GOALWARD_GARMIN_PARTNER_CLIENT_SECRET": "secret",
            "GOALWARD_GARMIN_PARTNER_API_URL": control.partner_url,
            "GOALWARD_PUBLIC_URL": "https://run.example.org",
        },
    )


@pytest.fixture
def browser(tmp_path):
    """Opens what it is told to, and follows where it is sent."""
    program = tmp_path / "browser"
    program.write_text(BROWSER.format(python=sys.executable))
    program.chmod(0o755)
    return program


def connect(home, browser, *options):
    """A process of its own: which browser there is, is looked up once in each."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, **home.environ, "BROWSER": f"{browser} %s"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "worker",
            "connect",
            "garmin-partner",
            "--port",
            str(port),
            *options,
        ],
        env=environ | {"GOALWARD_HOME": str(home.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_connecting_says_where_garmin_is_to_tell_of_runs(home, browser):
    said = connect(home, browser)
    assert said.returncode == 0, said.stderr
    assert "Garmin (partner) is connected." in said.stdout
    assert "https://run.example.org/webhooks/garmin/" in said.stdout
    shown = home.ok("connect", "webhook", "garmin_partner").out
    (line,) = (one.strip() for one in shown.splitlines() if "/webhooks/garmin/" in one)
    assert line in said.stdout  # the same secret


def test_what_the_athlete_withholds_is_said(home, browser, control):
    control.post("partner/permissions", permissions=["ACTIVITY_EXPORT"])
    said = connect(home, browser)
    assert "Without runs from before today" in said.stdout
    control.post("partner/permissions", permissions=[])
    refused = connect(home, browser)
    assert (refused.returncode, "without activities" in refused.stderr) == (1, True)


def test_workouts_are_written_for_whoever_says_so(home, browser, control, tmp_path):
    control.post("partner/permissions", permissions=["ACTIVITY_EXPORT"])
    assert "on your watch" not in connect(home, browser).stdout
    assert home("calendar", "diff").status == 1
    said = connect(home, browser, "--calendar")
    assert "Without workouts on your watch: Open Garmin Connect" in said.stdout
    assert "may not take workouts" in home("calendar", "diff").err
    control.post("partner/permissions", permissions=["ACTIVITY_EXPORT", "WORKOUT_IMPORT"])
    assert "on your watch" not in connect(home, browser).stdout  # it stays as it was said
    home.environ["GOALWARD_GARMIN_API_URL"] = control.garmin_url
    tokens = tmp_path / "garmin_tokens.json"
    tokens.write_text(json.dumps(control.tokens()["garmin"]))
    refused = home.wrong("connect", "garmin", "--tokens", tokens)
    assert "goalward disconnect garmin_partner" in refused
    assert connect(home, browser, "--no-calendar").returncode == 0
    home.ok("connect", "garmin", "--tokens", tokens)
    refused = connect(home, browser, "--calendar")
    assert (refused.returncode, "goalward disconnect garmin" in refused.stderr) == (2, True)


def test_without_an_application_it_is_said_what_is_missing(home, browser):
    del home.environ["GOALWARD_GARMIN_PARTNER_CLIENT_ID"]
    said = connect(home, browser)
    assert said.returncode == 1
    assert "GOALWARD_GARMIN_PARTNER_CLIENT_ID is not set" in said.stderr


def test_what_to_enter_at_intervals(home):
    shown = home.ok("connect", "webhook", "intervals").out
    assert "https://run.example.org/webhooks/intervals/" in shown
    assert "as its secret: " in shown
    assert home.ok("connect", "webhook", "intervals").out == shown
    home.environ["GOALWARD_PUBLIC_URL"] = ""
    assert "GOALWARD_PUBLIC_URL" in home.ok("connect", "webhook", "intervals").out


def test_what_to_enter_is_the_same_for_a_club(home):
    home.ok("status")
    home.ok("athlete", "add", "Anna")
    told = home.ok("connect", "webhook", "garmin-partner").out
    assert "https://run.example.org/webhooks/garmin/" in told


def test_others_need_nothing_entered(home):
    assert "strava needs none" in home.wrong("connect", "webhook", "strava")
