"""Planning's values as JSON bodies of rows, and back."""

from collections.abc import Hashable
from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_body(value: Any) -> Any:
    """What a JSON column takes."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_body[T](kind: type[T], body: Any) -> T:
    """The inverse. A row written by other code than ours fails here, by name."""
    loaded: T = _adapter(kind).validate_python(body)
    return loaded
