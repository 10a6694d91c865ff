import pytest

from connectors.intervals import CONNECTOR
from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.tokens import MemoryTokens
from tests.connectors.linked import TODAY, machine_now


@pytest.fixture
def control():
    options = Options(today=TODAY)
    with serve(machine_now=machine_now, options=options) as base_url, Control(base_url) as control:
        control.post("intervals/settings", per_s=1000, burst=1000)
        yield control


@pytest.fixture
def settings(control):
    return {"intervals_api_url": control.intervals_url}


@pytest.fixture
def link(control, settings):
    return Link(settings, MemoryTokens({"api_key": control.post("intervals/key")["api_key"]}))


@pytest.fixture
def opened(link):
    from tests.connectors.linked import NOW

    with CONNECTOR.open(link, NOW) as opened:
        yield opened


@pytest.fixture
def source(opened):
    return opened.activities


@pytest.fixture
def calendar(opened):
    return opened.calendar
