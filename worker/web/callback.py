"""Where a browser comes back to after signing in at a service: a listener for one answer."""

import html
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import override
from urllib.parse import parse_qs, urlsplit

from connectors.errors import Refused

WAIT_S = 300.0

type Answer = tuple[str, str | None]  # code, scope


@contextmanager
def wait_for_code(state: str, *, port: int = 0) -> Iterator[tuple[str, Callable[[], Answer]]]:
    """Yields the address to come back to, and a function that waits for the code.

    Listens on loopback only, at any free port unless one is asked for. The function raises Refused
    when the athlete says no, or nothing within five minutes.
    """
    heard: dict[str, str] = {}
    done = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            if query.get("state") == state:
                heard.update(query)
                done.set()
                self._say("Done. You can close this page and go back to the terminal.")
            else:
                self._say("This is not the answer that was waited for.")

        def _say(self, words: str) -> None:
            page = f"<!doctype html><title>Goalward</title><p>{html.escape(words)}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass  # the query holds the code: it is no matter for a log

    def answer() -> Answer:
        if not done.wait(WAIT_S):
            raise Refused("No answer came back within five minutes; run the command again.")
        if "code" not in heard:
            raise Refused(f"The service says: {heard.get('error', 'no code')}. Nothing connected.")
        return heard["code"], heard.get("scope")

    server = _listening(port, Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/callback", answer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listening(port: int, listener: type[BaseHTTPRequestHandler]) -> HTTPServer:
    try:
        return HTTPServer(("127.0.0.1", port), listener)
    except OSError as error:
        raise Refused(f"Port {port} is taken ({error.strerror}); choose another.") from error
