"""Reads recordings in a process of its own: what a file does to its reader stops there.

One process, one file at a time: so a process that dies or does not come back has one file to blame,
and what a file may hold in memory is held once. It is ended with this process, however that ends.
"""

import os
import pickle
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from connectors.errors import Unavailable
from connectors.files.decode import decode
from connectors.files.decoded import Decoded, Refused
from connectors.ports import OriginalFile

type Read = Callable[[OriginalFile], Decoded]

PATIENCE_S = 120.0  # a recording of days takes a tenth of it on a small board
MOST_DEATHS = 2  # the first may be the machine's doing: out of memory, a signal by hand


@dataclass(frozen=True, slots=True)
class _Reader:
    """A process that waits for files, and our end of the pipe to it."""

    process: BaseProcess
    pipe: Connection

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class Decoder:
    """Call it with a file. Whatever is wrong with the file is in the answer, never raised.

    `read` runs in the other process, so it is a function of a module. Threads may share a Decoder.
    """

    def __init__(self, *, read: Read = decode, patience_s: float = PATIENCE_S) -> None:
        self._read = read
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._reader: _Reader | None = None
        self._closed = False

    def __call__(self, file: OriginalFile) -> Decoded:
        """Raises Unavailable when it is closed meanwhile."""
        with self._turn:
            for _ in range(MOST_DEATHS):
                if (decoded := self._attempt(file)) is not None:
                    return decoded
        return Refused(f"kills its reader: {MOST_DEATHS} processes ended at it")

    def warm(self) -> None:
        """Start the process now rather than when the first run comes in."""
        with self._turn:
            self._started()

    def close(self) -> None:
        """A file that is being read is given up."""
        self._closed = True
        if reader := self._reader:
            with suppress(ValueError):  # ended by its own thread at this moment
                reader.process.kill()
        with self._turn:
            self._end()

    def _attempt(self, file: OriginalFile) -> Decoded | None:
        """None: the process ended at it."""
        reader, late = self._started(), threading.Event()
        alarm = threading.Timer(self._patience_s, _ring, (late, reader.process))
        alarm.start()
        decoded: Decoded | None = None
        try:
            _send(reader.pipe, file)  # also this may hang, when the process takes no more of it
            decoded = reader.pipe.recv()
        except (EOFError, OSError):
            self._closed_or_ended()
        except BaseException:  # such as Ctrl-C: the next file must not get this one's answer
            self._end()
            raise
        finally:
            alarm.cancel()
            alarm.join()
        if decoded is None and late.is_set():
            return Refused(f"cannot be read within {self._patience_s:.0f} s")
        return decoded

    def _started(self) -> _Reader:
        if self._reader is None or not self._reader.process.is_alive():
            self._end()
            self._reader = _start(self._read)
        if self._closed:
            self._closed_or_ended()
        return self._reader

    def _closed_or_ended(self) -> None:
        self._end()
        if self._closed:
            raise Unavailable("the reader of recordings was closed", applied=False)

    def _end(self) -> None:
        reader, self._reader = self._reader, None
        if reader:
            reader.end()


def _start(read: Read) -> _Reader:
    context = get_context("spawn")  # a fork would copy locks that other threads hold
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, read), name="decoder", daemon=True)
    process.start()
    theirs.close()  # the process alone has it now, so its end is seen here, and ours there
    return _Reader(process, ours)


def _ring(late: threading.Event, process: BaseProcess) -> None:
    late.set()
    process.kill()


def _send(pipe: Connection, what: object) -> None:
    """As `pipe.send`, whose buffer is not freed in order when it fails."""
    pipe.send_bytes(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))


def _serve(pipe: Connection, read: Read) -> None:
    """Runs in the other process, until nobody holds the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            _send(pipe, read(pipe.recv()))


def _leave_with_parent() -> None:
    """In the middle of a file as well: nobody is left to stop it when it takes for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)
