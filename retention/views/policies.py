"""The pages of policies: the list, proposing one with its effect beside it, and ending, withdrawing, pausing one."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.finding import find_visible
from accounts.models import Account, Purpose
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.telling import telling
from accounts.typed import id_in
from retention import pictures, policies, words
from retention.due import Schedule
from retention.errors import PolicyError
from retention.models import Policy
from retention.policies import CONDITIONS, DIRECTIONS, Terms
from retention.preview import count_stock, preview
from retention.querysets import SEE_POLICIES
from retention.samples import samples_of
from retention.views.previewing import as_csv, day_wanted
from trail.append import append

RULES = ("pending_days", "from_hour", "to_hour", "pause_ms")
SHOWN = 100
TEMPLATES = {
    "": "",
    "cnil": "Recordings at most six months (CNIL, guidance on recording calls)",
    "mifid": "Broker calls at least five years (MiFID II, Art. 16(7))",
    "quality": "Recordings for quality and training: 90 days",
    "log": "Personal details of the log: one year (CNIL, recommendation on logging 2021-122)",
}
FILLED: dict[str, dict[str, Any]] = {
    "cnil": {"name": "Recordings, six months", "kinds": ["recording"], "keep": "6 months", "maximum": "6 months",
             "because": "CNIL, listening and recording at work"},
    "mifid": {"name": "Broker calls, five years", "kinds": ["recording", "transcript", "metadata"], "keep": "5 years",
              "minimum": "5 years", "purposes": ["legal_duty"], "because": "MiFID II, Art. 16(7)"},
    "quality": {"name": "Quality, 90 days", "kinds": ["recording", "transcript"], "keep": "90 days",
                "purposes": ["quality", "training"], "because": "GDPR Art. 5(1)(e)"},
    "log": {"name": "Details of the log, one year", "kinds": ["detail"], "keep": "1 year",
            "because": "CNIL, recommendation on logging (2021-122)"},
}  # fmt: skip


@page("policies/", name="policies", right=SEE_POLICIES, action="policies.opened")
@never_cache
@require_GET
def list_policies(request: MemberRequest) -> HttpResponseBase:
    """List what decides now, and what will."""
    now, account, name = timezone.now(), membership_of(request).account, request.GET.get("name", "").strip()[:100]
    visible = Policy.objects.visible_to(request.actor).select_related("proposed_by", "replaces")
    named = visible.filter(name__icontains=name) if name else visible
    teams = words.teams_of(account)
    in_force, pending = named.in_force(now), named.pending(now)
    context = {
        "in_force": [_shown(each, teams) for each in in_force.order_by("-is_default", "name")[:SHOWN]],
        "pending": [_shown(each, teams) for each in pending.order_by("effective_at")[:SHOWN]],
        "name": name,
        "number": in_force.count(),
        "pending_number": pending.count(),
        "shown": SHOWN,
        "may_change": may(request.actor, policies.CHANGE),
        "account": account,
        "rules": policies.rules_of(account),
        "today": now.date(),
    }
    append("policies.opened", actor=request.actor, account_id=account.pk)
    return render_page(request, "retention/policies.html", context, title="Policies")


@page("policies/propose/", name="policy-propose", right=policies.CHANGE, action="policy.proposed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: MemberRequest) -> HttpResponseBase:
    """Take a policy, show its effect, and propose it when it is confirmed."""
    account = membership_of(request).account
    replaced = _replaced(request)
    form = _typed(request.POST) if request.method == "POST" else _given(request.GET, replaced)
    context: dict[str, Any] = {
        "form": form, "replaces": replaced, "kinds": words.KINDS, "purposes": Purpose.choices,
        "directions": DIRECTIONS, "teams": words.teams_of(account), "rules": policies.rules_of(account),
        "templates": TEMPLATES,
    }  # fmt: skip
    if request.method == "POST":
        try:
            terms = _terms(form)
            if request.POST.get("step") == "save":
                typed = request.POST.get("typed", "")
                policies.propose_policy(
                    actor=request.actor, account=account, terms=terms, typed=typed, replaces=replaced
                )
                return redirect("portal:policies")
            draft = policies.draft(account, terms, replaces=replaced)
            context["effect"] = effect = _effect(request, account, draft, form["on"])
            if request.POST.get("step") == "csv":
                return as_csv(request, effect["on"], effect["days"])
        except PolicyError as error:
            context["problem"] = str(error)
    status = 422 if "problem" in context else 200
    title = "Change a policy" if replaced else "Propose a policy"
    return render_page(request, "retention/policy_form.html", context, title=title, status=status)


@page("policies/<uuid:pk>/withdraw/", name="policy-withdraw", right=policies.CHANGE, action="policy.withdrawn")
@never_cache
@require_POST
def withdraw(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Withdraw a policy that is not in force yet."""
    with telling(request, PolicyError):
        policies.withdraw_policy(actor=request.actor, policy=_visible(request, pk))
    return redirect("portal:policies")


