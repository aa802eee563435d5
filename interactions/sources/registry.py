"""Knows every export format, one module in `formats/` each, and asks them in turn whose a file is.

Adding a format is adding a file there with a `SOURCE`; nothing else names it. Recognition goes by content with the path
as a hint, and the formats exclude one another, so their order does not matter.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from interactions.drafts import Outcome
from interactions.sources import formats
from interactions.sources.found import FoundFile


@dataclass(frozen=True)
class Context:
    """What the account tells an importer. `zone`: of phone systems that write local time. `root`: resolved folder.

    meanings: what the account says its columns and attributes hold, by `meanings.key_of`.
    """

    root: Path
    zone: ZoneInfo
    agent_extensions: frozenset[str] = frozenset()
    meanings: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Source(Protocol):
    """One export format."""

    name: str
    gives_links: bool

    def recognises(self, file: FoundFile) -> bool:
        """Tell whether the file is of this format. Raises OSError."""

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield what the file says, and what of it cannot be taken in. Raises OSError."""


@cache
def sources() -> tuple[Source, ...]:
    """Return all formats. Raises TypeError naming the module that gives no `SOURCE`."""
    return tuple(_source(module.name) for module in pkgutil.iter_modules(formats.__path__, formats.__name__ + "."))


def source_of(file: FoundFile, *, links: bool | None = None) -> Source | None:
    """Return the format of `file`, or None. `links`: ask only those that give links, or only those that do not."""
    asked = (source for source in sources() if links is None or source.gives_links is links)
    return next((source for source in asked if source.recognises(file)), None)


def _source(module_name: str) -> Source:
    source = getattr(importlib.import_module(module_name), "SOURCE", None)
    if not isinstance(source, Source):
        raise TypeError(f"{module_name} must define SOURCE, an object with the parts of registry.Source")
    return source
