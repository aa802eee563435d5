"""The pages of other systems: the register, one system with its secret, and one task with its evidence.

Faces only: each reads a form, calls one flow and shows what it said. Whom a task is about is opened only on the task's
own page, with an entry.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.days import today_in
from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.telling import telling
from accounts.typed import id_in, number_in
from privacy.open import open_rows, warrant
from privacy.witness import RecordRef
from rtbf.cases.rules import CHANGE
from rtbf.codes import Asks
from rtbf.entries import GROUNDS
from rtbf.errors import RequestError
from rtbf.external.catalogue import PLACES, places_of
from rtbf.external.register import Told, active_systems, add_system, change_system, owners, renew_secret
from rtbf.external.tasking import END, OUTCOMES, end_task, send_again
from rtbf.models import ExternalSystem, ExternalTask, Request, State, SystemKind, TaskEvidence, TaskState, TaskSubject
from rtbf.requests.sections import Section, section
from rtbf.times import in_zone
from trail.actor import Actor

SYSTEM, TASK = ExternalSystem._meta.label, ExternalTask._meta.label
BEFORE = (State.DRAFT, State.DISCOVERING, State.PLANNED, State.WAITING, State.PENDING, State.DECIDING)


@page("systems/", name="systems", right=CHANGE, action="systems.opened")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def systems(request: MemberRequest) -> HttpResponseBase:
    """List the other systems, and add one."""
    account = membership_of(request).account
    context: dict[str, Any] = {"form": {"due_days": 14, "active": True}}
    if request.method == "POST":
        try:
            system = add_system(actor=request.actor, account=account, told=_told(request.POST, is_new=True))
        except RequestError as problem:
            context |= {"problem": str(problem), "form": request.POST}
        else:
            return redirect("portal:system", system.pk)
    rows = ExternalSystem.objects.visible_to(request.actor).select_related("owner").order_by("-active", "kind", "name")
    context |= {"rows": rows, **_choices(request)}
    status = 422 if "problem" in context else 200
    return render_page(request, "rtbf/systems.html", context, title="Other systems", status=status)


@page("systems/<uuid:pk>/", name="system", right=CHANGE, action="system.opened", record=(SYSTEM, "pk"))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one system, and change what is said of it."""
    found = _system(request, pk, "system.opened")
    problem = ""
    if request.method == "POST":
        try:
            change_system(actor=request.actor, system=found, told=_told(request.POST))
        except RequestError as error:
            problem = str(error)
        else:
            messages.success(request, "The system was changed. Tasks that exist stay as they are.")
            return redirect("portal:system", pk)
    return _show_system(request, found, problem=problem)


@page("systems/<uuid:pk>/secret/", name="system-secret", right=CHANGE, action="system.secret_renewed",
      record=(SYSTEM, "pk"))  # fmt: skip
