import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.strava import CONNECTOR, oauth
from connectors.tokens import MemoryTokens
from tests.connectors.linked import NOW, TODAY, count, settings_of

REDIRECT = "http://127.0.0.1:8000/connect/strava/back"


def agreed(control):
    """What Strava's redirect carries after the athlete said yes."""
    url = oauth.authorize_url(settings_of(control), REDIRECT, "state-1")
    answer = requests.get(url, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(REDIRECT)
    return {key: value[0] for key, value in parse_qs(back.query).items()}


def test_signing_in_gives_tokens_the_athlete_and_the_scope(control):
    back = agreed(control)
    assert back["state"] == "state-1"
    granted = oauth.exchange(settings_of(control), back["code"], NOW)
    assert granted.athlete_id == "777001"
    assert granted.scope == {"read", "activity:read_all"}
    assert granted.tokens.keys() == {"access_token", "refresh_token", "expires_at"}
    assert all(isinstance(value, str) for value in granted.tokens.values())


def test_a_box_left_unticked_is_named(control):
    control.settings(approval={"scope": "read,activity:read"})
    back = agreed(control)
    with pytest.raises(Refused, match="private activities"):
        oauth.exchange(settings_of(control), back["code"], NOW)


def test_a_code_serves_once(control):
    code = agreed(control)["code"]
    oauth.exchange(settings_of(control), code, NOW)
    with pytest.raises(SignInNeeded) as caught:
        oauth.exchange(settings_of(control), code, NOW)
    assert caught.value.remedy == "goalward connect strava"


@pytest.mark.parametrize("name", ["strava_client_id", "strava_client_secret"])
def test_a_missing_setting_is_named(control, name):
    settings = settings_of(control) | {name: ""}
    with pytest.raises(Refused, match=f"GOALWARD_{name.upper()}"):
        oauth.exchange(settings, "code", NOW)


def test_a_token_with_more_than_an_hour_costs_no_request(control, link):
    before = count(control, "strava")
    assert oauth.access_token(link, NOW) == link.tokens.read()["access_token"]
    assert count(control, "strava") == before


def test_a_token_with_less_than_an_hour_is_renewed_and_the_new_pair_stored(control, link):
    control.expire_tokens("strava", in_s=3000)
    old = dict(link.tokens.read())
    link.tokens.write(old | {"expires_at": str(NOW.timestamp() + 3000)})
    new = oauth.access_token(link, NOW)
    kept = link.tokens.read()
    assert new == kept["access_token"] != old["access_token"]
    assert kept["refresh_token"] != old["refresh_token"]
    assert float(kept["expires_at"]) > NOW.timestamp() + 3600
    assert kept["athlete_id"] == old["athlete_id"]


def test_two_at_once_renew_once(control, link):
    control.expire_tokens("strava", in_s=10)
    link.tokens.write({**link.tokens.read(), "expires_at": "0"})
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(oauth.access_token(link, NOW))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert count(control, "strava POST /oauth/token") == 1


def test_a_revoked_sign_in_needs_a_new_one(control, link):
    control.revoke("strava")
    with pytest.raises(SignInNeeded):
        oauth.access_token(link, NOW + timedelta(hours=6))


def test_no_tokens_at_all_need_a_sign_in(link):
    link.tokens.write({})
    with pytest.raises(SignInNeeded):
        oauth.access_token(link, NOW)


def test_trouble_at_strava_is_no_reason_to_sign_in_again(control, link):
    control.fault("strava", path_contains="/oauth/token", status=503, times=1)
    with pytest.raises(Unavailable):
        oauth.access_token(link, NOW + timedelta(hours=6))


def test_deauthorisation_is_asked_of_strava(control, link):
    assert oauth.still_authorised(link, NOW)
    control.revoke("strava")
    assert not oauth.still_authorised(link, NOW)


def test_revoking_ends_both_tokens_and_may_be_repeated(control, link):
    oauth.revoke(link, NOW)
    assert not oauth.still_authorised(link, NOW)
    oauth.revoke(link, NOW)
    link.tokens.write({})
    oauth.revoke(link, NOW)


def test_the_api_may_move_to_a_host_of_its_own_and_signing_in_stays(control, link):
    """As Strava does in 2027: two hosts, each with half of the addresses."""
    control.run(TODAY)
    with (
        serve(machine_now=lambda: NOW, options=Options(today=TODAY)) as base_url,
        Control(base_url) as stays,
    ):
        apart = {**link.settings, "strava_oauth_url": f"{stays.strava_url}/oauth"}
        here = replace(link, settings=apart)
        with CONNECTOR.open(here, NOW) as opened:
            assert len(opened.activities.changes(None).refs) == 1
        assert count(stays, "strava") == 0
        before = count(control, "strava")
        renewed = stays.tokens()["strava"]
        here.tokens.write({"refresh_token": renewed["refresh_token"], "expires_at": "0"})
        oauth.access_token(here, NOW)
        oauth.revoke(here, NOW)
        assert count(control, "strava") == before
        asked = stays.dump()["requests"]
    assert asked == {"strava POST /oauth/token": 1, "strava POST /oauth/revoke": 1}


class Unwritable(MemoryTokens):
    """The process ends before the renewed tokens are on disk."""

    def write(self, tokens):
        raise OSError("no space left")


def test_renewed_tokens_that_could_not_be_stored_are_not_used(control, link):
    kept = Unwritable({**link.tokens.read(), "expires_at": "0"})
    before = count(control, "strava GET")
    with pytest.raises(OSError, match="no space"), CONNECTOR.open(replace(link, tokens=kept), NOW):
        pass
    assert count(control, "strava GET") == before


def test_only_the_new_way_of_revoking_is_used(control, link):
    oauth.revoke(link, NOW)
    assert count(control, "strava POST /oauth/revoke") == 1
    assert count(control, "strava POST /oauth/deauthorize") == 0


def test_a_refresh_token_that_is_not_told_anew_stays(control, link):
    old = link.tokens.read()
    told = {"access_token": "new", "expires_at": int(NOW.timestamp()) + 21600}
    control.fault("strava", status=200, path_contains="/oauth/token", body=told)
    assert oauth.access_token(link, NOW, rejected=old["access_token"]) == "new"
    assert link.tokens.read()["refresh_token"] == old["refresh_token"]
    assert oauth.access_token(link, NOW) == "new"


def test_a_token_without_an_end_serves_and_is_renewed_the_next_time(control, link):
    told = {"access_token": "new", "refresh_token": "next", "expires_at": "soon"}
    control.fault("strava", status=200, path_contains="/oauth/token", body=told)
    assert oauth.access_token(link, NOW + timedelta(hours=6)) == "new"
    assert link.tokens.read()["refresh_token"] == "next"
    end = int(NOW.timestamp()) + 21600
    control.fault("strava", status=200, path_contains="/token", body=told | {"expires_at": end})
    assert oauth.access_token(link, NOW) == "new"
    assert float(link.tokens.read()["expires_at"]) == end


def test_without_tokens_nobody_can_say_that_the_permission_is_gone(link):
    """What follows from a no is that everything is erased."""
    link.tokens.write({})
    with pytest.raises(Refused):
        oauth.still_authorised(link, NOW)
