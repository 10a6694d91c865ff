"""Files that are too much for the process that reads them."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable

import pytest

from connectors.errors import Unavailable
from connectors.ports import OriginalFile
from tests.connectors.files.made import fit_file
from tests.worker.readers import POISON, SPELL, frail, naming, unlucky
from worker.decoder import Decoder

WHOLE = OriginalFile("whole.fit", fit_file(seconds=30))


@contextmanager
def decoding(**how):
    decoder = Decoder(**how)
    try:
        yield decoder
    finally:
        decoder.close()


def is_there(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def waited(until):
    pause = threading.Event()
    for _ in range(500):
        if until():
            return True
        pause.wait(0.02)
    return False


def test_a_recording_is_read_in_another_process():
    with decoding() as decoder:
        assert decoder(WHOLE).recorded[0].record.distance_m == 90
    with decoding(read=naming) as decoder:
        decoder.warm()
        said = decoder(OriginalFile("a", b"")).reason
        assert said == decoder(OriginalFile("a", b"")).reason  # the same one serves on
        assert int(said.split()[1]) != os.getpid()
    assert not is_there(int(said.split()[1]))


def test_a_file_that_kills_its_reader_is_refused_and_the_next_is_read():
    with decoding(read=frail) as decoder:
        refused = decoder(OriginalFile("x.fit", POISON))
        assert "kills its reader" in refused.reason
        assert decoder(WHOLE).recorded


def test_a_reader_that_was_killed_once_tries_again(tmp_path):
    with decoding(read=unlucky) as decoder:
        marker = OriginalFile("a.fit", os.fsencode(tmp_path / "seen"))
        assert decoder(marker).reason == "the second time"


def test_a_reader_that_ended_idly_blames_no_file(tmp_path):
    """The file may still cost a reader of its own."""
    with decoding(read=unlucky) as decoder:
        assert decoder(OriginalFile("a.fit", os.fsencode(tmp_path / "a"))).reason
        os.kill(decoder._reader.process.pid, signal.SIGKILL)
        assert waited(lambda: not decoder._reader.process.is_alive())
        told = decoder(OriginalFile("b.fit", os.fsencode(tmp_path / "b")))
        assert told.reason == "the second time"


def test_a_file_that_holds_its_reader_for_ever_is_refused_and_the_next_is_read():
    with decoding(read=frail, patience_s=4) as decoder:
        decoder(WHOLE)
        begun = time.monotonic()
        refused = decoder(OriginalFile("x.fit", SPELL))
        assert refused.reason == "cannot be read within 4 s"
        assert time.monotonic() - begun < 8
        assert decoder(WHOLE).recorded


def test_threads_share_one_process_and_each_gets_its_own_answer():
    with decoding(read=naming) as decoder, ThreadPoolExecutor(8) as threads:
        names = [f"{n}.fit" for n in range(40)]
        said = list(threads.map(lambda name: decoder(OriginalFile(name, b"")).reason, names))
    assert [one.split()[0] for one in said] == names
    assert len({one.split()[1] for one in said}) == 1


def test_one_threads_poison_is_not_anothers():
    with decoding(read=frail) as decoder, ThreadPoolExecutor(4) as threads:
        files = [OriginalFile("x.fit", POISON), WHOLE] * 2
        said = list(threads.map(decoder, files))
    assert [bool(one.recorded) for one in said] == [False, True, False, True]


def test_closing_gives_up_what_is_being_read():
    decoder = Decoder(read=frail)
    decoder.warm()
    with ThreadPoolExecutor(2) as threads:
        given = [threads.submit(decoder, OriginalFile("x.fit", SPELL)) for _ in range(2)]
        assert waited(decoder._turn.locked)
        decoder.close()
        for each in given:
            with pytest.raises(Unavailable, match="closed"):
                each.result(timeout=10)
    assert decoder._reader is None


ENDLESS = """
from connectors.ports import OriginalFile
from tests.worker.readers import SPELL, frail
from worker.decoder import Decoder
if __name__ == "__main__":
    decoder = Decoder(read=frail)
    decoder.warm()
    print(decoder._reader.process.pid, flush=True)
    decoder(OriginalFile("x.fit", SPELL))
"""


def test_the_reader_leaves_with_a_process_that_is_killed(tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    environ = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with Popen([executable, str(script)], stdout=PIPE, env=environ) as ours:
        reader = int(ours.stdout.readline())
        assert is_there(reader)
        threading.Event().wait(1)  # in the middle of the file
        ours.kill()
    assert waited(lambda: not is_there(reader) or _is_zombie(reader))


def _is_zombie(process_id):
    """Nobody may be there to bury it, in a container."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"
