"""Signing in to intervals.icu: by the key that it shows its owner."""

from collections.abc import Mapping
from datetime import datetime

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.intervals import CALENDAR_SETTING
from connectors.intervals.client import Client
from connectors.ports import Link, Question, Signed
from connectors.tokens import MemoryTokens

KEY = Question(
    "api_key",
    "API key, from https://intervals.icu/settings under Developer Settings "
    "(or the token that was granted to an application of yours)",
    secret=True,
)
FORWARDED = (
    "To have the workouts on your watch, tick `Upload planned workouts` for it at "
    "https://intervals.icu/settings."
)
UNWRITTEN = "Workouts are not written to its calendar."
CALENDAR = Question(
    CALENDAR_SETTING,
    "Write the planned workouts to the intervals.icu calendar, which can pass them on to your "
    "watch? yes or no (no, where they already reach it by another calendar)",
    default="no",
)


def signed(settings: Mapping[str, str], answers: Mapping[str, str], now: datetime) -> Signed:
    """Tries it as a key, then as a token. Raises the four errors; Refused for a wrong one."""
    key = answers.get(KEY.name, "").strip()
    if not key:
        raise Refused(f"The key is empty. Copy it: {KEY.asks}.")
    if not key.isascii() or not key.isprintable():
        raise Refused(f"This is no key: it holds odd characters. Copy it again: {KEY.asks}.")
    wanted = answers.get(CALENDAR.name, "no").strip().lower() or "no"
    if wanted not in {"yes", "no"}:
        raise Refused(f"{CALENDAR.name}: answer yes or no.")
    told = FORWARDED if wanted == "yes" else UNWRITTEN
    for tokens in ({"api_key": key}, {"access_token": key}):
        try:
            who = Client(Link(settings, MemoryTokens(tokens)), lambda: now).json("/athlete/0")
        except SignInNeeded:
            continue
        if not isinstance(who, dict) or not who.get("id"):
            raise Unavailable("intervals.icu did not say whose key this is")
        name = str(who.get("name") or "")
        return Signed(str(who["id"]), name, tokens, {CALENDAR_SETTING: wanted}, notice=told)
    raise Refused(f"intervals.icu does not know this key. Copy it again: {KEY.asks}.")
