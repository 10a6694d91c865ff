import base64
import json
import subprocess
import sys
import threading
import time

import pytest

from connectors.errors import RateLimited, Refused, ServiceError, SignInNeeded, Unavailable
from connectors.garmin import CONNECTOR, sign_in
from connectors.garmin.client import PRIVATE, directed, signed_in, unsigned
from connectors.ports import Link
from connectors.tokens import MemoryTokens
from tests.connectors.linked import NOW, count, link_to, settings_of

EMAIL = "runner@example.com"


def test_signing_in_with_a_code_in_another_process(control, tmp_path):
    settings = settings_of(control)
    needed = sign_in.start(settings, EMAIL, "any password", NOW)
    assert isinstance(needed, sign_in.MfaNeeded)
    state = json.loads(json.dumps(needed.state))
    with pytest.raises(Refused):
        sign_in.finish(settings, state, "000000", NOW)
    signed = sign_in.finish(settings, state, " 123456 ", NOW)
    assert signed.athlete_id == "runner-1"
    assert signed.name == "Robin Runner"
    assert signed.notice == ""
    with CONNECTOR.open(Link(settings, MemoryTokens(signed.tokens)), NOW) as opened:
        assert opened.activities.changes(None).refs == ()
    assert "SESSION" not in repr(needed)
    assert signed.tokens["di_token"] not in repr(signed)


def test_a_wrong_password_is_refused_and_not_tried_again(control):
    with pytest.raises(Refused, match="sign-in"):
        sign_in.start(settings_of(control), EMAIL, "wrong", NOW)
    assert count(control, "garmin POST /mobile/api/login") == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"kind": "timeout_before"}])
def test_trouble_behind_a_right_password_is_not_told_as_a_wrong_one(control, fault):
    control.settings(mfa=False)
    control.fault("garmin", path_contains="socialProfile", times=99, **fault)
    with pytest.raises(Unavailable):
        sign_in.start(settings_of(control), EMAIL, "right", NOW)
    control.clear_faults()


def test_a_wall_before_the_sign_in_is_told_with_the_way_around_it(control):
    control.fault("garmin", path_contains="sign-in", status=429, times=99)
    with pytest.raises(RateLimited, match="--tokens") as caught:
        sign_in.start(settings_of(control), EMAIL, "right", NOW)
    assert caught.value.retry_after_s >= 3600
    control.clear_faults()


@pytest.fixture
def token_file(control, tmp_path):
    def write(**changes):
        tokens = control.tokens()["garmin"] | changes
        file = tmp_path / "garmin_tokens.json"
        file.write_text(json.dumps({k: v for k, v in tokens.items() if v}))
        return file

    return write


def test_a_token_file_is_taken_and_tried(control, token_file):
    file = token_file()
    for path in (file, file.parent):
        signed = sign_in.from_token_file(settings_of(control), path, NOW)
        assert signed.athlete_id == "runner-1"
    assert count(control, "garmin GET /userprofile-service/socialProfile") == 2


def test_a_token_file_that_is_not_accepted_is_told(control, token_file):
    file = token_file(di_token="x.y.z", di_refresh_token="dead")
    with pytest.raises(SignInNeeded):
        sign_in.from_token_file(settings_of(control), file, NOW)


def test_half_a_token_file_is_told(control, token_file):
    with pytest.raises(Refused, match="di_refresh_token missing"):
        sign_in.from_token_file(settings_of(control), token_file(di_refresh_token=None), NOW)


def test_pitfall_28_old_tokens_of_garth_are_told_as_what_they_are(control, tmp_path):
    (tmp_path / "oauth1_token.json").write_text("{}")
    with pytest.raises(Refused, match="garth"):
        sign_in.from_token_file(settings_of(control), tmp_path, NOW)


def test_pitfall_25_missing_consent_is_told_when_connecting(control, token_file):
    control.settings(consent=False)
    signed = sign_in.from_token_file(settings_of(control), token_file(), NOW)
    assert "garmin.com/account" in signed.notice


