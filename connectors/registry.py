"""Which connectors there are: everything installed under the entry point `goalward.connectors`.

Ours are registered the same way as anybody's. One that cannot be loaded does not stop the others;
it is named, with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from connectors.ports import Connector

GROUP = "goalward.connectors"


class UnknownConnector(LookupError):
    """No such connector, or one that is broken. `str(error)` says which."""


@dataclass(frozen=True, slots=True)
class Found:
    """`problems` maps the name of a connector that could not be loaded to the reason."""

    connectors: Mapping[str, Connector] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def find(points: Iterable[EntryPoint]) -> Found:
    """Load each entry point; importing a connector imports no client library."""
    connectors: dict[str, Connector] = {}
    problems: dict[str, str] = {}
    for point in sorted(points, key=lambda point: point.name):
        try:
            loaded = point.load()
        except Exception as error:  # noqa: BLE001 - a stranger's module may fail in any way
            problems[point.name] = f"{point.value} could not be loaded: {error}"
            continue
        if getattr(loaded, "name", None) != point.name or not callable(
            getattr(loaded, "open", None)
        ):
            problems[point.name] = f"{point.value} is no connector called {point.name!r}"
        else:
            connectors[point.name] = loaded
    return Found(connectors, problems)


@cache
def installed() -> Found:
    """What this installation has; looked up once per process."""
    return find(entry_points(group=GROUP))


def connectors() -> Mapping[str, Connector]:
    return installed().connectors


def connector(name: str) -> Connector:
    """Raises UnknownConnector with what is wrong, or what there is instead."""
    found = installed()
    if name in found.connectors:
        return found.connectors[name]
    if name in found.problems:
        raise UnknownConnector(f"The connector {name!r} is broken: {found.problems[name]}")
    near = get_close_matches(name, found.connectors, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(found.connectors)}."
    raise UnknownConnector(f"There is no connector {name!r}; {hint}")
