"""Draw a certificate for people: one page anybody understands, then the machine's part and how to check it.

The JSON is the certificate; this is its picture, signed as a whole at its end, so that it can be checked as well.
"""

import base64
import hashlib
import io
import json
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from rtbf import words
from rtbf.models import Certificate
from rtbf.verify_certificate import PICTURE
from trail.sequence import signer

NOT_YET = "not yet"
QR_SIZE = 28 * mm
_STYLES = getSampleStyleSheet()
_BODY = ParagraphStyle("body", parent=_STYLES["BodyText"], fontSize=10, leading=14)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7.5, leading=10, wordWrap="CJK")
_TITLE, _HEAD = _STYLES["Title"], _STYLES["Heading2"]


def picture(certificate: Certificate, *, check_url: str) -> bytes:
    """Return the certificate as a signed PDF; `check_url` leads to the page that checks one."""
    whole = json.loads(certificate.document)
    said = whole["certificate"]
    out = io.BytesIO()
    told = ("lethe", said["request"]["reference"], str(said["version"]), said["issued_at"],
            "clean" if said["clean"] else "exceptions", "final" if said["final"] else "interim")  # fmt: skip
    page = SimpleDocTemplate(
        out, pagesize=A4, title=f"Certificate {said['request']['reference']}", author="Lethe", keywords=" ".join(told),
        topMargin=18 * mm, bottomMargin=16 * mm, leftMargin=20 * mm, rightMargin=20 * mm, invariant=1,
    )  # fmt: skip
    page.build([*_for_people(said, check_url), PageBreak(), *_for_machines(certificate, whole)])
    data = out.getvalue().rstrip(b"\n")
    own = signer()
    signature = base64.b64encode(own.sign_statement(PICTURE, data)).decode()
    return data + f"\n%lethe {own.verifier.vkey()} {signature}\n".encode()


def _for_people(said: dict[str, Any], check_url: str) -> list[Flowable]:
    request, moments, search = said["request"], said["moments"], said["search"]
    verdict = (
        "Nothing was left: everything found about the person was destroyed or de-identified."
        if said["clean"]
        else "Not everything went, or not everywhere could be searched. What stayed, and why, stands below."
    )
    return [
        Paragraph("Certificate of erasure", _TITLE),
        _text(f"{said['account']['name']} · {request['reference']} · version {said['version']}"),
        Spacer(1, 4 * mm),
        Paragraph(_escaped(verdict), ParagraphStyle("verdict", parent=_BODY, fontSize=12, leading=16)),
        Paragraph("What became of it", _HEAD),
        _table([["What", "Done", "Records"], *(_record(each) for each in said["records"])]),
        *_kept(said["kept"]),
        Paragraph("From when on", _HEAD),
        _table([
            ["Unreadable here", moments["unreadable_at"] or NOT_YET],
            ["Keys unrecoverable (their block keys destroyed)", moments["keys_unrecoverable_at"] or NOT_YET],
            ["Out of reach of old root keys (root rotated)", moments["root_rotated_at"] or NOT_YET],
            ["Not to be recognised by an index (index key rotated)", moments["index_unlinkable_at"] or NOT_YET],
        ]),
        _text(f"{moments['keys']:,} keys were destroyed. By: {moments['provider']}."),
        Paragraph("Searched afterwards", _HEAD),
        _text(
            f"{sum(search['searched'].values()):,} pieces were searched until {search['ended_at'] or NOT_YET}."
            f" Left over: {search['left']}. In records that are kept: {search['kept']}. Only alike: {search['alike']}."
            f" Not searched: {', '.join(search['not_searched']) or 'nothing'}."
        ),
        _text(f"Statistics before and after are equal: {_yes(said['statistics'])}."),
        Spacer(1, 4 * mm),
        _how_to_check(check_url),
    ]  # fmt: skip


def _record(each: dict[str, Any]) -> list[str]:
    done = f"{each['action']}: {each['outcome'] or 'waits'}"
    return [words.named(each["kind"], each["number"]), done, f"{each['number']:,}"]


def _kept(kept: list[dict[str, Any]]) -> list[Flowable]:
    if not kept:
        return []
    rows = [[words.named(each["kind"], each["number"]), each["ground"], f"{each['number']:,}"] for each in kept]
    return [Paragraph("What stayed, and why", _HEAD), _table([["What", "Ground", "Records"], *rows])]


def _yes(statistics: dict[str, Any]) -> str:
    if statistics["equal"]:
        return "yes, to the last digit"
    own = "; those of this request's own calls are" if statistics.get("own_equal") else ""
    return f"no{own}" if statistics["equal"] is not None else "not measured"


def _how_to_check(check_url: str) -> Flowable:
    code = QrCodeWidget(check_url)
    left, bottom, right, top = code.getBounds()
    drawing = Drawing(QR_SIZE, QR_SIZE, transform=[QR_SIZE / (right - left), 0, 0, QR_SIZE / (top - bottom), 0, 0])
    drawing.add(code)
    how = (
        f"To check it, upload this file or the JSON at {check_url}, or run:<br/>"
        "<font face='Courier'>python -m rtbf.verify_certificate FILE --key KEY</font>"
    )
    return Table([[drawing, Paragraph(how, _BODY)]], colWidths=[QR_SIZE + 4 * mm, 130 * mm])


def _for_machines(certificate: Certificate, whole: dict[str, Any]) -> list[Flowable]:
    said = whole["certificate"]
    digest = hashlib.sha256(certificate.document.encode()).hexdigest()
    lines = [
        f"SHA-256 of the JSON: {digest}",
        f"Ed25519 signature of the JSON: {whole['signature']['ed25519']}",
        f"Key: {whole['signature']['key']}",
        f"Replaces: {said['replaces'] or 'nothing'}",
        f"Entries of the log with proofs: {len(said['log']['entries'])}",
        *(note.replace("\n", "<br/>") for note in map(_escaped, said["log"]["checkpoints"][-1:])),
    ]
    places = [
        f"{each['what']} in {each['kind']} {each['place']} ({each['number']})" for each in said["search"]["places"]
    ]
    return [
        Paragraph("For machines", _HEAD),
        *(Paragraph(line if "<br/>" in line else _escaped(line), _SMALL) for line in lines),
        *([Paragraph("Places where something was left", _HEAD)] if places else []),
        *(Paragraph(_escaped(each), _SMALL) for each in places),
    ]


def _table(rows: list[list[str]]) -> Table:
    cells = [[Paragraph(_escaped(str(cell)), _BODY) for cell in row] for row in rows]
    table = Table(
        cells, hAlign="LEFT", colWidths=[62 * mm, 78 * mm, 30 * mm] if len(rows[0]) == 3 else [110 * mm, 60 * mm]
    )
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
    )
    return table


def _text(text: str) -> Paragraph:
    return Paragraph(_escaped(text), _BODY)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
