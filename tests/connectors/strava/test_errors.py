import json
from datetime import UTC, datetime

import pytest
import requests

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from connectors.ports import Usage
from connectors.strava import LIMITS
from connectors.strava.errors import (
    DAY_S,
    QUARTER_S,
    Gone,
    kind_of,
    of_response,
    strava_errors,
    usage_of,
    wait_for_window,
)

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
    assert wait_for_window(QUARTER_S, NOW.replace(minute=0, second=0)) == 901
    assert wait_for_window(QUARTER_S, NOW.replace(minute=14, second=59)) == 2
    assert wait_for_window(DAY_S, NOW.replace(hour=23, minute=59, second=0)) == 61


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, []),
        (
            {"x-ratelimit-usage": "1,2", "X-RateLimit-Limit": "200,2000"},
            [("short", 1, 200), ("day", 2, 2000)],
        ),
        (
            {"X-ReadRateLimit-Usage": "100,2", "X-ReadRateLimit-Limit": "100,1000"},
            [("read_short", 100, 100), ("read_day", 2, 1000)],
        ),
        ({"x-ratelimit-usage": "nonsense", "x-ratelimit-limit": "200,2000"}, []),
        ({"x-ratelimit-usage": "1,2"}, []),
    ],
)
def test_what_an_answer_says_of_the_limits(headers, told):
    assert usage_of(headers) == [Usage(*each) for each in told]
    assert {each.limit for each in usage_of(headers)} <= {limit.name for limit in LIMITS}


def test_all_but_uploads_count_as_reads():
    assert kind_of("GET", "https://www.strava.com/api/v3/activities/1") == "read"
    assert kind_of("PUT", "https://www.strava.com/api/v3/activities/1") == "read"
    assert kind_of("POST", "https://www.strava.com/api/v3/uploads") == ""


def test_an_answer_that_is_not_json_is_trouble_and_not_a_fault_of_ours():
    page = requests.Response()
    page._content = b"<html>maintenance</html>"
    with pytest.raises(Unavailable), strava_errors(lambda: NOW):
        page.json()


@pytest.mark.parametrize("errors", [3, "Inactive", {"code": "x"}, [None, 4]])
def test_a_fault_of_an_odd_shape_is_told_all_the_same(errors):
    answer = response(422, "no" * 5000)
    answer._content = json.dumps({"message": "no" * 5000, "errors": errors}).encode()
    error = of_response(answer, NOW)
    assert isinstance(error, Refused)
    assert len(str(error)) < 400
