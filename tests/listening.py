"""A server of a few lines, for tests that play the other side."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `path` holds the query too."""

    method: str
    path: str
    headers: dict
    body: bytes


class Listener:
    """Listens on a free port of loopback while it is entered; a subclass says what is answered."""

    def __init__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request):
        """Status, headers and content; called in a thread of the request's own."""
        raise AssertionError(f"nobody was expected to ask for {request.path}")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(listener):
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length") or 0))
            status, told, content = listener.answer(Request(self.command, self.path, headers, body))
            self.send_response(status)
            for name, value in {**told, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - http.server's own names

        def log_message(self, *message):
            pass

    return Handler
