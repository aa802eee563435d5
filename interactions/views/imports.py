"""The pages of imports: the runs with what they left out, the places that are watched, and what columns hold.

Faces only: each reads a form, calls one flow and shows what it said. The names of what was left out are sealed, since
file names hold numbers; showing them is an opening, with an entry.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import NotPossible
from accounts.finding import find_visible
from accounts.models import Account
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.typed import number_in
from interactions import columns
from interactions.drop_folders import RIGHT, set_drop_folder, stop_drop_folder
from interactions.drops.places import allowed_folders
from interactions.models import DropFolder, ImportRun, Originals, RunState
from interactions.presenting import day_and_time
from interactions.querysets import SEE_IMPORTS
from interactions.views.unreachable import or_say_later
from privacy.open import open_rows, warrant
from privacy.witness import RecordRef

LISTED, OPENED, PURPOSE = "imports.listed", "import.opened", "import"
SHOWN, REJECTS_SHOWN = 50, 200
SILENT_FOR = timedelta(minutes=10)
PROBLEMS = {
    "gone": "The folder is not there any more, or became a link.",
    "closed": "This program may not read or empty the folder.",
    "not_allowed": "The installation no longer allows this place, or it is gone.",
    "bucket": "The bucket does not answer or refuses.",
    "spool": "The folder in memory was full.",
    "no_memory_folder": "The server has no folder in memory (SPOOL_DIRECTORY), so nothing is fetched from buckets.",
    "StoreFailed": "The store for recordings takes nothing more.",
    "LedgerInDoubt": "An older keyring was put back: imports wait until an officer has confirmed the legal holds.",
}


@page("imports/", name="imports", right=SEE_IMPORTS, action=LISTED)
@never_cache
@require_GET
def imports(request: MemberRequest) -> HttpResponseBase:
    """List the imports and the places that are watched."""
    return _imports(request)


@page("imports/<uuid:pk>/", name="import", right=SEE_IMPORTS, action=OPENED, record=(ImportRun._meta.label, "pk"))
@never_cache
@or_say_later
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one import with what it left out, by name."""
    run = _run(request, pk)
    context = {"run": _shown(run, _account(request)), "counts": _counts(run), "rejects": _rejects(request, run)}
    return render_page(request, "interactions/import.html", context, title="Import")


@page("imports/folders/", name="drop-folder-add", right=RIGHT, action="drop_folder.added")
@never_cache
@require_POST
def add(request: MemberRequest) -> HttpResponseBase:
    """Have a place watched, or change how."""
    form = request.POST
    try:
        set_drop_folder(
            actor=request.actor,
            account=_account(request),
            place=form.get("place", ""),
            originals=form.get("originals", ""),
            settle_s=_number(form.get("settle_s", "60")),
            every_s=_number(form.get("every_s", "300")),
        )
    except NotPossible as problem:
        return _imports(request, status=422, problem=str(problem), form=form)
    messages.success(request, "The place is watched from now on.")
    return redirect("portal:imports")


