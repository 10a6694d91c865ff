"""A runtime with one service of the tests' own, whose deliveries are one line of JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from connectors.ports import ActivityRef, Capabilities, Challenge, Event, EventKind, Malformed
from worker import tables
from worker.clock import Clock
from worker.connections import put_application_values
from worker.db import writing
from worker.settings import load_settings

SECRET = "0123456789abcdef0123"
NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


class Receiver:
    def __init__(self, word):
        self.word = word

    def understand(self, delivery):
        if delivery.method == "GET":
            if delivery.query.get("word") != self.word:
                raise Malformed("a handshake with another word")
            return Challenge({"echo": delivery.query["echo"]})
        try:
            told = json.loads(delivery.body)
        except ValueError as error:
            raise Malformed("no JSON") from error
        if told.get("word") != self.word and told.get("of_another"):
            return ()  # genuine, and not for us
        if told.get("word") != self.word:
            raise Malformed(f"another word: {told.get('word')}")
        kind = EventKind(told.get("kind", "activity"))
        ref = ActivityRef(told["id"], told.get("tag", "")) if "id" in told else None
        return tuple(
            Event(kind, owner, f"{owner}:{told.get('id')}", ref) for owner in told.get("owners", [])
        )


class Letters:
    name = "letters"
    title = "Letters"
    capabilities = Capabilities(activities=True, webhooks=True)

    def open(self, link, now):
        raise AssertionError("a webhook never opens a connection")

    def receiver(self, settings):
        return Receiver(settings["word"]) if settings.get("word") else None


class Silent(Letters):
    name = "silent"

    def receiver(self, settings):
        return None


@dataclass
class World:
    """As much of a Runtime as the web application needs."""

    engine: Any
    settings: Any = None
    clock: Any = field(default_factory=Clock)
    connectors: Mapping = field(default_factory=lambda: {c.name: c for c in (Letters(), Silent())})
    ring: Any = lambda: None

    def __post_init__(self):
        self.settings = self.settings or load_settings({})

    def agree(self, **values):
        put_application_values(self, "letters", values)

    def connect(self, owner):
        with writing(self.engine) as conn:
            made = conn.execute(insert(tables.athlete).values(created_at=NOON))
            conn.execute(
                insert(tables.connection).values(
                    athlete_id=made.inserted_primary_key[0],
                    connector="letters",
                    external_athlete_id=owner,
                    state="connected",
                    settings={},
                    version=0,
                    created_at=NOON,
                )
            )
