"""What the athlete said of copies of runs. It names copies, never clusters: those come and go."""

from dataclasses import dataclass
from typing import Literal

type Field = Literal[
    "sport", "surface", "name", "distance_m", "moving_time_s", "elapsed_time_s", "is_race"
]


@dataclass(frozen=True, slots=True)
class Split:
    """Two copies that are of two runs, whatever they look like; keys of observations."""

    first: str
    second: str
    kind: Literal["split"] = "split"

    @property
    def key(self) -> str:
        return "pair:" + "|".join(sorted((self.first, self.second)))


@dataclass(frozen=True, slots=True)
class Join:
    """Two copies that are of one run."""

    first: str
    second: str
    kind: Literal["join"] = "join"

    @property
    def key(self) -> str:
        """The same as of a split of the two: the later word counts."""
        return "pair:" + "|".join(sorted((self.first, self.second)))


@dataclass(frozen=True, slots=True)
class Exclude:
    """A copy that does not count, for the athlete's own reason."""

    copy: str
    reason: str = ""
    kind: Literal["exclude"] = "exclude"

    @property
    def key(self) -> str:
        return f"exclude:{self.copy}"


@dataclass(frozen=True, slots=True)
class Edit:
    """The run of this copy was so, whatever any record says: believed before all of them."""

    copy: str
    field: Field
    value: str | float | bool
    kind: Literal["edit"] = "edit"

    @property
    def key(self) -> str:
        return f"edit:{self.copy}:{self.field}"


type Ruling = Split | Join | Exclude | Edit
