"""Sleep, heart-rate variability and resting heart rate: asked for, and kept as facts."""

from typing import TYPE_CHECKING

from worker.app import Runtime
from worker.perform import Held

if TYPE_CHECKING:
    from worker.polling import Event


def poll_wellness(runtime: Runtime, event: "Event", held: Held) -> str:
    """An inbox row of the kind "wellness": what became of it, in words."""
    del runtime, event, held
    return "nothing new"
