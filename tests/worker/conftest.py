"""A home for commands, empty or with months of running."""

import os

import pytest

from tests.worker.commands import RACE, Home, a_log


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Settings of this machine are not seen."""
    for name in [name for name in os.environ if name.startswith("GOALWARD_")]:
        monkeypatch.delenv(name)
    return Home(tmp_path / "home", {})


@pytest.fixture
def trained(home, tmp_path):
    """A home with months of running and one goal; `trained.goal` is its id."""
    home.ok("import", a_log(tmp_path), "--json")
    said = home.ok("goal", "add", "--day", RACE, "--time", "3:45:00", "--json")
    home.goal = said.json["id"]
    return home
