from datetime import UTC, date, datetime

import pytest
import requests
import stravalib
from garminconnect import Garmin

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.connectors.sandbox.receivers import Callback, rewriting

TODAY = date(2026, 11, 23)


def machine_now():
    return datetime.now(UTC)  # noqa: TID251 - token life is measured in real time


@pytest.fixture
def options():
    return Options(today=TODAY, webhook_retry_s=0.05)


@pytest.fixture
def control(options):
    with serve(machine_now=machine_now, options=options) as base_url, Control(base_url) as control:
        yield control


@pytest.fixture
def callback():
    with Callback() as callback:
        yield callback


@pytest.fixture
def strava(control, monkeypatch):
    """The real stravalib, its host replaced, told not to sleep."""
    monkeypatch.setenv("SILENCE_TOKEN_WARNINGS", "true")
    with requests.Session() as session:
        session.mount("https://www.strava.com", rewriting(control.strava_url))
        yield stravalib.Client(
            access_token=control.tokens()["strava"]["access_token"],
            requests_session=session,
            rate_limiter=lambda _headers, _method: None,
        )


def garmin_client(control, tokens=None, **how):
    """The real garminconnect, every host replaced."""
    garmin = Garmin(retry_attempts=0, **how)
    client = garmin.client
    client._connectapi = client._sso = client._connect = control.garmin_url
    client._di_token_url = f"{control.garmin_url}/di-oauth2-service/oauth/token"
    if tokens is not None:
        client.di_token = tokens["di_token"]
        client.di_refresh_token = tokens["di_refresh_token"]
        client.di_client_id = tokens["di_client_id"]
    return garmin


@pytest.fixture
def garmin(control):
    garmin = garmin_client(control, control.tokens()["garmin"])
    yield garmin
    garmin.client._api_session.close()
    garmin.client.cs.close()
