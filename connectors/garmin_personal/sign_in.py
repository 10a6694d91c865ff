"""Connecting: a key that the athlete makes in Garmin Connect's settings, tried once."""

from collections.abc import Mapping
from datetime import date, datetime

from connectors.calls import running
from connectors.errors import Refused, SignInNeeded
from connectors.garmin_personal.client import Wire
from connectors.garmin_personal.errors import KEY_PAGE
from connectors.ports import Link, Signed
from connectors.tokens import MemoryTokens

PROFILE = "/userprofile-service/userprofile/settings"


def sign_in(settings: Mapping[str, str], answers: Mapping[str, str], now: datetime) -> Signed:
    """Whose key it is. Raises Refused for a key or a day that cannot be right."""
    key = answers.get("key", "").strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused(f"That is no key. Garmin shows it once, when it is made at {KEY_PAGE}.")
    expires_on = _day(answers.get("ends", "").strip(), now.date())
    store = MemoryTokens({"api_key": key})
    wire = Wire(Link(settings, store), running(now))
    try:
        profile = wire.find(PROFILE)
    except SignInNeeded as refused:
        raise Refused(
            f"Garmin does not accept this key. Make a new one at {KEY_PAGE}."
        ) from refused
    finally:
        wire.close()
    name = str((profile or {}).get("displayName") or "")
    if not name:
        raise Refused("Garmin names no display name for this account: open Garmin Connect once.")
    return Signed(name, name, store.read(), expires_on=expires_on, notice=_notice(expires_on))


def _day(told: str, today: date) -> date | None:
    if not told:
        return None
    try:
        day = date.fromisoformat(told)
    except ValueError:
        raise Refused(f"{told!r} is no day: write it as {today.isoformat()}.") from None
    if day < today:
        raise Refused(f"A key that ended on {told} no longer works. Make a new one at {KEY_PAGE}.")
    return day


def _notice(expires_on: date | None) -> str:
    if expires_on:
        return ""
    return "The key ends after 30 to 365 days. Garmin mails you a week before; Goalward cannot."
