"""The pages of disposal: what is due and kept, any day's preview, the runs with their progress, what was deferred."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.finding import find_visible
from accounts.models import Account
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.telling import telling
from privacy import map as data_map
from privacy import restored
from retention import nights, pictures, windows, words
from retention.due import Schedule
from retention.errors import PolicyError
from retention.models import Deferral, Policy, Run, RunState
from retention.policies import rules_of
from retention.preview import count_stock, preview
from retention.querysets import SEE_POLICIES
from retention.samples import samples_of
from retention.views.previewing import as_csv, day_wanted
from trail.append import append

SHOWN = 50
ACTS: dict[str, Callable[..., Run]] = {
    "cancel": nights.cancel_run,
    "pause": nights.pause_run,
    "resume": nights.resume_run,
}


@page("disposal/", name="disposal", right=SEE_POLICIES, action="retention.previewed")
@never_cache
@require_GET
def overview(request: MemberRequest) -> HttpResponseBase:
    """Show what goes on a day (today without one), what is due soon, what is kept, the runs and what they deferred."""
    account = membership_of(request).account
    context: dict[str, Any] = {"account": account, "may_control": may(request.actor, nights.CONTROL)}
    try:
        schedule = Schedule.at(account, timezone.now())
        context["on"] = on = day_wanted(request.GET.get("on", ""), schedule.day_of(timezone.now()))
        context["is_later"] = is_later = on > schedule.day_of(timezone.now())
        if is_later:
            # What is pending today decides on that day.
            schedule = Schedule.at(account, schedule.end_of(on - timedelta(days=1)))
        stock = count_stock(schedule)
        found = preview(schedule, on, stock=stock)
        names = {str(each.pk): each.name for each in Policy.objects.visible_to(request.actor)}
        context |= {
            "total": found.total, "estimate": found.is_estimate,
            "table": pictures.table(found, names, samples_of(schedule, stock, on)), "days": pictures.days(found, names),
            "soon": pictures.due_by_day(found), "kept": pictures.kept_by_policy(found, names),
        }  # fmt: skip
        if request.GET.get("format") == "csv":
            return as_csv(request, on, context["days"])
    except PolicyError as error:
        context["problem"] = str(error)
    append("retention.previewed", actor=request.actor, account_id=account.pk)
    deferred = Deferral.objects.visible_to(request.actor).filter(resolved_at=None)
    context |= {
        "runs": Run.objects.visible_to(request.actor).order_by("-created_at")[:SHOWN],
        "deferred": _in_words(deferred.order_by("-last_at")[:SHOWN]),
        "deferred_count": deferred.count(),
        "waits": restored.disposal_paused(account.pk),
    }
    context |= _nightly(account)
    status = 422 if "problem" in context else 200
    return render_page(request, "retention/disposal.html", context, title="Disposal", status=status)


@page("disposal/<uuid:pk>/", name="disposal-run", right=SEE_POLICIES, action="retention.previewed")
@never_cache
@require_GET
def show_run(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one run: how far it is, what went by kind, what stayed and why, and the proof."""
    run = _visible(request, pk)
    counts = [
        {"kind": words.KINDS.get(kind, kind), "due": each.get("due", 0), "disposed": each.get("disposed", 0),
         "deferred": each.get("deferred", 0)}
        for kind, each in run.counts.items()
    ]  # fmt: skip
    due = sum(each["due"] for each in counts)
    done = sum(each["disposed"] + each["deferred"] for each in counts)
    context = {
        "run": run, "counts": counts, "due": due, "done": min(done, due) if due else 0, "account": run.account,
        "rows": pictures.rows_of_run(counts),
        "reason": nights.REASONS.get(run.code, ""), "deferred": _in_words(run.deferrals.order_by("-last_at")[:SHOWN]),
        "may_control": may(request.actor, nights.CONTROL, run), "states": RunState,
    }  # fmt: skip
    return render_page(request, "retention/run.html", context, title=run.reference)


@page("disposal/<uuid:pk>/act/", name="disposal-act", right=nights.CONTROL, action="disposal.started")
@never_cache
@require_POST
def act(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Confirm, cancel, pause or resume a run."""
    run, what = _visible(request, pk), request.POST.get("act", "")
    with telling(request, PolicyError):
        if what == "confirm":
            nights.confirm_run(actor=request.actor, run=run, typed=request.POST.get("typed", ""))
        elif what in ACTS:
            ACTS[what](actor=request.actor, run=run)
        else:
            raise PolicyError("Choose what to do with the run. Nothing was changed.")
    return redirect("portal:disposal-run", run.pk)


@page("disposal/begin/", name="disposal-begin", right=nights.CONTROL, action="disposal.started")
@never_cache
@require_POST
def begin(request: MemberRequest) -> HttpResponseBase:
    """Begin a run now instead of tonight; a person asked for it, so it does not wait for the window."""
    try:
        run = nights.begin_now(membership_of(request).account, actor=request.actor)
    except PolicyError as error:
        messages.error(request, str(error))
        return redirect("portal:disposal")
    return redirect("portal:disposal-run", run.pk)


def _nightly(account: Account) -> dict[str, Any]:
    """Return the hours of the nightly window in words, whether it is open, and when it opens next."""
    rules, now = rules_of(account), timezone.now()
    return {
        "hours": windows.in_words(rules),
        "is_open": windows.is_open(rules, account, now),
        "opens_at": windows.next_opening(rules, account, now),
    }


def _in_words(rows: Iterable[Deferral]) -> list[dict[str, Any]]:
    kinds = {entry.label: words.KINDS[kind] for kind, entry in data_map.kinds().items()}
    return [{"row": row, "what": kinds.get(row.label, row.label), "why": words.ground(row.ground)} for row in rows]


def _visible(request: MemberRequest, pk: UUID) -> Run:
    visible = Run.objects.visible_to(request.actor).select_related("account", "started_by")
    return find_visible(visible, pk, actor=request.actor, action="retention.previewed")
