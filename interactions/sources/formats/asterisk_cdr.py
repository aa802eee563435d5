"""Asterisk call detail records, `Master.csv`: 18 columns, or 21 with `newcdrcolumns`.

Order and quoting are those of cdr/cdr_csv.c, with unique id and user field switched on in cdr.conf. Times are wall
clock of the account's zone. A channel or an argument that holds a long number is kept as a value, since it is often the
customer's and must be found and erased too.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from interactions.drafts import CommentDraft, InteractionDraft, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.clock import local_time, whole_seconds
from interactions.sources.csv_records import Record, records
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.registry import Context
from interactions.sources.sides import (
    Sides,
    endpoint_extension,
    is_extension,
    is_persons_name,
    is_withheld,
    plain_code,
    sides,
    split_caller_id,
)

WIDTHS = frozenset({18, 21})
ADVICE = "switch on loguniqueid and loguserfield in cdr.conf"
DISPOSITIONS = frozenset({"answered", "no answer", "busy", "failed", "congestion"})
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_MAILBOX = re.compile(r"[sub]?(\d{1,6})(?=[@&,|]|$)")
_VOICEMAIL_EXTENSION = re.compile(r"vm[a-z]?(\d{1,6})")


class Row(NamedTuple):
    """The columns in their order."""

    accountcode: str
    src: str
    dst: str
    dcontext: str
    clid: str
    channel: str
    dstchannel: str
    lastapp: str
    lastdata: str
    start: str
    answer: str
    end: str
    duration: str
    billsec: str
    disposition: str
    amaflags: str
    uniqueid: str
    userfield: str
    peeraccount: str = ""
    linkedid: str = ""
    sequence: str = ""


class _Times(NamedTuple):
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: int
    talk_s: int


class AsteriskCdr:
    """The format, for the registry."""

    name = "asterisk-cdr"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for a row with dates where records have them; `Master.csv` is one even if its first rows are broken."""
        if not _could_be_csv(file.name):
            return False
        head = file.head(LONG_HEAD_BYTES)
        text_lines = head.decode("cp1252", "replace").splitlines()[:20]
        return file.name == "Master.csv" or any(map(_looks_like_record, text_lines))

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield one call for each row. Raises OSError."""
        first_row = 0 if _begins_with_header(file) else 1
        for record in records(file, widths=WIDTHS, first_row=first_row, advice=ADVICE):
            if not isinstance(record, Record):
                yield record
            elif record.row:
                try:
                    yield _draft(Row(*record.fields), record.row, file, context)
                except Unusable as problem:
                    yield file.rejected(str(problem), record.line)


def _could_be_csv(name: str) -> bool:
    return ".csv" in name.lower() or name.startswith("Master")


def _looks_like_record(line: str) -> bool:
    try:
        fields = next(csv.reader((line,)), [])
    except csv.Error:
        return False
    return 16 <= len(fields) <= 21 and bool(_TIME.fullmatch(fields[9]) and _TIME.fullmatch(fields[11]))


def _begins_with_header(file: FoundFile) -> bool:
    return file.head().removeprefix(b"\xef\xbb\xbf").replace(b'"', b"").lower().startswith(b"accountcode,src,dst,")


def _draft(row: Row, number: int, file: FoundFile, context: Context) -> InteractionDraft:
    record = {"row": number, "key": {"uniqueid": row.uniqueid}}
    known = context.agent_extensions
    way = sides(row.src, row.dst, known=known, caller_endpoint=endpoint_extension(row.channel, known))
    times = _times(row, context)
    return InteractionDraft(
        source=SOURCE.name,
        ids=(
            call_ids.call_id(call_ids.ASTERISK, row.uniqueid),
            *call_ids.optional_ids((call_ids.CHANNEL, row.channel), (call_ids.ASTERISK_LINKED, row.linkedid)),
        ),
        place=Place(file.relative, record),
        started_at=times.started_at,
        answered_at=times.answered_at,
        ended_at=times.ended_at,
        duration_s=times.duration_s,
        talk_s=times.talk_s,
        direction=way.direction,
        customer_address=_customer_address(row, way, file, record),
        own_address=row.src if way.customer_called is False else row.dst,
        customer_names=_customer_names(row, way, file, record),
        agent_extension=_agent_extension(row, way, context),
        agent_name=_agent_name(row, way, context),
        queue=_queue(row),
        disposition=row.disposition.lower() if row.disposition.lower() in DISPOSITIONS else "",
        comments=_comments(row, file, record),
        anonymous=bool(way.customer_called and is_withheld(row.src)),
    )


def _times(row: Row, context: Context) -> _Times:
    """Read the times, each helping to place the next when the clock was set back between them.

    An end before the start (a clock corrected during the call) gives way to the start and the duration, which Asterisk
    counts apart.
    """
    duration_s = whole_seconds(row.duration, what="duration")
    talk_s = whole_seconds(row.billsec, what="billed duration")
    start = local_time(row.start, context.zone, what="start", near=call_ids.epoch_in(row.uniqueid))
    epoch = start.timestamp()
    answer = end = None
    if row.answer:
        answer = local_time(row.answer, context.zone, what="answer time", near=epoch + max(duration_s - talk_s, 0))
    if row.end:
        end = local_time(row.end, context.zone, what="end", near=epoch + duration_s)
    if end and end < start:
        end = datetime.fromtimestamp(epoch + duration_s, start.tzinfo)
    return _Times(start, answer, end, duration_s, talk_s)


def _customer_address(row: Row, way: Sides, file: FoundFile, record: dict[str, object]) -> TextDraft | None:
    if way.customer_called is None:
        return None
    column = "src" if way.customer_called else "dst"
    text = getattr(row, column)
    return TextDraft(text, Place(file.relative, record, column)) if text else None


def _customer_names(row: Row, way: Sides, file: FoundFile, record: dict[str, object]) -> tuple[TextDraft, ...]:
    if not way.customer_called:
        return ()
    caller = split_caller_id(row.clid)
    if not is_persons_name(caller.name):
        return ()
    return (TextDraft(caller.name, Place(file.relative, record, "clid", caller.name_start)),)


def _agent_extension(row: Row, way: Sides, context: Context) -> str:
    known = context.agent_extensions
    if not way.customer_called:
        return endpoint_extension(row.channel, known) or (row.src if is_extension(row.src, known) else "")
    return endpoint_extension(row.dstchannel, known) or _mailbox_owner(row) or _called_extension(row, context)


def _mailbox_owner(row: Row) -> str:
    if row.lastapp.lower() != "voicemail":
        return ""
    match = _MAILBOX.match(row.lastdata) or _VOICEMAIL_EXTENSION.fullmatch(row.dst)
    return match[1] if match else ""


def _called_extension(row: Row, context: Context) -> str:
    """Return the number called if a person has it: groups and queues are called too, but not by Dial alone."""
    known = context.agent_extensions
    if row.lastapp.lower() != "dial" or not is_extension(row.dst, known):
        return ""
    return row.dst if not known or row.dst in known else ""


def _agent_name(row: Row, way: Sides, context: Context) -> str:
    if way.customer_called or not is_extension(row.src, context.agent_extensions):
        return ""
    caller = split_caller_id(row.clid)
    return caller.name if caller.number == row.src and is_persons_name(caller.name) else ""


def _queue(row: Row) -> str:
    if row.lastapp.lower() != "queue":
        return ""
    return plain_code(re.split(r"[,|]", row.lastdata, maxsplit=1)[0]) or plain_code(row.dst)


def _comments(row: Row, file: FoundFile, record: dict[str, object]) -> tuple[CommentDraft, ...]:
    if not row.userfield.strip():
        return ()
    return (CommentDraft(row.userfield, "", None, Place(file.relative, record, "userfield")),)


SOURCE = AsteriskCdr()
