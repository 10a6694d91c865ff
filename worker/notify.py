"""Telling a person: apprise for 100+ channels, and a plug-in of our own that writes to a file.

Quiet hours are the athlete's own evening and night; a message waits for the morning and is
not lost.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, override

import apprise

FILE_SCHEME = "goalward-file://"
QUIET_FROM = time(21, 30)
QUIET_UNTIL = time(7, 0)


class NotTold(Exception):
    """No channel took the message. The text names the channels, never their secrets."""


class FileChannel(apprise.NotifyBase):  # type: ignore[misc]  # apprise ships no types
    """`goalward-file://PATH`: appends every message to a file.

    Apprise allows no hyphen in the scheme of a registered plug-in, so this one is handed over as an
    object instead of being registered by name.
    """

    service_name = "a file"
    protocol = "goalwardfile"
    title_maxlen = 250
    templates = ("{schema}://{path}",)

    def __init__(self, path: Path, **options: Any) -> None:
        super().__init__(**options)
        self.path = path

    @override
    def send(self, body: str, title: str = "", **_: Any) -> bool:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{title}\n{body}\n\n")
        except OSError:
            return False
        return True

    @override
    def url(self, *_: Any, **__: Any) -> str:
        return f"{FILE_SCHEME}{self.path}"


def tell(channels: Sequence[str], *, title: str, body: str) -> str | None:
    """Send to every channel, one by one, so that a broken one repeats nothing on the good ones.

    None: all took it. A sentence: at least one did, and these did not. Raises `NotTold` when none
    did.
    """
    silent = [channel for channel in channels if not _took(channel, title=title, body=body)]
    if not silent:
        return None
    problem = f"not accepted by {', '.join(sorted(map(_scheme, silent)))}"
    if len(silent) == len(channels):
        raise NotTold(problem)
    return problem


def problem_with(channel: str) -> str | None:
    """Why this cannot be a channel, in words; None when it can."""
    if channel.startswith(FILE_SCHEME):
        return None if channel.removeprefix(FILE_SCHEME) else "names no file"
    return None if apprise.Apprise.instantiate(channel) else "is not a channel that apprise knows"


def after_quiet_hours(now: datetime, zone: tzinfo) -> datetime:
    """`now`, or the end of the quiet hours that `now` falls into."""
    local = now.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(now.tzinfo)


def _took(channel: str, *, title: str, body: str) -> bool:
    voice = apprise.Apprise()
    return bool(voice.add(_channel(channel)) and voice.notify(title=title, body=body))


def _channel(url: str) -> Any:
    if url.startswith(FILE_SCHEME):
        return FileChannel(Path(url.removeprefix(FILE_SCHEME)))
    return url


def _scheme(url: str) -> str:
    return url.partition("://")[0]
