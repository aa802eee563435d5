"""Write a spreadsheet (ECMA-376, SpreadsheetML) in which no cell is ever a formula, a row at a time.

Every value stands as an inline string, so text that begins with = + - or @ is text. The known writers keep rows in a
temporary file; here nothing touches the disk.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from rtbf.dossier.streamed_zip import Entry, zipped

MOST_ROWS = 1_048_575
LONGEST = 32_767
CUT = " … (cut here; all of it stands in dossier.json)"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMESPACE = "http://schemas.openxmlformats.org/"
_MAIN = f"{_NAMESPACE}spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title (at most 31 characters), column names, and rows."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]


def workbook(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield the bytes of an XLSX file."""
    numbers = range(1, len(sheets) + 1)
    kinds, rels = f"{_NAMESPACE}officeDocument/2006/relationships", f"{_NAMESPACE}package/2006/relationships"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument'
        f'.spreadsheetml.worksheet+xml"/>'
        for n in numbers
    )
    names = "".join(
        f'<sheet name="{escape(sheet.title[:31])}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{kinds}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    package = f"{_NAMESPACE}package/2006"
    yield from zipped(
        [
            _text("[Content_Types].xml",
                  f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.'
                  'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
                  '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
                  f"{parts}</Types>"),
            _text("_rels/.rels", f'<Relationships xmlns="{rels}"><Relationship Id="rId1" Type="{kinds}'
                  '/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
            _text("xl/workbook.xml", 
                  f'<workbook xmlns="{_MAIN}" xmlns:r="{kinds}"><sheets>{names}</sheets></workbook>'),
            _text("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{rels}">{links}</Relationships>'),
            *(Entry(f"xl/worksheets/sheet{n}.xml", _sheet(sheet)) for n, sheet in zip(numbers, sheets, strict=True)),
        ]
    )  # fmt: skip


def _text(name: str, text: str) -> Entry:
    return Entry(name, [(_HEAD + text).encode()])


def _sheet(sheet: Sheet) -> Iterator[bytes]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
    yield _row(sheet.columns)
    for number, row in enumerate(sheet.rows):
        if number == MOST_ROWS - 1:
            yield _row([f"More rows than a sheet holds{CUT}"])
            break
        yield _row(row)
    yield b"</sheetData></worksheet>"


def _row(values: Sequence[object]) -> bytes:
    return f"<row>{''.join(_cell(value) for value in values)}</row>".encode()


def _cell(value: object) -> str:
    text = _NO_XML.sub("\ufffd", "" if value is None else str(value))
    if len(text) > LONGEST:
        text = text[: LONGEST - len(CUT)] + CUT
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
