"""Write the personal data map out for people: `docs/personal-data.md`, which a test keeps current."""

from collections.abc import Iterator

from privacy import map as data_map
from privacy.map import Entry, Keep

HEAD = """# Personal data

What Lethe keeps about people, field by field, and what becomes of it when a person is forgotten. Written by
`manage.py document_personal_data` from the map that search, erasure and retention read; do not edit it by hand.
A model or field that is missing here stops the program at start.
"""


def render() -> str:
    """Return the whole document."""
    parts = [HEAD, *(_section(each) for each in data_map.entries() if each.personal), _plain(), _exempted()]
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    return "\n".join([f"## {entry.label}", "", *_about(entry), "", *_table(entry), ""])


def _about(entry: Entry) -> Iterator[str]:
    yield f"About: {entry.subject}."
    if entry.belongs_to:
        yield f"Part of: {', '.join(entry.belongs_to)}; a hold on that covers it."
    if entry.found_by:
        yield f"Found by: {entry.found_by}."
    if entry.ages_from:
        yield f"Ages from: {entry.ages_from.replace('__', '.')}."
    yield f"The row stays: {entry.row_stays_because}." if entry.row_stays_because else "The row is deleted on erasure."


def _table(entry: Entry) -> Iterator[str]:
    yield "| field | kind of data | on erasure |"
    yield "| --- | --- | --- |"
    for name, datum in sorted(entry.personal.items()):
        why = f": {datum.on_erase.because}" if isinstance(datum.on_erase, Keep) else ""
        yield f"| {name} | {datum.category} | {datum.on_erase.says}{why} |"


def _plain() -> str:
    labels = [each.label for each in data_map.entries() if not each.personal]
    return "\n".join(["## Without personal fields", "", *(f"- {label}" for label in labels), ""])


def _exempted() -> str:
    rows = [f"- {label}: {why}" for label, why in data_map.exemptions().items()]
    return "\n".join(["## Tables of other packages", "", *rows, ""])
