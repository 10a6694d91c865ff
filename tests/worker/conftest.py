"""A home for commands, empty or with months of running."""

import pytest

from tests.worker.commands import RACE, Home, a_log, no_settings


@pytest.fixture
def home(tmp_path):
    with no_settings():
        yield Home(tmp_path / "home", {})


@pytest.fixture
def trained(home, trained_once):
    """A home with months of running and one goal; `trained.goal` is its id."""
    return trained_once.copied_to(home.path)


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory):
    """Made once, by commands, and copied for each test."""
    folder = tmp_path_factory.mktemp("trained")
    home = Home(folder / "home", {})
    with no_settings():
        home.ok("import", a_log(folder), "--json")
        said = home.ok("goal", "add", "--day", RACE, "--time", "3:45:00", "--json")
    home.goal = said.json["id"]
    return home
