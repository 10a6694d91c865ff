"""Workouts as FIT files in a folder, one a session: for watches that take files. Tier: bronze."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.ports import Capabilities, Link, Opened, Question, Signed, WebhookReceiver

__all__ = ["CONNECTOR", "WorkoutFiles"]

# Not `folder`: that one is watched for recordings.
CAPABILITIES = Capabilities(calendar=True, settings=("workout_folder",))


@dataclass(frozen=True, slots=True)
class WorkoutFiles:
    """The setting `workout_folder` of the connection says where the files are written."""

    name: str = "workout_files"
    title: str = "Workout files in a folder"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """Raises Unavailable when the folder is not there."""
        from connectors.workout_files.calendar import FolderCalendar

        calendar = FolderCalendar(Path(link.settings["workout_folder"]), now=now)
        calendar.require_folder()
        yield Opened(calendar=calendar)

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None

    def questions(self) -> Sequence[Question]:
        from connectors.workout_files.sign_in import FOLDER

        return (FOLDER,)

    def sign_in(
        self, settings: Mapping[str, str], answers: Mapping[str, str], now: datetime
    ) -> Signed:
        """Nothing is asked of anybody: the folder is tried. Raises Refused."""
        from connectors.workout_files.sign_in import signed

        del settings, now
        return signed(answers)


CONNECTOR = WorkoutFiles()
