"""Readers that a bad file gets the better of, as functions of a module: they run in a process."""

import os
import signal
import threading
from pathlib import Path

from connectors.files.decode import decode
from connectors.files.decoded import Skipped

POISON, SPELL = b"poison", b"spell"


def frail(file):
    """Ends at POISON as at an out-of-memory kill, and never comes back from SPELL."""
    if POISON in file.content:
        os.kill(os.getpid(), signal.SIGKILL)
    if SPELL in file.content:
        threading.Event().wait()
    return decode(file)


def unlucky(file):
    """Ends at the first file ever; whose content is where it remembers that."""
    try:
        Path(file.content.decode()).mkdir()
    except FileExistsError:
        return Skipped("the second time")
    os._exit(1)


def naming(file):
    """Whose answer it is, and which process gave it."""
    return Skipped(f"{file.name} {os.getpid()}")
