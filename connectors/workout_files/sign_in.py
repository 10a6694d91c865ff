"""Which folder workouts are written to, tried before it is kept."""

from collections.abc import Mapping
from pathlib import Path

from connectors.errors import Refused
from connectors.ports import Question, Signed
from connectors.workout_files.names import SIGN

FOLDER = Question("folder", "Folder that workout files are written to")
INBOX = "newfiles"  # of Garmin's watches, which take every file out of it
WORDS = "Workouts are written into this folder. Without this file none are: leave it here.\n"
NOTICE = (
    "Copy the files to the watch from there; for Garmin's watches into GARMIN/NewFiles. Moving one "
    "away, renaming its day or changing it counts as your word about that session."
)


def signed(answers: Mapping[str, str]) -> Signed:
    """Leaves a sign in the folder, by which it is known again. Raises Refused for what is none.

    The sign tells the folder from the empty place where a drive is mounted at other times: there
    every session would look as if the athlete had removed it.
    """
    told = answers.get(FOLDER.name, "").strip()
    if not told:
        raise Refused(f"No folder was named. {FOLDER.asks}: which one?")
    folder = Path(told).expanduser().absolute()
    if folder.name.lower() == INBOX:
        raise Refused(
            f"A watch takes the files out of {folder}, and that looks as if you had removed the "
            "sessions. Name a folder of your own, and copy from there."
        )
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder. Make it first.")
    try:
        (folder / SIGN).write_text(WORDS, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder} cannot be written to: {error.strerror}") from error
    place = str(folder)
    return Signed(place, place, {}, {"workout_folder": place}, notice=NOTICE)
