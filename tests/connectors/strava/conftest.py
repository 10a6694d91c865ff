import pytest

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.strava import CONNECTOR
from tests.connectors.linked import NOW, TODAY, link_to


@pytest.fixture
def control():
    options = Options(today=TODAY, webhook_retry_s=0.05)
    with serve(machine_now=lambda: NOW, options=options) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def link(control):
    return link_to(control, "strava")


@pytest.fixture
def source(link):
    with CONNECTOR.open(link, NOW) as opened:
        yield opened.activities
