import pytest

from connectors.garmin import CONNECTOR
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.linked import NOW, TODAY, link_to, machine_now


@pytest.fixture
def control():
    options = Options(today=TODAY, webhook_retry_s=0.05)
    with serve(machine_now=machine_now, options=options) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def link(control):
    return link_to(control, "garmin")


@pytest.fixture
def opened(link):
    with CONNECTOR.open(link, NOW) as opened:
        yield opened


@pytest.fixture
def source(opened):
    return opened.activities


@pytest.fixture
def calendar(opened):
    return opened.calendar