@page("policies/<uuid:pk>/end/", name="policy-end", right=policies.CHANGE, action="policy.ended")
@never_cache
@require_POST
def end(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Let a policy end after the pending days."""
    with telling(request, PolicyError):
        policies.end_policy(actor=request.actor, policy=_visible(request, pk))
    return redirect("portal:policies")


@page("policies/<uuid:pk>/pause/", name="policy-pause", right=policies.CHANGE, action="policy.paused")
@never_cache
@require_POST
def pause(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Pause a policy until a day, or end its pause when no day is given."""
    policy, because = _visible(request, pk), request.POST.get("because", "")
    with telling(request, PolicyError):
        until = _last_day(request.POST.get("until", ""))
        if until is None:
            policies.resume_policy(actor=request.actor, policy=policy)
        else:
            policies.pause_policy(actor=request.actor, policy=policy, until=until, because=because)
    return redirect("portal:policies")


@page("policies/rules/", name="disposal-rules", right=policies.CHANGE, action="retention.changed")
@never_cache
@require_POST
def change_rules(request: MemberRequest) -> HttpResponseBase:
    """Set the pending days and the nightly window."""
    with telling(request, PolicyError):
        account, numbers = membership_of(request).account, _numbers(request.POST)
        policies.change_rules(actor=request.actor, account=account, **numbers)
    return redirect("portal:policies")


def _last_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise PolicyError("Write the last day of the pause as YYYY-MM-DD. Nothing was changed.") from None


def _numbers(form: QueryDict) -> dict[str, int]:
    try:
        return {name: int(form.get(name, "")) for name in RULES}
    except ValueError:
        raise PolicyError("Write whole numbers. Nothing was changed.") from None


def _effect(request: MemberRequest, account: Account, draft: Policy, on: str) -> dict[str, Any]:
    """Return what would be due from a day on as it is and with the draft, and what would go in that night."""
    now = timezone.now()
    as_it_is, drafted = Schedule.at(account, now), Schedule.at(account, now, drafts=[draft])
    today = as_it_is.day_of(now)
    day, stock = day_wanted(on, today), count_stock(as_it_is)
    before, after = preview(as_it_is, day, stock=stock), preview(drafted, day, stock=stock)
    names = {str(each.pk): each.name for each in Policy.objects.visible_to(request.actor)} | {str(draft.pk): draft.name}
    append("retention.previewed", actor=request.actor, account_id=account.pk)
    return {
        "before": pictures.due_by_day(before), "after": pictures.due_by_day(after), "estimate": after.is_estimate,
        "goes_before": before.total.items, "goes_after": after.total.items, "on": day, "is_today": day == today,
        "table": pictures.table(after, names, samples_of(drafted, stock, day)), "days": pictures.days(after, names),
        "sentence": words.sentence(draft, words.teams_of(account)), "keep": draft.keep,
    }  # fmt: skip


def _shown(policy: Policy, teams: dict[str, str]) -> dict[str, Any]:
    return {"policy": policy, "sentence": words.sentence(policy, teams)}


def _terms(form: dict[str, Any]) -> Terms:
    given = {name: form[name] for name in ("name", "kinds", "keep", "minimum", "maximum", "because")}
    return Terms(**given, conditions={name: form[name] for name in CONDITIONS})


def _typed(data: QueryDict) -> dict[str, Any]:
    """Read the form; lines, queues and campaigns are typed with commas between them."""
    form: dict[str, Any] = {
        name: data.get(name, "") for name in ("name", "keep", "minimum", "maximum", "because", "on")
    }
    form |= {name: data.getlist(name) for name in ("kinds", "purposes", "directions", "teams")}
    return form | {name: data.get(name, "").split(",") for name in ("lines", "queues", "campaigns")}


def _given(data: QueryDict, replaced: Policy | None) -> dict[str, Any]:
    empty = _typed(QueryDict())
    if replaced is not None:
        known = {name: getattr(replaced, name) for name in empty if name not in ("teams", "on")}
        return empty | known | {"teams": [str(team) for team in replaced.teams]}
    return empty | FILLED.get(data.get("template", ""), {})


def _replaced(request: MemberRequest) -> Policy | None:
    source = request.POST if request.method == "POST" else request.GET
    pk = id_in(source.get("replaces", ""))
    return _visible(request, pk) if pk else None


def _visible(request: MemberRequest, pk: UUID) -> Policy:
    return find_visible(Policy.objects.visible_to(request.actor), pk, actor=request.actor, action="policies.opened")
