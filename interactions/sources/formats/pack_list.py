"""A list of recordings made beside them, a CSV with the columns file and harper_valley_sid, others allowed.

Each row ties a file to the id of its call. The path holds the customer's number, so the row is a place to be known.
"""

from collections.abc import Iterator

from interactions.drafts import Links, Outcome, Place
from interactions.sources import call_ids
from interactions.sources.csv_records import Record, records
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.mention import mentioned_file
from interactions.sources.registry import Context

REQUIRED = frozenset({"file", "harper_valley_sid"})


class PackList:
    """The format, for the registry."""

    name = "pack-list"
    gives_links = True

    def recognises(self, file: FoundFile) -> bool:
        """Look for the columns in the first line."""
        if not file.name.lower().endswith(".csv"):
            return False
        first_line = file.head().removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
        return {name.strip() for name in first_line.decode("cp1252", "replace").split(",")} >= REQUIRED

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the link of each row. Raises OSError."""
        columns: list[str] = []
        for record in records(file, first_row=0, max_lines=1):
            if not isinstance(record, Record):
                yield record
            elif not columns:
                columns = [name.strip() for name in record.fields]
            else:
                try:
                    yield _links(dict(zip(columns, record.fields, strict=True)), record.row, file, context)
                except Unusable as problem:
                    yield file.rejected(str(problem), record.line)


def _links(row: dict[str, str], number: int, file: FoundFile, context: Context) -> Links:
    path = mentioned_file(row["file"].strip(), context.root)
    return Links(
        ids=(
            *call_ids.optional_ids((call_ids.HARPER_VALLEY, row["harper_valley_sid"].strip())),
            *call_ids.ids_in_name(path),
            call_ids.call_id(call_ids.FILE, path),
        ),
        place=Place(file.relative, {"row": number, "key": {"file": row["file"]}}),
    )


SOURCE = PackList()
