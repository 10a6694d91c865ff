"""A webhook callback as the other side would run it, and an adapter that replaces a host."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from requests.adapters import HTTPAdapter


def rewriting(base_url, host="https://www.strava.com"):
    class Rewriting(HTTPAdapter):
        def send(self, request, **how):
            request.url = base_url + request.url.removeprefix(host)
            return super().send(request, **how)

    return Rewriting()


class Callback:
    """Answers the handshake; answers events with the next of `statuses`, then with 200."""

    def __init__(self):
        self.events = []
        self.handshakes = []
        self.statuses = []
        self.echo = True
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, count, within_s=10.0):
        """The first `count` events, when they are there."""
        deadline = time.monotonic() + within_s
        with self._arrived:
            while len(self.events) < count and time.monotonic() < deadline:
                self._arrived.wait(0.1)
            return list(self.events)

    def _handler(callback):  # noqa: N805 - two selves: the receiver and its request
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                query = {
                    key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()
                }
                callback.handshakes.append(query)
                answer = {"hub.challenge": query["hub.challenge"] if callback.echo else "no"}
                self.answer(200, json.dumps(answer).encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = callback.statuses.pop(0) if callback.statuses else 200
                with callback._arrived:
                    callback.events.append(json.loads(body))
                    callback._arrived.notify_all()
                self.answer(status, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.send_header("connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *message):
                pass

        return Handler
