"""Signing in to simulated Garmin with the real garminconnect, and its tokens afterwards."""

import json
import time

import pytest
import requests
from garminconnect import (
    Garmin,
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
)

from tests.connectors.sandbox.conftest import garmin_client

ALL_BUT_ONE = {"mobile+cffi", "widget+cffi", "portal+cffi", "portal+requests"}
MOBILE = {"clientId": "GCM_IOS_DARK", "locale": "en-US", "service": "app"}


def closed(garmin):
    garmin.client._api_session.close()
    garmin.client.cs.close()


def token_request(control, **form):
    url = f"{control.garmin_url}/di-oauth2-service/oauth/token"
    return requests.post(url, data=form, auth=("client", ""), timeout=5)


def profile(control, token):
    url = f"{control.garmin_url}/userprofile-service/socialProfile"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def ticket(control, password="secret", user="runner@example.com"):
    """The mobile app's way, by hand: no waiting."""
    with requests.Session() as session:
        session.get(f"{control.garmin_url}/mobile/sso/en_US/sign-in", params=MOBILE, timeout=5)
        body = {"username": user, "password": password, "rememberMe": True, "captchaToken": ""}
        url = f"{control.garmin_url}/mobile/api/login"
        first = session.post(url, params=MOBILE, json=body, timeout=5).json()
        if first["responseStatus"]["type"] != "MFA_REQUIRED":
            return first
        url = f"{control.garmin_url}/mobile/api/mfa/verifyCode"
        body = {"mfaMethod": "email", "mfaVerificationCode": "123456"}
        return session.post(url, json=body, timeout=5).json()


def test_the_real_client_signs_in_with_a_second_factor_in_another_process(control):
    """Takes the client's own pause of 2 to 5 s before it submits the form."""
    first = garmin_client(
        control, email="runner@example.com", password="secret", return_on_mfa=True
    )
    first.client.skip_strategies = ALL_BUT_ONE
    outcome, state = first.login()
    assert outcome == "needs_mfa"
    state = json.loads(json.dumps(state))
    second = garmin_client(control)
    second.client.skip_strategies = ALL_BUT_ONE
    with pytest.raises(GarminConnectAuthenticationError):
        second.resume_login(state, "000000")
    second.resume_login(state, "123456")
    assert second.display_name == "runner-1"
    assert second.count_activities() == 0
    closed(first)
    closed(second)


def test_the_real_client_loads_ready_tokens(control, tmp_path):
    path = tmp_path / "garmin_tokens.json"
    path.write_text(json.dumps(control.tokens()["garmin"]))
    garmin = garmin_client(control)
    garmin.login(str(path))
    assert garmin.display_name == "runner-1"
    assert garmin.unit_system == "metric"
    closed(garmin)


def test_a_wrong_password_and_a_stranger_are_told_so(control):
    for who in ({"password": "wrong"}, {"user": "someone@example.org"}):
        assert ticket(control, **who)["responseStatus"]["type"] == "INVALID_USERNAME_PASSWORD"


def test_a_form_without_its_pages_cookie_is_blocked(control):
    body = {"username": "runner@example.com", "password": "secret"}
    answer = requests.post(f"{control.garmin_url}/mobile/api/login", json=body, timeout=5)
    assert answer.status_code == 429


def test_without_a_second_factor(control):
    control.settings(mfa=False)
    assert ticket(control)["serviceTicketId"].startswith("ST-")


def test_a_ticket_serves_once(control):
    st = ticket(control)["serviceTicketId"]
    grant = "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket"
    form = {"client_id": "x", "service_ticket": st, "grant_type": grant, "service_url": "app"}
    told = token_request(control, **form).json()
    assert profile(control, told["access_token"]).json()["displayName"] == "runner-1"
    assert token_request(control, **form).status_code == 400


def test_the_second_athlete_has_another_address(control):
    st = ticket(control, user="runner2@example.com")["serviceTicketId"]
    told = token_request(control, client_id="x", service_ticket=st, grant_type="t").json()
    assert profile(control, told["access_token"]).json()["displayName"] == "runner-2"


def test_a_refresh_token_serves_once(control):
    tokens = control.tokens()["garmin"]
    form = {
        "grant_type": "refresh_token",
        "client_id": tokens["di_client_id"],
        "refresh_token": tokens["di_refresh_token"],
    }
    new = token_request(control, **form).json()
    assert new["refresh_token"] != tokens["di_refresh_token"]
    assert profile(control, new["access_token"]).status_code == 200
    assert token_request(control, **form).status_code == 400


def test_unknown_tokens_are_refused(control):
    assert profile(control, "made-up").status_code == 401
    strava = control.tokens()["strava"]["access_token"]
    assert profile(control, strava).status_code == 401


def test_the_client_refreshes_before_the_end_and_after_a_refusal(control):
    soon = garmin_client(control, control.tokens(life_s=600)["garmin"])
    before = soon.client.di_token
    assert soon.count_activities() == 0
    assert soon.client.di_token != before  # under 900 s left

    refused = garmin_client(control, control.tokens()["garmin"])
    control.expire_tokens("garmin")
    assert refused.count_activities() == 0

    control.expire_tokens("garmin")
    control.revoke("garmin")
    with pytest.raises(GarminConnectAuthenticationError):
        refused.count_activities()
    closed(soon)
    closed(refused)


def test_a_second_holder_of_rotated_tokens_is_out(control):
    tokens = control.tokens(life_s=600)["garmin"]
    one, two = garmin_client(control, tokens), garmin_client(control, tokens)
    one.count_activities()
    control.expire_tokens("garmin", in_s=-1)
    with pytest.raises((GarminConnectAuthenticationError, GarminConnectConnectionError)):
        two.count_activities()
    assert isinstance(one, Garmin)
    assert one.count_activities() == 0
    closed(one)
    closed(two)


def test_token_life_is_told_in_the_token(control):
    garmin = garmin_client(control, control.tokens(life_s=3600)["garmin"])
    assert garmin.client._token_expires_soon() is False
    started = time.monotonic()
    garmin.count_activities()
    assert time.monotonic() - started < 5
    closed(garmin)
