"""Comments that agents wrote after calls, a CSV with the columns comment_id, call_sid, agent_ext, wrapup, comment.

Each names its call by id. The columns may stand in any order, with others beside them, separated by comma, semicolon or
tab; a comment may run over several lines.
"""

from collections.abc import Iterator

from interactions.drafts import CommentDraft, InteractionDraft, Noted, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.csv_header import Header, header_of
from interactions.sources.csv_records import Record, records
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.registry import Context
from interactions.sources.sides import is_extension

REQUIRED = frozenset({"comment_id", "call_sid", "comment"})
MOST_LINES = 200


class AgentComments:
    """The format, for the registry."""

    name = "agent-comments"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for the required columns in the first line."""
        return file.name.lower().endswith((".csv", ".tsv")) and _header(file) is not None

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield, for each row, the call with its comment. Raises OSError."""
        header = _header(file)
        if header is None:
            return
        widths = frozenset({len(header.names)})
        for record in records(
            file, widths=widths, delimiter=header.mark, first_row=header.first_row, max_lines=MOST_LINES
        ):
            if not isinstance(record, Record):
                if isinstance(record, Noted) or header.first_row == 0 or record.line > 1:
                    yield record
            elif record.row > 0:
                try:
                    yield _draft(dict(zip(header.names, record.fields, strict=True)), record.row, file, context)
                except Unusable as problem:
                    yield file.rejected(str(problem), record.line)


def _header(file: FoundFile) -> Header | None:
    """Return the header if the required columns are all in it."""
    header = header_of(file, lambda names: len(REQUIRED.intersection(names)))
    return header if header and set(header.names) >= REQUIRED else None


def _draft(row: dict[str, str], number: int, file: FoundFile, context: Context) -> InteractionDraft:
    record = {"row": number, "key": {"comment_id": row["comment_id"]}}
    sid, extension = row["call_sid"].strip(), row.get("agent_ext", "").strip()
    if not row["comment"].strip():
        raise Unusable("The comment is empty.")
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.scheme_of(sid), sid),),
        place=Place(file.relative, record),
        agent_extension=extension if is_extension(extension, context.agent_extensions) else "",
        values=_values(row, file, record),
        comments=(CommentDraft(row["comment"], extension, None, Place(file.relative, record, "comment")),),
    )


def _values(row: dict[str, str], file: FoundFile, record: dict[str, object]) -> tuple[tuple[str, TextDraft], ...]:
    text = row.get("wrapup", "").strip()
    return (("comment.wrapup", TextDraft(text, Place(file.relative, record, "wrapup"))),) if text else ()


SOURCE = AgentComments()
