"""A backup of one home while everything runs: database, key, settings file.

    .venv/bin/python deploy/backup.py TARGET [--without-key]

TARGET is a folder that does not exist yet. Settings are read as every command reads them.
"""  # noqa: INP001  # a script beside the runbook, not a module of a package

import argparse
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from worker.settings import FILE_NAME, Settings, load_settings
from worker.vault import KEY_FILE


def back_up(settings: Settings, target: Path, *, with_key: bool = True) -> list[Path]:
    """What was written. Raises FileExistsError, sqlite3.Error, CalledProcessError."""
    target.mkdir(mode=0o700, parents=True)
    copy_of = _sqlite if settings.database_url.startswith("sqlite") else _postgresql
    written = [copy_of(settings.database_url, target)]
    for name in (KEY_FILE, FILE_NAME) if with_key else (FILE_NAME,):
        source = settings.home / name
        if source.exists():
            written.append(Path(shutil.copy2(source, target / name)))
    return written


def _sqlite(url: str, target: Path) -> Path:
    """VACUUM INTO reads one moment of the database; writers go on meanwhile."""
    source, copy = Path(make_url(url).database or ""), target / "goalward.db"
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as written:
        (found,) = written.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
    return copy


def _postgresql(url: str, target: Path) -> Path:
    """The password goes by the environment: an argument could be read by everybody here."""
    place = make_url(url).set(drivername="postgresql")
    password = {"PGPASSWORD": str(place.password)} if place.password else {}
    shown = place._replace(password=None).render_as_string()
    copy = target / "goalward.dump"
    command = ["pg_dump", "--format=custom", f"--file={copy}", f"--dbname={shown}"]
    subprocess.run(command, check=True, env={**os.environ, **password})  # noqa: S603  # our own words
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description="Back up database, key and settings file.")
    parser.add_argument("target", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--without-key", action="store_true", help="keep the key elsewhere")
    given = parser.parse_args()
    os.umask(0o077)
    for file in back_up(load_settings(os.environ), given.target, with_key=not given.without_key):
        print(file)  # noqa: T201  # what was written is its answer


if __name__ == "__main__":
    main()
