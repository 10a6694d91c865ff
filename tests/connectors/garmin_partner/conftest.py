import pytest

from connectors.garmin_partner import CONNECTOR
from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.tokens import MemoryTokens
from tests.connectors.garmin_partner.told import CLIENT_ID, Heard
from tests.connectors.linked import NOW, TODAY


@pytest.fixture
def control():
    with (
        serve(machine_now=lambda: NOW, options=Options(today=TODAY)) as base_url,
        Control(base_url) as control,
    ):
        control.post("partner/configure", per_minute=10_000)  # time stands still here
        yield control


@pytest.fixture
def settings(control):
    return {
        "garmin_partner_client_id": CLIENT_ID,
        "garmin_partner_client_secret": "secret",
        "garmin_partner_api_url": control.partner_url,
    }


@pytest.fixture
def link(control, settings):
    tokens = control.post("partner/tokens")
    user_id = tokens.pop("user_id")
    return Link(settings, MemoryTokens({k: str(v) for k, v in tokens.items()}), user_id)


@pytest.fixture
def opened(link):
    with CONNECTOR.open(link, NOW) as opened:
        yield opened


@pytest.fixture
def source(opened):
    return opened.activities


@pytest.fixture
def heard(control, settings):
    """The address that Garmin tells, understood by our receiver."""
    with Heard(CONNECTOR.receiver(settings)) as heard:
        control.post("partner/configure", urls={"*": heard.url}, client_id=CLIENT_ID)
        yield heard
