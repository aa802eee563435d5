"""The case file of a request: who asked, identity, evidence, letters with their preview, printing and sending."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import page, render_page
from accounts.requests import MemberRequest
from accounts.telling import telling
from privacy.open import open_rows
from retention.fate import fate_without_call
from rtbf.cases.evidence import attach_evidence, open_evidence
from rtbf.cases.intake import WRITE, change_case
from rtbf.cases.letters import draft_letter, kinds_for, prepare_letter, print_letter, send_letter
from rtbf.cases.reminders import CASE
from rtbf.codes import LetterKind, Relation
from rtbf.entries import opening_of
from rtbf.errors import NotPossible, RequestError
from rtbf.models import CaseFile, Evidence, Letter, Request
from rtbf.views.finding import visible_request
from rtbf.views.forms import intake_from
from trail.refusal import NotVisible

PATH = "requests/<uuid:pk>/case/"


@page(PATH, name="request-case", right=WRITE, action="case.opened")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show and change the case file."""
    found = visible_request(request, pk, "case.opened")
    problem = ""
    if request.method == "POST":
        try:
            change_case(actor=request.actor, request=found, intake=intake_from(request.POST))
        except RequestError as error:
            problem = str(error)
        else:
            messages.success(request, "The case file was saved.")
            return redirect("portal:request-case", pk)
    context = {**_opened(request, found), "found": found, "problem": problem, "relations": Relation.choices,
               "kinds": kinds_for(found)}  # fmt: skip
    title = f"{found.reference}: case file"
    return render_page(request, "rtbf/case.html", context, title=title, status=422 if problem else 200)


@page(f"{PATH}evidence/", name="request-attach", right=WRITE, action="evidence.attached")
@never_cache
@require_POST
def attach(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Attach a file."""
    found = visible_request(request, pk, "evidence.attached")
    file: Any = request.FILES.get("file")
    with telling(request, RequestError):
        if file is None:
            raise NotPossible("No file came with the form, or it is larger than 5 MB. Nothing was attached.")
        attach_evidence(actor=request.actor, request=found, name=file.name or "", content=file.read())
    return redirect("portal:request-case", pk)


@page(f"{PATH}evidence/<uuid:part>/", name="request-evidence", right=WRITE, action="evidence.downloaded")
@never_cache
@require_GET
def download(request: MemberRequest, pk: UUID, part: UUID) -> HttpResponseBase:
    """Hand an attachment out as a download that no browser shows in the page."""
    found = visible_request(request, pk, "evidence.downloaded")
    row: Evidence = _part(request, Evidence, found, part, "evidence.downloaded")
    handed = open_evidence(actor=request.actor, evidence=row)
    answer = HttpResponse(handed.content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{handed.name.encode("ascii", "replace").decode()}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@page(f"{PATH}letter/", name="request-write", right=WRITE, action="letter.prepared")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show the letter as the template makes it, to be changed, and seal it."""
    found = visible_request(request, pk, "letter.prepared")
    form = request.POST if request.method == "POST" else request.GET
    kind = form.get("kind", "")
    kind = kind if kind in LetterKind.values else LetterKind.ACKNOWLEDGE.value
    requester = _opened(request, found)["requester"]
    subject, body = draft_letter(found, kind, requester.get("name", ""))
    letter = {"to": requester.get("contact", ""), "subject": subject, "body": body}
    context: dict[str, Any] = {"found": found, "kind": kind, "title_of_kind": LetterKind(kind).label, "letter": letter}
    if request.method == "POST":
        context["letter"] = {name: request.POST.get(name, "")[:10_000].replace("\r\n", "\n") for name in letter}
        try:
            row = prepare_letter(actor=request.actor, request=found, kind=kind, **context["letter"])
        except RequestError as error:
            context["problem"] = str(error)
        else:
            return redirect("portal:request-letter", pk, row.pk)
    status = 422 if "problem" in context else 200
    return render_page(request, "rtbf/write.html", context, title=f"{found.reference}: letter", status=status)


@page(f"{PATH}letters/<uuid:part>/", name="request-letter", right=WRITE, action="letter.opened")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: MemberRequest, pk: UUID, part: UUID) -> HttpResponseBase:
    """Show a letter as it goes out, to be printed or sent."""
    found = visible_request(request, pk, "letter.opened")
    row: Letter = _part(request, Letter, found, part, "letter.opened")
    if request.method == "POST":
        flow = send_letter if request.POST.get("how") == "email" else print_letter
        with telling(request, RequestError):
            flow(actor=request.actor, letter=row)
        return redirect("portal:request-letter", pk, part)
    opening = opening_of(found, request.actor, "letter.opened")
    opened = open_rows([row], "to", "subject", "body", warrant=opening)
    context = {"found": found, "row": row, "letter": opened.get(row.pk, {})}
    return render_page(request, "rtbf/letter.html", context, title=f"{found.reference}: {row.get_kind_display()}")


def _opened(request: MemberRequest, found: Request) -> dict[str, Any]:
    """Open the case file, if there is one: who asked, the note, names of attachments, letters."""
    row = CaseFile.objects.visible_to(request.actor).filter(request=found).first()
    if row is None:
        return {"case": None, "requester": {}, "note": "", "evidence": [], "letters": []}
    opening = opening_of(found, request.actor, "case.opened")
    fate = fate_without_call(row.account, CASE, row.ended_at)
    opened = open_rows([row], "requester", "note", warrant=opening).get(row.pk, {})
    files = list(row.evidence.filter(condemned_at=None).select_related("added_by").order_by("added_at"))
    names = open_rows(files, "name", warrant=opening)
    return {
        "case": row,
        "until": fate.until if fate else "",
        "requester": opened.get("requester") or {},
        "note": opened.get("note") or "",
        "evidence": [(each, names[each.pk]["name"]) for each in files if each.pk in names],
        "letters": list(row.letters.filter(condemned_at=None).select_related("prepared_by").order_by("prepared_at")),
    }


def _part(request: MemberRequest, model: Any, found: Request, part: UUID, action: str) -> Any:
    rows = model.objects.visible_to(request.actor).select_related("case__request__account")
    row = rows.filter(pk=part, case__request=found).first()
    if row is None:
        raise NotVisible(
            "There is no such part in this case file.", actor=request.actor, action=action, code="not_visible",
            record=(Request._meta.label, str(found.pk)),
        )  # fmt: skip
    return row
