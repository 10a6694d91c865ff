"""A Goalward that Garmin's developer programme tells of runs, over real HTTP."""

import socket
from contextlib import ExitStack, contextmanager

from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from tests.worker.living import START, HandClock, life
from worker import serving
from worker.connections import connect
from worker.web.doors import address

CLIENT_ID = "goalward-client"


@contextmanager
def partner_life(database_url, home):
    """Athlete 1 is connected; nothing has been asked yet. Mondays at nine, as ever."""
    clock = HandClock()
    with ExitStack() as stack:
        options = Options(today=START.date())
        url = stack.enter_context(serve(machine_now=clock.machine_now, options=options))
        control = stack.enter_context(Control(url))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        variables = {
            "GARMIN_PARTNER_CLIENT_ID": CLIENT_ID,
            "GARMIN_PARTNER_CLIENT_SECRET": "secret",
            "GARMIN_PARTNER_API_URL": control.partner_url,
            "PUBLIC_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "NOTIFY": f"goalward-file://{home}/told.txt",
        }
        lived = stack.enter_context(life(database_url, home, clock=clock, **variables))
        lived.control = control
        stack.enter_context(serving.serving(lived.runtime, listener))
        control.post(
            "partner/configure",
            urls={"*": address(lived.runtime, "garmin_partner")},
            client_id=CLIENT_ID,
            per_minute=10_000,
        )
        sign_in(lived)
        yield lived


def sign_in(lived, **settings):
    tokens = lived.control.post("partner/tokens")
    user_id = tokens.pop("user_id")
    kept = {name: str(value) for name, value in tokens.items()}
    return connect(
        lived.runtime,
        1,
        connector="garmin_partner",
        external_athlete_id=user_id,
        tokens=kept,
        settings=settings,
    )
