import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.strava.activities import Limit
from connectors.strava.errors import Gone, of_response, strava_errors, used_up, wait_for_window

NOW = datetime(2026, 11, 23, 6, 7, 30, tzinfo=UTC)


def response(status, message="Bad", *errors, headers=()):
    made = requests.Response()
    made.status_code = status
    resource = [dict(zip(("resource", "field", "code"), error, strict=True)) for error in errors]
    made._content = json.dumps({"message": message, "errors": resource}).encode()
    made.headers.update(headers)
    return made


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (response(401, "Authorization Error"), SignInNeeded, "sign-in"),
        (
            response(403, "Forbidden", ("Application", "Status", "Inactive")),
            Refused,
            "subscription",
        ),
        (response(403, "Limit of connected athletes exceeded"), Refused, "no further athlete"),
        (response(403, "Forbidden"), Refused, "Forbidden"),
        (response(404, "Record Not Found"), Gone, "no such thing"),
        (
            response(400, "Bad Request", ("Activity", "id", "invalid")),
            Refused,
            "Activity.id: invalid",
        ),
        (response(500), Unavailable, "500"),
        (response(503), Unavailable, "503"),
    ],
)
def test_statuses(answer, kind, says):
    error = of_response(answer, NOW)
    assert type(error) is kind
    assert says in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 451.0),  # 7:30 until the quarter turns, and one for the clocks
        ({"Retry-After": "30"}, 30.0),
        ({"X-RateLimit-Usage": "200,900", "X-RateLimit-Limit": "200,2000"}, 451.0),
        ({"X-ReadRateLimit-Usage": "12,1000", "X-ReadRateLimit-Limit": "100,1000"}, 64351.0),
    ],
)
def test_a_limit_is_waited_for_until_its_window_turns(headers, seconds):
    error = of_response(response(429, headers=headers), NOW)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == seconds


def test_windows_turn_at_the_quarter_and_at_midnight_utc():
    assert wait_for_window("quarter", NOW.replace(minute=0, second=0)) == 901
    assert wait_for_window("quarter", NOW.replace(minute=14, second=59)) == 2
    assert wait_for_window("day", NOW.replace(hour=23, minute=59, second=0)) == 61


@pytest.mark.parametrize(
    ("headers", "reading", "window"),
    [
        ({}, True, None),
        ({"x-ratelimit-usage": "1,2", "x-ratelimit-limit": "200,2000"}, True, None),
        ({"x-ratelimit-usage": "200,2", "x-ratelimit-limit": "200,2000"}, True, "quarter"),
        ({"x-ratelimit-usage": "200,2000", "x-ratelimit-limit": "200,2000"}, True, "day"),
        ({"x-readratelimit-usage": "100,2", "x-readratelimit-limit": "100,1000"}, True, "quarter"),
        ({"x-readratelimit-usage": "100,2", "x-readratelimit-limit": "100,1000"}, False, None),
        ({"x-ratelimit-usage": "nonsense", "x-ratelimit-limit": "200,2000"}, True, None),
    ],
)
def test_which_window_is_used_up(headers, reading, window):
    assert used_up(headers, reading=reading) == window


def test_the_limit_forbids_the_next_request_until_its_window_turns():
    times = [NOW]
    limit = Limit(lambda: times[-1])
    limit.check()
    limit({"X-ReadRateLimit-Usage": "99,5", "X-ReadRateLimit-Limit": "100,1000"}, "GET")
    limit.check()
    limit({"X-ReadRateLimit-Usage": "100,6", "X-ReadRateLimit-Limit": "100,1000"}, "GET")
    with pytest.raises(RateLimited) as caught:
        limit.check()
    assert caught.value.retry_after_s == 451.0
    times.append(NOW + timedelta(seconds=452))
    limit.check()


def test_an_answer_that_is_not_json_is_trouble_and_not_a_fault_of_ours():
    page = requests.Response()
    page._content = b"<html>maintenance</html>"
    with pytest.raises(Unavailable), strava_errors(lambda: NOW):
        page.json()
