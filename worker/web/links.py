"""Links to calendar feeds, and the secret in each.

A link holds a token of 256 random bits. Whoever asks is known by its hash; the token itself is
among the encrypted ones, only so that it can be shown again.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from worker.connections import CONNECTED, Connected, connections

if TYPE_CHECKING:
    from worker.app import Runtime

FEED = "ics"
LINK_HASH = "link_hash"  # in the settings of the connection
TOKEN = "token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class NewLink:
    """A token, and what is kept of it. `feed_id` stays while links come and go."""

    token: str
    feed_id: str

    @property
    def tokens(self) -> dict[str, str]:
        return {TOKEN: self.token}

    @property
    def settings(self) -> dict[str, str]:
        return {LINK_HASH: hashed(self.token)}


def new_link(feed: Connected | None) -> NewLink:
    """For a feed that there is, or for a new one."""
    known = feed.external_athlete_id if feed else None
    return NewLink(secrets.token_urlsafe(32), known or secrets.token_hex(8))


def feed_of(conn: Connection, athlete_id: int) -> Connected | None:
    mine = connections(conn, athlete_id=athlete_id, state=None)
    return next((one for one in mine if one.connector == FEED), None)


def token_of(runtime: "Runtime", feed: Connected) -> str | None:
    """Its token; None: it has none that leads to it."""
    token = runtime.vault.tokens(feed.id).read().get(TOKEN, "")
    return token if token and _leads_to(feed, hashed(token)) else None


def address(runtime: "Runtime", token: str) -> str:
    """Where calendar programs ask; without PUBLIC_URL it is an address of this machine."""
    settings = runtime.settings
    return f"{settings.public_url or f'http://{settings.listen}'}/calendar/{token}.ics"


def feed_at(conn: Connection, token: str) -> Connected | None:
    """Whose it is. It takes the same time however close the guess: hashes are compared."""
    asked, found = hashed(token), None
    for feed in connections(conn, state=CONNECTED):
        if feed.connector == FEED and _leads_to(feed, asked):
            found = feed
    return found


def hashed(token: str) -> str:
    """Tokens are random and long: there is nothing to be guessed from this, so no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _leads_to(feed: Connected, asked: str) -> bool:
    return hmac.compare_digest(str(feed.settings.get(LINK_HASH, "")), asked)
