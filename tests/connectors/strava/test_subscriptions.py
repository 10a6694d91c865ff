import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.errors import Refused
from connectors.ports import Delivery, EventKind, Malformed
from connectors.strava import subscriptions
from connectors.strava.webhook import StravaReceiver
from tests.connectors.linked import NOW, settings_of

TOKEN = "verify me"


@pytest.fixture
def hook():
    """Our receiver behind a real port: `url`, and the events it understood."""
    understood, arrived = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply("GET", b"")

        def do_POST(self):
            self.reply("POST", self.rfile.read(int(self.headers["content-length"])))

        def reply(self, method, body):
            query = dict(parse_qsl(urlsplit(self.path).query))
            delivery = Delivery(method, query, {}, body)
            try:
                answer = StravaReceiver(TOKEN, hook.subscription_id).understand(delivery)
            except Malformed:
                self.send_response(400)
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            if method == "GET":
                self.wfile.write(json.dumps(dict(answer.answer)).encode())
            else:
                understood.extend(answer)
                arrived.set()

        def log_message(self, *message):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        hook = type("Hook", (), {})()
        hook.url, hook.events, hook.arrived = (
            f"http://127.0.0.1:{server.server_port}/h",
            understood,
            arrived,
        )
        hook.subscription_id = None
        yield hook
        server.shutdown()
        thread.join()


def test_a_subscription_is_made_once_and_found_again(control, hook):
    settings = settings_of(control)
    made = subscriptions.subscribed(settings, hook.url, TOKEN, now=NOW)
    assert subscriptions.subscribed(settings, hook.url, TOKEN, now=NOW) == made
    assert subscriptions.listed(settings, NOW) == (made,)


def test_a_run_arrives_as_an_event(control, hook):
    hook.subscription_id = subscriptions.create(settings_of(control), hook.url, TOKEN, now=NOW).id
    activity = control.run()
    assert hook.arrived.wait(5)
    assert hook.events[0].kind is EventKind.ACTIVITY
    assert hook.events[0].owner_id == "777001"
    assert hook.events[0].ref.external_id in json.dumps(activity)


def test_a_subscription_to_an_old_address_is_replaced(control, hook):
    settings = settings_of(control)
    subscriptions.subscribed(settings, f"{hook.url}/old", TOKEN, now=NOW)
    new = subscriptions.subscribed(settings, hook.url, TOKEN, now=NOW)
    assert subscriptions.listed(settings, NOW) == (new,)


def test_an_address_that_does_not_answer_is_refused_in_words(control, hook):
    with pytest.raises(Refused, match="must reach"):
        subscriptions.create(settings_of(control), hook.url, "another token", now=NOW)


def test_deleting_what_is_gone_is_success(control, hook):
    settings = settings_of(control)
    made = subscriptions.create(settings, hook.url, TOKEN, now=NOW)
    subscriptions.delete(settings, made.id, NOW)
    subscriptions.delete(settings, made.id, NOW)
    assert subscriptions.listed(settings, NOW) == ()