@page(
    "imports/folders/<uuid:pk>/stop/",
    name="drop-folder-stop",
    right=RIGHT,
    action="drop_folder.stopped",
    record=(DropFolder._meta.label, "pk"),
)
@never_cache
@require_POST
def stop(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Watch a place no more."""
    visible = DropFolder.objects.visible_to(request.actor)
    folder = find_visible(visible, pk, actor=request.actor, action="drop_folder.stopped")
    stop_drop_folder(actor=request.actor, folder=folder)
    return redirect("portal:imports")


@page("imports/columns/", name="columns", right=columns.RIGHT, action=columns.MAPPED)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: MemberRequest) -> HttpResponseBase:
    """Show what the account's columns and keys hold, and take what one more does."""
    account, form = _account(request), request.POST
    context: dict[str, Any] = {"form": form, "meanings": list(columns.SAYS.items())}
    if request.method == "POST":
        means = form.get("means", "") or form.get("common", "")
        try:
            columns.set_meaning(actor=request.actor, account=account, field=form.get("field", ""), means=means)
        except NotPossible as problem:
            context["problem"] = str(problem)
        else:
            return redirect("portal:columns")
    context["rows"] = columns.said(account)
    status = 422 if "problem" in context else 200
    return render_page(request, "interactions/columns.html", context, title="Columns", status=status)


@page("imports/columns/forget/", name="column-forget", right=columns.RIGHT, action=columns.UNMAPPED)
@never_cache
@require_POST
def forget(request: MemberRequest) -> HttpResponseBase:
    """Take back what a column holds."""
    columns.remove_meaning(actor=request.actor, account=_account(request), field=request.POST.get("field", ""))
    return redirect("portal:columns")


def _imports(request: MemberRequest, *, status: int = 200, **more: Any) -> HttpResponseBase:
    account = _account(request)
    runs = ImportRun.objects.visible_to(request.actor).select_related("folder", "user").order_by("-started_at")[:SHOWN]
    folders = DropFolder.objects.visible_to(request.actor).order_by("-is_active", "place")
    may_configure = may(request.actor, RIGHT)
    context = {
        "runs": [_shown(run, account) for run in runs],
        "folders": [_folder(folder, account) for folder in folders],
        "may_configure": may_configure,
        "allowed": [str(each) for each in allowed_folders(account.pk)] if may_configure else [],
        "originals": Originals.choices,
        "zone": account.zone,
        "form": {},
        **more,
    }
    return render_page(request, "interactions/imports.html", context, title="Imports", status=status)


def _shown(run: ImportRun, account: Account) -> dict[str, Any]:
    is_silent = run.state == RunState.RUNNING and run.beat_at < timezone.now() - SILENT_FOR
    state = "interrupted; run it again, it goes on" if is_silent else run.get_state_display()
    return {
        "pk": run.pk,
        "when": day_and_time(run.started_at, account.zone),
        "whence": run.folder.place if run.folder else "Shell",
        "who": str(run.user) if run.user else "",
        "state": state,
        "is_running": run.state == RunState.RUNNING and not is_silent,
        "read": run.read,
        "calls": run.counts.get("interactions", 0),
        "rejected": run.rejected,
        "took": str(timedelta(seconds=round((run.ended_at - run.started_at).total_seconds()))) if run.ended_at else "",
    }


def _folder(folder: DropFolder, account: Account) -> dict[str, Any]:
    return {
        "row": folder,
        "looked": day_and_time(folder.looked_at, account.zone) if folder.looked_at else "",
        "problem": PROBLEMS.get(folder.problem, folder.problem),
        "minutes": max(1, round(folder.every_s / 60)),
    }


def _counts(run: ImportRun) -> list[tuple[str, int]]:
    return [(name.replace("_", " "), number) for name, number in sorted(run.counts.items()) if name != "rejected"]


def _rejects(request: MemberRequest, run: ImportRun) -> list[dict[str, Any]]:
    """Return what was left out with its names: one entry for the page. A name that was forgotten is absent."""
    rows = list(run.rejects.order_by("ordinal")[:REJECTS_SHOWN])
    if not rows:
        return []
    opening = warrant(
        actor=request.actor,
        action=OPENED,
        account_id=run.account_id,
        purpose=PURPOSE,
        record=RecordRef(run._meta.label, run.pk, run.account_id),
        facts={"rows": len(rows)},
    )
    names = open_rows([row for row in rows if row.is_living], "file", warrant=opening)
    return [{"row": row, "file": names.get(row.pk, {}).get("file") or ""} for row in rows]


def _run(request: MemberRequest, pk: UUID) -> ImportRun:
    visible = ImportRun.objects.visible_to(request.actor).select_related("folder", "user")
    return find_visible(visible, pk, actor=request.actor, action=OPENED)


def _number(text: str) -> int:
    """Return the number of seconds typed; the flow refuses -1 with its limits."""
    number = number_in(text, digits=8)
    return -1 if number is None else number


def _account(request: MemberRequest) -> Account:
    return membership_of(request).account
