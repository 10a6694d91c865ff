"""What the process says of itself: a log without secrets, and numbers to scrape.

Metrics live in a registry of their own, so two of them in one process do not meet.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8  # shorter ones would blot out ordinary words
_SECRET_NAME = re.compile(
    r"(?i)token|secret|password|passwd|authorization|cookie|credential|api_?key|private_?key"
    r"|signature|^code$|^ticket$"
)
_SECRET_TEXT = re.compile(
    r"(?ix)"
    r"((?:bearer|basic)\s+)[\w.~+/=-]+"
    r"|((?:[\w-]*(?:token|secret|password|ticket)|code|client_id)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;)}]+"
    r"|(/webhooks/[\w-]+/)[^\s/?\"']+"
    r"|(/calendar/)[^\s/?\"'.]+"
    r"|(\w[\w+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"
)


def _hide(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None) + HIDDEN


class Discretion:
    """A processor that takes secrets out: by a field's name, by shape, known ones by value."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: self._clean(name, value) for name, value in event.items()}

    def _clean(self, name: str, value: Any) -> Any:
        if value is not None and not isinstance(value, bool) and _SECRET_NAME.search(name):
            return HIDDEN
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {key: self._clean(str(key), inner) for key, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean("", inner) for inner in value]
            case int() | float() | None:
                return value
            case other:
                return self.text(str(other))

    def text(self, text: str) -> str:
        shown = _SECRET_TEXT.sub(_hide, text)
        return self._known.sub(HIDDEN, shown) if self._known else shown


def set_up_logging(
    *, stream: TextIO | None = None, secrets: Iterable[str] = (), verbose: bool = False
) -> None:
    """One line a happening: for eyes on a terminal, JSON anywhere else.

    Libraries that use `logging` go the same way, and through the same discretion.
    """
    to = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Discretion(secrets),
    ]
    shown: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if to.isatty():
        shown = structlog.dev.ConsoleRenderer(colors=True)
    handler = logging.StreamHandler(to)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for chatty in (
        "httpx",
        "urllib3",
        "alembic",
        "uvicorn",
        "dramatiq",
        "stravalib",
    ):  # not of garminconnect: its connector has a level of its own for it
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class Metrics:
    """All numbers, with what they are called outside."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.webhooks = Counter(
            "goalward_webhooks",
            "Webhook requests by what became of them",
            ("connector", "outcome"),
            registry=self.registry,
        )
        self.inbox_together = Histogram(
            "goalward_inbox_together",
            "Arrivals in one transaction of the inbox",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=self.registry,
        )
        self.inbox_waiting = self._gauge("goalward_inbox_waiting", "Arrivals not on disk yet")
        self.owed = self._gauge("goalward_outbox_owed", "Pieces of work owed")
        self.buried = self._gauge("goalward_outbox_buried", "Pieces of work given up")
        self.oldest_owed_s = self._gauge(
            "goalward_outbox_oldest_owed_seconds", "How long the longest due work has waited"
        )

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, registry=self.registry)

    def exposed(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self.registry)
