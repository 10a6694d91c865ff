import json
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.errors import Refused
from connectors.ports import Delivery, EventKind, Malformed
from connectors.strava import subscriptions
from connectors.strava.webhook import StravaReceiver
from tests.connectors.linked import NOW, settings_of
from tests.listening import Listener

TOKEN = "verify me"


class Hook(Listener):
    """Our receiver behind a real port, and the events it understood."""

    def __init__(self):
        super().__init__()
        self.url += "/h"
        self.subscription_id = None
        self.events = []
        self.arrived = threading.Event()

    def answer(self, request):
        query = dict(parse_qsl(urlsplit(request.path).query))
        delivery = Delivery(request.method, query, {}, request.body)
        try:
            understood = StravaReceiver(TOKEN, self.subscription_id).understand(delivery)
        except Malformed:
            return 400, {}, b""
        if request.method == "GET":
            return 200, {}, json.dumps(dict(understood.answer)).encode()
        self.events.extend(understood)
        self.arrived.set()
        return 200, {}, b""


@pytest.fixture
def hook():
    with Hook() as listening:
        yield listening


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
