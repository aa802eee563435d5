"""Say where each found record stood in the exports it came from: file, record, field and characters, never the text.

Places are sealed, since file names hold numbers too, so telling them is an opening and takes a warrant.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from customers.models import Note
from interactions.models import Transcription
from privacy.models import SealedField
from privacy.open import Warrant, open_rows
from rtbf.discovery.records import Item
from rtbf.planning.freezing import group_of

AT_ONCE = 500
PARTS_OF: dict[type, str] = {Transcription: "segments", Note: "texts"}
Place = dict[str, Any]


def lines(items: Iterable[Item], *, warrant: Warrant) -> Iterator[Place]:
    """Yield a line for each item, or for each passage of it: file, record, field, start, end, kind, action, because.

    A line without a field stands for the whole record; start and end count characters in the decoded field.
    """
    by_model: dict[type, list[Item]] = {}
    for item in items:
        by_model.setdefault(item.model, []).append(item)
    for model, group in by_model.items():
        for start in range(0, len(group), AT_ONCE):
            yield from _portion(model, group[start : start + AT_ONCE], warrant)


def _portion(model: Any, items: Sequence[Item], warrant: Warrant) -> Iterator[Place]:
    opened = _opened(model, items, warrant)
    for item in items:
        values = opened.get(item.id, {})
        for place in _passages(item, values) if item.spans else [_whole(values.get("place") or _file(values))]:
            yield {**place, "kind": group_of(item), "action": item.action.value, "because": item.because}


def _opened(model: Any, items: Sequence[Item], warrant: Warrant) -> dict[UUID, dict[str, Any]]:
    """Open the places of items; those of passages in a transcript or note stand in its parts."""
    names = [name for name in ("place", "path") if _seals(model, name)]
    if not names:
        return {}
    if model in PARTS_OF and any(item.spans for item in items):
        names.append(PARTS_OF[model])
    return open_rows(list(model._default_manager.filter(pk__in=[item.id for item in items])), *names, warrant=warrant)


def _seals(model: Any, name: str) -> bool:
    return any(field.name == name and isinstance(field, SealedField) for field in model._meta.concrete_fields)


def _whole(place: Place | None) -> Place:
    known = place or {}
    return {
        "file": known.get("file"),
        "record": known.get("record"),
        "field": known.get("field"),
        "start": None,
        "end": None,
    }


def _file(values: dict[str, Any]) -> Place:
    """Return the place that a file of a drop folder is itself."""
    return {"file": values.get("path")}


def _passages(item: Item, values: dict[str, Any]) -> Iterator[Place]:
    parts = values.get(PARTS_OF.get(item.model, ""))
    for number, start, end in item.spans:
        place = parts[number].get("place") if parts and number < len(parts) else values.get("place")
        offset, gaps = (place or {}).get("start", 0), (place or {}).get("gaps", ())
        before = offset + start + sum(left_out for at, left_out in gaps if at <= start)
        yield {**_whole(place), "start": before, "end": offset + end + sum(out for at, out in gaps if at < end)}
