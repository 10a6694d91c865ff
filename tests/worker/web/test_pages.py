"""The way back from a sign-in at Strava, in a browser at this machine."""

from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from planning.athlete import Athlete
from tests.worker.living import PARIS, START, STRAVA_ATHLETE, life_with_services
from tests.worker.web.asking import asked
from worker import erasing, store, tables
from worker.connections import connect
from worker.db import writing
from worker.doomed import Scope
from worker.web.app import create_app
from worker.web.pages import routes


@pytest.fixture
def lived(sqlite_url, tmp_path):
    with life_with_services(sqlite_url, tmp_path / "home") as lived:
        yield lived


def signs_in(lived):
    """As a browser does: to Strava, where they say yes, and back."""
    app = create_app(lived.runtime, pages=routes(lived.runtime))
    (there,) = asked(app, ("GET", "/connect/strava", {}))
    if there.status != 303:
        return there
    back = urlsplit(said_yes(there.headers["location"]))
    cookie = there.headers["set-cookie"].partition(";")[0]
    (answer,) = asked(app, ("GET", f"{back.path}?{back.query}", {"headers": {"cookie": cookie}}))
    assert parse_qs(back.query)["code"]
    return answer


def said_yes(url):
    class Stays(HTTPRedirectHandler):
        def redirect_request(self, _req, _fp, _code, _msg, _headers, newurl):
            found.append(newurl)

    found = []
    try:
        build_opener(Stays).open(url, timeout=20).close()
    except OSError as error:  # an unfollowed redirect
        error.close()
    return found[0]


def strava(lived):
    return [row.state for row in lived.rows(tables.connection, connector="strava")]


def test_signing_in_connects(lived):
    assert signs_in(lived).status == 303
    assert strava(lived) == ["connected"]


def test_while_strava_is_being_erased_nobody_connects_it(lived):
    """The erasing would take the new connection with it, and its athlete would not know."""
    lived.connect_strava()
    with writing(lived.engine) as conn:
        erasing.begin(lived.runtime, conn, Scope(1, "strava"))
    answer = signs_in(lived)
    assert answer.status == 400
    assert b"still being erased" in answer.body
    lived.work("erase")
    assert signs_in(lived).status == 303
    assert strava(lived) == ["connected"]


def test_an_account_of_another_athlete_is_refused_in_words(lived):
    with writing(lived.engine) as conn:
        second = store.add_athlete(conn, Athlete(PARIS), known_at=START, now=START)
    connect(
        lived.runtime, second, connector="strava", external_athlete_id=STRAVA_ATHLETE, tokens={}
    )
    answer = signs_in(lived)
    assert answer.status == 400
    assert b"already connected to athlete 2" in answer.body


@pytest.mark.parametrize("whose", ["9" * 5000, "-1", "1%00", "\u0663", "7"])
def test_a_page_of_nobody(lived, whose):
    app = create_app(lived.runtime, pages=routes(lived.runtime))
    (answer,) = asked(app, ("GET", f"/?athlete={whose}", {}))
    assert answer.status in {200, 404}
