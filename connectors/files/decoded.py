"""What became of a file: activities, or the reason why there are none."""

from dataclasses import dataclass

from connectors.ports import Recorded


@dataclass(frozen=True, slots=True)
class Imported:
    """At least one activity. `problems` say what of the file could not be read, in plain words."""

    recorded: tuple[Recorded, ...]
    problems: tuple[str, ...] = ()

    @property
    def problem(self) -> str | None:
        return "; ".join(self.problems) or None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Readable, but nothing in it was run: settings, a workout, a course."""

    reason: str
    recorded: tuple[Recorded, ...] = ()

    @property
    def problem(self) -> str | None:
        return self.reason


@dataclass(frozen=True, slots=True)
class Refused:
    """It should have held an activity and cannot be read."""

    reason: str
    recorded: tuple[Recorded, ...] = ()

    @property
    def problem(self) -> str | None:
        return self.reason


type Decoded = Imported | Skipped | Refused


def gathered(parts: list[Decoded]) -> Decoded:
    """One answer for a file that holds several: what could be imported, else the first reason."""
    recorded = tuple(one for part in parts for one in part.recorded)
    if recorded:
        problems = [p for part in parts if isinstance(part, Imported) for p in part.problems]
        problems += [part.reason for part in parts if isinstance(part, Refused)]
        return Imported(recorded, tuple(problems))
    refused = [part for part in parts if isinstance(part, Refused)]
    return next(iter([*refused, *parts]), Skipped("there is no recording in it"))
