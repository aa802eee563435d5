"""Take what may be long a portion at a time, so that memory and the size of a statement stay bounded."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def in_portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in their order, `size` at a time; the last portion may be shorter and none is empty."""
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion
