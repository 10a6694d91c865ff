"""What a source proves of its own completeness, and what it keeps from us: facts, with the page."""

from datetime import datetime

from sqlalchemy import Connection

from connectors.ports import Page
from worker.app import Runtime
from worker.connections import Connected


def note_page(
    runtime: Runtime, conn: Connection, connected: Connected, page: Page, *, known_at: datetime
) -> None:
    """Keep what a page of a poll says beside its activities. Once a page, in its transaction."""
    del runtime, conn, connected, page, known_at
