import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from connectors.errors import Unavailable
from worker import tables
from worker.db import open_database, reading
from worker.settings import load_settings
from worker.vault import LOCK_FOR, Vault, WrongKey, make_key_file

TOKENS = {"access_token": "very-secret", "refresh_token": "more-secret", "expires_at": "17"}


def open_vault(engine, home, **variables):
    return Vault(engine, load_settings({"GOALWARD_HOME": str(home), **variables}))


@pytest.fixture
def kept(engine, tmp_path):
    return open_vault(engine, tmp_path)


def test_what_was_written_is_read_and_nothing_else_is_there(kept):
    assert kept.read("connection:1") == {}
    kept.write("connection:1", TOKENS)
    kept.write("connection:1", {**TOKENS, "expires_at": "18"})
    assert kept.read("connection:1") == {**TOKENS, "expires_at": "18"}
    assert kept.read("connection:2") == {}
    kept.delete("connection:1")
    assert kept.read("connection:1") == {}


def test_the_database_holds_no_word_of_it(kept, engine):
    kept.write("connection:1", TOKENS)
    with reading(engine) as conn:
        row = conn.execute(select(tables.secret)).one()
    assert b"secret" not in bytes(row.ciphertext)
    assert row.version == 1


def test_each_write_moves_the_version(kept, engine):
    for _ in range(3):
        kept.write("a", TOKENS)
    with reading(engine) as conn:
        assert conn.scalar(select(tables.secret.c.version)) == 3


def test_the_key_file_is_its_owners_alone_and_made_once(kept, tmp_path, engine):
    kept.write("a", TOKENS)
    file = tmp_path / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_bytes()
    assert open_vault(engine, tmp_path).read("a") == TOKENS
    make_key_file(file)
    assert file.read_bytes() == key
    assert [
        name
        for name in tmp_path.iterdir()
        if name.name.endswith(".tmp") or name.name.startswith(".")
    ] == []


def test_of_many_that_make_the_key_file_at_once_one_makes_it(tmp_path):
    def make(_number):
        make_key_file(tmp_path / "secret.key")
        return (tmp_path / "secret.key").read_bytes()

    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(make, range(64)))
    assert len(keys) == 1
    Fernet(keys.pop())


@pytest.mark.parametrize(
    "key",
    [Fernet.generate_key().decode(), "any text of some length"],
    ids=["a key of its own kind", "any text"],
)
def test_a_key_from_the_environment_leaves_no_file(engine, tmp_path, key):
    open_vault(engine, tmp_path, GOALWARD_SECRET_KEY=key).write("a", TOKENS)
    assert open_vault(engine, tmp_path / "elsewhere", GOALWARD_SECRET_KEY=key).read("a") == TOKENS
    assert not (tmp_path / "secret.key").exists()


def test_another_key_is_said_to_be_another(engine, tmp_path):
    open_vault(engine, tmp_path, GOALWARD_SECRET_KEY="one key of some length").write("a", TOKENS)
    other = open_vault(engine, tmp_path, GOALWARD_SECRET_KEY="two key of some length")
    with pytest.raises(WrongKey, match="another key than GOALWARD_SECRET_KEY") as raised:
        other.read("a")
    assert "two key" not in str(raised.value)


def test_a_lost_key_file_is_not_quietly_replaced(engine, tmp_path, kept):
    kept.write("a", TOKENS)
    (tmp_path / "secret.key").unlink()
    with pytest.raises(WrongKey, match="is missing, and 1 stored"):
        open_vault(engine, tmp_path).write("b", TOKENS)
    assert not (tmp_path / "secret.key").exists()


def test_one_holder_at_a_time(kept):
    """A number is read, and written one higher: without the lock some are lost."""
    kept.write("n", {"n": "0"})

    def add(_number):
        with kept.locked("n"):
            kept.write("n", {"n": str(int(kept.read("n")["n"]) + 1)})

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(add, range(18)))
    assert kept.read("n") == {"n": "18"}


def test_the_lock_is_given_back_when_the_holder_fails(kept):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), kept.locked("a"):
            raise ZeroDivisionError


def test_other_names_are_not_waited_for(kept):
    with kept.locked("a"), kept.locked("b"):
        pass


def test_a_holder_that_died_is_waited_for_only_so_long(database_url, tmp_path):
    at = [datetime(2026, 5, 1, tzinfo=UTC)]
    engine = open_database(database_url, now=lambda: at[0])
    kept = open_vault(engine, tmp_path)
    dead = kept.locked("a")
    dead.__enter__()
    at[0] += LOCK_FOR
    with kept.locked("a"):  # taken over
        dead.__exit__(None, None, None)  # the dead one comes back: it may not open our lock
        with reading(engine) as conn:
            assert Vault._taken(conn, "a")
    engine.dispose()


def test_who_waits_too_long_is_told_to_try_later(engine, tmp_path):
    kept = Vault(engine, load_settings({"GOALWARD_HOME": str(tmp_path)}), wait_s=0.1)
    with kept.locked("a"), pytest.raises(Unavailable, match="too long"), kept.locked("a"):
        pass


def test_tokens_of_a_connection(kept):
    store = kept.tokens(7)
    assert store.read() == {}
    store.write(TOKENS)
    assert (store.read(), kept.tokens(8).read()) == (TOKENS, {})
    store.delete()
    assert store.read() == {}


RENEW = """
import sys
from connectors.tokens import fresh
from worker.db import open_database
from worker.settings import load_settings
from worker.vault import Vault
url, home = sys.argv[1:]
engine = open_database(url)
store = Vault(engine, load_settings({"GOALWARD_HOME": home})).tokens(1)
def renew(tokens):
    print("renewed", flush=True)
    return {"generation": str(int(tokens["generation"]) + 1), "good": "yes"}
print(fresh(store, lambda tokens: tokens.get("good") == "yes", renew)["generation"])
engine.dispose()
"""


def test_of_several_processes_one_renews_and_the_others_use_what_it_stored(
    database_url, engine, tmp_path
):
    open_vault(engine, tmp_path).tokens(1).write({"generation": "1"})
    command = [sys.executable, "-c", RENEW, database_url, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=60)[0].split() for process in running]
    assert sorted(len(words) for words in said) == [1, 1, 2]  # one of them renewed
    assert {words[-1] for words in said} == {"2"}
