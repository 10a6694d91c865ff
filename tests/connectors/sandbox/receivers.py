"""A webhook callback as the other side would run it, and an adapter that replaces a host."""

import json
import threading
import time
from urllib.parse import parse_qsl, urlsplit

from requests.adapters import HTTPAdapter

from tests.listening import Listener


def rewriting(base_url, host="https://www.strava.com"):
    class Rewriting(HTTPAdapter):
        def send(self, request, **how):
            request.url = base_url + request.url.removeprefix(host)
            return super().send(request, **how)

    return Rewriting()


class Callback(Listener):
    """Answers the handshake; answers events with the next of `statuses`, then with 200."""

    def __init__(self):
        super().__init__()
        self.url += "/hook"
        self.events = []
        self.handshakes = []
        self.statuses = []
        self.echo = True
        self._arrived = threading.Condition()

    def wait(self, count, within_s=10.0):
        """The first `count` events, when they are there."""
        deadline = time.monotonic() + within_s
        with self._arrived:
            while len(self.events) < count and time.monotonic() < deadline:
                self._arrived.wait(0.1)
            return list(self.events)

    def answer(self, request):
        if request.method == "GET":
            query = dict(parse_qsl(urlsplit(request.path).query))
            self.handshakes.append(query)
            challenge = query["hub.challenge"] if self.echo else "no"
            return 200, {}, json.dumps({"hub.challenge": challenge}).encode()
        status = self.statuses.pop(0) if self.statuses else 200
        with self._arrived:
            self.events.append(json.loads(request.body))
            self._arrived.notify_all()
        return status, {}, b""
