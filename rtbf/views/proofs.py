"""The pages of a request's certificate, to read and to keep. Faces only; anybody may check one: `config.checking`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.pages import page, render_page
from accounts.requests import MemberRequest
from rtbf import words
from rtbf.models import Certificate, Request
from rtbf.proof.certificate import downloaded, newest, read
from rtbf.querysets import SEE
from rtbf.times import in_zone
from rtbf.views.finding import visible_request

MOMENTS = {
    "unreadable_at": "Unreadable here",
    "keys_unrecoverable_at": "Keys unrecoverable, their block keys destroyed",
    "root_rotated_at": "Out of reach of old root keys, the root rotated",
    "index_unlinkable_at": "Not to be recognised by an index, the index key rotated",
}
TYPES = {"json": "application/json", "pdf": "application/pdf"}


@page("requests/<uuid:pk>/certificate/", name="certificate", right=SEE, action="certificate.opened")
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show what the newest certificate states, and all versions."""
    found = visible_request(request, pk, "certificate.opened")
    standing = newest(found)
    said = read(found, actor=request.actor) if standing else {}
    context: dict[str, Any] = {
        "found": found,
        "certificate": standing,
        "said": said,
        "moments": [(what, _in_words(said["moments"][name], found)) for name, what in MOMENTS.items()] if said else [],
        "kept": _kept_in_words(said.get("kept", [])),
        "versions": found.certificates.order_by("-version"),
        "scan": found.scans.exclude(ended_at=None).order_by("-started_at").first(),
    }
    return render_page(request, "rtbf/certificate.html", context, title=f"Certificate of {found.reference}")


@page(
    "requests/<uuid:pk>/certificate/<int:version>.<str:form>",
    name="certificate-file",
    right=SEE,
    action="certificate.downloaded",
)
@never_cache
@require_GET
def download(request: MemberRequest, pk: UUID, version: int, form: str) -> HttpResponseBase:
    """Hand out one version as JSON or PDF, with its entry first."""
    found = visible_request(request, pk, "certificate.downloaded")
    certificate = found.certificates.filter(version=version).first()
    if certificate is None or form not in TYPES:
        raise Http404("There is no such certificate.")
    downloaded(found, certificate, form, actor=request.actor)
    data = certificate.document.encode() if form == "json" else _picture(request, certificate)
    name = f"certificate-{found.reference}-{version}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=TYPES[form], headers=headers)


def _in_words(moment: str | None, found: Request) -> str:
    return in_zone(datetime.fromisoformat(moment), found.account.zone) if moment else ""


def _kept_in_words(kept: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(f"{each['number']:,} {words.named(each['kind'], each['number'])}", each["ground"]) for each in kept]


def _picture(request: HttpRequest, certificate: Certificate) -> bytes:
    # Only here, since drawing loads much that no other page needs.
    from rtbf.proof.certificate_picture import picture

    return picture(certificate, check_url=request.build_absolute_uri(reverse("certificate-check")))
