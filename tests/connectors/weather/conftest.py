import pytest

from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.tokens import MemoryTokens
from connectors.weather import CONNECTOR
from tests.connectors.linked import NOW, TODAY, machine_now


@pytest.fixture
def control():
    with (
        serve(machine_now=machine_now, options=Options(today=TODAY)) as base_url,
        Control(base_url) as control,
    ):
        yield control


@pytest.fixture
def link(control):
    return Link({"weather_api_url": control.weather_url}, MemoryTokens())


@pytest.fixture
def source(link):
    with CONNECTOR.open(link, NOW) as opened:
        yield opened.weather
