"""Wrong settings stop Goalward at its start, by name and with what to do; nothing half starts."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from worker import serving
from worker.cli.failing import told
from worker.cli.session import open_home
from worker.connections import connect
from worker.trial import free_port

KEY, OTHER_KEY = "a key of the old machine", "a key of the new machine"


def environment(home, **variables):
    given = {"HOME": str(home), "LISTEN": f"127.0.0.1:{free_port()}"} | variables
    return {f"GOALWARD_{name}": value for name, value in given.items()}


def start(home, **variables):
    """What `goalward up` does before it serves."""
    with (
        open_home(environment(home, **variables)) as runtime,
        serving.listening(runtime.settings.listen),
        serving.running(runtime, work=True, schedule=True),
    ):
        return runtime.settings


def refusal(home, **variables):
    """Exit status and line of a start that must not succeed."""
    with pytest.raises(Exception) as raised:  # noqa: PT011  # what it is, `told` says
        start(home, **variables)
    status, line = told(raised.value)
    assert line is not None, raised.value
    return status, line


def up(home, **variables):
    """The real process; it must end by itself."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GOALWARD_")}
    script = Path(sys.executable).with_name("goalward")
    return subprocess.run(
        [script, "up"],
        env=clean | environment(home, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_right_settings_start(tmp_path):
    assert start(tmp_path).home == tmp_path


def test_an_address_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = up(tmp_path, LISTEN=address)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"goalward: GOALWARD_LISTEN is {address}, but that cannot be used")
    assert "choose another" in line


@pytest.mark.parametrize(
    ("variables", "name", "remedy"),
    [
        ({"NOTIFY": "nosuch://token-1"}, "GOALWARD_NOTIFY", "list of services of apprise"),
        ({"NOTIFY": "goalward-file://"}, "GOALWARD_NOTIFY", "names no file"),
        ({"DATABASE_URL": "what?"}, "GOALWARD_DATABASE_URL", "sqlite:///PATH"),
        ({"DATABASE_URL": "sqlite://"}, "GOALWARD_DATABASE_URL", "sqlite:///PATH"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "GOALWARD_DATABASE_URL", "needs a file"),
        ({"DATABASE_URL": "postgresql://u@h:port/x"}, "GOALWARD_DATABASE_URL", "postgresql://"),
        ({"CLOCK": "2026-08-31T09:00:00"}, "GOALWARD_CLOCK", "timezone"),
        ({"DATABSE_URL": "sqlite:///x.db"}, "GOALWARD_DATABSE_URL", "GOALWARD_DATABASE_URL?"),
        ({"NOTIFIY": "json://x"}, "GOALWARD_NOTIFIY", "GOALWARD_NOTIFY?"),
        ({"LISTEN": "8000"}, "GOALWARD_LISTEN", "HOST:PORT"),
        ({"LISTEN": "192.0.2.1:8000"}, "GOALWARD_LISTEN", "choose another"),
        ({"SECRET_KEY": "short"}, "GOALWARD_SECRET_KEY", "openssl rand"),
    ],
    ids=str,
)
def test_a_wrong_setting(tmp_path, variables, name, remedy):
    status, line = refusal(tmp_path, **variables)
    assert status == 2
    assert line.startswith(name)
    assert remedy in line
    assert "token-1" not in line


def test_a_database_that_does_not_answer(tmp_path):
    url = f"postgresql://me:hunter2@127.0.0.1:{free_port()}/x"
    status, line = refusal(tmp_path, DATABASE_URL=url)
    assert status == 4
    assert "GOALWARD_DATABASE_URL" in line
    assert "hunter2" not in line


def test_a_key_that_was_changed(tmp_path):
    with open_home(environment(tmp_path, SECRET_KEY=KEY)) as runtime:
        tokens = {"token": "t"}
        connect(runtime, 1, connector="letterbox", external_athlete_id="1", tokens=tokens)
    assert start(tmp_path, SECRET_KEY=KEY)
    status, line = refusal(tmp_path, SECRET_KEY=OTHER_KEY)
    assert status == 2
    assert line.startswith("GOALWARD_SECRET_KEY")
    assert "goalward connect" in line
    assert KEY not in line
    assert OTHER_KEY not in line
    status, line = refusal(tmp_path)  # and one that was taken away
    assert status == 2
    assert "GOALWARD_SECRET_KEY" in line


def test_a_key_file_that_was_lost(tmp_path):
    with open_home(environment(tmp_path)) as runtime:
        connect(runtime, 1, connector="letterbox", external_athlete_id="1", tokens={"t": "t"})
    (tmp_path / "secret.key").unlink()
    status, line = refusal(tmp_path)
    assert status == 2
    assert "Restore it from the backup" in line
    assert not (tmp_path / "secret.key").exists()  # never quietly replaced by a new one


def test_a_home_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    status, line = refusal(tmp_path / "file" / "below")
    assert status in (1, 2)
    assert str(tmp_path / "file") in line
