"""What the athlete said of copies of runs. It names copies, never clusters: those come and go."""

import math
from dataclasses import dataclass
from typing import Literal

from planning.activity import Sport, Surface

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
    """A copy that does not count, for the athlete's own reason.

    `whole_run`: neither does any other copy of its run, nor one that comes later. Without it a
    run of which one copy is no good still counts by its others.
    """

    copy: str
    reason: str = ""
    whole_run: bool = False
    kind: Literal["exclude"] = "exclude"

    @property
    def key(self) -> str:
        return f"exclude:{self.copy}"


@dataclass(frozen=True, slots=True)
class Edit:
    """The run of this copy was so, whatever any record says: believed before all of them.

    Raises ValueError for a value that the field cannot have. A sport or a surface may be given by
    its name.
    """

    copy: str
    field: Field
    value: str | float | bool
    kind: Literal["edit"] = "edit"

    def __post_init__(self) -> None:
        _ = self.meant  # raises for what the field cannot have

    @property
    def key(self) -> str:
        return f"edit:{self.copy}:{self.field}"

    @property
    def meant(self) -> Sport | Surface | str | float | bool:
        """The value as the field has it; metres and seconds are not negative."""
        match self.field, self.value:
            case "sport", str(name):
                return Sport(name)
            case "surface", str(name):
                return Surface(name)
            case ("name", str(value)) | ("is_race", bool(value)):
                return value
            case (("distance_m" | "moving_time_s" | "elapsed_time_s"), (int() | float()) as number):
                if not isinstance(number, bool) and 0 <= number < math.inf:
                    return float(number)
            case _:
                pass
        raise ValueError(f"{self.field} cannot be {self.value!r}")


type Ruling = Split | Join | Exclude | Edit
