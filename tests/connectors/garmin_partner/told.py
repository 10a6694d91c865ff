"""A listener that keeps what Garmin's notifications say, and deliveries made by hand."""

import json
from datetime import UTC, datetime

from connectors.ports import Delivery, Malformed
from tests.listening import Listener

CLIENT_ID = "goalward-client"
REST = "https://apis.garmin.com/wellness-api/rest"
AT = datetime(2026, 11, 23, 20, 10, tzinfo=UTC)
NOTHING = 200, {}, b""


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


class Elsewhere(Listener):
    """A server that answers to everything, or sends everybody on."""

    def __init__(self, leads_to=None):
        super().__init__()
        self.leads_to = leads_to
        self.asked = []

    def answer(self, request):
        self.asked.append(request.path)
        return (302, {"location": self.leads_to + request.path}, b"") if self.leads_to else NOTHING


class Heard(Listener):
    """Answers with the next of `statuses`, then 200; what is understood is in `events`."""

    def __init__(self, receiver):
        super().__init__()
        self.url += "/hook"
        self.receiver = receiver
        self.deliveries = []
        self.events = []
        self.malformed = []
        self.statuses = []

    def refs(self, kind=None):
        return [e.ref for e in self.events if e.ref and (kind is None or kind in e.delivery_key)]

    def answer(self, request):
        told = Delivery(request.method, {}, request.headers, request.body, AT)
        self.deliveries.append(told)
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return status, {}, b""
        try:
            self.events += self.receiver.understand(told)
        except Malformed as error:
            self.malformed.append(str(error))
            return 400, {}, b""
        return NOTHING
