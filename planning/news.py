"""Facts worth telling, and whether to tell them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class News:
    """Something worth telling. `key` is the same for the same thing: it is told once."""

    key: str
    title: str
    body: str
