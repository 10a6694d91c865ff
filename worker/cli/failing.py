"""What an error means to the person at the keyboard: exit status and one line that helps."""

from sqlalchemy.exc import OperationalError

from connectors.errors import RateLimited, Refused, SignInNeeded, Unavailable
from worker.at_once import Busy
from worker.db import SchemaMismatch
from worker.settings import SettingsProblem
from worker.vault import WrongKey

DATABASE = "GOALWARD_DATABASE_URL says where it is; is it running, and may you use it?"
FAILED, USED_WRONGLY, SIGN_IN, UNAVAILABLE = 1, 2, 3, 4


class UsedWrongly(Exception):
    """The command's words cannot be meant. The text says which, and what would do."""


class Failed(Exception):
    """The command could not do its work. The text says why, and what to do."""


def told(error: Exception) -> tuple[int, str | None]:
    """Exit status and line; no line means that this is a fault of ours and deserves a traceback."""
    match error:
        case UsedWrongly() | SettingsProblem():
            return USED_WRONGLY, str(error)
        case SignInNeeded():
            return SIGN_IN, f"{error} {error.remedy}".strip()
        case Unavailable() | RateLimited():
            return UNAVAILABLE, f"{error}. Nothing is lost: it is tried again, or try later."
        case OperationalError():
            why = str(error.orig or error).strip().partition("\n")[0]
            return UNAVAILABLE, f"the database does not answer ({why}). {DATABASE}"
        case OSError() if error.filename is not None:
            return FAILED, f"{error.filename}: {error.strerror}"
        case Failed() | Busy() | Refused() | SchemaMismatch() | WrongKey():
            return FAILED, str(error)
        case _:
            return FAILED, None
