"""Signing in to Garmin: once, with the athlete present, in one step or with a code in two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from garminconnect import (
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)

from connectors.errors import RateLimited, Refused, Unavailable
from connectors.garmin.client import TOKENS, Wire, signed_in, unsigned
from connectors.garmin.errors import CONSENT, Gone, meaning
from connectors.ports import Link, Signed
from connectors.tokens import MemoryTokens, read_token_file

TOKEN_FILE = "garmin_tokens.json"  # noqa: S105 - a file's name
OLD_FILES = ("oauth1_token.json", "oauth2_token.json")
BLOCK_S = 2 * 3600.0
BLOCKED = (
    "Garmin blocks sign-ins from here for now. It lasts hours, and every attempt makes it longer. "
    "Tokens made elsewhere work: goalward connect garmin --tokens PATH"
)

type Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MfaNeeded:
    """Garmin sent the athlete a code. `state` is JSON-able; it holds cookies, so it is a secret."""

    state: Mapping[str, Any] = field(repr=False)


def start(settings: Settings, email: str, password: str, now: datetime) -> Signed | MfaNeeded:
    """Takes some seconds: the library pauses as a person would.

    Raises Refused for a wrong password, RateLimited while Garmin blocks sign-ins, Unavailable.
    """
    garmin = unsigned(settings, email=email, password=password, return_on_mfa=True)
    outcome, state = _attempt(garmin.login, now)
    if outcome == "needs_mfa":
        return MfaNeeded(state)
    return _signed(settings, garmin.client, now)


def finish(settings: Settings, state: Mapping[str, Any], code: str, now: datetime) -> Signed:
    """The second step, in any process. A wrong code is Refused; the state is good for another."""
    garmin = unsigned(settings)
    _attempt(lambda: garmin.resume_login(dict(state), code.strip()), now)
    return _signed(settings, garmin.client, now)


def from_token_file(settings: Settings, path: Path, now: datetime) -> Signed:
    """Tokens that garminconnect wrote elsewhere: its folder, or the file in it.

    They are tried against Garmin. If they are renewed later, the copy in the file dies.
    """
    if path.is_dir() and any((path / old).exists() for old in OLD_FILES):
        raise Refused(f"{path} holds tokens of garth, which no longer work: sign in once more.")
    content = read_token_file(path, name=TOKEN_FILE)
    lost = [name for name in TOKENS if not content.get(name)]
    if lost:
        raise Refused(f"{path} is no Garmin token file: {', '.join(lost)} missing")
    return checked(settings, {name: content[name] for name in TOKENS}, now)


def checked(settings: Settings, tokens: Mapping[str, str], now: datetime) -> Signed:
    """Whose tokens these are, and whether the account lets workouts in."""
    store = MemoryTokens(tokens)
    clock = _standing(now)
    wire = Wire(signed_in(Link(settings, store), clock), clock)
    profile = wire.read(lambda: wire.garmin.connectapi("/userprofile-service/socialProfile"))
    athlete_id = str((profile or {}).get("displayName") or "")  # an id, whatever it is called
    if not athlete_id:
        raise Refused("Garmin names no display name for this account: open Garmin Connect once.")
    notice = "" if _consents(wire) else CONSENT
    name = str(profile.get("fullName") or athlete_id)
    # The tokens as they were renewed meanwhile, if they were.
    return Signed(athlete_id, name, store.read(), notice=notice)


def _consents(wire: Wire) -> bool:
    """Accounts outside the European Union are not asked."""
    try:
        found = wire.read(lambda: wire.garmin.connectapi("/gdprconsent-service/feature/UPLOAD"))
    except Gone:
        return True
    return not isinstance(found, dict) or found.get("userOption", "opt-in") == "opt-in"


def _signed(settings: Settings, client: Any, now: datetime) -> Signed:
    tokens = {name: getattr(client, name, None) for name in TOKENS}
    if not all(tokens.values()):
        raise Refused("Garmin signed in without a token that can be kept. Try again later.")
    return checked(settings, {name: str(value) for name, value in tokens.items()}, now)


def _attempt(step: Callable[[], Any], now: datetime) -> Any:
    """The library's faults while signing in: here a refusal means the password, not the tokens.

    It also says "authentication failed" when it could not read the profile afterwards.
    """
    try:
        return step()
    except GarminConnectTooManyRequestsError as error:
        raise RateLimited(BLOCKED, retry_after_s=BLOCK_S) from error
    except GarminConnectAuthenticationError as error:
        found = meaning(error, now, writing=False)
        if isinstance(found, (Unavailable, RateLimited)):
            raise found from error
        raise Refused(f"Garmin does not accept this sign-in: {error}") from error
    except (GarminConnectConnectionError, OSError) as error:
        if "429" in str(error) or "427" in str(error):
            raise RateLimited(BLOCKED, retry_after_s=BLOCK_S) from error
        raise meaning(error, now, writing=False) from error


def _standing(now: datetime) -> Callable[[], datetime]:
    return lambda: now