@never_cache
@require_POST
def secret(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Make a new signing secret and show it this once."""
    found = _system(request, pk, "system.secret_renewed")
    return _show_system(request, found, secret=renew_secret(actor=request.actor, system=found))


@page("tasks/<uuid:pk>/", name="task", right=END, action="task.opened", record=(TASK, "pk"))
@never_cache
@require_GET
def task(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one task: where to look, for whom, and what proves that it was done."""
    return _show_task(request, _task(request, pk, "task.opened"))


@page("tasks/<uuid:pk>/end/", name="task-end", right=END, action="task.ended", record=(TASK, "pk"))
@never_cache
@require_POST
def end(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """End a task with its evidence, and show its request."""
    found, form = _task(request, pk, "task.ended"), request.POST
    try:
        end_task(actor=request.actor, task=found, outcome=form.get("outcome", ""), evidence=form.get("evidence", ""))
    except RequestError as problem:
        return _show_task(request, found, problem=str(problem))
    messages.success(request, "The task was ended. Whom it was about has been destroyed here.")
    return redirect("portal:request", found.request_id)


@page("tasks/<uuid:pk>/again/", name="task-again", right=END, action="task.sent_again", record=(TASK, "pk"))
@never_cache
@require_POST
def again(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Let a connector try again, and show the request."""
    found = _task(request, pk, "task.sent_again")
    with telling(request, RequestError):
        send_again(actor=request.actor, task=found)
    return redirect("portal:request", found.request_id)


@section(order=30)
def other_systems(request: Request, actor: Actor) -> Section | None:
    """Show on a request's page what other systems will be, or were, asked to do."""
    if request.state in BEFORE:
        names = ", ".join(each.name for each in active_systems(request.account))
        text = f"Each gets a task when the request is carried out: {names}." if names else ""
        return Section("Other systems", text=text) if names else None
    today = today_in(request.account)
    rows = [
        {
            "task": each,
            "name": each.system or "A recipient of an earlier copy",
            "is_late": not each.has_ended and each.due_on < today,
            "ended": in_zone(each.ended_at, request.account.zone) if each.ended_at else "",
        }
        for each in request.tasks.select_related("system", "owner", "ended_by").order_by("due_on", "pk")
    ]
    context = {"rows": rows, "may_end": may(actor, END, request)}
    return Section("Other systems", template="rtbf/tasks.html", context=context) if rows else None


def _show_system(
    request: MemberRequest, found: ExternalSystem, *, problem: str = "", secret: str = ""
) -> HttpResponseBase:
    form = request.POST if problem else found
    context = {"found": found, "form": form, "problem": problem, "secret": secret, **_choices(request)}
    return render_page(request, "rtbf/system.html", context, title=found.name, status=422 if problem else 200)


def _show_task(request: MemberRequest, found: ExternalTask, *, problem: str = "") -> HttpResponseBase:
    record = RecordRef(TASK, found.pk, found.account_id)
    opening = warrant(
        actor=request.actor, action="task.opened", account_id=found.account_id, record=record,
        purpose=GROUNDS[Asks(found.request.asks)], case=found.request.reference,
    )  # fmt: skip
    subjects = list(TaskSubject.objects.filter(task=found, condemned_at=None))
    written = list(TaskEvidence.objects.filter(task=found, condemned_at=None))
    about = open_rows(subjects, "about", warrant=opening)
    evidence = open_rows(written, "text", warrant=opening)
    context = {
        "found": found,
        "about": about[subjects[0].pk]["about"] if subjects and subjects[0].pk in about else None,
        "evidence": evidence[written[0].pk]["text"] if written and written[0].pk in evidence else "",
        "places": found.system.places.splitlines() if found.system else [],
        "outcomes": [(each.value, each.label) for each in OUTCOMES],
        "failed": found.state == TaskState.FAILED,
        "typed": request.POST.get("evidence", ""),
        "problem": problem,
    }
    title = f"Task: {found.system or 'tell a recipient'}"
    return render_page(request, "rtbf/task.html", context, title=title, status=422 if problem else 200)


def _told(form: QueryDict, *, is_new: bool = False) -> Told:
    kind = form.get("kind", "")
    places = form.get("places", "").replace("\r\n", "\n")
    if is_new and not places.strip() and kind in PLACES:
        places = places_of(kind)
    return Told(
        kind=kind,
        name=form.get("name", ""),
        places=places,
        owner_id=id_in(form.get("owner", "")),
        due_days=number_in(form.get("due_days", ""), digits=3) or 0,
        url=form.get("url", "").strip(),
        active="active" in form,
    )


def _choices(request: MemberRequest) -> dict[str, Any]:
    return {"kinds": SystemKind.choices, "owners": owners(membership_of(request).account)}


def _system(request: MemberRequest, pk: UUID, action: str) -> ExternalSystem:
    visible = ExternalSystem.objects.visible_to(request.actor).select_related("account")
    return find_visible(visible, pk, actor=request.actor, action=action)


def _task(request: MemberRequest, pk: UUID, action: str) -> ExternalTask:
    visible = ExternalTask.objects.visible_to(request.actor).select_related("system", "request", "owner")
    return find_visible(visible, pk, actor=request.actor, action=action)
