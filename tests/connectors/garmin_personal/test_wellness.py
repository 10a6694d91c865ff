from datetime import timedelta

import pytest

from connectors.contract import check_wellness_source
from connectors.errors import SignInNeeded
from tests.connectors.linked import TODAY, count

WEEK_AGO = TODAY - timedelta(days=6)


@pytest.fixture
def nights(opened):
    return opened.wellness


def test_the_contract_is_kept(nights):
    check_wellness_source(nights, first=WEEK_AGO, last=TODAY)


def test_a_week_of_nights_takes_three_requests(control, nights):
    rows = nights.wellness(WEEK_AGO, TODAY)
    assert [row.day for row in rows] == [WEEK_AGO + timedelta(days=n) for n in range(7)]
    for row in rows:
        assert row.source == "garmin_personal"
        assert 4 * 3600 < row.sleep_s < 11 * 3600
        assert 0 < row.sleep_score <= 100
        assert 30 < row.hrv_ms < 100
        assert 40 < row.resting_heart_rate_bpm < 60
        assert row.readiness is None
    assert count(control, "personal GET") == 3


def test_a_year_is_asked_for_in_ranges_that_garmin_can_bear(control, nights):
    rows = nights.wellness(TODAY - timedelta(days=364), TODAY)
    assert 340 < len(rows) <= 365
    assert len({row.day for row in rows}) == len(rows)
    assert count(control, "personal GET") == 3 * 14


def test_nights_without_the_watch_and_days_to_come_have_no_row(control, nights):
    unworn = TODAY - timedelta(days=2)
    control.post("personal/watch", unworn=[unworn.isoformat()])
    days = {row.day for row in nights.wellness(WEEK_AGO, TODAY + timedelta(days=3))}
    assert unworn not in days
    assert max(days) == TODAY
    assert nights.wellness(unworn, unworn) == ()


def test_nothing_is_known_of_a_night_before_the_watch_has_synced(control, nights):
    control.post("personal/watch", silent_from=TODAY.isoformat())
    assert nights.wellness(TODAY, TODAY) == ()
    control.post("personal/watch", silent_from="")
    assert len(nights.wellness(TODAY, TODAY)) == 1


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/sleep-service", "sleep_s"),
        ("/hrv-service", "hrv_ms"),
        ("/dailysummaries", "resting_heart_rate_bpm"),
    ],
)
def test_what_an_account_does_not_have_leaves_the_rest(control, nights, path, lost):
    control.fault("personal", path_contains=path, status=404)
    (row,) = nights.wellness(TODAY, TODAY)
    assert getattr(row, lost) is None


def test_a_key_that_has_run_out_is_told_here_too(control, nights):
    control.post("personal/key/revoke")
    with pytest.raises(SignInNeeded, match="KEY_EXPIRED"):
        nights.wellness(TODAY, TODAY)
