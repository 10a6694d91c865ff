"""Signing in with PKCE, staying signed in, taking leave; over HTTP."""

import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.garmin_partner import CONNECTOR, oauth
from connectors.ports import Confirms, Link, Revokes
from connectors.tokens import MemoryTokens
from tests.connectors.linked import NOW, count

VERIFIER = "v" * 64
BACK = "http://localhost:8423/callback"


def approved(settings, verifier=VERIFIER):
    url = oauth.authorize_url(settings, BACK, "state-1", verifier=verifier)
    answer = requests.get(url, allow_redirects=False, timeout=10)
    query = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert query["state"] == "state-1"
    return query


def exchanged(settings, code, *, verifier=VERIFIER, back=BACK):
    return oauth.exchange(settings, code, NOW, verifier=verifier, redirect_uri=back)


def test_the_challenge_of_the_standards_example():
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_becomes_tokens_of_a_known_athlete(settings, link):
    granted = exchanged(settings, approved(settings)["code"])
    assert granted.athlete_id == link.external_athlete_id
    assert "ACTIVITY_EXPORT" in granted.permissions
    assert granted.lacking == ()
    with CONNECTOR.open(Link(settings, MemoryTokens(granted.tokens)), NOW) as opened:
        assert opened.activities.changes(None).refs == ()


def test_a_code_serves_once_and_only_whoever_asked(settings):
    code = approved(settings)["code"]
    with pytest.raises(SignInNeeded):
        exchanged(settings, code, verifier="w" * 64)
    with pytest.raises(SignInNeeded):
        exchanged(settings, code)  # burnt by the attempt
    with pytest.raises(SignInNeeded):
        exchanged(settings, approved(settings)["code"], back="http://localhost:1/callback")


def test_a_no_is_a_no(settings, control):
    control.settings(approval={"deny": True})
    assert approved(settings)["error"] == "access_denied"


def test_without_activities_there_is_no_connection(settings, control):
    control.post("partner/permissions", permissions=["HEALTH_EXPORT"])
    with pytest.raises(Refused, match="without activities"):
        exchanged(settings, approved(settings)["code"])


def test_what_is_not_allowed_is_said(settings, control):
    control.post("partner/permissions", permissions=["ACTIVITY_EXPORT"])
    granted = exchanged(settings, approved(settings)["code"])
    assert [sentence.partition(":")[0] for sentence in granted.lacking] == [
        "Without sleep and recovery",
        "Without runs from before today",
    ]


def test_a_wrong_secret_is_the_applications_fault(settings):
    with pytest.raises(Refused, match="CLIENT_SECRET"):
        exchanged(settings | {"garmin_partner_client_secret": "wrong"}, approved(settings)["code"])
    with pytest.raises(Refused, match="GOALWARD_GARMIN_PARTNER_CLIENT_ID is not set"):
        oauth.authorize_url({}, BACK, "s", verifier=VERIFIER)


def test_tokens_are_renewed_before_they_end_and_stored(link):
    before = dict(link.tokens.read())
    renewed = oauth.access_token(link, NOW + timedelta(hours=23, minutes=55))
    after = link.tokens.read()
    assert renewed == after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert oauth.access_token(link, NOW) == renewed  # good: nobody is asked


def test_a_refused_token_is_renewed_once(link, control, source):
    control.expire_tokens("partner")
    assert source.changes(None).more
    assert count(control, "partner POST /di-oauth2-service") == 1


def test_pitfall_24_eight_threads_renew_once(link, control):
    link.tokens.write({**link.tokens.read(), "expires_at": "0"})
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(oauth.access_token(link, NOW))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1
    assert count(control, "partner POST /di-oauth2-service") == 1


def test_a_used_refresh_token_is_dead(link, settings):
    old = dict(link.tokens.read())
    oauth.refreshed(settings, old, NOW)
    with pytest.raises(SignInNeeded) as told:
        oauth.refreshed(settings, old, NOW)
    assert told.value.remedy == "goalward connect garmin-partner"


def test_taking_leave_is_told_to_garmin_and_safe_to_repeat(link, control):
    assert isinstance(CONNECTOR, Revokes)
    CONNECTOR.revoke(link, NOW)
    assert count(control, "partner DELETE /wellness-api/rest/user/registration") == 1
    assert not CONNECTOR.still_authorised(link, NOW)
    CONNECTOR.revoke(link, NOW)
    CONNECTOR.revoke(Link(link.settings, MemoryTokens()), NOW)


def test_a_farewell_is_believed_only_when_the_token_is_refused(link, control):
    assert isinstance(CONNECTOR, Confirms)
    control.post("partner/deregister", lie=True)
    assert CONNECTOR.still_authorised(link, NOW)
    control.expire_tokens("partner")
    assert CONNECTOR.still_authorised(link, NOW)  # an old token is no farewell
    control.post("partner/deregister")
    assert not CONNECTOR.still_authorised(link, NOW)


def test_while_garmin_is_away_nothing_is_known(link, control):
    control.fault("partner", status=503, times=9)
    with pytest.raises(Unavailable):
        CONNECTOR.still_authorised(link, NOW)
    with pytest.raises(Unavailable):
        CONNECTOR.revoke(link, NOW)


def test_a_refresh_token_that_is_not_told_anew_stays(control, link):
    old = link.tokens.read()
    told = {"access_token": "new", "expires_in": 86400}
    control.fault("partner", status=200, path_contains="/oauth/token", body=told)
    assert oauth.access_token(link, NOW, rejected=old["access_token"]) == "new"
    assert link.tokens.read()["refresh_token"] == old["refresh_token"]


def test_without_tokens_nobody_can_say_that_the_permission_is_gone(link):
    """What follows from a no is that everything is erased."""
    link.tokens.write({})
    with pytest.raises(Refused):
        oauth.still_authorised(link, NOW)
