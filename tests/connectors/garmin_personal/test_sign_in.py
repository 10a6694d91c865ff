from datetime import timedelta

import pytest

from connectors.errors import Refused, Unavailable
from connectors.garmin_personal import CONNECTOR
from connectors.ports import AnswersSignIn, Link
from connectors.tokens import MemoryTokens
from tests.connectors.linked import NOW, count


def answered(settings, **answers):
    return CONNECTOR.sign_in(settings, answers, NOW)


def test_it_asks_for_the_key_unseen_and_for_its_last_day_at_will():
    assert isinstance(CONNECTOR, AnswersSignIn)
    key, ends = CONNECTOR.questions()
    assert (key.name, key.secret, key.default) == ("key", True, None)
    assert (ends.name, ends.default) == ("ends", "")


def test_a_key_is_tried_and_its_account_and_end_are_known(control, settings):
    made = control.post("personal/key", life_days=90)
    signed = answered(settings, key=f" {made['key']}\n", ends=made["expires_on"])
    assert signed.athlete_id == control.athlete
    assert signed.expires_on.isoformat() == made["expires_on"]
    assert signed.notice == ""
    control.run()
    with CONNECTOR.open(Link(settings, MemoryTokens(signed.tokens)), NOW) as opened:
        assert len(opened.activities.changes(None).refs) == 1
    assert count(control, "personal POST") == 1  # the token of the trial is used


def test_without_an_end_that_is_said(control, settings):
    signed = answered(settings, key=control.post("personal/key")["key"], ends="")
    assert signed.expires_on is None
    assert "ends after" in signed.notice


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "a\tb"])
def test_what_cannot_be_a_key_is_not_tried(control, settings, key):
    with pytest.raises(Refused, match="no key"):
        answered(settings, key=key)
    assert count(control, "personal ") == 0


def test_a_key_that_garmin_does_not_know_is_a_wrong_answer(settings):
    with pytest.raises(Refused, match="does not accept this key"):
        answered(settings, key="abc")


@pytest.mark.parametrize("ends", ["soon", "2027-02-30", "23.11.2027"])
def test_a_last_day_that_is_none_is_a_wrong_answer(settings, ends):
    with pytest.raises(Refused, match="no day"):
        answered(settings, key="abc", ends=ends)


def test_a_last_day_in_the_past_is_a_wrong_answer(settings):
    yesterday = NOW.date() - timedelta(days=1)
    with pytest.raises(Refused, match="no longer works"):
        answered(settings, key="abc", ends=yesterday.isoformat())


def test_trouble_while_trying_is_not_a_wrong_answer(control, settings):
    control.fault("personal", status=503, times=99)
    with pytest.raises(Unavailable):
        answered(settings, key="abc")


def test_an_account_without_a_name_is_told(control, settings):
    key = control.post("personal/key")["key"]
    control.fault("personal", path_contains="/settings", status=200, body={"timeZone": None})
    with pytest.raises(Refused, match="display name"):
        answered(settings, key=key)
