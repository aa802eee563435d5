"""Reads an import folder in two passes: first which ids name the same call, then the calls.

The links come first so that a call met under its second id already knows its first. Both passes stream: nothing of a
file is held longer than its record, whatever the folder's size.
"""

import codecs
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from interactions.drafts import Ignored, Outcome, Rejected
from interactions.sources.found import FoundFile, unreadable
from interactions.sources.left_out import why_left_out
from interactions.sources.registry import Context, Source, source_of
from interactions.sources.walk import EMPTY, folder_of, walk


def read_all(
    root: Path,
    *,
    zone: ZoneInfo,
    agent_extensions: Collection[str] = (),
    meanings: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Outcome]:
    """Yield everything below `root`, a folder or one file: all Links, then drafts in sorted order of their files.

    `zone` is that of phone systems which write local time. `meanings`: as in Context. `only`: the files to read, by
    their path below `root`; the others are there to be found beside them. Raises FileNotFoundError if `root` is not
    there; whatever else goes wrong is yielded as Rejected.
    """
    context = Context(folder_of(root), zone, frozenset(agent_extensions), meanings or {})
    for file in _files(root, context, only):
        if isinstance(file, FoundFile):
            yield from _links(file, context)
    for file in _files(root, context, only):
        if isinstance(file, FoundFile):
            yield from _drafts(file, context)
        else:
            yield file


def _files(root: Path, context: Context, only: Collection[str] | None) -> Iterator[FoundFile | Rejected | Ignored]:
    for file in walk(root):
        if isinstance(file, FoundFile):
            if only is not None and file.relative not in only:
                continue
            file.meanings = context.meanings
        elif only is not None and (isinstance(file, Ignored) or file.reason == EMPTY):
            continue  # where files arrive one by one, an empty one has only just been begun
        yield file


def _links(file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        source = source_of(file, links=True)
    except OSError:
        return  # the second pass meets the same file and reports it
    if source:
        yield from _read(source, file, context)


def _drafts(file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        if file.head().startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            yield file.rejected("The file is UTF-32 text; export it as UTF-8.")
            return
        source = source_of(file)
        if source is None:
            yield why_left_out(file)
            return
    except OSError as error:
        yield file.rejected(unreadable(error))
        return
    if not source.gives_links:
        yield from _read(source, file, context)


def _read(source: Source, file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        yield from source.read(file, context)
    except OSError as error:
        yield file.rejected(unreadable(error))
