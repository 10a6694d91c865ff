"""Pages for the person at this machine: how things stand, and the way back from a sign-in."""

import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.errors import Refused, ServiceError
from connectors.strava import oauth
from planning.schedule.plan import PlanDay
from planning.schedule.receipt import in_words
from worker import erasing, standing, store
from worker.app import Runtime
from worker.cli.goals import describe
from worker.cli.showing import day_line, distance_lines, goal_lines
from worker.connections import connect, link_settings
from worker.db import reading, writing
from worker.doomed import Scope
from worker.outcomes import changes_of, latest_outcome
from worker.schedule import owe_poll

SHOWN_DAYS = 14
SHOWN_CHANGES = 12
STATE_COOKIE = "goalward_state"

_templates = Environment(loader=PackageLoader("worker.web"), autoescape=True)


def routes(runtime: Runtime) -> list[Route]:
    """Mounted behind the guard that lets only this machine in."""
    return [
        Route("/", partial(_status, runtime)),
        Route("/connect/strava", partial(_to_strava, runtime)),
        Route("/connect/strava/callback", partial(_from_strava, runtime)),
    ]


async def _status(runtime: Runtime, request: Request) -> Response:
    page = await run_in_threadpool(_page, runtime, request.query_params.get("athlete"))
    if page is None:
        return PlainTextResponse("There is no such athlete.", 404)
    return HTMLResponse(page)


def _page(runtime: Runtime, wanted: str | None) -> str | None:
    with reading(runtime.engine) as conn:
        known = store.athlete_ids(conn)
        by_name = {str(one): one for one in known}
        athlete_id = by_name.get(wanted, 0) if wanted else min(known, default=0)
        if athlete_id not in known:
            return None
        outcome = latest_outcome(conn, athlete_id)
        changes = changes_of(conn, athlete_id)[:SHOWN_CHANGES]
        profile = store.profile_of(conn, athlete_id)
        now = runtime.calendar_now(conn)
    seen = standing.of(runtime, athlete_id)
    today = now.astimezone(profile.zone).date()
    goals = [
        (describe(goal), goal, goal_lines(outcome, goal) if outcome else []) for goal in seen.goals
    ]
    return _templates.get_template("status.html").render(
        name=profile.name or "Runner",
        today=today,
        goals=goals,
        distances=distance_lines(outcome) if outcome else [],
        ability=outcome.ability.message if outcome else "",
        days=_coming(outcome, today) if outcome else [],
        changes=[line for line in in_words(changes) if line],  # of erased ones nothing is left
        connections=seen.connection_lines(),
        owed=seen.owed_lines(),
        activities=seen.activities,
        newest=seen.newest,
    )


def _coming(outcome: Any, today: Any) -> list[tuple[PlanDay, str]]:
    if outcome.plan is None:
        return []
    last = today + timedelta(days=SHOWN_DAYS - 1)
    return [(day, day_line(day)) for day in outcome.plan.days() if today <= day.day <= last]


async def _to_strava(runtime: Runtime, request: Request) -> Response:
    """Send the browser to Strava; what it brings back must carry the cookie's state."""
    state = secrets.token_urlsafe(16)
    back = f"{request.base_url}connect/strava/callback"
    try:
        url = oauth.authorize_url(link_settings(runtime.settings), back, state)
    except ServiceError as error:
        return PlainTextResponse(str(error), 400)
    answer = RedirectResponse(url, 303)
    answer.set_cookie(STATE_COOKIE, state, max_age=600, httponly=True, samesite="lax")
    return answer


async def _from_strava(runtime: Runtime, request: Request) -> Response:
    query = request.query_params
    state = request.cookies.get(STATE_COOKIE, "")
    if not state or not secrets.compare_digest(state, query.get("state", "")):
        return PlainTextResponse("This is not the answer to a sign-in begun here.", 400)
    if "code" not in query:
        return PlainTextResponse(f"Strava says: {query.get('error', 'no')}.", 400)
    try:
        await run_in_threadpool(_connect, runtime, query["code"], query.get("scope"))
    except (ServiceError, ValueError) as error:  # such as another athlete's account
        return PlainTextResponse(str(error), 400)
    return RedirectResponse("/", 303)


def _connect(runtime: Runtime, code: str, scope: str | None) -> None:
    now = runtime.clock.machine_now()
    with reading(runtime.engine) as conn:
        athlete_id = min(store.athlete_ids(conn))
    if erasing.is_owed(runtime.engine, Scope(athlete_id, "strava")):  # it would take this too
        raise Refused("What came from Strava is still being erased; try again in a moment.")
    granted = oauth.exchange(link_settings(runtime.settings), code, now, scope=scope)
    connect(
        runtime,
        athlete_id,
        connector="strava",
        external_athlete_id=granted.athlete_id,
        tokens=granted.tokens,
    )
    with writing(runtime.engine) as conn:
        owe_poll(runtime, conn, athlete_id, reason=f"connected {now.isoformat()}")
    runtime.ring()
