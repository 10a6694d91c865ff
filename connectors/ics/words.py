"""What a day says in a feed: the note and the steps, in signs that the format knows. Pure."""

import re

from connectors.in_words import sentences
from planning.workout import PlannedWorkout

_LINES = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # RFC 5545 knows none but the end of a line


def text_of(planned: PlannedWorkout) -> str:
    """The note, then the steps, one a line."""
    parts = (planned.note.strip(), "\n".join(sentences(planned.workout.steps, planned.units)))
    return clean("\n\n".join(filter(None, parts)))


def clean(text: str) -> str:
    """Without the signs that a feed cannot hold; ends of lines of any kind as one."""
    return _CONTROL.sub(" ", _LINES.sub("\n", text)).strip()
