"""A listener that keeps what Garmin's notifications say, and deliveries made by hand."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from connectors.ports import Delivery, Malformed

CLIENT_ID = "goalward-client"
REST = "https://apis.garmin.com/wellness-api/rest"
AT = datetime(2026, 11, 23, 20, 10, tzinfo=UTC)


def delivery(body, *, client_id=CLIENT_ID, method="POST", at=AT, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(method, {}, {"garmin-client-id": client_id, **headers}, content, at)


def a_summary(**changes):
    return {
        "userId": "d331",
        "userAccessToken": "secret-token",
        "summaryId": "21000000100",
        "activityId": 21000000100,
        "activityType": "RUNNING",
        "activityName": "Lyon Running",
        "startTimeInSeconds": 1795329064,
        "startTimeOffsetInSeconds": 3600,
        "durationInSeconds": 3001,
        "distanceInMeters": 10003.2,
        "deviceName": "forerunner265",
        "manual": False,
        **changes,
    }


def a_file(token="t1", base=REST, **changes):
    return {
        "userId": "d331",
        "summaryId": "21000000100",
        "fileType": "FIT",
        "callbackURL": f"{base}/activityFile?id=21000000100&token={token}",
        **changes,
    }


class Elsewhere:
    """A server that answers to everything, or sends everybody on."""

    def __init__(self, leads_to=None):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(302 if leads_to else 200)
                self.send_header("content-length", "0")
                if leads_to:
                    self.send_header("location", leads_to + self.path)
                self.end_headers()

            def log_message(self, *message):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Heard:
    """Answers with the next of `statuses`, then 200; what is understood is in `events`."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.deliveries = []
        self.events = []
        self.malformed = []
        self.statuses = []
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

    def refs(self, kind=None):
        return [e.ref for e in self.events if e.ref and (kind is None or kind in e.delivery_key)]

    def _handler(heard):  # noqa: N805 - two selves: the listener and its request
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers["content-length"]))
                told = Delivery(self.command, {}, headers, body, AT)
                status = heard.statuses.pop(0) if heard.statuses else 200
                heard.deliveries.append(told)
                if status == 200:
                    try:
                        heard.events += heard.receiver.understand(told)
                    except Malformed as error:
                        heard.malformed.append(str(error))
                        status = 400
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            do_PUT = do_POST  # noqa: N815 - http.server's own names

            def log_message(self, *message):
                pass

        return Handler
