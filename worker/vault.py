"""Tokens and secrets, encrypted at rest, and the lock under which they are renewed.

The key is GOALWARD_SECRET_KEY, or else a file in the home that only its owner can read. Without it
the stored tokens are worthless, to thieves and to us: a missing or a different key is said so, and
never quietly replaced by a new one.
"""

import base64
import json
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Connection, Engine, delete, func, select, update

from connectors.errors import Unavailable
from worker.clock import monotonic_s
from worker.db import database_now, reading, upsert, writing
from worker.settings import Settings
from worker.tables import secret, secret_lock

KEY_FILE = "secret.key"
LOCK_FOR = timedelta(seconds=60)  # longer than any renewal of tokens: each call has a time-out
WAIT_S = 30.0
LOOK_EVERY_S = 0.05


class WrongKey(Exception):
    """The stored tokens cannot be read with this key. The text says what to do."""


class Vault:
    """Small secret mappings by name. Opened lazily: the key is made when first needed."""

    def __init__(self, engine: Engine, settings: Settings, *, wait_s: float = WAIT_S) -> None:
        self._engine = engine
        self._settings = settings
        self._wait_s = wait_s
        self._fernet: Fernet | None = None
        self._opening = threading.Lock()

    def read(self, name: str) -> dict[str, str]:
        """Empty when there is none. Raises WrongKey."""
        with reading(self._engine) as conn:
            sealed = conn.scalar(select(secret.c.ciphertext).where(secret.c.name == name))
        if sealed is None:
            return {}
        try:
            opened = self._key().decrypt(bytes(sealed))
        except InvalidToken:
            raise WrongKey(
                f"The secret {name!r} was encrypted with another key than {self._key_place()}. "
                "Put back the key it was written with, or sign in again: goalward connect ..."
            ) from None
        values: dict[str, str] = json.loads(opened)
        return values

    def write(self, name: str, values: Mapping[str, str]) -> None:
        sealed = self._key().encrypt(json.dumps(dict(values)).encode())
        with writing(self._engine) as conn:
            row = {"name": name, "ciphertext": sealed, "updated_at": database_now(conn)}
            renewed = update(secret).where(secret.c.name == name)
            if not conn.execute(renewed.values(version=secret.c.version + 1, **row)).rowcount:
                upsert(conn, secret, {"version": 1, **row}, key=("name",))

    def delete(self, name: str) -> None:
        with writing(self._engine) as conn:
            conn.execute(delete(secret).where(secret.c.name == name))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """One holder at a time, over all threads and processes of this database.

        Not to be nested for one name. Waits up to `wait_s`, then raises Unavailable; a holder that
        died is waited for as long as its row says, at most LOCK_FOR.
        """
        owner = secrets.token_hex(16)
        gives_up_s = monotonic_s() + self._wait_s
        pause = threading.Event()
        while not self._take_lock(name, owner):
            if monotonic_s() > gives_up_s:
                raise Unavailable(f"somebody else has been renewing {name} for too long")
            pause.wait(LOOK_EVERY_S)
        try:
            yield
        finally:
            with writing(self._engine) as conn:
                mine = (secret_lock.c.name == name) & (secret_lock.c.owner == owner)
                conn.execute(delete(secret_lock).where(mine))

    def tokens(self, connection_id: int) -> "ConnectionTokens":
        """The TokenStore of one connection."""
        return ConnectionTokens(self, _name_of(connection_id))

    def _take_lock(self, name: str, owner: str) -> bool:
        with reading(self._engine) as conn:  # waiting costs no write
            if self._taken(conn, name):
                return False
        with writing(self._engine) as conn:
            now = database_now(conn)
            row = {"name": name, "owner": owner, "until": now + LOCK_FOR}
            conn.execute(
                delete(secret_lock).where(secret_lock.c.name == name, secret_lock.c.until <= now)
            )
            return upsert(conn, secret_lock, row, key=("name",), keep=True)

    @staticmethod
    def _taken(conn: Connection, name: str) -> bool:
        now = database_now(conn)
        held = (secret_lock.c.name == name) & (secret_lock.c.until > now)
        return conn.scalar(select(secret_lock.c.name).where(held)) is not None

    def _key(self) -> Fernet:
        with self._opening:
            if self._fernet is None:
                given = self._settings.secret_key
                text = given.get_secret_value() if given else self._from_file()
                self._fernet = Fernet(_fernet_key(text))
            return self._fernet

    def _from_file(self) -> str:
        file = self._settings.home / KEY_FILE
        if not file.exists():
            with reading(self._engine) as conn:
                stored = conn.scalar(select(func.count()).select_from(secret))
            if stored:
                raise WrongKey(
                    f"{file} is missing, and {stored} stored secrets were encrypted with it. "
                    "Restore it from the backup, or set GOALWARD_SECRET_KEY."
                )
            make_key_file(file)
        return file.read_text(encoding="ascii").strip()

    def _key_place(self) -> str:
        if self._settings.secret_key:
            return "GOALWARD_SECRET_KEY"
        return str(self._settings.home / KEY_FILE)


class ConnectionTokens:
    """The TokenStore that a connector is given."""

    def __init__(self, vault: Vault, name: str) -> None:
        self._vault = vault
        self._name = name

    def read(self) -> Mapping[str, str]:
        return self._vault.read(self._name)

    def write(self, tokens: Mapping[str, str]) -> None:
        self._vault.write(self._name, tokens)

    def locked(self) -> AbstractContextManager[None]:
        return self._vault.locked(self._name)

    def delete(self) -> None:
        self._vault.delete(self._name)


def forget_tokens(conn: Connection, connection_ids: Iterable[int]) -> None:
    """In the transaction in which the connections go, whatever was written since they ended."""
    names = [_name_of(one) for one in connection_ids]
    conn.execute(delete(secret).where(secret.c.name.in_(names)))


def _name_of(connection_id: int) -> str:
    return f"connection:{connection_id}"


def make_key_file(file: Path) -> None:
    """A new key, readable by its owner alone; of two processes at once, one makes it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(Fernet.generate_key())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)  # whole or not at all, and never over another one
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _fernet_key(text: str) -> bytes:
    """A key of Fernet's own form as it is; any other text is stretched into one.

    The salt is fixed because the text must give the same key on every machine; scrypt makes
    guessing dear (n = 2**15, r = 8, p = 1: about 0.1 s and 32 MB).
    """
    try:
        Fernet(text.encode())
    except ValueError:
        stretched = Scrypt(salt=b"goalward", length=32, n=2**15, r=8, p=1).derive(text.encode())
        return base64.urlsafe_b64encode(stretched)
    return text.encode()
