"""The pages of deep scans: start one, see how far it is, what it found. Counts, kinds and ids; never a text."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from interactions.models import DeepScan, Interaction
from interactions.presenting import day_and_time
from interactions.querysets import SCAN
from interactions.scanning import calls_of, cancel_scan, job_of, running_scan, start_scan
from jobs.models import Status

SHOWN, ROWS_SHOWN = 50, 500
RECORD = (DeepScan._meta.label, "pk")
ENDED = {
    Status.QUEUED: "Waiting for a worker.",
    Status.DONE: "Finished.",
    Status.FAILED: "Stopped by a fault. What it found until then is in the index. Start another.",
    Status.CANCELLED: "Cancelled. What it found until then is in the index.",
}
NOUNS = {
    "interactions.Transcription": "Transcript",
    "interactions.Comment": "Comment",
    "interactions.DataSourceValue": "Data value",
    "customers.Note": "Note",
}


@page("deep-scans/", name="scans", right=SCAN, action="scans.listed")
@never_cache
@require_GET
def scans(request: MemberRequest) -> HttpResponseBase:
    """List the scans of the account and offer another."""
    account = membership_of(request).account
    rows = DeepScan.objects.visible_to(request.actor).select_related("started_by").order_by("-asked_at")[:SHOWN]
    running = running_scan(account)
    context = {
        "rows": [{"scan": row, **_told(row, account.zone)} for row in rows],
        "running": running,
    }
    return render_page(request, "interactions/scans.html", context, title="Deep scans")


@page("deep-scans/start/", name="scan-start", right=SCAN, action="scan.started")
@never_cache
@require_POST
def start(request: MemberRequest) -> HttpResponseBase:
    """Start a scan, and show it; while one is under way, show that one."""
    scan = start_scan(actor=request.actor, account=membership_of(request).account)
    return redirect("portal:scan", scan.pk)


@page("deep-scans/<uuid:pk>/", name="scan", right=SCAN, action="scan.opened", record=RECORD)
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show how far a scan is and what only it found."""
    scan = _visible(request, pk, "scan.opened")
    findings = list(scan.findings.order_by("at", "pk")[:ROWS_SHOWN])
    calls = calls_of(findings)
    seen = set(Interaction.objects.visible_to(request.actor).filter(pk__in=calls.values()).values_list("pk", flat=True))
    context = {
        "scan": scan,
        **_told(scan, membership_of(request).account.zone),
        "progress": progress_of(scan),
        "findings": [
            {
                "text": NOUNS.get(each.label, each.label),
                "record": each.record_id,
                "kind": each.get_kind_display(),
                "call": call if (call := calls.get(each.record_id)) in seen else None,
            }
            for each in findings
        ],
        "hidden": max(0, sum(scan.found.values()) - ROWS_SHOWN),
        "may_cancel": may(request.actor, SCAN, scan) and progress_of(scan)["running"],
    }
    return render_page(request, "interactions/scan.html", context, title="Deep scan")


@page("deep-scans/<uuid:pk>/cancel/", name="scan-cancel", right=SCAN, action="job.cancelled", record=RECORD)
@never_cache
@require_POST
def cancel(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Cancel a scan, and show it again."""
    cancel_scan(actor=request.actor, scan=_visible(request, pk, "job.cancelled"))
    return redirect("portal:scan", pk)


@page("deep-scans/<uuid:pk>/progress/", name="scan-progress", right=SCAN, action="scan.opened", record=RECORD)
@never_cache
@require_GET
def show_progress(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer how far the scan is, for the page's refresh."""
    return JsonResponse(progress_of(_visible(request, pk, "scan.opened")))


def progress_of(scan: DeepScan) -> dict[str, Any]:
    """Return how far a scan is: counts and a sentence."""
    job = job_of(scan)
    status = Status(job.status) if job else Status.DONE
    total = max(scan.texts_total, scan.texts_read)
    says = ENDED.get(status, "") or f"{scan.texts_read:,} of {total:,} texts read."
    running = job is not None and job.is_open
    return {
        "state": status,
        "running": running,
        "stopped": False,
        "done": scan.texts_read,
        "total": total,
        "says": says,
    }


def _told(scan: DeepScan, zone: str) -> dict[str, Any]:
    found = sum(scan.found.values())
    return {
        "when": day_and_time(scan.asked_at, zone),
        "who": str(scan.started_by) if scan.started_by else "–",
        "says": progress_of(scan)["says"],
        "found": found,
        "kinds": [(kind.replace("-", " "), number) for kind, number in sorted(scan.found.items())],
    }


def _visible(request: MemberRequest, pk: UUID, action: str) -> DeepScan:
    visible = DeepScan.objects.visible_to(request.actor).select_related("started_by", "account")
    return find_visible(visible, pk, actor=request.actor, action=action)
