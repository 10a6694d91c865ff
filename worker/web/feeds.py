"""`/calendar/{token}.ics`: the feed of whoever knows its address; to others there is nothing."""

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from planning.calendar import KEPT
from worker import store
from worker.db import reading
from worker.feeds import events_of
from worker.inbox import RETRY_AFTER_S
from worker.web.links import feed_at

if TYPE_CHECKING:
    from worker.app import Runtime


class Feeds:
    """The token is in no log: it is not handed on, and its hash is what the database is asked."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    async def answer(self, request: Request) -> Response:
        try:
            content = await run_in_threadpool(self._content, request.path_params["token"])
        except SQLAlchemyError:
            told = {"Retry-After": str(RETRY_AFTER_S)}
            return PlainTextResponse("The database does not answer.", 503, headers=told)
        if content is None:
            return PlainTextResponse("Not Found", 404)
        from connectors.ics.events import MEDIA_TYPE

        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if _is_known(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        headers["X-Content-Type-Options"] = "nosniff"
        return Response(content, headers=headers, media_type=MEDIA_TYPE)

    def _content(self, token: str) -> bytes | None:
        """Days are shown for as long as entries on other calendars are."""
        with reading(self._runtime.engine) as conn:
            feed = feed_at(conn, token)
            if feed is None:
                return None
            now = self._runtime.calendar_now(conn)
            today = now.astimezone(store.zone_of(conn, feed.athlete_id)).date()
            events = events_of(conn, feed.id)
        from connectors.ics.events import rendered

        return rendered(events, feed_id=feed.external_athlete_id or "", since=today - KEPT)


def _is_known(told: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: a list of tags, weak ones too, or any."""
    tags = {tag.strip().removeprefix("W/") for tag in told.split(",")}
    return etag in tags or "*" in tags
