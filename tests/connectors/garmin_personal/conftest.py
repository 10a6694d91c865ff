import pytest

from connectors.garmin_personal import CONNECTOR
from connectors.garmin_personal.activities import PersonalActivities
from connectors.garmin_personal.client import Wire
from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.tokens import MemoryTokens
from tests.connectors.linked import NOW, TODAY


@pytest.fixture
def control():
    options = Options(today=TODAY, webhook_retry_s=0.05)
    with serve(machine_now=lambda: NOW, options=options) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def settings(control):
    return {"garmin_personal_api_url": control.personal_url}


@pytest.fixture
def link(control, settings):
    key = control.post("personal/key")["key"]
    return Link(settings, MemoryTokens({"api_key": key}))


@pytest.fixture
def opened(link):
    with CONNECTOR.open(link, NOW) as opened:
        yield opened


@pytest.fixture
def source(opened):
    return opened.activities


@pytest.fixture
def in_threes(link):
    wire = Wire(link, lambda: NOW)
    yield PersonalActivities(wire, lambda: NOW, page_size=3)
    wire.close()
