from datetime import timedelta

import pytest

from connectors.contract import check_wellness_source, listed
from connectors.errors import Refused, Unavailable
from tests.connectors.linked import TODAY

FIRST = TODAY - timedelta(days=59)


def test_the_contract_is_kept(opened):
    check_wellness_source(opened.wellness, FIRST, TODAY)


def test_a_row_a_day_of_which_anything_is_known(opened):
    rows = opened.wellness.wellness(FIRST, TODAY)
    assert 50 < len(rows) < 60  # the watch is not worn every night
    assert [row.day for row in rows] == sorted({row.day for row in rows})
    for row in rows:
        assert row.source == "intervals"
        assert 3 * 3600 < row.sleep_s < 12 * 3600
        assert 20 < row.hrv_ms < 120
        assert 35 < row.resting_heart_rate_bpm < 80
        assert 0 <= row.readiness <= 100


def test_the_same_days_are_told_the_same(opened):
    assert opened.wellness.wellness(FIRST, TODAY) == opened.wellness.wellness(FIRST, TODAY)
    assert opened.wellness.wellness(TODAY, TODAY + timedelta(days=9))[1:] == []


@pytest.mark.parametrize("body", [{"error": "?"}, {"id": "x"}])
def test_what_is_no_wellness_is_for_later(control, opened, body):
    control.fault("intervals", path_contains="wellness", status=200, body=body)
    with pytest.raises(Unavailable):
        opened.wellness.wellness(FIRST, TODAY)


def test_without_permission_for_it_the_runs_still_come(control, link, opened):
    """It must not pass for a sign-in that has ended: nothing else would be asked any more."""
    control.run(TODAY)
    control.fault("intervals", path_contains="wellness", status=403, body={"error": "scope"})
    with pytest.raises(Refused, match="WELLNESS:READ"):
        opened.wellness.wellness(FIRST, TODAY)
    assert listed(opened.activities, None)[0]
