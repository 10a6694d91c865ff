"""Planning's values as JSON bodies of rows, and back."""

from typing import Any

from pydantic import TypeAdapter

_adapters: dict[Any, TypeAdapter[Any]] = {}  # building one costs milliseconds, using it does not


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_body(value: Any) -> Any:
    """What a JSON column takes."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_body[T](kind: type[T], body: Any) -> T:
    """The inverse. A row written by other code than ours fails here, by name."""
    loaded: T = _adapter(kind).validate_python(body)
    return loaded
