"""The pages of policies: the list, proposing one with its effect beside it, and ending, withdrawing, pausing one."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.days import today_in
from accounts.finding import find_visible
from accounts.known_names import names_of_calls, unheard_of
from accounts.models import Account, Purpose
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.telling import telling
from accounts.typed import id_in
from retention import policies, ready_made, taking_back, words
from retention.errors import PolicyError
from retention.models import Policy
from retention.policies import CONDITIONS, DIRECTIONS, Terms
from retention.querysets import SEE_POLICIES
from retention.views.effects import effect_of_draft, effect_of_end
from retention.views.previewing import as_csv
from trail.append import append

RULES = ("pending_days", "from_hour", "to_hour", "pause_ms")
SHOWN = 100
PAST_SHOWN = 20


@page("policies/", name="policies", right=SEE_POLICIES, action="policies.opened")
@never_cache
@require_GET
def list_policies(request: MemberRequest) -> HttpResponseBase:
    """List what decides now, and what will."""
    now, account, name = timezone.now(), membership_of(request).account, request.GET.get("name", "").strip()[:100]
    people = ("proposed_by", "replaces", "ended_by", "withdrawn_by", "paused_by")
    visible = Policy.objects.visible_to(request.actor).select_related(*people)
    named = visible.filter(name__icontains=name) if name else visible
    in_force, pending, past = named.in_force(now), named.pending(now), named.past(now)
    context = {
        "in_force": _shown(request, in_force.order_by("-is_default", "name")[:SHOWN], account),
        "pending": _shown(request, pending.order_by("effective_at")[:SHOWN], account),
        "past": _shown(request, past.order_by("-proposed_at", "-pk")[:PAST_SHOWN], account),
        "name": name,
        "number": in_force.count(),
        "pending_number": pending.count(),
        "past_number": past.count(),
        "shown": SHOWN,
        "may_change": may(request.actor, policies.CHANGE),
        "account": account,
        "rules": policies.rules_of(account),
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
        "templates": ready_made.TITLES,
    }  # fmt: skip
    if request.method == "POST":
        try:
            terms = _terms(form)
            draft = policies.draft(account, terms, replaces=replaced)
            if request.POST.get("step") == "save" and _is_saved(request, draft, terms, context):
                return redirect("portal:policies")
            context["effect"] = effect = effect_of_draft(request, account, draft, form["on"])
            if request.POST.get("step") == "csv":
                return as_csv(request, effect["on"], effect["days"])
            context |= _worth_knowing(draft)
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
        taking_back.withdraw_policy(actor=request.actor, policy=_visible(request, pk))
    return redirect("portal:policies")


@page("policies/<uuid:pk>/end/", name="policy-end", right=policies.CHANGE, action="policy.ended")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show what the end of a policy would do, and let it end after the pending days when that is confirmed."""
    policy = _visible(request, pk)
    context: dict[str, Any] = {"policy": policy, "rules": policies.rules_of(policy.account)}
    try:
        if request.POST.get("step") == "save":
            policies.end_policy(actor=request.actor, policy=policy, typed=request.POST.get("typed", ""))
            return redirect("portal:policies")
    except PolicyError as error:
        context["problem"] = str(error)
    try:
        context["effect"] = effect = effect_of_end(request, policy, request.POST.get("on", ""))
        if request.POST.get("step") == "csv":
            return as_csv(request, effect["on"], effect["days"])
    except PolicyError as error:
        context["problem"] = str(error)
    context["sentence"] = words.sentence(policy, words.teams_of(policy.account))
    status = 422 if "problem" in context else 200
    return render_page(request, "retention/policy_end.html", context, title="End a policy", status=status)


@page("policies/<uuid:pk>/keep/", name="policy-keep", right=policies.CHANGE, action="policy.restored")
@never_cache
@require_POST
def keep(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Take back the end of a policy."""
    with telling(request, PolicyError):
        taking_back.keep_policy(actor=request.actor, policy=_visible(request, pk))
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


def _is_saved(request: MemberRequest, draft: Policy, terms: Terms, context: dict[str, Any]) -> bool:
    """Propose a draft; what keeps it from being saved is told beside its effect."""
    account, replaced, typed = draft.account, draft.replaces, request.POST.get("typed", "")
    try:
        policies.propose_policy(actor=request.actor, account=account, terms=terms, typed=typed, replaces=replaced)
    except PolicyError as error:
        context["problem"] = str(error)
        return False
    return True


def _worth_knowing(draft: Policy) -> dict[str, Any]:
    """Return why a draft could not be saved, and which of its names no call has had."""
    asked = {"line": draft.lines, "queue": draft.queues, "campaign": draft.campaigns}
    found: dict[str, Any] = {
        "sentence": words.sentence(draft, words.teams_of(draft.account)), "keep": draft.keep,
        "unheard_of": unheard_of(names_of_calls(draft.account), asked) if any(asked.values()) else [],
    }  # fmt: skip
    try:
        with transaction.atomic():
            policies.prove_place(draft.account, draft)
    except PolicyError as error:
        found["conflict"] = str(error)
    return found


def _shown(request: MemberRequest, rows: Iterable[Policy], account: Account) -> list[dict[str, Any]]:
    """Return policies with their sentence, whether they are paused today, and the name of what takes their place."""
    rows, today, teams = list(rows), today_in(account), words.teams_of(account)
    visible = Policy.objects.visible_to(request.actor)
    taking = visible.filter(replaces__in=[each.pk for each in rows], withdrawn_at=None)
    successors = dict(taking.values_list("replaces_id", "name"))
    return [
        {"policy": each, "sentence": words.sentence(each, teams), "successor": successors.get(each.pk, ""),
         "is_paused": bool(each.paused_until and each.paused_until >= today)}
        for each in rows
    ]  # fmt: skip


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
    return empty | ready_made.FILLED.get(data.get("template", ""), {})


def _replaced(request: MemberRequest) -> Policy | None:
    source = request.POST if request.method == "POST" else request.GET
    asked = source.get("replaces", "")
    pk = id_in(asked)
    if asked and pk is None:
        raise Http404
    return _visible(request, pk) if pk else None


def _visible(request: MemberRequest, pk: UUID) -> Policy:
    return find_visible(Policy.objects.visible_to(request.actor), pk, actor=request.actor, action="policies.opened")
