"""Let other parts put a section on the page of a request: external systems, proof, whatever belongs to the case.

A section is a title, a template and its context. Each app or module declares its own; the page asks them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rtbf.models import Request
from trail.actor import Actor


@dataclass(frozen=True)
class Section:
    """A section of the page. `text`: sentences, where no template is needed."""

    title: str
    text: str = ""
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[Request, Actor], Section | None]

_makers: list[tuple[int, Maker]] = []


def section(*, order: int = 100) -> Callable[[Maker], Maker]:
    """Ask the decorated function for a section of each request's page; it may return None for none."""

    def declare(make: Maker) -> Maker:
        if (order, make) not in _makers:
            _makers.append((order, make))
            _makers.sort(key=lambda each: each[0])
        return make

    return declare


def sections(request: Request, actor: Actor) -> list[Section]:
    """Return the sections of a request's page, in order."""
    return [made for _, make in _makers if (made := make(request, actor))]