def test_an_account_outside_the_union_is_asked_for_no_consent(control, token_file):
    control.fault("garmin", path_contains="gdprconsent", status=404)
    assert sign_in.from_token_file(settings_of(control), token_file(), NOW).notice == ""


def test_trouble_while_trying_tokens_is_no_reason_to_sign_in(control, token_file):
    control.fault("garmin", path_contains="socialProfile", status=503, times=9)
    with pytest.raises(Unavailable):
        sign_in.from_token_file(settings_of(control), token_file(), NOW)
    control.clear_faults()


# Staying signed in


def expires_at(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]


def test_a_token_that_is_about_to_end_is_renewed_and_stored_before_it_is_used(control):
    link = link_to(control, "garmin", life_s=600)
    old = dict(link.tokens.read())
    with CONNECTOR.open(link, NOW) as opened:
        opened.activities.changes(None)
    new = link.tokens.read()
    assert new["di_token"] != old["di_token"]
    assert new["di_refresh_token"] != old["di_refresh_token"]
    assert expires_at(new["di_token"]) > time.time() + 900
    assert count(control, "garmin POST /di-oauth2-service") == 1
    assert count(control, "garmin GET /activitylist-service") == 1


def test_a_token_that_garmin_refuses_is_renewed_once_and_the_request_repeated(control, link):
    control.expire_tokens("garmin")
    with CONNECTOR.open(link, NOW) as opened:
        assert opened.activities.changes(None).refs == ()
    assert count(control, "garmin POST /di-oauth2-service") == 1


def test_pitfall_24_what_another_process_renewed_is_taken_over(control, link):
    with CONNECTOR.open(link, NOW) as one, CONNECTOR.open(link, NOW) as other:
        control.expire_tokens("garmin")
        one.activities.changes(None)
        other.activities.changes(None)
    assert count(control, "garmin POST /di-oauth2-service") == 1


def test_many_at_once_renew_once(control):
    link = link_to(control, "garmin", life_s=600)
    failed = []

    def work():
        try:
            with CONNECTOR.open(link, NOW) as opened:
                opened.activities.changes(None)
        except ServiceError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert count(control, "garmin POST /di-oauth2-service") == 1


def test_a_renewal_that_garmin_refuses_needs_a_sign_in(control):
    link = link_to(control, "garmin", life_s=600)
    control.revoke("garmin")
    with CONNECTOR.open(link, NOW) as opened, pytest.raises(SignInNeeded):
        opened.activities.changes(None)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, Unavailable),
        ({"status": 429}, RateLimited),
        ({"kind": "timeout_before"}, Unavailable),
    ],
)
def test_trouble_while_renewing_keeps_the_sign_in(control, fault, kind):
    link = link_to(control, "garmin", life_s=600)
    before = link.tokens.read()
    control.fault("garmin", path_contains="/di-oauth2-service", times=9, **fault)
    with CONNECTOR.open(link, NOW) as opened, pytest.raises(kind):
        opened.activities.changes(None)
    control.clear_faults()
    assert link.tokens.read() == before
    with CONNECTOR.open(link, NOW) as opened:
        opened.activities.changes(None)


def test_no_tokens_need_a_sign_in_without_asking(control):
    link = Link(settings_of(control), MemoryTokens())
    with pytest.raises(SignInNeeded), CONNECTOR.open(link, NOW):
        pass


# The library's private names


def test_every_private_name_we_use_is_checked():
    class Empty:
        pass

    with pytest.raises(Refused, match="_connectapi") as caught:
        directed(Empty(), {})
    assert all(name in str(caught.value) for name in PRIVATE)


def test_without_a_setting_the_real_hosts_are_addressed(link):
    client = unsigned({}).client
    assert client._connectapi == "https://connectapi.garmin.com"
    assert client._di_token_url.startswith("https://diauth.garmin.com/")
    real = signed_in(Link({}, link.tokens), lambda: NOW)
    assert real.client._connectapi == "https://connectapi.garmin.com"
    assert real.retry_attempts == 0


def test_the_package_opens_without_its_library_until_it_is_used():
    code = "import sys, connectors.garmin as g; print('garminconnect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
