"""Tokens: kept in memory, read from a file, and renewed by one process at a time."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from connectors.errors import Refused
from connectors.ports import TokenStore


class MemoryTokens:
    """A TokenStore that lives as long as the process: for signing in, and for tests."""

    def __init__(self, tokens: Mapping[str, str] | None = None) -> None:
        self._tokens = dict(tokens or {})
        self._lock = threading.RLock()

    def read(self) -> Mapping[str, str]:
        return dict(self._tokens)

    def write(self, tokens: Mapping[str, str]) -> None:
        self._tokens = dict(tokens)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._lock:
            yield


def fresh(
    store: TokenStore,
    good: Callable[[Mapping[str, str]], bool],
    renew: Callable[[Mapping[str, str]], Mapping[str, str]],
) -> Mapping[str, str]:
    """Tokens that are `good`, renewed under the store's lock if they are not.

    They are read again inside the lock, because another process may have renewed them while this
    one waited; and stored before they are used, because by then the old ones are dead.
    """
    tokens = store.read()
    if good(tokens):
        return tokens
    with store.locked():
        tokens = store.read()
        if good(tokens):
            return tokens
        renewed = renew(tokens)
        store.write(renewed)
        return renewed


def lasts(tokens: Mapping[str, str], until: datetime, *, rejected: str | None = None) -> bool:
    """Whether there is an access token that is good until then; `rejected` is one that the service
    has just refused.
    """
    token = tokens.get("access_token")
    if not token or token == rejected:
        return False
    return float(tokens.get("expires_at") or 0) > until.timestamp()


def read_token_file(path: Path, *, name: str) -> dict[str, str]:
    """The flat JSON object in `path`, or in `path/name` if it is a folder. Raises Refused."""
    file = path.expanduser()
    file = file / name if file.is_dir() else file
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Refused(f"{file} is not JSON, so it is no token file") from error
    if not isinstance(content, dict):
        raise Refused(f"{file} is no token file: it holds no JSON object")
    return {key: str(value) for key, value in content.items() if value is not None}
