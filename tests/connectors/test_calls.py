import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.calls import (
    TIMEOUTS,
    Rebased,
    ask,
    hooks_for,
    limit_in,
    network_fault,
    patiently,
    pause_s,
    pooled,
    retry_after_s,
    running,
    session_to,
)
from connectors.errors import RateLimited, Unavailable
from connectors.ports import Usage

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@contextmanager
def server(answer):
    """Accepts, reads, sends `answer` and hangs up; tells what was asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65536).decode().splitlines()[0])
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_refused_connection_had_no_effect():
    with pytest.raises(Unavailable) as caught:
        ask("POST", f"http://127.0.0.1:{closed_port()}/x", service="Somebody")
    assert caught.value.applied is False


def test_a_connection_that_broke_may_have_had_an_effect():
    with server(b"") as (base, _), pytest.raises(Unavailable) as caught:
        ask("POST", f"{base}/x", service="Somebody")
    assert caught.value.applied is None


def test_an_answer_that_does_not_come_may_have_had_an_effect():
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(Unavailable) as caught:
        ask("POST", f"http://127.0.0.1:{deaf.getsockname()[1]}/x", service="Somebody", timeout=0.05)
    assert caught.value.applied is None


def test_a_connect_timeout_had_no_effect():
    fault = network_fault(requests.ConnectTimeout("slow"), "x")
    assert fault.applied is None  # nothing below says that it never stood
    from urllib3.exceptions import ConnectTimeoutError

    assert network_fault(requests.ConnectTimeout(ConnectTimeoutError()), "x").applied is False


def test_a_rebased_session_goes_elsewhere():
    with server(HELLO) as (base, asked):
        session = session_to(f"{base}/there", instead_of="https://service.example/api")
        assert session.get("https://service.example/api/runs?a=1").text == "hi"
    assert asked == ["GET /there/runs?a=1 HTTP/1.1"]


def test_an_adapter_never_waits_for_ever():
    with socket.create_server(("127.0.0.1", 0)) as deaf, requests.Session() as session:
        base = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        session.mount(
            "https://deaf.example", Rebased("https://deaf.example", base, timeouts=(1, 0.05))
        )
        with pytest.raises(requests.ReadTimeout):
            session.get("https://deaf.example/")


def test_a_proxy_is_chosen_by_where_the_request_really_goes(monkeypatch):
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with server(HELLO) as (base, _):
        session = session_to(base, instead_of="https://service.example")
        assert session.get("https://service.example/").text == "hi"


def test_a_session_without_another_base_is_left_as_it_is():
    adapter = session_to("https://service.example").get_adapter("https://service.example/x")
    assert adapter is pooled("https://service.example", "https://service.example")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 1.0),
        ("Mon, 23 Nov 2026 06:02:00 GMT", 120.0),
        ("Mon, 23 Nov 2026 05:00:00 GMT", 1.0),
        ("Mon, 23 Nov 2026 06:02:00 -0000", 120.0),
        ("soon", 77.0),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after_s({"retry-AFTER": header}, NOW, default=77.0) == seconds


def test_retry_after_is_not_always_there():
    assert retry_after_s({}, NOW, default=77.0) == 77.0


FAR = "Mon, 99999999999999 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize("date", ["", "Mon, 23 Nov 2026 06:00:00 GMT", FAR])
@pytest.mark.parametrize("told", ["", "33", FAR, "Mon, 23 Nov 2026 06:00:00 +9999999999999999999"])
def test_a_header_of_nonsense_is_no_fault_of_ours(told, date):
    assert retry_after_s({"Retry-After": told}, NOW, default=77.0) in {33.0, 77.0}
    assert pause_s({"Retry-After": told, "Date": date}, default=77.0) in {33.0, 77.0}


@given(st.text())
@settings(deadline=None, derandomize=True)
def test_retry_after_never_fails(header):
    assert retry_after_s({"Retry-After": header}, NOW, default=77.0) > 0 or header.lower() == "nan"


def test_reads_are_repeated_while_the_service_is_away_and_not_for_ever():
    tries = []

    def read(succeed_at):
        tries.append(1)
        if len(tries) < succeed_at:
            raise Unavailable("away")
        return "here"

    assert patiently(lambda: read(3)) == "here"
    tries.clear()
    with pytest.raises(Unavailable):
        patiently(lambda: read(9))
    assert len(tries) == 3


def test_other_errors_are_not_repeated():
    tries = []

    def read():
        tries.append(1)
        raise RateLimited("slowly", retry_after_s=5)

    with pytest.raises(RateLimited):
        patiently(read)
    assert len(tries) == 1


def test_a_running_clock_goes_on_from_where_it_was_set():
    clock = running(NOW)
    first = clock()
    assert first >= NOW
    assert clock() >= first


# --- limits ---------------------------------------------------------------------------------------

LIMITED = (
    b"HTTP/1.1 429 Too Many\r\nRetry-After: 33\r\nX-Used: 7\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


class Counting:
    """A meter with room for so many requests, that writes down what it is told."""

    def __init__(self, room=99):
        self.room = room
        self.told = []

    def spend(self, kind=""):
        if self.room < 1:
            raise RateLimited("used up", retry_after_s=5)
        self.room -= 1
        self.told.append(("spend", kind))

    def learn(self, usage):
        self.told.append(("learn", *usage))

    def rest(self, seconds):
        self.told.append(("rest", seconds))


def kind_of(method, url):
    return "read" if method == "GET" else ""


def usage_of(headers):
    return [Usage("all", used=int(headers["X-Used"]))] if "X-Used" in headers else []


def test_each_request_of_a_session_is_counted_and_its_answer_heard():
    meter = Counting()
    with server(LIMITED) as (base, _):
        session = session_to(base, meter=meter, kind_of=kind_of, usage_of=usage_of)
        session.get(f"{base}/a")
        session.post(f"{base}/b")
    heard = [("learn", Usage("all", used=7)), ("rest", 33.0)]
    assert meter.told == [("spend", "read"), *heard, ("spend", ""), *heard]


def test_where_a_service_sends_us_on_the_request_is_counted_and_has_an_end():
    meter = Counting()
    with server(HELLO) as (there, asked):
        onward = f"HTTP/1.1 301 Moved\r\nLocation: {there}/b\r\nContent-Length: 0\r\n\r\n"
        with server(onward.encode()) as (base, _):
            session = session_to(base, meter=meter)
            assert session.get(f"{base}/a").text == "hi"
    assert asked == ["GET /b HTTP/1.1"]
    assert meter.told == [("spend", ""), ("spend", "")]
    for place in ("https://elsewhere.example", "http://elsewhere.example"):
        assert session_to(base).get_adapter(place).timeouts == TIMEOUTS


def test_where_there_is_no_room_nothing_is_sent():
    meter = Counting(room=1)
    with server(HELLO) as (base, asked):
        session = session_to(base, meter=meter)
        session.get(f"{base}/a")
        with pytest.raises(RateLimited) as caught:
            session.get(f"{base}/b")
    assert asked == ["GET /a HTTP/1.1"]
    assert caught.value.retry_after_s == 5


def test_a_request_without_an_answer_has_been_counted():
    meter = Counting()
    with server(b"") as (base, _), pytest.raises(requests.ConnectionError):
        session_to(base, meter=meter).get(base)
    assert meter.told == [("spend", "")]


def test_a_plain_request_is_counted_too():
    meter = Counting()
    with server(LIMITED) as (base, _):
        ask("POST", base, service="Somebody", meter=meter, kind="write")
    assert meter.told == [("spend", "write"), ("rest", 33.0)]


def test_a_client_of_httpx_is_counted_by_its_hooks():
    meter = Counting(room=1)
    hooks = hooks_for(meter, kind_of=kind_of, usage_of=usage_of)
    with server(LIMITED) as (base, asked), httpx.Client(event_hooks=hooks) as client:
        client.get(f"{base}/a")
        with pytest.raises(RateLimited):
            client.get(f"{base}/b")
    assert meter.told == [("spend", "read"), ("learn", Usage("all", used=7)), ("rest", 33.0)]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({}, 60.0),
        ({"Retry-After": "inf"}, 7 * 86_400.0),
        ({"Retry-After": "Mon, 23 Nov 2026 06:02:00 GMT"}, 60.0),  # two minutes from when?
        # by the service's clock, whatever ours says
        (
            {
                "retry-after": "Mon, 23 Nov 2026 06:02:00 GMT",
                "date": "Mon, 23 Nov 2026 06:00:00 GMT",
            },
            120.0,
        ),
    ],
)
def test_pitfall_26_a_pause_that_is_asked_for_is_kept(headers, seconds):
    assert pause_s(headers) == seconds


def test_a_limit_is_found_in_what_a_library_made_of_it():
    limit = RateLimited("used up", retry_after_s=5)
    wrapped = OSError("the library's own")
    wrapped.__cause__ = limit
    assert limit_in(wrapped) is limit
    assert limit_in(OSError("something else")) is None
