import io
import json
import logging

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.telemetry import HIDDEN, Discretion, set_up_logging

SECRET = "s3cr3tV4lue_0f-the.token"


@pytest.fixture
def lines():
    """What was logged, parsed. The set-up of before is put back."""
    root = logging.getLogger()
    before, level, loggers = root.handlers[:], root.level, dict(root.manager.loggerDict)
    stream = io.StringIO()
    set_up_logging(stream=stream, secrets=["a-known-secret"])
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    for name in set(root.manager.loggerDict) - set(loggers):
        del root.manager.loggerDict[name]


def test_what_a_connector_keeps_its_library_from_saying_stays_unsaid(lines):
    """Whichever comes first, the set-up of the log or the first connection."""
    from connectors.garmin import client

    assert client.TOKENS
    logging.getLogger("garminconnect.api").error("API call failed")
    assert lines() == []


def test_a_line_is_json_with_level_and_time(lines):
    structlog.get_logger().info("inbox.started", rows=3)
    (line,) = lines()
    assert (line["event"], line["rows"], line["level"]) == ("inbox.started", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_libraries_that_use_logging_go_the_same_way(lines):
    logging.getLogger("somewhere").warning("token=%s refused", SECRET)
    (line,) = lines()
    assert line["event"] == f"token={HIDDEN} refused"
    assert line["level"] == "warning"


@pytest.mark.parametrize(
    "field",
    [
        "access_token",
        "refresh_token",
        "token",
        "client_secret",
        "password",
        "Authorization",
        "cookie",
        "api_key",
        "verify_token",
        "webhook_secret",
        "code",
        "x_strava_signature",
    ],
)
def test_fields_that_hold_secrets_are_hidden(lines, field):
    structlog.get_logger().info("event", **{field: SECRET, "inner": {field: [SECRET], "n": 1}})
    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert line[field] == HIDDEN
    assert line["inner"]["n"] == 1


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"GET /oauth/token?code={SECRET}&scope=read",
        f'{{"access_token": "{SECRET}", "expires_in": 3}}',
        f"{{'refresh_token': '{SECRET}'}}",
        f"POST /webhooks/strava/{SECRET} 200",
        f"GET /calendar/{SECRET.replace('.', '-')}.ics",
        f"postgresql://goalward:{SECRET}@db/goalward refused",
        f"client_secret={SECRET}",
        "here is a-known-secret in a sentence",
    ],
)
def test_secrets_in_texts_are_hidden(lines, text):
    structlog.get_logger().warning("happened", reason=text)
    structlog.get_logger().warning(text)
    for line in lines():
        assert SECRET not in json.dumps(line)
        assert SECRET.replace(".", "-") not in json.dumps(line)
        assert "a-known-secret" not in json.dumps(line)
        assert HIDDEN in json.dumps(line)


def test_secrets_in_tracebacks_are_hidden(lines):
    def refused():
        raise RuntimeError(f"refused: access_token={SECRET}")

    try:
        refused()
    except RuntimeError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed")
    told = lines()
    assert len(told) == 2
    for line in told:
        assert "RuntimeError" in line["exception"]
        assert SECRET not in json.dumps(line)


def test_secrets_in_objects_are_hidden(lines):
    class Thing:
        def __repr__(self):
            return f"Thing(token={SECRET})"

    structlog.get_logger().info("event", thing=Thing(), error=ValueError(f"token={SECRET}"))
    assert SECRET not in json.dumps(lines())


def test_ordinary_words_are_left_alone():
    told = Discretion(["short"]).text(
        "12 activities, a short run; see https://example.org/page?week=3 at 07:30"
    )
    assert told == "12 activities, a short run; see https://example.org/page?week=3 at 07:30"


def test_a_terminal_gets_lines_for_eyes():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = Terminal()
    set_up_logging(stream=stream)
    structlog.get_logger().info("inbox.started", rows=3)
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    assert "inbox.started" in stream.getvalue()
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(stream.getvalue())


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_is_logged_a_token_in_it_is_hidden(value):
    event = {"event": "x", "value": value, "deep": [{"access_token": SECRET, "v": value}]}
    assert SECRET not in repr(Discretion()(None, "info", event))
