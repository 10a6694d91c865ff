"""After each write: what the service keeps is read back, mended once, else left there in words.

For every calendar that rewrites what it is sent. A service may misread a workout for good, so the
athlete gets it as text that says so, rather than as steps that say something else.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum

from connectors.calls import patiently
from connectors.comparing import ident_in
from connectors.errors import Refused, Unavailable
from planning.calendar import Observed

MOST_TOLD = 3  # faults; the others are only counted


class NotKept(Exception):
    """What was read back is not what was written: where, in words."""

    def __init__(self, faults: Sequence[str]) -> None:
        more = len(faults) - MOST_TOLD
        told = [*faults[:MOST_TOLD], *([f"and {more} more"] if more > 0 else ())]
        super().__init__("; ".join(told))


class Manner(Enum):
    """How a session is written."""

    STEPS = "steps"
    WORDS = "words"  # text that no watch follows


type Write = Callable[[str, Manner], str]  # over a remote id; gives the one that it has then
type Look = Callable[[str, Manner], Observed]  # raises NotKept


def kept(
    remote_id: str, name: str, *, service: str, write: Write, look: Look, too_much: str = ""
) -> Observed:
    """What `service` keeps of the session `name`, just written under `remote_id`, verified.

    What it keeps differently is sent once more, then in words only. `too_much`: why it was written
    in words at once, for its steps can never be kept. Raises Refused if not even words are.
    """
    why = too_much
    try:
        if not too_much:
            with suppress(NotKept):
                return _looked(look, remote_id, Manner.STEPS)
            remote_id = write(remote_id, Manner.STEPS)
            try:
                return _looked(look, remote_id, Manner.STEPS)
            except NotKept as error:
                why = f"{service} keeps its steps differently: {error}"
            remote_id = write(remote_id, Manner.WORDS)
        seen = _looked(look, remote_id, Manner.WORDS)
    except NotKept as error:
        raise Refused(f"{service} keeps {name!r} differently: {error}") from error
    return replace(seen, in_words=why, for_good=bool(too_much))


def let_go(name: str, read: Callable[[], object], *, service: str) -> None:
    """Wait for a copy that lags until `read` gives an entry without our marker. Raises Unavailable
    when it stays: then it is still ours.
    """

    def look() -> None:
        if ident_in(read()) is not None:
            raise NotKept([f"{service} keeps our marker in {name!r}"])

    try:
        patiently(look, on=NotKept)
    except NotKept as error:
        raise Unavailable(f"{error}: look again") from error


def _looked(look: Look, remote_id: str, manner: Manner) -> Observed:
    """Read again for some seconds: a copy that is read from may lag."""
    return patiently(lambda: look(remote_id, manner), on=NotKept)
